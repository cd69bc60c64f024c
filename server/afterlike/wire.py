"""Reading what strangers send: strict JSON, and the marshmallow fields that several rooms share."""

import json
import re
import uuid
from decimal import Decimal
from functools import lru_cache

from babel.numbers import get_currency_precision, list_currencies
from marshmallow import EXCLUDE, Schema, ValidationError, fields

from afterlike.addresses import BadAddress, canonical, cleaned
from afterlike.errors import Invalid, Malformed, TooBig, WrongType, stated

BODY_CAP = 32 * 1024
CURRENCIES = frozenset(code for code in list_currencies() if re.fullmatch("[A-Z]{3}", code))
AMOUNT = re.compile(r"[0-9]{1,12}(\.[0-9]{1,6})?")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
SECRET = re.compile(r"[0-9a-f]{32}")
LINE_END = re.compile(r"\r\n?")
# Lone surrogates, and what turns the direction of what follows: in a text of several people it would turn the others' too.
UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def typed_text(typed: str) -> str:
    """What was typed into a form, as it is kept: line ends as one character, nothing that cannot be seen, no space around it."""
    return UNSEEN.sub("", LINE_END.sub("\n", typed)).strip()


def parsed(raw: bytes, *, content_type: str = "application/json", encoding: str = "") -> dict:
    """The JSON object in `raw`; raises TooBig, WrongType or Malformed with a sentence that says what to do.

    Refused besides broken JSON: duplicate names, NaN and Infinity, NUL and lone surrogates (they break databases),
    depth that Python cannot hold, and anything that is not an object.
    """
    if len(raw) > BODY_CAP:
        raise TooBig()
    if encoding not in ("", "identity") or content_type not in ("application/json", "text/plain", ""):
        raise WrongType()
    try:
        value = _DECODER.decode(raw.decode())
    except UnicodeDecodeError:
        raise Malformed("The body is not UTF-8.") from None
    except RecursionError:
        raise Malformed("The JSON is nested too deeply.") from None
    except ValueError as wrong:
        raise Malformed(f"The body is not valid JSON: {wrong}.") from None
    if not isinstance(value, dict):
        raise Malformed("The body must be a JSON object.")
    if b"\\u" in raw:
        _refuse_unstorable(value)
    return value


def _once(pairs: list[tuple]) -> dict:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a name stands in an object twice")
    return made


def _no_constant(name: str):
    raise ValueError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_constant)


def _refuse_unstorable(value: dict) -> None:
    """NUL breaks PostgreSQL, a lone surrogate breaks SQLite; both can only come as \\u escapes."""
    waiting: list = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            waiting.extend((*part.keys(), *part.values()))
        elif isinstance(part, list):
            waiting.extend(part)
        elif isinstance(part, str) and UNSTORABLE.search(part):
            raise Malformed("The JSON holds NUL or half a surrogate pair, which is not text.")


class WireSchema(Schema):
    """Base of all public schemas: unknown fields are left aside, so that newer clients can talk to older servers."""

    class Meta:
        unknown = EXCLUDE


def loaded(schema: Schema, value: dict, *, under: str = "") -> dict:
    """`schema.load`, with errors as Invalid(fields={path: sentence})."""
    try:
        return schema.load(value)
    except ValidationError as wrong:
        found = dict(_flat(wrong.messages, under))
        raise Invalid(_sentence(found), fields=found) from None


def _flat(messages, path: str):
    if isinstance(messages, dict):
        for name, inner in messages.items():
            yield from _flat(inner, path if name == "_schema" else f"{path}.{name}".lstrip("."))
    else:
        yield path or "body", " ".join(str(message) for message in messages)


def _sentence(found: dict[str, str]) -> str:
    path, words = next(iter(found.items()))
    more = f" ({len(found) - 1} more in errors)" if len(found) > 1 else ""
    return f"{path}: {words}{more}"


class ClientId(fields.String):
    """A UUID made by the client, kept as 16 bytes."""

    def _deserialize(self, value, attr, data, **more) -> bytes:
        return uuid_bytes(super()._deserialize(value, attr, data, **more))

    def __init__(self, **more):
        super().__init__(metadata={"format": "uuid", "pattern": f"^{UUID.pattern}$"} | more.pop("metadata", {}), **more)


def uuid_bytes(text: str) -> bytes:
    """16 bytes of a UUID's usual text; raises marshmallow's ValidationError."""
    if not UUID.fullmatch(text.lower()):
        raise ValidationError("Must be a UUID like 0b9d1c1e-0000-4000-8000-000000000000.")
    return bytes.fromhex(text.replace("-", ""))


def uuid_text(value: bytes) -> str:
    return str(uuid.UUID(bytes=value))


class VisitorSecret(fields.String):
    """128 bits that the visitor's browser made, as 32 hexadecimal digits in lower case."""

    def __init__(self, **more):
        super().__init__(metadata={"pattern": f"^{SECRET.pattern}$"}, **more)

    def _deserialize(self, value, attr, data, **more) -> str:
        text = super()._deserialize(value, attr, data, **more)
        if not SECRET.fullmatch(text):
            raise ValidationError("Must be 32 hexadecimal digits in lower case.")
        return text


class WebAddress(fields.String):
    """An absolute http(s) address; `as_page` keeps its canonical form, otherwise it is kept as it is."""

    def __init__(self, *, as_page: bool = False, **more):
        super().__init__(metadata={"format": "uri", "maxLength": 2000}, **more)
        self._clean = canonical if as_page else cleaned

    def _deserialize(self, value, attr, data, **more) -> str:
        try:
            return self._clean(super()._deserialize(value, attr, data, **more))
        except BadAddress as bad:
            raise ValidationError(stated("The address cannot be used: {why}.", why=str(bad))) from None


class Whole(fields.Integer):
    """A JSON integer: no text, no 1.0, no true."""

    def _deserialize(self, value, attr, data, **more) -> int:
        if type(value) is not int:
            raise ValidationError(stated("Must be a whole number."))
        return value


class Flag(fields.Boolean):
    """JSON's true or false: no text, no 1."""

    def _deserialize(self, value, attr, data, **more) -> bool:
        if not isinstance(value, bool):
            raise ValidationError("Must be true or false.")
        return value


class Amount(fields.String):
    """Money on the wire: a decimal text with a point, like "19.99"; turned to minor units by `minor`."""

    def __init__(self, **more):
        super().__init__(metadata={"pattern": f"^{AMOUNT.pattern}$", "example": "19.99"}, **more)

    def _deserialize(self, value, attr, data, **more) -> str:
        text = super()._deserialize(value, attr, data, **more)
        if not AMOUNT.fullmatch(text):
            raise ValidationError('Must be a decimal text like "19.99".')
        return text


class Currency(fields.String):
    def __init__(self, **more):
        super().__init__(metadata={"pattern": "^[A-Z]{3}$", "example": "EUR"}, **more)

    def _deserialize(self, value, attr, data, **more) -> str:
        text = super()._deserialize(value, attr, data, **more)
        if text not in CURRENCIES:
            raise ValidationError(stated('Must be an ISO 4217 code like "EUR".'))
        return text


@lru_cache(maxsize=4096)
def minor(amount: str, currency: str) -> int:
    """Minor units by the currency's exponent: ("19.99", "EUR") is 1999, ("185000", "JPY") is 185000.

    Raises marshmallow's ValidationError when the amount is finer than the currency (JPY "1.5").
    """
    units = Decimal(amount).scaleb(get_currency_precision(currency))
    if units != units.to_integral_value():
        raise ValidationError(f"{currency} has {get_currency_precision(currency)} decimals.")
    return int(units)
