"""Percentiles are values that were measured, by nearest rank."""

import pytest

from simulator.report.samples import Samples, in_words


def test_percentiles_are_exact() -> None:
    samples = Samples([float(value) for value in range(100, 0, -1)])
    assert [samples.percentile(percent) for percent in (1, 50, 90, 99, 100)] == [1, 50, 90, 99, 100]
    assert samples.summary() == {"count": 100, "p50": 50, "p90": 90, "p95": 95, "p99": 99, "max": 100}


def test_one_value_is_every_percentile() -> None:
    assert Samples([3.0]).summary() == {"count": 1, "p50": 3, "p90": 3, "p95": 3, "p99": 3, "max": 3}


def test_nothing_measured_is_said_and_not_made_up() -> None:
    assert Samples().summary() == {"count": 0}
    assert in_words("stored after", Samples()) == "stored after: nothing measured"
    with pytest.raises(ValueError, match="no values"):
        Samples().percentile(50)


def test_in_words() -> None:
    assert in_words("x", Samples([0.0301, 12.34])) == "x: p50 30 ms, p90 12.3 s, p95 12.3 s, p99 12.3 s, max 12.3 s"
