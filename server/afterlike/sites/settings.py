"""What an owner sets of a site: name, language of its questions, time zone, how long a visitor is left alone; its origins."""

import zoneinfo
from dataclasses import dataclass
from functools import cache

import sqlalchemy as sa

from afterlike import tables, words
from afterlike.errors import Invalid, stated
from afterlike.sites.store import set_origins

LONGEST_NAME = 100
MOST_ORIGINS = 50
COOLDOWNS = (0, 1, 6, 12, 24, 48, 72, 168, 336, 720)  # hours


@dataclass(frozen=True, slots=True)
class Wanted:
    """The fields of the form, as typed."""

    site_id: int
    name: str
    locale: str
    time_zone: str
    cooldown: str


def change(tx: sa.Connection, items: list[Wanted]) -> list[None]:
    """Keeps the settings of a site; raises Invalid with the fields that are wrong."""
    for item in items:
        tx.execute(sa.update(tables.sites).where(tables.sites.c.id == item.site_id).values(read(item)))
    return [None] * len(items)


def read(item: Wanted) -> dict:
    """The columns, or Invalid."""
    name, wrong = " ".join("".join(filter(str.isprintable, item.name)).split()), {}
    if not 0 < len(name) <= LONGEST_NAME:
        wrong["name"] = stated("Give the site a name of up to {most} characters.", most=LONGEST_NAME)
    if item.locale not in words.LOCALES:
        wrong["locale"] = stated("Choose one of the languages.")
    if item.time_zone not in time_zones():
        wrong["time_zone"] = stated("Choose one of the time zones.")
    if item.cooldown not in map(str, COOLDOWNS):
        wrong["cooldown"] = stated("Choose one of the times.")
    if wrong:
        raise Invalid(stated("Not saved: something is missing or wrong."), fields=wrong)
    return {"name": name, "locale": item.locale, "time_zone": item.time_zone, "cooldown_hours": int(item.cooldown)}


def change_origins(tx: sa.Connection, items: list[tuple[int, str]]) -> list[None]:
    """For each (site id, what was typed, an origin a line): registers exactly these; raises Invalid for one that is none."""
    for site_id, typed in items:
        set_origins(tx, site_id, lines(typed))
    return [None] * len(items)


def lines(typed: str) -> list[str]:
    """The origins that stand in lines; raises Invalid for too many."""
    found = [line.strip() for line in typed.replace(",", "\n").splitlines() if line.strip()]
    if len(found) > MOST_ORIGINS:
        sentence = stated("Keep it to {most} origins; https://*.shop.example stands for all hosts of a shop.", most=MOST_ORIGINS)
        raise Invalid(sentence, fields={"origin": sentence})
    return found


@cache
def time_zones() -> tuple[str, ...]:
    """The names that people know: area and city, and UTC."""
    named = (name for name in zoneinfo.available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/", "US/")))
    return ("UTC", *sorted(named))


def keys_of(tx: sa.Connection, site_id: int) -> list[sa.Row]:
    """The API keys of a site, living ones first, by their last four letters."""
    keys = tables.api_keys.c
    asked = sa.select(keys.id, keys.last4, keys.made_at, keys.revoked_at).where(keys.site_id == site_id)
    return tx.execute(asked.order_by(keys.revoked_at.is_not(None), keys.id.desc())).all()
