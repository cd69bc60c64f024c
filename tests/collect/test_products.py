"""What pages tell of products: money by its currency, later facts over earlier ones, history only where it changed."""

import pytest
import sqlalchemy as sa
from collect.making import Door, at_once, refused, taken

from afterlike import sites, tables
from afterlike.clock import DAY
from cast import ADA, BARE, BEN, CHAIR, LAMP, new_id

NOW = 1_780_000_000_000
MONEY = {
    "euro": ("19.99", "EUR", 1999),
    "euro, whole": ("20", "EUR", 2000),
    "euro, one decimal": ("19.9", "EUR", 1990),
    "euro, nothing": ("0", "EUR", 0),
    "euro, trailing zeros": ("19.990000", "EUR", 1999),
    "yen has none": ("1200", "JPY", 1200),
    "dinar has three": ("1.250", "KWD", 1250),
    "dinar, short": ("1.5", "BHD", 1500),
    "rupiah": ("185000", "IDR", 18500000),
    "as much as fits": ("999999999999", "EUR", 99999999999900),
    "leading zeros": ("007", "EUR", 700),
}


@pytest.mark.parametrize(("price", "currency", "kept"), MONEY.values(), ids=MONEY)
def test_money_is_kept_in_the_currency_s_own_small_units(door, price, currency, kept):
    door.press(product=LAMP | {"price": price, "currency": currency})
    [row] = door.showings("lamp-1")
    assert (row.price_minor, row.currency) == (kept, currency)


BAD_MONEY = {
    "half a yen": ("1.5", "JPY"),
    "a tenth of a cent": ("1.999", "EUR"),
    "finer than a dinar": ("1.2345", "KWD"),
    "comma": ("19,99", "EUR"),
    "currency in it": ("19.99 EUR", "EUR"),
    "minus": ("-1", "EUR"),
    "plus": ("+1", "EUR"),
    "exponent": ("1e3", "EUR"),
    "no digits before": (".99", "EUR"),
    "no digits after": ("19.", "EUR"),
    "empty": ("", "EUR"),
    "space": (" 1", "EUR"),
    "too much": ("1" * 13, "EUR"),
    "infinite": ("Infinity", "EUR"),
    "Arabic digits": ("١٩", "EUR"),
    "full-width": ("１９", "EUR"),
    "a number": (19.99, "EUR"),
    "line end": ("19\n", "EUR"),
    "small letters": ("1", "eur"),
    "no such currency": ("1", "XQZ"),
    "a symbol": ("1", "€"),
    "currency alone": (None, "EUR"),
    "price alone": ("1", None),
}


@pytest.mark.parametrize(("price", "currency"), BAD_MONEY.values(), ids=BAD_MONEY)
def test_money_that_is_not_exact_is_refused_by_field(any_door, price, currency):
    sent = {name: value for name, value in {"price": price, "currency": currency}.items() if value is not None}
    product = {"key": "lamp-1", "url": LAMP["url"]} | sent
    told = refused(any_door.post("/v1/likes", any_door.body(product=product)), 422, "shape")
    assert set(told["errors"]) <= {"product.price", "product.currency"}
    assert any_door.rows(tables.products) == []


def shown(door: Door, *products: dict) -> list[dict]:
    """Likes of one product as these pages showed it, each by a new visitor: the history that is left."""
    for number, product in enumerate(products):
        door.press(f"{number:032x}", product)
    return [dict(row._mapping) for row in door.showings(products[0]["key"])]


def test_a_product_that_stays_the_same_has_one_line_of_history(door):
    assert len(shown(door, LAMP, LAMP, LAMP)) == 1


def test_a_new_price_is_a_new_line(door):
    history = shown(door, LAMP, LAMP | {"price": "17.49"}, LAMP | {"price": "17.49"}, LAMP)
    assert [line["price_minor"] for line in history] == [1999, 1749, 1999]
    likes = door.rows(tables.likes)
    assert [like.shown_id for like in likes] == [history[0]["id"], history[1]["id"], history[1]["id"], history[2]["id"]]


@pytest.mark.parametrize("name", ["title", "image", "category", "brand", "sku", "availability"])
def test_every_fact_makes_history(any_door, name):
    other = {"image": "https://cdn.test/other.jpg", "availability": "limited"}.get(name, "Another")
    history = shown(any_door, LAMP, LAMP | {name: other})
    assert [line[name] for line in history] == [LAMP[name], other]


def test_what_a_page_does_not_say_stays_as_it_was(door):
    history = shown(door, LAMP, {"key": "lamp-1", "url": LAMP["url"]}, {"key": "lamp-1", "url": LAMP["url"], "title": ""})
    assert [(line["title"], line["price_minor"], line["brand"]) for line in history] == [("Reading lamp", 1999, "Lumen")]


def test_a_page_that_says_nothing_makes_a_product_all_the_same(door):
    door.press(product=BARE)
    [line] = door.showings(BARE["url"])
    assert (line.title, line.price_minor, line.currency) == (None, None, None)


