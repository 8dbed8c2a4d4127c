"""Errors on the wires: the one place where an AwsError gets its protocol's shape."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import cbor2
import orjson

from seaway.aws.errors import AwsError
from seaway.aws.model import Service, Shape
from seaway.aws.wire.protocol import Answer, Header, Wire
from seaway.aws.wire.xml import escape

XML_HEADERS: tuple[Header, ...] = ((b"content-type", b"text/xml"),)
EC2_HEADERS: tuple[Header, ...] = ((b"content-type", b"text/xml;charset=UTF-8"),)

_JSON = {
    "MissingAuthenticationToken": ("MissingAuthenticationTokenException", 400),
    "IncompleteSignature": ("IncompleteSignatureException", 400),
    "SignatureDoesNotMatch": ("InvalidSignatureException", 400),
    "RequestExpired": ("InvalidSignatureException", 400),
    "UnrecognizedClientException": ("UnrecognizedClientException", 400),
    "ExpiredTokenException": ("ExpiredTokenException", 400),
    "InternalFailure": ("InternalFailure", 500),
}
_QUERY = {
    "UnknownOperationException": ("InvalidAction", 400),
    "SerializationException": ("MalformedInput", 400),
    "ValidationException": ("ValidationError", 400),
    "AccessDeniedException": ("AccessDenied", 403),
    "ThrottlingException": ("Throttling", 400),
    "UnrecognizedClientException": ("InvalidClientTokenId", 403),
    "ExpiredTokenException": ("ExpiredToken", 403),
}
_EC2 = {
    "UnknownOperationException": ("InvalidAction", 400),
    "SerializationException": ("InvalidParameterValue", 400),
    "ValidationException": ("InvalidParameterValue", 400),
    "SignatureDoesNotMatch": ("AuthFailure", 401),
    "AccessDeniedException": ("UnauthorizedOperation", 403),
    "UnrecognizedClientException": ("AuthFailure", 401),
    "ExpiredTokenException": ("RequestExpired", 400),
    "ThrottlingException": ("RequestLimitExceeded", 503),
    "InternalFailure": ("InternalError", 500),
}
_REST_XML = {
    "UnknownOperationException": ("NotImplemented", 501),
    "UnrecognizedClientException": ("InvalidAccessKeyId", 403),
    "ExpiredTokenException": ("ExpiredToken", 400),
}
_COMMON: dict[Wire, dict[str, tuple[str, int]]] = {
    Wire.JSON: _JSON,
    Wire.CBOR: _JSON,
    Wire.REST_JSON: _JSON,
    Wire.QUERY: _QUERY,
    Wire.EC2: _EC2,
    Wire.REST_XML: _REST_XML,
}
"""The names the protocols give the errors that every service can give."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error as one protocol says it. ``query_code`` is its name in the query protocol."""

    code: str
    status: int
    message: str
    message_name: str
    query_code: str

    @property
    def fault(self) -> str:
        """Whose fault it is, in the query protocol's words."""
        return "Receiver" if self.status >= 500 else "Sender"


def read(service: Service | None, wire: Wire, error: AwsError) -> Refusal:
    """The error in the words of ``wire``, by the service's model where it has the shape."""
    shape = service.shapes.get(error.code) if service else None
    if shape is None:
        code, status = _COMMON[wire].get(error.code, (error.code, error.status))
        query_code = _QUERY.get(error.code, (error.code, 0))[0]
        return Refusal(code, status, error.message, "message", query_code)
    query_code = shape.error_code or shape.name
    code = query_code if wire is Wire.QUERY else shape.name
    return Refusal(code, _status(shape, error), error.message, _message_name(shape), query_code)


def _status(shape: Shape, error: AwsError) -> int:
    return shape.error_status or (500 if shape.fault else error.status)


def _message_name(shape: Shape) -> str:
    return next((name for name in ("message", "Message") if name in shape.members), "message")


def members_of(
    service: Service, error: AwsError, renderer: Callable[[str], Callable[[Any], Any]]
) -> Mapping[str, Any]:
    """The error's own members in the wire's form, only those its model names."""
    shape = service.shapes.get(error.code)
    if shape is None or not error.members:
        return {}
    known = {name: value for name, value in error.members.items() if name in shape.members}
    rendered: Mapping[str, Any] = renderer(shape.name)(known)
    return rendered


def refuse(
    wire: Wire,
    refusal: Refusal,
    request_id: str,
    *,
    members: Mapping[str, Any] | None = None,
    namespace: str = "",
    json_version: str = "1.1",
    query_mode: bool = False,
) -> Answer:
    """The refusal's status, headers and body in the protocol ``wire``."""
    extra: tuple[Header, ...] = ()
    if query_mode:
        told = f"{refusal.query_code};{refusal.fault}"
        extra = ((b"x-amzn-query-error", told.encode("latin-1", "replace")),)
    match wire:
        case Wire.JSON | Wire.REST_JSON:
            kind = f"x-amz-json-{json_version}" if wire is Wire.JSON else "json"
            headers = (
                (b"content-type", f"application/{kind}".encode()),
                (b"x-amzn-errortype", refusal.code.encode("latin-1", "replace")),
            )
            return Answer(refusal.status, headers + extra, orjson.dumps(_tree(refusal, members)))
        case Wire.CBOR:
            cbor_headers: tuple[Header, ...] = (
                (b"content-type", b"application/cbor"),
                (b"smithy-protocol", b"rpc-v2-cbor"),
            )
            tree = cbor2.dumps(_tree(refusal, members))
            return Answer(refusal.status, cbor_headers + extra, tree)
        case Wire.QUERY:
            return Answer(refusal.status, XML_HEADERS, _query(refusal, request_id, namespace))
        case Wire.EC2:
            return Answer(refusal.status, EC2_HEADERS, _ec2(refusal, request_id))
        case Wire.REST_XML:
            xml_headers: tuple[Header, ...] = ((b"content-type", b"application/xml"),)
            return Answer(refusal.status, xml_headers, _rest_xml(refusal, request_id))


def _tree(refusal: Refusal, members: Mapping[str, Any] | None) -> dict[str, Any]:
    return {
        "__type": refusal.code,
        refusal.message_name: refusal.message,
        **(members or {}),
    }


def _query(refusal: Refusal, request_id: str, namespace: str) -> bytes:
    attribute = f' xmlns="{escape(namespace)}"' if namespace else ""
    return (
        f"<ErrorResponse{attribute}><Error><Type>{refusal.fault}</Type>"
        f"<Code>{escape(refusal.code)}</Code><Message>{escape(refusal.message)}</Message>"
        f"</Error><RequestId>{request_id}</RequestId></ErrorResponse>"
    ).encode()


def _ec2(refusal: Refusal, request_id: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Response><Errors><Error><Code>{escape(refusal.code)}</Code>"
        f"<Message>{escape(refusal.message)}</Message></Error></Errors>"
        f"<RequestID>{request_id}</RequestID></Response>"
    ).encode()


def _rest_xml(refusal: Refusal, request_id: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>{escape(refusal.code)}</Code><Message>{escape(refusal.message)}</Message>"
        f"<RequestId>{request_id}</RequestId></Error>"
    ).encode()
