"""The laws of the house, each a pure function of a file's path and source; test_house.py shows that they bite.

A law answers with sentences about what breaks it; an empty list is a house in order.
"""

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

# Top first. A module imports from floors below its own, never from above, never from a neighbour on its floor.
FLOORS = (
    ("__main__",),
    ("cli",),
    ("demo",),
    ("serve",),
    ("app", "worker"),
    ("me",),
    ("health", "openapi", "erasure"),
    ("collect", "followup", "community", "insight", "asking", "publicity"),
    ("sites", "catalog", "endorsers", "prompts"),
    ("web", "assets"),
    ("journal", "outbox"),
    ("letters",),
    ("wire", "show", "purposes", "chain", "sheet", "honest", "mailcheck"),
    ("signing", "limits", "later", "stream", "safefetch", "words", "mail", "addresses", "markup"),
    ("migrate", "migrations"),
    ("stamp",),
    ("db",),
    ("writer", "hot"),
    ("tables",),
    ("config", "errors", "clock"),
)
FLOOR_OF = {module: number for number, floor in enumerate(FLOORS) for module in floor}

# The only places that may catch everything, each with its reason.
CATCHES_ALL = {
    "server/afterlike/outbox.py": "one bad row must not hold up the others; what it was is kept in the row",
    "server/afterlike/worker.py": "one task that fails must not stop the others; what it was is logged with its name",
    "server/afterlike/writer.py": "somebody waits for an answer, whatever it was, and is told",
}
MOST_LINES = 450
MOST_BODY_LINES = 60
HIDDEN_IMPORTS = {"import_module", "__import__", "import_string", "spec_from_file_location", "run_module", "exec"}
BAD_NAMES = re.compile(r"^_*(get|handle|process)_[a-z]")
BAD_CLASSES = re.compile(r"(Manager|Service|Helper|Utils?)$")
BAD_FILES = re.compile(r"(^|_)(utils?|helpers?|misc|common|managers?|services?)\d*\.(py|js)$")
EXCUSES = re.compile(
    r"pytest(\.mark)?\.(skip|skipif|xfail|importorskip)|time\.sleep|.*\.wait_for_timeout|.*\.is_(visible|hidden|enabled|disabled|checked)"
)
READ_BY_READERS_ONLY = {"journal", "cursors"}

Told = list[str]


parsed = cache(ast.parse)


@cache
def nodes(source: str) -> list[ast.AST]:
    """Every node of a source, which many laws look at."""
    return list(ast.walk(parsed(source)))


# Law 1: imports go down.


def module_of(path: str) -> str:
    """The module on the list that a file of the package belongs to: server/afterlike/sites/store.py -> sites."""
    return path.removeprefix("server/afterlike/").partition("/")[0].removesuffix(".py")


