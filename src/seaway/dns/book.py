"""The file between control plane and name server: replaced as a whole, never written in place."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson

from seaway.core.zone import Book, RecordSet, Resolver, Zone


def encode(book: Book) -> bytes:
    """The book as JSON."""
    return orjson.dumps(book)


def decode(content: bytes) -> Book:
    """What ``encode`` made. Raises ValueError, KeyError, TypeError for anything else."""
    raw = orjson.loads(content)
    return Book(
        zones=tuple(_zone(zone) for zone in raw["zones"]),
        resolvers=tuple(
            Resolver(address=one["address"], vpcs=tuple(one["vpcs"])) for one in raw["resolvers"]
        ),
    )


def _zone(raw: dict[str, Any]) -> Zone:
    return Zone(
        name=raw["name"],
        scope=raw["scope"],
        ttl=raw["ttl"],
        sets=tuple(_record_set(one) for one in raw["sets"]),
    )


def _record_set(raw: dict[str, Any]) -> RecordSet:
    values: Sequence[Sequence[Any]] = raw["values"]
    return RecordSet(
        name=raw["name"],
        type=raw["type"],
        ttl=raw["ttl"],
        values=tuple((value, healthy) for value, healthy in values),
        weighted=raw["weighted"],
    )


def replace_file(path: Path, content: bytes) -> None:
    """Put the content in the file's place at once: a reader sees the old or the new, whole."""
    beside = path.with_name(path.name + ".new")
    beside.write_bytes(content)
    os.replace(beside, path)
