"""Where a log event of several lines begins."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seaway.core.log_starts import event_start


@pytest.mark.parametrize(
    "form", ["%Y-%m-%d %H:%M:%S", "[%b %d, %Y %H:%M:%S]", "%a %B %d %I:%M %p", "%y%j", "%H.%f"]
)
@given(at=st.datetimes(min_value=datetime(1900, 1, 1), timezones=st.just(UTC)))
def test_a_date_in_the_format_begins_an_event(form: str, at: datetime) -> None:
    starts = event_start({"awslogs-datetime-format": form.replace("[", r"\[").replace("]", r"\]")})
    assert starts is not None
    assert starts.search(f"{at.strftime(form)} something happened")
    assert starts.search("    at something.happened(web.js:1)") is None


def test_a_pattern_is_a_regular_expression_and_without_any_each_line_is_an_event() -> None:
    starts = event_start({"awslogs-multiline-pattern": "^(INFO|WARN) "})
    assert starts is not None
    assert starts.search("INFO all is well")
    assert starts.search("  INFO") is None
    assert event_start({"awslogs-group": "g"}) is None
