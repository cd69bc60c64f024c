"""Whether they come back and buy: return visits and orders, each kept once."""

import json
from dataclasses import dataclass

import sqlalchemy as sa

from afterlike import endorsers, journal, tables
from afterlike.errors import AfterlikeError, Conflict, NotFound


@dataclass(slots=True)
class Visit:
    site_id: int
    uuid: bytes
    visitor: bytes
    page_url: str
    referrer: str | None
    at: int


def note_visits(tx: sa.Connection, items: list[Visit]) -> list[None | AfterlikeError]:
    """Keeps return visits of visitors who have liked; nobody else is followed."""
    known = endorsers.recall(tx, [item.visitor for item in items])
    return [_note(tx, item, known.get(item.visitor)) for item in items]


def _note(tx: sa.Connection, item: Visit, visitor: endorsers.Visitor | None) -> None | AfterlikeError:
    if visitor is None:
        return NotFound("This visitor has not liked anything here, so visits are not kept.")
    visits = tables.visits.c
    known = tx.scalar(sa.select(visits.visitor_id).where(visits.uuid == item.uuid, visits.site_id == item.site_id))
    if known is not None:
        return None if known == visitor.id else Conflict()
    visit_id = tx.scalar(
        sa.insert(tables.visits)
        .values(site_id=item.site_id, uuid=item.uuid, visitor_id=visitor.id, page_url=item.page_url, referrer=item.referrer,
                visited_at=item.at)
        .returning(visits.id)
    )
    journal.append(
        tx, [{"site_id": item.site_id, "kind": "returned", "at": item.at, "visitor_id": visitor.id, "about_id": visit_id}]
    )
    return None


@dataclass(slots=True)
class Order:
    """Money in minor units of `currency`; `via` says who vouches for it: api (a secret key) or page (a signature)."""

    site_id: int
    order_id: str
    visitor: bytes | None
    total_minor: int
    currency: str
    discount_minor: int | None
    coupon: str | None
    items: list | None
    via: str
    at: int


def keep_orders(tx: sa.Connection, items: list[Order]) -> list[None | AfterlikeError]:
    """Keeps each order once by its order_id; the same id with other money is a conflict."""
    return [_keep(tx, item) for item in items]


def _keep(tx: sa.Connection, item: Order) -> None | AfterlikeError:
    orders = tables.orders.c
    known = tx.execute(sa.select(tables.orders).where(orders.order_id == item.order_id, orders.site_id == item.site_id)).first()
    money = {
        "total_minor": item.total_minor,
        "currency": item.currency,
        "discount_minor": item.discount_minor,
        "coupon": item.coupon,
    }
    if known is not None:
        same = money == {name: known._mapping[name] for name in money}
        return None if same else Conflict("This order_id was sent before with other amounts.")
    visitor = endorsers.recall(tx, [item.visitor]).get(item.visitor) if item.visitor else None
    visitor_id = visitor and visitor.id
    row_id = tx.scalar(
        sa.insert(tables.orders)
        .values(site_id=item.site_id, order_id=item.order_id, visitor_id=visitor_id, via=item.via, ordered_at=item.at,
                items=None if item.items is None else json.dumps(item.items, ensure_ascii=False), **money)
        .returning(orders.id)
    )
    journal.append(
        tx, [{"site_id": item.site_id, "kind": "purchased", "at": item.at, "visitor_id": visitor_id, "about_id": row_id}]
    )
    return None
