"""One prompt from nothing to an answer and beyond, made by hand in a browser without script, asked by the real widget."""

import pytest
from admin.desk import enter, sign_in_link
from conftest import ADMIN
from playwright.sync_api import expect

from parts.product import make_site

MUG = '<div data-afterlike-product="mug" data-url="/mug" data-title="Red mug"><div data-afterlike-button></div></div>'
TAG = '<script async src="{collector}/w.js" data-site="{site}"></script>'


def make_by_hand(page, url: str) -> None:
    """From nothing: a question with two options, one of which asks on, for one product, tried first."""
    page.goto(url)
    page.get_by_role("button", name="From nothing").click()
    page.get_by_label("Name, for you").fill("About the mug")
    page.get_by_role("button", name="Remove: Card 1").click()
    for kind in ("One of several", "A few words"):
        page.get_by_label("Another card").select_option(label=kind)
        page.get_by_role("button", name="Add a card").click()
    page.get_by_label("Question").first.fill("What will you drink?")
    page.get_by_label("Text of option 1").fill("Tea")
    page.get_by_label("Text of option 2").fill("Coffee")
    page.get_by_label("Leads of option 1").select_option(label="To the end")
    page.get_by_label("Question").nth(1).fill("Which coffee?")
    page.get_by_label("Product keys").fill("mug*")
    page.get_by_label("Share of visitors").fill("a lot")
    page.get_by_role("button", name="Save and start").first.click()
    expect(page.get_by_text("Write a share from 0 to 100.").last).to_be_visible()
    expect(page.get_by_label("Question").first).to_have_value("What will you drink?")
    page.get_by_label("Share of visitors").fill("100")
    page.get_by_role("button", name="Save and start").first.click()
    expect(page.get_by_role("status").first).to_contain_text("Kept as version 2, and running.")
    page.get_by_role("link", name="All prompts").click()
    for _ in range(2):
        page.get_by_role("button", name="Try earlier: About the mug").click()
    expect(page.get_by_role("heading", level=3).first).to_have_text("About the mug")


@pytest.mark.parametrize("script", [False, True], ids=["without-script", "with-script"])
def test_a_prompt_is_made_asked_answered_and_changed(collector, shop_server, chromium, new_page, script):
    site = make_site(collector.server, origin=shop_server.url, name="Mugs", admin=ADMIN).site
    shop_server.empty()
    shop_server.fill = {"collector": collector.url, "site": site}
    shop = shop_server({"/mug": f"<!doctype html><title>Mug</title><h1>Red mug</h1>{MUG}{TAG}"})
    desk = new_page(chromium, java_script_enabled=script)
    enter(desk, sign_in_link(collector.server, ADMIN))
    make_by_hand(desk, f"{collector.url}/admin/sites/{site}/prompts")

    visitor = new_page(chromium)
    visitor.goto(f"{shop}/mug")
    visitor.get_by_role("button", name="Like Red mug").click()
    panel = visitor.get_by_role("group")
    expect(panel.get_by_role("heading")).to_have_text("What will you drink?")
    panel.get_by_role("button", name="Coffee").click()
    expect(panel.get_by_role("heading")).to_have_text("Which coffee?")
    panel.get_by_role("textbox").fill("Strong")
    with visitor.expect_response(lambda told: told.url.endswith("/v1/answers") and told.request.post_data_json["done"]) as kept:
        panel.get_by_role("button", name="Send").click()
    assert kept.value.ok

    desk.reload()
    first = desk.get_by_role("listitem").filter(has=desk.get_by_role("heading", name="About the mug"))
    expect(first).to_contain_text("seen by 1 visitor")
    expect(first).to_contain_text("1 of 1, 21–100 %")
    desk.get_by_role("link", name="About the mug", exact=True).click()
    desk.get_by_label("Question").first.fill("What do you drink?")
    desk.get_by_label("Text of option 2").fill("Espresso")
    desk.get_by_role("button", name="Save", exact=True).first.click()
    expect(desk.get_by_role("status").first).to_contain_text("Kept as version 3.")

    desk.goto(f"{collector.url}/admin/sites/{site}/endorsements")
    answered = desk.get_by_role("row", name="Red mug")
    expect(answered).to_contain_text("What will you drink?")
    expect(answered).to_contain_text("Coffee")
    expect(answered).not_to_contain_text("Espresso")
    other = new_page(chromium)
    other.goto(f"{shop}/mug")
    other.get_by_role("button", name="Like Red mug").click()
    expect(other.get_by_role("group").get_by_role("button", name="Espresso")).to_be_visible()
