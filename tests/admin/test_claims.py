"""The page of claims through HTTP, with a real worker, origin and name server behind it: what is said, and to whom."""

import csv
import io
import re
from contextlib import ExitStack, closing, suppress
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from admin.desk import Desk, hire, ids, shopper_of, signed_in
from conftest import ADMIN
from followup.making import agree, behind
from sites.claiming import Origin
from sites.liking import like_before, set_state

from afterlike import clock, tables
from afterlike.collect.turning import PER_PAGE
from afterlike.signing import keyring
from afterlike.sites.claims import MOST_CLAIMS
from cast import BEN, CHAIR
from parts.dns import SILENT, NameServer
from parts.product import Server, make_site
from parts.programs import until


@pytest.fixture(scope="module")
def names():
    with closing(NameServer()) as server:
        yield server


@pytest.fixture(scope="module")
def origins():
    """As many as there are tests that check one: each may be checked once in ten seconds."""
    with ExitStack() as stack:
        yield [stack.enter_context(closing(Origin())) for _ in range(8)]


@pytest.fixture
def origin(origins, names) -> Origin:
    """An origin of whose owner nobody knows anything yet."""
    names.names.clear()
    return origins.pop()


@pytest.fixture(scope="module")
def town(tmp_path_factory, names, origins):
    """Two sites with an owner each, and a viewer of the first."""
    allow = ",".join(place for one in origins for place in one.places)
    server = Server(tmp_path_factory.mktemp("claims"), dns=names.place, fetch_allow=allow)
    try:
        server.start()
        here, there = (make_site(server, origin=f"https://{name}.test", name=name, admin=f"{name}@shop.test") for name in "ab")
        hire(server, here.site, email="viewer@shop.test", role="viewer")
        yield SimpleNamespace(
            server=server, site=here, path=f"/admin/sites/{here.site}/extension", other=f"/admin/sites/{there.site}/extension",
            owner=signed_in(server, "a@shop.test"), viewer=signed_in(server, "viewer@shop.test"),
            stranger=signed_in(server, "b@shop.test"),
        )
    finally:
        server.close()


@pytest.fixture
def shop(town):
    """The town without any claim."""
    with behind(town.server) as tx:
        tx.execute(sa.delete(tables.origin_claims))
    return town


def claim(desk: Desk, path: str, origin: str) -> int:
    done = desk.post(path, origin=origin)
    assert done.status == 303, done.words
    return int(re.search(r"\?done=claimed#claim-(\d+)$", done.to)[1])


def checked(desk: Desk, path: str, claim_id: int) -> str:
    """Presses the button, waits as the page does, and returns what it says then."""
    asked = desk.post(f"{path}/{claim_id}/check")
    assert asked.to == f"{path}?checking={claim_id}#claim-{claim_id}"
    to = asked.to.partition("#")[0]
    return until(lambda: "Refresh" not in (page := desk.get(to)).headers and page.words, within_s=30, what="the check")


def token(desk: Desk, path: str) -> str:
    return re.search(r"afterlike-site=([a-z2-7]{26})<", desk.get(path).text)[1]


# What stands there.


def test_a_site_without_claims_is_told_what_this_is_for(shop):
    page = shop.owner.get(shop.path)
    assert page.status == 200 and "No origin claimed" in page.words and "browser extension" in page.words
    assert 'name="origin"' in page.text and "Refresh" not in page.headers
    seen = shop.viewer.get(shop.path)
    assert 'name="origin"' not in seen.text and "<form" not in seen.text.partition("<main")[2]


def test_a_claim_says_what_to_put_where_word_for_word(shop, origin):
    claim(shop.owner, shop.path, f"{origin.url}/")
    page = shop.owner.get(shop.path)
    line = f"afterlike-site={token(shop.owner, shop.path)}"
    assert f"<code>{line}</code>" in page.text and "<code>_afterlike.localhost</code>" in page.text
    assert f"&lt;meta name=&#34;afterlike-site&#34; content=&#34;{line.partition('=')[2]}&#34;&gt;" in page.text
    assert f"{origin.url}/.well-known/afterlike.txt" in page.words and "Not proven yet" in page.words
    assert line in shop.viewer.get(shop.path).text


def test_a_host_that_is_a_number_is_not_told_of_dns(shop, origin):
    claim(shop.owner, shop.path, origin.number)
    assert "A DNS record" not in shop.owner.get(shop.path).words


