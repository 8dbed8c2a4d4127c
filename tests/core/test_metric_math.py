"""Metric math: expressions over series by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seaway.core.metric_math import MathError, Scope, Series, Value, evaluate

ONE = Series(points={0: 1.0, 60: 2.0, 180: 4.0}, period=60, start=0, end=240)
TWO = Series(points={0: 10.0, 120: 30.0}, period=60, start=0, end=240)


def value(expression: str) -> Value:
    known = {"m1": ONE, "m2": TWO}

    def lookup(name: str) -> Value:
        if name not in known:
            raise MathError(f"no {name}")
        return known[name]

    metrics = {name: (lambda series=series: series) for name, series in known.items()}
    return evaluate(expression, Scope(value=lookup, metrics=metrics))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("expression", "number"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("2 ^ 3 ^ 2", 512),
        ("-2 ^ 2", -4),
        ("10 - 4 - 3", 3),
        ("1.5e2 / 2", 75),
        ("2 > 1 && 1 == 1", 1),
        ("SUM(m1)", 7),
        ("MAX(m2) - MIN(m1)", 29),
        ("AVG(m1) * PERIOD(m1)", 140),
    ],
)
def test_a_number_comes_out(expression: str, number: float) -> None:
    assert value(expression) == pytest.approx(number)


@pytest.mark.parametrize(
    ("expression", "points"),
    [
        ("m1 + m2", {0: 11}),
        ("m1 * 2", {0: 2, 60: 4, 180: 8}),
        ("1 / (m1 - 1)", {60: 1, 180: 1 / 3}),
        ("SUM([m1, m2])", {0: 11, 60: 2, 120: 30, 180: 4}),
        ("AVG(METRICS())", {0: 5.5, 60: 2, 120: 30, 180: 4}),
        ('MAX(METRICS("2"))', {0: 10, 120: 30}),
        ("FILL(m2, 0)", {0: 10, 60: 0, 120: 30, 180: 0}),
        ("FILL(m2, REPEAT)", {0: 10, 60: 10, 120: 30, 180: 30}),
        ("FILL(m2, LINEAR)", {0: 10, 60: 20, 120: 30}),
        ("FILL(m1, m2)", {0: 1, 60: 2, 120: 30, 180: 4}),
        ("DIFF(m1)", {60: 1, 180: 2}),
        ("RATE(m1)", {60: 1 / 60, 180: 2 / 120}),
        ("RUNNING_SUM(m1)", {0: 1, 60: 3, 180: 7}),
        ("ABS(-m1)", {0: 1, 60: 2, 180: 4}),
        ("IF(m1 > 1, m1, 0)", {0: 0, 60: 2, 180: 4}),
        ("IF(m1 > 1, m1)", {60: 2, 180: 4}),
    ],
)
def test_a_series_comes_out(expression: str, points: dict[int, float]) -> None:
    found = value(expression)
    assert isinstance(found, Series)
    assert found.points == pytest.approx(points)


def test_an_array_is_reckoned_one_by_one() -> None:
    found = value("METRICS() * 2")
    assert isinstance(found, tuple)
    assert [one.points[0] for one in found] == [2, 20]


@pytest.mark.parametrize(
    "expression",
    [
        *("", "1 +", "(1", "[1]", "m1 m2", "m3", "ANOMALY_DETECTION_BAND(m1)", "1 / 0", "'a'"),
        *("SUM()", "SUM(m1, m2)", "FILL(1, 2)", "METRICS(1)", "m1.__class__", "(" * 500),
    ],
)
def test_what_means_nothing_is_refused(expression: str) -> None:
    with pytest.raises(MathError):
        value(expression)


@pytest.mark.parametrize("how", ["0", "REPEAT", "LINEAR"])
def test_a_series_is_not_filled_without_end(how: str) -> None:
    endless = Series(points={0: 1.0}, period=60, start=0, end=1 << 40)
    scope = Scope(value=lambda name: endless, metrics={})
    with pytest.raises(MathError, match="points would be filled"):
        evaluate(f"FILL(m, {how})", scope)


@given(st.text(alphabet="m12 +-*/^()[],<>=!&|SUMAVGFILIF\"'.e", max_size=30))
def test_any_text_has_a_value_or_is_refused(expression: str) -> None:
    try:
        found = value(expression)
    except MathError:
        return
    assert isinstance(found, float | Series | tuple)
