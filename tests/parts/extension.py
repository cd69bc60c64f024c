"""The browser's extension, built as a brand builds it and loaded into Chromium as a person has it."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Playwright

from parts.browsers import open_profile
from parts.programs import until

ROOT = Path(__file__).resolve().parents[2]


def build(settings: Mapping[str, Any], folder: Path) -> Path:
    """Builds the extension with these settings over its own, and says where a browser can load it from."""
    folder.mkdir(parents=True, exist_ok=True)
    given = json.loads((ROOT / "extension/settings.json").read_text("utf-8")) | settings
    icon = folder / "icon.svg"
    icon.write_text((ROOT / "extension" / given["icon"]).read_text("utf-8"), "utf-8")
    file = folder / "settings.json"
    file.write_text(json.dumps(given | {"icon": icon.name}), "utf-8")
    ran = subprocess.run(
        ["node", ROOT / "extension/build.mjs", file, folder / "built"], cwd=ROOT, capture_output=True, text=True, timeout=120,
    )
    if ran.returncode:
        raise AssertionError(f"The extension was not built: {ran.stderr}{ran.stdout}")
    return folder / "built" / "unpacked"


def open_with_extension(playwright: Playwright, unpacked: Path, profile: Path, **options: Any) -> BrowserContext:
    """Chromium with the extension in it, once its background runs."""
    flags = [
        "--headless=new",
        f"--load-extension={unpacked}",
        f"--disable-extensions-except={unpacked}",
        "--enable-unsafe-extension-debugging",
        "--disable-features=DisableLoadExtensionCommandLineSwitch",
        *options.pop("args", ()),
    ]
    context = open_profile(
        playwright, "chromium", profile, args=flags, ignore_default_args=["--disable-extensions"], **options,
    )
    extension_id(context)
    return context


def extension_id(context: BrowserContext) -> str:
    """What the browser calls the extension: the host of its pages."""
    until(lambda: context.service_workers, what="the extension's background to run")
    return context.service_workers[0].url.split("/")[2]
