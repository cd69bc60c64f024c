"""Proving a profile by signing in where it is: only what the other side may say is believed, and nothing else is kept."""

import re
from html import unescape

import pytest
import sqlalchemy as sa
from admin.desk import ask
from followup.making import behind
from looks.looking import wrong_with
from me.elsewhere import IndieAuth, Mastodon
from me.making import ADA, BEN, rows
from me.test_looks import inside
from playwright.sync_api import expect

from afterlike import tables
from cast import LAMP


@pytest.fixture(scope="module")
def mastodon():
    peer = Mastodon()
    yield peer
    peer.close()


@pytest.fixture(scope="module")
def page():
    peer = IndieAuth()
    yield peer
    peer.close()


@pytest.fixture(scope="module")
def town_settings(mastodon, page) -> dict[str, str]:
    return {"limit_sign_in": "1000/minute", "limit_opt_in": "1000/minute", "limit_visitor": "1000/minute",
            "fetch_allow": f"{mastodon.place},{page.place}"}


@pytest.fixture(scope="module")
def ada(town, shop_site):
    return town.settle(shop_site, ADA, likes=[LAMP])


@pytest.fixture(autouse=True)
def honest(town, mastodon, page):
    """Each test begins with honest servers, and no profile."""
    mastodon.wrong = page.wrong = ""
    page.me = f"{page.url}/"
    yield
    with behind(town.server) as tx:
        for table in (tables.profile_grants, tables.profile_links, tables.oauth_apps, tables.grants_begun):
            tx.execute(sa.delete(table))


def there(reply) -> str:
    """The address that the page leads to."""
    return unescape(re.search(r'class="button main" href="([^"]+)"', reply.text)[1])


def agreed(url: str) -> str:
    """The person signs in and agrees over there; where they are sent back to."""
    shown = ask("GET", url)
    return ask("GET", url.split("/", 3)[0] + "//" + url.split("/")[2] + unescape(re.search(r'href="([^"]+)"', shown.text)[1])).to


def way_back(ada, typed: str) -> str:
    begun = ada.post("/me/grants", place=typed)
    assert begun.status == 200, f"{begun.status} {begun.to}"
    return agreed(there(begun)).removeprefix(ada.desk.url)


def finish(desk, back: str) -> str:
    """The button on the page they come back to; what the page says then."""
    shown = desk.get(back)
    if shown.status != 200:
        return shown.to
    fields = dict(re.findall(r'name="(state|code|iss)" value="([^"]*)"', shown.text))
    return desk.post("/me/grants/back", proof=shown.proof, **{name: unescape(value) for name, value in fields.items()}).to


def links(town) -> list[tuple]:
    asked = sa.select(tables.profile_links.c.url, tables.profile_links.c.state, tables.profile_grants.c.way)
    return [tuple(row) for row in rows(town, asked.join_from(tables.profile_links, tables.profile_grants, isouter=True))]


def test_a_profile_is_proven_by_signing_in_at_its_server(town, ada, mastodon):
    assert finish(ada.desk, way_back(ada, mastodon.url)) == "/me?said=grant-proven#profiles"
    assert links(town) == [(f"{mastodon.url}/@ada", "proven", "mastodon")] and mastodon.scope == "profile"
    assert "Proven on" in ada.page().words
    assert mastodon.tokens == mastodon.revoked, "the token was given back"
    with behind(town.server) as tx:
        everything = "\n".join(str(tuple(row)) for table in tables.metadata.sorted_tables for row in tx.execute(sa.select(table)))
    assert "secret-of-ours" not in everything and not any(token in everything for token in mastodon.tokens)
    assert rows(town, sa.select(tables.grants_begun)) == []


def test_the_registration_is_kept_for_the_next_one(town, ada, mastodon):
    mastodon.log.clear()
    for _ in range(2):
        finish(ada.desk, way_back(ada, mastodon.url))
    assert mastodon.log.count("POST /api/v1/apps") == 1 and len(links(town)) == 1


def test_a_profile_that_was_left_before_is_the_one_that_is_proven(town, ada, mastodon):
    with behind(town.server) as tx:
        someone = tx.execute(sa.select(tables.channels.c.endorser_id, tables.channels.c.site_id)).first()
        tx.execute(sa.insert(tables.profile_links).values(
            site_id=someone.site_id, uuid=b"u" * 16, endorser_id=someone.endorser_id, url=f"{mastodon.url}/@ada", state="claimed",
            claimed_at=1))
    finish(ada.desk, way_back(ada, f"{mastodon.url}/@ada"))
    assert links(town) == [(f"{mastodon.url}/@ada", "proven", "mastodon")]
    [kept] = ada.desk.get("/me/everything.json").json["profiles"]
    assert kept["proven_by_signing_in_at_host"] == mastodon.place
    [link] = rows(town, sa.select(tables.profile_links.c.id))
    ada.post(f"/me/profiles/{link.id}", do="remove")
    assert links(town) == [] == rows(town, sa.select(tables.profile_grants))


def test_an_older_server_without_metadata_works_too(town, ada, mastodon):
    mastodon.wrong = "old"
    assert finish(ada.desk, way_back(ada, mastodon.url)).startswith("/me?said=grant-proven") and mastodon.scope == "read:accounts"


@pytest.mark.parametrize("wrong", ["me", "redirect", "huge", "token", "iss", "state"])
def test_a_hostile_server_proves_nothing(town, ada, mastodon, wrong):
    """A profile elsewhere, a redirect, a huge answer, a token with a line end, another's name, another's state."""
    mastodon.wrong = wrong
    mastodon.log.clear()
    assert finish(ada.desk, way_back(ada, mastodon.url)) == "/me?said=grant-failed#profiles"
    assert links(town) == [] and "GET /elsewhere" not in mastodon.log


