"""The product itself, started the way an owner starts it: `afterlike serve` in a process of its own."""

import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from multiprocessing import forkserver
from multiprocessing.reduction import DupFd
from pathlib import Path
from typing import BinaryIO

import pytest

from afterlike import cli, clock, db
from parts import ready
from parts.programs import Program, free_port

SERVER = Path(__file__).resolve().parents[2] / "server"
AFTERLIKE = [sys.executable, "-m", "afterlike"]
WARM = multiprocessing.get_context("forkserver")
WARM.set_forkserver_preload(["parts.warm"])


def environment(home: Path, settings: Mapping[str, object]) -> dict[str, str]:
    """This machine's environment without anybody's AFTERLIKE_ settings, and with the given ones.

    Short names are fine: `database_url=…` is AFTERLIKE_DATABASE_URL.
    """
    # Compiled once, not at each start, whatever the machine says: thousands of starts are half of the tests' time.
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("AFTERLIKE_", "PYTHONDONTWRITE"))}
    given = {name if name.isupper() else f"AFTERLIKE_{name.upper()}": str(value) for name, value in settings.items()}
    return clean | {"PYTHONPATH": str(SERVER), "PYTHONUNBUFFERED": "1", "AFTERLIKE_HOME": str(home)} | given


def forked(target: Callable[..., None], *given: object) -> multiprocessing.Process:
    """A process, begun, of one that has the package loaded (warm.py)."""
    with pytest.MonkeyPatch.context() as its:
        its.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
        forkserver.ensure_running()  # finds no module of the tests by itself, and does not say so
    process = WARM.Process(target=target, args=given)
    process.start()
    return process


def afterlike(*arguments: str, home: Path, check: bool = True, **settings: object) -> subprocess.CompletedProcess[str]:
    """Runs one `afterlike` command to its end, in a process of its own.

    It is forked from a process that has the package loaded, which takes a tenth of a start's time. That the command can be
    started as a person starts it is shown by every `Server`.
    """
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as wrong:
        streams = DupFd(out.fileno()), DupFd(wrong.fileno())
        running = forked(_run, arguments, environment(home, settings), str(home), streams)
        running.join(120)
        out.seek(0), wrong.seek(0)
        ran = subprocess.CompletedProcess([*AFTERLIKE, *arguments], running.exitcode, out.read(), wrong.read())
    running.kill()  # only one that hangs is still there
    assert not check or ran.returncode == 0, f"afterlike {' '.join(arguments)} failed:\n{ran.stderr}{ran.stdout}"
    return ran


def _run(arguments: tuple[str, ...], env: dict[str, str], folder: str, streams: tuple) -> None:
    os.environ.clear()
    os.environ.update(env)
    os.chdir(folder)
    for stream, file in zip((sys.stdout, sys.stderr), streams, strict=True):
        os.dup2(file.detach(), stream.fileno())
        stream.reconfigure(line_buffering=True)
    sys.argv = ["afterlike", *arguments]
    cli.main()


def _lead(*given) -> None:
    os.setsid()
    _run(*given)


class _Child:
    """What `Program` asks of a subprocess.Popen, of a forked process."""

    def __init__(self, process: multiprocessing.Process):
        self._process, self.pid = process, process.pid

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float) -> int:
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("afterlike", timeout)
        return self._process.exitcode

    def send_signal(self, what: signal.Signals) -> None:
        if self.poll() is None:
            os.kill(self.pid, what)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


class Forked(Program):
    """An `afterlike` command that goes on, forked like those that `afterlike` runs."""

    def _start(self, env: dict[str, str], folder: Path, out: BinaryIO) -> _Child:
        arguments = tuple(self.command[len(AFTERLIKE) :])
        return _Child(forked(_lead, arguments, env, str(folder), (DupFd(out.fileno()), DupFd(out.fileno()))))


class Server:
    """A running collector: `.url`, `.pid`, `.log`; `.stop()` asks it to end, `.kill()` does not ask.

    It is forked from a process that has the package loaded, its database has our tables already, and on PostgreSQL too it is
    one process unless `workers` says otherwise. One that is `new` is started as a person starts it on a new machine.
    """

    def __init__(self, home: Path, *command: str, new: bool = False, **settings: object):
        self.home, self.settings, self.command, self.new = home, settings, command or ("serve",), new
        self.port = free_port()
        home.mkdir(parents=True, exist_ok=True)
        self.program: Program | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        return self.program.pid

    @property
    def log(self) -> str:
        return self.program.log

    @property
    def running(self) -> bool:
        return self.program is not None and self.program.running

    def environment(self) -> dict[str, str]:
        own = {} if self.new else {"workers": 1}
        return environment(self.home, {"bind": f"127.0.0.1:{self.port}", **own, **self.settings})

    def start(self, *, wait: bool = True) -> "Server":
        if self.new:
            self.program = Program([*AFTERLIKE, *self.command], log=self.home / "log", env=self.environment(), cwd=self.home)
        else:
            if "database_url" not in self.settings:
                ready.lay(self.home / "afterlike.db")
            self.program = Forked([*AFTERLIKE, *self.command], log=self.home / "log", env=self.environment(), cwd=self.home)
        if wait:
            self.program.wait_for(self.ready, what=f"afterlike {' '.join(self.command)} to be ready", within_s=60)
        return self

    def ready(self) -> bool:
        """Whether /readyz says yes."""
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=30) as answer:
                return answer.status == 200
        except urllib.error.HTTPError as no:
            no.close()
            return False
        except OSError:
            return False

    def tell(self, *arguments: str) -> str:
        """What another `afterlike` command says, on the same data."""
        return afterlike(*arguments, home=self.home, bind=f"127.0.0.1:{self.port}", **self.settings).stdout

    def workers(self) -> list[int]:
        """The pids of its worker processes."""
        return self.program.children()

    def kill(self, pid: int | None = None) -> None:
        self.program.kill(pid)

    def stop(self, *, within_s: float = 15) -> int:
        return self.program.stop(within_s=within_s)

    def close(self) -> None:
        if self.program is not None:
            self.program.end()


@dataclass(frozen=True)
class Site:
    """A registered site as `afterlike init` prints it, with the origin it was registered for."""

    site: str
    api_key: str
    sign_in_url: str
    origin: str


def make_site(server: Server, *, origin: str, name: str, admin: str) -> Site:
    """Registers a site in the server's database as `afterlike init` does it, without a process for each."""
    engine = db.engine(str(server.settings.get("database_url", f"sqlite:///{server.home / 'afterlike.db'}")))
    address = str(server.settings.get("public_url", server.url))
    try:
        with engine.begin() as tx:
            [told] = cli.register(tx, [(name, (origin,), admin, "en", address, clock.now())])
    finally:
        engine.dispose()
    return Site(told["site"], told["api_key"], told["sign_in_url"], origin)


@dataclass(frozen=True)
class Collector:
    """A running server with one registered site: what most tests want."""

    server: Server
    registered: Site

    @property
    def url(self) -> str:
        return self.server.url

    @property
    def site(self) -> str:
        return self.registered.site

    @property
    def api_key(self) -> str:
        return self.registered.api_key

    @property
    def sign_in_url(self) -> str:
        return self.registered.sign_in_url

    @property
    def origin(self) -> str:
        return self.registered.origin
