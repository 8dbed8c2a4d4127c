"""What may be said in serviceConnectConfiguration beyond names: TLS, ports, logs, test traffic."""

from __future__ import annotations

from typing import Any

import pytest

from seaway.core.authority import AuthorityStatus, CertificateAuthority
from seaway.core.discovery import NamedEndpoint
from seaway.core.service import Deployment, Service
from tests.authorities import PCA, an_authority
from tests.aws.ecs.story import SUBNETS, WEB, Ecs, an_ecs, refusal
from tests.builders import a_task

INVALID = "InvalidParameterException"
LOG: dict[str, Any] = {"logDriver": "awslogs", "options": {"awslogs-group": "/ecs/sc"}}
CABLED: dict[str, Any] = {"taskDefinition": "cabled", "networkConfiguration": SUBNETS}
AUTHORITY: dict[str, Any] = {"issuerCertificateAuthority": {}}


def connect(*services: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"enabled": True, "namespace": "shop", "services": list(services), **fields}


def cats(**fields: Any) -> dict[str, Any]:
    return {"portName": "cats", "clientAliases": [{"port": 80, "dnsName": "cats"}], **fields}


def with_cats() -> Ecs:
    """A bridge definition ``cats``, and ``cabled``: the same in awsvpc, with a TCP port beside."""
    ecs = an_ecs()
    ports = [
        {"containerPort": 80, "name": "cats", "appProtocol": "http"},
        {"containerPort": 5432, "name": "db"},
    ]
    containers = [{**WEB, "name": "cats", "portMappings": ports}]
    ecs.register("cats", containerDefinitions=containers)
    ecs.register("cabled", networkMode="awsvpc", containerDefinitions=containers)
    return ecs


def serve(ecs: Ecs, given: dict[str, Any], **fields: Any) -> dict[str, Any]:
    request = {"taskDefinition": "cats", "serviceConnectConfiguration": given, **fields}
    return ecs.serve("cats", **request)


def shown(service: dict[str, Any]) -> dict[str, Any]:
    """The configuration of a service's newest deployment."""
    configuration: dict[str, Any] = service["deployments"][0]["serviceConnectConfiguration"]
    return configuration


WHOLE = connect(
    cats(
        discoveryName="kitty",
        clientAliases=[
            {
                "port": 80,
                "dnsName": "cats",
                "testTrafficRules": {"header": {"name": "X-Canary", "value": {"exact": "yes"}}},
            }
        ],
        ingressPortOverride=8443,
        timeout={"idleTimeoutSeconds": 60, "perRequestTimeoutSeconds": 0},
        tls={**AUTHORITY, "kmsKey": "alias/mine", "roleArn": "arn:aws:iam::1:role/tls"},
    ),
    logConfiguration={**LOG, "secretOptions": []},
    accessLogConfiguration={"format": "JSON", "includeQueryParameters": "ENABLED"},
    containerConfigurations=[{"logLevel": "debug"}],
)


def test_the_whole_configuration_is_shown_as_it_was_given() -> None:
    ecs = with_cats()
    service = serve(ecs, WHOLE, **CABLED)
    assert shown(service) == WHOLE
    (described,) = ecs.DescribeServices(services=["cats"])["services"]
    assert shown(described) == WHOLE
    (revision,) = described["currentServiceRevisions"]
    found = ecs.DescribeServiceRevisions(serviceRevisionArns=[revision["arn"]])
    assert found["serviceRevisions"][0]["serviceConnectConfiguration"] == WHOLE


def test_a_configuration_is_of_the_deployment_and_not_of_the_service() -> None:
    service = serve(with_cats(), WHOLE, **CABLED)
    assert not {"serviceConnectConfiguration", "serviceConnectResources"} & set(service)


