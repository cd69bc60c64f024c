"""What endorsers say: partial answers as they come, whether a flow was shown, the public profile they leave."""

import json
from dataclasses import dataclass

import sqlalchemy as sa

from afterlike import endorsers, journal, prompts, tables
from afterlike.collect.likes import own_like
from afterlike.errors import AfterlikeError, Conflict, Invalid, NotFound

NO_LIKE = "There is no like with this id from this visitor. Send the like first."
NO_PROMPT = "This site has no such prompt in that version."


@dataclass(slots=True)
class Said:
    """Answers to one flow; `prompt` and `version` may be left out once the row is there."""

    site_id: int
    uuid: bytes
    visitor: bytes
    like: bytes | None
    prompt: str | None
    version: int | None
    answers: dict
    done: bool
    at: int


def save_answers(tx: sa.Connection, items: list[Said]) -> list[None | AfterlikeError]:
    """Keeps each, laid over what this id said before; the same again changes nothing."""
    return [_save(tx, item) for item in items]


def _save(tx: sa.Connection, item: Said) -> None | AfterlikeError:
    answers = tables.answers.c
    row = tx.execute(
        sa.select(tables.answers, tables.visitors.c.hash)
        .join_from(tables.answers, tables.visitors)
        .where(answers.uuid == item.uuid, answers.site_id == item.site_id)
        .with_for_update(of=tables.answers)
    ).first()
    return _first_words(tx, item) if row is None else _more_words(tx, item, row)


def said_so_far(tx: sa.Connection, site_id: int, uuid: bytes) -> dict:
    """The answers under this id, by card; empty where there are none yet."""
    answers = tables.answers.c
    said = tx.scalar(sa.select(answers.said).where(answers.uuid == uuid, answers.site_id == site_id))
    return json.loads(said) if said else {}


def _first_words(tx: sa.Connection, item: Said) -> None | AfterlikeError:
    if item.like is None or item.prompt is None or item.version is None:
        return NotFound("There are no answers with this id yet: send like, prompt and version too.")
    like = own_like(tx, item.site_id, item.like, item.visitor)
    if like is None:
        return NotFound(NO_LIKE)
    prompt = _asked(tx, item)
    if prompt is None:
        return NotFound(NO_PROMPT)
    try:
        said = prompts.checked_answers(prompt.flow, item.answers)
    except Invalid as wrong:
        return wrong
    answer_id = tx.scalar(
        sa.insert(tables.answers)
        .values(
            site_id=item.site_id,
            uuid=item.uuid,
            like_id=like.id,
            visitor_id=like.visitor_id,
            prompt_version_id=prompt.version_id,
            said=json.dumps(said, ensure_ascii=False),
            done=int(item.done),
            answered_at=item.at,
            changed_at=item.at,
        )
        .returning(tables.answers.c.id)
    )
    become_endorser(tx, item.site_id, item.visitor, item.at)
    prompts.note_answered(tx, [prompts.Answered(like.visitor_id, prompt.id, item.at)])
    if item.done:
        _journal_done(tx, item, like.visitor_id, like.product_id, like.id, answer_id)
    return None


def _more_words(tx: sa.Connection, item: Said, row: sa.Row) -> None | AfterlikeError:
    if row.hash != item.visitor:
        return Conflict()
    like = tx.execute(sa.select(tables.likes.c.uuid, tables.likes.c.product_id).where(tables.likes.c.id == row.like_id)).one()
    prompt = prompts.version(tx, row.prompt_version_id)
    differs = item.like not in (None, like.uuid) or item.prompt not in (None, prompt.key)
    if differs or item.version not in (None, prompt.version):
        return Conflict()
    try:
        said = json.loads(row.said) | prompts.checked_answers(prompt.flow, item.answers)
    except Invalid as wrong:
        return wrong
    kept = {"said": json.dumps(said, ensure_ascii=False), "done": int(row.done or item.done)}
    if kept != {"said": row.said, "done": row.done}:
        tx.execute(sa.update(tables.answers).where(tables.answers.c.id == row.id).values(changed_at=item.at, **kept))
    if item.done and not row.done:
        _journal_done(tx, item, row.visitor_id, like.product_id, row.like_id, row.id)
    return None


