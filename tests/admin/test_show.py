"""How values look on a page; what strangers sent can neither become markup nor a link that runs."""

import pytest

from afterlike import show
from afterlike.clock import DAY, HOUR, now

MONEY = {
    "euro": ((1999, "EUR", "en"), "€19.99"),
    "no decimals": ((185000, "JPY", "en"), "¥185,000"),
    "three decimals": ((1500, "KWD", "en"), "KWD1.500"),
    "as the site writes": ((1999, "EUR", "de-DE"), "19,99 €"),
    "nothing known": ((None, None, "en"), ""),
    "free": ((0, "EUR", "en"), "€0.00"),
    "a locale that is none": ((1999, "EUR", "<b>"), "€19.99"),
}
NO_LINKS = ("javascript:alert(1)", "data:text/html,x", " https://a.test", "https://a@b.test/", "//a.test", "", None, "https://a.test/\n",
            "https://a.test/\u202egpj.exe")
TEXTS = {
    "short": ("https://www.shop.test/mug/", "shop.test/mug"),
    "only a host": ("http://shop.test", "shop.test"),
    "with a question": ("https://shop.test/p?id=7", "shop.test/p?id=7"),
    "look-alike": ("https://gооgle.test/", "xn--ggle-55da.test"),
    "no address": ("javascript:alert(1)", ""),
}


@pytest.mark.parametrize(("given", "shown"), MONEY.values(), ids=MONEY)
def test_money_is_written_as_the_site_writes_it(given, shown):
    assert show.money(*given).replace("\xa0", " ") == shown


@pytest.mark.parametrize("url", NO_LINKS)
def test_what_is_no_plain_address_never_becomes_a_link(url):
    assert show.web_address(url) == ""


@pytest.mark.parametrize(("url", "text"), TEXTS.values(), ids=TEXTS)
def test_an_address_is_shown_as_host_and_path(url, text):
    assert show.link_text(url).striptags() == text


def test_a_long_address_keeps_its_host():
    text = show.link_text(f"https://{'a' * 50}.test/{'b' * 100}", 60).striptags()
    assert text.startswith(f"{'a' * 50}.test/b") and text.endswith("…") and len(text) < 70


def test_markup_in_an_address_stays_text():
    assert "<img" not in show.link_text("https://shop.test/?q=%3Cimg%20src=x%3E'\"")


def test_a_moment_says_how_long_ago_and_when():
    told = show.moment(now() - 3 * HOUR)
    assert "3 hours ago" in told and " UTC</small>" in told and told.startswith('<time datetime="2')


def test_no_moment_is_nothing():
    assert show.moment(None) == ""


def test_a_day_is_a_date():
    assert show.day(now() // DAY).startswith("<time datetime=") and "1 Jan 1970" in show.day(0)


@pytest.mark.parametrize(("tag", "name"), [("id-ID", "Indonesian (Indonesia)"), ("<i>", "<i>"), (None, ""), ("x" * 99, "x" * 99)])
def test_a_language_has_a_name_or_its_tag(tag, name):
    assert show.language(tag) == name
