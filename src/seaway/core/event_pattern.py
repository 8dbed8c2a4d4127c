"""EventBridge's event patterns: which events a rule matches.

Source: Amazon EventBridge, "Creating event patterns" and "Comparison operators".
"""

from __future__ import annotations

import ipaddress
import json
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

Matches = Callable[[Any], bool]
"""Asked of the value found at a key; ``MISSING`` when there is none."""

MISSING: Any = object()
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class BadPattern(Exception):
    """The text is no event pattern; the message says why."""


@lru_cache(maxsize=512)
def pattern_of(text: str) -> Matches:
    """What a pattern (JSON) matches. Raises BadPattern."""
    try:
        given = json.loads(text)
    except ValueError as error:
        raise BadPattern(f"Event pattern is not valid JSON: {error}") from error
    if not isinstance(given, dict) or not given:
        raise BadPattern("Event pattern must be an object with at least one key.")
    return _object(given)


def _object(given: Mapping[str, Any]) -> Matches:
    inner: list[tuple[str, Matches]] = []
    either: list[Matches] = []
    for key, value in given.items():
        if key == "$or" and isinstance(value, list):
            if len(value) < 2 or not all(isinstance(one, dict) and one for one in value):
                raise BadPattern("$or must be an array of at least two objects.")
            either = [_object(one) for one in value]
        elif isinstance(value, dict):
            if not value:
                raise BadPattern(f"Empty objects are not allowed at {key}.")
            inner.append((key, _object(value)))
        elif isinstance(value, list):
            inner.append((key, _leaf(key, value)))
        else:
            raise BadPattern(f'"{key}" must be an object or an array.')

    def matches(found: Any) -> bool:
        if isinstance(found, list):
            return any(matches(one) for one in found)
        known: Mapping[str, Any] = found if isinstance(found, dict) else {}
        held = all(match(known.get(key, MISSING)) for key, match in inner)
        return held and (not either or any(match(found) for match in either))

    return matches


def _leaf(key: str, given: Sequence[Any]) -> Matches:
    if not given:
        raise BadPattern(f"Empty arrays are not allowed at {key}.")
    tests = [_test(key, one) for one in given]

    def matches(found: Any) -> bool:
        if isinstance(found, list):
            return any(test(one) for test in tests for one in (found or [MISSING]))
        return any(test(found) for test in tests)

    return matches


def _test(key: str, given: Any) -> Matches:
    if isinstance(given, list):
        raise BadPattern(f"Arrays in arrays are not allowed at {key}.")
    if not isinstance(given, dict):
        return lambda found: _same(found, given)
    if len(given) != 1:
        raise BadPattern(f"Only one key is allowed in a match expression at {key}.")
    ((name, value),) = given.items()
    make = _MAKERS.get(name)
    if make is None:
        raise BadPattern(f"Unrecognized match type {name}")
    return make(value)


def _same(found: Any, wanted: Any) -> bool:
    """Equal as JSON: true is not 1."""
    if isinstance(found, bool) or isinstance(wanted, bool):
        return found is wanted
    return found is not MISSING and bool(found == wanted)


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise BadPattern(f"{name} must be a non-empty text.")
    return value


def _edge(name: str, is_edge: Callable[[str, str], bool]) -> Callable[[Any], Matches]:
    def make(value: Any) -> Matches:
        if isinstance(value, dict):
            if list(value) != ["equals-ignore-case"]:
                raise BadPattern(f"{name} takes a text or equals-ignore-case.")
            folded = _text(name, value["equals-ignore-case"]).lower()
            return lambda found: isinstance(found, str) and is_edge(found.lower(), folded)
        wanted = value if value == "" else _text(name, value)
        return lambda found: isinstance(found, str) and is_edge(found, wanted)

    return make


def _ignore_case(value: Any) -> Matches:
    if not isinstance(value, str):
        raise BadPattern("equals-ignore-case must be a text.")
    return lambda found: isinstance(found, str) and found.lower() == value.lower()


def _wildcard(value: Any) -> Matches:
    text = _text("wildcard", value)
    pieces: list[str] = []
    place = 0
    while place < len(text):
        sign = text[place]
        if sign == "\\" and text[place + 1 : place + 2] in ("*", "\\"):
            place += 1
            pieces.append(re.escape(text[place]))
        elif sign == "\\":
            raise BadPattern("A backslash in wildcard must stand before * or a backslash.")
        elif sign == "*":
            if pieces and pieces[-1] == ".*":
                raise BadPattern("Consecutive wildcard characters are not allowed.")
            pieces.append(".*")
        else:
            pieces.append(re.escape(sign))
        place += 1
    wanted = re.compile("".join(pieces), re.DOTALL)
    return lambda found: isinstance(found, str) and wanted.fullmatch(found) is not None


def _exists(value: Any) -> Matches:
    if not isinstance(value, bool):
        raise BadPattern("exists must be true or false.")
    # Only leaves exist, as on AWS.
    return lambda found: (found is not MISSING and not isinstance(found, dict)) is value


def _numeric(value: Any) -> Matches:
    if not isinstance(value, list) or len(value) not in (2, 4):
        raise BadPattern("numeric must be an array of one or two operators, each with a number.")
    tests = []
    for sign, number in zip(value[::2], value[1::2], strict=True):
        if sign not in _COMPARE or not _is_number(number):
            raise BadPattern(f"numeric can't compare with {sign} {number}.")
        tests.append((_COMPARE[sign], number))
    return lambda found: _is_number(found) and all(test(found, number) for test, number in tests)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _cidr(value: Any) -> Matches:
    try:
        network = ipaddress.ip_network(_text("cidr", value), strict=False)
    except ValueError as error:
        raise BadPattern(f"Malformed CIDR, one '/' required: {value}") from error

    def matches(found: Any) -> bool:
        try:
            return isinstance(found, str) and ipaddress.ip_address(found) in network
        except ValueError:
            return False

    return matches


def _anything_but(value: Any) -> Matches:
    """Values that are there and are none of these."""
    if isinstance(value, dict):
        if len(value) != 1:
            raise BadPattern("anything-but takes one match expression.")
        ((name, inner),) = value.items()
        if name not in ("prefix", "suffix", "equals-ignore-case", "wildcard"):
            raise BadPattern(f"anything-but does not take {name}.")
        many = inner if isinstance(inner, list) else [inner]
        tests = [_MAKERS[name](one) for one in many]
    else:
        many = value if isinstance(value, list) else [value]
        if not many or any(isinstance(one, dict | list) for one in many):
            raise BadPattern("anything-but takes values, or one match expression.")
        tests = [_exactly(one) for one in many]
    if not tests:
        raise BadPattern("anything-but must not be empty.")
    return lambda found: (
        found is not MISSING
        and not isinstance(found, dict)
        and not any(test(found) for test in tests)
    )


def _exactly(wanted: Any) -> Matches:
    return lambda found: _same(found, wanted)


_MAKERS: dict[str, Callable[[Any], Matches]] = {
    "prefix": _edge("prefix", str.startswith),
    "suffix": _edge("suffix", str.endswith),
    "equals-ignore-case": _ignore_case,
    "wildcard": _wildcard,
    "exists": _exists,
    "numeric": _numeric,
    "cidr": _cidr,
    "anything-but": _anything_but,
}
