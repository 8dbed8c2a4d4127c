"""Regular expressions of conditions: taken only as far as the proxy reads them as AWS does.

One that the proxy can't read would cost the listener all its rules, so it is refused here. Neither
AWS nor the proxy has lookarounds, backreferences, possessive quantifiers or Unicode classes (ALB
guide: listener rules).
"""

from __future__ import annotations

import re
from math import prod

from seaway.aws.elbv2.errors import ValidationError

LONGEST = 128
"""Characters of an expression (API)."""

MOST_REPEATED = 1000
"""All counted repetitions of an expression, one inside the other, may make of one character."""

_STRANGE = re.compile(
    r"""
      \(\?(?!:)            # every group but plain and (?:…)
    | (?<!\\)[*+?}]\+      # possessive
    | \[\[                 # classes in classes
    | \\[^dDwWsSbBtnrfv\W] # escapes that not both know
    | \\[_]
    | \{,                  # counted from nothing
    """,
    re.VERBOSE,
)
_COUNTED = re.compile(r"\{(\d+)(?:,(\d*))?\}")


def checked_expression(value: str) -> str:
    """The expression, when it can be used in a condition. Raises ValidationError."""
    if not value or len(value) > LONGEST:
        raise ValidationError(f"A regular expression must have 1 to {LONGEST} characters")
    counts = [int(most or least) for least, most in _COUNTED.findall(value)]
    if not _compiles(value) or _STRANGE.search(value) or prod(map(_once, counts)) > MOST_REPEATED:
        raise ValidationError(f"The regular expression '{value}' is not valid or not supported")
    return value


def _once(count: int) -> int:
    return max(count, 1)


def _compiles(value: str) -> bool:
    try:
        re.compile(value)
    except re.error:
        return False
    return value.isascii()
