"""The admin's Quotes: what could be asked for, asking, what became of it, and how to show it."""

import re

from flask import Response, redirect, request

from afterlike import endorsers, sites
from afterlike.clock import now
from afterlike.errors import AfterlikeError, Invalid, NotFound, Refused
from afterlike.publicity import pictures, quotable, quotes, shown
from afterlike.publicity.quotable import Said
from afterlike.web import house, page

ACTS = {"cancel": "quote_cancelled", "hide": "quote_hidden", "show": "quote_shown"}
LONGEST_SEARCH = 200


def listing(key: str) -> Response:
    """Quotes of a site by state, the newest first, and the code that shows them in the shop."""
    admin, site, role = sites.on_site(key)
    wanted = request.args.get("show", "all")
    state, number = wanted if wanted in shown.SHOWN else "all", _number(request.args.get("page", "1")) or 1
    with house().db.read() as tx:
        rows, total = shown.listing(tx, site.id, state, page=number)
        names = shown.names_of(tx, {row.endorser_id for row in rows})
    last = max(1, -(-total // shown.PER_PAGE))
    if number > last:
        return redirect(f"{request.path}?show={state}&page={last}", 303)
    return page("publicity/quotes.html", site=site, role=role, rows=rows, total=total, state=state, names=names, at=now(),
                page_number=number, last_page=last, address=house().config.address, verdicts=endorsers.VERDICTS,
                picture_path=pictures.path_of)


def new(key: str) -> Response:
    """What people said and nobody has asked for; with one chosen, the form that asks for it."""
    admin, site, role = sites.on_site(key, least="editor")
    if "source" in request.args:
        return _form(site, role, _said(site, request.args))
    search = request.args.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH]
    with house().db.read() as tx:
        found = quotable.could_be_asked(tx, site.id, search=search)
        names = shown.names_of(tx, {one.endorser_id for one in found})
    return page("publicity/quotable.html", site=site, role=role, found=found, search=search, names=names)


def ask(key: str) -> Response:
    """Asks the person for one quote; the form sent twice asks once."""
    admin, site, role = sites.on_site(key, least="editor")
    sites.check_form()
    said, words = _said(site, request.form), request.form.get("words", "")
    try:
        wish = quotes.Ask(site.id, said.source, said.source_id, said.part, words, _perk(), admin.id, now(),
                          picture="picture" in request.form)
        sites.audited(admin, site, "quote_asked", quotes.ask, wish, about=int)
    except (Invalid, Refused) as wrong:
        return _form(site, role, said, words=words, wrong=wrong)
    return redirect(f"/admin/sites/{site.key}/quotes?done=asked", 303)


def turn(key: str, quote: int) -> Response:
    """Takes a question back, takes a quote out of sight, or puts it back."""
    admin, site, role = sites.on_site(key, least="editor")
    sites.check_form()
    what = request.form.get("do", "")
    if what not in ACTS:
        raise Invalid("This form is not whole. Go back, reload the page and send it again.")
    sites.audited(admin, site, ACTS[what], quotes.turn, (site.id, quote, what, now()), about=quote)
    return redirect(f"/admin/sites/{site.key}/quotes?done={what}", 303)


def _perk() -> str | None:
    """What they got in return; raises Invalid where nobody said."""
    words = " ".join(quotes.plain(request.form.get("perk_words", ""), quotes.LONGEST_PERK).split())
    given = request.form.get("perk")
    if given == "none":
        return None
    if given != "some" or not words or len(words) > quotes.LONGEST_PERK:
        raise Invalid(quotes.NO_PERK, fields={"perk": quotes.NO_PERK})
    return words


def _said(site: sites.Site, asked) -> Said:
    source_id = _number(asked.get("id", ""))
    with house().db.read() as tx:
        found = source_id and quotable.said(tx, site.id, asked.get("source", ""), source_id, asked.get("part", ""))
    if not found:
        raise NotFound()
    return found


def _form(
    site: sites.Site, role: str, said: Said, *, words: str | None = None, wrong: AfterlikeError | None = None
) -> Response:
    with house().db.read() as tx:
        name = shown.names_of(tx, {said.endorser_id}).get(said.endorser_id)
        verdict = endorsers.may_contact(tx, said.endorser_id, "email", "follow_up", now=now())
    return page(
        "publicity/ask.html", status=422 if wrong else 200, site=site, role=role, said=said, name=name,
        words=said.words if words is None else words, wrong=wrong, fields=getattr(wrong, "fields", {}), may=bool(verdict),
        why_not=endorsers.VERDICTS[verdict.reason], longest=quotes.LONGEST, longest_perk=quotes.LONGEST_PERK,
        perk=request.form.get("perk", ""), perk_words=request.form.get("perk_words", ""),
        picture="picture" in request.form,
    )


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[1-9]\d{0,17}", text, re.ASCII) else None
