"""A composite alarm's rule: other alarms' states, joined by AND, OR and NOT.

Source: CloudWatch API, PutCompositeAlarm (AlarmRule).
"""

from __future__ import annotations

import re
from collections.abc import Callable

from seaway.core.alarm import AlarmState

StateOf = Callable[[str], AlarmState | None]
"""The state of an alarm, given by name or ARN; None when there is none."""

_TOKEN = re.compile(r'\s*(?:"([^"]*)"|([()])|([^\s()"]+))')
DEEPEST = 50


class BadRule(Exception):
    """The text is no rule; the message says why."""


def holds(rule: str, state_of: StateOf) -> bool:
    """Whether the rule is true. Raises BadRule."""
    reader = _Reader(rule, state_of)
    value = reader.either(0)
    if reader.tokens:
        raise BadRule(f"unexpected '{reader.tokens[0]}'")
    return value


def alarms_in(rule: str) -> list[str]:
    """The alarms that a rule asks, by name or ARN, each once. Raises BadRule."""
    asked: dict[str, None] = {}

    def note(name: str) -> AlarmState | None:
        asked[name] = None
        return None

    holds(rule, note)
    return list(asked)


class _Reader:
    """Reads and evaluates at once; every part is read, whatever the others came to."""

    def __init__(self, rule: str, state_of: StateOf) -> None:
        self._state_of = state_of
        self.tokens: list[str] = []
        place, text = 0, rule.rstrip()
        while place < len(text):
            match = _TOKEN.match(text, place)
            if match is None:
                raise BadRule(f"can't read '{text[place:]}'")
            self.tokens.append(next(part for part in match.groups() if part is not None))
            place = match.end()

    def either(self, depth: int) -> bool:
        """Parts joined by OR."""
        value = self._both(depth)
        while self.tokens and self.tokens[0] == "OR":
            self.tokens.pop(0)
            value = self._both(depth) or value
        return value

    def _both(self, depth: int) -> bool:
        value = self._one(depth)
        while self.tokens and self.tokens[0] == "AND":
            self.tokens.pop(0)
            value = self._one(depth) and value
        return value

    def _one(self, depth: int) -> bool:
        if depth > DEEPEST:
            raise BadRule("it is nested too deeply")
        word = self._next()
        if word == "NOT":
            return not self._one(depth + 1)
        if word == "(":
            value = self.either(depth + 1)
            self._take(")")
            return value
        if word in ("TRUE", "FALSE"):
            return word == "TRUE"
        if word not in AlarmState.__members__:
            raise BadRule(f"unexpected '{word}'")
        self._take("(")
        name = self._next()
        self._take(")")
        return self._state_of(name) == AlarmState[word]

    def _next(self) -> str:
        if not self.tokens:
            raise BadRule("the rule ends too early")
        return self.tokens.pop(0)

    def _take(self, sign: str) -> None:
        found = self._next()
        if found != sign:
            raise BadRule(f"'{sign}' is missing before '{found}'")
