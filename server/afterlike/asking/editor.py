"""The editor of one prompt: a plain form that needs no script, and the whole flow as JSON. A save makes a new version."""

import json
import re

from flask import Response, redirect, request

from afterlike import prompts, sites, words
from afterlike.asking.changes import Difference, differences
from afterlike.asking.draft import Draft, drafted, pressed, typed
from afterlike.asking.listing import named, state_of
from afterlike.asking.pages import one_of, path_of
from afterlike.asking.places import Wrong, place_of, told
from afterlike.asking.reading import gaps, read
from afterlike.asking.retyping import CHANGEABLE, replaced, retyped
from afterlike.clock import now
from afterlike.errors import Invalid
from afterlike.purposes import PURPOSES
from afterlike.sites import Site, says
from afterlike.web import house, page

MOST_FORM = 1024 * 1024  # texts in twenty languages, percent-encoded
SAVES = ("save", "start", "over")
DONE = ("made", "saved", "same", "started")


def look(key: str, prompt: int) -> Response:
    """The form, filled with the newest version."""
    admin, site, role = sites.on_site(key)
    found = one_of(site, prompt)
    return form(site, role, found, drafted(found.flow, site.locale))


def save(key: str, prompt: int) -> Response:
    """Keeps what was typed as a new version; adding, removing and moving within the form keeps nothing yet."""
    admin, site, role = sites.on_site(key, least="editor")
    request.max_content_length = request.max_form_memory_size = MOST_FORM
    sites.check_form()
    found, draft, button = one_of(site, prompt), typed(request.form, site.locale), request.form.get("do", "save")
    draft["key"] = found.key
    if button not in SAVES:
        pressed(draft, button, request.form.get("new_type", ""))
        return form(site, role, found, draft, losing=_retype(draft, button))
    flow, wrong = read(draft)
    if wrong:
        return form(site, role, found, draft, wrong=wrong, status=422)
    if draft == drafted(found.flow, site.locale):
        flow = found.flow  # only written down differently
    try:
        done = _keep(admin, site, found, flow, button)
    except prompts.Newer:
        return form(site, role, one_of(site, prompt), draft, status=409, newer=_newer(site, prompt))
    return redirect(f"{path_of(site)}/{prompt}?done={done}", 303)


def _retype(draft: Draft, button: str) -> dict | None:
    """Makes a card one of another type: at once where nothing is lost (`as.2`), else when told again (`anyway.2.rating`).

    Answers what would be lost, where nothing was changed yet.
    """
    what, _, rest = button.partition(".")
    place, _, type_ = rest.partition(".")
    type_ = type_ or request.form.get(f"cards.{place}.new_type", "")
    if what not in ("as", "anyway") or not re.fullmatch(r"\d{1,2}", place, re.ASCII) or int(place) >= len(draft["cards"]):
        return None
    card = draft["cards"][int(place)]
    if type_ == card["type"] or not {type_, card["type"]} <= set(CHANGEABLE):
        return None
    made, lost = retyped(card, type_)
    if lost and what == "as":
        return {"place": int(place), "type": type_, "lost": lost}
    replaced(draft["cards"], int(place), made)
    return None


def look_json(key: str, prompt: int) -> Response:
    """The whole flow as it is kept, to read, copy and paste."""
    admin, site, role = sites.on_site(key)
    found = one_of(site, prompt)
    return json_form(site, role, found, _pretty(prompts.checked(found.flow)))


def save_json(key: str, prompt: int) -> Response:
    """Keeps a pasted flow as a new version, checked like a form; coming back from a preview keeps nothing."""
    admin, site, role = sites.on_site(key, least="editor")
    request.max_content_length = request.max_form_memory_size = MOST_FORM
    sites.check_form()
    found, text = one_of(site, prompt), request.form.get("flow", "")
    if request.form.get("do") == "show":
        return json_form(site, role, found, text)
    flow, wrong = pasted(text, found.key, site.locale)
    if wrong:
        return json_form(site, role, found, text, wrong=wrong, status=422)
    try:
        done = _keep(admin, site, found, flow, request.form.get("do", "save"))
    except prompts.Newer:
        return json_form(site, role, one_of(site, prompt), text, status=409, newer=_newer(site, prompt))
    return redirect(f"{path_of(site)}/{prompt}/json?done={done}", 303)


