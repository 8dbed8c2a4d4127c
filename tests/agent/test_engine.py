"""What the engine is sent and what its answers mean, without one."""

from __future__ import annotations

import pytest

from seaway.agent.docker_answers import nanoseconds
from seaway.agent.docker_output import Lines
from seaway.agent.docker_requests import container_body, split_image
from seaway.agent.engine import ContainerSpec, OutputLine
from seaway.core.task_definition import HealthCheck


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("nginx", ("nginx", "latest")),
        ("h:5000/a/b", ("h:5000/a/b", "latest")),
        ("h:5000/a/b:1", ("h:5000/a/b", "1")),
        ("a@sha256:b", ("a", "sha256:b")),
    ],
)
def test_an_image_name_is_a_repository_and_a_tag(name: str, parts: tuple[str, str]) -> None:
    assert split_image(name) == parts


def test_times_keep_their_nanoseconds() -> None:
    assert nanoseconds("1970-01-01T00:00:01.000000002Z") == 1_000_000_002
    assert nanoseconds("1970-01-01T00:00:01Z") == 1_000_000_000
    assert nanoseconds("1970-01-01T01:00:01.5+01:00") == 1_500_000_000


def test_an_images_own_health_check_is_switched_off() -> None:
    body = container_body(ContainerSpec(name="n", image="i"))
    assert body["Healthcheck"] == {"Test": ["NONE"]}


@pytest.mark.parametrize(
    ("command", "test"),
    [
        (("CMD-SHELL", "true"), ["CMD-SHELL", "true"]),
        (("CMD", "true"), ["CMD", "true"]),
        (("curl", "-f", "x"), ["CMD", "curl", "-f", "x"]),
    ],
)
def test_a_health_check_is_given_in_nanoseconds(command: tuple[str, ...], test: list[str]) -> None:
    check = HealthCheck(command=command, interval=5, timeout=2, retries=3, start_period=1)
    body = container_body(ContainerSpec(name="n", image="i", health_check=check))
    assert body["Healthcheck"] == {
        "Test": test,
        "Interval": 5_000_000_000,
        "Timeout": 2_000_000_000,
        "Retries": 3,
        "StartPeriod": 1_000_000_000,
    }


def test_an_address_is_asked_for_in_the_network_it_is_of() -> None:
    body = container_body(ContainerSpec(name="n", image="i", network="v", address="10.0.0.5"))
    assert body["NetworkingConfig"] == {
        "EndpointsConfig": {"v": {"IPAMConfig": {"IPv4Address": "10.0.0.5"}}}
    }


def test_a_line_cut_in_pieces_is_one_line_at_its_first_pieces_time() -> None:
    lines = Lines()
    assert lines.feed(b"1970-01-01T00:00:01Z half ", whole=False) == []
    assert lines.feed(b"1970-01-01T00:00:02Z a line\n", whole=False) == [
        OutputLine(at=1_000_000_000, text="half a line")
    ]
    assert lines.feed(b"1970-01-01T00:00:03Z \n", whole=False) == [
        OutputLine(at=3_000_000_000, text="")
    ]
    assert lines.rest() == []
