from __future__ import annotations

import pytest

from seaway.core.fargate import compatibilities, fargate_refusal, size_exists
from seaway.core.task_definition import Volume
from tests.builders import a_container, a_fargate_definition, a_task_definition


@pytest.mark.parametrize(
    ("cpu", "memory"),
    [(256, 512), (256, 2048), (512, 4096), (1024, 8192), (4096, 30720), (8192, 20480)],
)
def test_sizes_there_are(cpu: int, memory: int) -> None:
    assert size_exists(cpu, memory)


@pytest.mark.parametrize(
    ("cpu", "memory"), [(256, 3072), (300, 512), (1024, 1024), (8192, 17408), (16384, 30720)]
)
def test_sizes_there_are_not(cpu: int, memory: int) -> None:
    assert not size_exists(cpu, memory)


def test_a_bridge_task_runs_on_ec2_only() -> None:
    assert compatibilities(a_task_definition()) == ("EC2",)
    assert compatibilities(a_fargate_definition()) == ("EC2", "FARGATE")


def test_fargate_has_no_host_to_reach_into() -> None:
    privileged = a_fargate_definition(containers=(a_container(privileged=True),))
    assert fargate_refusal(privileged) is not None
    mounted = a_fargate_definition(volumes=(Volume(name="v", host_path="/srv"),))
    assert fargate_refusal(mounted) is not None
    empty = a_fargate_definition(volumes=(Volume(name="v"),))
    assert fargate_refusal(empty) is None
