"""What the tests of this room share: a site of its own on the running server."""

from types import SimpleNamespace

import pytest
from admin.desk import shopper_of, signed_in

from cast import VISITORS, new_id
from parts.product import make_site


@pytest.fixture
def shop(collector):
    """A new site: its owner's desk, the path of its prompts, and its visitors."""
    name = new_id()[:8]
    site = make_site(collector.server, origin="https://shop.test", name=f"Shop {name}", admin=f"{name}@shop.test")
    visitors = {visitor: shopper_of(collector.server, site, visitor) for visitor in VISITORS}
    return SimpleNamespace(
        server=collector.server, site=site, desk=signed_in(collector.server, f"{name}@shop.test"), email=f"{name}@shop.test",
        visitors=visitors, list=f"/admin/sites/{site.site}/prompts",
    )