@pytest.mark.parametrize("wrong", ["metadata", "issuer"])
def test_a_server_that_sends_us_elsewhere_is_no_way(ada, mastodon, wrong):
    """Mix-up: endpoints at another origin, another issuer's name."""
    mastodon.wrong = wrong
    assert ada.post("/me/grants", place=mastodon.url).to == "/me?said=grant-none#profiles"


def test_a_page_is_proven_by_indieauth(town, ada, page):
    assert finish(ada.desk, way_back(ada, page.url)) == "/me?said=grant-proven#profiles"
    assert links(town) == [(f"{page.url}/", "proven", "indieauth")]


def test_the_answer_may_be_for_another_page_of_the_same_place_alone(town, ada, page, mastodon):
    page.me = f"{page.url}/ada"
    assert finish(ada.desk, way_back(ada, page.url)) == "/me?said=grant-proven#profiles"
    for foreign in (f"{page.url}/plain", f"{mastodon.url}/@ada", "https://mastodon.social/@ada", "javascript:alert(1)", None, 7):
        page.me = foreign
        assert finish(ada.desk, way_back(ada, page.url)) == "/me?said=grant-failed#profiles", foreign
    assert [url for url, *_ in links(town)] == [f"{page.url}/ada"]


@pytest.mark.parametrize("wrong", ["iss", "no iss", "state"])
def test_a_place_that_names_itself_wrongly_or_not_proves_nothing(town, ada, page, wrong):
    page.wrong = wrong
    assert finish(ada.desk, way_back(ada, page.url)) == "/me?said=grant-failed#profiles"
    assert links(town) == []


def test_metadata_of_another_issuer_is_no_way(ada, page):
    page.wrong = "issuer"
    assert ada.post("/me/grants", place=page.url).to == "/me?said=grant-none#profiles"


@pytest.mark.parametrize("typed", [
    "", "nobody", "http://localhost:1/", "http://169.254.169.254/", "http://127.0.0.1/", "javascript:alert(1)", "@ada@localhost",
    "file:///etc/passwd", "https://user:pass@mastodon.social/", "x" * 3000, "http://mastodon.social/",
])
def test_what_is_no_public_place_is_not_asked(ada, typed):
    assert ada.post("/me/grants", place=typed).to == "/me?said=grant-none#profiles"


def test_coming_back_changes_nothing_before_the_button_and_works_once(town, ada, mastodon):
    back = way_back(ada, mastodon.url)
    before = rows(town, sa.select(tables.grants_begun))
    for _ in range(2):
        assert ada.desk.get(back).status == 200
    assert rows(town, sa.select(tables.grants_begun)) == before and links(town) == []
    assert finish(ada.desk, back) == "/me?said=grant-proven#profiles"
    assert finish(ada.desk, back) == "/me?said=grant-failed#profiles"


def test_nobody_finishes_what_somebody_else_began(town, shop_site, ada, mastodon):
    """A link that would give one's own profile to somebody else, or the other way round."""
    back = way_back(ada, mastodon.url)
    ben = town.settle(shop_site, BEN, likes=[LAMP])
    assert finish(ben.desk, back) == "/me?said=grant-failed#profiles"
    state, code = re.search(r"state=([^&]+)", back)[1], re.search(r"code=([^&]+)", back)[1]
    assert ben.post("/me/grants/back", state=state, code=code, iss=mastodon.url).to == "/me?said=grant-failed#profiles"
    assert links(town) == [] and finish(ada.desk, back) == "/me?said=grant-proven#profiles"


def test_a_try_is_over_after_ten_minutes(town, ada, mastodon):
    back = way_back(ada, mastodon.url)
    with behind(town.server) as tx:
        tx.execute(sa.update(tables.grants_begun).values(ends_at=1))
    assert finish(ada.desk, back) == "/me?said=grant-failed#profiles" and links(town) == []


def test_a_no_over_there_changes_nothing(town, ada, mastodon):
    ada.post("/me/grants", place=mastodon.url)
    assert ada.desk.get("/me/grants/back?error=access_denied&state=x").to == "/me?said=grant-failed#profiles"
    assert ada.desk.post("/me/grants/back", proof="forged", state="x", code="y").status == 403


@pytest.mark.parametrize("which", ["mastodon", "page"])
def test_from_ones_own_page_and_back_in_a_browser(town, ada, chromium, new_page, request, which):
    peer = request.getfixturevalue(which)
    own = inside(new_page(chromium, java_script_enabled=False), ada)
    own.goto(f"{town.url}/me#profiles")
    own.get_by_text("Prove a profile by signing in there").click()
    own.get_by_label("Your Fediverse server, or your own page").fill(peer.url)
    own.get_by_role("button", name="Next").click()
    own.get_by_role("link", name=f"Go to {peer.place}").click()
    own.get_by_role("link", name="Agree").click()
    own.get_by_role("button", name="Prove my profile").click()
    expect(own.get_by_role("status").filter(has_text="Proven: this profile is yours.")).to_be_visible()
    expect(own.get_by_text(f"by signing in at {peer.place}.")).to_be_visible()


def test_both_pages_are_for_everybody(town, ada, mastodon, chromium, new_page):
    back, own = way_back(ada, mastodon.url), inside(new_page(chromium), ada)
    own.goto(town.url + back)
    assert wrong_with(own) == []