@pytest.mark.parametrize(("typed", "told"), [
    ("", "This is no web address"), ("https://*.shop.example", "exact origin"),
    ("shop.example", "Write it with https:// before the host and nothing after it: https://shop.example"),
    ('"><b>x</b>', "This is no web address"), ("https://sh\0p.example", "This is no web address"),
])  # fmt: skip
def test_what_cannot_be_claimed_is_told_beside_the_field_and_kept_there(shop, typed, told):
    page = shop.owner.post(shop.path, origin=typed)
    assert page.status == 422 and told in page.words and 'aria-invalid="true"' in page.text
    assert "<b>x" not in page.text and "No origin claimed" in page.words


def test_the_most_claims_are_told(shop):
    for number in range(MOST_CLAIMS):
        claim(shop.owner, shop.path, f"https://{number}.example")
    page = shop.owner.post(shop.path, origin="https://one-more.example")
    assert page.status == 422 and "A site can claim 20 origins" in page.words


# Checks.


def test_a_check_that_finds_nothing_says_what_was_wrong(shop, origin):
    with behind(shop.server) as tx:
        like_before(tx, origin.url, "Blue bowl")
    made = claim(shop.owner, shop.path, origin.url)
    assert shop.owner.get(f"{shop.path}/{made}").status == 404
    told = checked(shop.owner, shop.path, made)
    assert "was checked, and no proof was found" in told and "there is no TXT record _afterlike.localhost." in told
    assert f"File: {origin.url}/.well-known/afterlike.txt answers 404." in told and "bowl" not in told
    assert "Not proven yet" in told and shop.owner.get(f"{shop.path}/{made}").status == 404


def test_a_check_that_finds_it_opens_the_likes_from_before(shop, origin, names):
    with behind(shop.server) as tx:
        likes = like_before(tx, origin.url, "Blue bowl", "Green bowl", "Red bowl", price_minor=1999, currency="EUR")
        set_state(tx, likes[1], "withdrawn")
        like_before(tx, "https://elsewhere.example", "A thing of somebody else")
    made = claim(shop.owner, shop.path, origin.url)
    names.names["_afterlike.localhost"] = [f"afterlike-site={token(shop.owner, shop.path)}"]
    told = checked(shop.owner, shop.path, made)
    assert f"{origin.url} is proven, by the DNS record." in told
    assert "2 likes from before" in told and "Another 1 is held, rejected or taken back" in told
    page = shop.owner.get(f"{shop.path}/{made}")
    places = [page.text.index(name) for name in ("Red bowl", "Green bowl", "Blue bowl")]
    assert places == sorted(places) and "1–3 of 3 likes" in page.words
    assert "Taken back" in page.words and "Browser extension" in page.words and "€19.99" in page.words
    assert "somebody else" not in page.text and "Red bowl" in shop.viewer.get(f"{shop.path}/{made}").text


def test_a_page_that_waits_looks_again_by_itself_but_not_for_ever(server, site):
    """Here nobody works, as if there were much to do."""
    idle = server(work_in_serve=0)
    path = f"/admin/sites/{site(idle).site}/extension"
    owner = signed_in(idle, ADMIN)
    made = claim(owner, path, "https://shop.example")
    assert owner.post(f"{path}/{made}/check").status == 303
    page = owner.get(f"{path}?checking={made}")
    assert page.headers["Refresh"] == f"2; url={path}?checking={made}&looks=1"
    assert "is being checked" in page.words and "Look again" in page.words and f"/{made}/check" not in page.text
    for more in (f"?checking={made}&looks=15", "", "?checking=999999", "?checking=x"):
        page = owner.get(path + more)
        assert "Refresh" not in page.headers and "Being checked" in page.words


@pytest.mark.long
def test_a_check_that_is_cut_off_by_a_kill_is_made_afterwards(server, site, origin, names):
    """The dead worker's lease has to end first, which takes a minute."""
    cut = server(dns=names.place, fetch_allow=",".join(origin.places))
    path = f"/admin/sites/{site(cut).site}/extension"
    owner = signed_in(cut, ADMIN)
    made = claim(owner, path, origin.url)
    names.names["_afterlike.localhost"], asked = SILENT, len(names.asked)
    owner.post(f"{path}/{made}/check")
    until(lambda: len(names.asked) > asked, what="the worker to ask")
    workers = cut.workers()
    cut.kill()
    for orphan in workers:
        with suppress(ProcessLookupError):
            cut.kill(orphan)
    names.names["_afterlike.localhost"] = [f"afterlike-site={token_of(cut)}"]
    cut.start()
    until(lambda: "is proven, by the DNS record." in owner.get(f"{path}?checking={made}").words, within_s=100, what="the check")


