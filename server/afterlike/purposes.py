"""What somebody can agree to, in our own words where the owner wrote none; and the name of exact words: their hash."""

import hashlib
import json
from dataclasses import dataclass

from afterlike import words
from afterlike.words import marked

SITE = "{site}"

# purpose -> (what it lets the site do, in our words; a short name)
PURPOSES = {
    "news":            (marked("{site} may write to me by e-mail when there is news about what I choose here."),
                        marked("News by e-mail")),
    "follow_up":       (marked("{site} may write to me personally by e-mail about what I liked and said."),
                        marked("Personal letters")),
    "community":       (marked("{site} may write to me by e-mail about decisions that I can take part in."),
                        marked("Taking part")),
    "publish_profile": (marked("{site} may show my public profile beside what I liked."),
                        marked("Showing my profile")),
    "measure":         (marked("{site} may note whether I open its letters and come back."),
                        marked("Noting that I came back")),
    "survey_contact":  (marked("{site} may send me questions by e-mail."),
                        marked("Questions by e-mail")),
}
QUOTE = marked("{site} may publish these words of mine, with the name, in the places and for the time that I chose here.")
QUOTE_AND_PICTURE = marked("{site} may publish these words of mine, with the name and the picture, in the places and for the "
                           "time that I chose here.")
BY_MAIL = ("news", "follow_up", "community", "survey_contact")  # what needs an address


@dataclass(frozen=True, slots=True)
class Wording:
    """The exact words of one box, who asks, and where their privacy notice stands."""

    purpose: str
    locale: str
    words: str
    controller: str
    privacy_url: str | None

    @property
    def sha256(self) -> bytes:
        """32 bytes that name these words: another letter, another name."""
        parts = [self.purpose, self.locale, self.words, self.controller, self.privacy_url]
        return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).digest()


def built_in(purpose: str, *, locale: str, controller: str, privacy_url: str | None) -> Wording:
    """Our own words for a purpose, in that language as far as we speak it."""
    spoken = words.negotiate(locale)
    text = words.text(PURPOSES[purpose][0], spoken).replace(SITE, controller)
    return Wording(purpose, spoken, text, controller, privacy_url)


def of_quote(*, locale: str, controller: str, privacy_url: str | None, picture: bool = False) -> Wording:
    """The words under which somebody lets a quote of theirs be published, where a picture was asked for with it; neither
    the quote nor the picture is a part of them."""
    spoken = words.negotiate(locale)
    text = words.text(QUOTE_AND_PICTURE if picture else QUOTE, spoken).replace(SITE, controller)
    return Wording("publish_profile", spoken, text, controller, privacy_url)


def name_of(purpose: str, locale: str) -> str:
    """The short name of a purpose: News by e-mail."""
    return words.text(PURPOSES[purpose][1], locale)
