"""How stacks reach the other services: through their operations, shaped by their models."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from seaway.aws.call import Call
from seaway.aws.errors import AwsError
from seaway.aws.model import Models, Service, Shape
from seaway.core.moment import Moment
from seaway.core.names import Place
from seaway.core.stack import Refused
from seaway.core.template import as_text
from seaway.store.transaction import Transaction

Operations = Callable[[Transaction, Call, str, str, Any], Any]
"""``Gateway.invoke``: (transaction, call, service, operation, request) → response."""


class Inward:
    """Asks operations as a stack does. It is the ``Invoke`` that reconcile/stacks.py is given.

    Templates write member names with a capital and scalars often as texts; the model says what
    the operation wants. ``host`` is the ``name:port`` clients reach us under.
    """

    def __init__(self, invoke: Operations, models: Models, host: str = "localhost:4566") -> None:
        self._invoke = invoke
        self._models = models
        self._host = host

    def __call__(
        self,
        tx: Transaction,
        place: Place,
        moment: Moment,
        service: str,
        operation: str,
        request: Mapping[str, Any],
    ) -> Mapping[str, Any]:
        """The operation's answer.

        Raises Refused with the service's error code and message; the operation then has written
        nothing, as when a client is refused.
        """
        call = Call(
            account=place.account,
            region=place.region,
            moment=moment,
            request_id=moment.uuid(),
            host=self._host,
        )
        model = self._models.service(service)
        known = model.operations.get(operation)
        shape = model.input_of(known) if known else None
        body = shaped(model, shape, request) if shape else dict(request)
        try:
            with tx.attempt():
                answer: Mapping[str, Any] | None = self._invoke(tx, call, service, operation, body)
        except AwsError as error:
            raise Refused(error.code, error.message) from error
        return answer or {}


def shaped(model: Service, shape: Shape, value: Any) -> Any:
    """A template's value as the model's shape wants it. Raises Refused when it cannot be."""
    if shape.document:
        return value  # any JSON; its names are the caller's own
    match shape.kind:
        case "structure":
            return _structure(model, shape, value)
        case "list":
            items = value if isinstance(value, list) else [value]
            assert shape.item is not None
            inner = model.shapes[shape.item.shape]
            return [shaped(model, inner, item) for item in items]
        case "map":
            assert shape.value is not None
            inner = model.shapes[shape.value.shape]
            return {str(key): shaped(model, inner, item) for key, item in value.items()}
        case _:
            return _scalar(shape, value)


def _structure(model: Service, shape: Shape, value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise Refused("ValidationError", f"Value {value!r} is not an object ({shape.name}).")
    body: dict[str, Any] = {}
    # Templates write EFSVolumeConfiguration and FilesystemId for the API's efsVolumeConfiguration
    # and fileSystemId: no rule of case fits all of them, so none is asked for.
    folded = {one.lower(): member for one, member in shape.members.items()}
    for name, item in value.items():
        if item is None:
            continue
        member = shape.members.get(name) or folded.get(str(name).lower())
        if member is None:
            raise Refused("ValidationError", f"Encountered unsupported property {name}")
        body[member.name] = shaped(model, model.shapes[member.shape], item)
    return body


def _scalar(shape: Shape, value: Any) -> Any:
    try:
        match shape.kind:
            case "integer" | "long":
                return int(as_text(value))
            case "float" | "double":
                return float(as_text(value))
            case "boolean":
                return as_text(value).lower() == "true"
            case "string":
                return json.dumps(value) if isinstance(value, (dict, list)) else as_text(value)
            case "blob":
                return value if isinstance(value, bytes) else as_text(value).encode()
            case _:
                return value
    except ValueError as error:
        raise Refused("ValidationError", f"Value {value!r} is not of type {shape.kind}.") from error
