"""Every page of the demo is valid HTML: a walk over all that its admin and its people can open, read by html-validate."""

import json
import re
import subprocess

import pytest
from admin.desk import Desk
from looks.walking import PAGES, face_of, walked

from afterlike.demo.mailbox import Mailbox
from parts.extension import NODE, ROOT
from parts.product import Server
from parts.programs import until

# Strict, but for taste (doctype in lower case, quotes that HTML does not ask for, white space, <input> for text), and for what
# is right here: a table that is laid out as blocks on a phone keeps its role by having it written; <pre> scrolls, so it is a
# region; a page that waits for a check comes again by itself, also without script; mail programs know no style sheets.
CONFIG = ROOT / "tests/story/htmlvalidate.json"
UNMET = {
    "/admin/sites/<key>/mentions/<int:mention>": "needs a page elsewhere that speaks of ours; tests/looks opens it",
    "/me/grants/back": "comes from somebody else's server; tests/me/test_granting.py opens it",
    "/said/<site_key>/<int:product>": "needs words that may be quoted; tests/looks opens it",
    "/admin/sites/<key>/people/erasures/<int:erasure>": "needs people who are gone then; tests/looks opens it",
    "/admin/sign-in/second": "stands between a password and the admin; tests/looks opens it",
}


def pressed(desk: Desk, path: str) -> None:
    """Presses the one button of a page behind a link in a letter."""
    assert desk.post(path, proof=desk.get(path).proof).status == 303


def letters(demo: Server) -> str:
    return "\n".join(one.part("plain") for one in Mailbox(demo.home / "demo" / "mail").letters())


def sent(demo: Server, face: str) -> str:
    """The first link of this kind that comes by mail, as a path."""
    found = until(lambda: re.search(rf"{demo.url}({face}/\S+)", letters(demo)), within_s=60, what=f"a letter with {face}")
    return found[1]


@pytest.fixture(scope="module")
def pages(demo: Server) -> dict[str, str]:
    """The HTML of every page that was met, by its path: of the demo's sites and of a new one, of its people, of refused forms."""
    desk, stranger = Desk(demo.url), Desk(demo.url)
    pressed(desk, re.search(r"Sign in:\s+\S+?(/admin/sign-in/\S+)", demo.log)[1])
    new = desk.post("/admin/sites", name="Nothing yet", origins="https://nothing.test", locale="en").to
    site = re.match(r"/admin/sites/[^/?]+", new)[0]
    desk.post(f"{site}/admins", email="new@shop.test", role="viewer")
    desk.post(f"{site}/webhooks", url="https://shop.test/hook", kind="liked")
    desk.post(f"{site}/extension", origin="http://localhost:1")
    desk.post("/admin/account/two-factor/begin")
    pressed(desk, sent(demo, "/me/enter"))
    assert desk.post("/me/public", name="Maeve", proof=desk.get("/me").proof).status == 303
    doors = [sent(demo, face) for face in ("/stop", "/admin/invitations")]
    start = ["/admin/", "/me", site, f"{site}/endorsements", f"{site}/extension", f"{site}/extension/1", "/mailbox", "/demo/",
             "/nowhere", "/admin/nowhere", "/me/goodbye", "/me/likes", "/me/answers", "/admin/account/two-factor", *doors]
    start += [f"{door}/used" for door in ("/admin/sign-in", "/me/enter", "/confirm", "/stop", "/s", "/admin/invitations")]
    start += [f"/admin/sites/demo-ballyfern/conversations/new?like={like}" for like in range(80, 93)]  # some can be written to
    met = dict(walked(desk, *start)) | {f"{path}?signed=out": reply for path, reply in walked(stranger, "/admin/sign-in", "/me")}
    met |= {
        "refused: a site": desk.post("/admin/sites", name="", origins="nonsense"),
        "refused: origins": desk.post(f"{site}/settings/origins", origins="http://\\evil"),
        "refused: a webhook": desk.post(f"{site}/webhooks", url="ftp://nowhere"),
        "refused: an invitation": desk.post(f"{site}/admins", email="nobody", role="emperor"),
        "refused: a sign-in": stranger.post("/admin/sign-in", email="ada@shop.test", password="wrong"),
        "refused: no proof": desk.post(f"{site}/keys", proof="forged"),
    }
    return {path: reply.text for path, reply in met.items() if reply.status not in (302, 303)}


def test_every_page_is_valid_html(pages, tmp_path):
    names = {}
    for number, (path, text) in enumerate(pages.items()):
        file = tmp_path / f"{number}.html"
        file.write_text(text)
        names[str(file)] = path
    command = [ROOT / "node_modules/.bin/html-validate", "--config", CONFIG, "--formatter", "json", *names]
    ran = subprocess.run(command, cwd=ROOT, env=NODE, capture_output=True, text=True, timeout=300)
    wrong = [
        f"{names[told['filePath']]} line {one['line']}: {one['message']} ({one['ruleId']})"
        for told in json.loads(ran.stdout) for one in told["messages"]
    ]
    assert not wrong, "\n".join(wrong)


def test_every_face_that_is_a_page_was_met(pages):
    met = {face_of(path) for path in pages}
    assert PAGES - met == set(UNMET)
