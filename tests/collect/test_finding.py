"""Finding among more likes than are looked through at once: each page, both ways, on both databases, beside a plain count."""

import json
import random
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from afterlike import cli, db, prompts, sites, tables
from afterlike.clock import DAY
from afterlike.collect import endorsements, finding, matching, tally
from afterlike.collect.matching import MOST, Filter
from afterlike.collect.turning import PER_PAGE, Turn, asked
from afterlike.migrate import migrate

LIKES, BEGIN = MOST + 2_400, 1_767_225_600_000  # the first moment of 2026
PRODUCTS, VISITORS = 40, 3_000
ODD = 'Café "100%_\\/" \'; DROP TABLE likes; -- <b> 🫖'


def like(nth: int) -> dict:
    """Three at the same moment; a held one now and then, one in seven by the extension, one in a hundred on a page of its own."""
    state = "withdrawn" if nth % 50 == 1 else "held" if nth % 200 == 2 else "counted"
    return {
        "id": nth, "uuid": nth.to_bytes(16, "big"), "visitor_id": 1 + nth % VISITORS, "product_id": 1 + nth % 37 % PRODUCTS,
        "shown_id": 1 + nth % 37 % PRODUCTS, "state": state, "source": "extension" if nth % 7 == 0 else "widget",
        "liked_at": BEGIN + nth // 3 * 600_000, "pressed_at": BEGIN, "unliked_at": BEGIN if state == "withdrawn" else None,
        "page_url": f"https://shop.test/{'gifts' if nth % 100 == 0 else 'shelf'}/{nth % 37}",
        "page_title": ODD if nth % 1000 == 0 else None, "step_reason": "due",
    }


ROWS = {nth: like(nth) for nth in range(1, LIKES + 1)}
SAID = {nth: "the Handle" if nth % 600 == 0 else ODD if nth % 900 == 0 else "colour" for nth in range(3, LIKES + 1, 3)}
NAMED = {visitor: f"Ada {visitor}" for visitor in range(1, VISITORS + 1) if visitor % 5 == 0}
FIRST = Turn()
TAGGED = {nth for nth in ROWS if nth % 400 == 0}


class Shop:
    """A site with those likes, and another one beside it, of which nothing may ever be seen."""

    def __init__(self, url: str, home):
        migrate(url, home)
        self.db = db.Database(url)
        with self.db.engine.begin() as tx:
            names = ("shop", "other")
            wished = [(name, (f"https://{name}.test",), "ada@shop.test", "en", "http://x", BEGIN) for name in names]
            made = cli.register(tx, wished)
            self.id, self.other = (sites.site_named(tx, one["site"]).id for one in made)
            fill(tx, self.id, prompts.of_site(tx, self.id)[0].version_id)
            tx.execute(sa.insert(tables.products), {"id": 1000, "site_id": self.other, "key": "lamp", "url": "https://o.test/",
                                                    "key_hash": b"o", "first_seen_at": 0})
            tx.execute(sa.insert(tables.visitors), {"id": 9000, "site_id": self.other, "hash": b"o", "first_seen_at": 0})
            tx.execute(sa.insert(tables.likes), like(1) | {"id": 90_000, "site_id": self.other, "product_id": 1000,
                                                           "visitor_id": 9000, "shown_id": None, "uuid": b"o" * 16})
        tally(self.db)

    def look(self, tx, wanted: Filter, *, site_id: int | None = None):
        return finding.looking(tx, site_id or self.id, wanted, locale="en")

    def walk(self, wanted: Filter, *, begin: Turn = FIRST, most: int = 6) -> tuple[list, list]:
        """Pages from one on, as a reader turns them, and as many back again."""
        with self.db.read() as tx:
            looking = self.look(tx, wanted)
            there = [looking.page(begin)]
            while there[-1].older and len(there) < most:
                there.append(looking.page(asked(there[-1].older.query)))
            back = [there[-1]]
            while back[-1].newer and len(back) < len(there):
                back.append(looking.page(asked(back[-1].newer.query)))
        return there, back


