"""How much a profile link looks like link spam, and why. A score drops nothing: what looks like it waits for an admin to look."""

import json
import re
from dataclasses import dataclass

import sqlalchemy as sa

from afterlike import tables
from afterlike.clock import DAY
from afterlike.errors import NotFound
from afterlike.signing import Keyring

WAITS_FROM = 50
SCORES = {"selling": 50, "template": 40, "network": 40, "fresh": 20}
SELLING = re.compile(
    r"(?<![a-z])(casino|slots?|poker|betting|sportsbook|togel|judi|viagra|cialis|pharmacy|payday|loans?|forex|crypto|bitcoin"
    r"|backlinks?|seo|escorts?|porn|replica|coupons?|discount|cheap|buy-?now|earn-?money|followers)(?![a-z])", re.I)
MANY_PEOPLE = 3  # others who left an address that differs by a number only
MANY_FROM_ONE = 5  # links from one network on one day
RECENT = 50  # links of one host that are compared

_links = tables.profile_links


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known beside a link: others with the same template, links of its network that day, whether its host is new."""

    alike: int
    from_one: int
    is_fresh: bool


def judged(url: str, name: str | None, seen: Seen) -> tuple[int, list[str]]:
    """The score and its reasons. Pure."""
    true = {
        "selling": SELLING.search(f"{url} {name or ''}") is not None, "template": seen.alike >= MANY_PEOPLE,
        "network": seen.from_one >= MANY_FROM_ONE, "fresh": seen.is_fresh,
    }
    reasons = [reason for reason, is_so in true.items() if is_so]
    return sum(SCORES[reason] for reason in reasons), reasons


def scored(tx: sa.Connection, claim: dict, same: str, network: str | None) -> dict:
    """The columns that a new link is kept with. A network that everybody knows is never fresh."""
    host = same.partition("/")[0]
    before = tx.execute(sa.select(_links.c.same, _links.c.endorser_id).where(_links.c.host == host)
                        .order_by(_links.c.id.desc()).limit(RECENT)).all()
    mask = template(same)
    alike = {row.endorser_id for row in before if template(row.same) == mask} - {claim["endorser_id"]}
    from_hash, from_one = claim.get("from_hash"), 0
    if from_hash is not None:
        from_one = tx.scalar(sa.select(sa.func.count()).select_from(_links).where(_links.c.from_hash == from_hash))
    score, reasons = judged(claim["url"], claim["name"], Seen(len(alike), from_one, not before and network is None))
    review = "waiting" if score >= WAITS_FROM else None
    return {"host": host, "score": score, "reasons": json.dumps(reasons) if reasons else None, "review": review}


def from_hash(keyring: Keyring, network: str | None, at: int) -> bytes | None:
    """What stands for a network on one day; None where it is not known. Of two days nobody can tell whether it is the same."""
    return None if network is None else keyring.hashed("links-from", f"{network} {at // DAY}")


def template(same: str) -> str:
    """An address with its numbers left open."""
    return re.sub(r"\d+", "0", same)


def review_link(tx: sa.Connection, items: list[tuple[int, int, str, int, int]]) -> list[None | NotFound]:
    """For each (site id, link id, accept | refuse | undo, admin id, now). Only what waited once can be decided on."""
    return [_review(tx, *item) for item in items]


def _review(tx: sa.Connection, site_id: int, link_id: int, decision: str, admin_id: int, at: int) -> None | NotFound:
    after = {"accept": "accepted", "refuse": "refused", "undo": "waiting"}.get(decision)
    own = (_links.c.id == link_id) & (_links.c.site_id == site_id) & _links.c.review.is_not(None)
    if after is None:
        return NotFound()
    changed = {"review": after, "reviewed_by": admin_id, "reviewed_at": None if after == "waiting" else at}
    return None if tx.execute(sa.update(_links).where(own).values(changed)).rowcount else NotFound()


def links_to_review(tx: sa.Connection, site_id: int, state: str, most: int = 200) -> list[sa.Row]:
    """Those in a state, newest first."""
    asked = sa.select(_links).where(_links.c.site_id == site_id, _links.c.review == state)
    return tx.execute(asked.order_by(_links.c.id.desc()).limit(most)).all()


def review_counts(tx: sa.Connection, site_id: int) -> dict[str, int]:
    """state -> how many."""
    asked = sa.select(_links.c.review, sa.func.count()).where(_links.c.site_id == site_id, _links.c.review.is_not(None))
    return dict(map(tuple, tx.execute(asked.group_by(_links.c.review))))
