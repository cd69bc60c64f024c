"""The fields of a flow: how each kind of value is read, and the sentence for its author when it cannot be."""

import re
from datetime import UTC, datetime, timedelta

from babel import Locale, UnknownLocaleError
from marshmallow import ValidationError, fields

from afterlike import words
from afterlike.errors import stated

MOST_LANGUAGES = 20

KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
LANGUAGE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,2}")
RECALL = re.compile(r"\{[^{}\s]{1,40}\}")
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
MOMENT = re.compile(r"2[01]\d\d-\d\d-\d\d(T\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?)?", re.ASCII)


class Words(fields.Field):
    """A text for visitors: plain, one for each language, or the name of a built-in one. `fills` is what it may recall."""

    def __init__(self, most: int, *, fills: str = "{product}", **more):
        super().__init__(**more)
        self.most, self.fills = most, fills

    def _deserialize(self, value, attr, data, **more) -> str | dict:
        if isinstance(value, str):
            return _line(value, self.most, fills=self.fills)
        if isinstance(value, dict) and "built_in" in value:
            return _built_in(value, self.fills)
        if isinstance(value, dict) and 0 < len(value) <= MOST_LANGUAGES:
            return self._by_language(value)
        raise ValidationError(stated('Write a text, or one for each language: {"en": "…", "id": "…"}.'))

    def _by_language(self, value: dict) -> dict:
        made, wrong = {}, {}
        for code, text in value.items():
            try:
                made[language(code)] = _line(text, self.most, fills=self.fills)
            except ValidationError as error:
                wrong[code] = error.messages
        if len(made) + len(wrong) < len(value):
            wrong["_schema"] = [stated("A language stands here twice.")]
        if wrong:
            raise ValidationError(wrong)
        return dict(sorted(made.items()))


class Line(fields.Field):
    """A text for the owner, or a pattern."""

    def __init__(self, most: int, **more):
        super().__init__(**more)
        self.most = most

    def _deserialize(self, value, attr, data, **more) -> str:
        return _line(value, self.most)


class Key(fields.Field):
    def _deserialize(self, value, attr, data, **more) -> str:
        if not isinstance(value, str) or not KEY.fullmatch(value):
            raise ValidationError(stated("Use up to 40 small letters, digits, - and _, like first-like."))
        return value


class Language(fields.Field):
    def _deserialize(self, value, attr, data, **more) -> str:
        return language(value)


class Flag(fields.Field):
    def _deserialize(self, value, attr, data, **more) -> bool:
        if not isinstance(value, bool):
            raise ValidationError(stated("Must be true or false."))
        return value


class Share(fields.Field):
    def _deserialize(self, value, attr, data, **more) -> float:
        if type(value) not in (int, float) or not 0 <= value <= 1:
            raise ValidationError(stated("Must be a number from 0 to 1; 0.25 asks one visitor in four."))
        return float(value)


class Moment(fields.Field):
    def _deserialize(self, value, attr, data, **more) -> str:
        try:
            if isinstance(value, str) and MOMENT.fullmatch(value):
                moment(value, closing=True)
                return value
        except ValueError:
            pass
        raise ValidationError(stated("Must be a day like 2026-01-31 or a moment like 2026-01-31T18:00+01:00."))


def moment(text: str, *, closing: bool = False) -> int:
    """Milliseconds UTC of `2026-01-31` or `2026-01-31T18:00+01:00`; UTC where no offset stands.

    `closing` takes a bare date to its end: a prompt that ends on the 31st is still asked on the 31st.
    """
    read = datetime.fromisoformat(text)
    read = read if read.tzinfo else read.replace(tzinfo=UTC)
    if closing and len(text) == len("2026-01-31"):
        read += timedelta(days=1)
    return round(read.timestamp() * 1000)


def language(code) -> str:
    """`pt_br` as `pt-BR`; raises ValidationError for what is no language Babel knows."""
    if not isinstance(code, str) or not LANGUAGE.fullmatch(code):
        raise ValidationError(stated("Must be a language like en, id or pt-BR."))
    first, *rest = code.replace("_", "-").split("-")
    made = "-".join([first.lower(), *(part.upper() if len(part) < 4 else part.title() for part in rest)])
    try:
        Locale.parse(made, sep="-")
    except (ValueError, UnknownLocaleError):
        raise ValidationError(stated("We know no such language.")) from None
    return made


def _line(value, most: int, *, fills: str = "") -> str:
    if not isinstance(value, str):
        raise ValidationError(stated("Must be a text in quotes."))
    text = value.strip()
    if not 1 <= len(text) <= most:
        raise ValidationError(stated("Must have {least} to {most} characters.", least=1, most=most))
    if CONTROL.search(text):
        raise ValidationError(stated("Must not hold control characters."))
    if fills:
        _recalls_only(fills, text)
    return text


def _recalls_only(fills: str, text: str) -> None:
    strange = next((found for found in RECALL.findall(text) if found != fills), None)
    if strange:
        raise ValidationError(stated("Only {name} is filled in here; {other} is not.", name=fills, other=strange))


def _built_in(value: dict, fills: str) -> dict:
    if len(value) != 1 or not isinstance(value["built_in"], str) or value["built_in"] not in words.known():
        raise ValidationError({"built_in": [stated("There is no such built-in text. Write its English sentence, alone.")]})
    _recalls_only(fills, value["built_in"])
    return {"built_in": value["built_in"]}
