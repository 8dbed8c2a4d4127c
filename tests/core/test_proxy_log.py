from __future__ import annotations

import json
from dataclasses import replace

import pytest

from seaway.core.proxy_log import (
    Ejection,
    concerned,
    ejection_line,
    parse_ejection,
    proxy_stream,
    story_of,
)
from seaway.core.service import ServiceConnect
from seaway.core.task import Sandbox
from seaway.core.task_definition import LogConfiguration
from tests.builders import HOME, a_service, a_task

LOG = LogConfiguration(
    driver="awslogs",
    options=(("awslogs-group", "/proxy"), ("awslogs-stream-prefix", "sc")),
)
CONNECT = ServiceConnect(enabled=True, log=LOG)
TASK = a_task(
    7,
    service=a_service("web").arn,
    uses_mesh=True,
    sandboxes=(Sandbox(container="", path="/run/ns/7"),),
)


def test_the_stream_is_named_as_the_sidecars_would_be() -> None:
    stream = proxy_stream(TASK, CONNECT)
    assert stream is not None
    assert stream.group == f"arn:aws:logs:{HOME}:log-group:/proxy"
    assert stream.name == f"sc/ecs-service-connect-{TASK.id[:5]}/{TASK.id}"
    assert not stream.debug


def test_the_group_may_be_in_another_region_and_the_stream_without_a_prefix() -> None:
    options = (("awslogs-group", "/proxy"), ("awslogs-region", "eu-west-1"))
    log = LogConfiguration(driver="awslogs", options=options)
    stream = proxy_stream(TASK, replace(CONNECT, log=log, proxy_log_level="debug"))
    assert stream is not None
    assert ":logs:eu-west-1:" in stream.group
    assert stream.name == f"ecs-service-connect-{TASK.id[:5]}/{TASK.id}"
    assert stream.debug


@pytest.mark.parametrize("connect", [None, ServiceConnect(log=LOG), ServiceConnect(enabled=True)])
def test_without_a_log_configuration_there_is_no_stream(connect: ServiceConnect | None) -> None:
    assert proxy_stream(TASK, connect) is None


def test_a_tasks_story_is_told_once_for_each_thing_that_befalls_it() -> None:
    ready = replace(TASK, mesh_ready=True)
    assert story_of(None, ready) == ()
    assert story_of(ready, replace(ready, version=2)) == ()
    assert [line.split(":")[0] for line in story_of(TASK, ready)] == [
        "[info] configuration accepted"
    ]
    gone = replace(ready, drained=True, mesh_gone=True)
    assert [line.split(":")[0] for line in story_of(ready, gone)] == [
        "[info] drained",
        "[info] stopped listening",
    ]


@pytest.mark.parametrize(
    ("resource", "is_its"),
    [
        ("interceptor//run/ns/7:61001", True),
        ("interceptor//run/ns/8:61001", False),
        (f"ingress/{TASK.id}/web/80", True),
        ("ingress/other/web/80", False),
        ("connect/default/web/srv-1", True),
        ("connect/default/web/srv-1/green", True),
        ("connect/default/cats/srv-1", False),
        ("names/default/web/ns-1", True),
        ("balance/app/door/1/80", False),
        ("connect", False),
    ],
)
def test_a_resource_concerns_the_tasks_it_is_for(resource: str, is_its: bool) -> None:
    assert concerned([TASK], resource) == ([TASK] if is_its else [])


def test_envoys_own_words_on_an_ejection_are_understood() -> None:
    told = {
        "type": "CONSECUTIVE_5XX",
        "cluster_name": "connect/default/web/srv-1",
        "upstream_url": "10.0.1.7:80",
        "action": "EJECT",
        "num_ejections": 2,
        "enforced": True,
    }
    ejection = parse_ejection(json.dumps(told))
    assert ejection == Ejection(
        upstream="connect/default/web/srv-1",
        address="10.0.1.7:80",
        out=True,
        cause="CONSECUTIVE_5XX",
        times=2,
    )
    assert ejection_line(ejection, "cats") == (
        "[info] endpoint 10.0.1.7:80 of cats is left alone for a while: CONSECUTIVE_5XX, time 2"
    )
    back = parse_ejection(json.dumps(told | {"action": "UNEJECT"}))
    assert back is not None
    assert ejection_line(back, "cats") == "[info] endpoint 10.0.1.7:80 of cats is back"


@pytest.mark.parametrize("line", ["", "{", "[]", '{"cluster_name": "a"}'])
def test_a_broken_line_is_left_out(line: str) -> None:
    assert parse_ejection(line) is None
