"""What Firefox wants asked: without the person's word no address and no profile leaves through the extension."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from extension.little import LISTING, STEP, LittleCollector
from playwright.sync_api import BrowserContext, Page, Playwright, expect
from playwright.sync_api import Error as BrowserError

from parts.extension import FIREFOX_UUID, build, extension_page, open_with_extension
from parts.programs import until

REST = "The rest can be answered in the extension’s popup, under “My likes”."


@pytest.fixture(scope="module")
def little() -> Iterator[LittleCollector]:
    made = LittleCollector()
    made.step = STEP
    yield made
    made.close()


@pytest.fixture(scope="module")
def unpacked(little, tmp_path_factory) -> Path:
    return build({"collector": little.url, "always_on": ["http://127.0.0.1/*"]}, tmp_path_factory.mktemp("extension"))


@pytest.fixture
def asking(playwright: Playwright, unpacked, little, tmp_path) -> Iterator[BrowserContext]:
    """Firefox that was not told yet whether an address may be sent; it says yes to what the extension asks it."""
    little.said.clear()
    (tmp_path / "profile").mkdir()
    with open_with_extension(playwright, unpacked, tmp_path / "profile", "firefox") as context:
        yield context


def pressed(context: BrowserContext, shop_server) -> Page:
    page = context.new_page()
    page.goto(shop_server({"/": LISTING}))
    page.get_by_role("button", name="Like Blue").click()
    page.get_by_role("button", name="The look").click()
    return page


def turned(page: Page, path: str) -> Page:
    """The tab with another page of the extension; the driver may miss that such a page is there, and looks once more."""

    def there() -> bool:
        with contextlib.suppress(BrowserError):
            page.goto(f"moz-extension://{FIREFOX_UUID}/{path}", wait_until="commit", timeout=2_000)
            return bool(page.locator("h1").inner_text(timeout=2_000))
        return False

    until(there, within_s=60, what=f"the page {path}")
    return page


def put_off(context: BrowserContext) -> Page:
    """The page of what was left out of the step."""
    page = turned(extension_page(context, "welcome.html"), "popup.html")
    page.get_by_role("link", name="My likes").click()
    answer = page.get_by_role("link", name="Answer: Blue")
    expect(answer).to_be_visible()
    return turned(page, answer.get_attribute("href"))


def test_an_address_is_asked_for_only_after_the_persons_word(asking, little, shop_server):
    page = pressed(asking, shop_server)
    expect(page.get_by_role("heading", name=f"Thank you kindly! {REST}")).to_be_visible()
    until(lambda: little.bodies("/v1/answers"), what="the answer to arrive")
    step = put_off(asking)
    expect(step.get_by_role("heading", level=1)).to_have_text("First: may your address or profile be sent?")
    assert step.get_by_label("News").count() == 0
    step.get_by_role("button", name="Allow").click()
    step.get_by_label("News").check()
    step.get_by_role("button", name="Next").click()
    step.get_by_label("Your address").fill("ada@home.test")
    step.get_by_role("button", name="Next").click()
    expect(step.get_by_role("heading", name="Look into your mailbox.")).to_be_visible()
    [answers], [opt_in] = little.bodies("/v1/answers"), little.bodies("/v1/opt-ins")
    assert (answers["answers"], answers["done"], opt_in["address"]) == ({"why": "look"}, True, "ada@home.test")
    options = turned(step, "options.html")
    expect(options.get_by_role("switch")).to_be_checked()
    options.get_by_role("switch").uncheck()
    turned(options, "options.html")
    expect(options.get_by_role("switch")).not_to_be_checked()


@pytest.mark.long
def test_who_does_not_give_the_word_is_not_asked_for_an_address(asking, little, shop_server):
    pressed(asking, shop_server)
    step = put_off(asking)
    step.get_by_role("button", name="Go on without").click()
    expect(step.get_by_role("heading", name="Thank you kindly!")).to_be_visible()
    assert step.get_by_label("News").count() == 0 and little.bodies("/v1/opt-ins") == []
