"""The model's constraints on requests, checked before a handler sees them.

What is checked, and how a breach is said, differs from service to service; the table
``RULES`` says how. A check is made once per shape; shapes with nothing to check cost nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from seaway.aws.errors import AwsError, ValidationException
from seaway.aws.model import Service, Shape

Check = Callable[[Any, str, list["Breach"]], None]
"""Looks at a value found at a path and adds what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Breach:
    """One broken constraint: where, with which value, and what should hold."""

    path: str
    value: Any
    constraint: str


class InvalidParameterException(AwsError):
    """A parameter is not valid (ecs, ecr, logs)."""

    code = "InvalidParameterException"


class InvalidInput(AwsError):
    """One or more specified values aren't valid (servicediscovery)."""

    code = "InvalidInput"


class MissingParameter(AwsError):
    """The request lacks a required parameter (ec2 error codes)."""

    code = "MissingParameter"


@dataclass(frozen=True, slots=True)
class Rule:
    """How one service checks. ``enums`` and ``bounds`` tell whether those are checked here.

    ``own`` are words that Seaway knows beyond an enum's, by the shape's name.
    """

    error: Callable[[list[Breach]], AwsError]
    enums: bool = True
    bounds: bool = True
    own: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def _detected(breaches: list[Breach]) -> str:
    count = len(breaches)
    told = "; ".join(
        f"Value {_shown(breach.value)} at '{breach.path}' failed to satisfy constraint: "
        f"{breach.constraint}"
        for breach in breaches
    )
    return f"{count} validation error{'s' if count > 1 else ''} detected: {told}"


def _shown(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, list):
        return f"'[{', '.join(map(str, value))}]'"
    return f"'{value}'"


def _ecr(breaches: list[Breach]) -> AwsError:
    first = breaches[0]
    constraint = first.constraint.removeprefix("Member ").replace("pattern: ", "'")
    end = "''" if "regular expression" in constraint else "'"
    return InvalidParameterException(
        f"Invalid parameter at '{first.path}' failed to satisfy constraint: '{constraint}{end}"
    )


def _ec2(breaches: list[Breach]) -> AwsError:
    name = breaches[0].path
    return MissingParameter(f"The request must contain the parameter {name[:1].upper()}{name[1:]}")


RULES: dict[str, Rule] = {
    "ecs": Rule(
        lambda found: InvalidParameterException(_detected(found)),
        own={
            "ClusterSettingName": ("faithful",),
            # The model's text names the stage, its enum has forgotten it.
            "ServiceDeploymentLifecycleStage": ("PRE_PRODUCTION_TRAFFIC_SHIFT",),
        },
    ),
    "ecr": Rule(_ecr),
    "logs": Rule(lambda found: InvalidParameterException(_detected(found))),
    "servicediscovery": Rule(lambda found: InvalidInput(_detected(found))),
    "ec2": Rule(_ec2, enums=False, bounds=False),
}
"""The services that do not answer with the common ValidationException (query: ValidationError).

EC2 says each parameter's own error for anything but a missing one; its handlers do that.
"""

_DEFAULT = Rule(lambda found: ValidationException(_detected(found)))


