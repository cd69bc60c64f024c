"""The house is asked whether it keeps its laws (house.py), and each law is shown to bite."""

import configparser
import re
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from afterlike import tables
from house import (
    BAD_FILES,
    CATCHES_ALL,
    FLOOR_OF,
    MOST_LINES,
    Told,
    doors_with_code,
    excuses,
    foreign_writes,
    hidden_imports,
    imports_going_up,
    journal_read_past_its_door,
    looks,
    undeclared,
)

ROOT = Path(__file__).resolve().parents[1]
ROOMS_OF_TABLES = {table.name: table.info.get("room") for table in tables.metadata.sorted_tables}


def files(*folders: str) -> list[str]:
    found = (path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return sorted(str(path.relative_to(ROOT)) for path in found if "node_modules" not in path.parts)


def keep(law, *more, of=("server/afterlike",)) -> None:
    told = [told for path in files(*of) for told in law(path, (ROOT / path).read_text("utf-8"), *more)]
    if told:
        pytest.fail("\n".join(told), pytrace=False)


def test_imports_go_down():
    keep(imports_going_up)


def test_imports_stand_at_the_top():
    keep(hidden_imports, of=("server/afterlike", "tests"))


def test_every_table_names_its_room():
    assert {name: room for name, room in ROOMS_OF_TABLES.items() if room not in FLOOR_OF} == {}


def test_a_room_writes_only_its_own_tables():
    keep(foreign_writes, ROOMS_OF_TABLES)


def test_the_journal_is_read_by_readers_only():
    keep(journal_read_past_its_door)


def test_a_door_holds_no_code():
    keep(doors_with_code)


def test_files_are_short_and_plainly_named():
    keep(looks, of=("server/afterlike", "tests", "benchmarks"))


def test_no_test_has_an_excuse():
    keep(excuses, of=("tests",))


def test_what_is_imported_is_asked_for_in_setup_cfg():
    keep(undeclared, declared())


def declared() -> set[str]:
    """The import names of the distributions that setup.cfg asks for."""
    setup = configparser.ConfigParser(interpolation=None)
    setup.read(ROOT / "setup.cfg", "utf-8")
    lines = setup["options"]["install_requires"].split()
    asked = {plain(re.split(r"[\[<>=!~;]", line)[0]) for line in lines}
    return {name for name, brought in packages_distributions().items() if asked & set(map(plain, brought))}


def plain(name: str) -> str:
    return name.lower().replace("_", "-")


def test_browser_files_are_short_too():
    found = [*(ROOT / "widget").glob("**/*.js"), *(ROOT / "extension").glob("**/*.js")]
    crowded = [path.name for path in found if path.read_text("utf-8").count("\n") > MOST_LINES]
    assert crowded + [path.name for path in found if BAD_FILES.search(path.name)] == []


def test_the_list_of_those_who_may_catch_everything_is_not_longer_than_needed():
    assert [path for path in CATCHES_ALL if looks(f"not/{path}", (ROOT / path).read_text("utf-8")) == []] == []


# Each law bites.

ROOMS = {"likes": "collect", "sites": "sites", "products": "catalog", "journal": "journal"}
BAD = {
    "up": (imports_going_up, "sites/store.py", "from afterlike.collect import press"),
    "up, by name": (imports_going_up, "db.py", "from afterlike import web"),
    "up, plain": (imports_going_up, "tables.py", "import afterlike.db"),
    "up, for types only": (imports_going_up, "db.py", "if TYPE_CHECKING:\n    from afterlike.web import House"),
    "sideways": (imports_going_up, "catalog/products.py", "from afterlike.sites import Site"),
    "relative, sideways": (imports_going_up, "catalog/products.py", "from ..sites import Site"),
    "relative, up": (imports_going_up, "catalog/products.py", "from .. import cli"),
    "unknown here": (imports_going_up, "surprise.py", "x = 1"),
    "unknown there": (imports_going_up, "cli.py", "from afterlike import surprise"),
    "package": (imports_going_up, "__init__.py", "from afterlike import tables"),
    "migration": (imports_going_up, "migrations/versions/0001.py", "from afterlike import tables"),
    "in a function": (hidden_imports, "db.py", "def late():\n    import json"),
    "in a method": (hidden_imports, "db.py", "class A:\n    def late(self):\n        from os import path"),
    "by string": (hidden_imports, "db.py", "importlib.import_module('afterlike.web')"),
    "by builtin": (hidden_imports, "db.py", "__import__('afterlike.web')"),
    "by the table of modules": (hidden_imports, "db.py", "sys.modules['afterlike.web']"),
    "insert": (foreign_writes, "sites/a.py", "import sqlalchemy as sa\nsa.insert(tables.likes)"),
    "update": (foreign_writes, "sites/a.py", "import sqlalchemy\nsqlalchemy.update(tables.likes)"),
    "delete": (foreign_writes, "sites/a.py", "from sqlalchemy import delete\ndelete(tables.likes)"),
    "renamed": (foreign_writes, "sites/a.py", "from sqlalchemy import delete as gone\ngone(tables.likes)"),
    "dialect": (foreign_writes, "sites/a.py", "from sqlalchemy.dialects import sqlite\nsqlite.insert(tables.likes)"),
    "dialect, far": (foreign_writes, "sites/a.py", "import sqlalchemy as sa\nsa.dialects.sqlite.insert(tables.likes)"),
    "ours": (foreign_writes, "sites/a.py", "from afterlike import db\ndb.insert(tx, tables.likes)"),
    "method": (foreign_writes, "sites/a.py", "tables.likes.insert()"),
    "imported table": (foreign_writes, "sites/a.py", "from afterlike.tables import likes as l\nl.update()"),
    "by another name": (foreign_writes, "sites/a.py", "mine = tables.likes\nmine.delete()"),
    "in a loop": (foreign_writes, "sites/a.py", "for t in (tables.sites, tables.likes):\n    t.delete()"),
    "out of sight": (foreign_writes, "sites/a.py", "import sqlalchemy as sa\ndef f(t):\n    sa.delete(t)"),
    "SQL": (foreign_writes, "sites/a.py", "tx.execute('INSERT OR IGNORE INTO likes VALUES (1)')"),
    "SQL, small": (foreign_writes, "sites/a.py", "tx.execute('update likes set a = 1')"),
    "SQL, long": (foreign_writes, "sites/a.py", "tx.execute('''WITH x AS (SELECT 1)\n  DELETE FROM likes''')"),
    "SQL, filled": (foreign_writes, "sites/a.py", "tx.execute(f'DELETE FROM {name}')"),
    "journal": (journal_read_past_its_door, "insight/a.py", "sa.select(tables.journal.c.id)"),
    "journal, imported": (journal_read_past_its_door, "insight/a.py", "from afterlike.tables import journal"),
    "door with code": (doors_with_code, "sites/__init__.py", "'''Door.'''\ndef f(): pass"),
    "door to elsewhere": (doors_with_code, "sites/__init__.py", "'''Door.'''\nfrom afterlike.db import read"),
    "no sentence": (looks, "db.py", "x = 1"),
    "crowded": (looks, "db.py", "'''A.'''\n" + "x = 1\n" * 451),
    "endless": (looks, "db.py", "'''A.'''\ndef f():\n" + "    x = 1\n" * 61),
    "get_": (looks, "db.py", "'''A.'''\ndef get_like(): pass"),
    "handle_": (looks, "db.py", "'''A.'''\nclass A:\n    def _handle_like(self): pass"),
    "Manager": (looks, "db.py", "'''A.'''\nclass LikeManager: pass"),
    "utils": (looks, "utils.py", "'''A.'''"),
    "bare": (looks, "db.py", "'''A.'''\ntry: f()\nexcept: pass"),
    "unknown package": (undeclared, "db.py", "import surprise.parts"),
    "unknown package, from": (undeclared, "db.py", "from surprise import parts"),
    "skipped": (excuses, "../../tests/a.py", "@pytest.mark.skipif(True)\ndef test(): pass"),
    "looked at once": (excuses, "../../tests/a.py", "assert page.get_by_role('alert').is_visible()"),
    "slept": (excuses, "../../tests/a.py", "time.sleep(1)"),
    "broad": (looks, "db.py", "'''A.'''\ntry: f()\nexcept (ValueError, Exception): pass"),
}
GOOD = {
    "known packages": (undeclared, "db.py", "import os.path, flask.views\nfrom afterlike import db\nfrom . import x"),
    "waiting for an answer": (excuses, "../../tests/a.py", "event.wait(1)\nasyncio.sleep(0)"),
    "down": (imports_going_up, "sites/store.py", "from afterlike import tables\nfrom afterlike.web import House"),
    "own room": (imports_going_up, "sites/pages.py", "from afterlike.sites.store import Site"),
    "own room, relative": (imports_going_up, "sites/pages.py", "from . import store\nfrom .store import Site"),
    "others' code": (imports_going_up, "db.py", "import sqlalchemy\nfrom flask import Flask"),
    "own table": (foreign_writes, "collect/a.py", "import sqlalchemy as sa\nsa.insert(tables.likes)"),
    "reading": (foreign_writes, "sites/a.py", "import sqlalchemy as sa\nsa.select(tables.likes)"),
    "own, by id of others": (foreign_writes, "collect/a.py", "sa.update(tables.likes).where(tables.sites.c.id == 1)"),
    "no table at all": (foreign_writes, "sites/a.py", "known = {}\nknown.update(a=1)\ndigest.update(b'x')"),
    "a sentence": (foreign_writes, "sites/a.py", "told = 'We update likes every hour. Delete what you like.'"),
    "docstring": (foreign_writes, "sites/a.py", "'''Never DELETE FROM likes.'''"),
    "door": (doors_with_code, "sites/__init__.py", "'''Door.'''\nfrom afterlike.sites.a import A\n__all__ = ['A']"),
    "plain": (looks, "db.py", "'''A.'''\ndef forget(): pass\nclass Handler:\n    def do_GET(self): pass"),
}


def judged(law, path, source) -> Told:
    return law(f"server/afterlike/{path}", source, *{foreign_writes: [ROOMS], undeclared: [{"flask"}]}.get(law, []))


@pytest.mark.parametrize("sample", BAD.values(), ids=BAD)
def test_a_law_bites(sample):
    assert len(judged(*sample)) == 1


@pytest.mark.parametrize("sample", GOOD.values(), ids=GOOD)
def test_a_law_leaves_good_code_alone(sample):
    assert judged(*sample) == []
