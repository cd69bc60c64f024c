"""The admin's Widget, its words: an owner's own texts in place of ours, a language at a time, tried in the real widget."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from flask import Response, redirect, request

from afterlike import words
from afterlike.clock import now
from afterlike.sites import own_words, page_settings
from afterlike.sites.guard import check_form, on_site
from afterlike.sites.logbook import audited
from afterlike.sites.looks_pages import DONE, kept_of, staged, step
from afterlike.sites.store import Site


@dataclass(frozen=True, slots=True)
class Said:
    """All texts of one language, checked; without any it is ours again."""

    site_id: int
    locale: str
    texts: dict[str, dict[str, str]]
    now: int


def look(key: str) -> Response:
    """The texts of one language as they are saved, or as the address has them tried."""
    admin, site, role = on_site(key)
    return _page(site, role, request.args if "button.label" in request.args else None)


def save(key: str) -> Response:
    """The texts of one language; an empty one is ours."""
    admin, site, role = on_site(key, least="owner")
    check_form()
    own, wrong = own_words.read(_locale(site), {} if "clear" in request.args else request.form)
    if wrong:
        return _page(site, role, request.form)
    audited(admin, site, "words_changed", say, Said(site.id, _locale(site), own, now()))
    return redirect(f"/admin/sites/{site.key}/widget/words?locale={_locale(site)}&done=saved", 303)


def say(tx: sa.Connection, items: list[Said]) -> list[None]:
    """Keeps the texts of a language beside those of the others."""
    for item in items:
        others = dict(page_settings.settings_of(tx, item.site_id)["words"].value)
        others.pop(item.locale, None)
        value = others | ({item.locale: item.texts} if item.texts else {})
        page_settings.save(tx, [page_settings.Save(item.site_id, "words", value, item.now)])
    return [None] * len(items)


def _locale(site: Site) -> str:
    asked = request.values.get("locale", "")
    return asked if asked in words.LOCALES else site.locale if site.locale in words.LOCALES else words.SOURCE


def _page(site: Site, role: str, given: Mapping[str, str] | None) -> Response:
    locale, kept, done = _locale(site), kept_of(site, "words"), request.args.get("done")
    saved = {f"{part}.{name}": text for part, texts in kept.value.get(locale, {}).items() for name, text in texts.items()}
    typed = saved if given is None else {name: given.get(name, "")[:300] for name in own_words.names()}
    own, wrong = own_words.read(locale, typed)
    shown = json.dumps({locale: own}, ensure_ascii=False) if own else ""
    return staged(
        "sites/words.html", status=422 if wrong and request.method == "POST" else 200, site=site, role=role, locale=locale,
        locales=words.LOCALES, kept=kept, typed=typed, wrong=wrong, all_parts=own_words.PARTS, ours=own_words.ours()[locale],
        done=done if done in DONE and not wrong else None, shown=shown, own=own, step=step(locale.replace("_", "-")),
        tried=given is not None and request.method == "GET" and own != kept.value.get(locale, {}),
    )
