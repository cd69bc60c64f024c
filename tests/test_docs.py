"""The docs are kept by tests: what the code has is written down, what the docs name is there."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from afterlike import app, cli, collect, config, journal, prompts

ROOT = Path(__file__).resolve().parents[1]
INLINE, FENCE = re.compile(r"(`+)(?!`)(.+?)(?<!`)\1(?!`)"), re.compile(r"^( *)(```+|~~~+).*?\n(.*?)^\1\2", re.M | re.S)
LINK = re.compile(
    r"\[(?:[^\[\]]|\[[^\]]*\])*\]\(\s*<?([^)\s>]+)>?(?:\s+[\"'][^)]*)?\)"  # [words](target "title")
    r"|^\[[^\]]+\]:\s*(\S+)"  # [words]: target
    r"|(?:src|href)=\"([^\"]+)\"",
    re.M,
)

# Built from pieces, so that this file does not hold what it looks for.
REGISTRIES = ["registry.npm" + "js", "npm" + "js.com", "py" + "pi.org", "python" + "hosted", "deb." + "debian.org"]
OUR_MACHINES = re.compile(r"(?<![\w.])/(?:" + "|".join(["wo" + "rk", "ro" + "ot", "fa" + "rm"]) + r")/")
SCRATCH = re.compile(r"(?<![\w.])/" + "tm" + r"p/")
DOWNLOADS = re.compile(r"\"resolved\": *\"" + "http")


def text(path: str) -> str:
    """A page of the docs; one that is missing is empty, so that the test can say what it should hold."""
    file = ROOT / path
    return file.read_text("utf-8") if file.is_file() else ""


def committed() -> list[Path]:
    """Everything that is or would be committed."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout.decode().split("\0")
    return sorted(path for name in set(listed) - {""} if (path := ROOT / name).is_file())


def pages() -> list[Path]:
    return [path for path in committed() if path.suffix == ".md"]


def code(page: str) -> Iterator[str]:
    """The lines of a page that are code: fenced blocks without their comments, and inline spans."""
    for block in FENCE.finditer(page):
        yield from (line for line in block[3].splitlines() if not line.lstrip().startswith("#"))
    yield from (span[2] for span in INLINE.finditer(FENCE.sub("", page)))


def named(page: str, word: str) -> bool:
    """Whether a page names a word by itself, not as a part of another."""
    return re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", page) is not None


def all_named(words, where: str) -> None:
    page = text(where)
    none(word for word in words if not named(page, word))


def none(wrong) -> None:
    """Fails with one line for each thing that is wrong."""
    told = sorted(wrong)
    if told:
        pytest.fail("\n".join(told), pytrace=False)


def test_every_setting_is_in_the_settings_page():
    all_named((setting.name for setting in config.SETTINGS), "docs/settings.md")


def test_every_setting_in_the_docs_exists():
    known = {setting.name for setting in config.SETTINGS}
    found = {name for page in pages() for name in re.findall(r"\bAFTERLIKE_[A-Z_]*[A-Z]\b", page.read_text("utf-8"))}
    none(found - known)


def face_lines() -> list[tuple[str, str, str]]:
    """Each face as the docs should hold it, `GET /v1/counts`, and in which page."""
    return [(face.method, face.path, page_of(face.path)) for face in app.FACES]


def page_of(path: str) -> str:
    if path == "/me" or path.startswith(("/me/", "/confirm/", "/stop/", "/p/")):
        return "docs/me.md"
    return "docs/api.md" if public(path) else "docs/admin.md"


def public(path: str) -> bool:
    return path.startswith((
        "/v1/", "/s/", "/webmention/", "/said/", "/quotes/", "/feeds/", "/to/", "/w.js", "/static/", "/healthz", "/readyz",
        "/metrics",
    ))


def written_plainly(path: str) -> str:
    """A route without Flask's converters: /s/<path:token> is written /s/{token}."""
    return re.sub(r"<(?:[^:<>]+:)?(\w+)>", r"{\1}", path)


def test_every_face_is_in_the_docs():
    lost = []
    for method, path, page in face_lines():
        lines = [line for line in text(page).splitlines() if named(line, method)]
        if not any(written_plainly(path) in spans(line) for line in lines):
            lost.append(f"{method} {written_plainly(path)} is not in {page}")
    none(lost)


def spans(line: str) -> set[str]:
    """The words of a line's code, without what follows a question mark: {`GET /v1/counts?site=`} has /v1/counts."""
    inside = [span[2] for span in INLINE.finditer(line)] or [line]
    return {word.partition("?")[0] for span in inside for word in span.split()}


def test_every_kind_of_the_journal_is_among_the_words():
    all_named(journal.KINDS, "docs/words.md")


def test_every_card_type_is_in_the_prompts_page():
    all_named(prompts.CARD_TYPES, "docs/prompts.md")


def test_every_reason_to_refuse_is_in_the_api_page():
    all_named(collect.REASONS, "docs/api.md")


def sources() -> dict[str, str]:
    return {path.name: path.read_text("utf-8") for path in (ROOT / "widget").glob("*.js")}


