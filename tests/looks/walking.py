"""A walk over the pages of a running product: from some addresses along every link, a few pages of each face."""

import re
from collections import Counter
from collections.abc import Iterator

from admin.desk import Desk, Reply
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule

from afterlike.app import FACES

MOST = 600
NO_PAGES = re.compile(
    r"\.(csv|jsonl?|svg|css|js|html|atom|webp)$|/latest$|/charts/|^/(v1|static|metrics|healthz|readyz|w\.js|to|webmention)\b"
)
RULES = Map([Rule(face.path, endpoint=face.path, methods=[face.method]) for face in FACES])
# Every face that is a page of its own; "/" only leads on.
PAGES = {face.path for face in FACES if face.method == "GET" and not NO_PAGES.search(face.path)} - {"/"}


def face_of(path: str) -> str:
    """The face that a path belongs to, or the path's first two parts (pages that only the demo has)."""
    try:
        return RULES.bind("shop").match(path.partition("?")[0], "GET")[0]
    except HTTPException:
        return "/".join(path.partition("?")[0].split("/")[:3])


def links(reply: Reply) -> list[str]:
    """What the page links to and what its forms by GET would ask for, in order."""
    return [link.replace("&amp;", "&") for link in re.findall(r'(?:href|action|src)="(/[^"#]*)', reply.text)]


def walked(desk: Desk, *first: str, many: int = 3, within: str = "/") -> Iterator[tuple[str, Reply]]:
    """Breadth first from these paths, and so many pages of each face, however many links lead there."""
    waiting, seen, faces = list(first), set(), Counter()
    while waiting and len(seen) < MOST:
        path = waiting.pop(0)
        if path in seen or NO_PAGES.search(path.partition("?")[0]) or faces[face_of(path)] >= many:
            continue
        seen.add(path)
        reply = desk.get(path)
        if "text/html" in reply.headers.get("Content-Type", ""):
            faces[face_of(path)] += 1
            yield path, reply
            waiting += [link for link in links(reply) if link.startswith(within)]
