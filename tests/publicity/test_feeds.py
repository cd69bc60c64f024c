"""Feeds: valid by the letter of their formats, the same at every look, and without a word that is private."""

import json
import re
import uuid
from xml.etree import ElementTree as Xml

import pytest
import sqlalchemy as sa
from admin.desk import ask
from followup.making import KEYRING, behind
from ground.making import NOW
from me.making import BEN, rows
from publicity.making import asks, says

from afterlike import publicity, tables
from afterlike.clock import DAY
from afterlike.publicity import feed_keys, feeds, news
from afterlike.publicity.feeds import Entry, Feed
from cast import CHAIR, LAMP

ATOM = "{http://www.w3.org/2005/Atom}"
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
ODD = Feed("shop:all", "News & <more>\x0b", "Shop\x00", "en", "https://likes.test/f", "https://shop.test/", NOW, [
    Entry("shop:back:1", NOW + 5, "Lamp \ud7ff", "It's \U0001f4a1 \x1b back", "https://shop.test/?a=1&b=2", "https://shop.test/l.jpg"),
    Entry("shop:here:1", NOW, "Chair", "New", "https://shop.test/chair"),
])


def test_atom_has_what_the_rfc_asks_for_and_nothing_that_breaks_xml():
    root = Xml.fromstring(feeds.atom(ODD))
    assert [part.tag.removeprefix(ATOM) for part in root][:7] == ["id", "title", "updated", "link", "link", "author", "generator"]
    assert {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")} == {
        "self": "https://likes.test/f", "alternate": "https://shop.test/"}
    assert root.findtext(f"{ATOM}title") == "News & <more>" and root.findtext(f"{ATOM}author/{ATOM}name") == "Shop"
    entries = root.findall(f"{ATOM}entry")
    ids = [root.findtext(f"{ATOM}id"), *(entry.findtext(f"{ATOM}id") for entry in entries)]
    assert len(set(ids)) == 3 and all(uuid.UUID(one).urn == one for one in ids)
    for entry in entries:
        assert MOMENT.fullmatch(entry.findtext(f"{ATOM}updated")) and entry.findtext(f"{ATOM}title")
        assert entry.find(f"{ATOM}link").get("href").startswith("https://")
    assert root.findtext(f"{ATOM}updated") == entries[0].findtext(f"{ATOM}updated")


def test_json_feed_has_what_its_version_asks_for():
    told = json.loads(feeds.json_feed(ODD))
    assert told["version"] == "https://jsonfeed.org/version/1.1" and told["title"] and told["feed_url"] == ODD.url
    for item in told["items"]:
        assert {"id", "url", "title", "content_text"} <= item.keys() and MOMENT.fullmatch(item["date_published"])
    assert [item["id"] for item in told["items"]] == [entry.id for entry in ODD.entries]


def test_the_same_feed_is_the_same_bytes_and_ids_do_not_hang_on_our_address():
    moved = Feed(**{name: getattr(ODD, name) for name in Feed.__slots__} | {"url": "https://moved.test/f"})
    assert feeds.atom(ODD) == feeds.atom(ODD) and moved.id == ODD.id


def showing(tx, product: int, at: int, price: int | None = None, availability: str | None = None) -> None:
    shown = tx.scalar(sa.insert(tables.product_showings).values(
        product_id=product, title="Lamp", shown_at=at, price_minor=price, currency=price and "EUR", availability=availability,
        category="Light").returning(tables.product_showings.c.id))
    tx.execute(sa.update(tables.products).where(tables.products.c.id == product).values(shown_id=shown))


def told(tx, speaker, which=None, *, at: int = NOW + 9 * DAY) -> list[str]:
    found = news.of_products(tx, speaker.site, sa.true() if which is None else which, at, newcomers=False)
    return [one.what for one in found]


@pytest.fixture
def product(database, speaker) -> int:
    with database.engine.begin() as tx:
        product = tx.scalar(sa.select(tables.products.c.id))
        tx.execute(sa.insert(tables.like_counts).values(product_id=product, counted=1))
    return product


