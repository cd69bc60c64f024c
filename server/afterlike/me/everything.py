"""Everything that one site keeps of one person, as one file with names that a person can read.

WHAT is the whole of it, in reading order; a test asks of every table that could hold something of a person whether it is here.
"""

import json
from collections.abc import Callable

import sqlalchemy as sa

from afterlike import endorsers, followup, prompts, publicity, tables
from afterlike.endorsers import Person
from afterlike.show import amount
from afterlike.show import iso as moment
from afterlike.sites import Site
from afterlike.wire import uuid_text


def written(tx: sa.Connection, person: Person, site: Site, now: int) -> str:
    """The file: JSON, indented, moments in ISO 8601 (UTC), money as decimal text."""
    about = {"site": {"name": site.name, "key": site.key, "privacy_notice": site.privacy_url}, "made_at": moment(now)}
    told = about | {name: read(tx, person) for name, read in WHAT}
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def _you(tx: sa.Connection, person: Person) -> dict:
    channels = tables.channels.c
    found = _rows(tx, sa.select(
        channels.address, channels.state, channels.locale.label("language"), channels.pace.label("how_often"),
        channels.made_at.label("left_at"), channels.confirmed_at, channels.changed_at, channels.paused_until,
        channels.asked_at.label("confirmation_mailed_at"), channels.link_at.label("link_mailed_at"),
    ).where(channels.id == person.channel_id))
    suppressed = sa.select(tables.suppressions.c.reason, tables.suppressions.c.since_at).where(
        tables.suppressions.c.site_id == person.site_id, tables.suppressions.c.subject == person.subject)
    endorser = sa.select(tables.endorsers.c.made_at).where(tables.endorsers.c.id == person.id)
    known = {"known_since": moment(tx.scalar(endorser)), "not_written_to": _rows(tx, suppressed)}
    return (found[0] if found else {"address": None}) | known


def _likes(tx: sa.Connection, person: Person) -> list[dict]:
    likes, products, shown = tables.likes.c, tables.products.c, tables.product_showings.c
    return _rows(tx, sa.select(
        likes.uuid, products.key.label("product_key"), shown.title.label("product"), products.url.label("product_address"),
        shown.image.label("picture"), shown.price_minor, shown.currency, shown.category, shown.brand, shown.sku,
        shown.availability, likes.state, likes.source.label("came_by"), likes.liked_at, likes.pressed_at,
        likes.unliked_at.label("taken_back_at"), likes.page_url.label("page_address"), likes.page_title,
        likes.referrer.label("came_from"), likes.placement, likes.position, likes.dwell_ms.label("milliseconds_on_the_page"),
        likes.locale.label("language"), likes.step_reason.label("why_we_asked_or_not"),
    ).select_from(
        tables.likes.join(tables.products, likes.product_id == products.id)
        .outerjoin(tables.product_showings, likes.shown_id == shown.id)
    ).where(likes.visitor_id.in_(_browsers(person)), likes.site_id == person.site_id).order_by(likes.liked_at, likes.id))


def _answers(tx: sa.Connection, person: Person) -> list[dict]:
    answers, likes, products = tables.answers.c, tables.likes.c, tables.products.c
    rows = tx.execute(
        sa.select(tables.answers, likes.uuid.label("like_uuid"), products.key)
        .join_from(tables.answers, tables.likes, answers.like_id == likes.id)
        .join(tables.products, likes.product_id == products.id)
        .where(answers.visitor_id.in_(_browsers(person)), answers.site_id == person.site_id)
        .order_by(answers.id)
    ).all()
    asked = prompts.versions(tx, {row.prompt_version_id for row in rows})
    return [_answer(row, asked[row.prompt_version_id], person.locale) for row in rows]