def test_the_endpoint_clients_dial_knows_port_tls_and_test_header() -> None:
    ecs = with_cats()
    serve(ecs, WHOLE, **CABLED)
    (endpoint,) = ecs.all(NamedEndpoint)
    assert (endpoint.ingress_port, endpoint.tls) == (8443, True)
    assert endpoint.test_header == ("X-Canary", "yes")
    ecs.UpdateService(service="cats", serviceConnectConfiguration=connect(cats()))
    (endpoint,) = [e for e in ecs.all(NamedEndpoint) if e.discovery_name == "cats"]
    assert (endpoint.ingress_port, endpoint.tls, endpoint.test_header) == (None, False, None)


def test_a_test_header_without_a_value_is_matched_by_any() -> None:
    ecs = with_cats()
    rules = {"header": {"name": "X-Canary"}}
    alias = {"port": 80, "dnsName": "cats", "testTrafficRules": rules}
    service = serve(ecs, connect(cats(clientAliases=[alias])))
    assert shown(service)["services"][0]["clientAliases"] == [alias]
    assert ecs.all(NamedEndpoint)[0].test_header == ("X-Canary", None)


def test_query_parameters_are_left_out_of_access_logs_unless_asked_for() -> None:
    given = connect(cats(), logConfiguration=LOG, accessLogConfiguration={"format": "TEXT"})
    service = serve(with_cats(), given)
    assert shown(service)["accessLogConfiguration"] == {
        "format": "TEXT",
        "includeQueryParameters": "DISABLED",
    }


@pytest.mark.parametrize(
    "change",
    [
        cats(ingressPortOverride=9090),
        cats(tls=AUTHORITY),
        cats(timeout={"idleTimeoutSeconds": 5}),
        cats(
            clientAliases=[
                {"port": 80, "dnsName": "cats", "testTrafficRules": {"header": {"name": "X"}}}
            ]
        ),
    ],
)
def test_a_changed_setting_makes_a_new_deployment(change: dict[str, Any]) -> None:
    ecs = with_cats()
    serve(ecs, connect(cats()), **CABLED)
    ecs.UpdateService(service="cats", serviceConnectConfiguration=connect(change))
    assert len(ecs.all(Deployment)) == 2


def test_settings_left_out_of_an_update_return_to_their_defaults() -> None:
    ecs = with_cats()
    serve(ecs, WHOLE, **CABLED)
    after = ecs.UpdateService(service="cats", serviceConnectConfiguration=connect(cats()))
    new, old = after["service"]["deployments"]
    assert new["serviceConnectConfiguration"] == connect(cats())
    assert old["serviceConnectConfiguration"] == WHOLE


def test_a_configuration_left_out_of_an_update_stays() -> None:
    ecs = with_cats()
    serve(ecs, WHOLE, **CABLED)
    after = ecs.UpdateService(service="cats", forceNewDeployment=True)
    assert shown(after["service"]) == WHOLE


def test_zero_switches_a_timeout_off_and_absent_means_awss_own() -> None:
    ecs = with_cats()
    zero = {"idleTimeoutSeconds": 0, "perRequestTimeoutSeconds": 0}
    service = serve(ecs, connect(cats(timeout=zero)))
    assert shown(service)["services"][0]["timeout"] == zero
    assert ecs.all(NamedEndpoint)[0].idle_timeout == 0
    after = ecs.UpdateService(service="cats", serviceConnectConfiguration=connect(cats()))
    assert "timeout" not in shown(after["service"])["services"][0]
    assert ecs.all(NamedEndpoint)[0].request_timeout is None


