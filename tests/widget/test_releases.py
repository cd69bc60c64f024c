"""Earlier releases of the widget: a page that names an exact file keeps it, with the parts that belong to it."""

import base64
import hashlib
import os
import time

import pytest
from playwright.sync_api import expect
from widget.conftest import like

from afterlike import assets
from afterlike.assets import FLOATING, FOREVER
from parts.fetch import sent

OLD = "0123456789ab"
MUG = '<div data-afterlike-product="mug" data-title="Mug" data-url="/mug"></div>'


def current(part: str = "w.js") -> str:
    return assets.manifest()[part]["file"]


@pytest.fixture
def earlier(collector) -> str:
    """The name of a core that ran here before, and whose parts had another hash."""
    kept = collector.server.home / "widget"
    release = current("panel.js").removeprefix("panel-").removesuffix(".js")
    core = (assets.FOLDER / current()).read_text().replace(release, OLD)
    name = f"w-{hashlib.sha256(core.encode()).hexdigest()[:12]}.js"
    (kept / name).write_text(core)
    for part in ("own", "debug"):
        (kept / f"{part}-{OLD}.js").write_text((assets.FOLDER / f"{part}-{release}.js").read_text() + f"window.{part} = 'old';\n")
    return name


def test_a_tag_with_a_checksum_outlives_an_upgrade(any_browser, collector, earlier, shop, new_page):
    digest = hashlib.sha384((collector.server.home / "widget" / earlier).read_bytes()).digest()
    integrity = f"sha384-{base64.b64encode(digest).decode()}"
    sri = f'src="{{collector}}/static/widget/{earlier}" integrity="{integrity}" crossorigin="anonymous"'
    tag = f'<script async {sri} data-site="{{site}}" data-shape="star"></script>'
    page = new_page(any_browser)
    page.goto(shop({"/": f"<!doctype html><html lang=en><title>Page</title>{MUG}{tag}"}))
    expect(like(page, "Mug")).to_be_visible()
    assert page.evaluate("window.own") == "old"  # never a part of another release


def test_what_ran_here_is_answered_as_it_was(collector, earlier):
    answer = sent(collector.url, "GET", f"/static/widget/{earlier}")
    assert answer.headers["Cache-Control"] == FOREVER and OLD in answer.body.decode()
    answer = sent(collector.url, "GET", f"/static/widget/panel-{OLD}.js")  # which was not kept
    assert answer.headers["Cache-Control"] == FLOATING
    assert answer.body == (assets.FOLDER / current("panel.js")).read_bytes()


def test_every_start_keeps_this_release(collector):
    kept = {file.name: file.read_bytes() for file in (collector.server.home / "widget").iterdir()}
    for part in assets.manifest().values():
        for ending in ("", ".gz", ".br"):
            name = part["file"] + ending
            assert kept[name] == (assets.FOLDER / name).read_bytes()


def test_a_release_that_has_not_run_for_long_goes(tmp_path):
    folder = tmp_path / "widget"
    folder.mkdir()
    old, older = assets.KEPT_DAYS - 1, assets.KEPT_DAYS + 1
    for name, days in (("w-0000000000aa.js", older), ("w-0000000000bb.js", old), (current(), older)):
        (folder / name).write_text("old")
        then = time.time() - days * 86400
        os.utime(folder / name, (then, then))
    assets.keep(tmp_path)
    left = {file.name for file in folder.glob("w-*.js")}
    assert left == {"w-0000000000bb.js", current()}


def test_a_collector_starts_where_nothing_can_be_kept(tmp_path, caplog):
    (tmp_path / "widget").write_text("a file where a folder should be")
    assets.keep(tmp_path)
    assert "are not kept" in caplog.text


def test_nothing_but_the_widgets_files_is_given_out(collector):
    (collector.server.home / "widget" / "notes.txt").write_text("secret")
    for name in ("notes.txt", "..%2fpepper", "%2e%2e%2fsecret"):
        assert sent(collector.url, "GET", f"/static/widget/{name}").status == 404
