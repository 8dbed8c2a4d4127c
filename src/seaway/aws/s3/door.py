"""S3's door: an ASGI application that says what a request is about."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Protocol

from seaway.aws.call import Call
from seaway.aws.errors import AwsError
from seaway.aws.s3.buckets import Buckets, check_owner
from seaway.aws.s3.errors import Refusal, bad_request, not_built, of_signature
from seaway.aws.s3.exchange import Exchange, Gone, Receive, Scope, Send
from seaway.aws.s3.listing import is_listing, list_objects
from seaway.aws.s3.multipart import Uploads
from seaway.aws.s3.objects import Objects
from seaway.core.moment import Moment
from seaway.store.objects import ObjectFiles
from seaway.store.sqlite import SqliteStore

log = logging.getLogger(__name__)


class Authorise(Protocol):
    """Says who asks, by a request's head (Gateway.authorise)."""

    def __call__(
        self, scope: Scope, moment: Moment, request_id: str, *, known_only: bool
    ) -> Call: ...


class S3:
    """All buckets of the installation, path-style and by host name."""

    def __init__(
        self,
        store: SqliteStore,
        files: ObjectFiles,
        moment: Callable[[], Moment],
        authorise: Authorise,
    ) -> None:
        self._store = store
        self._moment = moment
        self._authorise = authorise
        self._buckets = Buckets(store)
        self._objects = Objects(store, files)
        self._uploads = Uploads(store, files, self._objects)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request (ASGI 3)."""
        await self.serve(scope, receive, send, known_only=False)

    async def serve(self, scope: Scope, receive: Receive, send: Send, *, known_only: bool) -> None:
        """The same; ``known_only``: only for keys that were handed out (see the gateway)."""
        moment = self._moment()
        request_id = moment.hex(16).upper()
        exchange = Exchange(scope, receive, send, request_id)
        try:
            call = self._authorise(scope, moment, request_id, known_only=known_only)
            await self._answer(exchange, call)
        except Refusal as refusal:
            await exchange.refuse(refusal)
        except AwsError as error:
            await exchange.refuse(of_signature(error))
        except Gone:
            return
        except Exception as error:
            log.exception("S3 request %s failed", request_id)
            if exchange.started:
                raise
            text = f"We encountered an internal error. Please try again. ({error})"
            await exchange.refuse(Refusal(500, "InternalError", text))

    async def _answer(self, exchange: Exchange, call: Call) -> None:
        asked = exchange.asked
        with self._store.transaction() as tx:
            check_owner(tx, asked)
        if asked.key is not None and asked.bucket is not None:
            await self._of_object(exchange, call)
        elif asked.bucket is not None and is_listing(asked):
            await list_objects(self._store, exchange, call)
        elif asked.method == "POST" and "delete" in asked.query:
            await self._objects.delete_many(exchange, call)
        elif asked.method == "GET" and "uploads" in asked.query:
            await self._uploads.list_uploads(exchange, call)
        else:
            await self._buckets.answer(exchange, call)

    async def _of_object(self, exchange: Exchange, call: Call) -> None:
        asked = exchange.asked
        objects, uploads = self._objects, self._uploads
        in_upload = "uploadId" in asked.query
        copied = "x-amz-copy-source" in asked.headers
        part = next((word for word in _PARTS if word in asked.query), None)
        match asked.method:
            case "GET" | "PUT" | "DELETE" if part == "tagging":
                await objects.tags(exchange, call)
            case "GET" if part == "acl":
                await objects.access(exchange, call)
            case _ if part is not None:
                raise not_built(f"{asked.method} of an object's {part}")
            case "POST" if "uploads" in asked.query:
                await uploads.begin(exchange, call)
            case "PUT" if in_upload:
                await uploads.take(exchange, call)
            case "POST" if in_upload:
                await uploads.complete(exchange, call)
            case "DELETE" if in_upload:
                await uploads.abort(exchange, call)
            case "GET" if in_upload:
                await uploads.list_parts(exchange, call)
            case "PUT" if copied:
                await objects.copy(exchange, call)
            case "PUT":
                await objects.put(exchange, call)
            case "GET" | "HEAD":
                await objects.get(exchange, call)
            case "DELETE":
                await objects.delete(exchange, call)
            case _:
                raise bad_request(f"{asked.method} of an object is not an operation of S3.")


_PARTS = (
    *("tagging", "acl", "attributes", "torrent", "restore", "select", "retention", "legal-hold"),
    *("encryption", "renameObject", "annotation"),
)
