"""Statistics of known and unknown values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seaway.core.statistics import UnknownStatistic, percentile, statistic

VALUES = st.lists(st.tuples(st.integers(0, 100), st.integers(1, 5)), min_size=1, max_size=20)


@pytest.mark.parametrize("name", ["p", "p101", "p-1", "tm99", "average", "", "p99.99999999999"])
def test_a_name_that_is_no_statistic_is_refused(name: str) -> None:
    with pytest.raises(UnknownStatistic):
        statistic(name)


@pytest.mark.parametrize("name", ["Average", "Sum", "SampleCount", "p0", "p99.9", "p100"])
def test_a_statistic_has_a_name(name: str) -> None:
    assert callable(statistic(name))


@given(VALUES, st.integers(1, 100))
def test_a_percentile_is_the_value_at_its_rank_among_all(
    values: list[tuple[float, float]], rank: int
) -> None:
    every = sorted(value for value, often in values for _ in range(int(often)))
    place = -(-len(every) * rank // 100)
    assert percentile(values, rank) == every[max(place, 1) - 1]
