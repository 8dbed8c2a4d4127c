"""Forms, as the query and ec2 protocols send parameters: dotted names, numbered lists."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias
from urllib.parse import parse_qsl

from seaway.aws.errors import SerializationException
from seaway.aws.model import Member, Service, Shape
from seaway.aws.wire import scalar
from seaway.aws.wire.protocol import Body, Payload

Node: TypeAlias = "str | dict[str, Node]"
"""A value, or what stands below a name."""

Parse = Callable[[Node], Any]


def read_form(body: bytes) -> dict[str, str]:
    """The fields of a form body or query string; later ones win."""
    try:
        return dict(parse_qsl(body.decode("utf-8"), keep_blank_values=True, errors="strict"))
    except ValueError as error:
        raise SerializationException("The form is not valid UTF-8.") from error


def nest(fields: Mapping[str, str]) -> dict[str, Node]:
    """``{"A.member.1": "x"}`` as ``{"A": {"member": {"1": "x"}}}``."""
    root: dict[str, Node] = {}
    for name, value in fields.items():
        *above, last = name.split(".")
        here = root
        for part in above:
            below = here.get(part)
            if not isinstance(below, dict):
                below = {}
                here[part] = below
            here = below
        here.setdefault(last, value)
    return root


class FormParser:
    """Nested form → request, by the model's shapes; one parser per shape, made once."""

    def __init__(self, service: Service, *, ec2: bool) -> None:
        self._service = service
        self._ec2 = ec2
        self._made: dict[str, Parse] = {}
        self._making: set[str] = set()

    def request(self, shape: str | None, payload: Payload) -> Body:
        """A request's parameters; an operation without a shape takes none.

        Raises SerializationException.
        """
        if shape is None:
            return {}
        fields = payload.form if payload.form is not None else read_form(payload.body)
        try:
            parsed: Body = self.of(shape)(nest(fields))
        except RecursionError as error:
            raise SerializationException("The form is nested too deep.") from error
        return parsed

    def of(self, name: str, flattened: bool = False) -> Parse:
        """The parser of the named shape."""
        key = f"{name} flat" if flattened else name
        found = self._made.get(key)
        if found is not None:
            return found
        if key in self._making:
            return lambda node: self._made[key](node)
        self._making.add(key)
        made = self._make(self._service.shapes[name], flattened)
        self._making.discard(key)
        self._made[key] = made
        return made

    def _make(self, shape: Shape, flattened: bool) -> Parse:
        flat = flattened or shape.flattened or self._ec2
        if shape.kind == "structure":
            return self._structure(shape)
        if shape.item is not None:
            word = None if flat else shape.item.location_name or "member"
            return _list(self.of(shape.item.shape), word)
        if shape.key is not None and shape.value is not None:
            return self._map(shape.key, shape.value, None if flat else "entry")
        return _SCALARS[shape.kind]

    def _structure(self, shape: Shape) -> Parse:
        table = {
            self._wire_name(member): (member.name, self.of(member.shape, member.flattened))
            for member in shape.members.values()
        }

        def parse(node: Node) -> dict[str, Any]:
            if isinstance(node, str):
                _refuse_text(node)
                return {}
            out = {}
            for key, inner in node.items():
                entry = table.get(key)
                if entry is not None:
                    out[entry[0]] = entry[1](inner)
            return out

        return parse

    def _map(self, key: Member, value: Member, word: str | None) -> Parse:
        parse_key, parse_value = self.of(key.shape), self.of(value.shape)
        key_name, value_name = key.location_name or "key", value.location_name or "value"

        def parse(node: Node) -> dict[Any, Any]:
            if isinstance(node, str):
                _refuse_text(node)
                return {}
            out = {}
            for entry in _numbered(_below(node, word)):
                if isinstance(entry, str) or key_name not in entry:
                    raise SerializationException("A map entry has no key.")
                out[parse_key(entry[key_name])] = parse_value(entry.get(value_name, ""))
            return out

        return parse

    def _wire_name(self, member: Member) -> str:
        if self._ec2:
            return member.query_name or _upper_first(member.location_name) or member.name
        shape = self._service.shapes[member.shape]
        if (member.flattened or shape.flattened) and shape.item and shape.item.location_name:
            return shape.item.location_name
        return member.location_name or member.name


def _upper_first(name: str | None) -> str | None:
    return name[:1].upper() + name[1:] if name else None


def _refuse_text(node: str) -> None:
    """An empty value where a list, map or structure stands means: set to empty."""
    if node:
        raise SerializationException(f"{node!r} found where a list or structure is expected.")


def _below(node: dict[str, Node], word: str | None) -> dict[str, Node]:
    """The numbered entries; their word (``member``, ``entry``) may be left out."""
    inner = node.get(word) if word else None
    return inner if isinstance(inner, dict) else node


def _numbered(node: dict[str, Node]) -> Iterator[Node]:
    """The entries by number; gaps are allowed."""
    numbers = sorted(
        (int(key), key) for key in node if key.isascii() and key.isdigit() and len(key) < 10
    )
    return (node[key] for _, key in numbers)


def _list(item: Parse, word: str | None) -> Parse:
    def parse(node: Node) -> list[Any]:
        if isinstance(node, str):
            _refuse_text(node)
            return []
        return [item(inner) for inner in _numbered(_below(node, word))]

    return parse


def _text(node: Node) -> str:
    if isinstance(node, str):
        return node
    raise SerializationException("A structure was found where a single value is expected.")


def _whole(kind: str) -> Parse:
    def parse(node: Node) -> int:
        text = _text(node)
        try:
            return scalar.bounded(int(text[:32]), kind)
        except ValueError as error:
            raise SerializationException(f"{text!r} is not a valid {kind}.") from error

    return parse


def _number(node: Node) -> float:
    text = _text(node)
    try:
        return float(text)
    except ValueError as error:
        raise SerializationException(f"{text!r} is not a valid number.") from error


def _boolean(node: Node) -> bool:
    text = _text(node).lower()
    if text in ("true", "false"):
        return text == "true"
    raise SerializationException(f"{text!r} is not a valid boolean.")


_SCALARS: dict[str, Parse] = {
    "string": _text,
    "character": _text,
    "integer": _whole("integer"),
    "long": _whole("long"),
    "float": _number,
    "double": _number,
    "boolean": _boolean,
    "timestamp": lambda node: scalar.from_text(_text(node)),
    "blob": lambda node: scalar.from_base64(_text(node)),
}
