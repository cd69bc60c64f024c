"""What somebody changes on their own page. Each form carries a proof of its session; each change leads back to the page."""

import uuid
from datetime import UTC, date, datetime, time

import sqlalchemy as sa
from flask import Response, redirect, request

from afterlike import endorsers, erasure, followup, journal
from afterlike.clock import now
from afterlike.collect.likes import take_back
from afterlike.endorsers import Person
from afterlike.errors import AfterlikeError, Conflict, Invalid, NotFound, Refused
from afterlike.me import guard, pages, reads
from afterlike.purposes import PURPOSES
from afterlike.web import house, network, peer
from afterlike.wire import UUID
from afterlike.words import marked, text

LONGEST_NAME = 100
MOST_TICKS = 500
WORDS = marked("Write something, in at most 5,000 characters.")


def like_back(like: str) -> Response:
    """Takes one like back, as its own browser would."""
    person, _ = guard.changing()
    with house().db.read() as tx:
        asked = reads.takeback(tx, person, _uuid(like, person), now())
    if asked is None:
        guard.not_here(person.locale)
    house().db.write(take_back, asked)
    return _back("back", to="/me/likes" if "all" in request.form else "/me")


def choose_topics() -> Response:
    """What news may be about: the ticked ones are wanted, the others on the list are not."""
    person, _ = guard.changing()
    ticked = set(request.form.getlist("topic")[:MOST_TICKS])
    with house().db.read() as tx:
        wanted = {topic_id: str(topic_id) in ticked for topic_id, *_ in endorsers.topics_of(tx, person.channel_id)}
    if ticked - {str(topic_id) for topic_id in wanted}:
        guard.not_here(person.locale)
    house().db.write(endorsers.set_topics, (person.channel_id, wanted, now()))
    return _back("topics")


def set_pace() -> Response:
    """How often, and from when on again."""
    person, _ = guard.changing()
    try:
        until = _until(request.form.get("until", ""))
        pace = request.form.get("pace", person.pace)
        house().db.write(endorsers.set_pace, (person.channel_id, pace if pace in endorsers.PACES else person.pace, until, now()))
    except ValueError:
        return _back("bad-date")
    return _back("pace")


def _until(typed: str) -> int | None:
    """Midnight (UTC) before that day; None for no pause. Raises ValueError for what is no day of the coming year."""
    if not typed:
        return None
    until, at = int(datetime.combine(date.fromisoformat(typed), time(), UTC).timestamp() * 1000), now()
    if not at < until <= at + pages.LONGEST_PAUSE:
        raise ValueError(typed)
    return until


def agree(purpose: str) -> Response:
    """Gives or withdraws one consent, by the very words that stood on the page."""
    person, site = guard.changing()
    if purpose not in PURPOSES:
        guard.not_here(person.locale)
    wording = pages.wording_for(purpose, person, site) if "give" in request.form else None
    if wording is not None and request.form.get("text") != wording.sha256.hex():
        return _back("other-words")
    house().db.write(endorsers.set_consents, (person.channel_id, {purpose: wording}, "me_page", now()))
    return _back("given" if wording else "withdrawn")


def claim_profile() -> Response:
    """Keeps a public profile that they say is theirs; nobody sees it before they show it."""
    person, site = guard.changing()
    try:
        typed, door = request.form.get("url", ""), request.form.get("network", "")
        typed = endorsers.typed_door(door, typed) if door in endorsers.NETWORKS else typed
        url = endorsers.profile_address(typed, house().config.fetch_allow)
        name = " ".join(request.form.get("name", "").replace("\0", "").split())[:LONGEST_NAME] or None
        claim = {"site_id": site.id, "uuid": _uuid(request.form.get("id", ""), person), "endorser_id": person.id, "url": url,
                 "name": name, "claimed_at": now(),
                 "from_hash": endorsers.from_hash(house().keyring, network(peer(request)), now())}
        house().db.write(_claim, claim)
    except (Invalid, Conflict):
        return _back("bad-profile")
    except Refused:
        return _back("many-profiles")
    return _back("claimed")


def _claim(tx: sa.Connection, claims: list[dict]) -> list[None | AfterlikeError]:
    links = endorsers.claim_links(tx, claims)
    journal.append(tx, [
        {"site_id": claim["site_id"], "kind": "linked", "at": claim["claimed_at"], "about_id": link.id}
        for claim, link in zip(claims, links, strict=True) if not isinstance(link, AfterlikeError) and link.is_new
    ])
    return [link if isinstance(link, AfterlikeError) else None for link in links]


def change_profile(number: int) -> Response:
    """Shows one profile in public, hides it, or removes it."""
    person, site = guard.changing()
    with house().db.read() as tx:
        if number not in {link.id for link in reads.profiles_of(tx, person)}:
            guard.not_here(person.locale)
    do, wording = request.form.get("do"), pages.wording_for(pages.PUBLIC, person, site)
    if do == "show" and request.form.get("text") != wording.sha256.hex():
        return _back("other-words")
    if do == "remove":
        house().db.write(endorsers.remove_link, (person.id, number, now()))
        return _back("removed")
    shown = do == "show"
    house().db.write(endorsers.publish_link, (person.id, number, shown, wording if shown else None, now()))
    return _back("shown" if shown else "hidden")


def answer(number: int) -> Response:
    """A word back in a conversation."""
    person, site = guard.changing()
    typed = request.form.get("words", "")
    said = followup.Reply(person.id, number, _uuid(request.form.get("id", ""), person), typed, now())
    try:
        house().db.write(followup.reply, said)
    except NotFound:
        guard.not_here(person.locale)
    except Invalid:
        wrong = text(WORDS, person.locale)
        return pages.conversation_page(person, site, number, status=422, wrong=wrong, typed=typed)
    return _back("answered", to=f"/me/conversations/{number}")


def not_me(number: int) -> Response:
    """A browser that was taken for theirs goes back to where it was."""
    person, _ = guard.changing()
    with house().db.read() as tx:
        if number not in {browser.merge_id for browser in endorsers.browsers_of(tx, person.id)}:
            guard.not_here(person.locale)
    done = house().db.write(endorsers.undo_merge, (person.id, number, now()))
    return _back("not-me" if done else "nothing-to-undo")


def erase() -> Response:
    """Everything that leads to them goes; this browser is signed out."""
    person, site = guard.changing()
    erasure.erase(house(), site.id, person.id, likes_too="likes" in request.form, method="me_page", actor="person")
    return guard.without_session(redirect("/me/goodbye", 303))


def _back(said: str, *, to: str = "/me") -> Response:
    return redirect(f"{to}?said={said}#{pages.SAID[said][0]}", 303)


def _uuid(typed: str, person: Person) -> bytes:
    if not UUID.fullmatch(typed):
        guard.not_here(person.locale)
    return uuid.UUID(typed).bytes
