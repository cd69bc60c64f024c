"""How long each admin page takes with many likes.

    .venv/bin/python benchmarks/admin.py [--likes 1000000] [--rounds 5] [--database postgresql://…] [--keep folder]

Seeds one site in bulk SQL (a third as many visitors as likes, a third of whom answered, 5,000 products, two years, a tenth of the
likes in the last week), lets the readers of the journal catch up as the worker does, and prints what each page takes in this
process: routing, queries, template. Beside the time on the clock stands the processor's time, which neighbours on a busy
machine do not change (on PostgreSQL the database's own is not in it).
"""

import argparse
import json
import os
import random
import statistics
import tempfile
import time
from pathlib import Path

import sqlalchemy as sa

from afterlike import cli, collect, insight, prompts, sites, tables
from afterlike.app import close_house, create_app
from afterlike.clock import DAY, now
from afterlike.config import load
from afterlike.migrate import migrate

PRODUCTS, SPAN, CHUNK = 5_000, 730 * DAY, 50_000
ADMIN = "ana@shop.test"
REASONS, HAVE = ("look", "quality", "idea", "gift", "price"), ("own", "plan", "wish", "looking")
PAGES = ("", "/charts/gap.svg", "/charts/trend.svg", "/people", "/people?sort=likes", "/people?confirmed=1", "/people?q=ada",
         "/people/{person}", "/products", "/products?sort=answered", "/products?q=number+77", "/products/{product}",
         "/products/{product}/price.svg", "/answers", "/answers?q=handle",
         "/endorsements", "/endorsements?q=handle", "/conversations", "/mail")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--likes", type=int, default=1_000_000)
    asked.add_argument("--rounds", type=int, default=5)
    asked.add_argument("--database", default="")
    asked.add_argument("--keep", default="", help="a folder that is kept, and measured again without seeding")
    wanted = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measure(wanted, Path(wanted.keep or folder))


def measure(wanted: argparse.Namespace, home: Path) -> None:
    home.mkdir(parents=True, exist_ok=True)
    url = wanted.database or f"sqlite:///{home / 'afterlike.db'}"
    config = load({"AFTERLIKE_HOME": str(home), "AFTERLIKE_DATABASE_URL": url, "AFTERLIKE_LIVE_SECONDS": "0"})
    migrate(config.database_url, config.folder)
    app = create_app(config)
    house = app.extensions["afterlike"]
    try:
        with house.db.read() as tx:
            known = tx.execute(sa.select(tables.sites.c.key, tables.sites.c.id)).first()
        key, site_id = known or seeded(house, wanted.likes)
        timed("tallies", lambda: collect.tally(house.db))
        timed("sums of people and products", lambda: insight.add_up(house.db))
        timed("sums of answers", lambda: insight.add_up_answers(house.db, now()))
        report(app, house, f"/admin/sites/{key}", site_id, wanted.rounds)
    finally:
        close_house(house)


def timed(what: str, work) -> None:
    begun, busy = time.perf_counter(), time.process_time()
    work()
    print(f"{what}: {time.perf_counter() - begun:.1f} s, of it {time.process_time() - busy:.1f} s of our processor", flush=True)


def seeded(house, likes: int) -> tuple[str, int]:
    with house.db.engine.begin() as tx:
        [made] = cli.register(tx, [("Shop", ("https://shop.test",), ADMIN, "en", "https://likes.test", now())])
        site_id = sites.site_named(tx, made["site"]).id
        version = prompts.of_site(tx, site_id)[0].version_id
    timed(f"seeding {likes:,} likes", lambda: seed(house.db.engine, site_id, likes, version))
    return made["site"], site_id


