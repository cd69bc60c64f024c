"""What an admin typed, read into a flow; or what is wrong with it, each sentence by the field it belongs to."""

import re
import unicodedata

from afterlike import prompts
from afterlike.asking.draft import LISTS, Draft, drafted
from afterlike.asking.places import Wrong
from afterlike.errors import Invalid
from afterlike.purposes import PURPOSES
from afterlike.show import language
from afterlike.sites import says


def read(draft: Draft) -> tuple[dict, Wrong]:
    """The checked flow of a draft, and nothing wrong; or what was read of it, and field -> sentence."""
    reader = Reader(draft)
    flow = reader.flow()
    try:
        return prompts.checked(flow), reader.wrong
    except Invalid as refused:
        return flow, {_field(path, draft): sentence for path, sentence in refused.fields.items()} | reader.wrong


def gaps(flow: dict, default: str) -> Wrong:
    """The texts of a checked flow that are not written in each of its languages."""
    return read(drafted(flow, default))[1]


def _field(path: str, draft: Draft) -> str:
    """The form's name for a path of the flow: patterns share a field, boxes go by their purpose."""
    path = re.sub(r"^(when\.\w+)\.\d+$", r"\1", path)
    box = re.fullmatch(r"cards\.(\d+)\.boxes\.(\d+)(.*)", path)
    if box is None:
        return path
    ticked = [purpose for purpose, one in draft["cards"][int(box[1])]["boxes"].items() if one["on"]]
    return f"cards.{box[1]}.boxes.{ticked[int(box[2])]}{box[3]}"


class Reader:
    """Reads one draft; `wrong` gathers what only a form can get wrong. None stands for what was left empty."""

    def __init__(self, draft: Draft):
        self.draft, self.languages, self.wrong = draft, draft["languages"], {}

    def flow(self) -> dict:
        draft, when = self.draft, self.draft["when"]
        nth = {end: self.number(text) for end, text in when["nth_like"].items()}
        return {
            **{name: draft[name].strip() or None for name in ("key", "name", "kind", "starts_at", "ends_at", "url")},
            **{name: self.number(draft[name]) for name in ("recontact_days", "again_after_answer_days", "quota")},
            "sample": self.sample(draft["sample"]),
            "when": {name: self.lines(when[name]) for name in LISTS} | {"visitors": when["visitors"] or None, "nth_like": nth},
            **{name: self.words(draft[name], name) for name in ("text", "thanks")},
            "cards": [self.card(card, f"cards.{place}") for place, card in enumerate(draft["cards"])],
        }

    def card(self, card: Draft, path: str) -> dict:
        made = {"key": card["key"], "type": card["type"]}
        readers = {"words": self.words, "flag": self.flag, "number": self.number_at, "list": self.many, "part": self.other}
        for name, kind in prompts.parts(card["type"]).items():
            made[name] = readers.get(kind, self.line)(card[name], f"{path}.{name}")
        return made

    def words(self, texts: dict, path: str) -> dict | None:
        """Written in all languages or in none; with none it is ours, where one of ours stood there."""
        written = {code: texts[code] for code in self.languages if texts.get(code, "").strip()}
        if not written:
            return {"built_in": texts["built_in"]} if texts.get("built_in") else None
        for code in self.languages:
            if code not in written:
                self.wrong[f"{path}.{code}"] = says("Write this in {language} too.", language=language(code))
        return written

    def many(self, found: list | dict, path: str) -> list:
        return self.boxes(found, path) if isinstance(found, dict) else self.options(found, path)

    def options(self, options: list[Draft], path: str) -> list[dict]:
        taken: set[str] = set()
        made = []
        for place, option in enumerate(options):
            key = option["key"] or prompts.free_key(slug(option["text"], self.languages) or f"option-{place + 1}", taken)
            taken.add(key)
            more = {name: value.strip() or None for name, value in option.items() if name not in ("key", "text")}
            made.append({"key": key, "text": self.words(option["text"], f"{path}.{place}.text")} | more)
        return made

    def boxes(self, boxes: dict, path: str) -> list[dict]:
        return [
            {"purpose": purpose, "text": self.words(boxes[purpose]["text"], f"{path}.{purpose}.text")}
            for purpose in PURPOSES if boxes[purpose]["on"]
        ]

    def other(self, other: dict, path: str) -> dict | None:
        names = ("text", "placeholder")
        return {name: self.words(other[name], f"{path}.{name}") for name in names} if other["on"] else None

    def sample(self, text: str) -> float | None:
        try:
            share = float(text.replace(",", ".")) / 100 if text.strip() else 1.0
        except ValueError:
            share = -1
        if not 0 <= share <= 1:
            self.wrong["sample"] = says("Write a share from 0 to 100.")
            return None
        return share

    def number_at(self, text: str, _path: str) -> int | str | None:
        return self.number(text)

    @staticmethod
    def number(text: str) -> int | str | None:
        """What is no number stays as it is, for the check to tell."""
        plain = text.strip()
        return int(plain) if re.fullmatch(r"\d{1,12}", plain, re.ASCII) else plain or None

    @staticmethod
    def flag(text: str, _path: str) -> bool:
        return bool(text)

    @staticmethod
    def line(text: str, _path: str) -> str | None:
        return text.strip() or None

    @staticmethod
    def lines(text: str) -> list[str]:
        return [line.strip() for line in text.splitlines() if line.strip()]


def slug(texts: dict, languages: list[str]) -> str:
    """A key made of an option's words: "Das Aussehen" is das-aussehen; empty where they have no Latin letters."""
    text = next((texts[code] for code in languages if texts.get(code, "").strip()), "")
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:36].strip("-")
