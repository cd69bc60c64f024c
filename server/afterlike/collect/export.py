"""Endorsements as CSV that no spreadsheet takes for a formula."""

from collections.abc import Iterable, Iterator

from afterlike import sheet
from afterlike.collect.endorsements import Endorsement
from afterlike.show import amount, iso
from afterlike.wire import uuid_text

COLUMNS = ("like", "liked_at", "state", "source", "product_key", "product", "price", "currency", "product_url", "page_url",
           "page_title", "referrer", "locale", "answers", "profile", "profile_name", "profile_state")


def lines(rows: Iterable[Endorsement]) -> Iterator[str]:
    """The file, line by line; UTF-8 with a mark at its start so that spreadsheets read it as such."""
    yield sheet.MARK + sheet.line(COLUMNS)
    for row in rows:
        yield sheet.line(_cells(row))


def _cells(row: Endorsement) -> tuple:
    link = row.links[0] if row.links else None
    return (
        uuid_text(row.uuid), iso(row.liked_at), row.state, row.source, row.product_key, row.title,
        amount(row.price_minor, row.currency), row.currency, row.product_url, row.page_url, row.page_title, row.referrer,
        row.locale, "\n".join(f"{question} {answer}" for question, answer in row.said), link and link.url, link and link.name,
        link and link.state,
    )
