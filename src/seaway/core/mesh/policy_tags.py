"""Reads policies' tags: whose word they are, and what each kind of value means.

A tag of AWS's may hold letters, digits, spaces and ``_ . : / = + - @``: so lists are separated by
spaces and pairs by ``=`` or ``:`` (ECS API: Tag; key up to 128 characters, value up to 256).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address

from seaway.core.mesh.proxy import (
    Algorithm,
    Condition,
    HashOn,
    HeaderIs,
    MethodIs,
    PathMatches,
    PathUnder,
    RateLimit,
)
from seaway.core.names import Tags

PREFIX = "seaway:"
TOWARD = f"{PREFIX}to."
"""What a calling service's own words on its calls begin with: ``seaway:to.cats.timeout``."""

OFF = "off"

_LONGEST = 366 * 24 * 3600.0
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_TOKEN = re.compile(r"[A-Za-z0-9_.+-]+")


class WrongWord(ValueError):
    """A tag's text can't be understood; its message is a sentence for whoever wrote it."""


class Scope(StrEnum):
    """Whose word a layer is, from the farthest to the nearest."""

    CLUSTER = "cluster"
    NAMESPACE = "namespace"
    SERVICE = "service"
    CALLER = "caller"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One resource's word: its tags, and how people call it ("service cats", "cluster pets").

    ``cluster`` is the name of the called service's cluster, where a bare name in an intention is
    looked for. Made by ``layers_of``.
    """

    source: str
    tags: Tags
    scope: Scope = Scope.SERVICE
    cluster: str = ""

    def settings(self) -> Iterator[tuple[str, str]]:
        """What is said of the called service: names without the prefix, and texts."""
        for key, text in self.tags:
            name = key.removeprefix(PREFIX)
            if name != key and not key.startswith(TOWARD):
                yield name, text


def layers_of(
    *,
    cluster: str,
    cluster_tags: Tags,
    namespace: str,
    namespace_tags: Tags,
    service: str,
    service_tags: Tags,
    discovery_name: str,
    request_timeout: float | None = None,
    idle_timeout: float | None = None,
    caller: str | None = None,
    caller_tags: Tags = (),
) -> tuple[Layer, ...]:
    """Everybody's word on calls to a discovery name, the farthest first. Names, never ARNs.

    ``cluster``, ``namespace`` and ``service`` are the called ones; the timeouts are those of its
    serviceConnectConfiguration in seconds, 0 = off, None = not said. ``caller`` is the name of
    the calling service, None for callers that have no tags.
    """
    said = {"timeout": request_timeout, "idle-timeout": idle_timeout}
    timeouts = tuple((PREFIX + k, f"{v:g}s") for k, v in said.items() if v is not None)
    layers = [
        (f"cluster {cluster}", cluster_tags, Scope.CLUSTER),
        (f"namespace {namespace}", namespace_tags, Scope.NAMESPACE),
        (f"service {service}, Service Connect timeout", timeouts, Scope.SERVICE),
        (f"service {service}", service_tags, Scope.SERVICE),
    ]
    if caller is not None:
        toward = tuple(_toward(caller_tags, discovery_name))
        layers.append((f"service {caller}, to {discovery_name}", toward, Scope.CALLER))
    return tuple(
        Layer(source=source, tags=tags, scope=scope, cluster=cluster)
        for source, tags, scope in layers
        if any(key.startswith(PREFIX) for key, _ in tags)
    )


def _toward(tags: Tags, discovery_name: str) -> Iterator[tuple[str, str]]:
    """A caller's tags for one target as if the target had them."""
    start = f"{TOWARD}{discovery_name}."
    for key, text in tags:
        if key.startswith(start):
            yield PREFIX + key.removeprefix(start), text


def toward(discovery_name: str, setting: str) -> str:
    """The key of the tag by which a calling service says a setting for one target."""
    return f"{TOWARD}{discovery_name}.{setting}"


# What texts mean. All raise WrongWord.


