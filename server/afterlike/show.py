"""How values look on a page: moments, days, money, numbers, languages and strangers' addresses. Pure, and safe to print."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from urllib.parse import urlsplit

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_currency, format_decimal, format_percent, get_currency_precision
from markupsafe import Markup

from afterlike.addresses import BadAddress, cleaned, imitates
from afterlike.clock import now

SPOKEN = "en_GB"  # the language of the admin pages, with the day before the month
LONGEST_LOCALE = 35


def moment(at: int | None, locale: str = SPOKEN) -> Markup:
    """Milliseconds as `<time>`: how long ago, and in small print when exactly (UTC; admin.js makes it local)."""
    if at is None:
        return Markup("")
    speaks, then = known(locale), datetime.fromtimestamp(at / 1000, UTC)
    return Markup('<time datetime="{}"><span>{}</span> <small>{}</small></time>').format(
        then.strftime("%Y-%m-%dT%H:%M:%SZ"),
        format_timedelta(timedelta(milliseconds=at - now()), add_direction=True, locale=speaks),
        f"{format_datetime(then, 'd MMM yyyy, HH:mm', locale=speaks)} UTC",
    )


def iso(at: int | None) -> str:
    """ISO 8601 in UTC; empty for no moment."""
    return "" if at is None else datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def day(days: int | date, locale: str = SPOKEN) -> Markup:
    """A date, or days since 1970-01-01, as `<time>`."""
    when = days if isinstance(days, date) else date(1970, 1, 1) + timedelta(days=days)
    speaks = known(locale)
    written = "d MMM yyyy" if speaks.language == "en" else "long"  # a pattern of ours would be wrong in Japanese
    return Markup('<time datetime="{}">{}</time>').format(when.isoformat(), format_date(when, written, locale=speaks))


def day_text(at: int, locale: str) -> str:
    """The day (UTC) of a moment in plain text, as the language writes it."""
    speaks = known(locale)
    written = "d MMM yyyy" if speaks.language == "en" else "long"
    return format_date(datetime.fromtimestamp(at / 1000, UTC), written, locale=speaks)


def number(count: int, locale: str = SPOKEN) -> str:
    """A count with the separators of the language."""
    return format_decimal(count, locale=known(locale))


def percent(share: float | None, locale: str = SPOKEN) -> str:
    """A share from 0 to 1 in whole per cent; one that is neither nought nor all is never written as that."""
    if share is None:
        return "–"
    rounded = round(share, 2) if share in (0, 1) else min(max(round(share, 2), 0.01), 0.99)
    return format_percent(rounded, locale=known(locale))


def money(minor: int | None, currency: str | None, locale: str) -> str:
    """Minor units as the site's visitors write money; empty where a product has no price."""
    if minor is None or currency is None:
        return ""
    return format_currency(Decimal(minor).scaleb(-get_currency_precision(currency)), currency, locale=known(locale))


def amount(minor: int | None, currency: str | None) -> str:
    """Minor units as a decimal text: (1999, "EUR") is "19.99"."""
    if minor is None or currency is None:
        return ""
    return str(Decimal(minor).scaleb(-get_currency_precision(currency)))


def seconds(ms: int, locale: str = SPOKEN) -> str:
    """A span of time in words: "12 seconds"."""
    return format_timedelta(timedelta(milliseconds=ms), locale=known(locale))


def language(tag: str | None, locale: str = SPOKEN) -> str:
    """The name of a browser's language tag; the tag itself where nobody knows it."""
    try:
        return Locale.parse((tag or "")[:LONGEST_LOCALE].replace("-", "_")).get_display_name(known(locale)) or tag or ""
    except (ValueError, UnknownLocaleError):
        return tag or ""


def web_address(url: str | None) -> str:
    """The address when it is plain http(s) and may become a link; otherwise empty."""
    try:
        return cleaned(url or "")
    except BadAddress:
        return ""


def host_of(url: str | None) -> str:
    """The host of an address, without `www.`; empty for what is no address."""
    return urlsplit(web_address(url)).netloc.removeprefix("www.")


def looks_alike(url: str | None) -> bool:
    """Whether the host of an address may imitate another one."""
    return imitates(host_of(url).partition(":")[0])


def link_text(url: str | None, longest: int = 60) -> Markup:
    """Host and path of an address as text; the host is never cut, since it says whose page it is."""
    parts = urlsplit(web_address(url))
    host, rest = parts.netloc.removeprefix("www."), parts.path.rstrip("/") + (f"?{parts.query}" if parts.query else "")
    room = max(longest - len(host), 12)
    return Markup("{}<wbr>{}").format(host, rest if len(rest) <= room else f"{rest[: room - 1]}…")


@lru_cache(maxsize=256)
def known(locale: str) -> Locale:
    """The locale as Babel knows it, or English; never raises."""
    try:
        return Locale.parse(locale[:LONGEST_LOCALE].replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        return Locale.parse(SPOKEN)


def fill(text: str, **given) -> Markup:
    """A translated sentence with its {names} filled in; what is filled in is escaped, and never searched again."""
    parts = re.split(r"\{(\w+)\}", text)
    return Markup("").join(given.get(part, "") if place % 2 else part for place, part in enumerate(parts))


def isolated(text: str) -> Markup:
    """A name or address that keeps its own direction within a sentence of another one."""
    return Markup("<bdi>{}</bdi>").format(text)


FILTERS = {
    "isolated":    isolated,
    "fill":        fill,
    "moment":      moment,
    "day":         day,
    "number":      number,
    "percent":     percent,
    "money":       money,
    "seconds":     seconds,
    "language":    language,
    "web_address": web_address,
    "host_of":     host_of,
    "link_text":   link_text,
    "looks_alike": looks_alike,
}
