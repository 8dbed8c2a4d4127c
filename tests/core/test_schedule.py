"""When schedules fire: AWS's own examples, odd days, and clocks that jump."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seaway.core.schedule import BadSchedule, next_firing


def firings(text: str, after: str, count: int = 3, zone: str | None = None) -> list[str]:
    """Local times, from an ISO time in the same zone on."""
    local = ZoneInfo(zone) if zone else UTC
    at = datetime.fromisoformat(after).replace(tzinfo=local).timestamp()
    found: list[str] = []
    for _ in range(count):
        following = next_firing(text, zone, at, 0.0)
        if following is None:
            break
        at = following
        found.append(datetime.fromtimestamp(at, local).strftime("%Y-%m-%d %H:%M"))
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cron(0 10 * * ? *)", ["2026-03-01 10:00", "2026-03-02 10:00", "2026-03-03 10:00"]),
        ("cron(15 12 * * ? *)", ["2026-03-01 12:15", "2026-03-02 12:15", "2026-03-03 12:15"]),
        ("cron(0 18 ? * MON-FRI *)", ["2026-03-02 18:00", "2026-03-03 18:00", "2026-03-04 18:00"]),
        ("cron(0 8 1 * ? *)", ["2026-03-01 08:00", "2026-04-01 08:00", "2026-05-01 08:00"]),
        ("cron(0/15 * * * ? *)", ["2026-03-01 00:15", "2026-03-01 00:30", "2026-03-01 00:45"]),
        ("cron(0 0 L * ? *)", ["2026-03-31 00:00", "2026-04-30 00:00", "2026-05-31 00:00"]),
        ("cron(0 0 LW * ? *)", ["2026-03-31 00:00", "2026-04-30 00:00", "2026-05-29 00:00"]),
        # the 15th of March and of August 2026 are weekend days
        ("cron(0 0 15W 3,8 ? *)", ["2026-03-16 00:00", "2026-08-14 00:00", "2027-03-15 00:00"]),
        ("cron(0 0 1W 8 ? 2026)", ["2026-08-03 00:00"]),
        ("cron(0 9 ? * 6L *)", ["2026-03-27 09:00", "2026-04-24 09:00", "2026-05-29 09:00"]),
        ("cron(0 9 ? * 2#1 *)", ["2026-03-02 09:00", "2026-04-06 09:00", "2026-05-04 09:00"]),
        ("cron(0 9 ? * TUE#5 *)", ["2026-03-31 09:00", "2026-06-30 09:00", "2026-09-29 09:00"]),
        ("cron(0 0 29 2 ? *)", ["2028-02-29 00:00", "2032-02-29 00:00", "2036-02-29 00:00"]),
        (
            "cron(30 6 ? JAN,JUL L 2027-2028)",
            ["2027-01-02 06:30", "2027-01-09 06:30", "2027-01-16 06:30"],
        ),
        ("cron(0 0 1 1 ? 2020)", []),
        ("at(2026-03-05T06:07:08)", ["2026-03-05 06:07"]),
        ("at(2026-02-05T06:07:08)", []),
        ("rate(1 hour)", ["2026-03-01 01:00", "2026-03-01 02:00", "2026-03-01 03:00"]),
        ("rate(2 days)", ["2026-03-02 00:00", "2026-03-04 00:00", "2026-03-06 00:00"]),
    ],
)
def test_schedules_fire_when_aws_says(text: str, expected: list[str]) -> None:
    assert firings(text, "2026-03-01 00:00") == expected


def test_a_local_time_that_the_clock_skips_has_no_firing() -> None:
    found = firings("cron(30 2 * * ? *)", "2026-03-28 00:00", zone="Europe/Berlin")
    assert found == ["2026-03-28 02:30", "2026-03-30 02:30", "2026-03-31 02:30"]


def test_a_local_time_that_comes_twice_has_one_firing() -> None:
    found = firings("cron(30 2 * * ? *)", "2026-10-24 12:00", zone="Europe/Berlin")
    assert found == ["2026-10-25 02:30", "2026-10-26 02:30", "2026-10-27 02:30"]


def test_a_rate_counts_from_its_start() -> None:
    assert next_firing("rate(5 minutes)", None, 1000.0, 1000.0) == 1300.0
    assert next_firing("rate(5 minutes)", None, 1299.9, 1000.0) == 1300.0
    assert next_firing("rate(5 minutes)", None, 1300.0, 1000.0) == 1600.0
    assert next_firing("rate(5 minutes)", None, 900.0, 1000.0) == 1000.0


@pytest.mark.parametrize(
    "text",
    [
        "every day",
        "rate(1 minutes)",
        "rate(2 minute)",
        "rate(0 minutes)",
        "rate(5 seconds)",
        "at(tomorrow)",
        "cron(0 10 * * ?)",
        "cron(0 10 * * * *)",
        "cron(0 10 ? * ? *)",
        "cron(60 10 * * ? *)",
        "cron(0 10 32 * ? *)",
        "cron(0 10 ? * 8 *)",
        "cron(0 10 ? * 2#6 *)",
        "cron(a 10 * * ? *)",
        "cron(0 10 * * ? 1969)",
    ],
)
def test_what_is_no_schedule_is_refused(text: str) -> None:
    with pytest.raises(BadSchedule):
        next_firing(text, None, 0.0, 0.0)


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(BadSchedule, match="Mars/Crater"):
        next_firing("rate(1 day)", "Mars/Crater", 0.0, 0.0)


@given(
    minute=st.integers(0, 59),
    hour=st.integers(0, 23),
    day=st.sampled_from(["?", "1", "15W", "L", "*/7"]),
    after=st.floats(1.7e9, 1.9e9),
    zone=st.sampled_from(["UTC", "Europe/Berlin", "America/St_Johns"]),
)
def test_what_fires_next_is_later_and_fits(
    minute: int, hour: int, day: str, after: float, zone: str
) -> None:
    weekday = "MON" if day == "?" else "?"
    at = next_firing(f"cron({minute} {hour} {day} * {weekday} *)", zone, after, 0.0)
    assert at is not None
    assert at > after
    local = datetime.fromtimestamp(at, ZoneInfo(zone))
    assert (local.minute, local.hour) == (minute, hour)
