"""The admin's Answers: each question added up, what people wrote in their own words, and all of it as a file."""

import json
from collections.abc import Iterator

import sqlalchemy as sa
from flask import Response, redirect, request

from afterlike import prompts, sites, tables
from afterlike.clock import now
from afterlike.errors import Invalid
from afterlike.insight import answers, asked
from afterlike.insight.files import csv_file, jsonl_file
from afterlike.show import iso
from afterlike.web import House, house, page
from afterlike.wire import uuid_text

COLUMNS = ("answer", "answered_at", "like", "state", "source", "product_key", "prompt", "version", "finished", "question",
           "question_text", "answer_text")
DONE = ("tagged", "untagged")


def listing(key: str) -> Response:
    """Counts with n by prompt and question; below, what was written."""
    admin, site, role = sites.on_site(key)
    search, tag, before = asked.search(), asked.search("tag"), asked.number(request.args.get("before"))
    with house().db.read() as tx:
        sums, made_at = answers.sums_of(tx, site.id)
        told = answers.told(tx, site.id, sums, site.locale)
        written = answers.written(tx, site.id, site.locale, search=search, tag=tag, before=before)
        tags = answers.tags_here(tx, site.id)
    return page(
        "insight/answers.html", site=site, role=role, told=told, made_at=made_at, written=written, tags=tags, search=search,
        tag=tag, more=len(written) == answers.PER_PAGE, done=asked.one_of("done", DONE, ""), any=any(one.n for one in told),
        wrong=request.args.get("wrong") == "tag",
    )


def tag(key: str, answer: int) -> Response:
    """Puts a tag on what somebody wrote (`tag`), or takes one off (`remove`)."""
    admin, site, role = sites.on_site(key, least="editor")
    sites.check_form()
    remove = request.form.get("remove", "")
    wanted = answers.Tag(site.id, answer, remove or request.form.get("tag", ""), now(), off=bool(remove))
    try:
        sites.audited(admin, site, "answer_untagged" if remove else "answer_tagged", answers.tag, wanted, about=answer)
    except Invalid:
        return redirect(f"/admin/sites/{site.key}/answers?wrong=tag#written", 303)
    return redirect(f"/admin/sites/{site.key}/answers?done={'untagged' if remove else 'tagged'}#written", 303)


def as_csv(key: str) -> Response:
    """A line for each answered question; the states of the likes stand beside, so that what does not count can be left out."""
    admin, site, role = sites.on_site(key)
    sites.audit_read(admin, site, "answers_exported")
    return csv_file(site, "answers", COLUMNS, (tuple(row.values()) for row in _rows(house(), site)))


def as_jsonl(key: str) -> Response:
    """The same, an object a line."""
    admin, site, role = sites.on_site(key)
    sites.audit_read(admin, site, "answers_exported")
    return jsonl_file(site, "answers", _rows(house(), site))


def _rows(shared: House, site: sites.Site) -> Iterator[dict]:
    """Oldest first, a chunk at a time, while the file goes out."""
    found, likes, products, last = tables.answers.c, tables.likes.c, tables.products.c, 0
    query = (
        sa.select(found.id, found.uuid, found.answered_at, likes.uuid.label("like_uuid"), likes.state, likes.source, products.key,
                  found.prompt_version_id, found.done, found.said)
        .join_from(tables.answers, tables.likes, likes.id == found.like_id)
        .join(tables.products, products.id == likes.product_id)
        .where(found.site_id == site.id).order_by(found.id).limit(answers.CHUNK)
    )
    with shared.db.read() as tx:
        while rows := tx.execute(query.where(found.id > last)).all():
            versions = prompts.versions(tx, {row.prompt_version_id for row in rows})
            for row in rows:
                yield from _lines(row, versions[row.prompt_version_id], site.locale)
            last = rows[-1].id


def _lines(row: sa.Row, prompt: prompts.Prompt, locale: str) -> Iterator[dict]:
    given = json.loads(row.said)
    first = (uuid_text(row.uuid), iso(row.answered_at), uuid_text(row.like_uuid), row.state, row.source, row.key, prompt.key,
             prompt.version, int(row.done))
    for card in prompt.flow["cards"]:
        one = {card["key"]: given[card["key"]]} if card["key"] in given else {}
        for question, words in prompts.said({"cards": [card]}, one, locale) if one else ():
            yield dict(zip(COLUMNS, (*first, card["key"], question, words), strict=True))
