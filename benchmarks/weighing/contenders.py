"""Who is weighed: our widget, and the packages of rivals.json on the same pages, each put there as its own guide says.

No rival's server is ever asked. What a rival expects of one is answered by a stand-in on this machine, where that can be
done with the package alone; where it cannot, `silent` says why.
"""

import base64
import gzip
import hashlib
import json
import subprocess
import sys
import tarfile
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

from weighing.pages import Product

from parts.listener import Listener

HERE = Path(__file__).resolve().parents[1]
PINNED = json.loads((HERE / "rivals.json").read_text())
UNPACKED = HERE.parent / "build/rivals"


@dataclass(frozen=True)
class Contender:
    """How one is put on a page. In all texts {collector}, {site} and {service} are filled by the shop."""

    name: str
    scripts: tuple[str, ...] = ()  # parts of the addresses of what it loads
    head: str = ""
    foot: str = ""
    place: str = ""                # HTML for one product; {key}, {name} and {path} are the product's
    button: str = ""               # what a visitor presses
    seen: str = ""                 # what is on the page once a button is there
    like: tuple[str, str] = ("", "")  # method and part of the address of the call that carries a like
    own: bool = True               # whether the button is its own, or the page's
    from_afar: str = ""            # a file of the package that it loads from its maker's server
    silent: str = ""               # why a press cannot be followed here

    def slot(self, product: Product) -> str:
        text = self.place
        for name in ("key", "name", "path"):
            text = text.replace(f"<{name}>", getattr(product, name))
        return text

    def brings(self) -> dict[str, int]:
        """Bytes, gzip, of what cannot come here, but is in the package."""
        file = UNPACKED / self.from_afar
        return {file.name: len(gzip.compress(file.read_bytes(), 9))} if self.from_afar else {}


def unpacked() -> Path:
    """The rivals' packages of the pinned versions, checked against their hashes; fetched from npm where they are missing."""
    UNPACKED.mkdir(parents=True, exist_ok=True)
    for name, pin in PINNED.items():
        folder = UNPACKED / name / pin["version"]
        if not folder.is_dir():
            unpack(name, pin, folder)
    return UNPACKED


def unpack(name: str, pin: dict, folder: Path) -> None:
    npm = Path(sys.executable).with_name("npm")
    packed = subprocess.run(
        [npm if npm.exists() else "npm", "pack", "--silent", f"{name}@{pin['version']}", "--pack-destination", str(UNPACKED)],
        check=True, capture_output=True, text=True, cwd=UNPACKED,
    )
    archive = UNPACKED / packed.stdout.split()[-1]
    digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if f"sha512-{digest}" != pin["integrity"]:
        raise SystemExit(f"{archive.name} is not the file that rivals.json names")
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    archive.unlink()


def at(name: str, file: str) -> str:
    """Where the shop serves a file of a package."""
    return f"/{name}/{PINNED[name]['version']}/package/{file}"


OWN_BUTTON = '<button class="own place" aria-label="Like <name>" {does}>Like</button>'
SURVEY = {
    "id": "s1", "name": "Why", "type": "popover", "start_date": "2026-01-01T00:00:00Z", "end_date": None, "appearance": {},
    "questions": [{"id": "q1", "type": "open", "question": "What do you like about it?"}],
    "conditions": {"events": {"values": [{"name": "liked"}]}},
}

