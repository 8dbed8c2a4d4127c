"""Says a route's conditions in Envoy's words: one match, all of whose parts must hold.

Alternatives within one condition become one regular expression (RE2, always on the whole value).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import assert_never

from seaway.core.mesh.proxy import (
    Condition,
    CookieIs,
    Fits,
    HeaderIs,
    HeaderMatches,
    HostMatches,
    MethodIs,
    PathMatches,
    PathUnder,
    QueryMatches,
    SourceIn,
)
from seaway.core.mesh.words import Json


def match_of(conditions: Iterable[Condition]) -> Json:
    """Envoy's RouteMatch for conditions that must all hold; none at all = every request."""
    wanted: Json = {}
    headers: list[Json] = []
    sources: list[Json] = []
    for condition in conditions:
        match condition:
            case Fits(part=":path", expressions=expressions):
                assert not wanted, "a rule has one condition on the path"
                wanted = {"safe_regex": {"regex": _anywhere(expressions)}}
            case PathMatches() | PathUnder():
                if wanted:  # a second path condition: both must hold
                    headers.append(_header(":path", f"({_path_regex(condition)})(\\?.*)?"))
                else:
                    wanted = _path(condition)
            case SourceIn(cidrs):
                sources.append(_source(cidrs))
            case _:
                headers.append(_header_condition(condition))
    body: Json = wanted or {"prefix": "/"}
    if headers:
        body["headers"] = headers
    if sources:
        body["filter_state"] = sources
    return body


def _header_condition(
    condition: HostMatches | HeaderMatches | HeaderIs | MethodIs | QueryMatches | CookieIs | Fits,
) -> Json:
    match condition:
        case CookieIs(name, value):
            return _header("cookie", f"(.*; ?)?{re.escape(name)}={re.escape(value)}(;.*)?")
        case Fits(part, expressions):
            return _header(part, _anywhere(expressions))
        case HostMatches(patterns):
            return _header(":authority", f"(?i)({_any(patterns)})(:[0-9]+)?")
        case HeaderMatches(name, patterns):
            return _header(name.lower(), f"(?i)({_any(patterns)})")
        case HeaderIs(name, None):
            return {"name": name.lower(), "present_match": True}
        case HeaderIs(name, value):
            return {"name": name.lower(), "string_match": {"exact": value}}
        case MethodIs(methods):
            return _header(":method", "|".join(re.escape(m) for m in methods))
        case QueryMatches(pairs):
            wanted = "|".join(_pair(key, value) for key, value in pairs)
            return _header(":path", f"(?i)[^?]*\\?(.*&)?({wanted})(&.*)?")
    assert_never(condition)


def _anywhere(expressions: Iterable[str]) -> str:
    """Envoy's expressions are always on the whole value, AWS's may hold anywhere in it."""
    any_of = "|".join(f"({expression})" for expression in expressions)
    return f"(?s:.*)({any_of})(?s:.*)"


def _pair(key: str | None, value: str) -> str:
    name = "[^=&]*" if key is None else glob(key, "[^&]")
    return f"{name}={glob(value, '[^&]')}"


def _path(condition: PathMatches | PathUnder) -> Json:
    """The cheap matches where they say the same: one pattern without ``?`` and ``*`` inside."""
    if isinstance(condition, PathUnder):
        under = condition.prefix.rstrip("/")
        return {"path_separated_prefix": under} if under else {"prefix": "/"}
    if len(condition.patterns) == 1:
        only = condition.patterns[0]
        if not re.search(r"[*?]", only):
            return {"path": only}
        if only.endswith("*") and not re.search(r"[*?]", only[:-1]):
            return {"prefix": only[:-1]}
    return {"safe_regex": {"regex": _any(condition.patterns)}}


def _path_regex(condition: PathMatches | PathUnder) -> str:
    if isinstance(condition, PathUnder):
        return re.escape(condition.prefix.rstrip("/")) + "(/.*)?"
    return _any(condition.patterns)


def _any(patterns: Iterable[str]) -> str:
    return "|".join(glob(pattern) for pattern in patterns)


def glob(pattern: str, one: str = ".") -> str:
    """An AWS glob as a regular expression: ``*`` is 0 or more characters, ``?`` exactly one."""
    parts = re.split(r"([*?])", pattern)
    return "".join({"*": f"{one}*", "?": one}.get(part) or re.escape(part) for part in parts)


def _header(name: str, regex: str) -> Json:
    return {"name": name, "string_match": {"safe_regex": {"regex": regex}}}


def _source(cidrs: tuple[str, ...]) -> Json:
    ranges = []
    for cidr in cidrs:
        prefix, _, length = cidr.partition("/")
        bits = int(length) if length else (128 if ":" in prefix else 32)
        ranges.append({"address_prefix": prefix, "prefix_len": bits})
    return {"key": "seaway.source", "address_match": {"ranges": ranges}}
