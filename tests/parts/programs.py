"""Starting, watching and ending a program; what every other part is made of."""

import os
import random
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO


class Missing(AssertionError):
    """A part that the tests need is not on this machine; never skipped over."""


# Below what the system hands out to outgoing connections: one of these may otherwise take the port of a server that is
# about to start, or to come back. Above it all that browsers refuse to call.
PORTS = range(11_000, 32_000)


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on, and that no outgoing connection will take meanwhile."""
    while True:
        port = random.choice(PORTS)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def until(question: Callable[[], Any], *, within_s: float = 10, every_s: float = 0.02, what: str = "it") -> Any:
    """Asks again and again until the answer is true, and returns it; fails with a sentence when time is up."""
    end, pause = time.monotonic() + within_s, threading.Event()
    while True:
        answer = question()
        if answer:
            return answer
        assert time.monotonic() < end, f"waited {within_s} s in vain for {what}"
        pause.wait(every_s)


class Program:
    """A running program with its log; it leads a process group of its own, so that its children end with it."""

    def __init__(
        self, command: Sequence[str], *, log: Path, env: Mapping[str, str] = os.environ, cwd: Path | None = None
    ):
        self.command, self.log_file = list(command), log
        with log.open("ab") as out:
            self.process = self._start(dict(env), cwd, out)

    def _start(self, env: dict[str, str], folder: Path | None, out: BinaryIO):
        streams = {"stdin": subprocess.DEVNULL, "stdout": out, "stderr": subprocess.STDOUT}
        return subprocess.Popen(self.command, env=env, cwd=folder, start_new_session=True, **streams)

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def log(self) -> str:
        return self.log_file.read_text("utf-8", "replace")

    @property
    def running(self) -> bool:
        return self.process.poll() is None

    def children(self) -> list[int]:
        """The pids of its direct children, oldest first."""
        listed = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text()
        return [int(pid) for pid in listed.split()]

    def kill(self, pid: int | None = None) -> None:
        """kill -9 of the program itself, or of one of its children; the others are left to notice."""
        os.kill(pid or self.pid, signal.SIGKILL)
        if pid is None:
            self.process.wait(10)

    def send(self, what: signal.Signals) -> None:
        self.process.send_signal(what)

    def stop(self, *, within_s: float = 15) -> int:
        """SIGTERM, then the exit code; fails when the program does not end in time."""
        if self.running:
            self.process.terminate()
        return self.process.wait(within_s)

    def end(self) -> None:
        """Whatever is left of the whole group, at once."""
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait(10)

    def wait_for(self, question: Callable[[], Any], *, what: str, within_s: float = 20) -> Any:
        """Like `until`, but a program that has ended fails at once, with its log."""

        def asked() -> Any:
            assert self.running, f"{self.command[0]} ended before {what}:\n{self.log[-4000:]}"
            return question()

        try:
            return until(asked, within_s=within_s, what=what)
        except AssertionError as vain:
            raise AssertionError(f"{vain}\n{self.log[-4000:]}") from None


def alive(pid: int) -> bool:
    """Whether such a process still runs; one that is dead but not yet fetched by its parent does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def answers(port: int) -> bool:
    """Whether somebody listens there."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
