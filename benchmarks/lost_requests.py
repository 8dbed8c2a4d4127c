"""Requests lost while a service is deployed, scaled, drained, killed: there should be none.

A whole Seaway with real containers. Two programs of callers ask the service ``pets`` all the time,
one through the Application Load Balancer, one through Service Connect, ``--rate`` requests per
second each, none repeated. Meanwhile it is disturbed in one way after the other, ``--rounds``
times each: by deployments of every strategy, also of apps that ignore SIGTERM (deaf) or drop
everything at it (brittle), by scaling, draining instances, tasks killed with -9, and changes of
the load balancer.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.command import command
from benchmarks.figures import Report, Say, Table, Verdict
from benchmarks.pets import CLUSTER, NAME, Callers, Count, Pets, a_town, forward
from benchmarks.processes import CannotMeasure

ROLLING: dict[str, Any] = {
    "strategy": "ROLLING",
    "maximumPercent": 200,
    "minimumHealthyPercent": 100,
}
BLUE_GREEN: dict[str, Any] = {**ROLLING, "strategy": "BLUE_GREEN", "bakeTimeInMinutes": 0}
CANARY: dict[str, Any] = {
    **BLUE_GREEN,
    "strategy": "CANARY",
    "canaryConfiguration": {"canaryPercent": 20.0, "canaryBakeTimeInMinutes": 0},
}
LINEAR: dict[str, Any] = {
    **BLUE_GREEN,
    "strategy": "LINEAR",
    "linearConfiguration": {"stepPercent": 25.0, "stepBakeTimeInMinutes": 0},
}
AFTER = 1.0
"""Seconds of steady calls after each disturbance, that belong to it."""


def _deploy(configuration: dict[str, Any], kind: str = "polite") -> Callable[[Pets], None]:
    def disturb(pets: Pets) -> None:
        pets.define(kind)
        pets.change(taskDefinition=NAME, deploymentConfiguration=configuration)
        time.sleep(0.3)
        pets.settle()

    return disturb


def _scale_out(pets: Pets) -> None:
    pets.change(desiredCount=4)
    pets.settle()


def _scale_in(pets: Pets) -> None:
    pets.change(desiredCount=2)
    pets.settle()


def _drain(pets: Pets) -> None:
    """One of the instances that has tasks of it is drained, and given back."""
    instance = pets.tasks()[0]["containerInstanceArn"]
    ecs = pets.aws.ecs
    given = {"cluster": CLUSTER, "containerInstances": [instance]}
    ecs.update_container_instances_state(**given, status="DRAINING")
    pets.until(
        lambda: all(task["containerInstanceArn"] != instance for task in pets.tasks()),
        "the instance is not empty",
    )
    pets.settle()
    ecs.update_container_instances_state(**given, status="ACTIVE")


def _kill(pets: Pets) -> None:
    """A container is killed with -9: the callers must not notice, and a new task comes."""
    victim = pets.tasks()[0]
    runtime = victim["containers"][0]["runtimeId"]
    subprocess.run(["docker", "kill", runtime], check=True, capture_output=True)
    pets.until(
        lambda: victim["taskArn"] not in {task["taskArn"] for task in pets.tasks()},
        "the killed task is still there",
    )
    pets.settle()


def _change_balancer(pets: Pets) -> None:
    """A rule comes before the service's own, moves, changes and goes; so does a listener."""
    elbv2 = pets.aws.elbv2
    (rule,) = elbv2.describe_rules(RuleArns=[pets.rule])["Rules"]
    listener = pets.rule.replace(":listener-rule/", ":listener/").rpartition("/")[0]
    answer = {"StatusCode": "200", "ContentType": "text/plain", "MessageBody": "no"}
    fixed = {"Type": "fixed-response", "FixedResponseConfig": answer}
    (other,) = elbv2.create_rule(
        ListenerArn=listener,
        Priority=7,
        Conditions=[{"Field": "path-pattern", "Values": ["/elsewhere/*"]}],
        Actions=[fixed],
    )["Rules"]
    priorities = [
        {"RuleArn": other["RuleArn"], "Priority": 1},
        {"RuleArn": pets.rule, "Priority": 8},
    ]
    elbv2.set_rule_priorities(RulePriorities=priorities)
    time.sleep(0.5)
    for weight in (2, 1):
        shares = rule["Actions"][0]["ForwardConfig"]["TargetGroups"]
        weights = tuple(weight if share["Weight"] else 0 for share in shares)
        groups = tuple(share["TargetGroupArn"] for share in shares)
        elbv2.modify_rule(RuleArn=pets.rule, Actions=[forward(groups, weights)])
        time.sleep(0.3)
    made = elbv2.create_listener(
        LoadBalancerArn=pets.balancer, Protocol="HTTP", Port=8090, DefaultActions=[fixed]
    )
    time.sleep(0.5)
    elbv2.delete_listener(ListenerArn=made["Listeners"][0]["ListenerArn"])
    elbv2.delete_rule(RuleArn=other["RuleArn"])
    elbv2.set_rule_priorities(RulePriorities=[{"RuleArn": pets.rule, "Priority": 1}])
    time.sleep(1)


