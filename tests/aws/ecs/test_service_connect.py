from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from seaway.core.discovery import DiscoveryService, NamedEndpoint
from seaway.core.service import Deployment, Service
from seaway.core.task_definition import AppProtocol
from tests.aws.ecs.story import SUBNETS, WEB, Ecs, an_ecs, refusal
from tests.builders import (
    NAMESPACE,
    a_cluster,
    a_discovery_service,
    a_named_endpoint,
    a_namespace,
)


def connect(*services: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"enabled": True, "namespace": "shop", "services": list(services), **fields}


def cats(**fields: Any) -> dict[str, Any]:
    return {"portName": "cats", "clientAliases": [{"port": 80, "dnsName": "cats"}], **fields}


def with_cats() -> Ecs:
    ecs = an_ecs()
    ecs.register("cats")
    return ecs


def serve(ecs: Ecs, name: str = "cats", **fields: Any) -> dict[str, Any]:
    given = {"serviceConnectConfiguration": connect(cats()), "taskDefinition": "cats", **fields}
    return ecs.serve(name, **given)


def test_a_server_gets_a_discovery_service_and_a_name_clients_dial() -> None:
    ecs = with_cats()
    service = serve(ecs)
    (discovery,), (endpoint,) = ecs.all(DiscoveryService), ecs.all(NamedEndpoint)
    assert (discovery.name, discovery.type, discovery.namespace) == ("cats", "HTTP", NAMESPACE)
    assert discovery.owner == service["serviceArn"]
    assert (endpoint.dns_name, endpoint.port, endpoint.address) == ("cats", 80, "127.255.0.1")
    assert endpoint.protocol is AppProtocol.HTTP
    (deployment,) = service["deployments"]
    assert deployment["serviceConnectConfiguration"] == {
        "enabled": True,
        "namespace": "shop",
        "services": [
            {"portName": "cats", "clientAliases": [{"port": 80, "dnsName": "cats"}]},
        ],
    }
    assert deployment["serviceConnectResources"] == [
        {"discoveryName": "cats", "discoveryArn": discovery.arn}
    ]


def test_what_is_not_said_comes_from_the_port_mapping_and_the_namespace() -> None:
    ecs = an_ecs()
    container = {**WEB, "name": "db", "portMappings": [{"containerPort": 5432, "name": "db"}]}
    ecs.register("db", containerDefinitions=[container])
    serve(ecs, "db", taskDefinition="db", serviceConnectConfiguration=connect({"portName": "db"}))
    (endpoint,) = ecs.all(NamedEndpoint)
    assert (endpoint.dns_name, endpoint.port) == ("db.shop", 5432)
    assert endpoint.protocol is AppProtocol.TCP


def test_each_name_of_a_namespace_has_an_address_of_its_own() -> None:
    ecs = with_cats()
    ecs.register("dogs")
    serve(ecs)
    dogs = connect({"portName": "dogs", "clientAliases": [{"port": 80, "dnsName": "dogs"}]})
    serve(ecs, "dogs", taskDefinition="dogs", serviceConnectConfiguration=dogs)
    addresses = {endpoint.dns_name: endpoint.address for endpoint in ecs.all(NamedEndpoint)}
    assert addresses == {"cats": "127.255.0.1", "dogs": "127.255.0.2"}


def test_one_name_at_two_ports_has_one_address() -> None:
    ecs = an_ecs()
    ports = [{"containerPort": 80, "name": "http"}, {"containerPort": 81, "name": "admin"}]
    ecs.register("cats", containerDefinitions=[{**WEB, "name": "cats", "portMappings": ports}])
    entries = [
        {"portName": name, "clientAliases": [{"port": port, "dnsName": "cats"}]}
        for name, port in (("http", 80), ("admin", 81))
    ]
    serve(ecs, serviceConnectConfiguration=connect(*entries))
    assert [endpoint.address for endpoint in ecs.all(NamedEndpoint)] == ["127.255.0.1"] * 2
    entries[1]["clientAliases"] = [{"port": 81, "dnsName": "admin"}]
    ecs.UpdateService(service="cats", serviceConnectConfiguration=connect(*entries))
    addresses = {endpoint.dns_name: endpoint.address for endpoint in ecs.all(NamedEndpoint)}
    assert addresses == {"cats": "127.255.0.1", "admin": "127.255.0.2"}


