"""One's own page: what somebody left on one site, at a glance and in full. Looking changes nothing."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa
from flask import Response, request

from afterlike import endorsers, erasure, followup, publicity, purposes, web
from afterlike.clock import DAY, now
from afterlike.endorsers import Person
from afterlike.me import everything, guard, reads, ways_in
from afterlike.purposes import Wording
from afterlike.sites import Site
from afterlike.web import house
from afterlike.wire import uuid_text
from afterlike.words import marked, text

MOST_PAGES = 10_000
LONGEST_PAUSE = 365 * DAY
PUBLIC = "publish_profile"

# What a change says afterwards: code -> (section of the page, good or bad, sentence)
SAID = {
    "back":           ("likes", "good", marked("Taken back. It does not count any more.")),
    "topics":         ("topics", "good", marked("Kept. These are your topics now.")),
    "pace":           ("pace", "good", marked("Kept. We write as often as you said.")),
    "bad-date":       ("pace", "bad", marked("Nothing was changed. Choose a day between tomorrow and a year from now.")),
    "given":          ("agreed", "good", marked("Noted. You agreed to this today.")),
    "withdrawn":      ("agreed", "good", marked("Taken back. It is not in force any more.")),
    "other-words":    ("agreed", "bad", marked("The words have changed since you opened the page. Read them again first.")),
    "claimed":        ("profiles", "good", marked("Your profile is kept. Only the site sees it, unless you show it.")),
    "bad-profile":    ("profiles", "bad", marked("This is not the address of a public page. "
                                                 "It should look like https://mastodon.social/@you or instagram.com/you.")),
    "many-profiles":  ("profiles", "bad", marked("You have left as many profiles as we can keep. Remove one first.")),
    "shown":          ("profiles", "good", marked("Your profile may be shown now.")),
    "hidden":         ("profiles", "good", marked("Your profile is not shown any more.")),
    "grant-proven":   ("profiles", "good", marked("Proven: this profile is yours.")),
    "grant-failed":   ("profiles", "bad", marked("The other side did not confirm who you are. Nothing was changed.")),
    "grant-none":     ("profiles", "bad", marked("We found no way to sign in there. Give your server, like mastodon.social, "
                                                 "or a page of yours with IndieAuth.")),
    "removed":        ("profiles", "good", marked("Your profile is gone.")),
    "not-now":        ("profiles", "bad", marked("This was checked often enough for now. Try again in an hour.")),
    "bad-name":       ("profiles", "bad", marked("Write the name that your page shows, in at most 100 characters.")),
    "page-kept":      ("profiles", "good", marked("Kept. Your public page shows this now.")),
    "quote-given":    ("quotes", "good", marked("Thank you. Your words may be shown now.")),
    "quote-refused":  ("quotes", "good", marked("Noted. Your words are not shown.")),
    "quote-back":     ("quotes", "good", marked("Taken back. Your words are not shown any more.")),
    "quote-bad":      ("quotes", "bad", marked("Nothing was changed. Leave words out, but change none, "
                                               "and choose at least one place.")),
    "quote-other":    ("quotes", "bad", marked("The words have changed since you opened the page. Read them again first.")),
    "quote-picture":   ("quotes", "good", marked("Kept. Your picture is shown with your words now.")),
    "quote-unpicture": ("quotes", "good", marked("Your picture is gone. It is not shown any more.")),
    "quote-no-file":   ("quotes", "bad", marked("Nothing was changed. Choose a picture first.")),
    "shared":         ("shares", "good", marked("Here is your link. Whoever opens it comes to the product’s page.")),
    "share-ended":    ("shares", "good", marked("Your link has ended. It leads nowhere now.")),
    "many-shares":    ("shares", "bad", marked("You have as many links as we can keep. End one first.")),
    "feed-made":      ("feed", "good", marked("Your feed has a new address. An earlier one is worth nothing now.")),
    "feed-ended":     ("feed", "good", marked("Your feed has ended.")),
    "answered":       ("conversations", "good", marked("Your answer is on its way.")),
    "not-me":         ("browsers", "good", marked("Thank you. What came from that browser is not yours any more.")),
    "nothing-to-undo": ("browsers", "bad", marked("This was undone already.")),
}


@dataclass(frozen=True, slots=True)
class Notice:
    section: str
    kind: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Offer:
    """Something that can be agreed to: the exact words, and since when an earlier yes is taken back."""

    wording: Wording
    name: str
    withdrawn_at: int | None

    @property
    def text_id(self) -> str:
        return self.wording.sha256.hex()


def mine() -> Response:
    """Everything at a glance; the form for a link for whoever is not signed in, or means another site."""
    person = guard.person_or_none()
    if person is None:
        return ways_in.ask_page()
    _, site = guard.signed_in()
    if request.args.get("site", site.key) != site.key:
        return ways_in.ask_page()
    return own_page(person, site, notice(person))


def own_page(person: Person, site: Site, said: Notice | None, *, status: int = 200, typed: dict | None = None) -> Response:
    """Everything at a glance; `typed` is what stood in the form of one quote that could not be taken."""
    with house().db.read() as tx:
        values = _left(tx, person) | _settings(tx, person, site)
    return guard.page("person/me.html", person, site, status=status, notice=said, typed=typed or {}, **values)


def _left(tx: sa.Connection, person: Person) -> dict:
    """What they did here."""
    likes, likes_total = reads.likes_of(tx, person, most=reads.AT_A_GLANCE)
    quotes = publicity.quotes_of(tx, person.id)
    answers, answers_total = reads.answers_of(tx, person, most=reads.AT_A_GLANCE)
    return {
        "likes": likes, "likes_total": likes_total, "answers": answers, "answers_total": answers_total,
        "shares": publicity.shares_of(tx, person.id), "told_from": publicity.TOLD_FROM,
        "feed": publicity.token_of(tx, house().keyring, person.id), "our_address": house().config.address,
        "quotes": quotes, "quote_places": publicity.PLACES,
        "pictures": publicity.pictures_as_text(tx, [one.id for one in quotes]),
        "news": reads.news_of(tx, person), "conversations": followup.conversations_of(tx, person.id), "uuid_text": uuid_text,
    }


def _settings(tx: sa.Connection, person: Person, site: Site) -> dict:
    """What they may change."""
    consents, at = endorsers.consents_of(tx, person.id), now()
    paused = person.state == "paused" and (person.paused_until or at + 1) > at
    return {
        "topics": endorsers.topics_of(tx, person.channel_id),
        "agreed": [(purposes.name_of(one.purpose, person.locale), one) for one in consents if not one.withdrawn_at],
        "offers": offers(person, site, consents),
        "public": wording_for(PUBLIC, person, site), "at": at,
        "quoting": [wording_of_quote(person, site, picture=asked) for asked in (False, True)],
        "profiles": reads.profiles_of(tx, person), "page": endorsers.page_of(tx, person.id), "networks": endorsers.NETWORKS,
        "grants": endorsers.grants_of(tx, person.id),
        "browsers": endorsers.browsers_of(tx, person.id),
        "news_allowed": any(one.purpose == "news" and not one.withdrawn_at for one in consents),
        "paused": paused,
        "paused_day": _iso_day(person.paused_until) if paused and person.paused_until else "",
        "soonest": _iso_day(at + DAY), "latest": _iso_day(at + LONGEST_PAUSE), "new_id": str(uuid.uuid4()),
    }


def offers(person: Person, site: Site, consents: list) -> list[Offer]:
    """What is not agreed to now. A profile is shown in its own section, each by itself."""
    since = {one.purpose: one.withdrawn_at for one in consents}
    return [
        Offer(wording_for(purpose, person, site), purposes.name_of(purpose, person.locale), since.get(purpose))
        for purpose in purposes.PURPOSES
        if purpose != PUBLIC and since.get(purpose, "never") is not None
    ]


def wording_for(purpose: str, person: Person, site: Site) -> Wording:
    """Our own words for a purpose, in this person's language."""
    return purposes.built_in(purpose, locale=person.locale, controller=site.name, privacy_url=site.privacy_url)