def fill(tx: sa.Connection, site_id: int, version: int) -> None:
    mine = {"site_id": site_id}
    tx.execute(sa.insert(tables.products), [
        mine | {"id": nth, "key": f"p-{nth}", "key_hash": bytes([nth]), "url": f"https://shop.test/p/{nth}", "shown_id": nth,
                "first_seen_at": BEGIN} for nth in range(1, PRODUCTS + 1)])
    tx.execute(sa.insert(tables.product_showings), [
        {"id": nth, "product_id": nth, "title": f"Lamp {nth}" if nth % 2 else f"Chair {nth}", "shown_at": BEGIN}
        for nth in range(1, PRODUCTS + 1)])
    tx.execute(sa.insert(tables.endorsers), [mine | {"id": one, "made_at": BEGIN} for one in NAMED])
    tx.execute(sa.insert(tables.visitors), [
        mine | {"id": one, "hash": one.to_bytes(16, "big"), "endorser_id": one if one in NAMED else None, "first_seen_at": BEGIN}
        for one in range(1, VISITORS + 1)])
    tx.execute(sa.insert(tables.profile_links), [
        mine | {"uuid": one.to_bytes(16, "big"), "endorser_id": one, "url": f"https://people.test/{one}", "name": name,
                "state": "claimed", "claimed_at": BEGIN} for one, name in NAMED.items()])
    tx.execute(sa.insert(tables.likes), [mine | row for row in ROWS.values()])
    tx.execute(sa.insert(tables.answers), [
        mine | {"uuid": nth.to_bytes(16, "big"), "like_id": nth, "visitor_id": ROWS[nth]["visitor_id"], "done": 1,
                "said": json.dumps({"why": [{"other": said}]}, ensure_ascii=False), "prompt_version_id": version,
                "answered_at": BEGIN, "changed_at": BEGIN}
        for nth, said in SAID.items()])
    tx.execute(sa.insert(tables.like_tags), [mine | {"like_id": nth, "tag": "gift"} for nth in TAGGED])
    tx.execute(sa.insert(tables.journal), [
        mine | {"kind": "liked", "at": row["liked_at"], "like_id": row["id"]} for row in ROWS.values()])


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def shop(request, tmp_path_factory):
    home = tmp_path_factory.mktemp(request.param)
    url = request.getfixturevalue("postgres").fresh() if request.param == "postgres" else f"sqlite:///{home / 'afterlike.db'}"
    made = Shop(url, home)
    yield made
    made.db.close()


def fits(wanted: Filter, row: dict) -> bool:
    """The same, as plainly as it can be said."""
    nth, day = row["id"], datetime.fromtimestamp(row["liked_at"] / 1000, UTC).date()
    product, name = row["product_id"], NAMED.get(row["visitor_id"])
    texts = [f"p-{product}", f"https://shop.test/p/{product}", f"Lamp {product}" if product % 2 else f"Chair {product}",
             row["page_url"], row["page_title"] or "", SAID.get(nth, ""), name or "",
             f"https://people.test/{row['visitor_id']}" if name else ""]
    return all((
        not wanted.search or any(wanted.search.lower() in text.lower() for text in texts),
        wanted.product in (None, product), wanted.state in (None, row["state"]), wanted.source in (None, row["source"]),
        wanted.tag is None or (wanted.tag == "gift" and nth in TAGGED),
        wanted.since is None or day >= wanted.since, wanted.until is None or day <= wanted.until,
        not wanted.answered or nth in SAID, not wanted.profile or name is not None,
    ))


def expected(wanted: Filter) -> list[int]:
    found = [row for row in ROWS.values() if fits(wanted, row)]
    return [row["id"] for row in sorted(found, key=lambda row: (row["liked_at"], row["id"]), reverse=True)]


ASKED = {
    "everything": Filter(),
    "a product": Filter(product=7),
    "a product that is another site's": Filter(product=1000),
    "held": Filter(state="held"),
    "taken back by the extension": Filter(state="withdrawn", source="extension"),
    "counted by the button": Filter(state="counted", source="widget"),
    "a quarter": Filter(since=date(2026, 1, 10), until=date(2026, 1, 12)),
    "answered": Filter(answered=True),
    "with a profile": Filter(profile=True),
    "answered, with a profile, held": Filter(answered=True, profile=True, state="held"),
    "a tag": Filter(tag="gift"),
    "a tag and a product": Filter(tag="gift", product=5),
    "no such tag": Filter(tag="none"),
    "half of the products": Filter(search="lamp"),
    "a product's name": Filter(search="LAMP 17"),
    "a product's key": Filter(search="p-17"),
    "an address that all have": Filter(search="https://shop.test/"),
    "a page": Filter(search="/gifts/"),
    "words": Filter(search="handle"),
    "words in what is held": Filter(search="handle", state="held"),
    "a word that most have, answered, of days": Filter(search="shop.test", answered=True, since=date(2026, 1, 5)),
    "somebody": Filter(search="ada 2995"),
    "odd signs": Filter(search=ODD),
    "a quotation mark": Filter(search='"'),
    "a backslash": Filter(search="\\"),
    "a percent sign": Filter(search="%"),
    "an underscore": Filter(search="_"),
    "a slash, which escapes": Filter(search="/\" '"),
    "an apostrophe": Filter(search="';"),
    "a picture": Filter(search="🫖"),
    "an accent": Filter(search="fé"),
    "nothing at all": Filter(search="zzzz"),
}


