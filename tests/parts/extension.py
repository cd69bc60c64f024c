"""The browser's extension, built as a brand builds it and loaded into a real browser as a person has it."""

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page, Playwright
from playwright.sync_api import Error as BrowserError

from parts.browsers import chrome, open_profile, program
from parts.programs import until

ROOT = Path(__file__).resolve().parents[2]
NODE = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}  # the one beside this Python
GECKO_ID = json.loads((ROOT / "extension/settings.json").read_text("utf-8"))["gecko_id"]
FIREFOX_UUID = "2f0e7b52-5c0a-4a4f-9a46-1f6f5d3a9c11"  # Firefox draws one for each installation; here it is named
FIREFOX_PREFS = {
    "xpinstall.signatures.required": False,
    "extensions.autoDisableScopes": 0,
    "extensions.enabledScopes": 15,
    "extensions.startupScanScopes": 15,
    "extensions.webextOptionalPermissionPrompts": False,
    "extensions.webextensions.uuids": json.dumps({GECKO_ID: FIREFOX_UUID}),
}

_ids: dict[BrowserContext, str] = {}


def build(settings: Mapping[str, Any], folder: Path) -> Path:
    """Builds the extension with these settings over its own, and says where a browser can load it from."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "settings.json"
    file.write_text(json.dumps(settings), "utf-8")
    ran = run_build(file, folder / "built")
    assert not ran.returncode, f"The extension was not built: {ran.stderr}{ran.stdout}"
    return folder / "built" / "unpacked"


def run_build(settings: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """The build as a brand runs it."""
    command = ["node", str(ROOT / "extension/build.mjs"), str(settings), str(folder)]
    return subprocess.run(command, cwd=ROOT, env=NODE, capture_output=True, text=True, timeout=120)


def node(script: str) -> Any:
    """What a script says in JSON."""
    command = ["node", "--input-type=module", "-e", script]
    return json.loads(subprocess.run(command, cwd=ROOT, env=NODE, capture_output=True, text=True, timeout=60, check=True).stdout)


def open_with_extension(
    playwright: Playwright, unpacked: Path, profile: Path, kind: str = "chromium", **options: Any,
) -> BrowserContext:
    """A browser with the extension in it, once its background runs."""
    return (_firefox if kind == "firefox" else _chromium)(playwright, unpacked, profile, **options)


def _chromium(playwright: Playwright, unpacked: Path, profile: Path, *, screen=None, **options: Any) -> BrowserContext:
    """Headless, unless there is a screen to show its windows on."""
    told = subprocess.run([program("chromium"), "--version"], capture_output=True, text=True, timeout=60, check=True).stdout
    flags = [
        *([] if screen else ["--headless=new"]),
        f"--load-extension={unpacked}",
        f"--disable-extensions-except={unpacked}",
        "--enable-unsafe-extension-debugging",
        "--disable-features=DisableLoadExtensionCommandLineSwitch",
        f"--user-agent={chrome(told.split()[1].partition('.')[0])}",  # the background's too, which would be a headless one
        *options.pop("args", ()),
    ]
    if screen:
        options |= {"headless": False, "env": screen.env}
    context = open_profile(playwright, "chromium", profile, args=flags, ignore_default_args=["--disable-extensions"], **options)
    _ids[context] = _chromes_id(unpacked)
    return context


def _firefox(playwright: Playwright, unpacked: Path, profile: Path, **options: Any) -> BrowserContext:
    place = profile / "extensions"
    place.mkdir(parents=True, exist_ok=True)
    [package] = unpacked.parent.glob("*-firefox.zip")
    shutil.copyfile(package, place / f"{GECKO_ID}.xpi")
    prefs = FIREFOX_PREFS | options.pop("firefox_user_prefs", {})
    return open_profile(
        playwright, "firefox", profile, firefox_user_prefs=prefs, args=["-remote-allow-system-access"], **options,
    )


def extension_id(context: BrowserContext) -> str:
    """What Chromium calls the extension: the host of its pages."""
    return _ids[context]


def _chromes_id(unpacked: Path) -> str:
    """Chromium names an extension without a key by its folder: 128 bits of SHA-256, in letters from a to p."""
    digest = hashlib.sha256(str(unpacked.resolve()).encode()).hexdigest()[:32]
    return "".join(chr(ord("a") + int(digit, 16)) for digit in digest)


def extension_page(context: BrowserContext, path: str) -> Page:
    """A page of the extension in a tab."""
    if context.browser is None or context.browser.browser_type.name == "chromium":
        page = context.new_page()
        page.goto(f"chrome-extension://{extension_id(context)}/{path}")
        return page
    return _firefox_page(context, f"moz-extension://{FIREFOX_UUID}/{path}")


def _firefox_page(context: BrowserContext, url: str) -> Page:
    """Such a page lives in another process, in a tab that the driver finds anew."""
    before = set(context.pages)
    with contextlib.suppress(BrowserError):
        context.new_page().goto(url, wait_until="commit", timeout=1_500)
    return until(
        lambda: next((page for page in context.pages if page not in before and page.url == url), None), what=f"the page {url}"
    )


def kill_background(context: BrowserContext) -> None:
    """Ends Chromium's background as the browser does it, only at once; the next event starts it anew."""
    page = context.pages[0]
    session = context.new_cdp_session(page)
    targets = session.send("Target.getTargets")["targetInfos"]
    for target in targets:
        if target["type"] == "service_worker":
            session.send("Target.closeTarget", {"targetId": target["targetId"]})
    session.detach()
