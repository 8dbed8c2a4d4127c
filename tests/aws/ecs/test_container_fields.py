"""Everything a container can say: what is shown again, and what is refused in which words."""

from __future__ import annotations

from typing import Any

import pytest

from seaway.core.task_definition import TaskDefinition
from tests.aws.ecs.story import an_ecs, refusal

ROLE = "arn:aws:iam::000000000000:role/ecsTaskExecutionRole"
WEB: dict[str, Any] = {"name": "web", "image": "web:1"}
SIDE: dict[str, Any] = {"name": "side", "image": "side:1"}
SECRET = "arn:aws:secretsmanager:us-east-1:000000000000:secret:db-AbCdEf:password::"
PARAMETER = "arn:aws:ssm:us-east-1:000000000000:parameter/db/host"

ALL: dict[str, Any] = {
    "secrets": [
        {"name": "PASSWORD", "valueFrom": SECRET},
        {"name": "HOST", "valueFrom": PARAMETER},
        {"name": "USER", "valueFrom": "/db/user"},
    ],
    "environmentFiles": [{"value": "arn:aws:s3:::files/web.env", "type": "s3"}],
    "repositoryCredentials": {"credentialsParameter": SECRET.removesuffix(":password::")},
    "links": ["side:other"],
    "volumesFrom": [{"sourceContainer": "side", "readOnly": True}],
    "restartPolicy": {"enabled": True, "restartAttemptPeriod": 60, "ignoredExitCodes": [0]},
    "disableNetworking": True,
    "versionConsistency": "enabled",
    "dockerSecurityOptions": ["no-new-privileges", "label:type:a", "apparmor:b"],
    "resourceRequirements": [{"type": "GPU", "value": "2"}],
    "linuxParameters": {
        "capabilities": {"add": ["NET_ADMIN"], "drop": ["ALL"]},
        "devices": [{"hostPath": "/dev/fuse", "containerPath": "/dev/f", "permissions": ["read"]}],
        "tmpfs": [{"containerPath": "/scratch", "size": 16, "mountOptions": ["noexec"]}],
        "initProcessEnabled": True,
        "sharedMemorySize": 64,
        "maxSwap": 0,
        "swappiness": 10,
    },
    "portMappings": [
        {"containerPort": 53, "hostPort": 0, "protocol": "udp", "name": "dns"},
        {"containerPortRange": "8000-8010", "protocol": "tcp"},
    ],
    "logConfiguration": {
        "logDriver": "splunk",
        "options": {"splunk-url": "https://logs"},
        "secretOptions": [{"name": "splunk-token", "valueFrom": SECRET}],
    },
}


def test_what_a_container_says_is_shown_again() -> None:
    shape = an_ecs().register(executionRoleArn=ROLE, containerDefinitions=[{**WEB, **ALL}, SIDE])
    shown = shape["containerDefinitions"][0]
    assert {name: shown[name] for name in ALL} == ALL


def test_what_was_shown_can_be_registered_again_and_is_the_same() -> None:
    ecs = an_ecs()
    shape = ecs.register(executionRoleArn=ROLE, containerDefinitions=[{**WEB, **ALL}, SIDE])
    again = ecs.register(executionRoleArn=ROLE, containerDefinitions=shape["containerDefinitions"])
    assert again["containerDefinitions"] == shape["containerDefinitions"]
    first, second = ecs.all(TaskDefinition)
    assert first.containers == second.containers


def test_a_device_keeps_its_path_and_may_all_by_default() -> None:
    linux = {"devices": [{"hostPath": "/dev/fuse"}]}
    shape = an_ecs().register(containerDefinitions=[{**WEB, "linuxParameters": linux}])
    assert shape["containerDefinitions"][0]["linuxParameters"]["devices"] == [
        {
            "hostPath": "/dev/fuse",
            "containerPath": "/dev/fuse",
            "permissions": ["read", "write", "mknod"],
        }
    ]


def test_the_capabilities_a_definition_needs_are_told() -> None:
    shape = an_ecs().register(
        executionRoleArn=ROLE,
        taskRoleArn=ROLE,
        pidMode="task",
        containerDefinitions=[{**WEB, **ALL}, SIDE],
        volumes=[{"name": "v", "dockerVolumeConfiguration": {"driver": "nfs"}}],
    )
    names = {
        attribute["name"].rpartition("capability.")[2] for attribute in shape["requiresAttributes"]
    }
    assert names == {
        "docker-remote-api.1.18",
        "docker-remote-api.1.25",
        "logging-driver.splunk",
        "secrets.asm.environment-variables",
        "secrets.ssm.environment-variables",
        "secrets.asm.bootstrap.log-driver",
        "selinux",
        "apparmor",
        "container-restart-policy",
        "env-files.s3",
        "private-registry-authentication.secretsmanager",
        "network.container-port-range",
        "task-cpu-mem-limit",
        "task-iam-role",
        "pid-ipc-namespace-sharing",
        "docker-plugin.nfs",
    }