def test_what_changed_is_told_once_a_day_and_product(database, speaker, product):
    with database.engine.begin() as tx:
        showing(tx, product, NOW, 1999, "in_stock")
        showing(tx, product, NOW + DAY, 1499, "in_stock")
        showing(tx, product, NOW + 2 * DAY, 1499, "out_of_stock")
        showing(tx, product, NOW + 3 * DAY, 1499, "in_stock")
        for nth in range(1, 6):
            showing(tx, product, NOW + 5 * DAY + nth, 1499 + nth, "in_stock")
        assert told(tx, speaker) == ["dearer", "back", "gone", "cheaper"]
        assert told(tx, speaker, at=NOW + 100 * DAY) == [], "a quarter later it is no news"


def test_a_product_whose_likes_were_rejected_is_in_no_feed(database, speaker, product):
    with database.engine.begin() as tx:
        showing(tx, product, NOW, 1999)
        showing(tx, product, NOW + DAY, 1499)
        tx.execute(sa.update(tables.like_counts).values(counted=0))
        assert told(tx, speaker) == []


def test_a_topic_is_what_its_products_are_shown_as_now(database, speaker, product):
    with database.engine.begin() as tx:
        showing(tx, product, NOW, 1999)
        showing(tx, product, NOW + DAY, 1499)
        assert told(tx, speaker, news.on_topic(tx, speaker.site, "category:light")) == ["cheaper"]
        for none in ("category:dark", "brand:light", "light", "category:", "product:1"):
            assert news.on_topic(tx, speaker.site, none) is None


def test_one_hears_of_what_one_likes_and_of_nothing_else(database, speaker, product):
    with database.engine.begin() as tx:
        showing(tx, product, NOW, 1999)
        showing(tx, product, NOW + DAY, 1499)
        assert told(tx, speaker, news.liked_by(speaker.endorser)) == ["cheaper"]
        assert told(tx, speaker, news.liked_by(speaker.endorser + 1)) == []
        tx.execute(sa.update(tables.likes).values(unliked_at=NOW))
        assert told(tx, speaker, news.liked_by(speaker.endorser)) == []


def test_that_somebody_was_quoted_is_told_while_it_stands(database, speaker, product):
    quote = asks(database, speaker)
    database.write(publicity.give, says(speaker, quote))
    with database.read() as tx:
        assert told(tx, speaker, at=NOW + DAY) == ["quoted"]
        assert told(tx, speaker, at=NOW + 31 * DAY) == []
    database.write(publicity.withdraw, says(speaker, quote))
    with database.read() as tx:
        assert told(tx, speaker, at=NOW + DAY) == []


def test_an_own_feed_has_one_address_that_can_be_renewed_and_ended(database, speaker):
    def token() -> str | None:
        with database.read() as tx:
            return feed_keys.token_of(tx, KEYRING, speaker.endorser)

    def owner(of: str):
        with database.read() as tx:
            found = feed_keys.whose(tx, KEYRING, of)
            return found and found.endorser_id

    assert token() is None
    database.write(publicity.set_feed, (speaker.endorser, speaker.site, True, NOW))
    first = token()
    assert owner(first) == speaker.endorser and owner(first[:-1] + ("a" if first[-1] != "a" else "b")) is None
    database.write(publicity.set_feed, (speaker.endorser, speaker.site, True, NOW))
    assert owner(first) is None and owner(token()) == speaker.endorser
    last = token()
    database.write(publicity.set_feed, (speaker.endorser, speaker.site, False, NOW))
    assert owner(last) is None and token() is None


@pytest.mark.parametrize("forged", ["", "1-", "-" + "a" * 32, "1-" + "é" * 32, "f" * 16 + "-" + "a" * 32, "1-" + "A" * 32])
def test_a_forged_address_is_nobodys(database, forged):
    with database.read() as tx:
        assert feed_keys.whose(tx, KEYRING, forged) is None


# Through the doors.


@pytest.fixture(scope="module")
def cheaper(town, shop_site, ada):
    """Ada's lamp costs less since somebody else had its page open; her chair does not."""
    town.settle(shop_site, BEN, likes=[LAMP | {"price": "14.99"}])
    return town


