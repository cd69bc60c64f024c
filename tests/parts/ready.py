"""Databases that have our tables already, as the product's own migrations made them: thousands of tests want one each."""

import atexit
import functools
import shutil
import tempfile
from pathlib import Path

from afterlike.migrate import migrate


@functools.cache
def sqlite_file() -> Path:
    """Made once a process, to be copied."""
    folder = Path(tempfile.mkdtemp(prefix="afterlike-ready-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    file = folder / "afterlike.db"
    migrate(f"sqlite:///{file}", folder)
    return file


def lay(file: Path) -> None:
    """Puts a database there, unless there is one."""
    if not file.exists():
        shutil.copyfile(sqlite_file(), file)


def fill(url: str) -> None:
    """Brings the database there to today's schema."""
    with tempfile.TemporaryDirectory() as folder:
        migrate(url, Path(folder))
