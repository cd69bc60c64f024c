"""A screen that nobody sees, for what a browser does in its windows alone; and a keyboard that its own windows hear."""

import os
import subprocess
from pathlib import Path

from parts.browsers import program
from parts.programs import Program, until


class Screen:
    """`env` makes a program show its windows here; `press` is keys for the window in front, `show` a picture of all."""

    def __init__(self, folder: Path):
        command = [program("Xvfb"), "-displayfd", "1", "-screen", "0", "1280x900x24", "-nolisten", "tcp"]
        self._server = Program(command, log=folder / "screen.log")
        self.env = os.environ | {"DISPLAY": f":{until(self._number, what='the screen')}"}

    def _number(self) -> str:
        return next((line for line in self._server.log.splitlines() if line.isdigit()), "")

    def press(self, *keys: str) -> None:
        self._do("key", *keys)

    def windows(self, title: str = "") -> list[str]:
        """The windows whose title has this in it."""
        ran = subprocess.run([program("xdotool"), "search", "--onlyvisible", "--name", title or "."], env=self.env,
                             capture_output=True, text=True, timeout=30, check=False)
        return ran.stdout.split()

    def _do(self, *what: str) -> None:
        subprocess.run([program("xdotool"), *what], env=self.env, capture_output=True, timeout=30, check=True)

    def close(self) -> None:
        self._server.kill()
