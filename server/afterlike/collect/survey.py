"""The hosted survey page: the flow of a signed like, one card a page, as plain forms that need no script.

Whoever has the address acts for this one like: the signed token in it is the proof, and there is no cookie that another
page could make a browser send along, so the forms carry no proof against forgery. GET and HEAD change nothing; the flow
counts as shown with the first card that is sent.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, wraps
from urllib.parse import urlencode

from flask import Response, redirect, request

from afterlike import endorsers, prompts, words
from afterlike.clock import now
from afterlike.collect import answers, forms, optins, signed
from afterlike.collect.api import note_drop
from afterlike.collect.forms import Typed, Unfit
from afterlike.errors import Invalid, Refused, TooMany, Unavailable
from afterlike.show import web_address
from afterlike.signing import BadToken, OldToken
from afterlike.web import STATUS, asked_locale, house, network, page_in, peer
from afterlike.words import marked

ENDED = marked("This link is too old")
UNKNOWN = marked("This link is not complete")
LATER = {
    TooMany:     marked("Too many tries. Wait a few minutes and try again."),
    Unavailable: marked("This cannot be kept right now. Try again in a moment."),
}
TICK = marked("Tick what you would like, or press “{no}”.")
NO_PROFILE = marked("This is not the address of a public page. "
                    "It should look like https://mastodon.social/@you or instagram.com/you.")
ENOUGH_PROFILES = marked("You have left as many profiles here as we can keep.")


@dataclass
class Sheet:
    """One like's flow as its visitor sees it."""

    token: str
    about: signed.Signed
    prompt: prompts.Prompt | None

    @cached_property
    def locale(self) -> str:
        return self.about.like.locale or asked_locale(self.about.site.locale)

    @cached_property
    def step(self) -> dict:
        """The flow in the visitor's language, as the widget would get it."""
        like, site, prompt = self.about.like, self.about.site, self.prompt
        kind = prompt.kind if prompt else "none"
        return prompts.rendered(
            prompts.Step(kind, like.step_reason, prompt), locale=self.locale, product_title=like.title, currency=like.currency,
            default_locale=site.locale, category=like.category, brand=like.brand, controller=site.name,
            privacy_url=site.privacy_url,
        )

    @property
    def cards(self) -> list[dict]:
        return self.step.get("cards", [])

    def card(self, key: str | None) -> dict | None:
        return next((card for card in self.cards if card["key"] == key), None)

    @property
    def consent(self) -> dict:
        return next(card for card in self.cards if card["type"] == "consent")

    def id_for(self, what: str) -> bytes:
        """The id of what follows from this page, the same whenever it is sent again, and for nobody to guess."""
        return house().keyring.hashed("survey page", f"{self.about.site.id}:{self.about.like.uuid.hex()}:{what}")

    @property
    def answer_id(self) -> bytes:
        return self.id_for("answers")


def for_visitors(view: Callable[[Sheet], Response]) -> Callable[..., Response]:
    """A face of the page: opens the token, counts the call, and says in the visitor's language what cannot be done."""

    @wraps(view)
    def run(signed: str) -> Response:
        try:
            return view(opened(signed))
        except OldToken:
            return sorry(ENDED, 410)
        except BadToken:
            return sorry(UNKNOWN, 404)
        except (TooMany, Unavailable) as later:
            told = sorry(LATER[type(later)], STATUS[type(later)])
            told.headers["Retry-After"] = str(later.retry_after)
            return told

    return run


def sorry(sentence: str, status: int) -> Response:
    locale = asked_locale()
    return page_in(locale, "person/survey_sorry.html", status=status, sentence=words.text(sentence, locale),
                   about_link=sentence in (ENDED, UNKNOWN))


def opened(token: str) -> Sheet:
    """The flow of this token's like; raises BadToken, OldToken or TooMany."""
    shared = house()
    about = signed.named(shared, token)
    if (asks := network(peer(request))) is not None:
        shared.limits.spend("network", about.site.key, asks)
    version_id = about.like.prompt_version_id
    with shared.db.read() as tx:
        return Sheet(token, about, prompts.version(tx, version_id) if version_id else None)


# --- faces --------------------------------------------------------------------------------------------------------

