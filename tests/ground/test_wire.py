"""Strict JSON: what can be read two ways is not read at all; money is exact."""

import json
from decimal import Decimal

import pytest
from babel.numbers import get_currency_precision
from ground.making import QUIETLY
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError, fields

from afterlike.errors import Invalid, Malformed, TooBig, WrongType
from afterlike.wire import (
    BODY_CAP,
    CURRENCIES,
    Amount,
    ClientId,
    Flag,
    VisitorSecret,
    Whole,
    WireSchema,
    loaded,
    minor,
    parsed,
    uuid_text,
)

ANY_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), inner)
    ),
    max_leaves=20,
)


@QUIETLY
@given(st.dictionaries(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), ANY_JSON), st.booleans())
def test_good_json_is_read_as_it_is(value, ascii_only):
    assert parsed(json.dumps(value, ensure_ascii=ascii_only).encode()) == value


@QUIETLY
@given(st.binary(max_size=200) | st.text(max_size=100).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_are_an_object_or_refused(raw):
    try:
        assert isinstance(parsed(raw), dict)
    except Malformed as told:
        assert told.sentence


@pytest.mark.parametrize("depth", [500, 5_000, BODY_CAP // 2 - 10])
def test_depth_is_refused_and_breaks_nothing(depth):
    for deep in (b'{"a":' + b"[" * depth + b"]" * depth + b"}", b'{"a":' + b"[" * depth):
        try:
            parsed(deep)
        except Malformed:
            continue
        assert depth <= 500


def test_a_surrogate_hidden_in_depth_is_found():
    with pytest.raises(Malformed, match="surrogate"):
        parsed(b'{"a":' * 300 + b'"\\ud800"' + b"}" * 300)


@pytest.mark.parametrize("kind", ["application/json", "text/plain", ""])
def test_json_may_be_called_by_these_names(kind):
    assert parsed(b"{}", content_type=kind) == {}


@pytest.mark.parametrize(
    ("kind", "encoding"),
    [
        ("text/html", ""),
        ("application/json5", ""),
        ("application/json", "gzip"),
        ("text/plain", "br"),
        ("text/plain", "identity, gzip"),
    ],
)
def test_by_others_it_may_not(kind, encoding):
    with pytest.raises(WrongType):
        parsed(b"{}", content_type=kind, encoding=encoding)


def test_the_cap_comes_first():
    with pytest.raises(TooBig):
        parsed(b"\xff" * (BODY_CAP + 1), content_type="text/html")


class Inner(WireSchema):
    count = Whole(required=True)


class Sample(WireSchema):
    id = ClientId()
    secret = VisitorSecret()
    price = Amount()
    flag = Flag()
    inner = fields.Nested(Inner)
    many = fields.List(fields.Nested(Inner))


def test_every_wrong_field_is_named_by_its_path():
    with pytest.raises(Invalid) as told:
        loaded(Sample(), {"id": "x", "inner": {"count": "1"}, "many": [{"count": 1}, {}]})
    assert set(told.value.fields) == {"id", "inner.count", "many.1.count"}
    assert "2 more in errors" in told.value.sentence


NOT_WHOLE = ("1", 1.0, True, None, [], {}, 1.5)
NOT_FLAGS = (1, 0, "true", "false", "", None, [], 1.0)
NOT_IDS = (
    "",
    "x",
    "0" * 32,
    "0b9d1c1e-0000-4000-8000-00000000000g",
    " 0b9d1c1e-0000-4000-8000-000000000000",
    "0b9d1c1e-0000-4000-8000-000000000000\n",
    "{0b9d1c1e-0000-4000-8000-000000000000}",
    "urn:uuid:0b9d1c1e-0000-4000-8000-000000000000",
    "０b9d1c1e-0000-4000-8000-000000000000",
    5,
)
NOT_SECRETS = ("", "a" * 31, "a" * 33, "A" * 32, "g" * 32, "a" * 32 + "\n", "٣" * 32, 5)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("flag", value) for value in NOT_FLAGS),
        *(("id", value) for value in NOT_IDS),
        *(("secret", value) for value in NOT_SECRETS),
    ],
    ids=str,
)
def test_a_near_miss_is_a_miss(field, value):
    with pytest.raises(Invalid) as told:
        loaded(Sample(), {field: value})
    assert list(told.value.fields) == [field]


@pytest.mark.parametrize("value", NOT_WHOLE, ids=str)
def test_a_whole_number_is_a_json_integer(value):
    with pytest.raises(Invalid):
        loaded(Inner(), {"count": value})


def test_an_id_is_read_in_either_case_as_sixteen_bytes():
    text = "0b9d1c1e-00Ab-4000-8000-00000000000F"
    read = loaded(Sample(), {"id": text})["id"]
    assert len(read) == 16 and uuid_text(read) == text.lower()


@QUIETLY
@given(st.sampled_from(sorted(CURRENCIES)), st.integers(0, 10**12 - 1), st.integers(0, 6))
def test_money_is_exact_or_refused(currency, units, decimals):
    amount = f"{units}.{'1' * decimals}" if decimals else str(units)
    exact = Decimal(amount) * 10 ** get_currency_precision(currency)
    if exact == int(exact):
        assert minor(amount, currency) == int(exact) < 2**63
    else:
        with pytest.raises(ValidationError, match=currency):
            minor(amount, currency)


def test_a_code_that_is_no_currency_is_not_on_the_list():
    assert {"EUR", "JPY", "KWD", "IDR"} <= CURRENCIES and not {"XYZ", "eur", "BTC", "€"} & CURRENCIES
