"""Sees to it that the programs the tests need are on this machine; `--bench` adds what only benchmarks need.

On Debian as root it installs what is missing, anywhere else it says what to install and fails.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Part:
    """A program, the Debian package that brings it, and how to see that it is there."""

    name: str
    package: str
    there: Callable[[], object]


def on_path(program: str) -> Callable[[], object]:
    return lambda: shutil.which(program)


def postgres_bin() -> Path | None:
    """The folder with initdb and pg_ctl of the newest PostgreSQL here; Debian keeps it off the PATH."""
    named = shutil.which("initdb")
    if named:
        return Path(named).resolve().parent
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


PARTS = (
    Part("Chromium",   "chromium",           on_path("chromium")),
    Part("its shell",  "chromium-headless-shell", on_path("chromium-headless-shell")),
    Part("Firefox",    "firefox-esr",        on_path("firefox-esr")),
    Part("Redis",      "redis-server",       on_path("redis-server")),
    Part("PostgreSQL", "postgresql",         postgres_bin),
    Part("a screen",   "xvfb",               on_path("Xvfb")),
    Part("its keys",   "xdotool",            on_path("xdotool")),
    Part("Dovecot",    "dovecot-imapd",      lambda: Path("/usr/lib/dovecot/imap").exists() or shutil.which("dovecot")),
    Part("a font",     "fonts-dejavu-core",  lambda: any(Path("/usr/share/fonts").rglob("DejaVuSans.ttf"))),
)
BENCH = (
    Part("wrk",        "wrk",                on_path("wrk")),
)


def main(arguments: list[str]) -> str | None:
    """None when everything is there, else the sentence to leave with."""
    wanted = PARTS + (BENCH if "--bench" in arguments else ())
    missing = [part for part in wanted if not part.there()]
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        _apt(part.package for part in missing)
        missing = [part for part in wanted if not part.there()]
    if not missing:
        return None
    names, packages = ", ".join(part.name for part in missing), " ".join(part.package for part in missing)
    return f"The tests need {names}, which are not on this machine. On Debian: apt-get install {packages}"


def _apt(packages) -> None:
    packages = list(packages)
    print(f"Installing {', '.join(packages)} …", flush=True)
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "--yes", "--no-install-recommends", *packages]):
        ran = subprocess.run(["apt-get", "-qq", *command], env=env, capture_output=True, text=True, check=False)
        if ran.returncode:
            print(ran.stderr, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
