"""Shares and their intervals."""

import pytest

from afterlike.honest import Rate, mean_interval, wilson
from afterlike.sheet import line, plain
from afterlike.show import percent


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [(0, 10, 0.0, 0.2775), (8, 10, 0.4902, 0.9433), (10, 10, 0.7225, 1.0), (15, 148, 0.0624, 0.1605), (1, 1, 0.2065, 1.0)],
    ids=["none", "most", "all", "newcombe", "one"],
)
def test_the_interval_is_wilsons(k, n, low, high):
    assert wilson(k, n) == (pytest.approx(low, abs=5e-4), pytest.approx(high, abs=5e-4))


def test_a_share_of_nobody_is_no_share():
    nobody = Rate(0, 0)
    assert (nobody.share, nobody.low, nobody.high, nobody.enough) == (None, None, None, False)
    assert percent(None) == "–" and Rate(9, 9).enough is False and Rate(1, 10).enough is True


def test_a_little_is_not_written_as_nothing_nor_almost_all_as_all():
    assert [percent(share) for share in (0, 0.0001, 0.999, 1)] == ["0%", "1%", "99%", "100%"]


def test_the_mean_of_promoters_and_detractors_is_the_nps():
    mean, low, high = mean_interval({10: 50, 8: 25, 3: 25}, {10: 100, 8: 0, 3: -100})
    assert mean == 25 and low < 25 < high


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "  =1", "＝1"])
def test_no_spreadsheet_takes_a_text_for_a_formula(text):
    assert plain(text) == f"'{text}" and plain("plain") == "plain" and plain(-1.5) == "-1.5"
    assert line(["a", None, 3]) == "a,,3\r\n"
