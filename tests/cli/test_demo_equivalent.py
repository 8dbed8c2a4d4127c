"""The commands the demo shows: the aws CLI makes of them the very call that was made."""

from __future__ import annotations

import base64
import os
import shlex
from pathlib import Path
from typing import Any

import pytest
from awscli.clidriver import CLIDriver, create_clidriver

from seaway.cli.demo import balancing, capacity, connect, definitions, network, services
from seaway.cli.demo.equivalent import WIDTH, FromFile, equivalent
from seaway.cli.demo.names import CATS, DOGS, PARTS, WEB, Part, examples
from seaway.cli.demo.network import Network

NETWORK = Network(
    vpc="vpc-1",
    subnets=("subnet-1", "subnet-2"),
    balancer_group="sg-1",
    service_group="sg-2",
    instance_profile="profile",
)
ROLE = "arn:aws:iam::000000000000:role/ecsTaskExecutionRole"
GROUP = "arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/web/0123456789abcdef"


class Caught(Exception):
    """Ends the CLI's call before it leaves the process."""


@pytest.fixture(scope="module")
def cli() -> CLIDriver:
    """The aws CLI, in this process."""
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
    return create_clidriver()


def understood(cli: CLIDriver, command: str) -> tuple[str, str, dict[str, Any]]:
    """Service, operation and parameters that the aws CLI takes a command for."""
    heard: list[tuple[str, str, dict[str, Any]]] = []

    def catch(params: dict[str, Any], model: Any, **_: Any) -> None:
        heard.append((model.service_model.service_name, model.name, dict(params)))
        raise Caught

    event = "provide-client-params.*.*"
    cli.session.register(event, catch)
    try:
        # Unlike a shell, shlex keeps the newline of a continued line.
        words = shlex.split(command.replace("\\\n", " "))
        assert words[0] == "aws"
        cli.main([*words[1:], "--no-sign-request"])
    finally:
        cli.session.unregister(event, catch)
    assert len(heard) == 1, f"the CLI did not understand: {command}"
    return heard[0]


def wanted_service(part: Part) -> dict[str, Any]:
    return services.request(part, NETWORK, f"arn:aws:ecs:::task-definition/{part.family}:1", GROUP)


CALLS = [
    ("ecs", "create_cluster", {"clusterName": "demo"}),
    ("cloudformation", "create_stack", {
        "StackName": "s", "TemplateBody": FromFile(examples() / "network.yaml"),
        "Parameters": network.parameters("10.9.0.0/16"), "Capabilities": ["CAPABILITY_IAM"],
    }),
    ("ec2", "create_launch_template", {
        "LaunchTemplateName": "t", "LaunchTemplateData": {
            "ImageId": capacity.IMAGE, "InstanceType": "m5.xlarge",
            "UserData": base64.b64encode(capacity.USER_DATA.encode()).decode(),
        },
    }),
    ("autoscaling", "create_auto_scaling_group", {
        "AutoScalingGroupName": "g", "MinSize": 0, "MaxSize": 4, "DesiredCapacity": 2,
        "LaunchTemplate": {"LaunchTemplateName": "t", "Version": "$Latest"},
        "VPCZoneIdentifier": "subnet-1,subnet-2",
    }),
    ("autoscaling", "delete_auto_scaling_group", {
        "AutoScalingGroupName": "g", "ForceDelete": True,
    }),
    ("ecs", "put_cluster_capacity_providers", {
        "cluster": "demo", "capacityProviders": ["demo-capacity", "FARGATE"],
        "defaultCapacityProviderStrategy": [{"capacityProvider": "demo-capacity", "weight": 1}],
    }),
    ("iam", "create_role", {"RoleName": "r", "AssumeRolePolicyDocument": definitions.TRUST}),
    *(
        ("ecs", "register_task_definition",
         definitions.definition(part, f"host:4566/{part.name}", ROLE, "us-east-1"))
        for part in PARTS
    ),
    ("elbv2", "create_target_group", {
        "Name": "web", "Protocol": "HTTP", "Port": 80, "VpcId": "vpc-1", "TargetType": "instance",
        "HealthCheckPath": "/", **balancing.HEALTH,
    }),
    ("elbv2", "create_rule", {
        "ListenerArn": "arn", "Priority": 10,
        "Conditions": [{"Field": "path-pattern", "Values": ["/cats*"]}],
        "Actions": [{"Type": "forward", "TargetGroupArn": GROUP}],
    }),
    *(("ecs", "create_service", wanted_service(part)) for part in PARTS),
    *(
        ("ecs", "update_service", {
            "cluster": "demo", "service": part.name,
            "serviceConnectConfiguration": connect.configuration(part),
        })
        for part in PARTS
    ),
    ("ecs", "update_service", {
        "cluster": "demo", "service": "web", "taskDefinition": "webdef:2",
        "forceNewDeployment": True,
    }),
    ("servicediscovery", "discover_instances", {"NamespaceName": "n", "ServiceName": "cats"}),
    ("logs", "describe_log_streams", {
        "logGroupName": "/ecs/cats", "orderBy": "LastEventTime", "descending": True,
    }),
]  # fmt: skip


@pytest.mark.parametrize(("service", "operation", "parameters"), CALLS)
def test_the_aws_cli_understands_each_command_as_the_call_it_stands_for(
    cli: CLIDriver,
    monkeypatch: pytest.MonkeyPatch,
    service: str,
    operation: str,
    parameters: dict[str, Any],
) -> None:
    monkeypatch.chdir(examples().parents[1])
    heard_service, heard_operation, heard = understood(
        cli, equivalent(service, operation, parameters)
    )
    assert heard_service == service
    assert heard_operation.lower() == operation.replace("_", "")
    assert heard == parameters


def test_a_short_command_stays_on_one_line() -> None:
    assert equivalent("ecs", "create_cluster", {"clusterName": "demo"}) == (
        "aws ecs create-cluster --cluster-name demo"
    )


def test_a_long_command_is_broken_between_options_and_its_json_at_members() -> None:
    wanted = definitions.definition(CATS, "host:4566/cats", ROLE, "us-east-1")
    lines = equivalent("ecs", "register_task_definition", wanted).splitlines()
    assert lines[0].startswith("aws ecs register-task-definition --family catsdef --requires")
    assert lines[0].endswith(" \\")
    assert lines[1].startswith("  --")
    assert not lines[2].startswith("  --family")
    assert all(len(line) <= WIDTH + 40 for line in lines)


def test_a_template_is_named_by_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net work.yaml").write_text("Resources: {}\n")
    body = FromFile(tmp_path / "net work.yaml")
    assert body == "Resources: {}\n"
    assert equivalent("cloudformation", "create_stack", {"TemplateBody": body}) == (
        "aws cloudformation create-stack --template-body 'file://net work.yaml'"
    )


def test_only_dogs_is_on_fargate_and_only_web_is_a_mere_client() -> None:
    assert "capacityProviderStrategy" in wanted_service(CATS)
    assert wanted_service(DOGS)["launchType"] == "FARGATE"
    assert "services" not in connect.configuration(WEB)
    assert connect.configuration(CATS)["services"] == [
        {
            "portName": "cats-80-tcp",
            "discoveryName": "cats",
            "clientAliases": [{"port": 80, "dnsName": "cats"}],
        }
    ]