def test_a_client_only_service_offers_nothing_and_is_in_the_namespace() -> None:
    ecs = with_cats()
    client = serve(ecs, serviceConnectConfiguration={"enabled": True, "namespace": "shop"})
    assert ecs.all(DiscoveryService) == []
    assert "serviceConnectResources" not in client["deployments"][0]
    assert ecs.ListServicesByNamespace(namespace="shop")["serviceArns"] == [client["serviceArn"]]


def test_the_cluster_default_is_the_namespace_when_the_service_names_none() -> None:
    ecs = with_cats()
    ecs.put(a_cluster(namespace=NAMESPACE))
    service = serve(ecs, serviceConnectConfiguration={"enabled": True, "services": [cats()]})
    assert service["deployments"][0]["serviceConnectConfiguration"]["namespace"] == "shop"


def test_switching_it_on_takes_effect_by_a_new_deployment() -> None:
    ecs = with_cats()
    serve(ecs, serviceConnectConfiguration={"enabled": False})
    after = ecs.UpdateService(service="cats", serviceConnectConfiguration=connect(cats()))
    new, old = after["service"]["deployments"]
    assert new["serviceConnectConfiguration"]["enabled"] is True
    assert new["serviceConnectResources"][0]["discoveryName"] == "cats"
    assert old["serviceConnectConfiguration"] == {"enabled": False}
    assert "serviceConnectResources" not in old


def test_switching_it_off_takes_effect_by_a_new_deployment() -> None:
    ecs = with_cats()
    serve(ecs)
    after = ecs.UpdateService(service="cats", serviceConnectConfiguration={"enabled": False})
    new, old = after["service"]["deployments"]
    assert new["serviceConnectConfiguration"] == {"enabled": False}
    assert "serviceConnectResources" not in new
    assert old["serviceConnectConfiguration"]["enabled"] is True


def test_another_namespace_is_another_deployment_with_names_of_its_own() -> None:
    ecs = with_cats()
    ecs.put(a_namespace("other", arn=NAMESPACE + "b", id="ns-b"))
    serve(ecs)
    moved = connect(cats(), namespace="other")
    after = ecs.UpdateService(service="cats", serviceConnectConfiguration=moved)
    new, old = after["service"]["deployments"]
    assert new["serviceConnectConfiguration"]["namespace"] == "other"
    assert old["serviceConnectConfiguration"]["namespace"] == "shop"
    assert new["serviceConnectResources"] != old["serviceConnectResources"]


def test_a_name_may_be_used_in_each_namespace() -> None:
    ecs = with_cats()
    ecs.put(a_namespace("other", arn=NAMESPACE + "b", id="ns-b"))
    serve(ecs)
    serve(ecs, "more", serviceConnectConfiguration=connect(cats(), namespace="other"))
    assert [endpoint.dns_name for endpoint in ecs.all(NamedEndpoint)] == ["cats", "cats"]
    assert len({endpoint.namespace for endpoint in ecs.all(NamedEndpoint)}) == 2


def test_a_changed_alias_keeps_discovery_service_and_address() -> None:
    ecs = with_cats()
    serve(ecs)
    (before,) = ecs.all(NamedEndpoint)
    changed = cats(clientAliases=[{"port": 8080, "dnsName": "kitty"}])
    ecs.UpdateService(service="cats", serviceConnectConfiguration=connect(changed))
    (after,) = ecs.all(NamedEndpoint)
    assert after == replace(before, dns_name="kitty", port=8080)
    assert len(ecs.all(Deployment)) == 2


def test_a_new_discovery_name_is_made_beside_the_old_one() -> None:
    ecs = with_cats()
    serve(ecs)
    renamed = cats(discoveryName="kitty", clientAliases=[{"port": 81}])
    ecs.UpdateService(service="cats", serviceConnectConfiguration=connect(renamed))
    assert {discovery.name for discovery in ecs.all(DiscoveryService)} == {"cats", "kitty"}


def test_sending_the_same_configuration_again_deploys_nothing() -> None:
    ecs = with_cats()
    serve(ecs)
    ecs.UpdateService(service="cats", serviceConnectConfiguration=connect(cats()))
    assert len(ecs.all(Deployment)) == 1


