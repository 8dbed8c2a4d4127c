"""Example values for any shape of a model, and botocore as the other side of the wire."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import botocore
from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel
from botocore.parsers import create_parser
from botocore.serialize import create_serializer

from seaway.aws.model import Service, Shape, load
from seaway.aws.wire.cbor import CborCodec
from seaway.aws.wire.detect import Asked, detect
from seaway.aws.wire.ec2 import Ec2Codec
from seaway.aws.wire.json import JsonCodec
from seaway.aws.wire.protocol import Answer, Codec, Payload, Wire
from seaway.aws.wire.query import QueryCodec

SERVICES = {
    "ecs": (Wire.JSON,),
    "ecr": (Wire.JSON,),
    "logs": (Wire.JSON,),
    "servicediscovery": (Wire.JSON, Wire.CBOR),
    "acm-pca": (Wire.JSON, Wire.CBOR),
    "cloudwatch": (Wire.JSON, Wire.CBOR, Wire.QUERY),
    "elbv2": (Wire.QUERY,),
    "iam": (Wire.QUERY,),
    "sts": (Wire.QUERY,),
    "cloudformation": (Wire.QUERY,),
    "autoscaling": (Wire.QUERY,),
    "ec2": (Wire.EC2,),
}

CODECS: dict[Wire, Callable[[Service], Codec]] = {
    Wire.JSON: JsonCodec,
    Wire.CBOR: CborCodec,
    Wire.QUERY: QueryCodec,
    Wire.EC2: Ec2Codec,
}

TEXT = 'a<b> & "c"\té\n ☂ =+%/'
WHOLE_SECOND = datetime(2026, 11, 22, 13, 0, 5, tzinfo=UTC)
MILLISECOND = datetime(2026, 11, 22, 13, 0, 5, 123000, tzinfo=UTC)


@cache
def service(name: str) -> Service:
    return load(name)


@cache
def codec(name: str, wire: Wire) -> Codec:
    return CODECS[wire](service(name))


@cache
def botocore_service(name: str, wire: Wire) -> ServiceModel:
    """botocore's model, told to speak ``wire``."""
    loader = Loader(extra_search_paths=[str(Path(botocore.__file__).parent / "data")])
    raw = loader.load_service_model(name, "service-2")
    return ServiceModel({**raw, "metadata": {**raw["metadata"], "protocol": wire.value}}, name)


def operations() -> Iterator[tuple[str, Wire, str]]:
    """Every operation whose shapes are generated, in every protocol it may use.

    Those that answer with streams are left out.
    """
    for name, wires in SERVICES.items():
        model = service(name)
        shapes = vars(import_module(f"seaway.aws.shapes.{name.replace('-', '')}"))
        for operation in model.operations.values():
            if operation.input and operation.input not in shapes:
                continue
            output = model.output_of(operation)
            members = output.members.values() if output else ()
            if not any(model.shapes[member.shape].event_stream for member in members):
                for wire in wires:
                    yield name, wire, operation.name


def example(model: Service, shape: Shape | None, time: datetime) -> Any:
    """A value with every member set, unlike any other part of it."""
    return _example(model, shape, time, ()) if shape else {}


def _example(model: Service, shape: Shape, time: datetime, above: tuple[str, ...]) -> Any:
    inside = (*above, shape.name)
    if shape.document:
        return {"a": [1, "x", None], "b": True}
    if shape.kind == "structure":
        members = [m for m in shape.members.values() if m.shape not in inside]
        return {
            member.name: _example(model, model.shapes[member.shape], time, inside)
            for member in (members[:1] if shape.union else members)
        }
    if shape.item is not None:
        item = model.shapes[shape.item.shape]
        return [_example(model, item, time, inside)] * (1 if len(above) > 3 else 2)
    if shape.key is not None and shape.value is not None:
        key = model.shapes[shape.key.shape]
        return {
            _example(model, key, time, inside): _example(
                model, model.shapes[shape.value.shape], time, inside
            )
        }
    return _scalar(shape, time)


def _scalar(shape: Shape, time: datetime) -> Any:
    match shape.kind:
        case "string":
            return shape.enum[-1] if shape.enum else f"{shape.name} {TEXT}"
        case "integer":
            return -7
        case "long":
            return 2**53 + 1
        case "float" | "double":
            return 1.5
        case "boolean":
            return True
        case "timestamp":
            return time
        case "blob":
            return b"\x00\xffblob"
    raise AssertionError(shape.kind)


def sent(name: str, wire: Wire, operation: str, parameters: dict[str, Any]) -> tuple[Asked, bytes]:
    """What botocore sends for these parameters, seen through ``detect``."""
    model = _operation(name, wire, operation)
    request = create_serializer(wire.value, False).serialize_to_request(parameters, model)
    body = request["body"]
    raw = urlencode(body).encode() if isinstance(body, dict) else body
    raw = raw.encode() if isinstance(raw, str) else raw
    headers = {key.lower().encode(): value.encode() for key, value in request["headers"].items()}
    return detect(request["method"], request["url_path"], b"", headers, raw), raw


def parsed(name: str, wire: Wire, operation: str, parameters: dict[str, Any]) -> Any:
    """botocore writes, we parse."""
    asked, raw = sent(name, wire, operation, parameters)
    assert (asked.wire, asked.service, asked.operation) == (wire, name, operation)
    return codec(name, wire).parse(operation, Payload(raw, asked.form))


def read_back(name: str, wire: Wire, operation: str, answer: Answer) -> Any:
    """botocore reads what we wrote; ``ResponseMetadata`` is left in."""
    headers = {key.decode(): value.decode() for key, value in answer.headers}
    seen = {"body": answer.body, "headers": _Headers(headers), "status_code": answer.status}
    shape = _operation(name, wire, operation).output_shape
    return create_parser(wire.value).parse(seen, shape)


class _Headers(dict[str, str]):
    """Header names are one whatever their case."""

    def get(self, key: str, default: Any = None) -> Any:
        return super().get(key.lower(), default)

    def __getitem__(self, key: str) -> str:
        return super().__getitem__(key.lower())

    def __contains__(self, key: object) -> bool:
        return super().__contains__(str(key).lower())


def _operation(name: str, wire: Wire, operation: str) -> OperationModel:
    return botocore_service(name, wire).operation_model(operation)
