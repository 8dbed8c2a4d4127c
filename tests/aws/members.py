"""Every member of an operation's input, one request for each that differs in nothing else."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import botocore.session
from botocore.model import ListShape, MapShape, Shape, StructureShape

Request = dict[str, Any]

_SCALARS: Mapping[str, Any] = {
    "string": "probe",
    "integer": 7,
    "long": 7,
    "double": 7.5,
    "float": 7.5,
    "boolean": True,
    "blob": "probe",
}


@cache
def input_shape(service: str, operation: str) -> StructureShape:
    """What botocore's model says the operation takes."""
    model = botocore.session.get_session().get_service_model(service)
    shape = model.operation_model(operation).input_shape
    assert isinstance(shape, StructureShape)
    return shape


def members(shape: Shape, path: str = "") -> Iterator[str]:
    """The paths of all members that hold no further ones: ``services[].clientAliases[].port``."""
    if isinstance(shape, StructureShape) and shape.members:
        for name, member in shape.members.items():
            yield from members(member, f"{path}.{name}" if path else name)
    elif isinstance(shape, ListShape) and isinstance(shape.member, StructureShape):
        yield from members(shape.member, path + "[]")
    else:
        yield path


def probe(shape: StructureShape, base: Request, path: str, value: Any = None) -> Request:
    """``base`` with the member at ``path`` set, and what its structures require beside it."""
    request = copy.deepcopy(base)
    place: Any = request
    here: Shape = shape
    *outer, last = path.split(".")
    for step in outer:
        name = step.removesuffix("[]")
        here = here.members[name]
        if step.endswith("[]"):
            assert isinstance(here, ListShape)
            here = here.member
            items = place.setdefault(name, [])
            if not items:
                items.append(_least(here))
            place = items[0]
        else:
            place = place.setdefault(name, _least(here))
    assert isinstance(here, StructureShape)
    place[last] = _some(here.members[last]) if value is None else value
    return request


def _least(shape: Shape) -> Any:
    """A structure with what it requires and nothing else."""
    assert isinstance(shape, StructureShape)
    return {name: _some(shape.members[name]) for name in shape.required_members}


def _some(shape: Shape) -> Any:
    """A value of the shape that is nobody's default."""
    if isinstance(shape, StructureShape):
        return _least(shape)
    if isinstance(shape, ListShape):
        return [_some(shape.member)]
    if isinstance(shape, MapShape):
        return {"probe": _some(shape.value)}
    return shape.enum[-1] if getattr(shape, "enum", None) else _SCALARS[shape.type_name]
