"""The admin's Prompts: the list in its order, what is done with one, making a new one, and the site's own clock."""

import re

from flask import Response, redirect, request

from afterlike import prompts, sites
from afterlike.asking.listing import listed, named
from afterlike.asking.starts import STARTS, begun
from afterlike.clock import HOUR, now
from afterlike.errors import Invalid, NotFound
from afterlike.sites import says
from afterlike.web import house, page

STATES = {"run": "running", "pause": "paused", "delete": "deleted"}
WAYS = {"up": -1, "down": 1}
BACK = ("running", "paused", "draft")
MOST_HOURS = 8760


def listing(key: str) -> Response:
    """Every prompt with its state and numbers; what the last press did, and how to undo it."""
    admin, site, role = sites.on_site(key)
    return _listing(site, role)


def make(key: str) -> Response:
    """A new draft, from nothing or from one of our beginnings; leads to its editor."""
    admin, site, role = sites.on_site(key, least="editor")
    sites.check_form()
    start = request.form.get("start", "")
    if start not in STARTS:
        raise Invalid(says("Choose what the new prompt begins with."))
    wish = prompts.Made(site.id, begun(start, site), "draft", now())
    made = sites.audited(admin, site, "prompt_made", prompts.make, wish, about=int)
    return redirect(f"{path_of(site)}/{made}?done=made", 303)


def act(key: str, prompt: int) -> Response:
    """Starts, pauses, moves, copies, deletes one, or brings it back."""
    admin, site, role = sites.on_site(key, least="editor")
    sites.check_form()
    asked, was = request.form.get("act", ""), ""
    if asked in WAYS:
        sites.audited(admin, site, "prompt_moved", prompts.move, prompts.Moved(site.id, prompt, WAYS[asked]), about=prompt)
    elif asked == "copy":
        wish = prompts.Made(site.id, _copied(one_of(site, prompt).flow), "draft", now())
        prompt = sites.audited(admin, site, "prompt_made", prompts.make, wish, about=int)
    elif asked in STATES or asked == "restore" and request.form.get("was") in BACK:
        wish = prompts.Turned(site.id, prompt, STATES.get(asked) or request.form["was"], now())
        was = sites.audited(admin, site, "prompt_turned", prompts.turn, wish, about=prompt)
    else:
        raise Invalid(says("This form is not whole. Go back, reload the page and send it again."))
    return redirect(f"{path_of(site)}?done={asked}&prompt={prompt}{f'&was={was}' if was else ''}#prompt-{prompt}", 303)


def settings(key: str) -> Response:
    """The site's own clock: how long a visitor is left alone after any prompt."""
    admin, site, role = sites.on_site(key, least="owner")
    sites.check_form()
    typed = request.form.get("cooldown_hours", "").strip()
    if not re.fullmatch(r"\d{1,4}", typed, re.ASCII) or int(typed) > MOST_HOURS:
        return _listing(site, role, typed=typed, wrong=says("Write whole hours from 0 to {most}.", most=MOST_HOURS))
    sites.audited(admin, site, "cooldown_changed", sites.set_cooldown, (site.id, int(typed)))
    return redirect(f"{path_of(site)}?done=cooldown#asking", 303)


def _listing(site: sites.Site, role: str, *, typed: str | None = None, wrong: str = "") -> Response:
    with house().db.read() as tx:
        rows = listed(tx, site, now())
        gone = _gone(tx, site)
    return page(
        "asking/list.html", status=422 if wrong else 200, site=site, role=role, rows=rows, starts=tuple(STARTS), gone=gone,
        cooldown=str(site.cooldown_ms // HOUR) if typed is None else typed, wrong=wrong, most_hours=MOST_HOURS,
        done=_done(rows, gone),
    )


def _gone(tx, site: sites.Site) -> list[prompts.Prompt]:
    return [prompt for prompt in prompts.of_site(tx, site.id) if prompt.state == "deleted"]


def _done(rows, gone) -> dict | None:
    """What the last press did, read back from the address: {act, prompt, name, was}."""
    args = request.args
    names = {str(row.prompt.id): row.name for row in rows} | {str(prompt.id): named(prompt.flow) for prompt in gone}
    if args.get("done") == "cooldown":
        return {"act": "cooldown"}
    if args.get("done") not in (*STATES, *WAYS, "copy", "restore") or args.get("prompt") not in names:
        return None
    was = args.get("was") if args.get("was") in BACK else "paused"
    return {"act": args["done"], "prompt": args["prompt"], "name": names[args["prompt"]], "was": was}


def _copied(flow: dict) -> dict:
    return flow | {"name": says("Copy of {name}", name=named(flow))[:100].strip()}


def one_of(site: sites.Site, prompt_id: int) -> prompts.Prompt:
    """A prompt of this site as it is now; raises NotFound, for a deleted one too."""
    with house().db.read() as tx:
        found = next((one for one in prompts.of_site(tx, site.id) if one.id == prompt_id), None)
    if found is None or found.state == "deleted":
        raise NotFound()
    return found


def path_of(site: sites.Site) -> str:
    return f"/admin/sites/{site.key}/prompts"
