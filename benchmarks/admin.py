"""How long each admin page takes with many likes.

    .venv/bin/python benchmarks/admin.py [--likes 1000000] [--rounds 5] [--database postgresql://…] [--keep folder] [--postgres]

Seeds one site in bulk SQL (a third as many visitors as likes, a third of whom answered, 5,000 products, two years, a tenth of the
likes in the last week; conversations, quotes, mail and an audit log to match), lets the readers of the journal catch up as the
worker does, and prints what each page takes in this process: routing, queries, template; of a file, until its first line of
data. Each page is asked for once to warm up, then `--rounds` times: the best and the median are told, because neighbours on a
busy machine make a page slower and never quicker. The processor's time is that of the best round (on PostgreSQL the database's
own is not in it). `--postgres` starts a PostgreSQL for the time it takes, with tests/parts/postgres.py; where `--keep` holds
a seeded SQLite database, its rows are copied, which takes a minute instead of a quarter of an hour.
"""

import argparse
import importlib
import json
import os
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

import sqlalchemy as sa
from copying import copied

from afterlike import cli, collect, insight, prompts, sites, tables
from afterlike.app import close_house, create_app
from afterlike.clock import DAY, now
from afterlike.config import load
from afterlike.migrate import migrate

PRODUCTS, SPAN, CHUNK = 5_000, 730 * DAY, 50_000
ADMIN = "ana@shop.test"
REASONS, HAVE = ("look", "quality", "idea", "gift", "price"), ("own", "plan", "wish", "looking")
LISTS = ("", "q=handle", "q=product", "q=zzzz", "q=ada+77", "q=newsletter", "state=held", "state=withdrawn", "source=extension",
         "state=counted&source=extension", "answered=1", "profile=1", "tag=gift", "tag=vip", "product={product}",
         "product={product}&state=held&q=handle", "since=2026-01-01&until=2026-03-31", "answered=1&profile=1&state=counted",
         "tag=gift&q=zzzz", "behind={middle}", "before={middle}", "q=product&behind={middle}")
PAGES = (
    "", "/latest", "/charts/gap.svg", "/charts/trend.svg", "/people", "/people?sort=likes", "/people?confirmed=1",
    "/people?q=ada", "/people?waiting=1", "/people/links", "/people/{person}", "/people/{person}/erase", "/products",
    "/products?sort=answered",
    "/products?q=number+77", "/products/{product}", "/products/{product}/price.svg", "/products/{product}/price.csv", "/answers",
    "/answers?q=handle", "/answers.csv", "/answers.jsonl", *(f"/endorsements?{query}" for query in LISTS), "/endorsements/{like}",
    "/endorsements.csv", "/endorsements.csv?q=product", "/endorsements.csv?q=zzzz", "/people/erase?tag=vip",
    "/people/erase?state=held", "/conversations", "/conversations?q=handle", "/conversations?page=100", "/conversations/{talk}",
    "/quotes", "/quotes/new", "/quotes/shared", "/mail", "/mentions", "/extension", "/refused", "/audit", "/audit?page=400",
    "/audit.csv", "/prompts", "/prompts/why", "/settings", "/widget", "/widget/privacy", "/widget/words", "/tag", "/install",
    "/keys", "/admins", "/webhooks",
)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--likes", type=int, default=1_000_000)
    asked.add_argument("--rounds", type=int, default=5)
    asked.add_argument("--database", default="")
    asked.add_argument("--keep", default="", help="a folder that is kept, and measured again without seeding")
    asked.add_argument("--postgres", action="store_true", help="on a PostgreSQL of its own, with the rows that are kept")
    wanted = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(wanted.keep or folder)
        (on_postgres if wanted.postgres else measure)(wanted, home)