def test_timeouts_and_logs_are_kept_and_shown() -> None:
    ecs = with_cats()
    given = cats(timeout={"idleTimeoutSeconds": 60, "perRequestTimeoutSeconds": 0})
    log = {"logDriver": "awslogs", "options": {"awslogs-group": "/ecs/sc"}}
    service = serve(ecs, serviceConnectConfiguration=connect(given, logConfiguration=log))
    shown = service["deployments"][0]["serviceConnectConfiguration"]
    assert shown["services"][0]["timeout"] == given["timeout"]
    assert shown["logConfiguration"] == {**log, "secretOptions": []}
    (endpoint,) = ecs.all(NamedEndpoint)
    assert (endpoint.idle_timeout, endpoint.request_timeout) == (60, 0)


INVALID = "InvalidParameterException"


@pytest.mark.parametrize(
    ("given", "code", "text"),
    [
        (
            connect({"portName": "web"}),
            INVALID,
            "portName(web) does not refer to any named PortMapping in the container definitions",
        ),
        (
            connect(cats(clientAliases=[{"port": 80}, {"port": 81}])),
            INVALID,
            "2 clientAliases exceeds the max limit of 1",
        ),
        (
            connect(cats(clientAliases=[{"port": 80, "dnsName": "Big Cats"}])),
            INVALID,
            "The DNS name that you provided is invalid",
        ),
        (
            connect(cats(discoveryName="-cats")),
            INVALID,
            "The discoveryName must be 1 to 64 lowercase letters, numbers, underscores (_) or "
            "hyphens (-), and must not start with a hyphen.",
        ),
        (
            connect(cats(), cats(clientAliases=[{"port": 81}])),
            INVALID,
            f"The discoveryName cats must be unique within {NAMESPACE}",
        ),
        ({"enabled": True, "services": [cats()]}, INVALID, "Namespace is missing"),
        (
            connect(cats(), namespace=NAMESPACE + "b"),
            "NamespaceNotFoundException",
            "The specified namespace wasn't found.",
        ),
        (
            connect(cats(), namespace="unknown"),
            "NamespaceNotFoundException",
            "The specified namespace wasn't found.",
        ),
    ],
)
def test_what_cannot_be_connected_is_refused_and_nothing_is_made(
    given: dict[str, Any], code: str, text: str
) -> None:
    ecs = with_cats()
    assert refusal(lambda: serve(ecs, serviceConnectConfiguration=given)) == (code, text)
    assert ecs.all(Service) == ecs.all(DiscoveryService) == ecs.all(NamedEndpoint) == []


def test_a_definition_without_task_memory_is_refused() -> None:
    ecs = an_ecs()
    container = {**WEB, "name": "cats", "memory": 128}
    container["portMappings"] = [{"containerPort": 80, "name": "cats"}]
    ecs.register("cats", memory=None, containerDefinitions=[container])
    assert refusal(lambda: serve(ecs)) == (
        INVALID,
        "Service Connect requires that 'memory' be defined at the task level.",
    )


@pytest.mark.parametrize("mode", ["host", "none"])
def test_other_network_modes_than_awsvpc_and_bridge_are_refused(mode: str) -> None:
    ecs = an_ecs()
    container = {"name": "cats", "image": "cats:1"}
    ecs.register("cats", networkMode=mode, containerDefinitions=[container])
    client = {"enabled": True, "namespace": "shop"}
    assert refusal(lambda: serve(ecs, serviceConnectConfiguration=client)) == (
        INVALID,
        f"Service Connect is not supported with the {mode} network mode. Use the awsvpc or "
        "bridge network mode.",
    )


def test_a_host_name_in_bridge_mode_is_refused() -> None:
    ecs = an_ecs()
    container = {**WEB, "name": "cats", "hostname": "tom"}
    ecs.register("cats", containerDefinitions=[container])
    client = {"enabled": True, "namespace": "shop"}
    assert "hostname" in refusal(lambda: serve(ecs, serviceConnectConfiguration=client))[1]


@pytest.mark.parametrize(
    "change",
    [{"launchType": "EXTERNAL"}, {"deploymentController": {"type": "CODE_DEPLOY"}}],
)
def test_external_and_code_deploy_services_are_refused(change: dict[str, Any]) -> None:
    ecs = with_cats()
    code, text = refusal(lambda: serve(ecs, **change))
    assert code == INVALID
    assert text.startswith("Service Connect is not supported with the ")