def token_of(server: Server) -> str:
    with behind(server) as tx:
        return tx.scalar(sa.select(tables.origin_claims.c.token))


def test_pressing_again_at_once_is_refused(shop, origin):
    made = claim(shop.owner, shop.path, origin.url)
    checked(shop.owner, shop.path, made)
    again = shop.owner.post(f"{shop.path}/{made}/check")
    assert again.status == 429 and "checked a moment ago" in again.words and 1 <= int(again.headers["Retry-After"]) <= 11


def test_another_token_ends_the_proof_and_removing_the_claim(shop, origin):
    made = claim(shop.owner, shop.path, origin.url)
    first = token(shop.owner, shop.path)
    origin.file(f"afterlike-site={first}")
    assert "is proven, by the file." in checked(shop.owner, shop.path, made)
    assert shop.owner.get(f"{shop.path}/{made}").status == 200
    assert shop.owner.post(f"{shop.path}/{made}/token").to == f"{shop.path}?done=renewed#claim-{made}"
    assert token(shop.owner, shop.path) != first and shop.owner.get(f"{shop.path}/{made}").status == 404
    assert shop.owner.post(f"{shop.path}/{made}/remove").to == f"{shop.path}?done=removed"
    assert "No origin claimed" in shop.owner.get(f"{shop.path}?done=removed").words


# Who sees what.


def test_only_a_proven_claim_of_ones_own_shows_anything(shop, origin):
    with behind(shop.server) as tx:
        like_before(tx, origin.url, "Secret bowl")
    made, theirs = claim(shop.owner, shop.path, origin.url), claim(shop.stranger, shop.other, origin.url)
    missing = shop.stranger.get(f"{shop.other}/999999").text
    with behind(shop.server) as tx:
        row = tables.origin_claims.c
        tx.execute(sa.update(tables.origin_claims).where(row.id == made).values(state="proven", method="dns", proven_at=1,
                                                                                checked_at=1, due_at=clock.now() + clock.DAY))
    for claim_id in (made, theirs):
        for end in ("", ".csv"):
            reply = shop.stranger.get(f"{shop.other}/{claim_id}{end}")
            assert reply.status == 404 and "Secret bowl" not in reply.text and reply.text == missing
    for act in ("check", "token", "remove"):
        assert shop.stranger.post(f"{shop.other}/{made}/{act}").status == 404
    assert "Secret bowl" in shop.owner.get(f"{shop.path}/{made}").text
    with behind(shop.server) as tx:
        tx.execute(sa.update(tables.origin_claims).where(row.id == made).values(state="lapsed"))
    for end in ("", ".csv"):
        assert shop.owner.get(f"{shop.path}/{made}{end}").status == 404
    words = shop.owner.get(shop.path).words
    assert "Lapsed" in words and "from before" not in words.partition("Put one of these")[2]


def test_a_second_site_is_told_that_it_is_proven_already_but_not_by_whom(shop, origin):
    first, second = claim(shop.owner, shop.path, origin.url), claim(shop.stranger, shop.other, origin.url)
    both = [token(shop.owner, shop.path), token(shop.stranger, shop.other)]
    origin.file("\n".join(f"afterlike-site={one}" for one in both))
    assert "is proven, by the file." in checked(shop.owner, shop.path, first)
    told = checked(shop.stranger, shop.other, second)
    assert "already proven by another site of this collector" in told and "Not proven yet" in told


def test_a_form_that_is_not_ours_changes_nothing(shop):
    made = claim(shop.owner, shop.path, "https://shop.example")
    before = shop.owner.get(shop.path).text
    for path in (shop.path, *(f"{shop.path}/{made}/{act}" for act in ("check", "token", "remove"))):
        assert shop.owner.post(path, origin="https://more.example", proof="forged").status == 403
    assert claims_in(before) == claims_in(shop.owner.get(shop.path).text) == [str(made)]


def claims_in(text: str) -> list[str]:
    return re.findall(r'id="claim-(\d+)"', text)


# The likes.


def prove(shop, origin: str) -> int:
    """As if it had been proven."""
    made = claim(shop.owner, shop.path, origin)
    with behind(shop.server) as tx:
        proven = {"state": "proven", "method": "dns", "proven_at": 1, "checked_at": 1, "due_at": clock.now() + clock.DAY}
        tx.execute(sa.update(tables.origin_claims).where(tables.origin_claims.c.id == made).values(proven))
    return made


