"""Every page of the demo is valid HTML: a walk over all that its admin and its people open, read by html-validate and by us."""

import json
import re
import subprocess

import pytest
from admin.desk import Desk, Reply
from looks.walking import PAGES, face_of, walked
from selectolax.lexbor import LexborHTMLParser

from afterlike.demo.mailbox import Mailbox
from parts.extension import NODE, ROOT
from parts.product import Server
from parts.programs import until

# Strict, but for taste (doctype in lower case, quotes that HTML does not ask for, white space, <input> for text), and for what
# is right here: a table that is laid out as blocks on a phone keeps its role by having it written; <pre> scrolls, so it is a
# region; a page that waits for a check comes again by itself, also without script; mail programs know no style sheets.
CONFIG = ROOT / "tests/story/htmlvalidate.json"
OURS = ("/admin", "/me", "/confirm", "/stop", "/s/", "/p/", "/said")  # the demo's own shops are examples of other people's pages
NAMES_IDS = ("aria-labelledby", "aria-describedby", "aria-controls", "aria-owns", "for", "form", "headers", "list")
FIELDS = "input:not([type=hidden]):not([type=submit]), select, textarea"
SAME_PAGE = {"/me/stop", "/stop/<token>"}  # the one for who is signed in, the other for who came from a letter
UNMET = {
    "/me/grants/back": "comes from somebody else's server; tests/me/test_granting.py opens it",
    "/admin/sites/<key>/people/erasures/<int:erasure>": "needs people who are gone then; tests/looks opens it",
    "/admin/sign-in/second": "stands between a password and the admin; tests/looks opens it",
}


def pressed(desk: Desk, path: str) -> None:
    """Presses the one button of a page behind a link in a letter."""
    assert desk.post(path, proof=desk.get(path).proof).status == 303


def letters(demo: Server, to: str) -> str:
    found = Mailbox(demo.home / "demo" / "mail").letters()
    return "\n".join(one.part("plain") for one in found if to in one.read["to"])


def sent(demo: Server, face: str, to: str = "") -> str:
    """The first link of this kind that comes by mail to one address, or to any, as a path."""
    found = until(lambda: re.search(rf"{demo.url}({face}/\S+)", letters(demo, to)), within_s=60, what=f"a letter with {face}")
    return found[1]


@pytest.fixture(scope="module")
def replies(demo: Server) -> dict[str, Reply]:
    """Every page that was met, by its path: of the demo's sites and of a new one, of its people, of refused forms."""
    desk, stranger = Desk(demo.url), Desk(demo.url)
    pressed(desk, re.search(r"Sign in:\s+\S+?(/admin/sign-in/\S+)", demo.log)[1])
    new = desk.post("/admin/sites", name="Nothing yet", origins="https://nothing.test", locale="en").to
    site = re.match(r"/admin/sites/[^/?]+", new)[0]
    desk.post(f"{site}/admins", email="new@shop.test", role="viewer")
    desk.post(f"{site}/webhooks", url="https://shop.test/hook", kind="liked")
    desk.post(f"{site}/extension", origin="http://localhost:1")
    desk.post("/admin/account/two-factor/begin")
    pressed(desk, sent(demo, "/me/enter", to="ratmi@"))  # who has left a profile, and is asked for a quote
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
    desk.post("/admin/account/language", locale="id")
    once = {face_of(path): path for path, reply in met.items() if reply.status == 200 and path.startswith("/admin")}
    met |= {f"{path}#id": desk.get(path) for path in once.values()}
    return {path: reply for path, reply in met.items() if reply.status not in (302, 303)}


@pytest.fixture(scope="module")
def pages(replies) -> dict[str, str]:
    return {path: reply.text for path, reply in replies.items() if not path.endswith("#id")}


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


def texts(tree: LexborHTMLParser, selector: str) -> list[str]:
    return [" ".join(one.text().split()) for one in tree.css(selector)]


def wrong_in(tree: LexborHTMLParser) -> list[str]:
    """What html-validate does not see."""
    ids = [one.attributes["id"] for one in tree.css("[id]")]
    named = {name for attribute in NAMES_IDS for one in tree.css(f"[{attribute}]") for name in one.attributes[attribute].split()}
    labelled = {one.attributes["for"] for one in tree.css("label[for]")}
    wrong = [f"the id {one} stands twice" for one in set(ids) if ids.count(one) > 1]
    wrong += [f"nothing has the id {one}" for one in named - set(ids)]
    wrong += [f"no label: {one.html[:120]}" for one in tree.css(FIELDS) if not is_labelled(one, labelled)]
    orders = [int(one.tag[1]) for one in tree.css("main :is(h1, h2, h3, h4, h5, h6)")]
    wrong += [f"h{after} follows h{before}" for before, after in zip(orders, orders[1:], strict=False) if after > before + 1]
    return wrong + ([] if orders.count(1) == 1 else [f"{orders.count(1)} headings of the first order"])


def is_labelled(field, labelled: set[str]) -> bool:
    told = field.attributes
    if told.get("id") in labelled or {"aria-label", "aria-labelledby"} & set(told):
        return True
    while field is not None and field.tag != "label":
        field = field.parent
    return field is not None


@pytest.fixture(scope="module")
def ours(pages) -> dict[str, LexborHTMLParser]:
    """Our own pages, without the mailbox and the shops of the demo; those of refused forms among them."""
    return {path: LexborHTMLParser(text) for path, text in pages.items() if path.startswith((*OURS, "refused"))}


def test_labels_ids_and_headings_are_right(ours):
    wrong = [f"{path}: {one}" for path, tree in ours.items() for one in wrong_in(tree)]
    assert not wrong, "\n".join(wrong)


def test_a_title_says_what_the_heading_says(ours):
    """In the same words, perhaps with the name of the site, and before all that something is wrong."""
    wrong = []
    for path, tree in ours.items():
        [title], [heading] = texts(tree, "title"), texts(tree, "h1")
        said = re.sub(r"\W+", " ", title).casefold().split()
        missing = [word for word in re.sub(r"\W+", " ", heading).casefold().split() if word not in said and len(word) > 2]
        wrong += [f"{path}: “{heading}” is called “{title}”"] if missing and "…" not in title else []
    assert not wrong, "\n".join(wrong)


def test_two_pages_have_two_titles(ours, replies):
    faces: dict[str, set[str]] = {}
    for path, tree in ours.items():
        if replies[path].status == 200 and face_of(path) in PAGES - SAME_PAGE:
            faces.setdefault(texts(tree, "title")[0], set()).add(face_of(path))
    wrong = [f"“{title}” is called {sorted(met)}" for title, met in faces.items() if len(met) > 1]
    assert not wrong, "\n".join(wrong)


def test_indonesian_pages_say_that_they_are(replies):
    told = {path: LexborHTMLParser(reply.text) for path, reply in replies.items() if path.endswith("#id")}
    own = {path for path in told if "/preview/page" in path or "/invitations/" in path}
    wrong = [path for path in told.keys() - own if told[path].css_first("html").attributes["lang"] != "id"]
    assert not wrong and len(told) > 40
    assert not [path for path in told.keys() - own if "Skip to the content" in told[path].css_first(".skip").text()]
