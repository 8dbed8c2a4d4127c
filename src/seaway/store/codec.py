"""Noun ⇄ JSON: every noun is a frozen dataclass, and its fields' types say how it is read back."""

from __future__ import annotations

import json
import types
import typing
from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any

Decoder = Callable[[Any], Any]


def encode(noun: Any) -> str:
    """A noun as compact JSON; fields that hold their default are left out."""
    return json.dumps(_plain(noun), separators=(",", ":"), ensure_ascii=False)


def decode(kind: Any, text: str) -> Any:
    """The noun that ``encode`` wrote; members the noun no longer has are ignored."""
    read: Decoder = _decoder(kind)
    return read(json.loads(text))


@cache
def _members(kind: Any) -> tuple[tuple[str, Any], ...]:
    return tuple(
        (f.name, f.default_factory() if f.default_factory is not MISSING else f.default)
        for f in fields(kind)
    )


def _plain(value: Any) -> Any:
    if value is None or type(value) in (str, int, float, bool):
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if is_dataclass(value):
        members = _members(value.__class__)
        found = ((name, getattr(value, name), default) for name, default in members)
        return {name: _plain(item) for name, item, default in found if item != default}
    raise TypeError(f"a noun may not hold {type(value).__name__}")


@cache
def _decoder(kind: Any) -> Decoder:
    if kind in (str, int, bool, Any):
        return lambda value: value
    if kind is float:
        return float
    if kind is bytes:
        return bytes.fromhex
    origin = typing.get_origin(kind)
    if origin in (types.UnionType, typing.Union):
        return _optional(kind)
    if origin is tuple:
        return _tuple(typing.get_args(kind))
    if origin is dict:
        return _mapping(typing.get_args(kind)[1])
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind
    if isinstance(kind, type) and is_dataclass(kind):
        return _dataclass(kind)
    raise TypeError(f"a noun may not hold {kind!r}")


def _optional(kind: Any) -> Decoder:
    some = [member for member in typing.get_args(kind) if member is not type(None)]
    if len(some) != 1:
        raise TypeError(f"a noun's field may be of one kind or None, not {kind!r}")
    inner = _decoder(some[0])
    return lambda value: None if value is None else inner(value)


def _tuple(members: tuple[Any, ...]) -> Decoder:
    if len(members) == 2 and members[1] is Ellipsis:
        inner = _decoder(members[0])
        return lambda value: tuple(map(inner, value))
    each = tuple(_decoder(member) for member in members)
    return lambda value: tuple(read(item) for read, item in zip(each, value, strict=True))


def _mapping(member: Any) -> Decoder:
    inner = _decoder(member)
    return lambda value: {key: inner(item) for key, item in value.items()}


def _dataclass(kind: type[Any]) -> Decoder:
    hints = typing.get_type_hints(kind)
    members = {f.name: _decoder(hints[f.name]) for f in fields(kind)}

    def read(value: dict[str, Any]) -> Any:
        known = {name: item for name, item in value.items() if name in members}
        return kind(**{name: members[name](item) for name, item in known.items()})

    return read
