"""Starts the product under gunicorn: one process on SQLite (two are slower), one per core on PostgreSQL."""

import gc
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from flask import Flask
from gunicorn.app.base import BaseApplication
from prometheus_client import multiprocess

from afterlike import assets
from afterlike.app import close_house, create_app, set_up_logs
from afterlike.config import Config
from afterlike.migrate import migrate
from afterlike.worker import Worker

SHARED = "PROMETHEUS_MULTIPROC_DIR"
GRACE_S = 8  # in-flight requests are answered, then it stops


def serve(config: Config, *, make_app: Callable[[Config], Flask] = create_app, reload: bool = False) -> None:
    """Migrates, keeps the widget of this release for later ones, then serves until it is told to stop."""
    migrate(config.database_url, config.folder)
    assets.keep(config.folder)
    workers = config.workers or (1 if config.sqlite else os.cpu_count() or 1)
    if workers > 1:
        _share_metrics(config.folder.resolve() / "metrics")
    Server(config, make_app, workers, reload).run()


def _share_metrics(folder: Path) -> None:
    """Several processes add up their metrics in files; prometheus_client wants to know that before it is imported,
    so we start once more, in the same process."""
    if os.environ.get(SHARED) == str(folder):
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.environ[SHARED] = str(folder)
    os.execv(sys.executable, [sys.executable, "-m", "afterlike", *sys.argv[1:]])


def _collect_less() -> None:
    """What was made at start stays for good, and a request leaves no cycles: the collector need not look so often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def _forget_metrics(_server, worker) -> None:
    """A dead process's gauges go; its counters stay in the sum."""
    if SHARED in os.environ:
        multiprocess.mark_process_dead(worker.pid)


class Server(BaseApplication):
    """gunicorn with our settings; each worker process opens its own house after the fork."""

    def __init__(self, config: Config, make_app: Callable[[Config], Flask], workers: int, reload: bool):
        self._config, self._make_app, self._workers, self._reload = config, make_app, workers, reload
        self._app: Flask | None = None
        self._background: Worker | None = None
        super().__init__()

    def load_config(self) -> None:
        config = self._config
        for name, value in {
            "bind": config.bind,
            "workers": self._workers,
            "worker_class": "gthread",
            "threads": config.threads,
            "worker_connections": 1000,
            "keepalive": 15,
            "limit_request_line": 8190,  # a counts call for a whole listing names up to 200 products
            "timeout": 60,
            "graceful_timeout": GRACE_S,
            "control_socket_disable": True,
            "worker_tmp_dir": "/dev/shm" if os.path.isdir("/dev/shm") else None,
            "loglevel": "warning" if config.log_level in ("WARNING", "ERROR") else "info",
            "reload": self._reload,
            "forwarded_allow_ips": "",
            "post_worker_init": self._begin,
            "worker_exit": self._end,
            "child_exit": _forget_metrics,
        }.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        set_up_logs(self._config.log_level)
        self._app = self._make_app(self._config)
        return self._app

    def _begin(self, worker) -> None:
        _collect_less()
        self._app.extensions["afterlike"].state["serving"] = lambda: worker.alive  # what is streamed ends when it stops
        if self._config.work_in_serve:
            self._background = Worker(self._app.extensions["afterlike"])
            self._background.start()

    def _end(self, _server, _worker) -> None:
        if self._background is not None:
            self._background.stop()
        if self._app is not None:
            close_house(self._app.extensions["afterlike"])
