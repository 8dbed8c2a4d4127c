"""CloudWatch Logs filter patterns: a text becomes a test of messages.

Source: Filter pattern syntax (CloudWatch Logs User Guide). Terms, quoted phrases, ``?`` for any
of several, ``-`` for none of, and JSON conditions are understood. Regular expressions (``%…%``)
and space-delimited patterns (``[…]``) are refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from seaway.core.log_json_patterns import parse_json_pattern

Matches = Callable[[str], bool]


class PatternError(Exception):
    """The pattern is not one, or of a kind that is not built; the text says which."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Every one of ``needed``, any of ``any_of``, none of ``excluded`` is in the message."""

    needed: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()

    def __call__(self, message: str) -> bool:
        return (
            all(term in message for term in self.needed)
            and (not self.any_of or any(term in message for term in self.any_of))
            and not any(term in message for term in self.excluded)
        )


_TERM = re.compile(r'\s*([?-]?)(?:"((?:[^"\\]|\\.)*)"|(\w+))(?=\s|$)')


def compile_pattern(text: str) -> Matches:
    """What tells whether a message matches the pattern. Raises PatternError."""
    pattern = text.strip()
    if pattern.startswith("{"):
        try:
            return parse_json_pattern(pattern)
        except ValueError as error:
            raise PatternError(f"Invalid filter pattern: {error}") from error
    if pattern.startswith("["):
        raise PatternError("Space-delimited filter patterns ([...]) are not built in Seaway yet.")
    if pattern.startswith("%"):
        raise PatternError("Regular expressions (%...%) are not built in Seaway yet.")
    return _terms(pattern)


def _terms(pattern: str) -> Terms:
    found: dict[str, list[str]] = {"": [], "?": [], "-": []}
    place = 0
    while place < len(pattern):
        match = _TERM.match(pattern, place)
        if match is None:
            rest = pattern[place:].strip()
            raise PatternError(
                f"Invalid filter pattern: {rest!r}: a term of other characters than letters, "
                "digits and underscores must stand in double quotes"
            )
        sign, quoted, plain = match.groups()
        found[sign].append(re.sub(r"\\(.)", r"\1", quoted) if plain is None else plain)
        place = match.end()
    # AWS ignores the question mark's terms beside others (User Guide).
    any_of = () if found[""] or found["-"] else tuple(found["?"])
    return Terms(tuple(found[""]), any_of, tuple(found["-"]))
