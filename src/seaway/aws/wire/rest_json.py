"""REST with JSON: parameters stand in the path, the query, headers and a JSON body."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

import orjson

from seaway.aws.errors import AwsError, SerializationException
from seaway.aws.model import Member, Service, Shape
from seaway.aws.wire import scalar
from seaway.aws.wire.json import JsonParser, JsonRenderer, loaded
from seaway.aws.wire.protocol import Answer, Body, Header, Payload, Wire
from seaway.aws.wire.refusal import members_of, read, refuse
from seaway.aws.wire.routing import Router

_TYPE: Header = (b"content-type", b"application/json")


class RestJsonCodec:
    """One service in REST with JSON."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._router = Router(service)
        self._parser = JsonParser(service, location_names=True)
        self._renderer = JsonRenderer(service, location_names=True)

    def parse(self, operation: str, payload: Payload) -> Body:
        """The request's parameters from wherever they stand. Raises SerializationException."""
        name = self._service.operations[operation].input
        if name is None:
            return {}
        shape = self._service.shapes[name]
        request = self._body(shape, payload.body)
        labels = self._router.labels(operation, payload.path)
        asked = parse_qsl(payload.query.decode("latin-1"), keep_blank_values=True)
        for member in shape.members.values():
            if member.location is None:
                continue
            value = self._located(member, labels, asked, payload.headers)
            # What stands elsewhere is not read from the body.
            request.pop(member.name, None)
            if value is not None:
                request[member.name] = value
        return request

    def render(self, operation: str, response: Body | None, request_id: str) -> Answer:
        """A JSON object, without what goes into headers."""
        known = self._service.operations[operation]
        shape = self._service.output_of(known)
        if shape is None or known.success == 204:
            return Answer(known.success, (), b"")
        given = dict(response or {})
        status = self._status(shape, given) or known.success
        headers = tuple(self._headers(shape, given))
        if shape.payload is not None:
            return self._whole(shape, given.get(shape.payload), status, headers)
        tree = self._renderer.of(shape.name)(given)
        return Answer(status, (_TYPE, *headers), orjson.dumps(tree))

    def refuse(self, error: AwsError, request_id: str, *, query_mode: bool = False) -> Answer:
        """The error's type in a header and its members in the body."""
        refusal = read(self._service, Wire.REST_JSON, error)
        members = members_of(self._service, error, self._renderer.of)
        return refuse(Wire.REST_JSON, refusal, request_id, members=members)

    def _body(self, shape: Shape, body: bytes) -> Body:
        if shape.payload is not None:
            member = shape.members[shape.payload]
            if self._service.shapes[member.shape].kind == "blob":
                return {member.name: body}
            return {member.name: self._parser.of(member.shape)(loaded(body))} if body else {}
        return self._parser.request(shape.name, loaded(body)) if body else {}

    def _located(
        self,
        member: Member,
        labels: Mapping[str, str],
        asked: list[tuple[str, str]],
        headers: Mapping[bytes, bytes],
    ) -> Any:
        shape = self._service.shapes[member.shape]
        name = member.location_name or member.name
        if member.location == "querystring":
            found = [value for key, value in asked if key == name]
            if shape.item is not None:
                item = self._service.shapes[shape.item.shape]
                return [_scalar(item, value) for value in found] or None
            return _scalar(shape, found[0]) if found else None
        text: str | None = None
        if member.location == "uri":
            text = labels.get(name)
        elif member.location == "header":
            raw = headers.get(name.lower().encode())
            text = None if raw is None else raw.decode("latin-1")
        return None if text is None else _scalar(shape, text)

    def _status(self, shape: Shape, given: Body) -> int | None:
        """The status an answer names itself."""
        for member in shape.members.values():
            if member.location == "statusCode":
                status: int | None = given.get(member.name)
                return status
        return None

    def _headers(self, shape: Shape, given: Body) -> list[Header]:
        """Takes the members that go into headers out of the answer."""
        found: list[Header] = []
        for member in shape.members.values():
            if member.location is None:
                continue
            value = given.pop(member.name, None)
            if member.location == "header" and value is not None:
                name = (member.location_name or member.name).lower()
                found.append((name.encode(), str(value).encode("latin-1", "replace")))
        return found

    def _whole(self, shape: Shape, value: Any, status: int, headers: tuple[Header, ...]) -> Answer:
        if isinstance(value, bytes) or value is None:
            return Answer(status, headers, value or b"")
        tree = self._renderer.of(shape.members[shape.payload or ""].shape)(value)
        return Answer(status, (_TYPE, *headers), orjson.dumps(tree))


def _scalar(shape: Shape, text: str) -> Any:
    try:
        return _SCALARS.get(shape.kind, str)(text)
    except ValueError as error:
        raise SerializationException(f"{text!r} is not of the type {shape.kind}.") from error


def _boolean(text: str) -> bool:
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    raise ValueError(text)


_SCALARS: dict[str, Callable[[str], Any]] = {
    "integer": lambda text: scalar.bounded(int(text), "integer"),
    "long": lambda text: scalar.bounded(int(text), "long"),
    "float": float,
    "double": float,
    "boolean": _boolean,
    "timestamp": scalar.from_text,
}
