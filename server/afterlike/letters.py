"""The words of every letter to a visitor or endorser: plain text and HTML from one template, in their language.

Each letter is written once, in `templates/mail/<name>.html`, out of the parts of `plain.html` and of `page.html`. It has
a Jinja environment of its own, because whoever sends letters has no request. What strangers named (products, topics) is
taken onto one line, shortened, and cannot become a link.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from babel.dates import format_timedelta
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from afterlike import show, words
from afterlike.words import marked

FOLDER = Path(__file__).with_name("templates") / "mail"
LONGEST_SUBJECT = 120
LONGEST_NAME = 80
EXACTLY = float("inf")  # never rounded to the next larger unit
ENDS_OF_LINES = re.compile("\r\n|[\r\n\v\f\x85\u2028\u2029]")
TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")  # would turn around what stands after them
LIKE_AN_ADDRESS = re.compile(r"(?<=\w)\.(?=[^\W\d_])|(?<=:)/(?=/)|@")

SUBJECTS = {
    "confirm": marked("{site}: please confirm your address"),
    "me_link": marked("{site}: the way to your page"),
    "message": marked("{site} wrote to you"),
    "unattached": marked("{site}: your files did not arrive"),
    "quote":   marked("{site} would like to quote you"),
}
ABOUT = marked("{site} wrote to you about {product}")
TAKES = {  # the value a letter cannot do without, and those it can
    "confirm": ("url", {"topics", "boxes", "product_title", "hours"}),
    "me_link": ("url", {"hours"}),
    "message": ("words", {"product_title", "liked_day", "agreed_words", "agreed_day", "share"}),
    "unattached": ("url", set()),
    "quote": ("words", {"product_title", "picture"}),
}
MARK = "##-"  # stands at both ends of the line above which people answer, whatever their language
ABOVE = marked("Write your answer above this line")
BY_HAND = frozenset({"message"})  # a person wrote it, so an answer may be expected


def letter(name: str, *, locale: str, to: str, site: Any, links: Any = None, reply_to: str | None = None, **values) -> dict:
    """The payload for mail.post: {to, subject, text, html, headers, from_name}.

    `site` has name, privacy_url and postal_address; `links` has me and stop (either may be None, and so may links).
    `values` are named in TAKES: topics is a list of names, boxes of exact words; hours is how long the url works; words
    are an admin's, as typed; days are texts; share offers a link of one's own; picture says that one is asked for. All but the
    first may be None. TypeError:
    one is missing or unknown.
    With `reply_to` an answer by mail goes there, and a line says above what it is to be written.
    """
    needed, others = TAKES[name]
    if not values.get(needed) or values.keys() - others - {needed}:
        raise TypeError(f"the letter {name} takes {needed}, and perhaps {', '.join(sorted(others))}")
    spoken = words.negotiate(locale)
    known = _known(name, spoken, site, links, values)
    known["above"] = f"{MARK} {words.text(ABOVE, spoken)} {MARK[::-1]}" if reply_to else ""
    return {
        "to": to,
        "from_name": known["site"],
        "subject": known["subject"],
        "text": _text(name, known),
        "html": _page(name, known),
        "headers": _headers(name, spoken, known["stop"]) | ({"Reply-To": reply_to} if reply_to else {}),
    }


def _known(name: str, locale: str, site: Any, links: Any, values: Mapping[str, Any]) -> dict:
    """What the templates may name, each value made harmless."""
    title = values.get("product_title")
    product = "" if show.web_address(title) else _strange(title)  # a product without a title is known by its address
    said = words.translations(locale)
    shop = one_line(_plainly(site.name), LONGEST_NAME) or "Afterlike"
    subject = said.gettext(ABOUT if name in BY_HAND and product else SUBJECTS[name])
    return {
        "lang": locale,
        "dir": words.direction(locale),
        "_": said.gettext,
        "subject": one_line(_filled(subject, site=shop, product=product), LONGEST_SUBJECT),
        "site": shop,
        "product": product,
        "url": values.get("url"),
        "time": span(values.get("hours"), locale),
        "topics": [topic for topic in map(_strange, values.get("topics") or ()) if topic],
        "boxes": [one_line(box) for box in values.get("boxes") or ()],
        "share": bool(values.get("share")),
        "picture": bool(values.get("picture")),
        "words": several_lines(values.get("words")),
        "liked_day": one_line(values.get("liked_day")),
        "agreed_day": one_line(values.get("agreed_day")),
        "agreed_words": one_line(values.get("agreed_words")),
        "me": getattr(links, "me", None),
        "stop": getattr(links, "stop", None),
        "privacy": show.web_address(site.privacy_url),
        "postal": several_lines(site.postal_address),
    }


def _text(name: str, known: dict) -> str:
    """The plain part: paragraphs with one empty line between them."""
    told = _PLAIN.get_template(f"{name}.html").render(known, parts="plain.html")
    return re.sub(r"\n{3,}", "\n\n", told).strip() + "\n"


def _page(name: str, known: dict) -> str:
    return _RICH.get_template(f"{name}.html").render(known, parts="page.html").strip() + "\n"


def _headers(name: str, locale: str, stop: str | None) -> dict[str, str]:
    """What programs read: how to stop in one press (RFC 8058), that no person wrote this, which language it is."""
    headers = {"Content-Language": locale}
    if name not in BY_HAND:
        headers["Auto-Submitted"] = "auto-generated"
    if stop:
        headers |= {"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    return headers


def one_line(text: str | None, longest: int | None = None) -> str:
    """Somebody's words without ends of lines, control characters or turns of direction; cut with an ellipsis."""
    plain = " ".join("".join(_harmless(text or "")).split())
    return plain if longest is None or len(plain) <= longest else f"{plain[: longest - 1].rstrip()}…"


