"""Every change by an admin, and every look at one person's data, is a row of the audit log (S19); made from FACES."""

import sqlalchemy as sa
from admin.test_walls import OF_A_SITE, name, send, town
from followup.making import behind

from afterlike import sites, tables

__all__ = ["town"]  # a fixture

KEPT_APART = {
    "POST /admin/sites/<key>/install/page",  # looks at a page of the shop
    "POST /admin/sites/<key>/prompts/<int:prompt>/preview", "POST /admin/sites/<key>/prompts/<int:prompt>/preview/page",
    "POST /admin/sites/<key>/people/erasures/<int:erasure>/stop",  # the one that is there has ended
    # What has nothing to change here: there is no second person, and the delivery has not failed.
    "POST /admin/sites/<key>/people/<int:who>/merge", "POST /admin/sites/<key>/people/<int:who>/part",
    "POST /admin/sites/<key>/webhooks/<int:hook>/deliveries/<int:delivery>/again",
}
READS = {
    "GET /admin/sites/<key>/endorsements.csv", "GET /admin/sites/<key>/endorsements/<int:like>",
    "GET /admin/sites/<key>/conversations/<int:id>", "GET /admin/sites/<key>/extension/<int:claim>",
    "GET /admin/sites/<key>/extension/<int:claim>.csv", "GET /admin/sites/<key>/people/<int:who>",
    "GET /admin/sites/<key>/people/<int:who>/everything.json", "GET /admin/sites/<key>/answers.csv",
    "GET /admin/sites/<key>/audit.csv", "GET /admin/sites/<key>/mentions/<int:mention>",
}


def recorded(town) -> int:
    with behind(town.server) as tx:
        site = sites.site_named(tx, town.here).id
        return tx.scalar(sa.select(sa.func.count()).select_from(tables.audit).where(tables.audit.c.site_id == site))


def test_every_change_and_every_read_of_a_person_is_recorded(town):
    silent = set()
    last = ("erase", "part", "remove")  # what is gone cannot be changed any more
    for face in sorted(OF_A_SITE, key=lambda face: (face.path.endswith(last), face.path.endswith("erase"), face.path)):
        if name(face) in READS or face.method == "POST" and name(face) not in KEPT_APART:
            before = recorded(town)
            reply = send(town.desks["owner"], face, town.here, town.rows, tag="to quote", note="Likes lamps.", sure="1",
                         role="editor")
            assert reply.status in (200, 303), f"{name(face)}: {reply.status} {reply.words}"
            silent |= {name(face)} if recorded(town) == before else set()
    assert silent == set()