def duration(text: str) -> float:
    """Seconds: ``250ms``, ``2s``, ``1m``, ``1h``; ``0`` and ``off`` are 0."""
    if text in ("0", OFF):
        return 0
    found = re.fullmatch(r"([0-9]{1,9}(?:\.[0-9]{1,6})?)(ms|s|m|h)", text)
    if not found:
        raise WrongWord(f"{_shown(text)} is no duration: 250ms, 2s, 1m, 1h or off.")
    value = float(found[1]) * _UNITS[found[2]]
    if value > _LONGEST:
        raise WrongWord(f"{text} is longer than a year.")
    return value


def some_duration(text: str) -> float:
    """A duration that is not 0."""
    value = duration(text)
    if value < 0.001:
        raise WrongWord(f"{_shown(text)} is too short: the least is 1ms.")
    return value


def count(text: str, least: int, most: int) -> int:
    """A whole number within limits."""
    if not re.fullmatch(r"[0-9]{1,10}", text) or not least <= int(text) <= most:
        raise WrongWord(f"{_shown(text)} is no whole number from {least} to {most}.")
    return int(text)


def limit(text: str) -> int | None:
    """A number from 1, None for ``off``."""
    return None if text == OFF else count(text, 1, 2**31 - 1)


def percent(text: str) -> float:
    """0 to 100, with up to four decimals; ``off`` is 0."""
    if text == OFF:
        return 0
    if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,4})?", text) or float(text) > 100:
        raise WrongWord(f"{_shown(text)} is no percentage: 0 to 100, such as 5 or 0.1.")
    return float(text)


def address_and_port(text: str) -> tuple[str, int] | None:
    """An IPv4 address and port, ``10.0.1.9:4317``; None for ``off``."""
    if text == OFF:
        return None
    address, _, port = text.rpartition(":")
    try:
        return str(IPv4Address(address)), count(port, 1, 65535)
    except ValueError as error:
        raise WrongWord(f"{_shown(text)} is no IPv4 address and port: 10.0.1.9:4317.") from error


def switch(text: str) -> bool:
    """``on`` or ``off``."""
    if text not in ("on", OFF):
        raise WrongWord(f"{_shown(text)} is neither on nor off.")
    return text == "on"


GRPC_STATUSES = ("cancelled", "deadline-exceeded", "internal", "resource-exhausted", "unavailable")
"""Those that Envoy can try again (its ``x-envoy-retry-grpc-on``)."""


def statuses(text: str) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """HTTP statuses and gRPC statuses of failures: ``503 502 unavailable``; ``off`` = none."""
    found = [] if text == OFF else list(dict.fromkeys(words(text)))
    http = [word for word in found if word not in GRPC_STATUSES]
    for word in http:
        if not word.isdecimal():
            raise WrongWord(
                f"{_shown(word)} is neither a status from 400 to 599 nor one of gRPC's "
                f"{', '.join(GRPC_STATUSES)}."
            )
    grpc = tuple(word for word in found if word in GRPC_STATUSES)
    return tuple(count(word, 400, 599) for word in http), grpc


def words(text: str) -> list[str]:
    """A list's words: between spaces, or ``+`` where a route's own words are between spaces."""
    found = re.split(r"[ +]+", text.strip(" +"))
    if found == [""]:
        raise WrongWord("It says nothing.")
    return found


def shares(text: str) -> tuple[tuple[str, int], ...]:
    """Discovery names with weights, ``cats:90 cats-next:10``; ``off`` = none."""
    if text == OFF:
        return ()
    found: dict[str, int] = {}
    for word in words(text):
        name, colon, weight = word.partition(":")
        if discovery_name(name) in found:
            raise WrongWord(f"{name} stands twice in {_shown(text)}.")
        found[name] = count(weight, 0, 10_000) if colon else 1
    if not any(found.values()):
        raise WrongWord("All the weights are 0.")
    return tuple(found.items())


def copies(text: str) -> tuple[tuple[str, float], ...]:
    """Discovery names with percentages, ``cats-next:5``, 100 when not said; ``off`` = none."""
    if text == OFF:
        return ()
    parts = [word.partition(":") for word in words(text)]
    return tuple((discovery_name(n), percent(p) if colon else 100) for n, colon, p in parts)


def discovery_name(text: str) -> str:
    """A discovery name of the namespace (API: ServiceConnectService.discoveryName)."""
    if not _NAME.fullmatch(text):
        raise WrongWord(f"{_shown(text)} is no discovery name.")
    return text


