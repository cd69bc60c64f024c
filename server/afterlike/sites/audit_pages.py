"""The admin's Audit: what admins changed and whose data they read, for owners; filter and CSV."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import Response, redirect, request, stream_with_context

from afterlike import sheet, show, tables
from afterlike.sites.guard import on_site
from afterlike.sites.logbook import KINDS, audit_read
from afterlike.web import house, page

PER_PAGE = 50
COLUMNS = ("number", "at", "admin", "what", "about", "id")


@dataclass(frozen=True)
class Wanted:
    """The filter in the address; what cannot be read is left out."""

    admin: int | None
    kind: str | None

    @property
    def query(self) -> str:
        return urlencode({name: value for name, value in (("admin", self.admin), ("kind", self.kind)) if value})


def listing(key: str) -> Response:
    """The log, newest first."""
    admin, site, role = on_site(key, least="owner")
    wanted, number = asked(), _number("page", 1)
    with house().db.read() as tx:
        total = tx.scalar(sa.select(sa.func.count()).select_from(tables.audit).where(*_where(site.id, wanted)))
        rows = tx.execute(_rows(site.id, wanted).limit(PER_PAGE).offset((number - 1) * PER_PAGE)).all()
        people = admins_in(tx, site.id)
    last = max(1, -(-total // PER_PAGE))
    if number > last:
        return redirect(f"{request.path}?{wanted.query}&page={last}", 303)
    return page(
        "sites/audit.html", site=site, role=role, rows=rows, total=total, wanted=wanted, people=people, kinds=KINDS,
        page_number=number, last_page=last, first=(number - 1) * PER_PAGE + 1,
    )


def csv(key: str) -> Response:
    """All that matches, as a file; that it was taken is a row of the log itself."""
    admin, site, role = on_site(key, least="owner")
    wanted, db = asked(), house().db
    audit_read(admin, site, "audit_exported")

    def lines() -> Iterator[str]:
        yield sheet.MARK + sheet.line(COLUMNS)
        with db.read() as tx:
            for row in tx.execution_options(yield_per=500).execute(_rows(site.id, wanted)):
                yield sheet.line((row.id, show.iso(row.at), row.email, row.kind, KINDS.get(row.kind), row.about_id))

    headers = sheet.headers(f"audit-{site.key}")
    return Response(stream_with_context(lines()), headers=headers, content_type="text/csv; charset=utf-8")


def asked() -> Wanted:
    kind = request.args.get("kind")
    return Wanted(_number("admin", None), kind if kind in KINDS else None)


def _rows(site_id: int, wanted: Wanted) -> sa.Select:
    log, admins = tables.audit.c, tables.admins.c
    return (
        sa.select(log.id, log.at, log.kind, log.about_id, log.admin_id, admins.email)
        .join_from(tables.audit, tables.admins, admins.id == log.admin_id, isouter=True)
        .where(*_where(site_id, wanted))
        .order_by(log.id.desc())
    )


def _where(site_id: int, wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    log = tables.audit.c
    return [
        log.site_id == site_id,
        *([log.admin_id == wanted.admin] if wanted.admin else []),
        *([log.kind == wanted.kind] if wanted.kind else []),
    ]


def admins_in(tx: sa.Connection, site_id: int) -> list[sa.Row]:
    """(id, email) of whoever is in the log, also those who have left."""
    log, admins = tables.audit.c, tables.admins.c
    inside = sa.select(log.admin_id).where(log.site_id == site_id).distinct()
    return tx.execute(sa.select(admins.id, admins.email).where(admins.id.in_(inside)).order_by(admins.email)).all()


def _number(name: str, otherwise: int | None) -> int | None:
    text = request.args.get(name, "")
    return int(text) if re.fullmatch(r"[1-9]\d{0,8}", text, re.ASCII) else otherwise
