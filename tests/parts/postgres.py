"""A PostgreSQL server of the tests' own, in a temporary folder, and new empty databases in it."""

import contextlib
import itertools
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import psycopg

from parts.install import postgres_bin
from parts.programs import Missing, Program, alive, answers, free_port, until
from parts.ready import fill

# Nothing here has to outlive the machine, only a kill -9: the operating system keeps what was written.
# What processes share is kept in the same folder, or each kill would leave some in the machine's memory.
CAREFREE = ("fsync=off", "full_page_writes=off", "autovacuum=off", "max_connections=200", "unix_socket_directories=",
            "dynamic_shared_memory_type=mmap")
QUICK = ("--no-locale", "--no-sync")


class Postgres:
    """One server; `fresh()` makes a database, `.kill()`, `.start()` and `.pause()` are for tests of bad days."""

    def __init__(self):
        if postgres_bin() is None:
            raise Missing("PostgreSQL is not on this machine. Run: python tests/parts/install.py")
        # Not pytest's folder: that is 0700 for root, and PostgreSQL refuses to run as root.
        self.folder = Path(tempfile.mkdtemp(prefix="afterlike-postgres-"))
        self.folder.chmod(0o755)
        self.data = self.folder / "data"
        self.port = free_port()
        self._numbers = itertools.count(1)
        self._template: str | None = None
        self._own()
        self._run("initdb", "-D", str(self.data), "-A", "trust", "-U", "afterlike", "-E", "UTF8", *QUICK)
        self.start()

    def _own(self) -> None:
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")

    def _command(self, program: str, *arguments: str) -> list[str]:
        command = [str(postgres_bin() / program), *arguments]
        if os.geteuid() != 0:
            return command
        return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *command]

    def _environment(self) -> dict[str, str]:
        return {"HOME": str(self.folder), "PATH": os.environ["PATH"], "LC_ALL": "C"}

    def _run(self, program: str, *arguments: str) -> None:
        command = self._command(program, *arguments)
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=self._environment(), cwd=self.folder)

    def start(self) -> None:
        settings = [part for setting in CAREFREE for part in ("-c", setting)]
        command = self._command("postgres", "-D", str(self.data), "-h", "127.0.0.1", "-p", str(self.port), *settings)
        log = self.folder / "log"
        self.program = Program(command, log=log, env=self._environment(), cwd=self.folder)
        self.program.wait_for(self._ready, what="PostgreSQL to answer")

    def _ready(self) -> bool:
        if not answers(self.port):
            return False
        try:
            psycopg.connect(self._conninfo("postgres")).close()
        except psycopg.OperationalError:
            return False
        return True

    def _conninfo(self, name: str) -> str:
        return f"host=127.0.0.1 port={self.port} user=afterlike dbname={name} connect_timeout=5"

    def empty(self) -> str:
        """The URL of a new database with nothing in it."""
        return self._made("template0")

    def fresh(self) -> str:
        """The URL of a new database that has our tables."""
        if self._template is None:
            url = self.empty()
            fill(url)
            self._template = url.rpartition("/")[2]
        return self._made(self._template)

    def _made(self, template: str) -> str:
        name = f"t{next(self._numbers)}"
        with psycopg.connect(self._conninfo("postgres"), autocommit=True) as admin:
            admin.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return f"postgresql+psycopg://afterlike@127.0.0.1:{self.port}/{name}"

    def drop(self, url: str) -> None:
        """Takes a database away, whoever is still connected: a thousand of them would fill ten gigabytes."""
        with psycopg.connect(self._conninfo("postgres"), autocommit=True) as admin:
            admin.execute(f"DROP DATABASE {url.rpartition('/')[2]} WITH (FORCE)")

    def kill(self) -> None:
        """kill -9 of the server and of all that serves for it: each of these leads a session of its own."""
        served = self.program.children() if self.program.running else []
        self.program.end()
        for pid in served:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        # While one of them holds the shared memory, the next start is refused.
        until(lambda: not any(alive(pid) for pid in served), what="PostgreSQL to be gone")

    def pause(self) -> None:
        os.killpg(self.program.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        os.killpg(self.program.pid, signal.SIGCONT)

    def close(self) -> None:
        self.kill()
        shutil.rmtree(self.folder)