TWICE = [{"port": 80, "dnsName": "cats", "testTrafficRules": {"header": {"name": "a b"}}}]
ON_TCP = [{"port": 80, "testTrafficRules": {"header": {"name": "X-Canary"}}}]
DB = {"portName": "db", "clientAliases": [{"port": 5432}]}


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (
            connect(accessLogConfiguration={"format": "JSON"}),
            "accessLogConfiguration requires logConfiguration.",
        ),
        (
            connect(logConfiguration={"logDriver": "json-file"}),
            "The Service Connect proxy writes its logs to CloudWatch Logs only: "
            "logConfiguration.logDriver json-file is not supported by Seaway, use awslogs.",
        ),
        (
            connect(containerConfigurations=[{}]),
            "Each object of containerConfigurations must specify exactly one member.",
        ),
        (
            connect(containerConfigurations=[{"logLevel": "info"}, {"logLevel": "debug"}]),
            "logLevel can appear only once in containerConfigurations.",
        ),
        (
            connect(cats(ingressPortOverride=0)),
            "The ingressPortOverride must be between 1 and 65535.",
        ),
        (
            connect(cats(ingressPortOverride=5432)),
            "The ingressPortOverride 5432 is a containerPort of the task definition.",
        ),
        (
            connect(cats(ingressPortOverride=61001)),
            "The ingressPortOverride 61001 can't be used: the ports 61001 to 61099 are the "
            "proxy's own.",
        ),
        (
            connect(cats(ingressPortOverride=9000), {**DB, "ingressPortOverride": 9000}),
            "The ingressPortOverride 9000 must be unique within the service.",
        ),
        (
            connect(cats(clientAliases=TWICE)),
            "The header name of testTrafficRules is invalid.",
        ),
        (
            connect({"portName": "db", "clientAliases": ON_TCP}),
            "testTrafficRules can only be set if the appProtocol isn't TCP.",
        ),
        (
            connect({**DB, "timeout": {"perRequestTimeoutSeconds": 1}}),
            "perRequestTimeoutSeconds can only be set if the appProtocol isn't TCP.",
        ),
        (
            connect(cats(timeout={"idleTimeoutSeconds": -1})),
            "Service Connect timeouts must be from 0 to 2147483647 seconds.",
        ),
        (
            connect(cats(tls=AUTHORITY)),
            "TLS is not supported with Service Connect in the bridge network mode. Use the "
            "awsvpc network mode.",
        ),
        (
            connect(cats(), cats(discoveryName="more", clientAliases=[{"port": 81}])),
            "portName(cats) must be unique within the service's services",
        ),
        (
            connect(cats(clientAliases=[{"port": 0}])),
            "The clientAliases port must be between 1 and 65535.",
        ),
    ],
)
def test_settings_that_cannot_be_are_refused(given: dict[str, Any], text: str) -> None:
    ecs = with_cats()
    assert refusal(lambda: serve(ecs, given)) == (INVALID, text)
    assert ecs.all(Service) == ecs.all(NamedEndpoint) == []


def test_a_proxy_log_without_a_group_is_refused() -> None:
    given = connect(logConfiguration={"logDriver": "awslogs"})
    code, text = refusal(lambda: serve(with_cats(), given))
    assert (code, text) == ("ClientException", "Log driver awslogs requires options: awslogs-group")


def test_on_fargate_a_proxy_log_needs_a_prefix() -> None:
    ecs = an_ecs()
    ecs.register_fargate("cats")
    fargate = {"launchType": "FARGATE", "networkConfiguration": SUBNETS}
    given = connect(cats(), logConfiguration=LOG)
    code, text = refusal(lambda: serve(ecs, given, **fargate))
    assert code == "ClientException"
    assert text == "Log driver awslogs requires options: awslogs-stream-prefix"
    options = {**LOG["options"], "awslogs-stream-prefix": "sc"}
    assert serve(ecs, connect(cats(), logConfiguration={**LOG, "options": options}), **fargate)


def test_secret_options_of_the_proxys_log_are_refused_by_name() -> None:
    secrets = {**LOG, "secretOptions": [{"name": "token", "valueFrom": "arn:aws:ssm:::p"}]}
    code, text = refusal(lambda: serve(with_cats(), connect(logConfiguration=secrets)))
    assert code == "ClientException"
    assert "serviceConnectConfiguration.logConfiguration.secretOptions" in text


