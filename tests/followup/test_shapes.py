"""Reports in the shapes of the standards' examples and of the well-known makers: what is read in each."""

import base64

import pytest
from followup.making import ADA, KEYRING
from followup.posting import DOMAIN
from followup.shapes import BOUNCES, COMPLAINTS, NONE, OURS

from afterlike import endorsers
from afterlike.followup import reports
from afterlike.followup.incoming import Dropped

STOP = f"https://likes.shop.test/stop/{endorsers.stop_token(KEYRING, 7)}"
ENVELOPE = f"b+{KEYRING.ticket('bounce', 7)}@{DOMAIN}"


def filled(shape: str, ends: str = "\n") -> bytes:
    """The shape with our letter in it, its lines ended as wanted."""
    told = {"env": ENVELOPE, "mid": "<letter@shop.test>", "stop": STOP, "to": ADA.email}
    head = base64.encodebytes(_put(OURS, told).encode()).decode()
    return _put(shape, told | {"base64": head}).replace("\n", ends).encode()


def _put(shape: str, told: dict[str, str]) -> str:
    for name, value in told.items():
        shape = shape.replace("{" + name + "}", value)
    return shape


@pytest.mark.parametrize("ends", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("shape", BOUNCES.values(), ids=BOUNCES)
def test_a_letter_that_came_back_is_understood(shape, ends):
    if shape.kind is None:
        with pytest.raises(Dropped) as none:
            reports.read(filled(shape.raw, ends))
        assert none.value.reason == "report"
        return
    read = reports.read(filled(shape.raw, ends))
    assert (read.kind, read.status) == (shape.kind, shape.status)


@pytest.mark.parametrize("ends", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("raw", COMPLAINTS.values(), ids=COMPLAINTS)
def test_a_complaint_is_understood_and_says_whose_it_is(raw, ends):
    read = reports.read(filled(raw, ends))
    assert read.kind == "complaint"
    assert ENVELOPE in read.addresses or STOP.rpartition("/")[2] in read.stops, "nothing in it leads to the address"


@pytest.mark.parametrize("raw", NONE.values(), ids=NONE)
def test_other_feedback_closes_nothing(raw):
    with pytest.raises(Dropped) as none:
        reports.read(filled(raw))
    assert none.value.reason == "report"