def test_every_option_of_the_tag_is_in_the_embed_page():
    """Each is read from `dataset`, as dataset.name or by taking it apart."""
    told = set()
    for name in ("main.js", "own.js"):
        told |= set(re.findall(r"dataset\.(\w+)", sources()[name]))
        for inside in re.findall(r"const \{([^}]*)\} = (?:script\.)?dataset", sources()[name]):
            told |= set(re.findall(r"(\w+)(?: = [^,]*)?(?:,|$)", inside.strip()))
    assert {"site", "cardTarget", "shape"} <= told
    all_named(("data-" + re.sub("[A-Z]", lambda found: f"-{found[0].lower()}", name) for name in told), "docs/embed.md")


def test_every_method_and_event_of_the_widget_is_in_the_embed_page():
    methods = re.findall(r"^export (?:async )?(?:function|const) (\w+)", sources()["api.js"], re.M)
    page = text("docs/embed.md")
    none(f"Afterlike.{method} is missing" for method in methods if f"`Afterlike.{method}(" not in page)
    names = set(re.findall(r"afterlike:(\w+)'", "".join(sources().values())))
    names |= set(re.findall(r"tell\((?:\w+, )'(\w+)'", "".join(sources().values()))) | {"like", "unlike"}
    assert {"ready", "details", "next", "error"} <= names
    all_named((f"afterlike:{name}" for name in names), "docs/embed.md")


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z][a-z-]*):", text("Makefile"), re.M))


def test_every_make_target_in_the_docs_exists():
    told = {
        target
        for page in pages()
        for line in code(page.read_text("utf-8"))
        for words in re.findall(r"(?:^|[\s;&])make((?: [a-z][a-z-]*)+)", line)
        for target in words.split()
    }
    none(told - make_targets())
    assert {"run", "test"} <= told


def commands_told() -> set[str]:
    lines = [line for page in pages() for line in code(page.read_text("utf-8"))]
    return {found for line in lines for found in re.findall(r"(?:^|[\s/;|&(])afterlike ([a-z][a-z-]*)", line)}


def test_the_commands_in_the_docs_are_the_commands_there_are():
    assert sorted(commands_told()) == sorted(cli.main.commands)


def targets_of(page: Path) -> Iterator[str]:
    body = INLINE.sub("", FENCE.sub("", page.read_text("utf-8")))
    for link in LINK.finditer(body):
        yield next(part for part in link.groups() if part)


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as code hosts make them."""
    heads = re.findall(r"^#{1,6} (.+?)#*$", FENCE.sub("", page.read_text("utf-8")), re.M)
    plain = (re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", head).strip().lower() for head in heads)
    return {re.sub(r"[^\w\- ]", "", head).replace(" ", "-") for head in plain}


def test_links_between_pages_lead_somewhere():
    lost = []
    for page in pages():
        for target in targets_of(page):
            path, _, anchor = target.partition("#")
            there = (page.parent / path).resolve() if path else page
            if re.match(r"[a-z][a-z+.-]*:|//", target) or path.startswith("/"):
                continue
            if not there.exists() or (anchor and there.suffix == ".md" and anchor not in anchors(there)):
                lost.append(f"{page.relative_to(ROOT)} links to {target}")
    none(lost)


def private(line: str, *, in_docs: bool) -> bool:
    """Whether a line tells of the machine it was written on, or where packages were fetched from."""
    return bool(
        OUR_MACHINES.search(line)
        or DOWNLOADS.search(line)
        or any(host in line for host in REGISTRIES)
        or (in_docs and SCRATCH.search(line))
    )


def test_no_file_tells_of_our_machines():
    told = []
    for path in committed():
        try:
            lines = path.read_text("utf-8").splitlines()
        except UnicodeDecodeError:
            continue  # a picture
        at = path.relative_to(ROOT)
        told += [f"{at}:{n}" for n, line in enumerate(lines, 1) if private(line, in_docs=path.suffix == ".md")]
    none(told)


@pytest.mark.parametrize("line", [
    "see /ro" + "ot/notes", "cd /wo" + "rk/main", '"resolved": "ht' + 'tps://x"', "https://py" + "pi.org/simple",
    "`/tm" + "p/probe`",
])  # fmt: skip
def test_what_tells_of_a_machine_is_found(line):
    assert private(line, in_docs=True)


@pytest.mark.parametrize("line", ["make work", "https://shop.test/root/a", "docs/work/", "PyPI", "/v1/likes"])
def test_what_tells_nothing_is_left_alone(line):
    assert not private(line, in_docs=True)


def test_code_is_told_from_prose(tmp_path):
    page = "Run `make run` or make coffee.\n\n```sh\n# make tea\nmake test\n```\nA [link](a.md#b) and `[no](link)`.\n"
    (tmp_path / "page.md").write_text(page)
    assert list(code(page)) == ["make test", "make run", "[no](link)"]
    assert list(targets_of(tmp_path / "page.md")) == ["a.md#b"]
