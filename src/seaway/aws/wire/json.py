"""AWS JSON 1.0 and 1.1: a POST with X-Amz-Target and a JSON object as its body."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import orjson

from seaway.aws.errors import AwsError, SerializationException
from seaway.aws.model import Service
from seaway.aws.wire import scalar
from seaway.aws.wire.protocol import Answer, Body, Payload, Wire
from seaway.aws.wire.refusal import members_of, read, refuse
from seaway.aws.wire.tree import Convert, TreeParser, TreeRenderer, mismatch, same

_OPTIONS = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS


class JsonCodec:
    """One service in AWS JSON."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._parser = JsonParser(service, location_names=True)
        self._renderer = JsonRenderer(service, location_names=True)
        content_type = f"application/x-amz-json-{service.json_version}".encode()
        self._headers = ((b"content-type", content_type),)
        self._plain = _is_plain(service)

    def parse(self, operation: str, payload: Payload) -> Body:
        """The request's parameters; an empty body is an empty request."""
        tree = loaded(payload.body) if payload.body else {}
        return self._parser.request(self._service.operations[operation].input, tree)

    def render(self, operation: str, response: Body | None, request_id: str) -> Answer:
        """A JSON object, or no bytes for an operation that gives nothing."""
        shape = self._service.operations[operation].output
        if shape is None:
            return Answer(200, self._headers, b"")
        return Answer(200, self._headers, self._written(shape, response or {}))

    def _written(self, shape: str, response: Body) -> bytes:
        """The response as it stands where the model renames nothing and nothing is None.

        That is nearly always, and saves a walk over it; the word "null" tells otherwise.
        """
        if self._plain:
            text = orjson.dumps(response, _written_value, _OPTIONS)
            if b"null" not in text:
                return text
        return orjson.dumps(self._renderer.of(shape)(response))

    def refuse(self, error: AwsError, request_id: str, *, query_mode: bool = False) -> Answer:
        """``{"__type": …, "message": …}`` with the error's own members."""
        refusal = read(self._service, Wire.JSON, error)
        members = members_of(self._service, error, self._renderer.of)
        return refuse(
            Wire.JSON,
            refusal,
            request_id,
            members=members,
            json_version=self._service.json_version,
            query_mode=query_mode and self._service.query_compatible,
        )


def loaded(body: bytes) -> Any:
    """A body as a tree. Raises SerializationException."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise SerializationException("") from error


def _is_plain(service: Service) -> bool:
    """Whether members go over the wire under their own names and times as epoch seconds."""
    return not any(
        shape.timestamp_format
        or any(m.timestamp_format or m.location_name for m in shape.members.values())
        for shape in service.shapes.values()
    )


def _written_value(value: Any) -> float | str:
    if isinstance(value, datetime):
        return scalar.epoch(value)
    if isinstance(value, bytes):
        return scalar.to_base64(value)
    raise TypeError(f"a response holds a {type(value).__name__}")


class JsonParser(TreeParser):
    """Requests' bodies."""

    def scalar(self, kind: str, timestamp_format: str | None) -> Convert:
        return _PARSERS[kind]


class JsonRenderer(TreeRenderer):
    """Answers' bodies."""

    def scalar(self, kind: str, timestamp_format: str | None) -> Convert:
        if kind == "timestamp" and timestamp_format in _TIMES:
            return _TIMES[timestamp_format]
        return _RENDERERS.get(kind, same)


def _string(value: Any) -> str:
    if type(value) is str:
        return value
    raise mismatch(value, "a String")


def _whole(kind: str) -> Convert:
    def parse(value: Any) -> int:
        if type(value) is int:
            return scalar.bounded(value, kind)
        if type(value) is float:
            return scalar.bounded(int(value), kind)
        raise mismatch(value, "an Integer" if kind == "integer" else "a Long")

    return parse


def _number(value: Any) -> float:
    if type(value) in (int, float):
        try:
            return float(value)
        except OverflowError as error:
            raise SerializationException("A number is out of range.") from error
    if value in ("NaN", "Infinity", "-Infinity"):
        return float(value)
    raise mismatch(value, "a Double")


def _boolean(value: Any) -> bool:
    if type(value) is bool:
        return value
    raise mismatch(value, "a Boolean")


def _time(value: Any) -> Any:
    if type(value) in (int, float):
        return scalar.from_epoch(value)
    if type(value) is str:
        return scalar.from_text(value)
    raise mismatch(value, "a Timestamp")


def _blob(value: Any) -> bytes:
    return scalar.from_base64(_string(value))


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


def _written_number(value: float) -> float | str:
    return scalar.spoken_number(value) or value


_RENDERERS: dict[str, Convert] = {
    "float": _written_number,
    "double": _written_number,
    "timestamp": scalar.epoch,
    "blob": scalar.to_base64,
}

_TIMES: dict[str | None, Callable[[Any], str]] = {
    "iso8601": scalar.iso8601,
    "rfc822": scalar.rfc822,
}