def logged(driver: str, **options: str) -> dict[str, Any]:
    given = {name.replace("_", "-"): value for name, value in options.items()}
    return {"logConfiguration": {"logDriver": driver, "options": given}}


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (
            {"secrets": [{"name": "A", "valueFrom": "arn:aws:s3:::bucket"}]},
            "Invalid arn syntax.",
        ),
        (
            {"secrets": [{"name": "A", "valueFrom": ""}]},
            "The Systems Manager parameter name specified for secret A is invalid. The parameter "
            "name can be up to 2048 characters and include the following letters and symbols: "
            "a-zA-Z0-9_.-,",
        ),
        (
            {
                "secrets": [{"name": "A", "valueFrom": "a"}],
                "environment": [{"name": "A", "value": "b"}],
            },
            "The secret name must be unique and not shared with any new or existing environment "
            "variables set on the container, such as 'A'.",
        ),
        (
            {"environmentFiles": [{"type": "s3", "value": "s3://files/web.env"}]},
            "Invalid arn syntax.",
        ),
        (
            {"environmentFiles": [{"type": "s3", "value": "arn:aws:s3:::files/web.txt"}]},
            "The environment file arn:aws:s3:::files/web.txt must have the .env file extension.",
        ),
        (
            {"environmentFiles": [{"type": "s3", "value": "arn:aws:s3:::files/web.env"}] * 11},
            "The maximum number of environment files was exceeded. Specify ten or less and try "
            "again.",
        ),
        ({"links": ["none"]}, "Invalid 'links' setting. Unknown container: 'none'."),
        ({"links": ["web"]}, "Invalid 'links' setting. Unknown container: 'web'."),
        (
            {"volumesFrom": [{"sourceContainer": "none"}]},
            "Invalid 'volumesFrom' setting. Unknown container: 'none'.",
        ),
        (
            {"restartPolicy": {"enabled": True, "restartAttemptPeriod": 59}},
            "the 'restartAttemptPeriod' setting for container 'web' must be between 60 and 1800",
        ),
        (
            {"resourceRequirements": [{"type": "InferenceAccelerator", "value": "a"}]},
            "containerDefinitions[0].resourceRequirements type InferenceAccelerator is not "
            "supported by Seaway yet.",
        ),
        (
            {"dockerSecurityOptions": ["credentialspec:a"]},
            "containerDefinitions[0].dockerSecurityOptions credentialspec is not supported by "
            "Seaway yet.",
        ),
        ({"dockerSecurityOptions": ["seccomp"]}, "Invalid dockerSecurityOptions value: seccomp"),
        (
            {"linuxParameters": {"swappiness": 101}},
            "The swappiness of a container must be between 0 and 100.",
        ),
        (
            {
                "linuxParameters": {
                    "tmpfs": [{"containerPath": "/a", "size": 1, "mountOptions": ["x"]}]
                }
            },
            "Invalid tmpfs mount option: x",
        ),
        (
            {"linuxParameters": {"tmpfs": [{"containerPath": "/a", "size": n} for n in (1, 2)]}},
            "The containerPath /a has more than one tmpfs.",
        ),
        (
            {"linuxParameters": {"capabilities": {"add": ["FLY"]}}},
            "Invalid Linux capability: FLY",
        ),
        (
            {"systemControls": [{"namespace": "vm.swappiness", "value": "1"}]},
            "Invalid systemControls namespace: vm.swappiness",
        ),
        (
            {"ulimits": [{"name": "nofile", "softLimit": 2, "hardLimit": 1}]},
            "The soft limit of ulimit nofile must not be greater than its hard limit.",
        ),
        (logged("splunk"), "Log driver splunk requires options: splunk-token, splunk-url"),
        (
            logged("awslogs", awslogs_group="/a", awslogs_stream="b"),
            "Log driver awslogs disallows options: awslogs-stream",
        ),
        (
            logged(
                "awslogs",
                awslogs_group="/a",
                awslogs_datetime_format="%Y",
                awslogs_multiline_pattern="^a",
            ),
            "You cannot configure both the awslogs-datetime-format and awslogs-multiline-pattern "
            "options.",
        ),
        (
            {
                "logConfiguration": {
                    "logDriver": "awslogs",
                    "options": {"awslogs-group": "/a"},
                    "secretOptions": [{"name": "mode", "valueFrom": "mode"}],
                }
            },
            "Log driver awslogs disallows secretOptions.",
        ),
        (
            logged("awslogs", awslogs_group="/a", mode="sometimes"),
            "Invalid log option mode: sometimes",
        ),
        (
            logged("json-file", mode="blocking", max_buffer_size="1m"),
            "The log option max-buffer-size requires the mode non-blocking.",
        ),
        (
            logged("awsfirelens"),
            "When awsfirelens log driver is specified in log configuration, a firelens "
            "configuration object must be configured in one of the containers.",
        ),
        (
            {"firelensConfiguration": {"type": "fluentbit"}},
            "When a firelensConfiguration object is specified, at least one container has to be "
            "configured with the awsfirelens log driver.",
        ),
        (
            {
                "firelensConfiguration": {
                    "type": "fluentbit",
                    "options": {"config-file-type": "s3", "config-file-value": "s3://a/b"},
                }
            },
            "Invalid arn syntax.",
        ),
    ],
)
def test_a_container_is_refused_in_aws_words(change: dict[str, Any], text: str) -> None:
    ecs = an_ecs()
    given = [{**WEB, **change}, SIDE]
    assert refusal(lambda: ecs.register(executionRoleArn=ROLE, containerDefinitions=given)) == (
        "ClientException",
        text,
    )


