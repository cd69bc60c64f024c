"""A form of the editor as a browser sends it: all fields of the page, changed as an admin would."""

import html
import re

from admin.desk import Desk, Reply

FIELD = re.compile(r"<(input|textarea|select)\b([^>]*)>(?:\n?(.*?)</\1>)?", re.S)
OPTION = re.compile(r'<option value="([^"]*)"( selected)?>')


def fields(page: Reply) -> list[tuple[str, str]]:
    """(name, value) of every field of the editor's form, as it stands."""
    form = page.text[page.text.index('<form class="editor"'):]
    form, found = form[:form.index("</form>")], []
    for kind, told, inside in FIELD.findall(form):
        name = html.unescape(_of(told, "name"))
        if kind == "select":
            options = OPTION.findall(inside)
            found.append((name, html.unescape(next((value for value, chosen in options if chosen), options[0][0]))))
        elif kind == "textarea":
            found.append((name, html.unescape(inside)))
        elif "checkbox" not in told or " checked" in told:
            found.append((name, html.unescape(_of(told, "value"))))
    return [(name, value) for name, value in found if name not in ("proof", "newest")]


def _of(told: str, name: str) -> str:
    found = re.search(rf'{name}="([^"]*)"', told)
    return found[1] if found else ""


def send(desk: Desk, path: str, page: Reply, *, do: str = "save", without: tuple = (), more: tuple = (), **changed) -> Reply:
    """Presses a button of the form on `page`; names of changed fields have __ for a point."""
    changes = {name.replace("__", "."): value for name, value in changed.items()}
    kept = [(name, value) for name, value in fields(page) if name not in changes and name not in without]
    return desk.post(path, *kept, *changes.items(), *more, do=do)


def said(page: Reply, name: str) -> str:
    """The sentence beside a field."""
    found = re.search(rf'<span class="wrong" id="{re.escape(name)}-wrong">([^<]+)', page.text)
    return html.unescape(found[1]) if found else ""
