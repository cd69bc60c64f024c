"""What can be taken away: CSV that no spreadsheet takes for a formula, and JSON a line."""

import json
from collections.abc import Iterable
from datetime import date

from flask import Response, stream_with_context

from afterlike.show import csv_line
from afterlike.sites import Site

MARK = "\ufeff"  # spreadsheets read UTF-8 as such


def csv_file(site: Site, name: str, columns: Iterable[str], rows: Iterable[Iterable]) -> Response:
    """The rows as a file; they may still be read from the database while it goes out."""
    def lines():
        yield MARK + csv_line(columns)
        yield from map(csv_line, rows)

    return _file(lines(), f"{name}-{site.key}-{date.today().isoformat()}.csv", "text/csv; charset=utf-8")


def jsonl_file(site: Site, name: str, rows: Iterable[dict]) -> Response:
    """One object a line."""
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    return _file(lines, f"{name}-{site.key}-{date.today().isoformat()}.jsonl", "application/x-ndjson; charset=utf-8")


def _file(lines: Iterable[str], name: str, kind: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(stream_with_context(lines), headers=headers, content_type=kind)
