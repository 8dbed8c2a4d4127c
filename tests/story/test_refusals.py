"""What a boto3 user sees for each wrong turn that the walk-through warns of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.story.stage import Stage, a_stage

NAMED = {"containerPort": 80, "hostPort": 0, "appProtocol": "http", "name": "web"}
ALIAS = {"port": 80, "dnsName": "web"}
OFFERED = {"portName": "web", "clientAliases": [ALIAS]}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A cluster with a default namespace, one without, and a definition that would do."""
    with a_stage(tmp_path_factory.mktemp("refusals")) as stage:
        ecs = stage.aws.ecs
        ecs.create_cluster(clusterName="shop", serviceConnectDefaults={"namespace": "shop.local"})
        ecs.create_cluster(clusterName="plain")
        define(stage, "web")
        yield stage


def define(stage: Stage, family: str, **more: Any) -> None:
    container = {
        "name": "web",
        "image": "web:1",
        "memory": 64,
        "portMappings": [more.pop("port", NAMED)],
    }
    wanted = {"cpu": "256", "memory": "512", **more}
    given = {key: value for key, value in wanted.items() if value is not None}
    stage.aws.ecs.register_task_definition(family=family, containerDefinitions=[container], **given)


def refused(stage: Stage, connect: dict[str, Any], **more: Any) -> tuple[str, str]:
    """The exception's name and text when a service with this configuration is created."""
    wanted: dict[str, Any] = {
        "cluster": "shop",
        "serviceName": "wrong",
        "taskDefinition": "web",
        "desiredCount": 0,
        "serviceConnectConfiguration": {"enabled": True, **connect},
        **more,
    }
    with pytest.raises(ClientError) as caught:
        stage.aws.ecs.create_service(**wanted)
    error = caught.value.response
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert type(caught.value).__name__ == error["Error"]["Code"], "a modelled exception"
    assert stage.aws.ecs.list_services(cluster="shop")["serviceArns"] == before(stage)
    return error["Error"]["Code"], error["Error"]["Message"]


def before(stage: Stage) -> list[str]:
    """The services that are there by right: refusals leave nothing behind."""
    listed = stage.aws.ecs.list_services(cluster="shop")["serviceArns"]
    return [arn for arn in listed if not arn.endswith("/wrong")]


def test_a_task_definition_without_task_level_memory(stage: Stage) -> None:
    define(stage, "forgetful", memory=None, cpu=None)
    assert refused(stage, {"services": [OFFERED]}, taskDefinition="forgetful") == (
        "InvalidParameterException",
        "Service Connect requires that 'memory' be defined at the task level.",
    )


def test_a_port_name_that_no_container_has(stage: Stage) -> None:
    wrong = {"portName": "wep", "clientAliases": [ALIAS]}
    assert refused(stage, {"services": [wrong]}) == (
        "InvalidParameterException",
        "portName(wep) does not refer to any named PortMapping in the container definitions",
    )


def test_an_unknown_namespace(stage: Stage) -> None:
    arn = "arn:aws:servicediscovery:us-east-1:000000000000:namespace/ns-aaaaaaaaaaaaaaaa"
    for namespace in (arn, "nowhere"):
        assert refused(stage, {"namespace": namespace}) == (
            "NamespaceNotFoundException",
            "The specified namespace wasn't found.",
        )
    ecs = stage.aws.ecs
    with pytest.raises(ecs.exceptions.NamespaceNotFoundException):
        ecs.create_cluster(clusterName="other", serviceConnectDefaults={"namespace": arn})


def test_no_namespace_at_all(stage: Stage) -> None:
    assert refused(stage, {"services": [OFFERED]}, cluster="plain") == (
        "InvalidParameterException",
        "Namespace is missing",
    )


def test_two_aliases(stage: Stage) -> None:
    two = {"portName": "web", "clientAliases": [ALIAS, {"port": 81, "dnsName": "web2"}]}
    assert refused(stage, {"services": [two]}) == (
        "InvalidParameterException",
        "2 clientAliases exceeds the max limit of 1",
    )


def test_the_same_discovery_name_twice_in_a_namespace(stage: Stage) -> None:
    ecs = stage.aws.ecs
    made = ecs.create_service(
        cluster="shop",
        serviceName="first",
        taskDefinition="web",
        desiredCount=0,
        serviceConnectConfiguration={"enabled": True, "services": [OFFERED]},
    )["service"]
    cluster = ecs.describe_clusters(clusters=["shop"])["clusters"][0]
    namespace = cluster["serviceConnectDefaults"]["namespace"]
    assert refused(stage, {"services": [OFFERED]}) == (
        "InvalidParameterException",
        f"SC service is already used by {namespace}",
    )
    ecs.delete_service(cluster="shop", service=made["serviceName"])
    ecs.get_waiter("services_inactive").wait(
        cluster="shop", services=["first"], WaiterConfig={"Delay": 0.1, "MaxAttempts": 50}
    )
    again = ecs.create_service(
        cluster="shop",
        serviceName="second",
        taskDefinition="web",
        desiredCount=0,
        serviceConnectConfiguration={"enabled": True, "services": [OFFERED]},
    )["service"]
    assert again["deployments"][0]["serviceConnectResources"][0]["discoveryName"] == "web"


def test_the_host_network_mode(stage: Stage) -> None:
    define(stage, "hosted", networkMode="host", port={**NAMED, "hostPort": 80})
    code, text = refused(stage, {"services": [OFFERED]}, taskDefinition="hosted")
    assert code == "InvalidParameterException"
    assert text == (
        "Service Connect is not supported with the host network mode. "
        "Use the awsvpc or bridge network mode."
    )


def test_a_bad_dns_name(stage: Stage) -> None:
    wrong = {"portName": "web", "clientAliases": [{"port": 80, "dnsName": "Web!"}]}
    assert refused(stage, {"services": [wrong]}) == (
        "InvalidParameterException",
        "The DNS name that you provided is invalid",
    )


def test_a_port_that_changes_its_protocol_while_it_is_in_use(stage: Stage) -> None:
    ecs = stage.aws.ecs
    define(stage, "grpc", port={**NAMED, "name": "grpc"})
    offered = {"portName": "grpc", "clientAliases": [{"port": 80, "dnsName": "grpc"}]}
    ecs.create_service(
        cluster="shop",
        serviceName="grpc",
        taskDefinition="grpc",
        desiredCount=0,
        serviceConnectConfiguration={"enabled": True, "services": [offered]},
    )
    define(stage, "grpc", port={**NAMED, "name": "grpc", "appProtocol": "grpc"})
    with pytest.raises(ecs.exceptions.InvalidParameterException) as caught:
        ecs.update_service(cluster="shop", service="grpc", taskDefinition="grpc")
    text = caught.value.response["Error"]["Message"]
    assert text.startswith("The appProtocol and protocol of portName(grpc) can't be changed")


def test_an_operation_that_is_not_there_is_named(stage: Stage) -> None:
    with pytest.raises(ClientError) as caught:
        stage.aws.ecs.create_task_set(
            cluster="shop", service="grpc", taskDefinition="web", externalId="x"
        )
    assert "CreateTaskSet" in caught.value.response["Error"]["Message"]
    assert caught.value.response["ResponseMetadata"]["RequestId"]