def _keep(admin: sites.Admin, site: Site, found: prompts.Prompt, flow: dict, button: str) -> str:
    """What became of it; raises Newer. Saving over a newer version says which one was seen."""
    base = _number("newest" if button == "over" else "version")
    wish = prompts.Change(site.id, found.id, base, flow, now())
    kept = sites.audited(admin, site, "prompt_changed", prompts.change, wish, about=found.id)
    if button == "start":
        started = prompts.Turned(site.id, found.id, "running", now())
        sites.audited(admin, site, "prompt_turned", prompts.turn, started, about=found.id)
        return "started"
    return "saved" if kept.is_new else "same"


def pasted(text: str, key: str, default: str) -> tuple[dict, Wrong]:
    """The flow in this text, checked like a form; and what is wrong in it."""
    try:
        flow = prompts.checked(json.loads(text))
    except json.JSONDecodeError as broken:
        place = {"line": broken.lineno, "column": broken.colno}
        return {}, {"flow": says("This is not JSON: look at line {line}, column {column}.", **place)}
    except (ValueError, RecursionError):
        return {}, {"flow": says("This is not JSON.")}
    except Invalid as refused:
        return {}, refused.fields
    if flow["key"] != key:
        return {}, {"key": says("The key stays {key}: answers are known by it. Duplicate the prompt for another one.", key=key)}
    return flow, gaps(flow, default)


def form(
    site: Site, role: str, found: prompts.Prompt, draft: Draft, *, wrong: Wrong | None = None, status: int = 200,
    newer: dict | None = None, losing: dict | None = None,
) -> Response:
    """The editor with this draft in it, saved or not; `losing` is what a change of type would take away."""
    return page(
        "asking/editor.html", status=status, draft=draft, losing=losing, changeable=CHANGEABLE,
        wrong=told(wrong or {}), base=_base(found), locales=_locales(draft),
        types=prompts.CARD_TYPES, kinds=prompts.KINDS, visitors=prompts.VISITORS, purposes=tuple(PURPOSES),
        questions=prompts.QUESTIONS, parts_of=prompts.parts, our_words=prompts.our_words, spoken=words.text,
        most_cards=prompts.MOST_CARDS, most_options=prompts.MOST_OPTIONS, newer=newer, **_about(site, role, found),
    )


def json_form(
    site: Site, role: str, found: prompts.Prompt, text: str, *, wrong: Wrong | None = None, status: int = 200,
    newer: dict | None = None,
) -> Response:
    """The flow as JSON, saved or not."""
    return page("asking/json.html", status=status, text=text, wrong=told(wrong or {}), base=_base(found), newer=newer,
                **_about(site, role, found))


def _about(site: Site, role: str, found: prompts.Prompt) -> dict:
    with house().db.read() as tx:
        versions = prompts.history(tx, found.id)
    done = request.args.get("done")
    return {"site": site, "role": role, "prompt": found, "name": named(found.flow), "state": state_of(found, now()),
            "place_of": place_of, "versions": versions, "done": done if done in DONE else None}


def _newer(site: Site, prompt_id: int) -> dict:
    """Which version is there now, and what it changed in the one that this form was made of."""
    newest, base = one_of(site, prompt_id), _number("version")
    with house().db.read() as tx:
        before = next((row.id for row in prompts.history(tx, prompt_id) if row.version == base), newest.version_id)
        changed: list[Difference] = differences(prompts.version(tx, before).flow, newest.flow)
    return {"version": newest.version, "changed": changed}


def _base(found: prompts.Prompt) -> int:
    """The version that a form which comes back was made of; a fresh one is of the newest."""
    return _number("version") or found.version


def _number(name: str) -> int:
    text = request.form.get(name, "")
    return int(text) if re.fullmatch(r"\d{1,9}", text, re.ASCII) else 0


def _locales(draft: Draft) -> list[str]:
    """The languages to choose from: those we ship, and those that the owner brought."""
    return [*draft["languages"], *(code for code in words.LOCALES if code not in draft["languages"])]


def _pretty(flow: dict) -> str:
    return json.dumps(flow, ensure_ascii=False, indent=2)
