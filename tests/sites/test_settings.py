"""What an owner sets: name, language, time zone, cooldown, origins, API keys; wrong input changes nothing and is kept."""

import re
from html import unescape

import pytest
from admin.desk import ask, signed_in
from conftest import ADMIN
from followup.making import behind
from ground.making import NOW, opened

from afterlike import sites
from afterlike.clock import HOUR
from afterlike.errors import Invalid
from afterlike.sites import settings

FINE = {"name": "Ballyfern", "locale": "de", "time_zone": "Asia/Jakarta", "cooldown": "72"}


@pytest.fixture
def database(database_url):
    with opened(database_url) as made:
        yield made


def test_settings_are_kept_for_one_site_alone(database):
    with database.engine.begin() as tx:
        here, there = (sites.add_site(tx, name=name, origins=[], now=NOW) for name in ("Here", "There"))
        settings.change(tx, [settings.Wanted(here.id, **FINE | {"name": "  Bally \0fern\n "})])
        kept = sites.site_of(tx, here.id)
        assert (kept.name, kept.locale, kept.time_zone, kept.cooldown_ms) == ("Bally fern", "de", "Asia/Jakarta", 72 * HOUR)
        assert sites.site_of(tx, there.id) == there


WRONG = [("name", " "), ("name", "x" * 101), ("locale", "xx"), ("locale", ""), ("time_zone", "Mars/Base"), ("time_zone", "../x"),
         ("cooldown", "-1"), ("cooldown", "7"), ("cooldown", "day")]  # fmt: skip


@pytest.mark.parametrize(("field", "value"), WRONG, ids=map(str, WRONG))
def test_what_cannot_be_is_refused_with_its_field(field, value):
    with pytest.raises(Invalid) as told:
        settings.read(settings.Wanted(1, **FINE | {field: value}))
    assert list(told.value.fields) == [field]


def test_origins_stand_in_lines_or_between_commas():
    typed = " https://a.test \r\n\n https://b.test,https://c.test"
    assert settings.lines(typed) == ["https://a.test", "https://b.test", "https://c.test"]
    with pytest.raises(Invalid, match="Keep it to 50"):
        settings.lines("\n".join(f"https://{n}.test" for n in range(51)))


# Through the door.


@pytest.fixture(scope="module")
def owner(collector):
    return signed_in(collector.server, ADMIN)


def test_a_site_is_renamed_and_what_is_wrong_stays_in_the_form(collector, owner):
    page = f"/admin/sites/{collector.site}/settings"
    assert owner.post(page, **FINE).to == f"{page}?done=saved"
    shown = owner.get(page).text
    assert 'value="Ballyfern"' in shown and '<option value="de" selected>' in shown and "<option selected>Asia/Jakarta" in shown
    refused = owner.post(page, **FINE | {"name": "", "time_zone": "Mars/Base"})
    assert refused.status == 422 and 'id="name-wrong"' in refused.text and 'id="time_zone-wrong"' in refused.text
    assert "Ballyfern" in owner.get(page).words


def test_origins_are_changed_all_or_none(collector, owner):
    page = f"/admin/sites/{collector.site}/settings/origins"
    before = collector.origin
    assert owner.post(page, origins=f"{before}\nhttps://*.more.test").status == 303
    refused = owner.post(page, origins=f"{before}\nhttps://fine.test\njavascript:alert(1)")
    assert refused.status == 422 and "javascript:alert(1)" in unescape(refused.text)
    with behind(collector.server) as tx:
        assert sites.site_named(tx, collector.site).origins == {before, "https://*.more.test"}


def test_a_key_is_shown_once_works_and_is_revoked(collector, owner):
    page = f"/admin/sites/{collector.site}/keys"
    made = owner.post(page)
    secret = re.search(r"alk_[\w-]{20,}", made.text)[0]
    assert made.status == 200 and secret not in owner.get(page).text and secret[-4:] in owner.get(page).text

    def sends() -> int:
        return ask("POST", f"{collector.url}/v1/orders", body=b"{}", headers={
            "Authorization": f"Bearer {secret}", "Content-Type": "application/json", "User-Agent": "shop/1"}).status

    assert sends() == 422
    newest = max(map(int, re.findall(r"/keys/(\d+)/revoke", owner.get(page).text)))
    assert owner.post(f"{page}/{newest}/revoke").to == f"{page}?done=revoked"
    assert owner.post(f"{page}/{newest}/revoke").status == 404 and "Revoked" in owner.get(page).words
    told = owner.get(f"/admin/sites/{collector.site}/audit").words
    assert "Made an API key" in told and "Revoked an API key" in told and secret not in told