@pytest.mark.parametrize("wanted", ASKED.values(), ids=ASKED)
def test_page_by_page_there_and_back_shows_exactly_what_fits(shop, wanted):
    there, back = shop.walk(wanted)
    seen, all_of_them = [nth for page in there for nth in page.ids], expected(wanted)
    assert seen == all_of_them[: len(seen)] and (there[-1].older or seen == all_of_them)
    assert list(dict.fromkeys(nth for page in reversed(back) for nth in page.ids)) == seen
    assert all(len(page.ids) <= PER_PAGE for page in (*there, *back)) and back[-1] == there[0]
    for page in there:
        if page.count:
            assert page.count.n == len(all_of_them) if page.count.whole else page.count.n < len(all_of_them)
            assert page.count.told <= len(all_of_them)
        if page.first and page.ids:
            assert page.ids[0] == all_of_them[page.first - 1]


@pytest.mark.parametrize("wanted", ASKED.values(), ids=ASKED)
def test_so_do_the_last_pages(shop, wanted):
    all_of_them = expected(wanted)
    if len(all_of_them) > 200:
        place = (ROWS[all_of_them[-121]]["liked_at"], all_of_them[-121])
        there, back = shop.walk(wanted, begin=Turn(behind=place))
        assert [nth for page in there for nth in page.ids] == all_of_them[-120:] and not there[-1].older
        assert [nth for page in reversed(back) for nth in page.ids][-120:] == all_of_them[-120:]
    else:
        there, _ = shop.walk(wanted)
        assert not there[-1].older


@pytest.mark.parametrize("wanted", ASKED.values(), ids=ASKED)
def test_what_is_exported_and_chosen_is_the_same(shop, wanted):
    with shop.db.read() as tx:
        looking = shop.look(tx, wanted)
        assert [nth for part in looking.parts() for nth in part] == expected(wanted)
        chosen = sa.select(tables.likes.c.id).where(*looking.where()).order_by(tables.likes.c.id)
        assert list(tx.scalars(chosen)) == sorted(expected(wanted))


def test_filters_in_any_combination_find_what_fits(shop):
    dice = random.Random(7)
    with shop.db.read() as tx:
        for _ in range(40):
            wanted = Filter(
                search=dice.choice(("", "", "lamp 1", "handle", "ada 1", "shop", "%")), product=dice.choice((None, None, 5)),
                state=dice.choice((None, "held", "counted", "withdrawn")), source=dice.choice((None, "widget", "extension")),
                tag=dice.choice((None, None, "gift")), since=dice.choice((None, date(2026, 1, 20))),
                until=dice.choice((None, date(2026, 1, 22))), answered=dice.random() < 0.3, profile=dice.random() < 0.3,
            )
            assert [nth for part in shop.look(tx, wanted).parts() for nth in part] == expected(wanted), wanted


def test_all_likes_are_counted_from_the_tallies(shop):
    with shop.db.read() as tx:
        count = shop.look(tx, Filter()).page(Turn()).count
        until = shop.look(tx, Filter(until=date(2026, 1, 28))).page(Turn()).count
    assert (count.n, count.whole, count.told) == (LIKES, True, MOST + 1)
    assert until.n == len(expected(Filter(until=date(2026, 1, 28)))) > MOST


def test_a_page_that_is_not_full_says_how_far_it_looked(shop):
    with shop.db.read() as tx:
        looking = finding.Many(tx, shop.id, Filter(), [matching.Lead([], lambda likes: likes.id <= 30)])
        first = looking.page(Turn())
        second = looking.page(first.older)
    assert (first.ids, first.older.behind[0]) == ([], first.looked_to) and first.count is None
    assert second.ids == expected(Filter())[-30:] and second.older is None and second.looked_to is None