AFTERLIKE = Contender(
    "afterlike", ("/w.js", "/static/widget/"),
    head='<script async src="{collector}/w.js" data-site="{site}"></script>',
    place="<span data-afterlike-button></span>", seen="[data-afterlike-button] > div", button="[data-afterlike-button] button",
    like=("POST", "/v1/likes"),
)
# As the admin gives it: what the site has learned comes along.
LED = replace(AFTERLIKE, name="afterlike, later", head=AFTERLIKE.head.replace("/w.js", "/w.js?site={site}"))
RIVALS = (
    Contender(
        "applause-button", (at("applause-button", ""),),
        head=f'<link rel="stylesheet" href="{at("applause-button", "dist/applause-button.css")}">'
             f'<script src="{at("applause-button", "dist/applause-button.js")}"></script>',
        place='<span class="place"><applause-button style="width: 44px; height: 44px" api="{service}" url="<path>">'
              "</applause-button></span>",
        seen="applause-button > .style-root", button="applause-button button", like=("POST", "/update-claps"),
    ),
    Contender(
        "@lyket/widget", (at("@lyket/widget", ""),),
        head=f'<script src="{at("@lyket/widget", "dist/lyket.js")}?apiKey=bench&baseUrl={{service}}"></script>',
        place='<span class="place"><span data-lyket-type="like" data-lyket-namespace="bench" data-lyket-id="<key>"></span>'
              "</span>",
        seen="[data-lyket-type] button", button="[data-lyket-type] button", like=("PUT", "/press"),
    ),
    Contender(
        "@formbricks/js", (at("@formbricks/js", ""),),
        head=f"""<script type="module">import formbricks from '{at("@formbricks/js", "dist/index.js")}';
formbricks.setup({{workspaceId: 'bench', appUrl: '{{service}}'}}); window.formbricks_ = formbricks</script>""",
        place=OWN_BUTTON.replace("{does}", "onclick=\"formbricks_.track('liked')\""), button=".own", own=False,
        silent="the package only loads the rest from Formbricks' server",
    ),
    Contender(
        "@typeform/embed", (at("@typeform/embed", ""), "embed.typeform.com"),
        foot=f'<script src="{at("@typeform/embed", "build/embed.js")}"></script>',
        place=OWN_BUTTON.replace("{does}", 'data-tf-popup="bench"'), button=".own", own=False,
        from_afar=at("@typeform/embed", "build/css/popup.css").lstrip("/"),
        silent="the form is a page of Typeform's in a frame",
    ),
    Contender(
        "posthog-js", (at("posthog-js", ""), "/static/"),
        head=f"""<script async src="{at("posthog-js", "dist/array.js")}"
onload="posthog.init('phc_bench', {{api_host: '{{service}}', opt_out_useragent_filter: true, disable_compression: true,
disable_session_recording: true}})"></script>""",
        place=OWN_BUTTON.replace("{does}", "onclick=\"posthog.capture('liked')\""), button=".own", own=False,
        like=("POST", "/e/"),
    ),
)
BARE = Contender("(nothing)")


class StandIn:
    """What the rivals' servers would answer, on one port of this machine."""

    def __init__(self):
        stand_in = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 30

            def do(self):
                stand_in.answer(self)

            do_GET = do_POST = do_PUT = do_OPTIONS = do

            def log_message(self, *_):
                """Quiet."""

        self._server = Listener(Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def answer(self, call: BaseHTTPRequestHandler) -> None:
        sent = call.rfile.read(int(call.headers.get("Content-Length") or 0))
        status, kind, body = (204, "text/plain", b"") if call.command == "OPTIONS" else said(urlsplit(call.path).path, sent)
        asked = call.headers.get("Access-Control-Request-Headers", "*")
        headers = {
            "Content-Type": kind, "Access-Control-Allow-Origin": call.headers.get("Origin", "*"),
            "Access-Control-Allow-Methods": "GET, POST, PUT", "Access-Control-Allow-Headers": asked,
            "Access-Control-Allow-Credentials": "true", "Access-Control-Max-Age": "600",
        }
        call.send_response(status)
        for name, value in (headers if status == 204 else headers | {"Content-Length": str(len(body))}).items():
            call.send_header(name, value)
        call.end_headers()
        call.wfile.write(body)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def said(path: str, sent: bytes) -> tuple[int, str, bytes]:
    """Status, type and body of the stand-in's answer."""
    if path.endswith("-claps"):
        return 200, "text/plain", b"0" if path.startswith("/get") else b"1"
    if path == "/v1/buttons/batch":
        urls = json.loads(sent)["data"]["attributes"]["urls"]
        return as_json({"data": {"attributes": {"responses": [{"data": lyket_button(url, False)} for url in urls]}}})
    if path.endswith("/press"):
        return as_json({"data": lyket_button(path, True)})
    if path.startswith("/static/"):  # PostHog's later scripts come from the same package
        file = UNPACKED / at("posthog-js", "dist").lstrip("/") / Path(path).name
        return (200, "text/javascript", file.read_bytes()) if file.is_file() else (404, "text/plain", b"")
    if path.startswith("/array/") and path.endswith("/config.js"):
        return 404, "text/plain", b""
    if path.startswith("/array/"):
        return as_json({"surveys": [SURVEY], "supportedCompression": [], "hasFeatureFlags": False})
    if path == "/api/surveys/":
        return as_json({"surveys": [SURVEY]})
    if path.startswith(("/flags", "/e/", "/i/")):
        return as_json({"status": 1, "featureFlags": {}, "surveys": True})
    return 404, "text/plain", b""


def as_json(value: dict) -> tuple[int, str, bytes]:
    return 200, "application/json", json.dumps(value).encode()


def lyket_button(name: str, pressed: bool) -> dict:
    return {"id": name, "type": "like-button", "attributes": {"total_likes": int(pressed), "user_has_liked": pressed}}