def on_postgres(wanted: argparse.Namespace, home: Path) -> None:
    sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
    server = importlib.import_module("parts.postgres").Postgres()
    try:
        wanted.database, kept = server.empty(), home / "afterlike.db"
        if kept.exists():
            config = load({"AFTERLIKE_HOME": str(home), "AFTERLIKE_DATABASE_URL": wanted.database})
            migrate(config.database_url, config.folder)
            engine = sa.create_engine(config.database_url)
            timed("copying", lambda: copied(engine, kept))
            engine.dispose()
        measure(wanted, home)
    finally:
        server.close()


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
    """Ids are counted from 1: the database is new. Every third like is its visitor's first; every third visitor is a person."""
    dice, at, visitors = random.Random(1), now(), max(1, likes // 3)
    begin, people = at - SPAN, visitors // 3
    goods = range(1, PRODUCTS + 1)
    put(engine, tables.products, ({"id": nth, "site_id": site_id, "key_hash": wide(nth), "key": f"p-{nth}", "shown_id": nth,
                                   "url": f"https://shop.test/p/{nth}", "first_seen_at": begin} for nth in goods))
    put(engine, tables.product_showings, ({"id": nth, "product_id": nth, "title": f"Product number {nth}", "price_minor": 1999,
                                           "currency": "EUR", "availability": "in_stock", "shown_at": begin} for nth in goods))
    put(engine, tables.endorsers, ({"id": nth, "site_id": site_id, "made_at": begin} for nth in range(1, people + 1)))
    put(engine, tables.visitors, ({"id": nth, "site_id": site_id, "hash": wide(nth), "first_seen_at": begin,
                                   "endorser_id": nth // 3 if nth % 3 == 0 else None} for nth in range(1, visitors + 1)))
    seed_addresses(engine, site_id, people, begin)
    moments = sorted(at - (dice.randrange(7 * DAY) if nth % 10 == 0 else dice.randrange(SPAN)) for nth in range(likes))
    put(engine, tables.likes, (like(dice, nth, site_id, liked_at) for nth, liked_at in enumerate(moments, 1)))
    put(engine, tables.answers, ({"site_id": site_id, "uuid": wide(nth), "like_id": 9 * nth, "visitor_id": 3 * nth,
                                  "prompt_version_id": version, "said": said(dice), "done": 1,
                                  "answered_at": moments[9 * nth - 1], "changed_at": moments[9 * nth - 1]}
                                 for nth in range(1, people + 1)))
    put(engine, tables.visits, ({"site_id": site_id, "uuid": wide(nth), "visitor_id": nth, "page_url": "https://shop.test/",
                                 "visited_at": at - dice.randrange(SPAN)} for nth in range(1, visitors + 1, 4)))
    put(engine, tables.orders, ({"site_id": site_id, "order_id": f"o-{nth}", "visitor_id": nth, "total_minor": 4999,
                                 "currency": "EUR", "via": "api", "ordered_at": at - dice.randrange(SPAN)}
                                for nth in range(1, visitors + 1, 20)))
    put(engine, tables.like_tags, ({"like_id": nth, "tag": "gift" if nth % 1920 != 3 else "vip", "site_id": site_id}
                                   for nth in range(3, likes, 48)))
    seed_desk(engine, dice, site_id, people, moments)
    with engine.begin() as tx:
        tx.exec_driver_sql("INSERT INTO like_counts (product_id, counted) SELECT product_id, count(*) FROM likes"
                           " WHERE state = 'counted' GROUP BY product_id")
        tx.exec_driver_sql("INSERT INTO journal (site_id, kind, at, visitor_id, product_id, like_id)"
                           " SELECT site_id, 'liked', liked_at, visitor_id, product_id, id FROM likes ORDER BY id")
        if engine.dialect.name == "postgresql":  # which does so by itself sooner or later; SQLite does not
            tx.exec_driver_sql("ANALYZE")


def seed_addresses(engine, site_id: int, people: int, begin: int) -> None:
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


def seed_desk(engine, dice: random.Random, site_id: int, people: int, moments: list[int]) -> None:
    """A tenth of the people were written with, a fiftieth were asked for a quote; letters, mentions, and what admins did."""
    at = moments[-1]
    put(engine, tables.conversations, ({"id": nth, "site_id": site_id, "endorser_id": 10 * nth, "like_id": 90 * nth,
                                        "state": ("open", "closed")[nth % 2],
                                        "waits_for": "admin" if nth % 6 == 0 else "endorser",
                                        "made_at": moments[90 * nth - 1],
                                        "waits_since": moments[90 * nth - 1], "changed_at": moments[90 * nth - 1]}
                                       for nth in range(1, people // 10 + 1)))
    put(engine, tables.messages, ({"conversation_id": (nth + 1) // 2, "uuid": wide(nth), "author": ("endorser", "admin")[nth % 2],
                                   "words": f"The handle {dice.randrange(10**6)} is a joy", "said_at": at - dice.randrange(SPAN)}
                                  for nth in range(1, people // 10 * 2 + 1)))
    put(engine, tables.quotes, ({"site_id": site_id, "endorser_id": 50 * nth, "like_id": 450 * nth,
                                 "product_id": 1 + nth % PRODUCTS, "source": "answer", "source_id": 50 * nth, "part": "why",
                                 "said_at": at, "asked_words": "A joy",
                                 "words": "A joy", "state": ("asked", "given", "refused")[nth % 3], "asked_at": at - nth}
                                for nth in range(1, people // 50 + 1)))
    put(engine, tables.outbox, ({"site_id": site_id, "kind": "letter", "payload": "{}",
                                 "state": "sent" if nth % 500 else "failed", "due_at": at, "made_at": at, "sent_at": at}
                                for nth in range(1, people // 3 + 1)))
    put(engine, tables.webmentions, ({"site_id": site_id, "key": f"m{nth}", "pair": wide(nth), "source": f"https://blog.test/{nth}",
                                      "target": "https://shop.test/p/1", "host": "blog.test",
                                      "state": ("accepted", "held")[nth % 2], "kind": "mention", "received_at": at}
                                     for nth in range(1, 2001)))
    put(engine, tables.audit, ({"site_id": site_id, "admin_id": 1, "kind": "endorsement_read", "about_id": nth,
                                "at": at - 20_000 + nth, "prev_hash": bytes(32), "row_hash": bytes(32)}
                               for nth in range(1, 20_001)))


def wide(nth: int) -> bytes:
    return nth.to_bytes(16, "big")


def like(dice: random.Random, nth: int, site_id: int, liked_at: int) -> dict:
    """The nth like; popular products more often, one in ten on a page of another address."""
    visitor = nth // 3 if nth % 3 == 0 else dice.randrange(max(1, nth // 3)) + 1
    product = 1 + (int(PRODUCTS * dice.random() ** 2.5) + nth // 300_000) % PRODUCTS
    state = "withdrawn" if nth % 50 == 1 else {1: "held", 2: "rejected"}.get(nth % 200, "counted")
    return {"id": nth, "site_id": site_id, "uuid": wide(nth), "visitor_id": visitor, "product_id": product,
            "shown_id": product, "state": state, "source": "widget" if nth % 20 else "extension", "liked_at": liked_at,
            "pressed_at": liked_at, "unliked_at": liked_at + 1 if state == "withdrawn" else None,
            "page_url": f"https://shop.test/p/{product}" + ("" if nth % 10 else f"?from=newsletter-{nth % 97}"),
            "page_title": f"Product number {product} at the shop", "step_reason": "due", "lasting": nth % 5 and 1}


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
        sums, talks, counts = tables.people_sums.c, tables.conversations.c, tables.like_counts.c
        liked_at = tables.likes.c.liked_at
        middle = tx.execute(sa.select(liked_at, tables.likes.c.id).order_by(liked_at).offset(likes // 2).limit(1)).one()
        rows = {
            "person": tx.scalar(sa.select(sums.person).where(sums.person > 0).order_by(sums.likes.desc()).limit(1)),
            "product": tx.scalar(sa.select(counts.product_id).order_by(counts.counted.desc()).limit(1)),
            "talk": tx.scalar(sa.select(sa.func.max(talks.id))), "like": middle.id, "middle": f"{middle.liked_at}.{middle.id}",
        }
    print(f"\n{likes:,} likes, {house.db.engine.dialect.name}, {os.cpu_count()} cores\n")
    print(f"{'page':58} {'best':>9} {'median':>9} {'processor':>10} {'KB':>5}")
    for path in PAGES:
        took = sorted(once(client, here + path.format(**rows)) for _ in range(rounds + 1))[:rounds]
        best, median = took[0], statistics.median(one[0] for one in took)
        print(f"{path or '/':58} {best[0]:6.0f} ms {median:6.0f} ms {best[1]:7.0f} ms {best[2] // 1024:5}", flush=True)


def once(client, path: str) -> tuple[float, float, int]:
    """Milliseconds on the clock and of the processor, and how many bytes came; of a file, what came first."""
    begun, busy = time.perf_counter(), time.process_time()
    reply = client.get(path, base_url="https://likes.test", headers={"Accept": "text/html"})
    assert reply.status_code in (200, 303), (path, reply.status_code)
    parts = reply.iter_encoded()
    size = len(next(parts, b"")) + len(next(parts, b""))
    size += 0 if reply.is_streamed and "Content-Disposition" in reply.headers else sum(map(len, parts))
    took = (time.perf_counter() - begun) * 1000, (time.process_time() - busy) * 1000, size
    reply.close()
    return took


if __name__ == "__main__":
    main()
