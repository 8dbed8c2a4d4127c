"""Smithy RPC v2 CBOR: a POST to /service/<X>/operation/<Op> with a CBOR map as its body."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import cbor2

from seaway.aws.errors import AwsError, SerializationException
from seaway.aws.model import Service
from seaway.aws.wire import scalar
from seaway.aws.wire.protocol import Answer, Body, Payload, Wire
from seaway.aws.wire.refusal import members_of, read, refuse
from seaway.aws.wire.tree import Convert, TreeParser, TreeRenderer, mismatch, same

HEADERS = ((b"content-type", b"application/cbor"), (b"smithy-protocol", b"rpc-v2-cbor"))
"""Clients refuse an answer without the second."""

_EPOCH_TAG = 1


class CborCodec:
    """One service in CBOR."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._parser = _Parser(service, location_names=False)
        self._renderer = _Renderer(service, location_names=False)

    def parse(self, operation: str, payload: Payload) -> Body:
        """The request's parameters; an empty body is an empty request."""
        tree = _loaded(payload.body) if payload.body else {}
        return self._parser.request(self._service.operations[operation].input, tree)

    def render(self, operation: str, response: Body | None, request_id: str) -> Answer:
        """A CBOR map, or no bytes for an operation that gives nothing."""
        shape = self._service.operations[operation].output
        if shape is None:
            return Answer(200, HEADERS[1:], b"")
        return Answer(200, HEADERS, cbor2.dumps(self._renderer.of(shape)(response or {})))

    def refuse(self, error: AwsError, request_id: str, *, query_mode: bool = False) -> Answer:
        """A map with ``__type``, ``message`` and the error's own members."""
        return refuse(
            Wire.CBOR,
            read(self._service, Wire.CBOR, error),
            request_id,
            members=members_of(self._service, error, self._renderer.of),
            query_mode=query_mode and self._service.query_compatible,
        )


def _loaded(body: bytes) -> Any:
    try:
        return cbor2.loads(body)
    except (cbor2.CBORDecodeError, ValueError, RecursionError) as error:
        raise SerializationException("") from error


class _Parser(TreeParser):
    def scalar(self, kind: str, timestamp_format: str | None) -> Convert:
        return _PARSERS[kind]


class _Renderer(TreeRenderer):
    def scalar(self, kind: str, timestamp_format: str | None) -> Convert:
        return _RENDERERS.get(kind, same)


def _string(value: Any) -> str:
    if type(value) is str:
        return value
    raise mismatch(value, "a String")


def _whole(kind: str) -> Convert:
    def parse(value: Any) -> int:
        if type(value) is int:
            return scalar.bounded(value, kind)
        if type(value) is float and value.is_integer():
            return scalar.bounded(int(value), kind)
        raise mismatch(value, "an Integer" if kind == "integer" else "a Long")

    return parse


def _number(value: Any) -> float:
    if type(value) not in (int, float):
        raise mismatch(value, "a Double")
    try:
        return float(value)
    except OverflowError as error:
        raise SerializationException("A number is out of range.") from error


def _boolean(value: Any) -> bool:
    if type(value) is bool:
        return value
    raise mismatch(value, "a Boolean")


def _time(value: Any) -> datetime:
    if isinstance(value, datetime):
        return value
    if type(value) in (int, float):
        return scalar.from_epoch(value)
    raise mismatch(value, "a Timestamp")


def _blob(value: Any) -> bytes:
    if type(value) is bytes:
        return value
    raise mismatch(value, "a Blob")


_PARSERS: dict[str, Convert] = {
    "string": _string,
    "character": _string,
    "integer": _whole("integer"),
    "long": _whole("long"),
    "float": _number,
    "double": _number,
    "boolean": _boolean,
    "timestamp": _time,
    "blob": _blob,
    "document": same,
}


def _written_time(value: datetime) -> cbor2.CBORTag:
    return cbor2.CBORTag(_EPOCH_TAG, scalar.epoch(value))


_RENDERERS: dict[str, Convert] = {
    "float": float,
    "double": float,
    "timestamp": _written_time,
}
