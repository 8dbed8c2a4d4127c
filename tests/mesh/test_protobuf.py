"""The border to protobuf: bytes that Envoy's own schema reads back as what was meant."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from envoy.config.endpoint.v3.endpoint_pb2 import ClusterLoadAssignment
from envoy.config.listener.v3.listener_pb2 import Listener
from envoy.config.route.v3.route_pb2 import RouteConfiguration
from envoy.service.discovery.v3 import discovery_pb2
from google.protobuf.json_format import ParseDict
from google.rpc import status_pb2

from seaway.core.mesh.snapshot import Kind, Resource
from seaway.mesh.protobuf import (
    MalformedResource,
    Serializer,
    listener_bytes,
    load_assignment_bytes,
    read_request,
    routes_bytes,
)
from seaway.mesh.stream import Request, Response


def a_cluster(name: str, **more: object) -> Resource:
    return Resource(Kind.CLUSTERS, name, f"v-{name}", {"name": name, **more})


def test_a_response_put_together_from_cached_bytes_is_a_proper_message() -> None:
    serializer = Serializer()
    resources = (a_cluster("a"), a_cluster("b" * 300))
    for nonce in ("1", "2"):
        written = serializer.response(
            Response(kind=Kind.CLUSTERS, nonce=nonce, resources=resources, removed=("old",))
        )
        message = discovery_pb2.DeltaDiscoveryResponse.FromString(written)
        assert message.nonce == nonce
        assert message.type_url == Kind.CLUSTERS.value
        assert list(message.removed_resources) == ["old"]
        assert [(r.name, r.version) for r in message.resources] == [
            (r.name, r.version) for r in resources
        ]
        assert message.resources[0].resource.type_url == Kind.CLUSTERS.value


def test_a_malformed_resource_is_found_before_it_is_sent() -> None:
    with pytest.raises(MalformedResource, match="colour"):
        Serializer().prepare([a_cluster("a", colour="red")])


GOLDEN = Path(__file__).parent.parent / "golden" / "mesh"


@pytest.mark.parametrize("case", sorted(path.name for path in GOLDEN.glob("*.out.yaml")))
def test_what_is_put_together_from_pieces_says_the_same_as_what_is_written_at_once(
    case: str,
) -> None:
    rendered = yaml.safe_load((GOLDEN / case).read_text())
    for body in rendered["listeners"]:
        assert Listener.FromString(listener_bytes(body)) == ParseDict(body, Listener())
    for body in rendered["routes"]:
        told = RouteConfiguration.FromString(routes_bytes(body))
        assert told == ParseDict(body, RouteConfiguration())
    for body in rendered["endpoints"]:
        told = ClusterLoadAssignment.FromString(load_assignment_bytes(body))
        assert told == ParseDict(body, ClusterLoadAssignment())


def test_a_request_tells_node_subscriptions_versions_and_refusal() -> None:
    message = discovery_pb2.DeltaDiscoveryRequest(
        type_url=Kind.ENDPOINTS.value,
        resource_names_subscribe=["a"],
        resource_names_unsubscribe=["b"],
        initial_resource_versions={"c": "1"},
        response_nonce="7",
        error_detail=status_pb2.Status(message="no"),
    )
    message.node.id = "host-1"
    node, request = read_request(message.SerializeToString())
    assert node == "host-1"
    assert request == Request(
        kind=Kind.ENDPOINTS,
        subscribe=("a",),
        unsubscribe=("b",),
        versions={"c": "1"},
        nonce="7",
        error="no",
    )


def test_a_kind_we_do_not_serve_is_no_request() -> None:
    message = discovery_pb2.DeltaDiscoveryRequest(type_url="type.googleapis.com/x.Y")
    assert read_request(message.SerializeToString()) == ("", None)


def test_another_package_named_envoy_first_on_the_path_does_not_hide_the_messages(
    tmp_path: Path,
) -> None:
    (tmp_path / "envoy").mkdir()
    (tmp_path / "envoy" / "__init__.py").write_text("")
    done = subprocess.run(
        [sys.executable, "-c", "import seaway.mesh.protobuf, envoy; print(envoy.__file__)"],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == str(tmp_path / "envoy" / "__init__.py")
