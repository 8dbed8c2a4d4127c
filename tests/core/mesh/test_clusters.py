"""Upstreams in Envoy's words: limits, balancing, outliers and TLS."""

from __future__ import annotations

from typing import Any

import pytest

from seaway.core.mesh.clusters import cluster
from seaway.core.mesh.proxy import (
    Algorithm,
    Labels,
    Limits,
    OutlierDetection,
    Protocol,
    Purpose,
    Secure,
    Upstream,
)
from seaway.core.mesh.words import UNLIMITED
from seaway.mesh.protobuf import message_bytes

HTTP_OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"


def said(**changed: Any) -> Any:
    told = {"name": "cats", "protocol": Protocol.HTTP, "labels": Labels(purpose=Purpose.CONNECT)}
    body = cluster(Upstream(**(told | changed)))
    message_bytes({"@type": "type.googleapis.com/envoy.config.cluster.v3.Cluster", **body})
    return body


def thresholds(limits: Limits) -> Any:
    (found,) = said(limits=limits)["circuit_breakers"]["thresholds"]
    return found


def test_what_is_not_limited_is_endless() -> None:
    names = ("max_connections", "max_pending_requests", "max_requests", "max_retries")
    assert thresholds(Limits()) == {"priority": "DEFAULT"} | dict.fromkeys(names, UNLIMITED)


def test_limits_are_envoys_circuit_breakers() -> None:
    found = thresholds(Limits(connections=1, pending=2, requests=3, retry_budget=12.5))
    assert (found["max_connections"], found["max_pending_requests"]) == (1, 2)
    assert found["max_requests"] == 3
    assert found["retry_budget"] == {"budget_percent": {"value": 12.5}}


def test_a_connection_may_have_a_limit_of_requests_and_tcp_has_no_requests() -> None:
    limits = Limits(requests_per_connection=7)
    options = said(limits=limits)["typed_extension_protocol_options"][HTTP_OPTIONS]
    assert options["common_http_protocol_options"] == {"max_requests_per_connection": 7}
    assert "typed_extension_protocol_options" not in said(limits=limits, protocol=Protocol.TCP)


@pytest.mark.parametrize(
    ("algorithm", "policy"),
    [
        (Algorithm.ROUND_ROBIN, "ROUND_ROBIN"),
        (Algorithm.LEAST_OUTSTANDING_REQUESTS, "LEAST_REQUEST"),
        (Algorithm.WEIGHTED_RANDOM, "RANDOM"),
        (Algorithm.CONSISTENT_HASH, "RING_HASH"),
    ],
)
def test_every_algorithm_has_its_word(algorithm: Algorithm, policy: str) -> None:
    assert said(algorithm=algorithm)["lb_policy"] == policy


def test_some_endpoints_may_always_stay() -> None:
    found = said(outlier_detection=OutlierDetection(failures=3, most_ejected=50))
    assert found["outlier_detection"]["max_ejection_percent"] == 50
    assert found["outlier_detection"]["consecutive_5xx"] == 3
    assert "outlier_detection" not in said()


def test_the_longest_ejection_is_no_shorter_than_the_first() -> None:
    """Envoy refuses the upstream else, and whatever else was said of it."""
    found = said(outlier_detection=OutlierDetection(first_ejection=600, longest_ejection=300))
    assert found["outlier_detection"]["base_ejection_time"] == "600s"
    assert found["outlier_detection"]["max_ejection_time"] == "600s"


def test_tls_shows_a_certificate_and_wants_a_peer_by_name() -> None:
    secure = Secure(
        certificate="client/zoo/web",
        authorities="authority/srv-1",
        peers=("cats.pets.local", "spiffe://seaway/zoo/cats"),
        server_name="cats.pets.local",
    )
    socket = said(secure=secure, protocol=Protocol.GRPC)["transport_socket"]["typed_config"]
    common = socket["common_tls_context"]
    assert socket["sni"] == "cats.pets.local"
    assert common["tls_params"]["tls_minimum_protocol_version"] == "TLSv1_3"
    assert common["alpn_protocols"] == ["h2"]
    (own,) = common["tls_certificate_sds_secret_configs"]
    assert own["name"] == "client/zoo/web"
    context = common["combined_validation_context"]
    assert context["validation_context_sds_secret_config"]["name"] == "authority/srv-1"
    assert context["default_validation_context"]["match_typed_subject_alt_names"] == [
        {"san_type": "DNS", "matcher": {"exact": "cats.pets.local"}},
        {"san_type": "URI", "matcher": {"exact": "spiffe://seaway/zoo/cats"}},
    ]
    assert "transport_socket" not in said()