def _answer(row: sa.Row, prompt: prompts.Prompt, locale: str) -> dict:
    given = json.loads(row.said)
    pairs = [{"question": question, "answer": answer} for question, answer in prompts.said(prompt.flow, given, locale)]
    return {
        "id": uuid_text(row.uuid), "like": uuid_text(row.like_uuid), "product_key": row.key, "survey": prompt.key,
        "version": prompt.version, "said": pairs, "as_kept": given, "finished": bool(row.done),
        "answered_at": moment(row.answered_at), "changed_at": moment(row.changed_at),
    }


def _asked(tx: sa.Connection, person: Person) -> list[dict]:
    showings, asked, likes = tables.prompt_showings.c, tables.prompts.c, tables.likes
    return _rows(tx, sa.select(asked.key.label("survey"), showings.uuid, showings.state, showings.shown_at,
                               likes.c.uuid.label("like_uuid"))
        .join_from(tables.prompt_showings, tables.prompts, showings.prompt_id == asked.id)
        .join(likes, likes.c.id == showings.like_id, isouter=True)
        .where(showings.visitor_id.in_(_browsers(person)), showings.site_id == person.site_id).order_by(showings.id))


def _turns(tx: sa.Connection, person: Person) -> list[dict]:
    turns, asked = tables.prompt_turns.c, tables.prompts.c
    return _rows(tx, sa.select(asked.key.label("survey"), turns.handed_at, turns.shown_at, turns.dismissed_at, turns.answered_at)
        .join_from(tables.prompt_turns, tables.prompts, turns.prompt_id == asked.id)
        .where(turns.visitor_id.in_(_browsers(person))).order_by(turns.visitor_id, turns.prompt_id))


def _sign_ups(tx: sa.Connection, person: Person) -> list[dict]:
    opt_ins = tables.opt_ins.c
    return _rows(tx, sa.select(
        opt_ins.uuid, opt_ins.topics, opt_ins.consents, opt_ins.locale.label("language"), opt_ins.method,
        opt_ins.page_path.label("page"), opt_ins.gpc.label("global_privacy_control"), opt_ins.state, opt_ins.asked_at,
        opt_ins.settled_at,
    ).where(opt_ins.subject == person.subject, opt_ins.site_id == person.site_id).order_by(opt_ins.id))


def _topics(tx: sa.Connection, person: Person) -> list[dict]:
    subscriptions, topics = tables.subscriptions.c, tables.topics.c
    return _rows(tx, sa.select(topics.key.label("topic"), topics.name, subscriptions.state, subscriptions.asked_at,
                               subscriptions.confirmed_at, subscriptions.ended_at)
        .join_from(tables.subscriptions, tables.topics, subscriptions.topic_id == topics.id)
        .where(subscriptions.channel_id == person.channel_id).order_by(topics.id))


def _agreed(tx: sa.Connection, person: Person) -> list[dict]:
    consents, texts = tables.consents.c, tables.consent_texts.c
    return _rows(tx, sa.select(consents.purpose, consents.channel, consents.given_at, consents.withdrawn_at, texts.words,
                               texts.version, texts.locale.label("language"), texts.controller, texts.privacy_url)
        .join_from(tables.consents, tables.consent_texts, consents.text_id == texts.id)
        .where(consents.endorser_id == person.id).order_by(consents.purpose))


def _ledger(tx: sa.Connection, person: Person) -> list[dict]:
    """Whoever asked with another address in the same browser, and has not confirmed it, may be somebody else."""
    rows = endorsers.ledger_of(tx, person.site_id, person.id)
    return [_plain(row._mapping) for row in rows if row.subject in (None, person.subject)]


def _profiles(tx: sa.Connection, person: Person) -> list[dict]:
    links, grants = tables.profile_links.c, tables.profile_grants
    return _rows(tx, sa.select(links.uuid, links.url.label("address"), links.name, links.state, links.network, links.claimed_at,
                               links.published_at.label("shown_since_at"), links.checked_at, links.proven_at,
                               links.outcome.label("last_check"), links.score.label("looks_like_spam"),
                               links.reasons.label("why_it_does"), links.review.label("looked_at_by_hand"), links.reviewed_at,
                               grants.c.host.label("proven_by_signing_in_at_host"), grants.c.granted_at.label("signed_in_at"))
        .join_from(tables.profile_links, grants, grants.c.link_id == links.id, isouter=True)
        .where(links.endorser_id == person.id, links.site_id == person.site_id).order_by(links.id))


