"""The door: an AWS request comes in over HTTP, one handler answers it in one transaction."""

from __future__ import annotations

import logging
import zlib
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import replace
from functools import lru_cache
from typing import Any, Protocol

from seaway.aws.call import DEFAULT_ACCOUNT, DEFAULT_REGION, Call
from seaway.aws.errors import AwsError, InternalFailure, SerializationException, UnknownOperation
from seaway.aws.model import Models
from seaway.aws.operation import Handler, Later
from seaway.aws.s3.asked import read as read_asked
from seaway.aws.s3.presigned import verify_older
from seaway.aws.sigv4 import Message, Signature, Verifier, read_signature
from seaway.aws.speaking import Speaking
from seaway.aws.wire.detect import Asked, detect, spoken
from seaway.aws.wire.protocol import Answer, Body, Codec, Payload, Wire
from seaway.aws.wire.refusal import read, refuse
from seaway.aws.wire.scalar import from_epoch, rfc822
from seaway.core.moment import Moment
from seaway.link.functions import Functions
from seaway.store.transaction import Transaction

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

LARGEST_BODY = 64 * 1024 * 1024
"""Bytes of a request's content, before and after a Content-Encoding is undone."""

UNSIGNED = frozenset({("sts", "AssumeRoleWithWebIdentity"), ("sts", "AssumeRoleWithSAML")})
"""Operations that are called before one has credentials."""

_READS = ("Describe", "List", "Get")
"""How the operations are called that ask for nothing to be done."""

_LOG = logging.getLogger(__name__)


class Transact(Protocol):
    """Runs a function in one transaction and returns its result when what it wrote is durable.

    One that only ``reads`` does not wait for what others wrote.
    """

    def __call__(
        self, function: Callable[[Transaction], Any], *, reads: bool = False
    ) -> Awaitable[Any]: ...


class RequestEntityTooLarge(AwsError):
    """The content is larger than Seaway reads."""

    code = "RequestEntityTooLarge"
    status = 413


class _Gone(Exception):
    """The client went away before its request was whole."""


