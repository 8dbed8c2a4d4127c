"""Tags as all services keep them; each has limits and refusals of its own."""

from __future__ import annotations

from collections.abc import Iterable

from seaway.core.names import Tags


def joined(old: Tags, new: Tags) -> Tags:
    """The old tags with the new ones put over them; a key keeps its place."""
    return tuple({**dict(old), **dict(new)}.items())


def without(tags: Tags, keys: Iterable[str]) -> Tags:
    """The tags whose keys are not among these; a key that is not there is no error."""
    gone = set(keys)
    return tuple(tag for tag in tags if tag[0] not in gone)