@pytest.mark.parametrize(
    ("mode", "port", "text"),
    [
        (
            "bridge",
            {"containerPortRange": "80-90", "containerPort": 80},
            "cannot specify both single port and port range",
        ),
        ("bridge", {"containerPortRange": "90-80"}, "Invalid 'containerPortRange' setting: 90-80"),
        (
            "bridge",
            {"containerPortRange": "65530-65536"},
            "The port numbers must be between 1 and 65535.",
        ),
        (
            "host",
            {"containerPortRange": "80-90"},
            "containerPortRange is only supported when networkMode is bridge or awsvpc.",
        ),
        (
            "awsvpc",
            {"containerPortRange": "70-80"},
            "The port 80/tcp is used by more than one port mapping.",
        ),
        (
            "bridge",
            {"containerPort": 53, "protocol": "udp", "name": "dns", "appProtocol": "http"},
            "The appProtocol of a port mapping requires the protocol tcp.",
        ),
    ],
)
def test_ports_that_cannot_be_are_refused(mode: str, port: dict[str, Any], text: str) -> None:
    ecs = an_ecs()
    given = [{**WEB, "portMappings": [{"containerPort": 80}, port]}]
    asked: dict[str, Any] = {"networkMode": mode, "containerDefinitions": given}
    assert refusal(lambda: ecs.register(**asked)) == ("ClientException", text)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"links": ["side"]}, "Links are not supported when networkMode=awsvpc"),
        (
            {"hostname": "a"},
            "hostname is not supported on container when networkMode=awsvpc",
        ),
        (
            {"disableNetworking": True},
            "Disable Networking is not supported on container when networkMode=awsvpc",
        ),
        (
            {"linuxParameters": {"devices": [{"hostPath": "/dev/fuse"}]}},
            "Fargate compatible task definitions do not support devices",
        ),
        (
            {"linuxParameters": {"capabilities": {"add": ["NET_ADMIN"]}}},
            "NET_ADMIN is not allowed on Fargate.",
        ),
        (
            {"linuxParameters": {"maxSwap": 0}},
            "Fargate compatible task definitions do not support maxSwap",
        ),
        (
            {"resourceRequirements": [{"type": "GPU", "value": "1"}]},
            "Tasks using the Fargate launch type do not support GPU resource requirements.",
        ),
        (
            {"startTimeout": 1},
            "Tasks using the Fargate launch type must have a container start timeout between 2 "
            "and 120 seconds.",
        ),
        (
            {"stopTimeout": 121},
            "Tasks using the Fargate launch type must have a container stop timeout of less than "
            "120 seconds.",
        ),
        (
            logged("json-file"),
            "Fargate compatible task definitions do not support logDriver json-file",
        ),
        (
            logged("awslogs", awslogs_group="/a"),
            "Fargate requires log configuration options to include awslogs-stream-prefix to "
            "support log driver awslogs.",
        ),
    ],
)
def test_fargate_refuses_what_it_has_not(change: dict[str, Any], text: str) -> None:
    ecs = an_ecs()
    given = [{**WEB, **change}, SIDE]
    assert refusal(lambda: ecs.register_fargate(containerDefinitions=given)) == (
        "ClientException",
        text,
    )


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (
            {"pidMode": "host"},
            "Tasks using the Fargate launch type do not support pidMode 'host'. The supported "
            "value for pidMode is 'task'.",
        ),
        ({"ipcMode": "task"}, "Fargate compatible task definitions do not support ipcMode"),
        (
            {"placementConstraints": [{"type": "memberOf", "expression": "attribute:a == b"}]},
            "Fargate compatible task definitions do not support constraints",
        ),
        (
            {"volumes": [{"name": "v", "dockerVolumeConfiguration": {}}]},
            "Fargate compatible task definitions do not support dockerVolumeConfiguration",
        ),
        (
            {"volumes": [{"name": "v", "host": {"sourcePath": "/a"}}]},
            "Fargate compatible task definitions do not support sourcePath",
        ),
    ],
)
def test_a_fargate_task_refuses_what_belongs_to_a_host(change: dict[str, Any], text: str) -> None:
    ecs = an_ecs()
    assert refusal(lambda: ecs.register_fargate(**change)) == ("ClientException", text)


