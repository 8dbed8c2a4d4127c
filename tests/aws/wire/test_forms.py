"""The corners of the codecs that botocore's own serializers do not reach."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import cbor2
import pytest

from seaway.aws.errors import SerializationException
from seaway.aws.wire.protocol import Payload, Wire

from .examples import codec, parsed, read_back


def json_read(body: bytes, operation: str = "ListTasks", name: str = "ecs") -> Any:
    return codec(name, Wire.JSON).parse(operation, Payload(body))


def query_read(body: bytes, operation: str, name: str = "elbv2") -> Any:
    return codec(name, Wire.QUERY).parse(operation, Payload(body))


def written(name: str, wire: Wire, operation: str, response: dict[str, Any]) -> bytes:
    return codec(name, wire).render(operation, response, "id").body


def test_json_an_empty_body_is_an_empty_request() -> None:
    assert json_read(b"") == {}
    assert json_read(b"{}") == {}


def test_json_null_is_absent_and_unknown_members_are_passed_over() -> None:
    assert json_read(b'{"cluster": null, "maxResults": 3, "new": {"a": 1}}') == {"maxResults": 3}


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b'"x"',
        b"\xff",
        b'{"cluster": 1}',
        b'{"cluster": ["a"]}',
        b'{"cluster": "\\ud800"}',
        b'{"maxResults": "3"}',
        b'{"maxResults": true}',
        b'{"maxResults": 3000000000}',
        b'{"maxResults": 1e400}',
        b'{"maxResults": 123456789012345678901234567890}',
        b"[" * 100_000,
    ],
)
def test_json_of_the_wrong_form_is_a_serialization_error(body: bytes) -> None:
    with pytest.raises(SerializationException):
        json_read(body)


def test_json_large_longs_stay_whole() -> None:
    body = b'{"logGroupName":"g","startTime":9007199254740993}'
    request = json_read(body, "FilterLogEvents", "logs")
    assert request["startTime"] == 9007199254740993
    response = {"events": [{"timestamp": 9007199254740993, "message": "m"}]}
    assert b"9007199254740993" in written("logs", Wire.JSON, "FilterLogEvents", response)


def test_json_times_are_epoch_seconds_with_milliseconds() -> None:
    time = datetime.fromtimestamp(1795352472.109, UTC)
    response = {"tasks": [{"createdAt": time, "cpu": "256"}]}
    body = written("ecs", Wire.JSON, "DescribeTasks", response)
    assert body == b'{"tasks":[{"createdAt":1795352472.109,"cpu":"256"}]}'


def test_json_leaves_out_none_and_keeps_empty_false_and_zero() -> None:
    response: dict[str, Any] = {
        "services": [{"serviceName": None, "events": [], "desiredCount": 0}],
        "failures": [],
    }
    body = written("ecs", Wire.JSON, "DescribeServices", response)
    assert body == b'{"services":[{"events":[],"desiredCount":0}],"failures":[]}'


def test_json_the_word_null_in_a_text_stays() -> None:
    response = {"services": [{"serviceName": "null", "clusterArn": None}]}
    body = written("ecs", Wire.JSON, "DescribeServices", response)
    assert body == b'{"services":[{"serviceName":"null"}]}'


def test_json_numbers_it_cannot_write_become_words() -> None:
    response = {"Datapoints": [{"Average": float("nan"), "Sum": float("inf")}]}
    body = written("cloudwatch", Wire.JSON, "GetMetricStatistics", response)
    assert body == b'{"Datapoints":[{"Average":"NaN","Sum":"Infinity"}]}'


def test_an_operation_with_no_output_answers_nothing() -> None:
    assert written("logs", Wire.JSON, "CreateLogGroup", {}) == b""
    answer = codec("cloudwatch", Wire.CBOR).render("PutMetricData", None, "id")
    assert answer.body == b""
    assert (b"smithy-protocol", b"rpc-v2-cbor") in answer.headers


def test_cbor_takes_maps_of_no_stated_length_and_tagged_times() -> None:
    time = datetime(2026, 11, 22, 13, tzinfo=UTC)
    datum = {"MetricName": "m", "Timestamp": time, "Value": 1}
    body = b"\xbf" + cbor2.dumps("Namespace") + cbor2.dumps("n")
    body += cbor2.dumps("MetricData") + b"\x9f"
    body += cbor2.dumps(datum, datetime_as_timestamp=True) + b"\xff\xff"
    request = codec("cloudwatch", Wire.CBOR).parse("PutMetricData", Payload(body))
    assert request == {"Namespace": "n", "MetricData": [datum]}


@pytest.mark.parametrize("body", [b"\xff", b"\xa1", cbor2.dumps([1]), cbor2.dumps({"Id": 5})])
def test_cbor_of_the_wrong_form_is_a_serialization_error(body: bytes) -> None:
    with pytest.raises(SerializationException):
        codec("servicediscovery", Wire.CBOR).parse("GetService", Payload(body))


def test_query_an_empty_list_is_not_an_absent_one() -> None:
    assert query_read(b"LoadBalancerArn=a&SecurityGroups=", "SetSecurityGroups") == {
        "LoadBalancerArn": "a",
        "SecurityGroups": [],
    }
    request = {"LoadBalancerArn": "a", "SecurityGroups": []}
    assert parsed("elbv2", Wire.QUERY, "SetSecurityGroups", request) == request


def test_query_numbers_may_have_gaps_and_any_order() -> None:
    body = b"Names.member.10=c&Names.member.2=b&Names.member.1=a"
    assert query_read(body, "DescribeLoadBalancers") == {"Names": ["a", "b", "c"]}


def test_query_nested_lists_are_read() -> None:
    body = b"ListenerArn=l&Conditions.member.1.PathPatternConfig.Values.member.1=%2Fcats%2A"
    assert query_read(body, "CreateRule") == {
        "ListenerArn": "l",
        "Conditions": [{"PathPatternConfig": {"Values": ["/cats*"]}}],
    }


def test_query_maps_are_read() -> None:
    body = b"Attributes.entry.1.key=A&Attributes.entry.1.value=1&Other.entry.1.key=x"
    assert query_read(body, "GetResourcePolicy") == {}
    with pytest.raises(SerializationException):
        query_read(b"Names=x", "DescribeLoadBalancers")


@pytest.mark.parametrize(
    "body",
    [
        b"PageSize=ten",
        b"PageSize=",
        b"PageSize.member.1=3",
        b"PageSize=99999999999",
        b"PageSize=" + b"9" * 10_000,
        b"Names.member=x%FF",
    ],
)
def test_query_of_the_wrong_form_is_a_serialization_error(body: bytes) -> None:
    with pytest.raises(SerializationException):
        query_read(body, "DescribeLoadBalancers")


def test_ec2_lists_are_flat_and_singular() -> None:
    body = b"Filter.1.Name=vpc-id&Filter.1.Value.1=v1&Filter.1.Value.2=v2&SubnetId.1=s-1"
    request = codec("ec2", Wire.EC2).parse("DescribeSubnets", Payload(body))
    assert request == {
        "Filters": [{"Name": "vpc-id", "Values": ["v1", "v2"]}],
        "SubnetIds": ["s-1"],
    }


def test_ec2_what_has_nothing_to_say_returns_true() -> None:
    body = written("ec2", Wire.EC2, "DeleteVpc", {})
    assert body == (
        b'<DeleteVpcResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">'
        b"<requestId>id</requestId><return>true</return></DeleteVpcResponse>"
    )
    answer = codec("ec2", Wire.EC2).render("AuthorizeSecurityGroupIngress", {}, "id")
    back = read_back("ec2", Wire.EC2, "AuthorizeSecurityGroupIngress", answer)
    assert back["Return"] is True


def test_xml_escapes_and_drops_what_xml_forbids() -> None:
    response = {"LoadBalancers": [{"LoadBalancerName": 'a<b>&"\x00\x1f\r\n c '}]}
    answer = codec("elbv2", Wire.QUERY).render("DescribeLoadBalancers", response, "id")
    back = read_back("elbv2", Wire.QUERY, "DescribeLoadBalancers", answer)
    assert back["LoadBalancers"][0]["LoadBalancerName"] == 'a<b>&"\r\n c '


def test_xml_times_have_milliseconds() -> None:
    response = {"LoadBalancers": [{"CreatedTime": datetime(2026, 11, 22, 13, tzinfo=UTC)}]}
    body = written("elbv2", Wire.QUERY, "DescribeLoadBalancers", response)
    assert b"<CreatedTime>2026-11-22T13:00:00.000Z</CreatedTime>" in body


def test_an_answer_with_a_member_the_model_has_not_is_our_mistake() -> None:
    with pytest.raises(KeyError):
        written("elbv2", Wire.QUERY, "DescribeLoadBalancers", {"Invented": 1})
