"""The codecs against botocore, for every operation in every protocol it may use."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seaway.aws.wire.protocol import Wire

from .examples import (
    MILLISECOND,
    WHOLE_SECOND,
    codec,
    example,
    operations,
    parsed,
    read_back,
    service,
)

EVERY = [pytest.param(*one, id=f"{one[0]}-{one[1].name}-{one[2]}") for one in operations()]


@pytest.mark.parametrize(("name", "wire", "operation"), EVERY)
def test_what_botocore_writes_is_what_we_read(name: str, wire: Wire, operation: str) -> None:
    model = service(name)
    request = example(model, model.input_of(model.operations[operation]), WHOLE_SECOND)
    assert parsed(name, wire, operation, request) == request


@pytest.mark.parametrize(("name", "wire", "operation"), EVERY)
def test_what_we_write_is_what_botocore_reads(name: str, wire: Wire, operation: str) -> None:
    model = service(name)
    response = example(model, model.output_of(model.operations[operation]), MILLISECOND)
    answer = codec(name, wire).render(operation, response, "the-request")
    back = read_back(name, wire, operation, answer)
    metadata = back.pop("ResponseMetadata")
    assert back == response
    assert metadata["HTTPStatusCode"] == 200
    if wire in (Wire.QUERY, Wire.EC2):
        assert metadata["RequestId"] == "the-request"


# XML 1.0 cannot carry these; JSON and CBOR can.
xml_text = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\t\n\r"))
tags = st.lists(st.fixed_dictionaries({"Key": xml_text, "Value": xml_text}), max_size=3)


@given(tags=tags, arns=st.lists(st.text(), max_size=4))
@settings(max_examples=50, deadline=None)
def test_any_text_survives_a_query_request(tags: list[Any], arns: list[str]) -> None:
    arns = [arn.encode("utf-8", "ignore").decode() for arn in arns]
    request = {"ResourceArns": arns, "Tags": tags}
    assert parsed("elbv2", Wire.QUERY, "AddTags", request) == request


@given(tags=tags)
@settings(max_examples=50, deadline=None)
def test_any_text_survives_a_query_answer(tags: list[Any]) -> None:
    response = {"TagDescriptions": [{"ResourceArn": "arn", "Tags": tags}]}
    answer = codec("elbv2", Wire.QUERY).render("DescribeTags", response, "id")
    back = read_back("elbv2", Wire.QUERY, "DescribeTags", answer)
    assert back["TagDescriptions"] == response["TagDescriptions"]


numbers = st.floats(allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize("wire", [Wire.JSON, Wire.CBOR, Wire.QUERY])
@given(value=numbers, counts=st.lists(numbers, max_size=3))
@settings(max_examples=30, deadline=None)
def test_any_number_survives_to_cloudwatch_and_back(
    wire: Wire, value: float, counts: list[float]
) -> None:
    datum = {"MetricName": "m", "Value": value, "Counts": counts}
    request = {"Namespace": "n", "MetricData": [datum]}
    assert parsed("cloudwatch", wire, "PutMetricData", request) == request
    response = {"Datapoints": [{"Average": value, "Unit": "Count"}]}
    answer = codec("cloudwatch", wire).render("GetMetricStatistics", response, "id")
    back = read_back("cloudwatch", wire, "GetMetricStatistics", answer)
    assert back["Datapoints"] == response["Datapoints"]