def _journal_done(tx, item: Said, visitor_id: int, product_id: int, like_id: int, answer_id: int) -> None:
    journal.append(tx, [{"site_id": item.site_id, "kind": "answered", "at": item.at, "visitor_id": visitor_id,
                         "product_id": product_id, "like_id": like_id, "about_id": answer_id}])


def become_endorser(tx: sa.Connection, site_id: int, visitor: bytes, at: int) -> int:
    """The endorser that this visitor is, from now on if not before."""
    known = endorsers.recall(tx, [visitor])[visitor]
    endorsers.ensure_endorsers(tx, [(site_id, known, at)])
    return known.endorser_id


@dataclass(slots=True)
class Claim:
    """A public profile that somebody says is theirs."""

    site_id: int
    uuid: bytes
    visitor: bytes
    like: bytes
    url: str
    name: str | None
    at: int
    from_hash: bytes | None = None  # of the network it came from, for a day


def claim_profiles(tx: sa.Connection, items: list[Claim]) -> list[None | AfterlikeError]:
    """Keeps each claim once; the check, whether it is true, is other work."""
    return [_claim(tx, item) for item in items]


def _claim(tx: sa.Connection, item: Claim) -> None | AfterlikeError:
    like = own_like(tx, item.site_id, item.like, item.visitor)
    if like is None:
        return NotFound(NO_LIKE)
    endorser_id = become_endorser(tx, item.site_id, item.visitor, item.at)
    claim = {"site_id": item.site_id, "uuid": item.uuid, "endorser_id": endorser_id, "url": item.url, "name": item.name,
             "claimed_at": item.at, "from_hash": item.from_hash}
    [link] = endorsers.claim_links(tx, [claim])
    if isinstance(link, AfterlikeError):
        return link
    if link.is_new:
        journal.append(tx, [{"site_id": item.site_id, "kind": "linked", "at": item.at, "visitor_id": like.visitor_id,
                             "product_id": like.product_id, "like_id": like.id, "about_id": link.id}])
    return None


@dataclass(slots=True)
class Showing:
    """A flow was visible, dismissed or snoozed."""

    site_id: int
    uuid: bytes
    visitor: bytes
    like: bytes
    prompt: str
    version: int
    event: str
    at: int


def note_showings(tx: sa.Connection, items: list[Showing]) -> list[None | AfterlikeError]:
    """Keeps each showing once by its id; a later event moves it on."""
    return [_note(tx, item) for item in items]


def _note(tx: sa.Connection, item: Showing) -> None | AfterlikeError:
    like = own_like(tx, item.site_id, item.like, item.visitor)
    if like is None:
        return NotFound(NO_LIKE)
    prompt = _asked(tx, item)
    if prompt is None:
        return NotFound(NO_PROMPT)
    showing = prompts.Showing(item.site_id, item.uuid, like.visitor_id, prompt.id, like.id, item.event, item.at)
    try:
        [noted] = prompts.record_showings(tx, [showing])
    except Conflict as conflict:
        return conflict
    kinds = ["dismissed" if kind == "snoozed" else kind for kind in noted.news]
    journal.append(tx, [{"site_id": item.site_id, "kind": kind, "at": item.at, "visitor_id": like.visitor_id,
                         "product_id": like.product_id, "like_id": like.id, "about_id": noted.showing_id} for kind in kinds])
    return None


def _asked(tx: sa.Connection, item: Said | Showing) -> prompts.Prompt | None:
    name = (item.site_id, item.prompt, item.version)
    return prompts.named(tx, [name]).get(name)