def wording_of_quote(person: Person, site: Site, *, picture: bool) -> Wording:
    """The words under which they let a quote be shown, and a picture where one was asked for."""
    return purposes.of_quote(locale=person.locale, controller=site.name, privacy_url=site.privacy_url, picture=picture)


def notice(person: Person) -> Notice | None:
    """What the change before this page said; never a text from the address."""
    section, kind, sentence = SAID.get(request.args.get("said", ""), (None, None, None))
    return section and Notice(section, kind, text(sentence, person.locale))


def likes() -> Response:
    """All likes, a page at a time."""
    person, site = guard.signed_in()
    number = _page_number()
    with house().db.read() as tx:
        rows, total = reads.likes_of(tx, person, page=number)
    last = max(1, -(-total // reads.PER_PAGE))
    return guard.page("person/likes.html", person, site, likes=rows, likes_total=total, number=min(number, last), last=last,
                      uuid_text=uuid_text, notice=notice(person))


def answers() -> Response:
    """All answers."""
    person, site = guard.signed_in()
    with house().db.read() as tx:
        rows, total = reads.answers_of(tx, person, most=MOST_PAGES)
    return guard.page("person/answers.html", person, site, answers=rows, answers_total=total)


def conversation(number: int) -> Response:
    person, site = guard.signed_in()
    return conversation_page(person, site, number)


def conversation_page(
    person: Person, site: Site, number: int, *, status: int = 200, wrong: str = "", typed: str = ""
) -> Response:
    """What was said so far, and the form for an answer."""
    with house().db.read() as tx:
        talk = next((one for one in followup.conversations_of(tx, person.id) if one.id == number), None)
    if talk is None:
        guard.not_here(person.locale)
    return guard.page("person/conversation.html", person, site, status=status, talk=talk, wrong=wrong, typed=typed,
                      new_id=str(uuid.uuid4()), notice=notice(person))


def download() -> Response:
    """Everything as one file."""
    person, site = guard.signed_in()
    with house().db.read() as tx:
        written = everything.written(tx, person, site, now())
    name = f"afterlike-{site.key}.json"
    headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(written, 200, headers, mimetype="application/json")


def erase_page() -> Response:
    """What would go, what would stay, and why."""
    person, site = guard.signed_in()
    with house().db.read() as tx:
        preview = erasure.preview(tx, site.id, person.id)
        _, likes_total = reads.likes_of(tx, person, most=1)
    return guard.page("person/erase.html", person, site, preview=preview, likes_total=likes_total)


def goodbye() -> Response:
    return web.page_in(web.asked_locale(), "person/goodbye.html")


def _iso_day(at: int) -> str:
    """A moment's day (UTC) as a date field wants it."""
    return datetime.fromtimestamp(at / 1000, UTC).date().isoformat()


def _page_number() -> int:
    typed = request.args.get("page", "1")
    return max(1, min(int(typed), MOST_PAGES)) if typed.isascii() and typed.isdigit() and len(typed) < 9 else 1
