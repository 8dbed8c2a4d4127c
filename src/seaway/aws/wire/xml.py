"""XML bodies, as the query and ec2 protocols answer with them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from seaway.aws.model import Member, Service, Shape
from seaway.aws.wire import scalar

Write = Callable[[Any, list[str]], None]

_SPECIAL = re.compile('[&<>"\r\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]')
_ENTITY = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#xD;"}


def escape(text: str) -> str:
    """``text`` as XML content; characters that XML 1.0 forbids are dropped."""
    if _SPECIAL.search(text) is None:
        return text
    return _SPECIAL.sub(lambda match: _ENTITY.get(match.group(), ""), text)


class XmlRenderer:
    """Response → XML, by the model's shapes; one writer per shape and tag, made once.

    ``item_tag`` is the tag of a list's items where the model gives none.
    """

    def __init__(self, service: Service, *, item_tag: str) -> None:
        self._service = service
        self._item_tag = item_tag
        self._made: dict[tuple[str, str, bool], Write] = {}
        self._making: set[tuple[str, str, bool]] = set()
        self._contents: dict[str, Write] = {}

    def contents(self, name: str) -> Write:
        """Writes a structure's members, with no tag around them."""
        found = self._contents.get(name)
        if found is None:
            found = _members(self._table(self._service.shapes[name]))
            self._contents[name] = found
        return found

    def _of(self, name: str, tag: str, flattened: bool = False) -> Write:
        key = (name, tag, flattened)
        found = self._made.get(key)
        if found is not None:
            return found
        if key in self._making:
            return lambda value, out: self._made[key](value, out)
        self._making.add(key)
        made = self._make(self._service.shapes[name], tag, flattened)
        self._making.discard(key)
        self._made[key] = made
        return made

    def _make(self, shape: Shape, tag: str, flattened: bool) -> Write:
        flat = flattened or shape.flattened
        if shape.kind == "structure":
            return _tagged(tag, _members(self._table(shape)))
        if shape.item is not None:
            if flat:
                return _each(self._of(shape.item.shape, tag))
            item_tag = shape.item.location_name or self._item_tag
            return _tagged(tag, _each(self._of(shape.item.shape, item_tag)))
        if shape.key is not None and shape.value is not None:
            entry = self._entry(shape.key, shape.value)
            if flat:
                return _pairs(_tagged(tag, entry))
            return _tagged(tag, _pairs(_tagged("entry", entry)))
        return _scalar(tag, shape.kind, shape.timestamp_format)

    def _table(self, shape: Shape) -> dict[str, Write]:
        return {member.name: self._member(member) for member in shape.members.values()}

    def _member(self, member: Member) -> Write:
        shape = self._service.shapes[member.shape]
        tag = member.location_name or member.name
        flattened = member.flattened or shape.flattened
        if flattened and shape.item and shape.item.location_name:
            tag = shape.item.location_name
        if member.timestamp_format:
            return _scalar(tag, shape.kind, member.timestamp_format)
        return self._of(member.shape, tag, flattened)

    def _entry(self, key: Member, value: Member) -> Write:
        write_key = self._of(key.shape, key.location_name or "key")
        write_value = self._of(value.shape, value.location_name or "value")

        def write(pair: Any, out: list[str]) -> None:
            write_key(pair[0], out)
            write_value(pair[1], out)

        return write


def _members(table: dict[str, Write]) -> Write:
    def write(value: Any, out: list[str]) -> None:
        for name, inner in value.items():
            if inner is not None:
                table[name](inner, out)

    return write


def _tagged(tag: str, contents: Write) -> Write:
    start, end = f"<{tag}>", f"</{tag}>"

    def write(value: Any, out: list[str]) -> None:
        out.append(start)
        contents(value, out)
        out.append(end)

    return write


def _each(item: Write) -> Write:
    def write(value: Any, out: list[str]) -> None:
        for inner in value:
            item(inner, out)

    return write


def _pairs(entry: Write) -> Write:
    def write(value: Any, out: list[str]) -> None:
        for pair in value.items():
            entry(pair, out)

    return write


def _scalar(tag: str, kind: str, timestamp_format: str | None) -> Write:
    start, end = f"<{tag}>", f"</{tag}>"
    convert = _times(timestamp_format) if kind == "timestamp" else _SCALARS[kind]

    def write(value: Any, out: list[str]) -> None:
        out.append(f"{start}{convert(value)}{end}")

    return write


def _times(timestamp_format: str | None) -> Callable[[Any], str]:
    if timestamp_format == "rfc822":
        return scalar.rfc822
    if timestamp_format == "unixTimestamp":
        return lambda value: repr(scalar.epoch(value))
    return scalar.iso8601


def _number(value: float) -> str:
    return scalar.spoken_number(value) or repr(float(value))


_SCALARS: dict[str, Callable[[Any], str]] = {
    "string": escape,
    "character": escape,
    "integer": str,
    "long": str,
    "float": _number,
    "double": _number,
    "boolean": lambda value: "true" if value else "false",
    "blob": scalar.to_base64,
}
