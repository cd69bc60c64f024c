"""Topics, what news can be about, and who wants news about which."""

import json

import sqlalchemy as sa

from afterlike import db, tables
from afterlike.endorsers import ledger
from afterlike.endorsers.people import person_at

ALL = "all"

_topics, _subscriptions = tables.topics, tables.subscriptions


def ensure_topics(tx: sa.Connection, site_id: int, named: list[tuple[str, str]], at: int) -> list[int]:
    """The ids of these (key, name), new ones kept."""
    if not named:
        return []
    rows = [{"site_id": site_id, "key": key, "name": name, "made_at": at} for key, name in sorted(named)]
    tx.execute(db.insert(tx, _topics).values(rows).on_conflict_do_nothing(index_elements=["site_id", "key"]))
    keys = [key for key, _ in named]
    return list(tx.scalars(sa.select(_topics.c.id).where(_topics.c.site_id == site_id, _topics.c.key.in_(keys))))


def ask_for(tx: sa.Connection, channel_id: int, topic_ids: list[int], at: int) -> None:
    """Unconfirmed, until the button in the mail is pressed; what is confirmed already stays so."""
    rows = [{"channel_id": channel_id, "topic_id": topic_id, "state": "unconfirmed", "asked_at": at} for topic_id in topic_ids]
    if rows:
        tx.execute(db.insert(tx, _subscriptions).values(rows).on_conflict_do_nothing(index_elements=["channel_id", "topic_id"]))


def subscribe(tx: sa.Connection, channel_id: int, topic_ids: list[int], at: int) -> None:
    """Confirmed from now on."""
    kept = {"state": "confirmed", "confirmed_at": at, "ended_at": None}
    for topic_id in sorted(topic_ids):
        tx.execute(
            db.insert(tx, _subscriptions)
            .values(channel_id=channel_id, topic_id=topic_id, asked_at=at, **kept)
            .on_conflict_do_update(index_elements=["channel_id", "topic_id"], set_=kept)
        )


def topics_of(tx: sa.Connection, channel_id: int) -> list[tuple[int, str, str, str]]:
    """(topic id, key, name, state) of a person's topics, the oldest first."""
    asked = (
        sa.select(_topics.c.id, _topics.c.key, _topics.c.name, _subscriptions.c.state)
        .join_from(_subscriptions, _topics)
        .where(_subscriptions.c.channel_id == channel_id)
        .order_by(_subscriptions.c.asked_at, _topics.c.id)
    )
    return [tuple(row) for row in tx.execute(asked)]


def set_topics(tx: sa.Connection, items: list[tuple[int, dict[int, bool], int]]) -> list[None]:
    """For each (channel id, {topic id: wanted}, now): one's own choice; topics of other sites are left aside."""
    return [_set_topics(tx, *item) for item in items]


def _set_topics(tx: sa.Connection, channel_id: int, wanted: dict[int, bool], at: int) -> None:
    someone = person_at(tx, channel_id)
    if someone is None:
        return
    ours = set(tx.scalars(sa.select(_topics.c.id).where(_topics.c.site_id == someone.site_id, _topics.c.id.in_(wanted))))
    before = {topic_id: state == "confirmed" for topic_id, _, _, state in topics_of(tx, channel_id)}
    changed = {topic_id: yes for topic_id, yes in wanted.items() if topic_id in ours and before.get(topic_id, False) != yes}
    if not changed:
        return
    subscribe(tx, channel_id, [topic_id for topic_id, yes in changed.items() if yes], at)
    gone = [topic_id for topic_id, yes in changed.items() if not yes]
    own = (_subscriptions.c.channel_id == channel_id) & _subscriptions.c.topic_id.in_(gone)
    tx.execute(sa.update(_subscriptions).where(own).values(state="unsubscribed", ended_at=at))
    left = [key for _, key, _, state in topics_of(tx, channel_id) if state == "confirmed"]
    ledger.record(tx, someone.site_id, [{
        "action": "changed", "purpose": "news", "method": "me_page", "at": at, "endorser_id": someone.id,
        "subject": someone.subject, "topics": json.dumps(left),
    }])
