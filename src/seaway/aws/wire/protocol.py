"""What every codec has in common: the protocols' names, the answer, and the codec's face."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Protocol

from seaway.aws.errors import AwsError

Body = dict[str, Any]
"""A request or response as the handlers see it: the model's member names, plain values."""

Header = tuple[bytes, bytes]


class Wire(Enum):
    """The protocols an AWS request may speak."""

    JSON = "json"
    QUERY = "query"
    EC2 = "ec2"
    CBOR = "smithy-rpc-v2-cbor"
    REST_JSON = "rest-json"
    REST_XML = "rest-xml"


@dataclass(frozen=True, slots=True)
class Payload:
    """A request's content: its bytes, and its fields when it came as a form.

    ``path``, ``query`` and ``headers`` are for protocols that put parameters there; the path is
    still encoded, headers have lower-case names.
    """

    body: bytes
    form: Mapping[str, str] | None = None
    path: bytes = b"/"
    query: bytes = b""
    headers: Mapping[bytes, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: status, the protocol's own headers (lower-case names), the bytes."""

    status: int
    headers: tuple[Header, ...]
    body: bytes


class Codec(Protocol):
    """One service in one protocol."""

    def parse(self, operation: str, payload: Payload) -> Body:
        """The request's parameters; SerializationException when they are not of the form."""
        ...

    def render(self, operation: str, response: Body | None, request_id: str) -> Answer:
        """The answer of a request that went well."""
        ...

    def refuse(self, error: AwsError, request_id: str, *, query_mode: bool = False) -> Answer:
        """The answer of a request that was refused or failed."""
        ...
