"""Pages of shops and of what is no shop, with what a visitor reads on each, and how far the widget reads the same.

A folder holds `NAME.html` and one `expected.json`; docs/detection.md says what stands in it.
"""

import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from urllib.parse import quote, unquote, urljoin, urlsplit

SHOPS = Path(__file__).parent / "shops"
TAG = '<script async src="{collector}/w.js" data-site="{site}"></script>'
FIELDS = ("title", "url", "price", "currency", "availability", "sku", "brand", "image", "category")
PICTURES = re.compile(r"[^\s\"'(),;=\\]+\.(?:jpe?g|png|webp|gif|avif)\b", re.I)
HEAD_ENDS = re.compile(r"<script\b.*?</script|<!--.*?-->|(</head>|<body|\Z)", re.I | re.S)
PICTURE = bytes.fromhex("47494638396101000100800000c0c0c000000021f90401000000002c00000000010001000002024401003b")
ORDER = {"product": 0, "list": 1, "none": 2}

Product = Mapping[str, str | None]


@dataclass(frozen=True)
class ShopPage:
    """One page: its HTML, the address it has in its shop, and the products that are for sale there."""

    name: str
    source: str
    at: str
    kind: str
    products: tuple[dict, ...] = ()

    @property
    def path(self) -> str:
        """As a browser asks for it."""
        return quote(urlsplit(self.at).path, safe="/%:@!$&'()*+,;=~")

    @property
    def query(self) -> str:
        return f"?{query}" if (query := urlsplit(self.at).query) else ""

    @property
    def home(self) -> str:
        """The shop's own origin; empty where the page names none."""
        parts = urlsplit(self.at)
        return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""

    def shelves(self, origin: str) -> dict[str, str | bytes]:
        """What a test shop on this origin holds for the page: itself, with the widget's tag, and its pictures."""
        text = self._moved(origin)
        pictures = {urlsplit(html.unescape(one)).path: PICTURE for one in PICTURES.findall(text)}
        # What a script on the page says of a body is not the body.
        at = next(one.start(1) for one in HEAD_ENDS.finditer(text) if one[1] is not None)
        return pictures | {self.path: text[:at] + TAG + text[at:]}

    def _moved(self, origin: str) -> str:
        if not self.home:
            return self.source
        plain = self.source.replace(self.home, origin)
        return plain.replace(self.home.replace("/", "\\/"), origin.replace("/", "\\/"))

    def comparable(self, name: str, value: str | None, origin: str = "") -> object:
        """A field's value in the form in which two of them are the same; `origin` is where the page was moved to."""
        if value is None:
            return None
        if name == "price":
            return number(value)
        if name in ("url", "image"):
            address = unquote(urljoin(self.at, value.replace(origin, self.home) if origin else value))
            return urlsplit(address).path if name == "image" else address.partition("#")[0]
        return " ".join(value.split()).casefold()

    def agrees(self, name: str, due: Product, told: Product, origin: str) -> bool:
        """Whether the widget tells what is expected; a list of values accepts any of them."""
        accepted = due[name] if isinstance(due[name], list) else [due[name]]
        return self.comparable(name, told.get(name), origin) in [self.comparable(name, one) for one in accepted]

    def pairs(self, found: list[Product], origin: str) -> Iterator[tuple[dict, Product | None, bool]]:
        """Each expected product with the found one that is it, and whether it truly is.

        On a product page a button for something else is taken for the main one's, and all its fields are wrong.
        """
        free, pairs = list(found), {}
        for names in (("title", "url"), ("url",), ("title",)):
            for number, due in enumerate(self.products):
                match = next((one for one in free if self._alike(names, due, one, origin)), None)
                if number not in pairs and match is not None:
                    pairs[number] = match
                    free.remove(match)
        for number, due in enumerate(self.products):
            other = free[0] if self.kind == "product" and free else None
            yield due, pairs.get(number, other), number in pairs

    def _alike(self, names: tuple[str, ...], due: Product, told: Product, origin: str) -> bool:
        return all(name in due and self.agrees(name, due, told, origin) for name in names)

    def wrong(self, found: list[Product], origin: str, fields=FIELDS) -> dict[str, str]:
        """What differs, by `page.field`, each with a sentence."""
        told = {}
        if len(found) != len(self.products):
            titles = ", ".join(str(one.get("title")) for one in found)
            told["buttons"] = [f"expected {len(self.products)}, got {len(found)}: {titles}"]
        for due, got, _ in self.pairs(found, origin):
            for name in fields:
                if got is not None and name in due and not self.agrees(name, due, got, origin):
                    told.setdefault(name, []).append(f"expected {due[name]}, got {got.get(name)}")
        return {f"{self.name}.{name}": "; ".join(said) for name, said in told.items()}


def number(text: str) -> Decimal | str:
    """A price as a number; what is none stays what it is."""
    try:
        return Decimal(text)
    except InvalidOperation:
        return text


def shop_pages(folder: Path = SHOPS) -> list[ShopPage]:
    """All pages of a folder, product pages first."""
    expected = json.loads((folder / "expected.json").read_text("utf-8"))
    made = [one_page(folder, name, **told) for name, told in expected.items()]
    return sorted(made, key=lambda one: (ORDER[one.kind], one.name))


def one_page(folder: Path, name: str, *, kind: str, at: str = "", products=()) -> ShopPage:
    """One entry of expected.json; a page that tells no address gets its file's name."""
    source = (folder / f"{name}.html").read_text("utf-8", "replace")
    return ShopPage(name, source, at or f"/{name}.html", kind, tuple(products))


@dataclass
class Tally:
    """How often a field was due, told and right."""

    due: int = 0
    told: int = 0
    right: int = 0

    @property
    def precision(self) -> float | None:
        return self.right / self.told if self.told else None

    @property
    def recall(self) -> float | None:
        return self.right / self.due if self.due else None

    @property
    def f1(self) -> float | None:
        return 2 * self.right / (self.due + self.told) if self.due + self.told else None


@dataclass
class Scores:
    """The tallies over many pages, by kind of page and field; `pages` and `marked` count pages, and those with a button."""

    tallies: dict[tuple[str, str], Tally] = field(default_factory=dict)
    pages: dict[str, int] = field(default_factory=dict)
    marked: dict[str, int] = field(default_factory=dict)

    def add(self, page: ShopPage, found: list[Product], origin: str) -> None:
        self.pages[page.kind] = self.pages.get(page.kind, 0) + 1
        self.marked[page.kind] = self.marked.get(page.kind, 0) + bool(found)
        buttons = self.of(page.kind, "button")
        buttons.told += len(found)
        for due, got, truly in page.pairs(found, origin):
            buttons.due += 1
            buttons.right += truly
            for name in FIELDS:
                if name in due:
                    self._count(page, name, due, got, origin)

    def _count(self, page: ShopPage, name: str, due: Product, got: Product | None, origin: str) -> None:
        tally, told = self.of(page.kind, name), got is not None and got.get(name) is not None
        # Where nothing is right too, only a value that is told was due.
        tally.due += told and due[name] is not None or None not in (due[name] if isinstance(due[name], list) else [due[name]])
        if told:
            tally.told += 1
            tally.right += page.agrees(name, due, got, origin)

    def of(self, kind: str, name: str) -> Tally:
        return self.tallies.setdefault((kind, name), Tally())