class Gateway:
    """An ASGI application that speaks the AWS APIs of ``operations``.

    ``operations`` are the handlers by service and operation. ``moment`` gives the present
    instant. ``keys`` gives an access key's secret, None when unknown (then the signature is not
    checked); ``account_of`` an access key's account. ``host`` is the ``name:port`` clients
    reach us under. ``functions`` runs what Lambda is asked to;
    ``read`` gives the bytes of an object's file.
    """

    def __init__(
        self,
        operations: Mapping[str, Mapping[str, Handler]],
        *,
        transact: Transact,
        moment: Callable[[], Moment],
        account: str = DEFAULT_ACCOUNT,
        host: str = "localhost:4566",
        keys: Callable[[str], str | None] = lambda access_key: None,
        account_of: Callable[[str], str | None] | None = None,
        models: Models | None = None,
        functions: Functions | None = None,
        read: Callable[[str], bytes] | None = None,
    ) -> None:
        self._speaking = Speaking(operations, models)
        self._functions = functions
        self._read = read
        self._transact = transact
        self._moment = moment
        self._account = account
        self._host = host
        self._account_of = account_of or (lambda access_key: None)
        self._keys = keys
        self._verifier = Verifier(keys)

    @property
    def models(self) -> Models:
        """The models of the services it answers for."""
        return self._speaking.models

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request (ASGI 3)."""
        await self._serve(scope, receive, send, known_only=False)

    async def from_tasks(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request that comes from inside a task (ASGI 3).

        On the machine's loopback any keys will do; a container has to show keys that were
        handed out, or it would be as mighty as the machine's own user.
        """
        await self._serve(scope, receive, send, known_only=True)

    async def _serve(self, scope: Scope, receive: Receive, send: Send, *, known_only: bool) -> None:
        if scope["type"] != "http":
            raise ValueError(f"the AWS gateway does not speak {scope['type']}")
        moment = self._moment()
        request_id = moment.uuid()
        try:
            answer = await self._answer(scope, receive, moment, request_id, known_only)
        except _Gone:
            return
        await _reply(send, answer, request_id, moment, head=scope["method"] == "HEAD")

    async def _answer(
        self, scope: Scope, receive: Receive, moment: Moment, request_id: str, known_only: bool
    ) -> Answer:
        """The steps of a request, in their order; what goes wrong becomes the protocol's error."""
        headers = _headers(scope["headers"])
        asked: Asked | None = None
        try:
            content = await _content(receive)
            body = _decoded(content, headers)
            asked = detect(scope["method"], scope["path"], scope["query_string"], headers, body)
            self._authenticate(asked, scope, headers, content, moment, known_only)
            await self._speaking.prepare(asked.service, asked.wire)
            path = scope.get("raw_path") or scope["path"].encode()
            payload = Payload(body, asked.form, path, scope["query_string"], headers)
            asked = self._routed(asked, scope["method"], payload)
            handler, codec = self._built(asked)
            request = codec.parse(asked.operation, payload)
            self._speaking.constraints(handler.service).check(asked.operation, request)
            call = self._call(asked.signature, moment, request_id)
            response = await self._transact(
                lambda tx: handler.function(tx, call, request),
                reads=asked.operation.startswith(_READS),
            )
            if isinstance(response, Later):
                response = await self._afterwards(response)
            return codec.render(asked.operation, response, request_id)
        except AwsError as error:
            wire = asked.wire if asked else spoken(headers, scope["query_string"])
            return await self._refused(wire, asked, error, request_id)
        except _Gone:
            raise
        except Exception:
            _LOG.exception("request %s failed: %s", request_id, _told(asked))
            wire = asked.wire if asked else spoken(headers, scope["query_string"])
            failure = InternalFailure(
                f"Seaway failed on this request. Its log has the reason under {request_id}."
            )
            return await self._refused(wire, asked, failure, request_id)

    async def _afterwards(self, response: Later) -> Body:
        if self._functions is None:
            raise InternalFailure("This Seaway runs no functions.")
        answer: Body = await response.answer(self._functions)
        return answer

    def invoke(
        self, tx: Transaction, call: Call, service: str, operation: str, request: Body
    ) -> Body:
        """Call an operation from within, in the caller's transaction.

        Raises UnknownOperation when it is not built, the service's validation error, and
        what the handler raises.
        """
        handler = self._handler(service, operation)
        self._speaking.constraints(service).check(operation, request)
        response: Body | Later | None = handler.function(tx, call, request)
        if isinstance(response, Later):
            raise _not_built(service, f"{operation} from within")
        return response or {}

    def authorise(self, scope: Scope, moment: Moment, request_id: str, *, known_only: bool) -> Call:
        """Who asks, by the request's head alone: for what reads its content as it comes.

        Raises MissingAuthenticationToken, RequestExpired, SignatureDoesNotMatch,
        UnrecognizedClient, IncompleteSignature, ExpiredToken.
        """
        headers = _headers(scope["headers"])
        signature = read_signature(headers, scope["query_string"])
        if signature is None:
            key = verify_older(read_asked(scope), self._keys, moment.now, known_only=known_only)
            return self._call(None, moment, request_id, key)
        path = scope.get("raw_path") or scope["path"].encode("utf-8")
        message = Message(scope["method"], path, scope["query_string"], headers, None)
        self._verifier.verify(signature, message, moment.now, known_only=known_only)
        return self._call(signature, moment, request_id)

    def _authenticate(
        self,
        asked: Asked,
        scope: Scope,
        headers: Mapping[bytes, bytes],
        content: bytes,
        moment: Moment,
        known_only: bool,
    ) -> None:
        if (
            not known_only
            and asked.signature is None
            and (asked.service is None or (asked.service, asked.operation) in UNSIGNED)
        ):
            return
        path = scope.get("raw_path") or scope["path"].encode("utf-8")
        message = Message(scope["method"], path, scope["query_string"], headers, content)
        self._verifier.verify(asked.signature, message, moment.now, known_only=known_only)

    def _routed(self, asked: Asked, method: str, payload: Payload) -> Asked:
        """In REST the operation is named by the path, which only the service's model explains."""
        if (
            asked.wire is not Wire.REST_JSON
            or asked.service is None
            or not self._speaking.knows(asked.service)
        ):
            return asked
        router = self._speaking.router(asked.service)
        operation = router.operation(method, payload.path, payload.query)
        return replace(asked, operation=operation) if operation else asked

    def _built(self, asked: Asked) -> tuple[Handler, Codec]:
        if asked.service is None:
            raise UnknownOperation(_unknown(asked.operation))
        handler = self._handler(asked.service, asked.operation)
        codec = self._speaking.codec(asked.service, asked.wire)
        if codec is None:
            raise UnknownOperation(f"Seaway does not speak {asked.wire.value} for {asked.service}.")
        return handler, codec

    def _handler(self, service: str, operation: str) -> Handler:
        handler = self._speaking.handler(service, operation)
        if handler is None:
            raise _not_built(service, operation)
        return handler

    def _call(
        self, signature: Signature | None, moment: Moment, request_id: str, key: str = ""
    ) -> Call:
        access_key = signature.credential.access_key if signature else key
        call = Call(
            account=self._account_of(access_key) or self._account,
            region=(signature.credential.region if signature else "") or DEFAULT_REGION,
            moment=moment,
            request_id=request_id,
            access_key=access_key,
            host=self._host,
        )
        return replace(call, read=self._read) if self._read else call

    async def _refused(
        self, wire: Wire, asked: Asked | None, error: AwsError, request_id: str
    ) -> Answer:
        service = asked.service if asked else None
        if asked is not None and service is not None and self._speaking.knows(service):
            await self._speaking.prepare(service, wire)
            codec = self._speaking.codec(service, wire)
            if codec is not None:
                return codec.refuse(error, request_id, query_mode=asked.query_mode)
        return refuse(wire, read(None, wire, error), request_id)


