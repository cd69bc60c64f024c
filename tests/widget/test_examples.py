"""The examples run: each is opened as it stands, with the collector and the key of a site put in."""

import shutil
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import expect
from widget.conftest import like
from widget.test_build import ENVIRONMENT, ROOT

from afterlike.collect import snippets

EXAMPLES = ROOT / "examples"


@pytest.fixture
def set_up(collector):
    """An example's text with this collector and its site."""

    def filled(text: str) -> str:
        return text.replace("YOUR-SITE-KEY", collector.site).replace("http://127.0.0.1:8000", collector.url)

    return filled


@pytest.mark.parametrize(("name", "product"), [("plain", "Blue mug"), ("json-ld", "Blue mug"), ("listing", "Red mug")])
def test_a_page_has_its_button(name, product, set_up, shop, chromium, new_page):
    page = new_page(chromium)
    page.goto(shop({"/": set_up((EXAMPLES / f"{name}.html").read_text())}))
    like(page, product).click()
    expect(like(page, product)).to_have_attribute("aria-pressed", "true")


def test_cards_that_come_later_get_theirs(set_up, shop, chromium, new_page):
    page = new_page(chromium)
    page.goto(shop({"/": set_up((EXAMPLES / "listing.html").read_text())}))
    page.get_by_role("button", name="Load more").click()
    expect(like(page, "Tall mug")).to_be_visible()


# As Tag Manager does it: a new script element with the text of the old one, and of its attributes only some, put at the
# end of the body when the page is there. `document.currentScript` is the outer element, then none; ours has its own.
AS_TAG_MANAGER = """html => {
    for (const old of new DOMParser().parseFromString(html, 'text/html').querySelectorAll('script')) {
        const made = document.createElement('script');
        if (old.src) made.src = old.src;
        made.text = old.text;
        document.body.append(made);
    }
}"""
MUG = """<!doctype html><html lang=en><title>Page</title><body>
<div data-afterlike-product="mug" data-title="Mug" data-url="/mug"></div>"""


@pytest.mark.parametrize("generated", [False, True], ids=["example", "from the page Tag"])
def test_the_tag_for_tag_manager(generated, any_browser, collector, set_up, shop, new_page):
    page = new_page(any_browser)
    page.goto(shop({"/": MUG}))
    example = set_up((EXAMPLES / "gtm/tag.html").read_text())
    page.evaluate(AS_TAG_MANAGER, snippets.tag("gtm", collector.url, collector.site, {"count": "2"}) if generated else example)
    expect(like(page, "Mug")).to_be_visible()
    expect(page.locator("script[data-count-from='2']")).to_have_count(int(generated))


def test_a_plain_tag_in_tag_manager_loses_its_options(chromium, collector, shop, new_page):
    """Why Tag Manager needs a tag of its own; its site stands in the address as well, and stays."""
    page = new_page(chromium)
    page.goto(shop({"/": MUG}))
    page.evaluate(AS_TAG_MANAGER, snippets.tag("html", collector.url, collector.site, {"shape": "star"}))
    expect(like(page, "Mug")).to_be_visible()
    expect(page.locator("script[data-shape]")).to_have_count(0)


def test_an_older_tag_in_tag_manager_loses_its_site(chromium, collector, shop, new_page):
    page = new_page(chromium)
    page.goto(shop({"/": MUG}))
    with page.expect_response("**/w.js"):
        page.evaluate(AS_TAG_MANAGER, f'<script async src="{collector.url}/w.js" data-site="{collector.site}"></script>')
    page.wait_for_load_state("networkidle")
    assert page.evaluate("!window.Afterlike && document.querySelectorAll('script').length") == 1


def test_examples_and_docs_keep_the_same_place_free():
    for path in ("examples/wordpress/afterlike.php", "examples/shopify/afterlike.liquid", "examples/react/public/index.html",
                 "docs/embed.md"):
        assert snippets.RESERVE in (ROOT / path).read_text(), path


def test_the_react_apps_lock_file_names_no_registry():
    lock = (EXAMPLES / "react/package-lock.json").read_text()
    assert [line.strip() for line in lock.splitlines() if '"resolved"' in line] == ['"resolved": "../../widget/package",']


@pytest.mark.long
def test_the_react_app_runs(tmp_path, set_up, shop, chromium, new_page):
    shutil.copytree(ROOT / "widget/package", tmp_path / "widget/package")
    app = Path(shutil.copytree(EXAMPLES / "react", tmp_path / "examples/react", ignore=shutil.ignore_patterns("node_modules")))
    source = app / "src/main.jsx"
    source.write_text(set_up(source.read_text()))
    for command in (["npm", "ci"], ["npm", "run", "build"]):
        done = subprocess.run(command, cwd=app, env=ENVIRONMENT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    shop.fill = {}
    page = new_page(chromium)
    page.goto(shop(app / "public"))
    like(page, "Blue mug").click()
    expect(page.get_by_text("You like the blue mug.")).to_be_visible()
    page.get_by_label("Only blue ones").check()
    expect(like(page, "Red mug")).to_have_count(0)
    expect(like(page, "Blue mug")).to_have_attribute("aria-pressed", "true")
    page.get_by_label("Only blue ones").uncheck()
    expect(like(page, "Red mug")).to_have_attribute("aria-pressed", "false")
