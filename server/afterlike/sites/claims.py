"""Claims on origins: a site says that one is its own, and sees what the extension brought from there once it is proven.

Rows and what an admin does with them; checks.py looks whether they are true. While somebody waits for a check,
`checked_at` is empty and `due_at` is not: so a check that is asked for early does not move the day of the next one.
"""

import base64
import secrets
from dataclasses import dataclass

import sqlalchemy as sa

from afterlike import tables
from afterlike.addresses import BadAddress, origin, origin_pattern
from afterlike.errors import Invalid, NotFound, stated
from afterlike.sites import proofs

MOST_CLAIMS = 20  # of one site
LONGEST_ORIGIN = 300
CHECK_LIMITS = {"claim_pause": (1, 10), "claim_day": (20, 86_400)}  # (most, seconds) for one origin of one site


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim as its site's admins see it. `problem` is why the last check failed, a sentence a line."""

    id: int
    origin: str
    token: str
    state: str
    method: str | None
    failures: int
    problem: str | None
    claimed_at: int
    checked_at: int | None
    proven_at: int | None
    due_at: int | None

    @property
    def is_proven(self) -> bool:
        return self.state == "proven"

    @property
    def waits(self) -> bool:
        """Whether a check was asked for and has not been made yet."""
        return self.checked_at is None and self.due_at is not None

    @property
    def problems(self) -> list[str]:
        return (self.problem or "").splitlines()

    @property
    def record(self) -> str | None:
        """The name of the TXT record; None for a host that cannot have one."""
        return proofs.record_of(self.origin)

    @property
    def file(self) -> str:
        return self.origin + proofs.FILE

    @property
    def line(self) -> str:
        return proofs.line(self.token)

    @property
    def meta(self) -> str:
        return proofs.meta(self.token)


def claim(tx: sa.Connection, items: list[tuple[int, str, int]]) -> list[int]:
    """For each (site id, what was typed, now): the id of the claim on that origin, the old one where there is one.

    Raises Invalid for what is no exact origin, and for one claim too many.
    """
    return [_claim(tx, *item) for item in items]


def _claim(tx: sa.Connection, site_id: int, typed: str, now: int) -> int:
    wanted, claims = exact_origin(typed), tables.origin_claims.c
    ids = dict(tx.execute(sa.select(claims.origin, claims.id).where(claims.site_id == site_id)).all())
    if wanted in ids:
        return ids[wanted]
    if len(ids) >= MOST_CLAIMS:
        raise _wrong(stated("A site can claim {most} origins. Remove one that you no longer need.", most=MOST_CLAIMS))
    new = {"site_id": site_id, "origin": wanted, "token": new_token(), "state": "claimed", "claimed_at": now}
    return tx.scalar(sa.insert(tables.origin_claims).values(new).returning(claims.id))


def exact_origin(typed: str) -> str:
    """The origin as it is kept; raises Invalid with what to do."""
    typed = typed.strip()
    if "*" in typed:
        raise _wrong(stated(
            "A claim is for one exact origin. Claim https://shop.example and https://www.shop.example each by itself."))
    try:
        wanted = origin_pattern(typed)
    except BadAddress:
        raise _wrong(_how_to_write(typed)) from None
    if len(wanted) > LONGEST_ORIGIN:
        raise _wrong(stated("An origin has up to {most} characters. Leave out everything after the host.", most=LONGEST_ORIGIN))
    return wanted


def _how_to_write(typed: str) -> str:
    for meant in (typed, f"https://{typed}" if "://" not in typed else ""):
        try:
            return stated("Write it with https:// before the host and nothing after it: {origin}", origin=origin(meant))
        except BadAddress:
            continue
    return stated(
        "This is no web address. Write it like https://shop.example, with https:// before the host and nothing after it.")


def _wrong(sentence: str) -> Invalid:
    return Invalid(sentence, fields={"origin": sentence})


def new_token() -> str:
    """128 bits in letters and digits that can be read out and typed: 26 of base32."""
    return base64.b32encode(secrets.token_bytes(16)).decode().rstrip("=").lower()


def ask_check(tx: sa.Connection, items: list[tuple[int, int, int]]) -> list[None | NotFound]:
    """For each (site id, claim id, now): promises a check now; the worker makes it. Twice is the same as once."""
    claims = tables.origin_claims.c
    is_proven = claims.state == "proven"
    return [
        _change(tx, site_id, claim_id, checked_at=None, due_at=sa.case((is_proven, claims.due_at), else_=now),
                failures=sa.case((is_proven, claims.failures), else_=0))
        for site_id, claim_id, now in items
    ]


def renew_token(tx: sa.Connection, items: list[tuple[int, int]]) -> list[None | NotFound]:
    """For each (site id, claim id): a new token. What the old one proved is not proven any more."""
    anew = dict.fromkeys(("method", "problem", "checked_at", "proven_at", "due_at"))
    return [_change(tx, *item, token=new_token(), state="claimed", failures=0, **anew) for item in items]


def remove_claim(tx: sa.Connection, items: list[tuple[int, int]]) -> list[None | NotFound]:
    """For each (site id, claim id): forgets it. The likes stay where they are, for whoever proves the origin next."""
    gone = [tx.execute(sa.delete(tables.origin_claims).where(*_own(*item))).rowcount for item in items]
    return [None if rows else NotFound() for rows in gone]


def _change(tx: sa.Connection, site_id: int, claim_id: int, **values) -> None | NotFound:
    changed = tx.execute(sa.update(tables.origin_claims).where(*_own(site_id, claim_id)).values(**values))
    return None if changed.rowcount else NotFound()


def _own(site_id: int, claim_id: int) -> tuple:
    claims = tables.origin_claims.c
    return claims.id == claim_id, claims.site_id == site_id


def claims_of(tx: sa.Connection, site_id: int) -> list[Claim]:
    """All claims of a site, the oldest first."""
    claims = tables.origin_claims.c
    return [Claim(*row) for row in tx.execute(_asked().where(claims.site_id == site_id).order_by(claims.claimed_at, claims.id))]


def claim_of(tx: sa.Connection, site_id: int, claim_id: int) -> Claim:
    """One claim of this site; raises NotFound, for another site's too."""
    row = tx.execute(_asked().where(*_own(site_id, claim_id))).first()
    if row is None:
        raise NotFound()
    return Claim(*row)


def _asked() -> sa.Select:
    claims = tables.origin_claims.c
    return sa.select(*(claims[name] for name in Claim.__slots__))


def rows_of(tx: sa.Connection, claims: list[Claim]) -> dict[int, int]:
    """claim id -> id of the row under which likes from its origin are kept; for those that are proven, and no others."""
    proven = {claim.origin: claim.id for claim in claims if claim.is_proven}
    sites = tables.sites.c
    kept = tx.execute(sa.select(sites.unclaimed_origin, sites.id).where(sites.unclaimed_origin.in_(list(proven)))).all()
    return {proven[kept_of]: row_id for kept_of, row_id in kept}