def test_a_proven_origin_without_likes_says_so(shop):
    made = prove(shop, "https://nothing.example")
    page = shop.owner.get(f"{shop.path}/{made}")
    assert page.status == 200 and "Nothing from before" in page.words
    assert shop.owner.get(f"{shop.path}/{made}.csv").text.count("\r\n") == 1
    assert "No likes from before" in shop.owner.get(shop.path).words


def test_many_likes_stand_on_several_pages(shop):
    with behind(shop.server) as tx:
        like_before(tx, "https://many.example", *(f"Bowl {n:03}" for n in range(PER_PAGE + 3)))
    made = prove(shop, "https://many.example")
    first = shop.owner.get(f"{shop.path}/{made}")
    further = re.search(rf'href="({shop.path}/{made}\?behind=[\d.]+)"', first.text)[1]
    second = shop.owner.get(further)
    assert "Bowl 052" in first.text and "Bowl 002" not in first.text and "1–50 of 53 likes" in first.words
    assert "Bowl 002" in second.text and "51–53 of 53 likes" in second.words
    newer = re.search(rf'href="({shop.path}/{made}\?before=[\d.]+)"', second.text)[1]
    assert "1–50 of 53 likes" in shop.owner.get(newer).words
    assert shop.owner.get(f"{shop.path}/{made}?behind=1.1").to == f"{shop.path}/{made}"
    for odd in ("x", "%C2%B2", "-1", "0", "", "9" * 30):
        assert "Bowl 052" in shop.owner.get(f"{shop.path}/{made}?behind={odd}").text


def test_a_claim_opens_the_likes_and_nothing_else_of_the_people(shop):
    with behind(shop.server) as tx:
        [like] = like_before(tx, "https://people.example", "=cmd|bowl")
        ring = keyring(shop.server.home, secret_keys=(), pepper=())
        visitor = tx.scalar(sa.select(tables.likes.c.visitor_id).where(tables.likes.c.id == like))
        site_id = tx.scalar(sa.select(tables.likes.c.site_id).where(tables.likes.c.id == like))
        endorser = tx.scalar(sa.insert(tables.endorsers).values(site_id=site_id, made_at=1).returning(tables.endorsers.c.id))
        tx.execute(sa.update(tables.visitors).where(tables.visitors.c.id == visitor).values(endorser_id=endorser))
        link = {"site_id": site_id, "uuid": b"l" * 16, "endorser_id": endorser, "url": "https://ada.example", "name": "Ada Byron"}
        tx.execute(sa.insert(tables.profile_links).values(**link, state="claimed", claimed_at=1))
        agree(tx, like, ring=ring, at=clock.now())
    made = prove(shop, "https://people.example")
    page, file = shop.owner.get(f"{shop.path}/{made}"), shop.owner.get(f"{shop.path}/{made}.csv")
    assert "=cmd|bowl" in page.words and "Ada" not in page.text + file.text and "Write to them" not in page.words
    [row] = csv.DictReader(io.StringIO(file.text.lstrip("\ufeff")))
    assert (row["product"], row["source"], row["profile"], row["answers"]) == ("'=cmd|bowl", "extension", "", "")
    assert file.headers["Content-Type"].startswith("text/csv")
    assert 'filename="extension-people.example-' in file.headers["Content-Disposition"]
    assert shop.owner.get(f"/admin/sites/{shop.site.site}/endorsements/{like}").status == 404
    done = shop.owner.post(f"/admin/sites/{shop.site.site}/endorsements/decisions", decision="hold", like=like)
    assert "batch=none" in done.to


def test_likes_from_before_are_in_none_of_the_sites_own_numbers(shop):
    shopper_of(shop.server, shop.site, BEN).like(CHAIR)
    with behind(shop.server) as tx:
        like_before(tx, "https://apart.example", "Bowl apart")
    prove(shop, "https://apart.example")
    own = shop.owner.get(f"/admin/sites/{shop.site.site}/endorsements")
    assert len(set(ids(own))) == 1 and "Bowl apart" not in own.text
    assert "Bowl apart" not in shop.owner.get(f"/admin/sites/{shop.site.site}/endorsements.csv").text


def test_endorsements_say_which_likes_came_from_the_extension(shop):
    shopper = shopper_of(shop.server, shop.site, BEN)
    shopper.like(CHAIR)
    path = f"/admin/sites/{shop.site.site}/endorsements"
    assert "from the extension" not in shop.owner.get(path).words
    with behind(shop.server) as tx:
        tx.execute(sa.update(tables.likes).values(source="extension"))
    assert "from the extension" in shop.owner.get(path).words
    assert len(set(ids(shop.owner.get(f"{path}?source=extension")))) == 1
    assert ids(shop.owner.get(f"{path}?source=widget")) == []
