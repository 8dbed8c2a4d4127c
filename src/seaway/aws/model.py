"""The AWS service models: the one file that reads botocore's data.

The models are read as plain data, one service at a time, when first asked for; botocore
itself is never loaded here. What is kept is small: no documentation, and only the shapes
that the kept operations reach.
"""

from __future__ import annotations

import gzip
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import orjson

Raw = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A structure's member: its own name, its shape, and its names on the wires."""

    name: str
    shape: str
    location_name: str | None = None
    query_name: str | None = None
    location: str | None = None
    flattened: bool = False
    timestamp_format: str | None = None
    streaming: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One shape of a model. ``kind`` is the model's type: structure, list, map, string …

    ``minimum`` and ``maximum`` bound a number's value or a string's, list's or map's length.
    """

    name: str
    kind: str
    members: Mapping[str, Member]
    required: tuple[str, ...]
    item: Member | None
    key: Member | None
    value: Member | None
    minimum: float | None
    maximum: float | None
    pattern: str | None
    enum: tuple[str, ...]
    flattened: bool
    timestamp_format: str | None
    union: bool
    document: bool
    event_stream: bool
    exception: bool
    error_code: str | None
    error_status: int | None
    fault: bool
    payload: str | None = None
    """The member that is the whole body, in the REST protocols."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation: the shapes that go in and out, and what XML wraps the answer."""

    name: str
    input: str | None
    output: str | None
    result_wrapper: str | None
    errors: tuple[str, ...]
    unsigned: bool
    method: str
    path: str
    success: int = 200
    """The HTTP status of an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One service as its model says it.

    ``name`` is boto3's; ``known`` are the names of all operations of the model, while
    ``operations`` and ``shapes`` hold only what was asked for.
    """

    name: str
    service_id: str
    protocols: tuple[str, ...]
    json_version: str
    target_prefix: str
    api_version: str
    namespace: str
    signing_name: str
    query_compatible: bool
    operations: Mapping[str, Operation]
    known: frozenset[str]
    shapes: Mapping[str, Shape]

    def input_of(self, operation: Operation) -> Shape | None:
        """The shape of the operation's request, None when it takes nothing."""
        return self.shapes[operation.input] if operation.input else None

    def output_of(self, operation: Operation) -> Shape | None:
        """The shape of the operation's answer, None when it gives nothing."""
        return self.shapes[operation.output] if operation.output else None


class Models:
    """The services Seaway speaks, each read on first use.

    ``operations`` says per service which operations to keep; a service that it does not
    name is kept whole.
    """

    def __init__(self, operations: Mapping[str, Collection[str]] | None = None) -> None:
        self._wanted = operations or {}
        self._services: dict[str, Service] = {}

    def service(self, name: str) -> Service:
        """The service boto3 calls ``name``; LookupError when there is no such model."""
        found = self._services.get(name)
        if found is None:
            found = load(name, self._wanted.get(name))
            self._services[name] = found
        return found


def load(name: str, operations: Collection[str] | None = None) -> Service:
    """Read a service's newest model, with only ``operations`` (all when None).

    LookupError when there is no such model, or when it lacks one of ``operations``.
    """
    raw = _read(_path(name))
    unknown = sorted(set(operations or ()) - set(raw["operations"]))
    if unknown:
        raise LookupError(f"the model of {name} has no operation {', '.join(unknown)}")
    metadata = raw["metadata"]
    kept = [
        _operation(body)
        for key, body in raw["operations"].items()
        if operations is None or key in operations
    ]
    roots = [root for op in kept for root in (op.input, op.output, *op.errors) if root]
    return Service(
        name=name,
        service_id=metadata["serviceId"],
        protocols=tuple(metadata.get("protocols") or (metadata["protocol"],)),
        json_version=metadata.get("jsonVersion", "1.0"),
        target_prefix=metadata.get("targetPrefix", ""),
        api_version=metadata["apiVersion"],
        namespace=metadata.get("xmlNamespace", ""),
        signing_name=metadata.get("signingName", metadata["endpointPrefix"]),
        query_compatible="awsQueryCompatible" in metadata,
        operations={op.name: op for op in kept},
        known=frozenset(raw["operations"]),
        shapes={shape.name: shape for shape in _reach(raw["shapes"], roots)},
    )


def _path(name: str) -> Path:
    spec = find_spec("botocore")
    if spec is None or spec.origin is None:
        raise LookupError("botocore is not installed, so there are no service models")
    home = Path(spec.origin).parent / "data" / name
    files = sorted(home.glob("*/service-2.json*"))
    if not files:
        raise LookupError(f"botocore has no model of a service called {name!r}")
    return files[-1]


def _read(path: Path) -> Raw:
    data = path.read_bytes()
    # The standard parser takes twice as long, and nobody is answered meanwhile.
    body: Raw = orjson.loads(gzip.decompress(data) if path.suffix == ".gz" else data)
    return body


def _operation(raw: Raw) -> Operation:
    http = raw.get("http", {})
    output = raw.get("output", {})
    return Operation(
        name=raw["name"],
        input=raw.get("input", {}).get("shape"),
        output=output.get("shape"),
        result_wrapper=output.get("resultWrapper"),
        errors=tuple(error["shape"] for error in raw.get("errors", ())),
        unsigned=raw.get("authtype") == "none",
        method=http.get("method", "POST"),
        path=http.get("requestUri", "/"),
        success=http.get("responseCode", 200),
    )


def _reach(shapes: Raw, roots: Collection[str]) -> Iterator[Shape]:
    """The shapes that ``roots`` lead to, each once, parents before children."""
    seen: set[str] = set()
    waiting = list(reversed(list(roots)))
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        shape = _shape(name, shapes[name])
        yield shape
        inner = [m for m in (shape.item, shape.key, shape.value) if m is not None]
        waiting.extend(reversed([m.shape for m in (*shape.members.values(), *inner)]))


def _shape(name: str, raw: Raw) -> Shape:
    error = raw.get("error", {})
    return Shape(
        name=name,
        kind="long" if raw["type"] == "bigdecimal" else raw["type"],
        members={key: _member(key, body) for key, body in raw.get("members", {}).items()},
        required=tuple(raw.get("required", ())),
        item=_member("member", raw["member"]) if "member" in raw else None,
        key=_member("key", raw["key"]) if "key" in raw else None,
        value=_member("value", raw["value"]) if "value" in raw else None,
        minimum=raw.get("min"),
        maximum=raw.get("max"),
        pattern=raw.get("pattern"),
        enum=tuple(raw.get("enum", ())),
        flattened=raw.get("flattened", False),
        timestamp_format=raw.get("timestampFormat"),
        union=raw.get("union", False),
        document=raw.get("document", False),
        event_stream=raw.get("eventstream", False),
        exception=raw.get("exception", False),
        error_code=error.get("code"),
        error_status=error.get("httpStatusCode"),
        fault=raw.get("fault", False) or error.get("fault", False),
        payload=raw.get("payload"),
    )


def _member(name: str, raw: Raw) -> Member:
    return Member(
        name=name,
        shape=raw["shape"],
        location_name=raw.get("locationName"),
        query_name=raw.get("queryName"),
        location=raw.get("location"),
        flattened=raw.get("flattened", False),
        timestamp_format=raw.get("timestampFormat"),
        streaming=raw.get("streaming", False),
    )