def test_a_discovery_name_of_another_service_is_refused_and_nothing_is_made() -> None:
    ecs = with_cats()
    serve(ecs)
    other = connect(cats(clientAliases=[{"port": 80, "dnsName": "more"}]))
    assert refusal(lambda: serve(ecs, "more", serviceConnectConfiguration=other)) == (
        INVALID,
        f"SC service is already used by {NAMESPACE}",
    )
    assert len(ecs.all(Service)) == len(ecs.all(DiscoveryService)) == 1


def test_a_discovery_name_somebody_made_by_hand_is_taken_too() -> None:
    ecs = with_cats()
    ecs.put(a_discovery_service("cats"))
    assert refusal(lambda: serve(ecs)) == (INVALID, f"SC service is already used by {NAMESPACE}")


def test_an_alias_of_another_service_is_refused() -> None:
    ecs = with_cats()
    serve(ecs)
    other = connect(cats(discoveryName="more"))
    assert refusal(lambda: serve(ecs, "more", serviceConnectConfiguration=other))[1] == (
        f"SC clientAlias cats:80 is already used by {NAMESPACE}"
    )


def test_the_protocol_of_a_connected_port_does_not_change() -> None:
    ecs = with_cats()
    serve(ecs)
    container = {**WEB, "name": "cats"}
    container["portMappings"] = [{"containerPort": 80, "name": "cats", "appProtocol": "grpc"}]
    ecs.register("cats", containerDefinitions=[container])
    code, text = refusal(lambda: ecs.UpdateService(service="cats", taskDefinition="cats:2"))
    assert code == INVALID
    assert text.startswith("The appProtocol and protocol of portName(cats) can't be changed")


def test_a_new_definition_must_still_have_the_connected_port() -> None:
    ecs = with_cats()
    serve(ecs)
    ecs.register("cats", containerDefinitions=[{"name": "cats", "image": "cats:1"}])
    assert refusal(lambda: ecs.UpdateService(service="cats", taskDefinition="cats:2"))[1] == (
        "portName(cats) does not refer to any named PortMapping in the container definitions"
    )


def test_a_fargate_service_joins_with_its_own_address() -> None:
    ecs = an_ecs()
    ecs.register_fargate("cats")
    service = serve(ecs, launchType="FARGATE", networkConfiguration=SUBNETS)
    assert service["deployments"][0]["serviceConnectResources"][0]["discoveryName"] == "cats"


def test_an_unknown_namespace_has_no_services_to_list() -> None:
    assert refusal(lambda: an_ecs().ListServicesByNamespace(namespace="none")) == (
        "NamespaceNotFoundException",
        "The specified namespace wasn't found.",
    )


def test_each_endpoint_has_an_address_on_the_machine_wherever_its_namespace_is() -> None:
    ecs = with_cats()
    elsewhere = a_named_endpoint(a_discovery_service("far", namespace="other"), outside=1)
    ecs.put(elsewhere)
    serve(ecs)
    (endpoint,) = ecs.all(NamedEndpoint, namespace=NAMESPACE)
    assert (endpoint.number, endpoint.outside_address) == (1, "127.254.0.2")
    ecs.UpdateService(service="cats", forceNewDeployment=True)
    assert ecs.all(NamedEndpoint, namespace=NAMESPACE) == [endpoint]


def test_in_a_faithful_cluster_a_deployment_knows_the_names_of_its_beginning() -> None:
    ecs = with_cats()
    ecs.register("dogs")
    ecs.put(a_cluster(settings=(("faithful", "enabled"),)))
    serve(ecs)
    dogs = connect({"portName": "dogs", "clientAliases": [{"port": 80, "dnsName": "dogs"}]})
    serve(ecs, "dogs", taskDefinition="dogs", serviceConnectConfiguration=dogs)
    first, second = ecs.all(Deployment)
    names = [discovery.arn for discovery in ecs.all(DiscoveryService)]
    assert first.known == (names[0],)
    assert second.known == tuple(names)


def test_elsewhere_a_deployment_knows_all_names_at_any_time() -> None:
    ecs = with_cats()
    serve(ecs)
    assert [deployment.known for deployment in ecs.all(Deployment)] == [None]
