"""Functions are called: and waited for, or not."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from seaway.aws.call import Call
from seaway.aws.lambda_ import lookup
from seaway.aws.lambda_.errors import (
    InvalidRequestContentException,
    ResourceNotFoundException,
    not_built,
)
from seaway.aws.operation import Later, operation
from seaway.core.functions import Function, QueuedCall
from seaway.link.functions import FunctionMissing, Functions
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import lambda_ as shapes

LARGEST_SYNCHRONOUS = 6 * 1024 * 1024
LARGEST_ASYNCHRONOUS = 1024 * 1024
"""Bytes of a payload (Lambda quotas)."""


@operation("lambda")
def invoke(tx: Transaction, call: Call, request: Any) -> shapes.InvocationResponse | Later:
    """Call a function: RequestResponse, Event or DryRun (API: Invoke).

    One that is not here may be at the Lambda that calls are handed over to.
    """
    for member in ("DurableExecutionName", "TenantId", "ClientContext"):
        if request.get(member):
            raise not_built(member)
    arn = lookup.arn_of(call, request["FunctionName"], request.get("Qualifier"))
    payload = request.get("Payload") or b"{}"
    kind = request.get("InvocationType", "RequestResponse")
    _check(payload, kind)
    if kind == "DryRun":
        if tx.find(Function, arn) is None:
            raise ResourceNotFoundException(f"Function not found: {arn}")
        return {"StatusCode": 204}
    if kind == "Event" and tx.find(Function, arn) is not None:
        tx.put(
            QueuedCall(id=call.request_id, function=arn, payload=payload, due_at=call.moment.now)
        )
        return {"StatusCode": 202}

    async def answer(functions: Functions) -> Any:
        try:
            outcome = await functions.call(arn, payload)
        except FunctionMissing as error:
            raise ResourceNotFoundException(f"Function not found: {arn}") from error
        shown: dict[str, Any] = {
            "StatusCode": 202 if kind == "Event" else 200,
            "ExecutedVersion": "$LATEST",
            "Payload": b"" if kind == "Event" else outcome.payload,
        }
        if outcome.error is not None:
            shown["FunctionError"] = outcome.error
        if request.get("LogType") == "Tail":
            shown["LogResult"] = base64.b64encode(outcome.log).decode()
        return shown

    return Later(answer)


def _check(payload: bytes, kind: str) -> None:
    limit = LARGEST_ASYNCHRONOUS if kind == "Event" else LARGEST_SYNCHRONOUS
    if len(payload) > limit:
        raise InvalidRequestContentException(
            f"Request must be smaller than {limit} bytes for the InvokeFunction operation"
        )
    try:
        json.loads(payload)
    except ValueError as error:
        raise InvalidRequestContentException(
            f"Could not parse request body into json: {error}"
        ) from error
