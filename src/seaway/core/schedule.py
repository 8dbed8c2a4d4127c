"""When a schedule fires: AWS's ``at(…)``, ``rate(…)`` and ``cron(…)``.

Source: Amazon EventBridge, "Setting a schedule pattern"; EventBridge Scheduler, "Schedule types";
Application Auto Scaling, "Schedule recurring scaling actions using cron expressions".
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

_UNITS = {"minute": 60, "hour": 3600, "day": 86_400}
_RATE = re.compile(r"rate\((\d+) (minute|hour|day)(s?)\)")
_MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
_DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
_FIRST_YEAR, _LAST_YEAR = 1970, 2199


class BadSchedule(Exception):
    """The text is no schedule; the message says why."""


@dataclass(frozen=True, slots=True)
class At:
    """Once, at a local time."""

    when: datetime

    def after(self, at: float, zone: tzinfo, start: float) -> float | None:
        """The first firing later than ``at``."""
        found = self.when.replace(tzinfo=zone).timestamp()
        return found if found > at else None


@dataclass(frozen=True, slots=True)
class Rate:
    """Every so many seconds from its start on."""

    seconds: int

    def after(self, at: float, zone: tzinfo, start: float) -> float | None:
        """The first firing later than ``at``; ``start`` itself is one only when it is later."""
        if at < start:
            return start
        return start + ((at - start) // self.seconds + 1) * self.seconds


@dataclass(frozen=True, slots=True)
class Cron:
    """At local times that six fields describe; fields of days are kept as they were written."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: str
    months: frozenset[int]
    weekdays: str
    years: frozenset[int]

    def after(self, at: float, zone: tzinfo, start: float) -> float | None:
        """The first firing later than ``at``. A local time that the clock skips has none; one
        that comes twice has one.
        """
        first = datetime.fromtimestamp(at, zone)
        for day in self._days_from(first.date()):
            for hour in self.hours:
                for minute in self.minutes:
                    local = datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone)
                    found = local.timestamp()
                    if found > at and _exists(found, local, zone):
                        return found
        return None

    def _days_from(self, first: date) -> Iterator[date]:
        for year in range(first.year, _LAST_YEAR + 1):
            if year not in self.years:
                continue
            for month in range(1, 13):
                if month in self.months and (year, month) >= (first.year, first.month):
                    days = _days(year, month, self.days, self.weekdays)
                    yield from (day for day in days if day >= first)


Schedule = At | Rate | Cron


def _exists(at: float, local: datetime, zone: tzinfo) -> bool:
    return datetime.fromtimestamp(at, zone).replace(tzinfo=None) == local.replace(tzinfo=None)


@lru_cache(maxsize=128)
def zone_of(name: str | None) -> tzinfo:
    """The time zone of this name, UTC for None. Raises BadSchedule."""
    if name is None or name in ("UTC", "Etc/UTC"):
        return UTC
    try:
        return ZoneInfo(name)
    except (ValueError, LookupError, OSError) as error:
        raise BadSchedule(f"There is no time zone {name}.") from error


@lru_cache(maxsize=512)
def schedule_of(text: str) -> Schedule:
    """The schedule a text says. Raises BadSchedule."""
    if text.startswith("at(") and text.endswith(")"):
        return _at(text[3:-1])
    if text.startswith("rate("):
        return _rate(text)
    if text.startswith("cron(") and text.endswith(")"):
        return _cron(text[5:-1])
    raise BadSchedule(f"{text} is none of at(…), rate(…) and cron(…).")


def next_firing(text: str, zone: str | None, after: float, start: float) -> float | None:
    """When the schedule fires next, later than ``after``; None when it never does again.

    All in epoch seconds; rates count from ``start``. Raises BadSchedule.
    """
    return schedule_of(text).after(after, zone_of(zone), start)


def _at(text: str) -> At:
    try:
        return At(datetime.strptime(text, "%Y-%m-%dT%H:%M:%S"))
    except ValueError as error:
        raise BadSchedule(f"at({text}) is not of the form at(yyyy-mm-ddThh:mm:ss).") from error


def _rate(text: str) -> Rate:
    match = _RATE.fullmatch(text)
    if match is None:
        raise BadSchedule(f"{text} is not of the form rate(value unit), as in rate(5 minutes).")
    value, unit, plural = int(match.group(1)), match.group(2), match.group(3)
    if value < 1 or (value == 1) is bool(plural):
        raise BadSchedule(f"{text}: one {unit}, but several {unit}s, and never none.")
    return Rate(value * _UNITS[unit])


