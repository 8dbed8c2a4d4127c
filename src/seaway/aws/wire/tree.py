"""Trees of maps and lists, as JSON and CBOR carry them, checked against the model's shapes.

For every shape one function is made, once, and kept; a request or an answer is then
converted by calling it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from seaway.aws.errors import SerializationException
from seaway.aws.model import Member, Service, Shape
from seaway.aws.wire.protocol import Body

Convert = Callable[[Any], Any]


class Tree(ABC):
    """Makes and keeps one converter per shape of a service."""

    def __init__(self, service: Service, *, location_names: bool) -> None:
        self._service = service
        self._location_names = location_names
        self._made: dict[tuple[str, str | None], Convert] = {}
        self._making: set[tuple[str, str | None]] = set()

    def of(self, shape: str, timestamp_format: str | None = None) -> Convert:
        """The converter of the named shape."""
        key = (shape, timestamp_format)
        found = self._made.get(key)
        if found is not None:
            return found
        if key in self._making:
            return lambda value: self._made[key](value)
        self._making.add(key)
        made = self._make(self._service.shapes[shape], timestamp_format)
        self._making.discard(key)
        self._made[key] = made
        return made

    def _make(self, shape: Shape, timestamp_format: str | None) -> Convert:
        if shape.document:
            return self.scalar("document", None)
        if shape.kind == "structure":
            return self.structure(shape)
        if shape.item is not None:
            return self.list(self._of_member(shape.item))
        if shape.key is not None and shape.value is not None:
            return self.map(self._of_member(shape.key), self._of_member(shape.value))
        return self.scalar(shape.kind, timestamp_format or shape.timestamp_format)

    def _of_member(self, member: Member) -> Convert:
        return self.of(member.shape, member.timestamp_format)

    def wire_name(self, member: Member) -> str:
        """The member's name in the tree."""
        return (self._location_names and member.location_name) or member.name

    @abstractmethod
    def structure(self, shape: Shape) -> Convert: ...

    @abstractmethod
    def list(self, item: Convert) -> Convert: ...

    @abstractmethod
    def map(self, key: Convert, value: Convert) -> Convert: ...

    @abstractmethod
    def scalar(self, kind: str, timestamp_format: str | None) -> Convert: ...


class TreeParser(Tree):
    """Wire tree → request. Null means absent; unknown members are passed over."""

    def request(self, shape: str | None, tree: Any) -> Body:
        """A request's parameters; an operation without a shape takes none.

        Raises SerializationException.
        """
        if shape is None:
            return {}
        try:
            parsed: Body = self.of(shape)(tree)
        except RecursionError as error:
            raise SerializationException("The body is nested too deep.") from error
        return parsed

    def structure(self, shape: Shape) -> Convert:
        table = {
            self.wire_name(member): (member.name, self._of_member(member))
            for member in shape.members.values()
        }

        def parse(value: Any) -> dict[str, Any]:
            if type(value) is not dict:
                raise _not(value, "a structure")
            out = {}
            for key, inner in value.items():
                entry = table.get(key)
                if entry is not None and inner is not None:
                    out[entry[0]] = entry[1](inner)
            return out

        return parse

    def list(self, item: Convert) -> Convert:
        def parse(value: Any) -> list[Any]:
            if type(value) is not list:
                raise _not(value, "a list")
            return [item(inner) for inner in value if inner is not None]

        return parse

    def map(self, key: Convert, value: Convert) -> Convert:
        def parse(given: Any) -> dict[Any, Any]:
            if type(given) is not dict:
                raise _not(given, "a map")
            return {key(k): value(v) for k, v in given.items() if v is not None}

        return parse

    def scalar(self, kind: str, timestamp_format: str | None) -> Convert:
        """Left to the protocol: how a single value is written."""
        raise NotImplementedError


class TreeRenderer(Tree):
    """Response → wire tree. Members that are None are left out; unknown ones are our mistake."""

    def structure(self, shape: Shape) -> Convert:
        table = {
            member.name: (self.wire_name(member), self._of_member(member))
            for member in shape.members.values()
        }

        def render(value: Any) -> dict[str, Any]:
            out = {}
            for name, inner in value.items():
                if inner is not None:
                    wire, convert = table[name]
                    out[wire] = inner if convert is same else convert(inner)
            return out

        return render

    def list(self, item: Convert) -> Convert:
        if item is same:
            return list
        return lambda value: [item(inner) for inner in value]

    def map(self, key: Convert, value: Convert) -> Convert:
        if value is same:
            return same
        return lambda given: {k: value(v) for k, v in given.items()}

    def scalar(self, kind: str, timestamp_format: str | None) -> Convert:
        """Left to the protocol: how a single value is written."""
        raise NotImplementedError


def same(value: Any) -> Any:
    """The value as it is."""
    return value


_WORD = {
    bool: "BOOLEAN_VALUE",
    int: "NUMBER_VALUE",
    float: "NUMBER_VALUE",
    str: "STRING_VALUE",
    list: "Start of list",
    dict: "Start of structure or map",
}


def _not(value: Any, wanted: str) -> SerializationException:
    found = _WORD.get(type(value), type(value).__name__)
    return SerializationException(f"{found} found where {wanted} is expected.")


def mismatch(value: Any, wanted: str) -> SerializationException:
    """The error of a single value of the wrong type, in AWS's words."""
    found = _WORD.get(type(value), type(value).__name__)
    if type(value) in (list, dict):
        return SerializationException(f"{found} found where not expected.")
    return SerializationException(f"{found} can not be converted to {wanted}")
