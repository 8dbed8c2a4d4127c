"""REST with JSON against botocore: every operation of two services is routed, read and written."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from botocore.serialize import create_serializer

from seaway.aws.errors import SerializationException
from seaway.aws.model import Shape
from seaway.aws.wire.protocol import Payload, Wire
from seaway.aws.wire.rest_json import RestJsonCodec
from seaway.aws.wire.routing import Router

from .examples import WHOLE_SECOND, botocore_service, example, read_back, service

SERVICES = ("lambda", "scheduler")
CODECS = {name: RestJsonCodec(service(name)) for name in SERVICES}


def in_words(name: str, shape: Shape | None) -> Any:
    """An example of a shape; what goes into headers can't hold any text."""
    model = service(name)
    found = example(model, shape, WHOLE_SECOND)
    for member in shape.members.values() if shape else ():
        if member.location == "header" and isinstance(found[member.name], str):
            found[member.name] = "plain"
        if member.location == "statusCode":
            del found[member.name]
    return found


def cases(streams: bool) -> list[Any]:
    found = []
    for name in SERVICES:
        model = service(name)
        for operation in model.operations.values():
            output = model.output_of(operation)
            members = output.members.values() if output else ()
            if streams and any(
                model.shapes[m.shape].event_stream or m.name == output.payload for m in members
            ):
                continue
            found.append(pytest.param(name, operation.name, id=f"{name}-{operation.name}"))
    return found


def sent(name: str, operation: str, parameters: Any) -> tuple[str, Payload]:
    model = botocore_service(name, Wire.REST_JSON).operation_model(operation)
    request = create_serializer("rest-json", False).serialize_to_request(parameters, model)
    body = request["body"] or b""
    path, _, constants = request["url_path"].partition("?")
    query = "&".join(filter(None, (constants, urlencode(request["query_string"], doseq=True))))
    headers = {k.lower().encode(): str(v).encode() for k, v in request["headers"].items()}
    raw = body.encode() if isinstance(body, str) else body
    return request["method"], Payload(raw, None, path.encode(), query.encode(), headers)


@pytest.mark.parametrize(("name", "operation"), cases(streams=False))
def test_what_botocore_writes_is_what_we_read(name: str, operation: str) -> None:
    model = service(name)
    request = in_words(name, model.input_of(model.operations[operation]))
    method, payload = sent(name, operation, request)
    assert Router(model).operation(method, payload.path, payload.query) == operation
    read = CODECS[name].parse(operation, payload)
    assert read == request


@pytest.mark.parametrize(("name", "operation"), cases(streams=True))
def test_what_we_write_is_what_botocore_reads(name: str, operation: str) -> None:
    model = service(name)
    if model.operations[operation].success == 204:
        assert CODECS[name].render(operation, {}, "id").body == b""
        return
    response = in_words(name, model.output_of(model.operations[operation]))
    answer = CODECS[name].render(operation, response, "id")
    back = read_back(name, Wire.REST_JSON, operation, answer)
    metadata = back.pop("ResponseMetadata")
    for status in {"Status", "StatusCode"} & set(back):
        if back[status] == metadata["HTTPStatusCode"]:
            del back[status]
    assert back == response
    assert metadata["HTTPStatusCode"] == model.operations[operation].success


def test_a_path_that_no_operation_has_is_none() -> None:
    router = Router(service("lambda"))
    assert router.operation("GET", b"/2015-03-31/functions/", b"") == "ListFunctions"
    assert router.operation("PATCH", b"/2015-03-31/functions/", b"") is None
    assert router.operation("GET", b"/nothing", b"") is None


def test_a_name_in_the_path_is_decoded_once() -> None:
    path = b"/2015-03-31/functions/arn%3Aaws%3Alambda%3A%2525/policy"
    labels = Router(service("lambda")).labels("GetPolicy", path)
    assert labels == {"FunctionName": "arn:aws:lambda:%25"}


def test_a_number_that_is_none_is_refused() -> None:
    payload = Payload(b"", None, b"/2015-03-31/functions", b"MaxItems=many")
    with pytest.raises(SerializationException):
        CODECS["lambda"].parse("ListFunctions", payload)