def _cron(text: str) -> Cron:
    fields = text.split()
    if len(fields) != 6:
        raise BadSchedule(
            f"cron({text}) has {len(fields)} fields and needs six: minutes, hours, day of month, "
            "month, day of week, year."
        )
    minutes, hours, days, months, weekdays, years = fields
    if (days == "?") == (weekdays == "?"):
        raise BadSchedule(
            f"cron({text}): one of day of month and day of week must be ?, and not both."
        )
    made = Cron(
        minutes=_numbers(minutes, 0, 59),
        hours=_numbers(hours, 0, 23),
        days=days.upper(),
        months=frozenset(_numbers(months, 1, 12, _MONTHS)),
        weekdays=weekdays.upper(),
        years=frozenset(_numbers(years, _FIRST_YEAR, _LAST_YEAR)),
    )
    _days(2024, 1, made.days, made.weekdays)  # says what is wrong with them
    return made


def _numbers(
    field: str, lowest: int, highest: int, names: list[str] | None = None
) -> tuple[int, ...]:
    found: set[int] = set()
    for part in field.split(","):
        found.update(_range(part, lowest, highest, names or []))
    return tuple(sorted(found))


def _range(part: str, lowest: int, highest: int, names: list[str]) -> range:
    body, slash, step = part.partition("/")
    try:
        stride = int(step) if slash else 1
        if body in ("*", "?"):
            low, high = lowest, highest
        elif "-" in body:
            first, _, last = body.partition("-")
            low, high = _number(first, lowest, names), _number(last, lowest, names)
        else:
            low = _number(body, lowest, names)
            high = highest if slash else low
    except ValueError as error:
        raise BadSchedule(f"{part} can't be read in a cron expression.") from error
    if not (lowest <= low <= high <= highest) or stride < 1:
        raise BadSchedule(f"{part} is not between {lowest} and {highest} in a cron expression.")
    return range(low, high + 1, stride)


def _number(text: str, lowest: int, names: list[str]) -> int:
    return names.index(text.upper()) + lowest if text.upper() in names else int(text)


def _days(year: int, month: int, days: str, weekdays: str) -> list[date]:
    """The days of a month that the two fields of days name, in order."""
    last = monthrange(year, month)[1]
    found: set[int] = set()
    if weekdays == "?":
        for part in days.split(","):
            found.update(_of_month(part, year, month, last))
    else:
        for part in weekdays.split(","):
            found.update(_of_week(part, year, month, last))
    return [date(year, month, day) for day in sorted(found) if 1 <= day <= last]


def _of_month(part: str, year: int, month: int, last: int) -> list[int]:
    if part == "L":
        return [last]
    if part == "LW":
        return [_nearest_weekday(year, month, last, last)]
    if part.endswith("W"):
        (day,) = _range(part[:-1], 1, 31, [])
        return [_nearest_weekday(year, month, day, last)] if day <= last else []
    return list(_range(part, 1, 31, []))


def _nearest_weekday(year: int, month: int, day: int, last: int) -> int:
    """Monday to Friday, in the same month."""
    match date(year, month, day).isoweekday():
        case 6:
            return day - 1 if day > 1 else day + 2
        case 7:
            return day + 1 if day < last else day - 2
        case _:
            return day


def _of_week(part: str, year: int, month: int, last: int) -> list[int]:
    """Days of a month by AWS's numbers of weekdays, 1 being Sunday."""
    first = date(year, month, 1).isoweekday() % 7 + 1
    if part == "L":
        part = "7"
    elif part.endswith("L"):
        (weekday,) = _range(part[:-1], 1, 7, _DAYS)
        return [max(range(1 + (weekday - first) % 7, last + 1, 7))]
    elif "#" in part:
        day, _, which = part.partition("#")
        (weekday,) = _range(day, 1, 7, _DAYS)
        (number,) = _range(which, 1, 5, [])
        return [1 + (weekday - first) % 7 + 7 * (number - 1)]
    return [
        day
        for weekday in _range(part, 1, 7, _DAYS)
        for day in range(1 + (weekday - first) % 7, last + 1, 7)
    ]
