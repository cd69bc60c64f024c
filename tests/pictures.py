"""Takes the pictures of README.md and docs/ from the running demo: `make pictures`."""

import re
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from parts.browsers import start_chromium, user_agent
from parts.product import Server

PICTURES = Path(__file__).resolve().parents[1] / "docs" / "pictures"

ADMIN = {"home": "", "endorsements": "/endorsements", "people": "/people", "prompts": "/prompts", "answers": "/answers"}


def main() -> None:
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        demo = Server(Path(home), "demo").start()
        try:
            with start_chromium(playwright) as browser:
                page = browser.new_page(user_agent=user_agent(browser), viewport={"width": 1180, "height": 760})
                take(page, demo)
        finally:
            demo.close()


def take(page: Page, demo: Server) -> None:
    page.goto(f"{demo.url}/demo/ballyfern/products/two-cup-teapot")
    page.get_by_role("button", name="Like Two-cup teapot").click()
    page.get_by_role("heading", name="What do you like about it?").wait_for()
    page.get_by_role("checkbox", name="The look").check()
    page.screenshot(path=PICTURES / "like.png")
    page.goto(re.search(r"http://\S+/admin/sign-in/\S+", demo.log)[0])
    page.get_by_role("button", name="Sign in").click()
    site = f"{demo.url}/admin/sites/demo-ballyfern"
    for name, path in ADMIN.items():
        page.goto(site + path)
        page.screenshot(path=PICTURES / f"{name}.png")


if __name__ == "__main__":
    main()