def test_fargate_takes_tmpfs_a_shared_process_space_and_tracing() -> None:
    linux = {
        "capabilities": {"add": ["SYS_PTRACE"]},
        "tmpfs": [{"containerPath": "/scratch", "size": 16}],
    }
    shape = an_ecs().register_fargate(
        pidMode="task", containerDefinitions=[{**WEB, "linuxParameters": linux}]
    )
    assert shape["compatibilities"] == ["EC2", "FARGATE"]


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (
            {"secrets": [{"name": "A", "valueFrom": "a"}]},
            "When you are specifying container secrets, you must also specify a value for "
            "'executionRoleArn'.",
        ),
        (
            {"repositoryCredentials": {"credentialsParameter": "registry"}},
            "Private repository authentication requires that the task definition specify a value "
            "for executionRoleArn.",
        ),
    ],
)
def test_what_is_fetched_needs_an_execution_role(change: dict[str, Any], text: str) -> None:
    ecs = an_ecs()
    given = [{**WEB, **change}]
    assert refusal(lambda: ecs.register(containerDefinitions=given)) == ("ClientException", text)


def test_one_container_routes_the_logs_of_the_others() -> None:
    ecs = an_ecs()
    router = {**SIDE, "firelensConfiguration": {"type": "fluentbit"}}
    routed = {**WEB, **logged("awsfirelens", Name="null")}
    shape = ecs.register(containerDefinitions=[routed, router])
    assert shape["containerDefinitions"][1]["firelensConfiguration"] == {"type": "fluentbit"}
    second = {**router, "name": "second"}
    assert refusal(lambda: ecs.register(containerDefinitions=[routed, router, second]))[1] == (
        "Only one container of a task definition can have a firelensConfiguration object."
    )
    own = {**router, **logged("awsfirelens")}
    assert "itself" in refusal(lambda: ecs.register(containerDefinitions=[routed, own]))[1]


def test_links_and_volumes_of_others_count_when_looking_for_cycles() -> None:
    ecs = an_ecs()
    circle = [{**WEB, "links": ["side"]}, {**SIDE, "volumesFrom": [{"sourceContainer": "web"}]}]
    assert "cycle" in refusal(lambda: ecs.register(containerDefinitions=circle))[1]


def test_volumes_of_the_engine_are_shown_as_they_were_asked_for() -> None:
    docker = {"scope": "shared", "autoprovision": True, "driver": "local", "labels": {"a": "b"}}
    shape = an_ecs().register(
        volumes=[{"name": "v", "dockerVolumeConfiguration": docker}, {"name": "w"}],
        placementConstraints=[{"type": "memberOf", "expression": "attribute:a == b"}],
        pidMode="host",
        ipcMode="none",
    )
    assert shape["volumes"] == [
        {"name": "v", "dockerVolumeConfiguration": docker},
        {"name": "w", "host": {}},
    ]
    assert shape["placementConstraints"] == [{"type": "memberOf", "expression": "attribute:a == b"}]
    assert (shape["pidMode"], shape["ipcMode"]) == ("host", "none")
    ecs = an_ecs()
    asked = [{"name": "v", "dockerVolumeConfiguration": {"autoprovision": True}}]
    assert refusal(lambda: ecs.register(volumes=asked))[1] == (
        "'autoprovision' of volume 'v' can only be used when its scope is shared."
    )


def test_kernel_parameters_of_a_shared_namespace_are_refused() -> None:
    ecs = an_ecs()
    given = [{**WEB, "systemControls": [{"namespace": "kernel.msgmax", "value": "1"}]}]
    assert (
        "ipcMode=host"
        in refusal(lambda: ecs.register(ipcMode="host", containerDefinitions=given))[1]
    )
    given = [{**WEB, "systemControls": [{"namespace": "net.core.somaxconn", "value": "1"}]}]
    assert (
        "networkMode=host"
        in refusal(lambda: ecs.register(networkMode="host", containerDefinitions=given))[1]
    )