def _public_pages(tx: sa.Connection, person: Person) -> list[dict]:
    pages = tables.public_pages.c
    return _rows(tx, sa.select(pages.key, pages.name, pages.made_at, pages.listed_at).where(pages.endorser_id == person.id))


def _outside(tx: sa.Connection, person: Person) -> list[dict]:
    """That somebody of the site wrote to them on another network; what was written is not here."""
    letters = tables.outside_letters.c
    return _rows(tx, sa.select(letters.network, letters.wrote_at).where(letters.endorser_id == person.id).order_by(letters.id))


def _quotes(tx: sa.Connection, person: Person) -> list[dict]:
    quotes, products, links = tables.quotes.c, tables.products.c, tables.profile_links
    rows = _rows(tx, sa.select(
        quotes.id.label("number"), products.key.label("product_key"), quotes.source.label("said_in"), quotes.said_at,
        quotes.asked_words.label("asked_for"), quotes.words.label("allowed"), quotes.name.label("name_shown"),
        links.c.url.label("profile_shown"), quotes.places, quotes.perk.label("what_you_got_in_return"), quotes.state,
        quotes.asked_at, quotes.mailed_at, quotes.answered_at, quotes.until_at, quotes.ended_at, quotes.hidden_at,
    ).join_from(tables.quotes, tables.products, products.id == quotes.product_id)
        .join(links, links.c.id == quotes.link_id, isouter=True)
        .where(quotes.endorser_id == person.id).order_by(quotes.id))
    pictures = publicity.pictures_as_text(tx, [row["number"] for row in rows])
    return [row | {"picture": pictures.get(row["number"])} for row in rows]


def _feed(tx: sa.Connection, person: Person) -> list[dict]:
    keys = tables.feed_keys.c
    return _rows(tx, sa.select(keys.made_at.label("address_made_at")).where(keys.endorser_id == person.id))


def _shares(tx: sa.Connection, person: Person) -> list[dict]:
    return [
        {"product": one.product, "code": one.code, "made_at": moment(one.made_at), "opened": one.opened, "people": one.people,
         "came_back": one.visits, "likes": one.likes}
        for one in publicity.shares_of(tx, person.id)
    ]


def _came_by(tx: sa.Connection, person: Person) -> list[dict]:
    """That somebody else's link brought them; whose it was is that person's business."""
    credits = tables.share_credits.c
    return _rows(tx, sa.select(credits.kind.label("you"), credits["at"].label("credited_at"))
        .where(credits.visitor_id.in_(_browsers(person))).order_by(credits["at"]))


def _conversations(tx: sa.Connection, person: Person) -> list[dict]:
    return [
        _plain(talk) | {name: [_plain(one) for one in talk[name]] for name in ("messages", "notes") if name in talk}
        for talk in followup.exported(tx, person.id)
    ]


def _my_browsers(tx: sa.Connection, person: Person) -> list[dict]:
    visitors, merges = tables.visitors.c, tables.merges
    return _rows(tx, sa.select(visitors.first_seen_at, merges.c.merged_at.label("became_yours_at"),
                               merges.c.undone_at.label("given_back_at"))
        .join_from(tables.visitors, merges, (merges.c.visitor_id == visitors.id) & (merges.c.to_id == person.id), isouter=True)
        .where(visitors.endorser_id == person.id, visitors.site_id == person.site_id).order_by(visitors.id))


def _visits(tx: sa.Connection, person: Person) -> list[dict]:
    visits = tables.visits.c
    return _rows(tx, sa.select(visits.page_url.label("page_address"), visits.referrer.label("came_from"), visits.visited_at)
        .where(visits.visitor_id.in_(_browsers(person)), visits.site_id == person.site_id).order_by(visits.id))