@for_visitors
def look(sheet: Sheet) -> Response:
    """The card that the address names, else the first; the thanks at the end; or that there is nothing to ask."""
    if not sheet.cards:
        return end(sheet, sheet.step.get("thanks"))
    if request.args.get("at") == "end":
        return end(sheet, sheet.card(sent())["sent"] if sheet.card(sent()) else sheet.step["thanks"])
    card = sheet.card(request.args.get("at")) or sheet.cards[0]
    if card["type"] == "address" and not agreed(sheet):
        card = sheet.consent
    with house().db.read() as tx:
        kept = answers.said_so_far(tx, sheet.about.site.id, sheet.answer_id)
    return shown(sheet, card, forms.typed_before(card, kept.get(card["key"])))


@for_visitors
def send(sheet: Sheet) -> Response:
    """Keeps what one card asks, and goes on to the next."""
    house().limits.spend("visitor", sheet.about.site.key, sheet.about.like.visitor.hex())
    card = sheet.card(request.form.get("at"))
    if card is None:
        return onward(sheet, "end" if not sheet.cards else sheet.cards[0]["key"])
    note_shown(sheet)
    try:
        return TAKERS.get(card["type"], take_answer)(sheet, card, request.form.get("do", "send"))
    except Unfit as unfit:
        said = words.text(unfit.sentence, sheet.step["locale"])
        wrong = said.replace("{n}", str(unfit.n)).replace("{no}", card.get("no", ""))
        return shown(sheet, card, forms.typed(request.form), wrong=wrong)


def shown(sheet: Sheet, card: dict, typed: Typed, *, wrong: str = "") -> Response:
    return page_in(
        sheet.step["locale"], "person/survey.html", status=422 if wrong else 200,
        site=sheet.about.site, shop_url=web_address(sheet.about.like.page_url), token=sheet.token, step=sheet.step,
        title=sheet.about.like.title, card=card, number=sheet.cards.index(card) + 1, typed=typed, wrong=wrong, other=forms.OTHER,
        agreed=agreed(sheet), topic=topic(sheet), sent=sent(),
        no=sheet.consent["no"] if card["type"] in ("consent", "address") else "",
    )


def end(sheet: Sheet, thanks: str | None) -> Response:
    return page_in(
        sheet.step.get("locale", sheet.locale), "person/survey_end.html", site=sheet.about.site, step=sheet.step, thanks=thanks,
        back=web_address(sheet.about.like.page_url), own_page=own_page(sheet),
    )


def own_page(sheet: Sheet) -> str:
    """The way to their own page, for whoever has one: an address that was confirmed."""
    with house().db.read() as tx:
        visitor = next(iter(endorsers.recall(tx, [sheet.about.like.visitor]).values()), None)
        known = visitor and visitor.endorser_id is not None and endorsers.has_confirmed_address(tx, visitor.endorser_id)
    return f"/me?site={sheet.about.site.key}" if known else ""


def onward(sheet: Sheet, key: str, **more) -> Response:
    """To the next card; what was agreed to goes along in the address, for it is kept only with an e-mail address."""
    carried = {"sent": sent()} if sent() else {}
    return redirect(f"/s/{sheet.token}?{urlencode({'at': key} | carried | more, doseq=True)}", 303)


def sent() -> str:
    """The key of the address card that was accepted on the way here."""
    return request.values.get("sent", "")


def agreed(sheet: Sheet) -> list[dict]:
    """The boxes that were ticked on the way here, in the words they have now."""
    ticked = request.values.getlist("agreed")
    return [box for card in sheet.cards for box in card.get("boxes", ()) if box["text_id"] in ticked]


def topic(sheet: Sheet) -> str:
    offered = [option["key"] for card in sheet.cards for option in card.get("topics", {}).get("options", ())]
    asked = request.values.get("topic", "")
    return asked if asked in offered else "product"


# --- what each card takes -----------------------------------------------------------------------------------------

def note_shown(sheet: Sheet) -> None:
    about, prompt = sheet.about, sheet.prompt
    showing = answers.Showing(about.site.id, sheet.id_for("shown"), about.like.visitor, about.like.uuid, prompt.key,
                              prompt.version, "shown", now())
    house().db.write(answers.note_showings, showing)