def several_lines(text: str | None) -> str:
    """The same for words that may have several lines, which are kept."""
    return "\n".join(one_line(line) for line in ENDS_OF_LINES.split(text or "")).strip()


def _harmless(text: str) -> Iterator[str]:
    for sign in text:
        if unicodedata.category(sign) in ("Cc", "Zl", "Zp"):
            yield " "
        elif sign not in TURNS and unicodedata.category(sign) != "Cs":
            yield sign


def _strange(name: str | None) -> str:
    """A name that a stranger may have made up, in a letter to somebody who may not have asked: programs that read mail
    would make a link of "shop.example", so that gets a space."""
    return LIKE_AN_ADDRESS.sub(lambda found: f"{found[0]} ", one_line(_plainly(name), LONGEST_NAME))


def _plainly(name: str | None) -> str:
    """Without beginnings of an encoded word, which would be decoded in a header, ends of lines and all."""
    return (name or "").replace("=?", "= ?")


def span(hours: int | None, locale: str) -> str:
    """How long, in words: 2 days, 36 hours; empty where nobody said."""
    if not hours:
        return ""
    unit = "hour" if hours % 24 else "day"
    return format_timedelta(timedelta(hours=hours), granularity=unit, threshold=EXACTLY, locale=show.known(locale))


def _filled(text: str, **given) -> str:
    """A sentence with its {names} filled in, for plain text; what is filled in is never searched again."""
    parts = re.split(r"\{(\w+)\}", text)
    return "".join(str(given.get(part, "")) if place % 2 else part for place, part in enumerate(parts))


def _set_apart(text: str, **given) -> Markup:
    """The same for HTML: escaped, and each in a language and direction of its own."""
    return show.fill(text, **{name: Markup("<bdi>{}</bdi>").format(value) for name, value in given.items()})


def _environment(*, escape: bool, fill) -> Environment:
    made = Environment(
        loader=FileSystemLoader(FOLDER), autoescape=escape, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.filters["fill"] = fill
    return made


_PLAIN = _environment(escape=False, fill=_filled)
_RICH = _environment(escape=True, fill=_set_apart)
