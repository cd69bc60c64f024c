"""The npm package: what is in it, its types, and that it puts the tag on a page."""

import configparser
import json
import re
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import expect
from widget.conftest import like
from widget.test_build import ENVIRONMENT, ROOT, plain

PACKAGE = ROOT / "widget/package"
FILES = ["README.md", "index.d.ts", "index.js", "package.json"]
MUG = '<div data-afterlike-product="mug" data-title="Mug" data-url="/mug"></div>'


def run(*command: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=cwd, env=ENVIRONMENT, capture_output=True, text=True, check=False)


def test_the_package_is_what_the_sources_give(tmp_path):
    assert run("node", "widget/package.mjs", str(tmp_path)).returncode == 0
    assert plain(tmp_path) == plain(PACKAGE)


def test_the_package_is_of_this_release():
    setup = configparser.ConfigParser(interpolation=None)
    setup.read(ROOT / "setup.cfg", "utf-8")
    assert json.loads((PACKAGE / "package.json").read_text())["version"] == setup["metadata"]["version"]


def test_what_would_be_published():
    packed = run("npm", "pack", "--dry-run", "--json", "--offline", cwd=PACKAGE)
    assert [one["path"] for one in json.loads(packed.stdout)[0]["files"]] == FILES


def test_types_take_what_is_right_and_refuse_what_is_wrong():
    checked = run("node", "node_modules/typescript/bin/tsc", "-p", "tests/widget/types")
    assert checked.returncode == 0, checked.stdout


def test_the_options_are_the_attributes_of_the_tag():
    source = (PACKAGE / "index.js").read_text()
    known = set(re.findall(r"^  (\w+): \"", source, re.M))
    read = set()
    for name in ("main.js", "own.js"):
        widget = (ROOT / "widget" / name).read_text()
        read |= set(re.findall(r"dataset\.(\w+)", widget))
        read |= {word for inside in re.findall(r"const \{([^}]*)\} = (?:script\.)?dataset", widget)
                 for word in re.findall(r"(\w+)(?: = [^,]*)?(?:,|$)", inside.strip())}
    assert known - {"src", "integrity", "nonce"} == read


def test_a_server_may_call_it_too():
    script = "import { load } from './index.js'; console.log(await load({ site: 'a', collector: 'https://a.test' }))"
    assert run("node", "--input-type=module", "-e", script, cwd=PACKAGE).stdout == "undefined\n"


@pytest.fixture
def bundle(shop, new_page):
    """`bundle(browser, code)` is a page whose module runs this code; `load` and `site` and `collector` are at hand."""

    def opened(browser, code: str, markup: str = MUG, **headers: str):
        module = "import { load } from '/index.js'; const [site, collector] = ['{site}', '{collector}'];" + code
        shop({"/": f"<!doctype html><html lang=en><title>Page</title>{markup}<script type=module src=/page.mjs></script>",
              "/page.mjs": module}, headers=headers)
        page = new_page(browser)
        page.route("**/index.js", lambda route: route.fulfill(path=PACKAGE / "index.js", content_type="text/javascript"))
        page.goto(shop.url)
        return page

    return opened


def test_it_puts_one_tag_on_the_page_with_its_options(any_browser, bundle):
    page = bundle(any_browser, """
        const given = { site, collector, shape: 'star', countFrom: 3, debug: false, locale: 'de',
          texts: { de: { button: { label: 'Find ich gut', like: 'Like {product}' } } } };
        const [one, other] = await Promise.all([load(given), load(given)]);
        document.title = `${one === other && one === window.Afterlike} ${Object.keys(one)}`;
    """)
    expect(page).to_have_title("true consent,forget,look,like,unlike,products")
    expect(like(page, "Mug")).to_contain_text("Find ich gut")
    tags = page.locator("script[data-site]")
    expect(tags).to_have_count(1)
    assert set(tags.evaluate("tag => Object.keys(tag.dataset)")) == {"site", "shape", "countFrom", "locale", "texts"}


def test_it_works_where_a_page_asks_for_trusted_types(chromium, bundle):
    policy = "script-src 'self' {collector}; require-trusted-types-for 'script'; trusted-types afterlike"
    code = "load({ site, collector, texts: { '*': { button: { label: 'Love it' } } } })"
    page = bundle(chromium, code, **{"Content-Security-Policy": policy})
    expect(like(page, "Mug")).to_contain_text("Love it")


WRONG = {
    "nothing": ("load()", "takes an object"),
    "no site": ("load({ collector })", "“site” must be the public key"),
    "a site that is none": ("load({ site: 'a b', collector })", "“site” must be the public key"),
    "no collector": ("load({ site })", "“collector” must be the address"),
    "a collector that is none": ("load({ site, collector: 'javascript:1' })", "“collector” must be the address"),
    "an unknown option": ("load({ site, collector, shpae: 'star' })", "does not know the option “shpae”"),
    "a wrong type": ("load({ site, collector, countFrom: '3' })", "“countFrom” must be a number"),
    "not the widget": ("load({ site, collector, src: '/index.html' })", "is not the widget"),
    "no collector there": ("load({ site, collector: 'http://127.0.0.1:9' })", "could not be loaded. Does the collector run"),
    "a second site": ("load({ site, collector }).then(() => load({ site: 'other', collector }))", "has the site"),
}


def test_what_is_wrong_is_said(chromium, bundle, shop):
    shop({"/index.html": "1"})
    page = bundle(chromium, "window.load = load; window.given = { site, collector }; document.title = 'Ready'", "")
    expect(page).to_have_title("Ready")
    for name, (call, sentence) in WRONG.items():
        said = page.evaluate("""call => new Function('{ site, collector }', `return ${call}`)(given)
            .then(() => 'nothing', wrong => wrong.message)""", call)
        assert said.startswith("Afterlike: ") and sentence in said, f"{name}: {said}"


def test_it_may_be_tried_again(chromium, bundle):
    page = bundle(chromium, """
        const first = await load({ site, collector: 'http://127.0.0.1:9' }).catch(() => 'away');
        await load({ site, collector });
        document.title = first;
    """)
    expect(page).to_have_title("away")
    expect(like(page, "Mug")).to_have_count(1)
