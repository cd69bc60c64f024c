"""Rows as CSV that no spreadsheet takes for a formula."""

import csv
import io
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

MARK = "\ufeff"  # at the start of a file, so that spreadsheets read it as UTF-8
# What a spreadsheet may run: also after spaces, and the full-width twins (OWASP, CSV injection).
RISKY = tuple("=+-@\t\r\n|%\uff1d\uff0b\uff0d\uff20")


def line(cells: Iterable) -> str:
    """One line of the file."""
    file = io.StringIO()
    csv.writer(file, lineterminator="\r\n").writerow([plain(cell) for cell in cells])
    return file.getvalue()


def plain(cell: object) -> str:
    """A cell that is text for every spreadsheet: a leading apostrophe where it could be a formula. Numbers stay numbers."""
    text = "" if cell is None else str(cell)
    if isinstance(cell, int | float | Decimal):
        return text
    return f"'{text}" if text.startswith(RISKY) or text.lstrip().startswith(RISKY) else text


def headers(name: str, ending: str = "csv") -> dict[str, str]:
    """Of an answer that is kept as a file, with today's date in its name."""
    file = f"{name}-{date.today().isoformat()}.{ending}"
    return {"Content-Disposition": f'attachment; filename="{file}"', "Cache-Control": "no-store"}