def test_in_bridge_mode_only_the_servers_own_ports_are_in_its_way() -> None:
    ecs = an_ecs()
    other = {"name": "side", "image": "side:1", "portMappings": [{"containerPort": 9000}]}
    ports = [{"containerPort": 80, "name": "cats", "appProtocol": "http"}]
    containers = [{**WEB, "name": "cats", "portMappings": ports}, other]
    ecs.register("cats", containerDefinitions=containers)
    ecs.register("cabled", networkMode="awsvpc", containerDefinitions=containers)
    given = connect(cats(ingressPortOverride=9000))
    assert refusal(lambda: serve(ecs, given, **CABLED))[0] == INVALID
    assert serve(ecs, given)["status"] == "ACTIVE"


def test_a_new_definition_must_leave_the_override_free() -> None:
    ecs = with_cats()
    serve(ecs, connect(cats(ingressPortOverride=9000)))
    ports = [
        {"containerPort": 80, "name": "cats", "appProtocol": "http"},
        {"containerPort": 9000},
    ]
    ecs.register("cats", containerDefinitions=[{**WEB, "name": "cats", "portMappings": ports}])
    assert refusal(lambda: ecs.UpdateService(service="cats", taskDefinition="cats:2")) == (
        INVALID,
        "The ingressPortOverride 9000 is a containerPort of the task definition.",
    )


def test_a_service_with_tls_does_not_move_to_bridge_mode() -> None:
    ecs = with_cats()
    serve(ecs, connect(cats(tls=AUTHORITY)), **CABLED)
    change = {"taskDefinition": "cats", "networkConfiguration": {}}
    code, text = refusal(lambda: ecs.UpdateService(service="cats", **change))
    assert code == INVALID
    assert text.startswith("TLS is not supported with Service Connect in the bridge network mode.")


def test_a_task_tells_its_part_in_service_connect() -> None:
    ecs = with_cats()
    service = serve(ecs, WHOLE, **CABLED)
    (deployment,) = ecs.all(Deployment)
    task = a_task(
        service=service["serviceArn"],
        deployment=deployment.id,
        task_definition=service["taskDefinition"],
        uses_mesh=True,
        mesh_ready=True,
    )
    ecs.put(task)
    (shape,) = ecs.DescribeTasks(tasks=[task.arn])["tasks"]
    proxy = f"ecs-service-connect-{task.id[:5]}"
    attachment = next(one for one in shape["attachments"] if one["type"] == "ServiceConnect")
    assert attachment["status"] == "ATTACHED"
    assert {one["name"]: one["value"] for one in attachment["details"]} == {
        "ContainerName": proxy,
        "portName": "cats",
        "discoveryName": "kitty",
        "clientAliases": "cats:80",
        "ingressPortOverride": "8443",
    }
    assert [one["name"] for one in shape["containers"]] == ["cats", proxy]
    assert [one["name"] for one in shape["overrides"]["containerOverrides"]] == ["cats", proxy]


@pytest.mark.parametrize(
    ("authority", "what"),
    [
        (None, "could not be found"),
        (an_authority(tags=()), "must have the tag AmazonECSManaged"),
        (an_authority(status=AuthorityStatus.DISABLED), "must be ACTIVE; it is DISABLED"),
        (an_authority(), ""),
    ],
)
def test_an_authority_must_be_there_active_and_managed_by_ecs(
    authority: CertificateAuthority | None, what: str
) -> None:
    ecs = with_cats()
    if authority is not None:
        ecs.put(authority)
    tls = {"issuerCertificateAuthority": {"awsPcaAuthorityArn": PCA}}
    given = connect(cats(tls=tls))
    if what:
        code, text = refusal(lambda: serve(ecs, given, **CABLED))
        assert (code, what in text) == (INVALID, True)
    else:
        assert shown(serve(ecs, given, **CABLED))["services"][0]["tls"] == tls