def _orders(tx: sa.Connection, person: Person) -> list[dict]:
    orders = tables.orders.c
    return _rows(tx, sa.select(orders.order_id, orders.total_minor, orders.discount_minor, orders.currency, orders.coupon,
                               orders["items"], orders.via, orders.ordered_at)
        .where(orders.visitor_id.in_(_browsers(person)), orders.site_id == person.site_id).order_by(orders.id))


def _notes(tx: sa.Connection, person: Person) -> list[dict]:
    """What admins wrote down; whose hand it was is nobody's business but the shop's."""
    notes = tables.endorser_notes.c
    return _rows(tx, sa.select(notes.words, notes.noted_at).where(notes.endorser_id == person.id).order_by(notes.id))


def _tags(tx: sa.Connection, person: Person) -> list[dict]:
    tags = tables.endorser_tags.c
    return _rows(tx, sa.select(tags.tag, tags.tagged_at).where(tags.endorser_id == person.id).order_by(tags.tag))


def _mailed(tx: sa.Connection, person: Person) -> list[dict]:
    links = tables.mailed_links.c
    return _rows(tx, sa.select(links.use.label("what_for"), links.made_at, links.ends_at, links.used_at)
        .where(links.channel_id == person.channel_id).order_by(links.id))


def _came_back(tx: sa.Connection, person: Person) -> list[dict]:
    bounces = tables.bounces.c
    return _rows(tx, sa.select(bounces.kind, bounces.status, bounces.said, bounces.at.label("came_back_at"))
        .where(bounces.channel_id == person.channel_id).order_by(bounces.id))


def _signed_in(tx: sa.Connection, person: Person) -> list[dict]:
    sessions = tables.person_sessions.c
    return _rows(tx, sa.select(sessions.made_at.label("since_at"), sessions.ends_at)
        .where(sessions.channel_id == person.channel_id).order_by(sessions.id))


WHAT: tuple[tuple[str, Callable], ...] = (
    ("you",                        _you),
    ("likes",                      _likes),
    ("answers",                    _answers),
    ("questions_you_were_shown",   _asked),
    ("when_you_were_asked",        _turns),
    ("topics",                     _topics),
    ("what_you_agreed_to",         _agreed),
    ("record_of_consent",          _ledger),
    ("sign_ups",                   _sign_ups),
    ("profiles",                   _profiles),
    ("public_pages",               _public_pages),
    ("letters_elsewhere",          _outside),
    ("quotes_of_you",              _quotes),
    ("your_feed",                  _feed),
    ("links_you_share",            _shares),
    ("links_you_came_by",          _came_by),
    ("conversations",              _conversations),
    ("browsers",                   _my_browsers),
    ("return_visits",              _visits),
    ("orders",                     _orders),
    ("notes_about_you",            _notes),
    ("tags_on_you",                _tags),
    ("links_mailed_to_you",        _mailed),
    ("letters_that_came_back",     _came_back),
    ("signed_in",                  _signed_in),
)


def _browsers(person: Person) -> sa.Select:
    visitors = tables.visitors.c
    return sa.select(visitors.id).where(visitors.endorser_id == person.id, visitors.site_id == person.site_id)


def _rows(tx: sa.Connection, asked: sa.Select) -> list[dict]:
    return [_plain(row) for row in tx.execute(asked).mappings()]


def _plain(row) -> dict:
    return dict(_pair(name, value, row) for name, value in row.items())


def _pair(name: str, value, row) -> tuple[str, object]:
    """A column as a person reads it: moments as dates, money as decimals, hashes in hexadecimal."""
    if name.endswith("uuid"):
        return name.removesuffix("uuid").strip("_") or "id", value and uuid_text(value)
    if name.endswith(("_at", "_until")):
        return name, moment(value) or None
    if name.endswith("_minor"):
        return name.removesuffix("_minor"), amount(value, row["currency"]) or None
    if name in ("topics", "consents", "items", "places"):
        return name, json.loads(value) if value else None
    return name, bytes(value).hex() if isinstance(value, bytes | memoryview) else value
