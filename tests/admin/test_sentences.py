"""What is refused in the admin is told in the admin's language: no sentence is raised bare, and values in it do not hide it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, g

import afterlike
from afterlike.errors import stated
from afterlike.sites import says, tongue

PACKAGE = Path(afterlike.__file__).parent
FACING = (  # code whose refusals an admin reads
    "sites/*.py", "asking/*.py", "insight/*.py", "followup/*.py", "catalog/*.py", "me/by_admin.py", "me/many*.py",
    "collect/pages.py", "collect/claim_pages.py", "collect/start.py", "collect/marks.py", "collect/moderation.py",
    "collect/tag*.py", "collect/snippets.py", "endorsers/noting.py", "endorsers/uniting.py", "prompts/flow.py",
    "prompts/fields.py", "prompts/desk.py", "prompts/store.py", "addresses.py", "safefetch.py",
)  # fmt: skip
REFUSALS = {"Invalid", "Refused", "Conflict", "NotFound", "TooMany", "NotSignedIn", "Unavailable", "ValidationError",
            "FetchError", "BadAddress", "NoProof", "_wrong"}
SPOKEN = {"says", "stated", "counts", "for_admins", "marked"}
NO_SENTENCE = {"reason", "retry_after"}
FOR_VISITORS = {"EXPIRED"}  # of every form, in all languages of visitors


def bare(name: str, source: str) -> Iterator[str]:
    """Refusals whose words are not known to the admins' catalogue."""
    tree = ast.parse(source)
    constants = {target.id: node.value for node in tree.body if isinstance(node, ast.Assign)
                 for target in node.targets if isinstance(target, ast.Name)}  # fmt: skip
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and called(node) in REFUSALS:
            given = [*node.args, *(word.value for word in node.keywords if word.arg not in NO_SENTENCE)]
            if called(node) == "_wrong" and given and isinstance(given[0], ast.Constant) and len(node.args) > 1:
                given = given[1:]  # the field that is wrong
            for part in given:
                yield from (f"{name}:{node.lineno} {ast.unparse(one)[:60]}" for one in words(part, constants))
        if isinstance(node, ast.ClassDef) and any(called(base) in REFUSALS | {"AfterlikeError"} for base in node.bases):
            for own in node.body:
                if isinstance(own, ast.Assign) and own.targets[0].id == "sentence":
                    yield from (f"{name}:{own.lineno}" for _ in words(own.value, constants))


def called(node: ast.AST) -> str:
    of = node.func if isinstance(node, ast.Call) else node
    return of.attr if isinstance(of, ast.Attribute) else getattr(of, "id", "")


def words(node: ast.AST, constants: dict[str, ast.AST]) -> Iterator[ast.AST]:
    """The strings of an expression that are somebody's to read and not marked as such."""
    if isinstance(node, ast.Call):
        if called(node) in SPOKEN:
            return
        parts = [*node.args, *(word.value for word in node.keywords)]
    elif isinstance(node, ast.Dict):
        parts = node.values  # its keys are fields
    elif isinstance(node, ast.Name):
        if node.id in constants and node.id not in FOR_VISITORS:
            yield from words(constants[node.id], {})
        return
    elif isinstance(node, ast.JoinedStr) or isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
        yield node
        return
    else:
        parts = list(ast.iter_child_nodes(node))
    for part in parts:
        yield from words(part, constants)


def test_no_refusal_is_raised_in_bare_english():
    files = [path for pattern in FACING for path in sorted(PACKAGE.glob(pattern))]
    found = [told for path in files for told in bare(str(path.relative_to(PACKAGE)), path.read_text("utf-8"))]
    assert found == []


BARE = ['raise Invalid("Too long.")', 'raise Invalid(f"Up to {n}.")', 'X = "Too long."\nraise Invalid(X)',
        'raise Invalid(fields={"name": "Too long."})', 'class Big(AfterlikeError):\n    sentence = "Too long."']  # fmt: skip
FINE = ['raise Invalid(says("Too long."))', 'raise Invalid(stated("Up to {n}.", n=1), reason="too long")', "raise NotFound()",
        'X = for_admins("Too long.")\nraise Invalid(X, fields={"the name": X})']  # fmt: skip


@pytest.mark.parametrize(("source", "is_bare"), [*((one, True) for one in BARE), *((one, False) for one in FINE)])
def test_a_bare_one_is_found(source, is_bare):
    assert bool(list(bare("some.py", source))) is is_bare


TICK = "Tick up to {most} likes and choose hold, reject or restore."


def test_a_sentence_that_is_filled_in_already_is_known_again():
    """As a refusal of the data layer comes, or a problem that was kept."""
    told = stated(TICK, most=200)
    assert tongue.heard(told, "id") == says_in("id", TICK, most=200) != told
    assert tongue.heard(told, "en") == told and tongue.heard("Something else entirely happened.", "id").startswith("Something")
    with Flask(__name__).test_request_context(headers={"Accept-Language": "id"}):
        assert says(told) == says_in("id", TICK, most=200)
        g.admin = None
    with Flask(__name__).test_request_context(headers={"Accept-Language": "en"}):
        assert says(told) == told


def says_in(locale: str, message: str, **given) -> str:
    with Flask(__name__).test_request_context(headers={"Accept-Language": locale}):
        return says(message, **given)


def test_a_value_that_is_a_sentence_of_ours_is_translated_too():
    """`{what} by {admin}` and the like: what stands within is ours or somebody's own words, which stay."""
    inner = says_in("id", "The filters are saved. Every admin of this site sees them.")
    outer = stated("Pictures of {product} could not be read.", product="x")
    assert tongue.heard(outer, "id") == outer, "a sentence that the catalogue does not have stays English"
    assert inner != "The filters are saved. Every admin of this site sees them."
