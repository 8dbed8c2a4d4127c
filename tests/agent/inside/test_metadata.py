"""What a task's programs read of it, in the ECS agent's shapes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from seaway.agent.engine import Details
from seaway.agent.inside.metadata import container_shape, task_shape, version_3
from seaway.agent.inside.view import View
from seaway.core.names import container_arn
from seaway.core.task import Container, PortBinding, TaskStatus
from seaway.core.task_definition import (
    HealthCheck,
    LogConfiguration,
    PortMapping,
    RestartPolicy,
)
from seaway.link.messages import Assignment, LogStream, Report
from tests.agent.builders import a_container, an_assignment

DETAILS = Details(
    id="id-web",
    name="ecs-f-2-web-0",
    image_id="sha256:abc",
    created_at="2026-01-02T03:04:05.678Z",
    started_at="2026-01-02T03:04:06.789Z",
    finished_at=None,
    process=7,
    labels={"kind": "cat"},
    mounts=(("", "/var/cats", "/cats"), ("", "/x/hosts-web", "/etc/hosts")),
    health={"status": "HEALTHY"},
)
PAUSE = replace(DETAILS, id="id-pause", name="ecs-f-2-pause", labels={})


def a_view(task: Assignment, **more: Any) -> View:
    seen = Container(name="web", status=TaskStatus.RUNNING, restarts=3)
    report = Report(
        task=task.task,
        status=TaskStatus.RUNNING,
        containers=(seen,),
        pull_started_at=1_700_000_000.25,
    )
    return View(assignment=task, report=report, containers={"web": "id-web"}, **more)


def awsvpc(**more: Any) -> Assignment:
    return an_assignment(
        network_mode="awsvpc",
        addresses=(("", "10.0.1.7"),),
        subnet="10.0.1.0/24",
        zone="us-east-1a",
        **more,
    )


def shown(task: Assignment) -> dict[str, Any]:
    return container_shape(a_view(task), "web", DETAILS)


def test_a_container_in_bridge_mode() -> None:
    web = a_container(cpu=10, memory=128, ports=(PortMapping(container_port=80),))
    binding = PortBinding(container="web", container_port=80, host_port=32768)
    task = an_assignment(web, bindings=(binding,))
    assert shown(task) == {
        "DockerId": "id-web",
        "Name": "web",
        "DockerName": "ecs-f-2-web-0",
        "Image": "i",
        "ImageID": "sha256:abc",
        "Ports": [{"ContainerPort": 80, "Protocol": "tcp", "HostPort": 32768, "HostIp": "0.0.0.0"}],
        "Labels": {"kind": "cat"},
        "DesiredStatus": "RUNNING",
        "KnownStatus": "RUNNING",
        "Limits": {"CPU": 10, "Memory": 128},
        "CreatedAt": "2026-01-02T03:04:05.678Z",
        "StartedAt": "2026-01-02T03:04:06.789Z",
        "Type": "NORMAL",
        "Volumes": [{"Source": "/var/cats", "Destination": "/cats"}],
        "ContainerARN": container_arn(task.task, "web"),
        "Networks": [{"NetworkMode": "bridge", "IPv4Addresses": ["10.0.0.10"]}],
    }


def test_a_network_interface_of_its_own_is_told_with_its_surroundings() -> None:
    (network,) = shown(awsvpc(resolver="10.0.0.2"))["Networks"]
    assert network == {
        "NetworkMode": "awsvpc",
        "IPv4Addresses": ["10.0.1.7"],
        "AttachmentIndex": 0,
        "MACAddress": "02:42:0a:00:01:07",
        "IPv4SubnetCIDRBlock": "10.0.1.0/24",
        "DomainNameServers": ["10.0.0.2"],
        "PrivateDNSName": "ip-10-0-1-7.us-east-1.compute.internal",
        "SubnetGatewayIpv4Address": "10.0.0.1/16",
    }


def test_awslogs_options_name_the_stream() -> None:
    options = (("awslogs-group", "/cats"), ("awslogs-stream-prefix", "ecs"))
    web = a_container(log=LogConfiguration(driver="awslogs", options=options))
    stream = LogStream(container="web", region="us-east-1", group="/cats", stream="ecs/web/0123")
    shape = shown(an_assignment(web, logs=(stream,)))
    assert shape["LogDriver"] == "awslogs"
    assert shape["LogOptions"] == {
        "awslogs-group": "/cats",
        "awslogs-region": "us-east-1",
        "awslogs-stream": "ecs/web/0123",
    }


def test_health_and_restarts_are_told_where_the_definition_has_them() -> None:
    assert not {"Health", "RestartCount"} & shown(an_assignment()).keys()
    check = HealthCheck(command=("CMD", "true"))
    shape = shown(an_assignment(a_container(health_check=check, restart=RestartPolicy())))
    assert (shape["Health"], shape["RestartCount"]) == ({"status": "HEALTHY"}, 3)


def test_a_range_of_ports_is_told_port_by_port() -> None:
    web = a_container(ports=(PortMapping(container_port=80, last_port=82),))
    ports = shown(awsvpc(containers=(web,)))["Ports"]
    assert [(port["ContainerPort"], port["HostPort"]) for port in ports] == [
        (80, 80),
        (81, 81),
        (82, 82),
    ]


def test_a_task_on_ec2_shows_its_pause_and_its_clusters_short_name() -> None:
    task = awsvpc(cpu=256, memory=512, service_name="cats")
    view = a_view(task, pauses={"": "id-pause"})
    shape = task_shape(view, {"id-web": DETAILS, "id-pause": PAUSE})
    containers = shape.pop("Containers")
    assert [(each["Name"], each["Type"]) for each in containers] == [
        ("~internal~ecs~pause", "CNI_PAUSE"),
        ("web", "NORMAL"),
    ]
    assert shape == {
        "Cluster": "c",
        "TaskARN": task.task,
        "Family": "f",
        "Revision": "2",
        "DesiredStatus": "RUNNING",
        "KnownStatus": "RUNNING",
        "Limits": {"CPU": 0.25, "Memory": 512},
        "PullStartedAt": "2023-11-14T22:13:20.250000Z",
        "AvailabilityZone": "us-east-1a",
        "LaunchType": "EC2",
        "VPCID": "vpc-1",
        "ServiceName": "cats",
        "FaultInjectionEnabled": False,
    }


def test_a_task_on_fargate_shows_no_pause_and_its_clusters_arn() -> None:
    task = awsvpc(launch_type="FARGATE")
    shape = task_shape(
        a_view(task, pauses={"": "id-pause"}), {"id-web": DETAILS, "id-pause": PAUSE}
    )
    assert shape["Cluster"] == task.cluster
    assert "EphemeralStorageMetrics" not in shape
    (container,) = shape["Containers"]
    assert (container["Name"], container["Snapshotter"]) == ("web", "overlayfs")


def test_a_container_that_the_engine_does_not_know_yet_is_not_shown() -> None:
    assert task_shape(a_view(an_assignment()), {})["Containers"] == []


def test_statuses_are_the_agents_few() -> None:
    task = an_assignment()

    def known(status: TaskStatus) -> str:
        view = a_view(task)
        view = replace(view, report=replace(view.report, status=status))
        return str(task_shape(view, {})["KnownStatus"])

    assert known(TaskStatus.PENDING) == known(TaskStatus.ACTIVATING) == "CREATED"
    assert known(TaskStatus.STOPPING) == "RUNNING", "its containers have not ended yet"
    assert known(TaskStatus.DEPROVISIONING) == known(TaskStatus.STOPPED) == "STOPPED"


def test_version_3_lacks_what_version_4_added() -> None:
    shape = version_3(task_shape(a_view(awsvpc()), {"id-web": DETAILS}))
    (container,) = shape["Containers"]
    assert "ContainerARN" not in container
    (network,) = container["Networks"]
    assert network == {"NetworkMode": "awsvpc", "IPv4Addresses": ["10.0.1.7"]}


def test_fargate_tells_how_much_of_the_storage_is_used() -> None:
    task = awsvpc(launch_type="FARGATE", ephemeral_storage=21)
    shape = task_shape(a_view(task), {"id-web": DETAILS}, written=(5 << 20) + 1)
    assert shape["EphemeralStorageMetrics"] == {"Utilized": 6, "Reserved": 21 * 1024}
    assert "EphemeralStorageMetrics" not in version_3(shape)
    whole = task_shape(a_view(awsvpc(launch_type="FARGATE")), {}, written=0)
    assert whole["EphemeralStorageMetrics"] == {"Utilized": 0, "Reserved": 20 * 1024}