def test_a_page_that_has_moved_is_found_at_its_new_address(door):
    shown(door, LAMP, LAMP | {"url": "https://shop.test/lamps/reading", "title": "Lamp"})
    assert [row.url for row in door.rows(tables.products)] == ["https://shop.test/lamps/reading"]


def test_many_pages_may_tell_of_one_product_at_once(door):
    prices = [f"{number}.00" for number in range(1, 31)]
    bodies = [door.body(f"{n:032x}", LAMP | {"price": price}) for n, price in enumerate(prices)]
    for answer in at_once([lambda body=body: door.post("/v1/likes", body) for body in bodies]):
        taken(answer)
    assert door.counts("lamp-1") == {"lamp-1": 30}
    assert len(door.rows(tables.products)) == 1
    assert {like.shown_id for like in door.rows(tables.likes)} <= {line.id for line in door.showings("lamp-1")}


KEYS = {
    "comma": "a,b",
    "percent": "100%",
    "slash": "a/b",
    "Unicode": "заказ-№5",
    "plus": "a+b",
    "space": "a b",
    "and": "a&b=c",
    "quote": "a'b\"c",
    "emoji": "🪔",
    "as long as may be": "k" * 200,
    "RTL": "مصباح",
    "hash": "a#b",
}


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
def test_a_key_may_hold_any_text(any_door, key):
    any_door.press(product=LAMP | {"key": key})
    assert any_door.counts(key, "other") == {key: 1, "other": 0}
    asked = {"site": any_door.site, "visitor": ADA, "products": [key]}
    assert list(taken(any_door.post("/v1/mine", asked))["likes"]) == [key]


def test_one_key_on_two_sites_is_two_products(keeper):
    here, there = keeper.open(), keeper.open()
    here.press(ADA)
    here.press(BEN)
    there.press(ADA)
    assert (here.counts("lamp-1"), there.counts("lamp-1")) == ({"lamp-1": 2}, {"lamp-1": 1})


# Details: what the page's reader found after the press.


def test_later_facts_are_laid_over_the_first_ones(door):
    like = door.press(product={"key": "lamp-1", "url": LAMP["url"], "title": "Lamp"})["id"]
    facts = {"price": "19.99", "currency": "EUR", "brand": "Lumen"}
    told = taken(door.post("/v1/likes/details", {"site": door.site, "id": like, "visitor": ADA, "product": facts}))
    assert told == {"id": like}
    history = door.showings("lamp-1")
    assert (history[-1].title, history[-1].price_minor, history[-1].brand) == ("Lamp", 1999, "Lumen")
    assert door.rows(tables.likes)[0].shown_id == history[-1].id


def test_the_same_facts_twice_make_no_history(door):
    like = door.press()["id"]
    facts = {name: LAMP[name] for name in ("title", "price", "currency")}
    for _ in range(2):
        taken(door.post("/v1/likes/details", {"site": door.site, "id": like, "visitor": ADA, "product": facts}))
    assert len(door.showings("lamp-1")) == 1


def test_of_a_page_that_waited_the_tag_alone_can_tell(keeper):
    here, there = keeper.open(), keeper.open()
    like = here.press()["id"]
    details = {"site": here.site, "id": like, "visitor": ADA, "product": {"brand": "Lumen"}}
    taken(here.post("/v1/likes/details", details))
    taken(here.post("/v1/likes/details", details | {"waited": False}))
    taken(here.by_api("POST", "/v1/likes/details", details | {"waited": True}))
    assert waited_at(here) is None
    taken(here.post("/v1/likes/details", details | {"waited": True}))
    assert waited_at(here) and waited_at(there) is None


def test_that_a_page_waited_is_written_once_a_day_and_remembered_for_ninety_as_that_a_site_is_new(door):
    def note(at: int) -> int:
        with door.keeper.engine.begin() as tx:
            sites.note_waiting(tx, door.known.id, at)
        return waited_at(door)

    def whole(at: int) -> bool:
        return sites.wants_whole(door.read(lambda tx: sites.site_named(tx, door.site)), {}, at)

    made = door.read(lambda tx: sites.site_named(tx, door.site)).made_at
    assert whole(made + 90 * DAY - 1) and not whole(made + 90 * DAY)  # a new site's pages may all be of the kind that waits
    later = made + 200 * DAY
    assert note(later) == note(later + DAY) == later and note(later + DAY + 1) == later + DAY + 1
    assert whole(later + 91 * DAY) and not whole(later + 91 * DAY + 1)


def waited_at(door) -> int | None:
    return door.read(lambda tx: tx.scalar(sa.select(tables.sites.c.waited_at).where(tables.sites.c.id == door.known.id)))


def test_details_belong_to_one_s_own_like(keeper):
    here, there = keeper.open(), keeper.open()
    like = here.press()["id"]
    here.press(BEN, CHAIR)
    there.press()
    facts = {"title": "Defaced"}
    for door, visitor, about in ((here, BEN, like), (there, ADA, like), (here, ADA, new_id())):
        refused(
            door.post("/v1/likes/details", {"site": door.site, "id": about, "visitor": visitor, "product": facts}),
            404,
            "not_found",
        )
    assert [line.title for line in here.showings("lamp-1")] == ["Reading lamp"]
