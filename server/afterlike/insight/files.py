"""What can be taken away: CSV that no spreadsheet takes for a formula, and JSON a line."""

import json
from collections.abc import Iterable

from flask import Response, stream_with_context

from afterlike import sheet
from afterlike.sites import Site


def csv_file(site: Site, name: str, columns: Iterable[str], rows: Iterable[Iterable]) -> Response:
    """The rows as a file; they may still be read from the database while it goes out."""
    def lines():
        yield sheet.MARK + sheet.line(columns)
        yield from map(sheet.line, rows)

    return _file(lines(), sheet.headers(f"{name}-{site.key}"), "text/csv; charset=utf-8")


def jsonl_file(site: Site, name: str, rows: Iterable[dict]) -> Response:
    """One object a line."""
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    return _file(lines, sheet.headers(f"{name}-{site.key}", "jsonl"), "application/x-ndjson; charset=utf-8")


def _file(lines: Iterable[str], headers: dict[str, str], kind: str) -> Response:
    return Response(stream_with_context(lines), headers=headers, content_type=kind)
