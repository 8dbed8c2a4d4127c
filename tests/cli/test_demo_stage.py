"""What the demo shows, and how it counts."""

from __future__ import annotations

import io
from collections import Counter
from typing import Any

import pytest
from botocore.exceptions import ClientError
from rich.console import Console

from seaway.cli.demo.balancing import tally
from seaway.cli.demo.connect import who_served
from seaway.cli.demo.failure import DemoFailed
from seaway.cli.demo.health import table
from seaway.cli.demo.names import CATS, examples
from seaway.cli.demo.network import free_cidr, parameters
from seaway.cli.demo.services import is_steady, progress
from seaway.cli.demo.stage import Stage
from seaway.cli.demo.trial import RATE, SECONDS, Outcome, curl_command, read_outcome
from seaway.cli.demo.walk import attempt
from seaway.core.template import read
from seaway.core.traffic import Direction, Row


class Clock:
    """Time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def a_stage(steps: int = 2, pace: float = 0.0) -> tuple[Stage, io.StringIO, Clock]:
    written, clock = io.StringIO(), Clock()
    console = Console(file=written, width=100, highlight=False)
    return Stage(console, steps=steps, pace=pace, clock=clock, sleep=clock.sleep), written, clock


def test_a_step_shows_its_heading_and_how_long_it_took() -> None:
    stage, written, clock = a_stage()
    with stage.step("Network", "A stack makes it."):
        stage.say("vpc-1")
        clock.sleep(1.25)
    assert written.getvalue() == (
        "\n  1/2   Network\n  A stack makes it.\n  → vpc-1\n  ✓ done in 1.2 s\n"
    )


def test_long_commands_are_not_broken_by_the_screen() -> None:
    stage, written, _ = a_stage()
    stage.shell("aws " + "x" * 300)
    assert written.getvalue() == "    $ aws " + "x" * 300 + "\n"


def test_progress_is_written_once_for_each_change_when_nobody_watches() -> None:
    stage, written, _ = a_stage()
    seen = iter([(None, "1 of 2"), (None, "1 of 2"), (None, "still"), ("both", "2 of 2")])
    assert stage.wait(lambda: next(seen), seconds=60, late="no", where="") == "both"
    assert written.getvalue() == "  … 1 of 2\n  … still\n"


def test_waiting_ends_with_what_was_late_and_where_to_look() -> None:
    stage, _, _ = a_stage()
    with pytest.raises(DemoFailed, match=r"Not steady after 5 s \(1 of 2\)") as failed:
        stage.wait(lambda: (None, "1 of 2"), seconds=5, late="Not steady", where="aws ecs …")
    assert failed.value.look == ("aws ecs …",)


def test_the_pace_is_kept_between_steps_only() -> None:
    stage, _, clock = a_stage(pace=3.0)
    for title in ("one", "two"):
        with stage.step(title, ""):
            pass
    assert clock.now == 3.0


def test_a_failed_step_is_named_and_gives_exit_code_1() -> None:
    stage, written, _ = a_stage()

    def walk() -> None:
        with stage.step("one", ""):
            pass
        with stage.step("Services", ""):
            raise DemoFailed("The services are not steady.", "aws ecs describe-services")

    assert attempt(stage, walk) == 1
    assert written.getvalue().endswith(
        "\n✗ Step 2 (Services): The services are not steady.\n  aws ecs describe-services\n"
    )


def test_a_refusal_is_told_in_the_apis_own_words() -> None:
    stage, written, _ = a_stage()
    answer: Any = {"Error": {"Code": "ClientException", "Message": "Not built yet."}}

    def walk() -> None:
        raise ClientError(answer, "CreateService")

    assert attempt(stage, walk) == 1
    assert "CreateService was refused: ClientException: Not built yet." in written.getvalue()


def test_answers_are_counted_by_who_gave_them() -> None:
    lines = ["cats a1 10.0.0.5", "cats b2 10.0.0.6", "cats a1 10.0.0.5", "no healthy upstream"]
    served = who_served(CATS, lines)
    assert served == Counter({"a1": 2, "b2": 1})
    assert tally(served) == "3 of 3 with 200 (2 from a1, 1 from b2)"


def test_failed_requests_are_counted_by_their_reason() -> None:
    outcome = read_outcome(["200 0", "503 0", "000 56", "200 0", "000 56"])
    assert (outcome.asked, outcome.failed) == (5, 3)
    assert str(outcome) == "5 requests, 3 failed (2 × curl error 56, 1 × HTTP 503)"
    assert str(outcome + outcome).startswith("10 requests, 6 failed")
    assert str(Outcome(asked=7, failures=Counter())) == "7 requests, 0 failed"


def test_a_curl_that_asks_nothing_is_not_a_success() -> None:
    with pytest.raises(DemoFailed, match="option --rate: is unknown"):
        read_outcome(["curl: option --rate: is unknown"])


def test_the_callers_curl_asks_as_often_as_the_trial_is_long() -> None:
    command = curl_command("http://cats/whoami")
    assert f"--rate {RATE}/s" in command
    assert command.endswith(f"'http://cats/whoami?[1-{RATE * SECONDS}]'")


def test_a_service_is_steady_with_one_finished_deployment_and_all_its_tasks() -> None:
    def service(*deployments: tuple[int, str], running: int = 2) -> dict[str, Any]:
        return {
            "serviceName": "cats",
            "desiredCount": 2,
            "runningCount": running,
            "deployments": [{"runningCount": n, "rolloutState": s} for n, s in deployments],
        }

    assert is_steady(service((2, "COMPLETED")))
    assert not is_steady(service((2, "IN_PROGRESS")))
    assert not is_steady(service((1, "COMPLETED"), running=1))
    rolling = service((1, "IN_PROGRESS"), (2, "COMPLETED"), running=3)
    assert not is_steady(rolling)
    assert progress(rolling) == "cats 1 of 2 (and 2 to replace)"


def test_other_addresses_for_the_network_bring_their_own_subnets() -> None:
    values = {p["ParameterKey"]: p["ParameterValue"] for p in parameters("10.9.0.0/16")}
    assert values == {
        "VpcCidr": "10.9.0.0/16",
        "FirstCidr": "10.9.0.0/20",
        "SecondCidr": "10.9.16.0/20",
    }
    with pytest.raises(DemoFailed, match="can't be the network's addresses"):
        parameters("10.9.0.1/16")


def test_the_network_gets_addresses_that_no_route_of_the_machine_leads_to() -> None:
    heading = "Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT\n"
    default = "eth0 00000000 010200C0 0003 0 0 0 00000000 0 0 0\n"
    bridge = "sw-1 00004B0A 00000000 0001 0 0 0 0000FFFF 0 0 0\n"  # 10.75.0.0/16
    tunnel = "tun0 00804C0A 00000000 0001 0 0 0 00F0FFFF 0 0 0\n"  # 10.76.128.0/20
    assert free_cidr(heading + default) == "10.75.0.0/16"
    assert free_cidr(heading + default + bridge + tunnel) == "10.77.0.0/16"


def test_the_template_takes_the_parameters_and_gives_the_outputs_that_the_demo_uses() -> None:
    template = read((examples() / "network.yaml").read_text())
    given = {parameter["ParameterKey"] for parameter in parameters("10.9.0.0/16")}
    assert given == set(template.parameters)
    assert set(template.outputs) == {
        "Vpc",
        "FirstSubnet",
        "SecondSubnet",
        "LoadBalancerSecurityGroup",
        "ServiceSecurityGroup",
        "InstanceProfile",
    }


def test_traffic_health_shows_web_with_outgoing_only() -> None:
    def row(direction: Direction, name: str) -> Row:
        return Row(
            direction=direction, discovery_name=name, requests=920, responses_2xx=919,
            responses_3xx=0, responses_4xx=1, responses_5xx=0, latency_average=1.26,
            latency_maximum=None,
        )  # fmt: skip

    health = {
        "web": [row(Direction.OUTGOING, "cats")],
        "cats": [row(Direction.INCOMING, "cats")],
    }
    stage, written, _ = a_stage()
    stage.show(table(health))
    lines = [line.split() for line in written.getvalue().splitlines()]
    assert lines[1] == ["web", "incoming", "none"]
    assert lines[2][:7] == ["web", "outgoing", "http://cats", "920", "919", "1", "0"]
    assert lines[2][7:] == ["1.3", "ms", "–"]
    assert lines[3][:4] == ["cats", "incoming", "http://cats", "920"]
    assert lines[4] == ["cats", "outgoing", "none"]