def _not_built(service: str, operation: str) -> UnknownOperation:
    return UnknownOperation(f"The operation {operation} of {service} is not built in Seaway yet.")


def _unknown(asked: str) -> str:
    return f"Seaway does not know which AWS service answers {asked or 'this request'}."


def _told(asked: Asked | None) -> str:
    return f"{asked.service}:{asked.operation}" if asked else "before it was understood"


def _headers(pairs: list[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    headers = dict(pairs)
    if len(headers) < len(pairs):
        headers = {}
        for name, value in pairs:
            headers[name] = headers[name] + b"," + value if name in headers else value
    return headers


async def _content(receive: Receive) -> bytes:
    """The request's content as it came over the wire."""
    message = await receive()
    first: bytes = message.get("body", b"")
    if message["type"] == "http.request" and not message.get("more_body"):
        return first
    return await _rest(receive, message, first)


async def _rest(receive: Receive, message: MutableMapping[str, Any], first: bytes) -> bytes:
    parts, size = [first], len(first)
    while message["type"] == "http.request" and message.get("more_body"):
        message = await receive()
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > LARGEST_BODY:
            raise _too_large()
    if message["type"] == "http.disconnect":
        raise _Gone
    return b"".join(parts)


def _too_large() -> RequestEntityTooLarge:
    return RequestEntityTooLarge(f"The request is larger than {LARGEST_BODY} bytes.")


def _decoded(content: bytes, headers: Mapping[bytes, bytes]) -> bytes:
    """The content without its Content-Encoding; SDKs send large ones in gzip."""
    encoding = headers.get(b"content-encoding")
    if encoding is None or encoding.lower() in (b"identity", b"aws-chunked"):
        return content
    if encoding.lower() != b"gzip":
        raise SerializationException(f"Content-Encoding {encoding.decode('latin-1')} is not read.")
    inflater = zlib.decompressobj(wbits=31)
    try:
        body = inflater.decompress(content, LARGEST_BODY)
    except zlib.error as error:
        raise SerializationException("The content is not gzip.") from error
    if inflater.unconsumed_tail:
        raise _too_large()
    return body


@lru_cache(maxsize=4)
def _date(second: int) -> bytes:
    """The Date header, from which SDKs see how far their clock is off."""
    return rfc822(from_epoch(second)).encode()


async def _reply(
    send: Send, answer: Answer, request_id: str, moment: Moment, *, head: bool
) -> None:
    headers = [
        *answer.headers,
        (b"x-amzn-requestid", request_id.encode()),
        (b"content-length", b"%d" % len(answer.body)),
        (b"date", _date(int(moment.now))),
    ]
    start = {"type": "http.response.start", "status": answer.status, "headers": headers}
    await send(start)
    await send({"type": "http.response.body", "body": b"" if head else answer.body})
