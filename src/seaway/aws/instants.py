"""Times as answers give them."""

from __future__ import annotations

from datetime import UTC, datetime


def instant(seconds: float) -> datetime:
    """Epoch seconds as AWS gives times: aware, in UTC, to the millisecond."""
    return datetime.fromtimestamp(round(seconds, 3), UTC)
