"""Which service, operation and protocol a request names."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import botocore
import pytest

from seaway.aws.wire.detect import KNOWN, Asked, Known, detect, spoken
from seaway.aws.wire.protocol import Wire

FORM = b"application/x-www-form-urlencoded; charset=utf-8"
DATA = Path(botocore.__file__).parent / "data"


def authorization(service: str, region: str = "eu-west-1") -> bytes:
    scope = f"Credential=AK/20261122/{region}/{service}/aws4_request"
    return f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=ab".encode()


def asked(
    body: bytes = b"",
    *,
    method: str = "POST",
    path: str = "/",
    query: bytes = b"",
    signer: str | None = None,
    **headers: bytes,
) -> Asked:
    seen = {name.replace("_", "-").encode(): value for name, value in headers.items()}
    if signer:
        seen[b"authorization"] = authorization(signer)
    return detect(method, path, query, seen, body)


def named(found: Asked) -> tuple[Wire, str | None, str]:
    return found.wire, found.service, found.operation


def test_a_target_names_service_and_operation() -> None:
    found = asked(x_amz_target=b"AmazonEC2ContainerServiceV20141113.ListTasks", signer="ecs")
    assert named(found) == (Wire.JSON, "ecs", "ListTasks")
    assert found.signature is not None
    assert found.signature.credential.region == "eu-west-1"


def test_a_target_counts_more_than_the_signer() -> None:
    found = asked(x_amz_target=b"Logs_20140328.PutLogEvents", signer="ecs")
    assert found.service == "logs"


def test_an_unknown_target_is_still_json() -> None:
    found = asked(x_amz_target=b"Nonsense.Do", signer="ecs")
    assert named(found) == (Wire.JSON, None, "Nonsense.Do")


@pytest.mark.parametrize("prefix", ["", "/proxy"])
def test_a_cbor_path_names_service_and_operation(prefix: str) -> None:
    path = f"{prefix}/service/GraniteServiceVersion20100801/operation/PutMetricData"
    found = asked(path=path, smithy_protocol=b"rpc-v2-cbor", x_amzn_query_mode=b"true")
    assert named(found) == (Wire.CBOR, "cloudwatch", "PutMetricData")
    assert found.query_mode


def test_the_version_tells_the_two_load_balancing_services_apart() -> None:
    for version, service in (("2015-12-01", "elbv2"), ("2012-06-01", "elb")):
        body = f"Action=DescribeLoadBalancers&Version={version}".encode()
        found = asked(body, content_type=FORM, signer="elasticloadbalancing")
        assert named(found) == (Wire.QUERY, service, "DescribeLoadBalancers")


def test_an_old_version_of_a_service_with_its_own_signing_name_is_that_service() -> None:
    found = asked(b"Action=DescribeVpcs&Version=2015-10-01", content_type=FORM, signer="ec2")
    assert named(found) == (Wire.EC2, "ec2", "DescribeVpcs")


def test_old_clients_ask_cloudwatch_in_query() -> None:
    found = asked(b"Action=ListMetrics&Version=2010-08-01", content_type=FORM, signer="monitoring")
    assert named(found) == (Wire.QUERY, "cloudwatch", "ListMetrics")


def test_an_unsigned_form_is_told_by_its_version() -> None:
    body = b"Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=a"
    found = asked(body, content_type=FORM)
    assert named(found) == (Wire.QUERY, "sts", "AssumeRoleWithWebIdentity")
    assert found.signature is None


def test_a_get_carries_its_form_in_the_url() -> None:
    query = b"Action=GetCallerIdentity&Version=2011-06-15"
    found = asked(method="GET", query=query, signer="sts")
    assert named(found) == (Wire.QUERY, "sts", "GetCallerIdentity")


def test_a_presigned_url_names_region_and_service() -> None:
    query = (
        b"Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA256"
        b"&X-Amz-Credential=AK%2F20261122%2Feu-west-1%2Fsts%2Faws4_request"
        b"&X-Amz-Date=20261122T130000Z&X-Amz-SignedHeaders=host&X-Amz-Signature=ab"
    )
    found = asked(method="GET", query=query)
    assert named(found) == (Wire.QUERY, "sts", "GetCallerIdentity")
    assert found.signature is not None
    assert found.signature.credential.region == "eu-west-1"


def test_rest_services_are_told_by_the_signer() -> None:
    assert named(asked(method="GET", path="/v20190125/meshes", signer="appmesh")) == (
        Wire.REST_JSON,
        "appmesh",
        "GET /v20190125/meshes",
    )
    assert asked(method="GET", signer="s3").service == "s3"


def test_nothing_at_all_is_taken_for_s3() -> None:
    assert named(asked(method="GET", path="/bucket/key")) == (
        Wire.REST_XML,
        None,
        "GET /bucket/key",
    )


def test_the_host_does_not_matter() -> None:
    target = b"Route53AutoNaming_v20170314.DiscoverInstances"
    assert asked(x_amz_target=target, host=b"data-127.0.0.1:4566").service == "servicediscovery"


def test_the_protocol_of_a_broken_request_is_guessed_from_what_it_shows() -> None:
    assert spoken({b"x-amz-target": b"x"}, b"") is Wire.JSON
    assert spoken({b"smithy-protocol": b"rpc-v2-cbor"}, b"") is Wire.CBOR
    assert spoken({b"content-type": FORM}, b"") is Wire.QUERY
    assert spoken({}, b"Action=X") is Wire.QUERY
    assert spoken({}, b"") is Wire.REST_XML


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known.name)
def test_what_we_know_of_services_is_what_their_models_say(known: Known) -> None:

    path = sorted((DATA / known.name).glob("*/service-2.json*"))[-1]
    raw = path.read_bytes()
    metadata = json.loads(gzip.decompress(raw) if path.suffix == ".gz" else raw)["metadata"]
    protocols = metadata.get("protocols") or [metadata["protocol"]]
    signer = metadata.get("signingName", metadata["endpointPrefix"])
    assert known.wire.value in protocols
    assert (known.signing_name or known.name) == signer
    if known.target_prefix:
        assert known.target_prefix == metadata["targetPrefix"]
    if known.version:
        assert known.version == metadata["apiVersion"]