def delay(text: str) -> tuple[float, float]:
    """Seconds and percent, ``200ms:10``, 100 when not said; ``off`` = none."""
    if text == OFF:
        return 0, 0
    length, colon, part = text.partition(":")
    return some_duration(length), percent(part) if colon else 100


def abort(text: str) -> tuple[int, float]:
    """An HTTP status and percent, ``503:5``, 100 when not said; ``off`` = none."""
    if text == OFF:
        return 0, 0
    status, colon, part = text.partition(":")
    return count(status, 200, 599), percent(part) if colon else 100


def rate(text: str) -> RateLimit | None:
    """``100/s``, ``600/m``, ``20/10s``, and ``burst=`` the most at one moment; ``off`` = none."""
    if text == OFF:
        return None
    pace, *rest = words(text)
    requests, slash, every = pace.partition("/")
    if not slash or len(rest) > 1 or any(not word.startswith("burst=") for word in rest):
        raise WrongWord(f"{_shown(text)} is no rate: 100/s, 600/m, 20/10s or 100/s burst=200.")
    seconds = _UNITS[every] if every in _UNITS else some_duration(every)
    if seconds < 0.05:
        raise WrongWord(f"{_shown(every)} is too short: the least is 50ms.")
    bursts = [count(word.removeprefix("burst="), 1, 10**9) for word in rest]
    return RateLimit(
        requests=count(requests, 1, 10**9), seconds=seconds, burst=bursts[0] if bursts else None
    )


_PLAIN = {
    "round_robin": Algorithm.ROUND_ROBIN,
    "least_request": Algorithm.LEAST_OUTSTANDING_REQUESTS,
    "random": Algorithm.WEIGHTED_RANDOM,
}


def balancing(text: str) -> tuple[Algorithm, tuple[HashOn, ...]]:
    """``round_robin``, ``least_request``, ``random``, or ``hash`` and what to hash."""
    first, *rest = words(text)
    if first in _PLAIN and not rest:
        return _PLAIN[first], ()
    if first != "hash":
        raise WrongWord(f"{_shown(text)} is none of round_robin, least_request, random and hash.")
    return Algorithm.CONSISTENT_HASH, tuple(map(_hashed, rest)) or (HashOn("source"),)


def _hashed(word: str) -> HashOn:
    kind, _, name = word.partition(":")
    if kind == "source" and not name:
        return HashOn("source")
    if kind == "header" and _TOKEN.fullmatch(name):
        return HashOn("header", name.lower())
    if kind == "cookie":
        cookie, slash, lifetime = name.partition("/")
        if _TOKEN.fullmatch(cookie):
            return HashOn("cookie", cookie, some_duration(lifetime) if slash else None)
    raise WrongWord(
        f"{_shown(word)} can't be hashed: source, header:x-user, cookie:session, "
        "or cookie:stay/1h for a cookie of the proxy's own."
    )


def conditions(found: list[str]) -> tuple[Condition, ...]:
    """What a route asks for: ``path:/v2 exact-path:/x header:x-beta=yes method:GET``.

    Methods stand for each other; all else must hold together.
    """
    made: list[Condition] = []
    methods: list[str] = []
    for word in found:
        kind, _, rest = word.partition(":")
        if kind == "method" and re.fullmatch("[A-Z]{1,32}", rest):
            methods.append(rest)
        else:
            made.append(_condition(word, kind, rest))
    return tuple(made + ([MethodIs(tuple(methods))] if methods else []))


def _condition(word: str, kind: str, rest: str) -> Condition:
    if kind in ("path", "exact-path") and re.fullmatch(r"/[^?#*]*", rest):
        return PathUnder(rest) if kind == "path" else PathMatches((rest,))
    if kind == "header":
        name, equals, value = rest.partition("=")
        if _TOKEN.fullmatch(name):
            return HeaderIs(name.lower(), value if equals else None)
    raise WrongWord(
        f"{_shown(word)} is no condition: path:/v2, exact-path:/v2, header:x-beta, "
        "header:x-beta=yes or method:GET."
    )


def _shown(text: str) -> str:
    return f'"{text}"'