def path_of(page, form: str) -> str:
    return re.search(rf'value="[^"]*(/feeds/mine/[^"]+/new\.{form})"', page.text)[1]


def test_the_own_feed_from_its_making_to_its_end(cheaper, ada):
    assert "said=feed-made" in ada.post("/me/feed", do="make").to
    path = path_of(ada.page(), "json")
    told = ask("GET", cheaper.url + path)
    assert [item["content_text"] for item in told.json["items"]] == ["The price went down from €19.99 to €14.99."]
    assert told.headers["Cache-Control"].startswith("private") and told.headers["X-Robots-Tag"] == "noindex"
    for private in ("ada@people.test", "Ada", "I read by it"):
        assert private not in told.text
    atom = ask("GET", cheaper.url + path_of(ada.page(), "atom"))
    assert atom.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert len(Xml.fromstring(atom.text.encode()).findall(f"{ATOM}entry")) == 1
    [kept] = ada.desk.get("/me/everything.json").json["your_feed"]
    assert kept["address_made_at"]
    ada.post("/me/feed", do="make")
    assert ask("GET", cheaper.url + path).status == 404
    ada.post("/me/feed", do="end")
    assert "/feeds/mine/" not in ada.page().text


def test_a_reader_that_asks_again_gets_a_304(cheaper, shop_site):
    url = f"{cheaper.url}/feeds/{shop_site.site}/new.atom?product={LAMP['key']}"
    first = ask("GET", url)
    assert ask("GET", url, headers={"If-None-Match": first.headers["ETag"]}).status == 304
    assert ask("GET", url, headers={"If-Modified-Since": first.headers["Last-Modified"]}).status == 304
    assert ask("GET", url).text == first.text


@pytest.mark.parametrize(("query", "items"), [
    ("", 3), ("?topic=all", 3), (f"?product={LAMP['key']}", 1), (f"?product={CHAIR['key']}", 0), ("?topic=category:light", 2),
])
def test_what_the_public_feeds_tell(cheaper, shop_site, query, items):
    """Two products are new, one costs less."""
    told = ask("GET", f"{cheaper.url}/feeds/{shop_site.site}/new.json{query}")
    assert told.status == 200 and len(told.json["items"]) == items
    assert told.headers["Cache-Control"] == "public, max-age=300" and told.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("path", [
    "/feeds/nobody/new.atom", "/feeds/{site}/new.atom?product=none", "/feeds/{site}/new.json?topic=category:none",
    "/feeds/{site}/new.json?topic=%00", "/feeds/mine/1-x/new.atom", "/feeds/{site}/new.rss",
    "/feeds/{site}/new.json?topic=" + "x" * 300,
])
def test_what_there_is_no_feed_of_is_not_there(cheaper, shop_site, path):
    assert ask("GET", cheaper.url + path.format(site=shop_site.site)).status == 404


def test_a_feed_without_news_is_valid_and_has_a_moment(cheaper, shop_site):
    root = Xml.fromstring(ask("GET", f"{cheaper.url}/feeds/{shop_site.site}/new.atom?product={CHAIR['key']}").text.encode())
    assert root.findall(f"{ATOM}entry") == [] and MOMENT.fullmatch(root.findtext(f"{ATOM}updated"))


def test_reading_feeds_changes_nothing(cheaper, shop_site):
    before = rows(cheaper, sa.select(tables.feed_keys)), rows(cheaper, sa.select(sa.func.max(tables.journal.c.id)))
    ask("GET", f"{cheaper.url}/feeds/{shop_site.site}/new.atom")
    assert before == (rows(cheaper, sa.select(tables.feed_keys)), rows(cheaper, sa.select(sa.func.max(tables.journal.c.id))))


def test_an_erased_persons_feed_is_not_there(cheaper, shop_site, ada):
    ada.post("/me/feed", do="make")
    path = path_of(ada.page(), "atom")
    with behind(cheaper.server) as tx:
        publicity.erase(tx, tx.scalar(sa.select(tables.feed_keys.c.endorser_id)), [])
    assert ask("GET", cheaper.url + path).status == 404
