"""The REST protocols' operations, by method, path and query."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote

from seaway.aws.model import Operation, Service

_LABEL = re.compile(r"\{(\w+)(\+?)\}")


@dataclass(frozen=True, slots=True)
class Route:
    """Where one operation is found. ``constants`` are what its query has to say."""

    operation: str
    method: str
    path: re.Pattern[str]
    labels: tuple[str, ...]
    constants: tuple[tuple[str, str], ...]
    weight: tuple[int, int, int]
    """The heavier of two that fit is meant: more constants, more fixed text, fewer labels."""

    def match(self, path: str) -> dict[str, str] | None:
        """What stands in the labels' places, decoded; None when it is another path."""
        found = self.path.fullmatch(path)
        if found is None:
            return None
        return {
            label: unquote(text) for label, text in zip(self.labels, found.groups(), strict=True)
        }


class Router:
    """One service's routes."""

    def __init__(self, service: Service) -> None:
        made = [_route(operation) for operation in service.operations.values()]
        self._routes = sorted(made, key=lambda route: route.weight, reverse=True)
        self._by_name = {route.operation: route for route in made}

    def operation(self, method: str, path: bytes, query: bytes) -> str | None:
        """The operation asked for, if the service has it here."""
        text = path.decode("latin-1")
        said = dict(parse_qsl(query.decode("latin-1"), keep_blank_values=True))
        for route in self._routes:
            if (
                route.method == method
                and all(said.get(name) == value for name, value in route.constants)
                and route.match(text) is not None
            ):
                return route.operation
        return None

    def labels(self, operation: str, path: bytes) -> Mapping[str, str]:
        """What stands in the places of the operation's labels."""
        return self._by_name[operation].match(path.decode("latin-1")) or {}


def _route(operation: Operation) -> Route:
    path, _, query = operation.path.partition("?")
    fixed = path.rstrip("/")
    pattern, end = "", 0
    for found in _LABEL.finditer(fixed):
        pattern += re.escape(fixed[end : found.start()]) + ("(.+)" if found[2] else "([^/]+)")
        end = found.end()
    constants = tuple(parse_qsl(query, keep_blank_values=True))
    labels = tuple(found[1] for found in _LABEL.finditer(fixed))
    plain = len(_LABEL.sub("", fixed))
    return Route(
        operation=operation.name,
        method=operation.method,
        path=re.compile(pattern + re.escape(fixed[end:]) + "/?"),
        labels=labels,
        constants=constants,
        weight=(len(constants), plain, -len(labels)),
    )