def test_likes_that_arrive_in_between_move_nothing(shop):
    def arrive(*ids: int) -> None:
        with shop.db.engine.begin() as tx:
            tx.execute(sa.insert(tables.likes), [like(1) | {
                "site_id": shop.id, "id": nth, "uuid": nth.to_bytes(16, "big"), "liked_at": BEGIN + 300 * DAY + nth,
                "unliked_at": BEGIN, "state": "withdrawn"} for nth in ids])

    def page(turn: Turn):
        with shop.db.read() as tx:
            return shop.look(tx, Filter()).page(turn)

    before = expected(Filter())
    try:
        first = page(Turn())
        arrive(*range(200_001, 200_061))
        second = page(first.older)
        assert second.ids == before[50:100] and second.first == 111
        assert page(second.newer).ids == first.ids and page(second.newer).newer
        nearest = page(page(second.newer).newer)
        assert nearest.ids == list(range(200_050, 200_000, -1)) and nearest.first == 11
        top = page(nearest.newer)
        assert top.ids == list(range(200_060, 200_010, -1)) and top.newer is None, "ten are no page: so it is the first one"
    finally:
        with shop.db.engine.begin() as tx:
            tx.execute(sa.delete(tables.likes).where(tables.likes.c.id > 200_000))


def test_nobody_sees_the_likes_of_another_site(shop):
    with shop.db.read() as tx:
        assert shop.look(tx, Filter(), site_id=shop.other).page(Turn()).ids == [90_000]
        for wanted in (Filter(search="lamp"), Filter(tag="gift"), Filter(product=7), Filter(answered=True), Filter(profile=True)):
            assert shop.look(tx, wanted, site_id=shop.other).page(Turn()).ids in ([], [90_000])
        for wanted in (Filter(product=7), Filter(tag="gift"), Filter(answered=True), Filter(profile=True)):
            assert shop.look(tx, wanted, site_id=shop.other).page(Turn()).ids == []


@pytest.mark.parametrize("text", ["", "1", "1.2.3", "-1.5", "x.y", "1.2x", "²", "9" * 19 + ".1", "1." + "9" * 19, "1.\n2"])
def test_an_address_that_cannot_be_read_is_the_first_page(text):
    assert asked({"behind": text}) == asked({"before": text}) == Turn()


def test_an_address_beyond_both_ends_harms_nothing(shop):
    with shop.db.read() as tx:
        for wanted in (Filter(), Filter(search="shop.test"), Filter(tag="gift"), Filter(search="zzzz")):
            looking = shop.look(tx, wanted)
            assert looking.page(asked({"behind": "0.0"})).ids == []
            assert looking.page(asked({"before": f"{'9' * 18}.{'9' * 18}"})) == looking.page(Turn())


# How it is asked: what a database does with it, not how long that takes.

PLANNED = {name: wanted for name, wanted in ASKED.items() if name != "a product that is another site's"}


@pytest.fixture
def sent(shop):
    """Every statement that is sent, with what was given."""
    kept = []

    def keep(_connection, _cursor, statement, given, _context, _many):
        kept.append((statement, given))

    sa.event.listen(shop.db.engine, "before_cursor_execute", keep)
    yield kept
    sa.event.remove(shop.db.engine, "before_cursor_execute", keep)


@pytest.mark.parametrize("shop", ["sqlite"], indirect=True)
@pytest.mark.parametrize("wanted", PLANNED.values(), ids=PLANNED)
def test_no_table_of_likes_is_read_from_end_to_end(shop, sent, wanted):
    with shop.db.read() as tx:
        for turn in (Turn(), Turn(behind=(BEGIN + 9 * DAY, 5)), Turn(before=(BEGIN + 9 * DAY, 5))):
            endorsements.found(tx, shop.id, wanted, turn, locale="en")
    asked_for, plans = list(sent), []
    with shop.db.engine.connect() as tx:
        for statement, given in asked_for:
            if statement.startswith("SELECT"):
                plans += [row[-1] for row in tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)]
    about_likes = [plan for plan in plans if "likes" in plan]
    assert about_likes and not [plan for plan in about_likes if plan.startswith("SCAN likes")]
