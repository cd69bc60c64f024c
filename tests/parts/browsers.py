"""Chromium and Firefox as people have them, driven by Playwright."""

import os
import re
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright

from parts.programs import Missing, until

SIZES = {"wide": {"width": 1280, "height": 900}, "narrow": {"width": 320, "height": 700}}
# Every size and theme in one of two looks; all four of them in the long form.
every_look = pytest.mark.parametrize(("size", "scheme"), [
    pytest.param(SIZES["wide"], "light", id="wide-light"),
    pytest.param(SIZES["narrow"], "dark", id="narrow-dark"),
    pytest.param(SIZES["wide"], "dark", id="wide-dark", marks=pytest.mark.long),
    pytest.param(SIZES["narrow"], "light", id="narrow-light", marks=pytest.mark.long),
])

# Where browsers may differ: in both of them in the short form too.
both_browsers = pytest.mark.parametrize("any_browser", ["chromium", "firefox"], indirect=True)

# Root and containers need no-sandbox; the rest keeps Chromium from calling home.
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
FIREFOX_PREFS = {
    "app.update.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "http://127.0.0.1:9/v1",
}


def program(name: str) -> str:
    found = shutil.which(name)
    if not found:
        raise Missing(f"{name} is not on this machine. Run: python tests/parts/install.py")
    return found


def start_chromium(playwright: Playwright, *, windows: bool = False, **options: Any) -> Browser:
    """Chromium as a shell for pages alone, which opens one in a third of the time; with `windows` the whole browser."""
    flags, binary = [*CHROMIUM_FLAGS, *options.pop("args", ())], "chromium" if windows else "chromium-headless-shell"
    return playwright.chromium.launch(executable_path=program(binary), args=flags, **options)


def start_firefox(playwright: Playwright, **options: Any) -> Browser:
    """Debian's Firefox, over WebDriver BiDi; colour scheme and reduced motion are prefs there, not context options."""
    prefs = FIREFOX_PREFS | options.pop("firefox_user_prefs", {})
    return playwright.firefox.launch(
        channel="moz-firefox", executable_path=program("firefox-esr"), firefox_user_prefs=prefs, **options,
    )


def open_profile(playwright: Playwright, kind: str, folder: Path, **options: Any) -> BrowserContext:
    """A browser that keeps what it knows in a folder, and finds it there the next time."""
    if kind == "firefox":
        prefs = FIREFOX_PREFS | options.pop("firefox_user_prefs", {})
        return playwright.firefox.launch_persistent_context(
            folder, channel="moz-firefox", executable_path=program("firefox-esr"), firefox_user_prefs=prefs, **options,
        )
    told = subprocess.run([program("chromium"), "--version"], capture_output=True, text=True, timeout=60, check=True).stdout
    return playwright.chromium.launch_persistent_context(
        folder, executable_path=program("chromium"), args=[*CHROMIUM_FLAGS, *options.pop("args", ())],
        user_agent=chrome(re.search(r"\d+", told)[0]), **options,
    )


def kill_browser(folder: Path) -> None:
    """kill -9 of the browser that lives in this folder: its main process, whose children then notice."""
    for pid in main_processes(folder):
        os.kill(pid, signal.SIGKILL)
    until(lambda: not main_processes(folder), what="the browser to be gone")


def main_processes(folder: Path) -> list[int]:
    """The browsers of a profile; their helpers say in their arguments that they are helpers."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            said = (process / "cmdline").read_bytes().decode().split("\0")
        except OSError:
            continue  # gone by now
        helper = any(re.match("--type=|-contentproc", one) for one in said)
        if {f"--user-data-dir={folder}", str(folder)} & set(said) and not helper:
            found.append(int(process.name))
    return found


def user_agent(browser: Browser) -> str | None:
    """What a person's Chrome says: the headless one's own is dropped as a bot. None leaves Firefox's own."""
    return chrome(browser.version.partition(".")[0]) if browser.browser_type.name == "chromium" else None


def chrome(version: str) -> str:
    engine = "AppleWebKit/537.36 (KHTML, like Gecko)"
    return f"Mozilla/5.0 (X11; Linux x86_64) {engine} Chrome/{version}.0.0.0 Safari/537.36"


class Pages:
    """Opens pages in contexts of their own, and remembers what went wrong on them."""

    def __init__(self):
        self.contexts, self.wrongs, self.closing = [], [], False

    def open(self, browser: Browser, *, errors: bool = False, **options: Any) -> Page:
        """A page in a new context; exceptions and refusals by its security policy count unless `errors` allows them."""
        agent = user_agent(browser)
        context = browser.new_context(**({"user_agent": agent} if agent else {}) | options)
        self.contexts.append(context)
        if not errors:
            context.on("page", self._watch)
        return context.new_page()

    def _watch(self, page: Page) -> None:
        page.on("pageerror", lambda error: self._note(page, str(error)))
        page.on("console", lambda message: self._hear(page, message))

    def _hear(self, page: Page, message: ConsoleMessage) -> None:
        said = message.text.lower()
        if message.type == "error" and ("content security policy" in said or "content-security-policy" in said):
            self._note(page, message.text)

    def _note(self, page: Page, wrong: str) -> None:
        # What a closing page breaks off is no fault of its scripts; Firefox calls it an error of the same origin policy.
        if not self.closing:
            self.wrongs.append(f"{page.url}: {wrong}")

    def close(self) -> None:
        self.closing = True
        for context in self.contexts:
            context.close()
