"""What is handed to the stores: the same bytes each time, within its budget, clean by Mozilla's own linter, a brand's own."""

import json
import subprocess
import zipfile
from pathlib import Path

import pytest

from parts.extension import NODE, ROOT, build, run_build

WEB_EXT = ROOT / "node_modules/.bin/web-ext"
BRAND = {"name": "Kiln likes", "collector": "https://likes.kiln.example", "site": "0a1b2c", "always_on": ["https://kiln.example/*"]}


@pytest.fixture(scope="module")
def packages(tmp_path_factory) -> list[dict[str, bytes]]:
    """The files of two builds of one brand."""
    made = []
    for name in ("one", "two"):
        unpacked = build(BRAND, tmp_path_factory.mktemp(name))
        made.append({path.name: path.read_bytes() for path in unpacked.parent.glob("*.zip")})
    return made


def test_two_builds_are_the_same_bytes(packages):
    one, two = packages
    assert sorted(one) == ["kiln-likes-0.1.0-chrome.zip", "kiln-likes-0.1.0-firefox.zip", "kiln-likes-0.1.0-sources.zip"]
    assert one == two


def test_the_package_keeps_to_its_budget(packages):
    assert len(packages[0]["kiln-likes-0.1.0-chrome.zip"]) <= 61_440


def test_a_brand_has_its_name_its_collector_and_its_pages(packages, tmp_path):
    (tmp_path / "one.zip").write_bytes(packages[0]["kiln-likes-0.1.0-firefox.zip"])
    with zipfile.ZipFile(tmp_path / "one.zip") as package:
        manifest = json.loads(package.read("manifest.json"))
        background = package.read("background.js").decode()
    assert manifest["name"] == "Kiln likes"
    assert manifest["host_permissions"] == ["https://likes.kiln.example/*", "https://kiln.example/*"]
    assert manifest["content_scripts"][0]["matches"] == ["https://kiln.example/*"]
    assert "https://likes.kiln.example" in background and "0a1b2c" in background


def test_the_menu_and_the_key_speak_the_languages_of_the_pages(packages, tmp_path):
    (tmp_path / "one.zip").write_bytes(packages[0]["kiln-likes-0.1.0-firefox.zip"])
    with zipfile.ZipFile(tmp_path / "one.zip") as package:
        manifest = json.loads(package.read("manifest.json"))
        languages = {path.stem for path in (ROOT / "extension/words").iterdir()}
        said = {one: json.loads(package.read(f"_locales/{one}/messages.json")) for one in languages}
    assert (manifest["default_locale"], manifest["commands"]["like"]["description"]) == ("en", "__MSG_key__")
    assert said["en"] == {"menu": {"message": "Like this"}, "key": {"message": "Like the product of this page"}}
    assert len({words[name]["message"] for words in said.values() for name in ("menu", "key")}) == 2 * len(languages) >= 4


def test_mozillas_linter_finds_nothing_but_the_background_for_chrome(tmp_path):
    unpacked = build(BRAND, tmp_path)
    command = [WEB_EXT, "lint", "--output", "json", "--source-dir", unpacked]
    told = json.loads(subprocess.run(command, cwd=ROOT, env=NODE, capture_output=True, text=True, timeout=120).stdout)
    assert told["errors"] == []
    assert {one["code"] for one in told["warnings"]} <= {"BACKGROUND_SERVICE_WORKER_IGNORED"}


WRONG = {
    "no JSON": ("{", "is not JSON"),
    "an unknown setting": ('{"colour": "red"}', "“colour” is not a setting"),
    "a path in the collector": ('{"collector": "https://likes.kiln.example/v1"}', "“collector” is the address"),
    "a name that is too long": (json.dumps({"name": "K" * 46}), "“name” is the name in the stores"),
    "a picture that is not there": ('{"icon": "none.svg"}', "there is no file"),
}


@pytest.mark.parametrize(("settings", "sentence"), WRONG.values(), ids=WRONG)
def test_wrong_settings_are_refused_with_a_sentence(settings, sentence, tmp_path):
    file: Path = tmp_path / "settings.json"
    file.write_text(settings)
    ran = run_build(file, tmp_path / "built")
    assert ran.returncode == 1 and sentence in ran.stderr
    assert not (tmp_path / "built").exists()
