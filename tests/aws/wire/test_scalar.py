"""Times and numbers as text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seaway.aws.errors import SerializationException
from seaway.aws.wire import scalar

NOON = datetime(2026, 11, 22, 12, 0, 5, 120000, tzinfo=UTC)
SECOND = NOON.replace(microsecond=0)

times = st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1)).map(
    lambda t: t.replace(tzinfo=UTC)
)


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-11-22T12:00:05.120Z", NOON),
        ("2026-11-22T12:00:05.12+00:00", NOON),
        ("2026-11-22T13:00:05+01:00", SECOND),
        ("20261122T120005Z", SECOND),
        ("2026-11-22T12:00:05", SECOND),
        ("Sun, 22 Nov 2026 12:00:05 GMT", SECOND),
        ("1795348805.12", NOON),
    ],
)
def test_times_are_read_in_all_their_forms(text: str, time: datetime) -> None:
    assert scalar.from_text(text) == time


@pytest.mark.parametrize("text", ["", "noon", "Sun, 31 Feb 2026 12:00:05 GMT", "1e300", "nan"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(SerializationException):
        scalar.from_text(text)


@given(times)
def test_written_times_are_read_back_to_the_millisecond(time: datetime) -> None:
    whole = time.replace(microsecond=time.microsecond // 1000 * 1000)
    assert scalar.from_text(scalar.iso8601(time)) == whole
    assert scalar.from_text(scalar.rfc822(time)) == time.replace(microsecond=0)
    assert scalar.rfc822(time) == format_datetime(time, usegmt=True)


def test_times_of_other_zones_are_written_in_utc() -> None:
    there = NOON.astimezone(timezone(timedelta(hours=9)))
    assert scalar.iso8601(there) == "2026-11-22T12:00:05.120Z"
    assert scalar.epoch(there) == 1795348805.12