def seed(engine, site_id: int, likes: int, version: int) -> None:
    """Ids are counted from 1: the database is new."""
    dice, at, visitors = random.Random(1), now(), max(1, likes // 3)
    begin = at - SPAN
    goods = range(1, PRODUCTS + 1)
    put(engine, tables.products, ({"id": nth, "site_id": site_id, "key_hash": wide(nth), "key": f"p-{nth}", "shown_id": nth,
                                   "url": f"https://shop.test/p/{nth}", "first_seen_at": begin} for nth in goods))
    put(engine, tables.product_showings, ({"id": nth, "product_id": nth, "title": f"Product number {nth}", "price_minor": 1999,
                                           "currency": "EUR", "availability": "in_stock", "shown_at": begin} for nth in goods))
    people = visitors // 3
    put(engine, tables.endorsers, ({"id": nth, "site_id": site_id, "made_at": begin} for nth in range(1, people + 1)))
    put(engine, tables.visitors, ({"id": nth, "site_id": site_id, "hash": wide(nth), "first_seen_at": begin,
                                   "endorser_id": nth if nth <= people else None} for nth in range(1, visitors + 1)))
    put(engine, tables.profile_links, ({"site_id": site_id, "uuid": wide(nth), "endorser_id": nth, "name": f"Ada {nth}",
                                        "url": f"https://people.test/{nth}", "state": "claimed", "claimed_at": begin}
                                       for nth in range(1, people + 1, 7)))
    put(engine, tables.channels, ({"site_id": site_id, "endorser_id": nth, "kind": "email", "address": f"a{nth}@people.test",
                                   "subject": wide(nth), "state": "confirmed", "locale": "en", "made_at": begin,
                                   "confirmed_at": begin, "changed_at": begin} for nth in range(1, people + 1, 3)))
    with engine.begin() as tx:
        text = tx.scalar(sa.insert(tables.consent_texts).values(
            site_id=site_id, purpose="follow_up", locale="en", version=1, words="Yes", controller="Shop", sha256=bytes(32),
            made_at=begin).returning(tables.consent_texts.c.id))
    put(engine, tables.consents, ({"endorser_id": nth, "channel": "email", "purpose": "follow_up", "text_id": text,
                                   "given_at": begin} for nth in range(1, people + 1, 3)))
    put(engine, tables.likes, (like(dice, nth, site_id, visitors, at) for nth in range(1, likes + 1)))
    put(engine, tables.answers, ({"site_id": site_id, "uuid": wide(nth), "like_id": nth, "visitor_id": nth,
                                  "prompt_version_id": version, "said": said(dice), "done": 1, "answered_at": begin,
                                  "changed_at": begin} for nth in range(1, people + 1)))
    put(engine, tables.visits, ({"site_id": site_id, "uuid": wide(nth), "visitor_id": nth, "page_url": "https://shop.test/",
                                 "visited_at": at - dice.randrange(SPAN)} for nth in range(1, visitors + 1, 4)))
    with engine.begin() as tx:
        tx.exec_driver_sql("INSERT INTO like_counts (product_id, counted) SELECT product_id, count(*) FROM likes"
                           " WHERE state = 'counted' GROUP BY product_id")
        tx.exec_driver_sql("INSERT INTO journal (site_id, kind, at, visitor_id, product_id, like_id)"
                           " SELECT site_id, 'liked', liked_at, visitor_id, product_id, id FROM likes ORDER BY id")
        tx.exec_driver_sql("ANALYZE")


def wide(nth: int) -> bytes:
    return nth.to_bytes(16, "big")


def like(dice: random.Random, nth: int, site_id: int, visitors: int, at: int) -> dict:
    """The nth like: of the nth visitor first, so that everybody has one; popular products more often."""
    visitor = nth if nth <= visitors else dice.randrange(visitors) + 1
    liked_at = at - (dice.randrange(7 * DAY) if nth % 10 == 0 else dice.randrange(SPAN))
    product = 1 + (int(PRODUCTS * dice.random() ** 2.5) + nth // visitors) % PRODUCTS
    state = "withdrawn" if nth % 50 == 0 else {1: "held", 2: "rejected"}.get(nth % 200, "counted")
    return {"id": nth, "site_id": site_id, "uuid": wide(nth), "visitor_id": visitor, "product_id": product,
            "shown_id": product, "state": state, "source": "widget" if nth % 20 else "extension", "liked_at": liked_at,
            "pressed_at": liked_at,
            "unliked_at": at if state == "withdrawn" else None, "page_url": f"https://shop.test/p/{product}",
            "step_reason": "due", "lasting": nth % 5 and 1}


def said(dice: random.Random) -> str:
    words = {"other": f"The handle {dice.randrange(10**6)}"}
    return json.dumps({"why": [words] if dice.random() < 0.05 else [dice.choice(REASONS)], "have": dice.choice(HAVE)})


def put(engine, table: sa.Table, rows) -> None:
    """In bulk; a like that its visitor has already is left out by the database."""
    part = []
    verb = "INSERT OR IGNORE" if engine.dialect.name == "sqlite" else "INSERT"
    tail = "" if engine.dialect.name == "sqlite" else " ON CONFLICT DO NOTHING"
    mark = "?" if engine.dialect.name == "sqlite" else "%s"

    def send() -> None:
        names = list(part[0])
        text = f"{verb} INTO {table.name} ({', '.join(names)}) VALUES ({', '.join([mark] * len(names))}){tail}"
        with engine.begin() as tx:
            tx.connection.dbapi_connection.cursor().executemany(text, [tuple(row.values()) for row in part])

    for row in rows:
        part.append(row)
        if len(part) == CHUNK:
            send()
            part = []
    if part:
        send()


def report(app, house, here: str, site_id: int, rounds: int) -> None:
    client = app.test_client()
    token = house.db.write(sites.links_for, (ADMIN, "", now())).rpartition("/")[2]
    shown = client.get(f"/admin/sign-in/{token}", base_url="https://likes.test").text
    proof = shown.partition('name="proof" value="')[2].partition('"')[0]
    client.post(f"/admin/sign-in/{token}", data={"proof": proof}, base_url="https://likes.test")
    with house.db.read() as tx:
        likes = tx.scalar(sa.select(sa.func.count()).select_from(tables.likes))
        sums = tables.people_sums.c
        person = tx.scalar(sa.select(sums.person).where(sums.person > 0).order_by(sums.likes.desc()).limit(1))
        product = tx.scalar(sa.select(tables.like_counts.c.product_id).order_by(tables.like_counts.c.counted.desc()).limit(1))
    print(f"\n{likes:,} likes, {house.db.engine.dialect.name}, {os.cpu_count()} cores\n")
    print(f"{'page':32} {'median':>9} {'worst':>9} {'processor':>10} {'KB':>5}")
    for path in PAGES:
        path = path.format(person=person, product=product)
        took, busy = [], []
        for _ in range(rounds + 1):
            begun, before = time.perf_counter(), time.process_time()
            reply = client.get(here + path, base_url="https://likes.test", headers={"Accept": "text/html"})
            took.append((time.perf_counter() - begun) * 1000)
            busy.append((time.process_time() - before) * 1000)
        assert reply.status_code == 200, (path, reply.status_code)
        times = f"{statistics.median(took[1:]):6.0f} ms {max(took[1:]):6.0f} ms {statistics.median(busy[1:]):7.0f} ms"
        print(f"{path or '/':32} {times} {len(reply.data) // 1024:5}", flush=True)


if __name__ == "__main__":
    main()
