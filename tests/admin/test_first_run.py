"""A new site: every page of the admin says what will stand there and how to get it, and none is bare."""

import re

import pytest
from admin.desk import signed_in
from admin.test_walls import LEAST

from parts.product import make_site

EMPTY = {  # page -> (what will stand here, where that begins)
    "": ("who likes your products", "/tag"),
    "/endorsements": ("The first like appears here", "/tag"),
    "/conversations": ("begins with one like", "/endorsements"),
    "/conversations/replies": ("What you save here", "/conversations"),
    "/mentions": ("it will stand here", "/mentions"),
    "/quotes": ("ready to copy and to show", "/quotes/new"),
    "/quotes/shared": ("make a link to something they like", "/quotes"),
    "/widget": ("taken from the page", "/widget"),
    "/widget/privacy": ("What browsers", "/widget/privacy"),
    "/widget/words": ("words", "/widget/words"),
    "/people/links": ("looks like link spam", "/people"),
    "/people": ("they stand here", "/prompts"),
    "/products": ("A product stands here from its first like on", "/tag"),
    "/answers": ("is added up here", "/prompts"),
    "/prompts": ("nobody saw it yet", "/prompts/why"),
    "/prompts/why": ("", "/prompts"),
    "/tag": ("the first one under Endorsements", "/refused"),
    "/install": ("This page is told within seconds", "/tag"),
    "/extension": ("Claim the addresses of your shop", "/extension"),
    "/mail": ("Whoever runs it sets it", "/mail"),
    "/refused": ("stands here with its reason", "/settings"),
    "/settings": ("Likes are taken from pages of these alone", "/install"),
    "/keys": ("With a key your server sends likes", "/keys"),
    "/webhooks": ("Add one below", "/webhooks"),
    "/admins": ("None is open", "/admins"),
    "/audit": ("whose data they read", "/audit"),
}
OF_ROWS = re.compile(r"<|\.(csv|jsonl|svg|css)$|/latest$|/new$|/everything|/people/erase$")


def test_every_page_of_a_site_is_asked():
    """But those of a row, which a new site has not, and files."""
    pages = {name.partition(" ")[2].partition("<key>")[2] for name in LEAST if name.startswith("GET ")}
    assert {page for page in pages if not OF_ROWS.search(page)} == EMPTY.keys()


@pytest.fixture(scope="module")
def desk(collector):
    made = make_site(collector.server, origin="https://new.test", name="New", admin="new@shop.test")
    return signed_in(collector.server, "new@shop.test"), f"/admin/sites/{made.site}"


@pytest.mark.parametrize("page", EMPTY, ids=lambda page: page or "home")
def test_an_empty_page_says_what_comes_and_how(desk, page):
    owner, site = desk
    shown, (words, begins) = owner.get(site + page), EMPTY[page]
    main = shown.text.partition("<main")[2].partition("</main>")[0]
    assert shown.status == 200 and words in shown.words, shown.words
    assert f'href="{site}{begins}' in main or f'action="{site}{begins}' in main, "no way to begin is offered"
