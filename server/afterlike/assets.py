"""The widget's built files: precompressed, immutable under their hashed names, and current under floating ones.

Releases that ran here before are kept beside the database, so that a page whose tag names an exact file goes on working.
"""

import gzip
import hashlib
import json
import logging
import os
import re
import shutil
import time
from functools import cache, lru_cache
from pathlib import Path

import brotli
from flask import Response, current_app, request

from afterlike import words
from afterlike.errors import NotFound

FOLDER = Path(__file__).parent / "static" / "widget"
KINDS = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".json": "application/json"}
ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
FOREVER = "public, max-age=31536000, immutable"
FLOATING = "public, max-age=300, stale-while-revalidate=86400"
LED = "public, max-age=300, stale-while-revalidate=300"  # with a site's settings: what is changed is on all pages in ten minutes
HASHED = re.compile(r"[a-z]+-[0-9a-f]{12}\.js")
KEPT_DAYS = 400  # since a release ran here last
LANGUAGE = re.compile(r"([a-z]{2})(-[0-9a-f]+)?\.js")

log = logging.getLogger("afterlike.assets")


def widget(line: str = "", *, whole: bool = False) -> Response:
    """Whatever is current, for five minutes; after a line of script, where there is one; whole with what else follows."""
    core = manifest()["whole.js" if whole else "w.js"]["file"]
    if not line:
        return _file(core, FLOATING)
    accepted = request.accept_encodings
    encoding = next((name for name, _ in ENCODINGS if accepted[name] > 0), "")
    return _answer(core, encoding, _led(core, line, encoding), LED, more=hashlib.sha256(line.encode()).hexdigest()[:16])


@lru_cache(maxsize=512)
def _led(core: str, line: str, encoding: str) -> bytes:
    """The file after the line, as small as a built one; made once, and then at hand."""
    body = line.encode() + _bytes(FOLDER / core)
    if encoding == "br":
        return brotli.compress(body, mode=brotli.MODE_TEXT)
    return gzip.compress(body, 9, mtime=0) if encoding else body


def widget_file(name: str) -> Response:
    """A hashed file for good, also of a release that ran here before; a floating name, or an unknown hash, for five minutes.

    The widget asks for the texts of any language without knowing which there are: what we do not speak is English.
    """
    current = manifest()
    if name in current:
        return _file(current[name]["file"], FLOATING)
    if name in {part["file"] for part in current.values()}:
        return _file(name, FOREVER)
    earlier = _kept(current_app.extensions["afterlike"].config.folder)
    if HASHED.fullmatch(name) and (earlier / name).is_file():
        return _file(name, FOREVER, earlier)
    floating = f"{name.split('-')[0]}.js"
    if floating in current and name.endswith(".js"):
        return _file(current[floating]["file"], FLOATING)
    if language := LANGUAGE.fullmatch(name):
        spoken = f"{words.OLD_CODES.get(language[1], language[1])}.js"
        return _file(current[spoken if spoken in current else "en.js"]["file"], FLOATING)
    raise NotFound()


@cache
def manifest() -> dict[str, dict]:
    """Floating name -> {file, integrity}, as the build wrote it."""
    return json.loads((FOLDER / "manifest.json").read_text())


def keep(home: Path) -> None:
    """Puts this release's files under AFTERLIKE_HOME, and removes those that have not run here for long. The collector starts
    also where that fails: only pages with a checksum would miss the files, after the next upgrade."""
    folder = _kept(home)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for part in manifest().values():
            for built in FOLDER.glob(f"{part['file']}*"):
                _copy(built, folder / built.name)
        for file in folder.iterdir():
            if time.time() - file.stat().st_mtime > KEPT_DAYS * 86400:
                file.unlink(missing_ok=True)
    except OSError as wrong:
        log.warning("the widget's files are not kept in %s: %s", folder, wrong)


def _copy(built: Path, kept: Path) -> None:
    """At one stroke: another process may be reading, or doing the same."""
    if not kept.exists():
        half = kept.with_name(f"{kept.name}.{os.getpid()}")
        shutil.copyfile(built, half)
        half.replace(kept)
    os.utime(kept)


def _kept(home: Path) -> Path:
    return home / "widget"


def _file(name: str, caching: str, folder: Path = FOLDER) -> Response:
    encoding, body = _best(folder / name, request.accept_encodings)
    return _answer(name, encoding, body, caching)


def _answer(name: str, encoding: str, body: bytes, caching: str, *, more: str = "") -> Response:
    """`more` tells apart what the name does not."""
    found = Response(body, headers={"Cache-Control": caching, "Access-Control-Allow-Origin": "*", "Vary": "Accept-Encoding",
                                    "Cross-Origin-Resource-Policy": "cross-origin", "Content-Type": KINDS[Path(name).suffix]})
    if encoding:
        found.headers["Content-Encoding"] = encoding
    found.set_etag(".".join((name, *filter(None, (more,)), encoding)))
    return found.make_conditional(request)


def _best(file: Path, accepted) -> tuple[str, bytes]:
    for encoding, ending in ENCODINGS:
        smaller = file.with_name(file.name + ending)
        if accepted[encoding] > 0 and smaller.exists():
            return encoding, _bytes(smaller)
    return "", _bytes(file)


@cache
def _bytes(file: Path) -> bytes:
    return file.read_bytes()