def imported(path: str, source: str) -> Iterator[tuple[int, str]]:
    """Line and top module of every import from the package, wherever it stands in the file."""
    for node in nodes(source):
        names = [name.name for name in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
        if isinstance(node, ast.ImportFrom):
            names = [f"{whole_name(path, node)}.{name}" for name in names]
        yield from ((node.lineno, f"{name}.".split(".")[1]) for name in names if f"{name}.".startswith("afterlike."))


def whole_name(path: str, node: ast.ImportFrom) -> str:
    """The module that is imported from, with the dots of a relative import resolved."""
    above = list(Path(path).parts[1:-1])[: -node.level + 1 or None] if node.level else []
    return ".".join([*above, *([node.module] if node.module else [])])


def imports_going_up(path: str, source: str) -> Told:
    """Imports of the package that do not lead to a floor below; and modules that stand on no floor."""
    here = module_of(path)
    if here == "__init__":
        return [f"{path}:{line} the package itself imports nothing" for line, _ in imported(path, source)]
    if here not in FLOOR_OF:
        return [f"{path} stands on no floor; put {here} on the list in tests/house.py"]
    if path.startswith("server/afterlike/migrations/versions/"):
        return [f"{path}:{line} a migration is frozen and imports no {there}" for line, there in imported(path, source)]
    return [
        f"{path}:{line} {here} imports {there}, which is not on a floor below"
        for line, there in imported(path, source)
        if there not in (here, "__version__") and FLOOR_OF.get(there, -1) <= FLOOR_OF[here]
    ]


def hidden_imports(path: str, source: str) -> Told:
    """Imports inside a function or class, and imports by string."""
    told = {}
    for node in nodes(source):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            inside = (part for part in ast.walk(node) if isinstance(part, ast.Import | ast.ImportFrom))
            told |= {part.lineno: "imports inside a function or class" for part in inside}
        elif isinstance(node, ast.Call) and name_of(node.func) in HIDDEN_IMPORTS:
            told[node.lineno] = f"imports by {name_of(node.func)}"
        elif isinstance(node, ast.Attribute) and ast.unparse(node) == "sys.modules":
            told[node.lineno] = "reaches into sys.modules"
    return [f"{path}:{line} {wrong}" for line, wrong in told.items()]


def name_of(node: ast.expr) -> str:
    """The last part of a dotted name."""
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


# Law 2: a room writes only its own tables.

WRITES = {"insert", "update", "delete"}
WRITERS = re.compile(
    r"sqlalchemy|sqlalchemy(\.\w+)*\.(insert|update|delete|sqlite|postgresql|dialects|dml)|afterlike\.db(\.insert)?"
)
SQL = re.compile(
    r"\b(?:(?:insert(?:\s+or\s+\w+)?|replace|merge)\s+into|delete\s+from|truncate(?:\s+table)?|alter\s+table|drop\s+table"
    r"|update(?:\s+or\s+\w+)?(?=\s+\S+(?:\s+(?:as\s+)?\w+)?\s+set\b))\s+[\"`\[]?([\w{}.]+)",
    re.IGNORECASE,
)


def foreign_writes(path: str, source: str, rooms: dict[str, str]) -> Told:
    """Writes to tables of another room, and writes of which nobody can see where they go."""
    here, told = module_of(path), []
    if here == "migrations":
        return []
    for line, table in written(source):
        if table not in rooms:
            told.append(f"{path}:{line} writes to {table}, of which the house cannot see whose it is")
        elif rooms[table] != here:
            told.append(f"{path}:{line} {here} writes {table}, which belongs to {rooms[table]}")
    return told


def written(source: str) -> Iterator[tuple[int, str]]:
    """Line and table of every write in a file: SQLAlchemy's functions and methods, db.insert, and SQL in strings."""
    tree = parsed(source)
    known, writers = table_names(tree), writing_names(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from ((node.lineno, table) for table in written_by(node, known, writers))
    for line, text in strings(tree):
        yield from ((line, found[1].strip(".").rpartition(".")[2]) for found in SQL.finditer(text))


def written_by(call: ast.Call, known: dict[str, set[str]], writers: set[str]) -> set[str]:
    if isinstance(call.func, ast.Name):
        return targets(call, known) if call.func.id in writers else set()
    if name_of(call.func) not in WRITES:
        return set()
    of = call.func.value
    if ast.unparse(of) in writers or ast.unparse(of).split(".")[0] in writers:
        return targets(call, known)
    return tables_in(of, known)


def targets(call: ast.Call, known: dict[str, set[str]]) -> set[str]:
    found = [tables_in(argument, known) for argument in [*call.args, *(word.value for word in call.keywords)]]
    return set().union(*found) or {f"`{ast.unparse(call)[:60]}`"}


def tables_in(node: ast.expr, known: dict[str, set[str]]) -> set[str]:
    """The tables that an expression names by itself: `tables.likes`, a name that stands for some, a choice of two."""
    if isinstance(node, ast.Attribute) and ast.unparse(node.value) in ("tables", "afterlike.tables"):
        return {node.attr}
    if isinstance(node, ast.Name):
        return known.get(node.id, set())
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        return set().union(*(tables_in(part, known) for part in node.elts))
    if isinstance(node, ast.Dict):
        return set().union(*(tables_in(part, known) for part in node.values))
    if isinstance(node, ast.IfExp):
        return tables_in(node.body, known) | tables_in(node.orelse, known)
    return tables_in(node.value, known) if isinstance(node, ast.Subscript) else set()


def table_names(tree: ast.AST) -> dict[str, set[str]]:
    """What a file's names stand for: imports from tables, assignments, loops over tuples of tables."""
    known: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "afterlike.tables":
            known |= {name.asname or name.name: {name.name} for name in node.names}
    for node in ast.walk(tree):
        for target, value in bindings(node):
            if isinstance(target, ast.Name) and (found := tables_in(value, known)):
                known[target.id] = known.get(target.id, set()) | found
    return known


def bindings(node: ast.AST) -> list[tuple[ast.expr, ast.expr]]:
    if isinstance(node, ast.Assign):
        pairs = [(target, node.value) for target in node.targets]
        return [pair for target, value in pairs for pair in unpacked(target, value)]
    if isinstance(node, ast.For | ast.comprehension):
        return [(node.target, node.iter)]
    return [(node.target, node.value)] if isinstance(node, ast.NamedExpr | ast.AnnAssign) and node.value else []


def unpacked(target: ast.expr, value: ast.expr) -> list[tuple[ast.expr, ast.expr]]:
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        return list(zip(target.elts, value.elts, strict=False))
    return [(target, value)]


def writing_names(tree: ast.Module) -> set[str]:
    """Names that write when called (`insert`), or whose insert, update and delete do (`sa`, `postgresql`, `db`)."""
    return {
        (name.asname or name.name).split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in node.names
        if WRITERS.fullmatch(f"{node.module}.{name.name}" if isinstance(node, ast.ImportFrom) else name.name)
    }


def strings(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every string but docstrings; what an f-string fills in reads {}."""
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    inner = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield node.lineno, "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs | inner:
            yield node.lineno, node.value


# Law 3: what follows from an event is read through the journal's door.


def journal_read_past_its_door(path: str, source: str) -> Told:
    """Uses of the journal's own tables outside journal.py."""
    if module_of(path) in ("journal", "tables", "migrations"):
        return []
    tree = parsed(source)
    dotted = ((node.lineno, tables_in(node, {})) for node in ast.walk(tree) if isinstance(node, ast.Attribute))
    brought = ((1, table_names(node)) for node in tree.body if isinstance(node, ast.ImportFrom))
    return [
        f"{path}:{line} reads {', '.join(found)} itself; follow the journal with a reader"
        for line, names in (*dotted, *((line, set().union(*names.values())) for line, names in brought))
        if (found := names & READ_BY_READERS_ONLY)
    ]


# How a file looks.


def doors_with_code(path: str, source: str) -> Told:
    """A package's __init__.py holds a docstring, re-exports of its own files and __all__; nothing else."""
    if not path.endswith("/__init__.py"):
        return []
    own = path.removeprefix("server/").removesuffix("/__init__.py").replace("/", ".")
    return [
        f"{path}:{node.lineno} a door holds re-exports of its own room only"
        for node in parsed(source).body[1:]
        if not (isinstance(node, ast.ImportFrom) and f"{node.module}.".startswith(f"{own}."))
        and not (isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in ("__all__", "__version__"))
    ]


def looks(path: str, source: str) -> Told:
    """A sentence at the top, no crowded file, no endless body, no name from the not-list, no catching of everything."""
    if "/migrations/" in path:
        return []  # made by alembic, as long as the schema, never changed again
    tree = parsed(source)
    told = [] if (ast.get_docstring(tree) or "").strip() else [f"{path} does not say in its first line what it is for"]
    if source.count("\n") > MOST_LINES:
        told.append(f"{path} has over {MOST_LINES} lines")
    if BAD_FILES.search(Path(path).name):
        told.append(f"{path} is named after nothing")
    for node in ast.walk(tree):
        told += [f"{path}:{node.lineno} {wrong}" for wrong in wrong_with(node, path)]
    return told


def wrong_with(node: ast.AST, path: str) -> Iterator[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        if body_lines(node) > MOST_BODY_LINES:
            yield f"{node.name} is longer than {MOST_BODY_LINES} lines"
        if BAD_NAMES.match(node.name):
            yield f"{node.name} says no more than that it does something"
    elif isinstance(node, ast.ClassDef) and BAD_CLASSES.search(node.name):
        yield f"{node.name} is named after nothing"
    elif isinstance(node, ast.ExceptHandler) and catches_all(node) and path not in CATCHES_ALL:
        yield "catches everything; name what can be told"


def body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0


def catches_all(node: ast.ExceptHandler) -> bool:
    kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
    return any(kind is None or name_of(kind) in ("Exception", "BaseException") for kind in kinds)


def excuses(path: str, source: str) -> Told:
    """Tests that skip, expect to fail, sleep, or look at a page once where expect() would wait: races, and missing parts."""
    named = (node for node in nodes(source) if isinstance(node, ast.Attribute))
    return [f"{path}:{node.lineno} {ast.unparse(node)}" for node in named if EXCUSES.fullmatch(ast.unparse(node))]


def undeclared(path: str, source: str, declared: set[str]) -> Told:
    """Imports of packages that setup.cfg does not ask for; `declared` holds names as they are imported."""
    told = []
    for node in nodes(source):
        names = [name.name for name in node.names] if isinstance(node, ast.Import) else []
        names += [node.module] if isinstance(node, ast.ImportFrom) and not node.level else []
        tops = {name.split(".")[0] for name in names} - sys.stdlib_module_names - declared - {"afterlike"}
        told += [f"{path}:{node.lineno} imports {top}, which setup.cfg does not ask for" for top in sorted(tops)]
    return told
