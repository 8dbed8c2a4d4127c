"""Where a log event of several lines begins (the awslogs driver's multiline options)."""

from __future__ import annotations

import re
from collections.abc import Mapping

_DIRECTIVES = {
    "%a": "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)",
    "%A": "(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)",
    "%w": "[0-6]",
    "%d": "(?:0[1-9]|[12][0-9]|3[01])",
    "%b": "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)",
    "%B": (
        "(?:January|February|March|April|May|June|July|August|September|October|November|December)"
    ),
    "%m": "(?:0[1-9]|1[0-2])",
    "%Y": r"\d{4}",
    "%y": r"\d{2}",
    "%H": "(?:[01][0-9]|2[0-3])",
    "%I": "(?:0[0-9]|1[0-2])",
    "%p": "[AP]M",
    "%M": "[0-5][0-9]",
    "%S": "[0-5][0-9]",
    "%L": r"\.\d{3}",
    "%f": r"\d{6}",
    "%z": r"[+-]\d{4}",
    "%Z": "[A-Z]{1,4}T",
    "%j": "(?:00[1-9]|0[1-9][0-9]|[12][0-9][0-9]|3[0-5][0-9]|36[0-6])",
}
"""What each directive of strftime stands for (engine's awslogs driver; its gaps in %j closed)."""


def event_start(options: Mapping[str, str]) -> re.Pattern[str] | None:
    """What a line that begins an event matches; None when every line is an event.

    By ``awslogs-datetime-format`` (strftime) or ``awslogs-multiline-pattern`` (a regular
    expression), which the API does not take together.
    """
    if form := options.get("awslogs-datetime-format"):
        return re.compile(_expression(form))
    pattern = options.get("awslogs-multiline-pattern")
    return re.compile(pattern) if pattern else None


def _expression(form: str) -> str:
    # As in the engine's driver, what is not a directive is part of the expression.
    return re.sub(r"%\w", lambda found: _DIRECTIVES.get(found[0], found[0]), form)