def take_answer(sheet: Sheet, card: dict, do: str) -> Response:
    given = None if do == "skip" and not card["required"] else forms.answer_of(card, forms.typed(request.form))
    to = forms.after(sheet.cards, card, given)
    with house().db.read() as tx:
        kept = answers.said_so_far(tx, sheet.about.site.id, sheet.answer_id)
    if given is None and do != "skip" and isinstance(kept.get(card["key"]), list | str) and card["type"] in ("multi", "text"):
        given = [] if card["type"] == "multi" else ""  # emptied: the earlier answer is taken back
    done = not forms.asks_more(sheet.cards, to)
    if given is not None or kept and done:
        save(sheet, {} if given is None else {card["key"]: given}, done)
    return onward(sheet, to)


def save(sheet: Sheet, said: dict, done: bool) -> None:
    about, prompt = sheet.about, sheet.prompt
    item = answers.Said(about.site.id, sheet.answer_id, about.like.visitor, about.like.uuid, prompt.key, prompt.version,
                        said, done, now())
    try:
        house().db.write(answers.save_answers, item)
    except Invalid:
        raise Unfit(forms.NO_AMOUNT if any(isinstance(part, dict) and "amount" in part for part in said.values())
                    else forms.UNFIT) from None


def take_nothing(sheet: Sheet, card: dict, do: str) -> Response:
    return onward(sheet, forms.after(sheet.cards, card))


def take_profile(sheet: Sheet, card: dict, do: str) -> Response:
    text, about = forms.typed(request.form).text, sheet.about
    if do == "skip" or not text.strip():
        return onward(sheet, forms.after(sheet.cards, card))
    try:
        url = endorsers.profile_address(text, house().config.fetch_allow)
        claim = answers.Claim(
            about.site.id, sheet.id_for(f"profile:{url}"), about.like.visitor, about.like.uuid, url, None, now(),
            endorsers.from_hash(house().keyring, network(peer(request)), now()),
        )
        house().db.write(answers.claim_profiles, claim)
    except Invalid:
        raise Unfit(NO_PROFILE) from None
    except Refused:
        raise Unfit(ENOUGH_PROFILES) from None
    return onward(sheet, forms.after(sheet.cards, card))


def take_consent(sheet: Sheet, card: dict, do: str) -> Response:
    place = sheet.cards.index(card)
    if do == "no":
        return onward(sheet, forms.key_at(sheet.cards, place + 2))
    ticked = agreed(sheet)
    if not ticked:
        raise Unfit(TICK)
    return onward(sheet, forms.key_at(sheet.cards, place + 1), agreed=[box["text_id"] for box in ticked], topic=topic(sheet))


def take_address(sheet: Sheet, card: dict, do: str) -> Response:
    """Accepts every address that can be one in the same way; only the mail says whose it is."""
    to = forms.after(sheet.cards, card)
    if do == "no":
        return onward(sheet, to)
    boxes = agreed(sheet)
    if not boxes:
        return onward(sheet, sheet.consent["key"])
    try:
        address = endorsers.plain_address(forms.typed(request.form).text)
    except Invalid as wrong:
        raise Unfit(wrong.sentence) from None
    shared, site = house(), sheet.about.site
    shared.limits.spend("opt_in", site.key, network(peer(request)) or "loopback")
    if request.form.get("website"):
        note_drop(site.id, "opt-ins", "trap")
    else:
        shared.db.write(optins.take, asked_with(sheet, boxes, address))
    return onward(sheet, to, sent=card["key"])


def asked_with(sheet: Sheet, boxes: list[dict], address: str) -> optins.OptIn:
    about, news = sheet.about, any(box["purpose"] == "news" for box in boxes)
    topics = [topic(sheet)] if news else []
    consents = [(box["purpose"], box["text_id"]) for box in boxes]
    return optins.OptIn(
        about.site, sheet.id_for(f"opt-in:{address}:{topics}:{consents}"), about.like.visitor, about.like.uuid, address,
        endorsers.subject(house().keyring, about.site.id, address), topics, consents, sheet.locale,
        request.headers.get("Sec-GPC") == "1", now(), method="survey_page",
    )


TAKERS: dict[str, Callable[[Sheet, dict, str], Response]] = {
    "profile":   take_profile,
    "consent":   take_consent,
    "address":   take_address,
    "statement": take_nothing,
}