class Constraints:
    """One service's checks of its requests."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._rule = RULES.get(service.name, _DEFAULT)
        self._made: dict[str, Check | None] = {}
        self._making: set[str] = set()

    def check(self, operation: str, request: dict[str, Any]) -> None:
        """Return when the request keeps the model's constraints; else the service's error."""
        shape = self._service.operations[operation].input
        check = self._of(shape) if shape else None
        if check is None:
            return
        breaches: list[Breach] = []
        check(request, "", breaches)
        if breaches:
            raise self._rule.error(breaches)

    def _of(self, name: str) -> Check | None:
        if name in self._made:
            return self._made[name]
        if name in self._making:
            return lambda value, path, found: self._again(name, value, path, found)
        self._making.add(name)
        made = self._make(self._service.shapes[name])
        self._making.discard(name)
        self._made[name] = made
        return made

    def _again(self, name: str, value: Any, path: str, found: list[Breach]) -> None:
        check = self._made[name]
        if check is not None:
            check(value, path, found)

    def _make(self, shape: Shape) -> Check | None:
        if shape.kind == "structure":
            return self._structure(shape)
        if shape.item is not None:
            return _both(self._bounds(shape), _each(self._of(shape.item.shape)))
        if shape.key is not None and shape.value is not None:
            inner = _pairs(self._of(shape.key.shape), self._of(shape.value.shape))
            return _both(self._bounds(shape), inner)
        return _both(self._bounds(shape), self._words(shape))

    def _structure(self, shape: Shape) -> Check | None:
        inner = [(m.name, look) for m in shape.members.values() if (look := self._of(m.shape))]
        required = shape.required
        if not inner and not required:
            return None

        def check(value: Any, path: str, found: list[Breach]) -> None:
            for name in required:
                if value.get(name) is None:
                    found.append(Breach(_joined(path, name), None, "Member must not be null"))
            for name, look in inner:
                member = value.get(name)
                if member is not None:
                    look(member, _joined(path, name), found)

        return check

    def _bounds(self, shape: Shape) -> Check | None:
        low, high = shape.minimum, shape.maximum
        if not self._rule.bounds or (low is None and high is None):
            return None
        number = shape.kind in ("integer", "long", "float", "double")
        what = "value" if number else "length"

        def check(value: Any, path: str, found: list[Breach]) -> None:
            size = value if number else len(value)
            if low is not None and size < low:
                told = f"Member must have {what} greater than or equal to {low}"
                found.append(Breach(path, value, told))
            elif high is not None and size > high:
                told = f"Member must have {what} less than or equal to {high}"
                found.append(Breach(path, value, told))

        return check

    def _words(self, shape: Shape) -> Check | None:
        if shape.kind != "string":
            return None
        if shape.enum and self._rule.enums:
            return _one_of(shape.enum + self._rule.own.get(shape.name, ()))
        if shape.pattern and self._rule.bounds:
            return _matching(shape.pattern, shape.maximum)
        return None


def _joined(path: str, name: str) -> str:
    plain = name[:1].lower() + name[1:]
    return f"{path}.{plain}" if path else plain


def _both(first: Check | None, second: Check | None) -> Check | None:
    if first is None or second is None:
        return first or second

    def check(value: Any, path: str, found: list[Breach]) -> None:
        first(value, path, found)
        second(value, path, found)

    return check


def _each(item: Check | None) -> Check | None:
    if item is None:
        return None

    def check(value: Any, path: str, found: list[Breach]) -> None:
        for number, inner in enumerate(value, 1):
            item(inner, f"{path}.{number}.member", found)

    return check


def _pairs(key: Check | None, inner: Check | None) -> Check | None:
    if key is None and inner is None:
        return None

    def check(value: Any, path: str, found: list[Breach]) -> None:
        for name, held in value.items():
            if key is not None:
                key(name, f"{path}.key", found)
            if inner is not None:
                inner(held, f"{path}.{name}.member", found)

    return check


def _one_of(words: tuple[str, ...]) -> Check:
    known = frozenset(words)

    def check(value: Any, path: str, found: list[Breach]) -> None:
        if value not in known:
            told = f"Member must satisfy enum value set: [{', '.join(words)}]"
            found.append(Breach(path, value, told))

    return check


def _matching(pattern: str, longest: float | None) -> Check | None:
    """Too long a value has its own breach, and is not tried against the pattern."""
    compiled = _compiled(pattern)
    if compiled is None:
        return None

    def check(value: Any, path: str, found: list[Breach]) -> None:
        if longest is not None and len(value) > longest:
            return
        if compiled.fullmatch(value) is None:
            told = f"Member must satisfy regular expression pattern: {pattern}"
            found.append(Breach(path, value, told))

    return check


def _compiled(pattern: str) -> re.Pattern[str] | None:
    """The models' patterns are Java's; None for one that cannot be said in Python's."""
    text = pattern.replace(r"\p{L}\p{Z}\p{N}", r"\w\s")
    try:
        return re.compile(text)
    except re.error:
        return None