DISTURBANCES: dict[str, Callable[[Pets], None]] = {
    "rolling": _deploy(ROLLING),
    "rolling, deaf app": _deploy(ROLLING, "deaf"),
    "rolling, brittle app": _deploy(ROLLING, "brittle"),
    "blue/green": _deploy(BLUE_GREEN),
    "blue/green, brittle app": _deploy(BLUE_GREEN, "brittle"),
    "canary": _deploy(CANARY),
    "linear": _deploy(LINEAR),
    "scale-out": _scale_out,
    "scale-in": _scale_in,
    "instance drained": _drain,
    "task killed": _kill,
    "balancer changed": _change_balancer,
}
"""In this order: scale-in undoes what scale-out did."""


@dataclass(slots=True)
class Story:
    """What the callers saw of one kind of disturbance."""

    balanced: Count = field(default_factory=Count)
    connected: Count = field(default_factory=Count)
    seconds: list[float] = field(default_factory=list)


def parser() -> argparse.ArgumentParser:
    """What can be asked of this benchmark."""
    made = argparse.ArgumentParser(prog="benchmarks.lost_requests", description=__doc__)
    made.add_argument("--rounds", type=int, default=20, help="how often each is done")
    made.add_argument("--rate", type=int, default=500, help="requests per second of each program")
    made.add_argument("--only", action="append", choices=list(DISTURBANCES), help="only this")
    made.add_argument("--why", action="store_true", help="say what the proxy logs of each loss")
    made.add_argument("--json", action="store_true", help="one JSON document, with all samples")
    return made


def run(arguments: list[str], say: Say) -> Report:
    """Count as the arguments ask. Raises CannotMeasure."""
    asked = parser().parse_args(arguments)
    wanted = [name for name in DISTURBANCES if not asked.only or name in asked.only]
    stories = {name: Story() for name in wanted}
    # Short, as unix sockets lie in it.
    with (
        tempfile.TemporaryDirectory(prefix="sw-", dir="/tmp") as directory,
        a_town(Path(directory), say) as pets,
    ):
        pets.define("polite")
        pets.create()
        pets.settle()
        if asked.why:
            pets.watch()
        with pets.callers(asked.rate) as (balanced, connected):
            _until_they_answer(balanced, connected)
            for number in range(asked.rounds):
                for name in wanted:
                    say(f"round {number + 1} of {asked.rounds}: {name}")
                    _disturb(pets, name, stories[name], balanced, connected)
                    _say_losses(say, name, stories[name])
        if asked.why:
            for line in pets.failed():
                say(line)
    return report(stories, asked.rounds, asked.rate)


def _until_they_answer(*programs: Callers) -> None:
    end = time.monotonic() + 30
    for program in programs:
        while True:
            time.sleep(1)
            told = program.told()
            if told["asked"] and not told["failures"]:
                break
            if time.monotonic() > end:
                raise CannotMeasure(f"pets does not answer: {told}")


def _disturb(pets: Pets, name: str, story: Story, balanced: Callers, connected: Callers) -> None:
    began = time.monotonic()
    DISTURBANCES[name](pets)
    story.seconds.append(time.monotonic() - began)
    time.sleep(AFTER)
    story.balanced.add(balanced.told())
    story.connected.add(connected.told())


def _say_losses(say: Say, name: str, story: Story) -> None:
    for way, count in (("load balancer", story.balanced), ("Service Connect", story.connected)):
        if count.failures:
            say(f"  {name}, {way}, so far: {dict(count.failures)}")


def report(stories: dict[str, Story], rounds: int, rate: int) -> Report:
    """What the callers saw, disturbance by disturbance."""
    said = Report("lost_requests")
    rows = []
    for name, story in stories.items():
        rows.append(
            (
                name,
                f"{story.balanced.asked}",
                _failed(story.balanced),
                f"{story.connected.asked}",
                _failed(story.connected),
                f"{max(story.balanced.slowest, story.connected.slowest):.0f}",
                f"{statistics.median(story.seconds):.1f}",
            )
        )
        said.samples[name] = {"seconds": story.seconds}
    columns = (
        f"{rounds} times each",
        "load balancer: requests",
        "failed",
        "Service Connect: requests",
        "failed",
        "slowest, ms",
        "takes, s",
    )
    title = f"Requests lost, at {rate} requests per second each way"
    said.tables.append(Table(title, columns, tuple(rows)))
    lost = sum(
        sum(count.failures.values())
        for story in stories.values()
        for count in (story.balanced, story.connected)
    )
    said.verdicts.append(Verdict("requests lost", lost, 0, at_least=False))
    return said


def _failed(count: Count) -> str:
    why = ", ".join(f"{many} × {what}" for what, many in count.failures.most_common())
    return why or "0"


def main(arguments: list[str] | None = None) -> int:
    """Count, and show the figures."""
    return command(parser(), run, arguments)


if __name__ == "__main__":
    sys.exit(main())
