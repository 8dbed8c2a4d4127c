"""Errors as botocore reads them, in every protocol."""

from __future__ import annotations

from typing import Any

import cbor2
import orjson
import pytest

from seaway.aws.errors import (
    AwsError,
    InternalFailure,
    SerializationException,
    SignatureDoesNotMatch,
    UnknownOperation,
    ValidationException,
)
from seaway.aws.wire.protocol import Answer, Wire
from seaway.aws.wire.refusal import read, refuse

from .examples import codec, read_back

MESSAGE = "No <such> thing & 'more'"


class ClusterNotFound(AwsError):
    code = "ClusterNotFoundException"


class ServerFault(AwsError):
    code = "ServerException"


class LoadBalancerNotFound(AwsError):
    code = "LoadBalancerNotFoundException"


class ResourceNotFound(AwsError):
    code = "ResourceNotFound"


class NoSuchEntity(AwsError):
    code = "NoSuchEntityException"


class Duplicate(AwsError):
    code = "DuplicateRequest"


class SubnetNotFound(AwsError):
    code = "InvalidSubnetID.NotFound"


def told(name: str, wire: Wire, operation: str, error: AwsError) -> tuple[Answer, Any]:
    answer = codec(name, wire).refuse(error, "the-request")
    return answer, read_back(name, wire, operation, answer)


def test_json_gives_type_and_message() -> None:
    answer, back = told("ecs", Wire.JSON, "ListTasks", ClusterNotFound(MESSAGE))
    assert answer.status == 400
    assert orjson.loads(answer.body) == {"__type": "ClusterNotFoundException", "message": MESSAGE}
    assert back["Error"] == {"Code": "ClusterNotFoundException", "Message": MESSAGE}


def test_a_fault_in_the_model_is_a_server_error() -> None:
    answer, _ = told("ecs", Wire.JSON, "ListTasks", ServerFault("down"))
    assert answer.status == 500


@pytest.mark.parametrize("wire", [Wire.JSON, Wire.CBOR])
def test_cloud_map_errors_carry_their_own_members(wire: Wire) -> None:
    error = Duplicate(MESSAGE, DuplicateOperationId="op-1", Unknown="left out")
    answer, back = told("servicediscovery", wire, "CreateHttpNamespace", error)
    load = orjson.loads if wire is Wire.JSON else cbor2.loads
    assert load(answer.body) == {
        "__type": "DuplicateRequest",
        "Message": MESSAGE,
        "DuplicateOperationId": "op-1",
    }
    assert back["Error"]["Code"] == "DuplicateRequest"
    assert back["Error"]["Message"] == MESSAGE


def test_query_gives_the_models_code_and_not_the_shapes_name() -> None:
    answer, back = told("elbv2", Wire.QUERY, "DescribeLoadBalancers", LoadBalancerNotFound(MESSAGE))
    assert answer.status == 400
    assert back["Error"]["Code"] == "LoadBalancerNotFound"
    assert back["Error"]["Message"] == MESSAGE
    assert back["Error"]["Type"] == "Sender"
    assert back["ResponseMetadata"]["RequestId"] == "the-request"


def test_query_gives_the_models_status() -> None:
    answer, back = told("iam", Wire.QUERY, "GetRole", NoSuchEntity("gone"))
    assert (answer.status, back["Error"]["Code"]) == (404, "NoSuchEntity")


def test_ec2_gives_the_code_as_it_is() -> None:
    answer, back = told("ec2", Wire.EC2, "DescribeSubnets", SubnetNotFound(MESSAGE))
    assert answer.status == 400
    assert back["Error"] == {"Code": "InvalidSubnetID.NotFound", "Message": MESSAGE}
    assert back["ResponseMetadata"]["RequestId"] == "the-request"


@pytest.mark.parametrize("wire", [Wire.JSON, Wire.CBOR])
def test_a_client_from_the_query_world_is_told_the_query_code(wire: Wire) -> None:
    answer = codec("cloudwatch", wire).refuse(ResourceNotFound("gone"), "id", query_mode=True)
    assert dict(answer.headers)[b"x-amzn-query-error"] == b"ResourceNotFound;Sender"
    failure = codec("cloudwatch", wire).refuse(InternalFailure("ours"), "id", query_mode=True)
    assert dict(failure.headers)[b"x-amzn-query-error"] == b"InternalFailure;Receiver"


def test_only_query_compatible_services_say_the_query_code() -> None:
    answer = codec("ecs", Wire.JSON).refuse(ClusterNotFound("gone"), "id", query_mode=True)
    assert b"x-amzn-query-error" not in dict(answer.headers)


COMMON = [
    (UnknownOperation, Wire.JSON, "UnknownOperationException", 400),
    (UnknownOperation, Wire.QUERY, "InvalidAction", 400),
    (UnknownOperation, Wire.EC2, "InvalidAction", 400),
    (UnknownOperation, Wire.REST_JSON, "UnknownOperationException", 400),
    (UnknownOperation, Wire.REST_XML, "NotImplemented", 501),
    (ValidationException, Wire.JSON, "ValidationException", 400),
    (ValidationException, Wire.QUERY, "ValidationError", 400),
    (SerializationException, Wire.JSON, "SerializationException", 400),
    (SerializationException, Wire.QUERY, "MalformedInput", 400),
    (SignatureDoesNotMatch, Wire.JSON, "InvalidSignatureException", 400),
    (SignatureDoesNotMatch, Wire.QUERY, "SignatureDoesNotMatch", 403),
    (SignatureDoesNotMatch, Wire.EC2, "AuthFailure", 401),
    (InternalFailure, Wire.JSON, "InternalFailure", 500),
    (InternalFailure, Wire.QUERY, "InternalFailure", 500),
    (InternalFailure, Wire.EC2, "InternalError", 500),
]


@pytest.mark.parametrize(("error", "wire", "code", "status"), COMMON)
def test_common_errors_have_the_names_of_their_protocol(
    error: type[AwsError], wire: Wire, code: str, status: int
) -> None:
    found = read(None, wire, error("x"))
    assert (found.code, found.status) == (code, status)
    answer = refuse(wire, found, "id")
    assert answer.status == status
    assert code.encode() in answer.body
