"""A Redis server of the tests' own, with an append-only file unless a test wants to be refused."""

import shutil
import signal
import tempfile
from pathlib import Path

import redis

from parts.programs import Missing, Program, answers, free_port


class RedisServer:
    """One server; `.kill()` and `.start()` keep its port and data, as after a crash."""

    def __init__(self, *, append_only: bool = True):
        if not shutil.which("redis-server"):
            raise Missing("Redis is not on this machine. Run: python tests/parts/install.py")
        self.folder = Path(tempfile.mkdtemp(prefix="afterlike-redis-"))
        self.port, self.append_only = free_port(), append_only
        self.start()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        keep = ["--appendonly", "yes" if self.append_only else "no", "--appendfsync", "everysec", "--save", ""]
        command = ["redis-server", "--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(self.folder), *keep]
        self.program = Program(command, log=self.folder / "log")
        self.program.wait_for(self._ready, what="Redis to answer")

    def _ready(self) -> bool:
        if not answers(self.port):
            return False
        with redis.Redis.from_url(self.url) as client:
            try:
                return client.ping()
            except redis.BusyLoadingError:
                return False

    def flush(self) -> None:
        with redis.Redis.from_url(self.url) as client:
            client.flushall()

    def kill(self) -> None:
        self.program.kill()

    def pause(self) -> None:
        self.program.send(signal.SIGSTOP)

    def go_on(self) -> None:
        self.program.send(signal.SIGCONT)

    def close(self) -> None:
        self.program.end()
        shutil.rmtree(self.folder)
