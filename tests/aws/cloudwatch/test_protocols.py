"""CloudWatch in the protocols its clients speak, old and new."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from tests.aws.observing import Observed

AUTHORIZATION = (
    "AWS4-HMAC-SHA256 Credential=any/20260101/us-east-1/monitoring/aws4_request, "
    "SignedHeaders=host, Signature=00"
)


def ask(observed: Observed, body: bytes, **headers: str) -> tuple[int, str]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = Request(observed.url, body, {"Authorization": AUTHORIZATION, **named})
    try:
        with urlopen(request) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        return error.code, error.read().decode()


def by_query(observed: Observed, operation: str, request: dict[str, Any]) -> tuple[int, str]:
    flat = {"Action": operation, "Version": "2010-08-01", "Namespace": request["Namespace"]}
    for number, datum in enumerate(request.get("MetricData", ()), 1):
        for name, value in datum.items():
            flat[f"MetricData.member.{number}.{name}"] = value
    kind = "application/x-www-form-urlencoded"
    return ask(observed, urlencode(flat).encode(), Content_Type=kind)


def by_json(observed: Observed, operation: str, request: dict[str, Any]) -> tuple[int, str]:
    return ask(
        observed,
        json.dumps(request).encode(),
        Content_Type="application/x-amz-json-1.0",
        X_Amz_Target=f"GraniteServiceVersion20100801.{operation}",
    )


@pytest.mark.parametrize("speak", [by_query, by_json])
def test_a_metric_is_put_and_listed(
    observed: Observed, speak: Callable[..., tuple[int, str]]
) -> None:
    space = f"Test/{speak.__name__}"
    data = [{"MetricName": "Size", "Value": 3}]
    assert speak(observed, "PutMetricData", {"Namespace": space, "MetricData": data})[0] == 200
    status, body = speak(observed, "ListMetrics", {"Namespace": space})
    assert status == 200
    assert "Size" in body


@pytest.mark.parametrize("speak", [by_query, by_json])
def test_a_refusal_has_awss_name(observed: Observed, speak: Callable[..., tuple[int, str]]) -> None:
    data = [{"MetricName": "Size", "Value": 3}]
    status, body = speak(observed, "PutMetricData", {"Namespace": "AWS/EC2", "MetricData": data})
    assert status == 400
    assert "InvalidParameterValue" in body
    assert "The value AWS/ for parameter Namespace is invalid." in body
