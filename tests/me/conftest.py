"""A town for the tests of one's own page: one server, its mail, two sites, and people who signed up."""

from collections.abc import Iterator

import pytest
from conftest import ADMIN
from me.making import Town

from parts.mail import SmtpPeer
from parts.product import Server, Site, make_site


@pytest.fixture(scope="module")
def town_settings() -> dict[str, str]:
    """How much is enough; a file that is about limits has a fixture of this name."""
    return {"limit_sign_in": "1000/minute", "limit_opt_in": "1000/minute", "limit_visitor": "1000/minute"}


@pytest.fixture(scope="module")
def town(tmp_path_factory, town_settings) -> Iterator[Town]:
    peer = SmtpPeer()
    peer.start()
    server = Server(tmp_path_factory.mktemp("town"), smtp_url=peer.url, **town_settings)
    try:
        server.start()
        yield Town(server, peer)
    finally:
        server.close()
        peer.close()


@pytest.fixture(scope="module")
def shop_site(town) -> Site:
    return make_site(town.server, origin="https://shop.test", name="Shop", admin=ADMIN)


@pytest.fixture(scope="module")
def other_site(town) -> Site:
    return make_site(town.server, origin="https://other.test", name="Other", admin=ADMIN)
