"""An assignment in the engine's terms."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from seaway.agent.containers import (
    Surroundings,
    application_spec,
    asks_resolver,
    container_name,
    hostname,
    namespaces,
    pause_spec,
)
from seaway.agent.docker_requests import container_body
from seaway.agent.images import Image
from seaway.core.task_definition import Device, LogConfiguration, MountPoint, Tmpfs, Volume
from tests.agent.builders import a_container, an_assignment

AROUND = Surroundings(
    installation="a",
    cgroup_parent="/seaway/a/0123",
    network="seaway-vpc-1",
    pause_image="seaway/pause:1",
    directory=Path("/data/tasks/0123"),
)
IMAGE = Image(name="i", digest=None)
AWSVPC = an_assignment(network_mode="awsvpc", addresses=(("", "10.0.0.5"),))


def test_a_namespace_for_each_container_in_bridge_and_one_for_all_in_awsvpc() -> None:
    pair = (a_container("web"), a_container("log"))
    assert namespaces(an_assignment(*pair)) == ("web", "log")
    assert namespaces(an_assignment(*pair, network_mode="awsvpc")) == ("",)
    assert namespaces(an_assignment(*pair, network_mode="host")) == ()


def test_the_pause_has_what_belongs_to_the_namespace_and_the_container_does_not() -> None:
    container = a_container(
        hostname="cats",
        dns_servers=("10.0.0.2",),
        dns_search=("test",),
        sysctls=(("net.core.somaxconn", "1024"), ("kernel.msgmax", "65536")),
    )
    task = an_assignment(container)
    pause = pause_spec(task, "web", AROUND)
    assert (pause.hostname, pause.network) == ("cats", "none")
    assert (pause.dns_servers, pause.dns_search) == (("10.0.0.2",), ("test",))
    assert pause.sysctls == (("net.core.somaxconn", "1024"),)
    spec = application_spec(task, container, IMAGE, "pause-id", AROUND)
    assert spec.network == "container:pause-id"
    assert (spec.hostname, spec.address, spec.dns_servers) == (None, None, ())
    assert spec.sysctls == (("kernel.msgmax", "65536"),)


def test_an_awsvpc_task_is_called_by_its_address() -> None:
    assert hostname(AWSVPC, "") == "ip-10-0-0-5.us-east-1.compute.internal"


def test_limits_are_in_the_engines_units_and_below_the_tasks_own() -> None:
    container = a_container(cpu=512, memory=256, memory_reservation=128)
    spec = application_spec(an_assignment(container), container, IMAGE, "p", AROUND)
    assert (spec.cpu_shares, spec.memory, spec.memory_reservation) == (512, 256 << 20, 128 << 20)
    assert spec.cgroup_parent == "/seaway/a/0123"
    nothing = a_container()
    spec = application_spec(an_assignment(nothing), nothing, IMAGE, "p", AROUND)
    assert (spec.cpu_shares, spec.memory) == (2, None)


def test_a_definitions_environment_wins_over_the_hosts() -> None:
    container = a_container(environment=(("AWS_REGION", "own"), ("A", "1")))
    task = an_assignment(container, environment=(("AWS_REGION", "r"), ("B", "2")))
    spec = application_spec(task, container, IMAGE, "p", AROUND)
    assert dict(spec.environment) == {"AWS_REGION": "own", "A": "1", "B": "2"}


def test_a_container_asks_seaways_dns_server_unless_it_names_its_own() -> None:
    plain, own = a_container("web"), a_container("log", dns_servers=("10.9.9.9",))
    task = an_assignment(plain, own, resolver="10.0.0.2")
    binds = application_spec(task, plain, IMAGE, "pause-id", AROUND).binds
    assert "/data/tasks/0123/resolv-web:/etc/resolv.conf" in binds
    assert not any(
        "resolv" in bind for bind in application_spec(task, own, IMAGE, "p", AROUND).binds
    )
    assert not asks_resolver(an_assignment(plain), plain)
    assert not asks_resolver(an_assignment(plain, resolver="10.0.0.2", network_mode="host"), plain)


def test_every_container_sees_the_hosts_file_of_its_namespace() -> None:
    container = a_container()
    bridge = application_spec(an_assignment(container), container, IMAGE, "p", AROUND)
    assert bridge.binds == ("/data/tasks/0123/hosts-web:/etc/hosts",)
    awsvpc = application_spec(AWSVPC, container, IMAGE, "p", AROUND)
    assert awsvpc.binds == ("/data/tasks/0123/hosts:/etc/hosts",)


def test_volumes_are_a_path_of_the_host_or_the_tasks_own() -> None:
    mounts = (
        MountPoint(volume="data", path="/data"),
        MountPoint(volume="etc", path="/conf", read_only=True),
    )
    container = a_container(mounts=mounts)
    volumes = (Volume(name="data"), Volume(name="etc", host_path="/etc"))
    task = an_assignment(container, volumes=volumes)
    spec = application_spec(task, container, IMAGE, "p", AROUND)
    assert spec.binds[1:] == ("seaway-0123-data:/data", "/etc:/conf:ro")


def test_awslogs_is_kept_in_files_and_another_driver_is_the_engines() -> None:
    handed = (("mode", "non-blocking"), ("max-buffer-size", "10m"))
    files = (("max-size", "10m"), ("max-file", "3"), *handed)
    for driver, kept in (
        ("awslogs", LogConfiguration(driver="json-file", options=files)),
        ("syslog", LogConfiguration(driver="syslog", options=handed)),
    ):
        container = a_container(log=LogConfiguration(driver=driver))
        spec = application_spec(an_assignment(container), container, IMAGE, "p", AROUND)
        assert spec.log == kept


def test_how_lines_are_handed_to_the_driver_is_what_the_definition_says() -> None:
    said = (("awslogs-group", "g"), ("mode", "blocking"))
    container = a_container(log=LogConfiguration(driver="awslogs", options=said))
    spec = application_spec(an_assignment(container), container, IMAGE, "p", AROUND)
    assert spec.log is not None
    assert dict(spec.log.options) == {"max-size": "10m", "max-file": "3", "mode": "blocking"}
    said = (("awslogs-group", "g"), ("max-buffer-size", "25m"))
    container = a_container(log=LogConfiguration(driver="awslogs", options=said))
    spec = application_spec(an_assignment(container), container, IMAGE, "p", AROUND)
    assert spec.log is not None
    assert dict(spec.log.options)["mode"] == "non-blocking"
    assert dict(spec.log.options)["max-buffer-size"] == "25m"


def test_names_are_as_ecs_gives_them_and_the_same_each_time() -> None:
    task = an_assignment()
    name = container_name(task, "web")
    assert name.startswith("ecs-f-2-web-")
    assert name == container_name(task, "web")
    assert pause_spec(task, "web", AROUND).name != name
    labels = dict(application_spec(task, task.containers[0], IMAGE, "p", AROUND).labels)
    assert labels["com.amazonaws.ecs.task-arn"] == task.task
    assert labels["com.amazonaws.ecs.task-definition-family"] == "f"
    assert labels["com.amazonaws.ecs.container-name"] == "web"
    assert labels["com.amazonaws.ecs.cluster"] == "c"


def test_a_container_may_not_take_the_labels_that_make_it_ours() -> None:
    container = a_container(docker_labels=(("seaway.task", "another"), ("mine", "1")))
    task = an_assignment(container)
    labels = dict(application_spec(task, container, IMAGE, "p", AROUND).labels)
    assert labels["seaway.task"] == task.task
    assert labels["mine"] == "1"


def test_devices_memory_file_systems_and_swap_are_in_the_engines_words() -> None:
    container = a_container(
        memory=64,
        max_swap=32,
        swappiness=0,
        devices=(Device(host_path="/dev/fuse", permissions=("read", "mknod")),),
        tmpfs=(Tmpfs(path="/run", size=8, options=("noexec", "rw")),),
        security_options=("no-new-privileges",),
    )
    config = container_body(
        application_spec(an_assignment(container), container, IMAGE, "p", AROUND)
    )["HostConfig"]
    assert config["Devices"] == [
        {"PathOnHost": "/dev/fuse", "PathInContainer": "/dev/fuse", "CgroupPermissions": "rm"}
    ]
    assert config["Tmpfs"] == {"/run": "noexec,rw,size=8m"}
    assert config["SecurityOpt"] == ["no-new-privileges"]
    assert (config["MemorySwap"], config["MemorySwappiness"]) == (96 << 20, 0)


def test_swappiness_is_nothing_without_a_limit_of_swap() -> None:
    container = a_container(memory=64, swappiness=10)
    spec = application_spec(an_assignment(container), container, IMAGE, "p", AROUND)
    assert (spec.memory_swap, spec.swappiness) == (None, None)


@pytest.mark.parametrize("mode", ["host", "none", "task", None])
def test_process_and_ipc_namespaces_are_the_hosts_the_tasks_or_the_containers_own(
    mode: str | None,
) -> None:
    task = an_assignment(pid_mode=mode, ipc_mode=mode)
    around = replace(AROUND, shared="shared-id")
    spec = application_spec(task, task.containers[0], IMAGE, "p", around)
    expected = "container:shared-id" if mode == "task" else mode
    assert (spec.pid_mode, spec.ipc_mode) == (expected, expected)
