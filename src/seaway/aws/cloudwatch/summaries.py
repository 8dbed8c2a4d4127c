"""What the series store kept of a period, as the statistics see it."""

from __future__ import annotations

from seaway.core.statistics import Summary
from seaway.store.series import Statistic


def summary(found: Statistic) -> Summary:
    """The period's values for ``core.statistics``."""
    return Summary(
        sum=found.sum,
        count=found.count,
        minimum=found.minimum,
        maximum=found.maximum,
        values=found.values,
    )
