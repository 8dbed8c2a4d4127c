"""How soon many tasks are placed on many hosts, and what the API's callers notice of it.

The control plane is the real one, in a process of its own: API over HTTP, SQLite, reconcilers,
placement, dispatch. What is simulated are the machines: Seaway has no link to agents on other
machines yet, so each host is an agent inside the control plane's process (many_hosts.py), with the
link and the session that the agent of ``seaway up`` has there. It says what size it is and answers
every task it is assigned as a host does whose containers start, without making any. The instances
that tasks are placed on are launched and join their cluster as any others (RunInstances); the tasks
are those of services (CreateService), in bridge mode with a port to be chosen.

Measured from the first CreateService until the last task has a place, and until the last one runs,
both on disk. Meanwhile three callers ask, each at a steady rate over a kept connection; an answer's
time counts from when it was due to be asked, so that one that is held up by the one before counts
as held up. What they saw is compared with the same calls once nothing is left to do.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import boto3

from benchmarks.command import command
from benchmarks.ecs_callers import REGION, Api, Caller, Request
from benchmarks.figures import Report, Say, Table, Verdict, percentile, spread
from benchmarks.processes import CannotMeasure, cpu_seconds, tail, wait_for
from benchmarks.propagation import Child

CLUSTER = "many"
FAMILY = "small"
INSTANCE_TYPE = "m5.xlarge"
"""Of the size of the simulated hosts, so that each carries one."""
ZONES = ("a", "b", "c")
USER_DATA = f"#!/bin/bash\necho ECS_CLUSTER={CLUSTER} >> /etc/ecs/ecs.config\n"
AT_ONCE = 100
"""RunInstances launches no more with one call."""
PORT = 23466
FEW = 10
CALLS = (f"DescribeServices of {FEW}", f"DescribeTasks of {FEW}", "ListTasks")
PATIENCE = 300.0
QUIET = 0.1
"""Processors' share below which a control plane has nothing left to do."""

WHILE_PLACED, UNTIL_RUNNING, IDLE = "while placing", "until all run", "idle"


def parser() -> argparse.ArgumentParser:
    """What can be asked of this benchmark."""
    made = argparse.ArgumentParser(prog="benchmarks.placement", description=__doc__)
    made.add_argument("--hosts", type=int, default=1000, help="simulated hosts (1000)")
    made.add_argument("--tasks", type=int, default=10_000, help="of all services (10000)")
    made.add_argument("--services", type=int, default=20, help="that share them (20)")
    made.add_argument("--rounds", type=int, default=3, help="each with a new control plane (3)")
    made.add_argument("--rate", type=int, default=20, help="calls of each kind a second (20)")
    made.add_argument("--idle", type=float, default=10, help="seconds of calls afterwards (10)")
    made.add_argument("--port", type=int, default=PORT, help=f"of the control plane ({PORT})")
    made.add_argument("--json", action="store_true", help="one JSON document, with all samples")
    return made


@dataclass(frozen=True, slots=True)
class Seen:
    """One round. Times in seconds, answers in milliseconds by call and time; memory in MiB."""

    placed: float
    running: float
    cpu: float
    """The control plane's processor seconds until all ran."""
    memory_before: float
    memory: float
    """The most it has had resident, simulated hosts included."""
    load: float
    """The machine's load average before the first call."""
    answers: dict[str, dict[str, list[float]]]


@contextlib.contextmanager
def asking(asked: argparse.Namespace, requests: dict[str, Request]) -> Iterator[dict[str, Caller]]:
    """A caller for each request, one a little after the other, as long as the block lasts."""
    callers = {
        call: Caller(Api(asked.port), request, asked.rate, number / len(requests))
        for number, (call, request) in enumerate(requests.items())
    }
    try:
        for caller in callers.values():
            caller.start()
        yield callers
    finally:
        for caller in callers.values():
            caller.end()


@contextlib.contextmanager
def many_hosts(directory: Path, port: int, hosts: int) -> Iterator[tuple[Child, int]]:
    """A control plane with so many simulated hosts that answers, and its process id."""
    told = {"directory": str(directory / "data"), "port": port, "hosts": hosts}
    log = directory / "control-plane.log"
    child = Child([sys.executable, "-m", "benchmarks.many_hosts", json.dumps(told)], log)
    try:
        yield child, child.hear()["pid"]
    except CannotMeasure as problem:
        raise CannotMeasure(f"{problem}\n{tail(log)}") from problem
    finally:
        child.end()
        for pipe in (child.process.stdin, child.process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()


@dataclass(frozen=True, slots=True)
class Aws:
    """Clients for what is prepared."""

    ec2: Any
    ecs: Any


@contextlib.contextmanager
def clients(port: int) -> Iterator[Aws]:
    """Of the control plane on this port."""
    session = boto3.Session("seaway", "seaway", region_name=REGION)
    url = f"http://127.0.0.1:{port}"
    made = [session.client(name, endpoint_url=url) for name in ("ec2", "ecs")]
    try:
        yield Aws(*made)
    finally:
        for client in made:
            client.close()


def prepare(aws: Aws, hosts: int) -> None:
    """Network, cluster, an instance for each host that has joined it, a task definition."""
    vpc = aws.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    aws.ecs.create_cluster(clusterName=CLUSTER)
    for number, zone in enumerate(ZONES):
        cidr, place = f"10.0.{number * 64}.0/18", REGION + zone
        made = aws.ec2.create_subnet(VpcId=vpc, CidrBlock=cidr, AvailabilityZone=place)
        left = hosts // len(ZONES) + (number < hosts % len(ZONES))
        while left:
            count = min(left, AT_ONCE)
            left -= count
            aws.ec2.run_instances(
                ImageId="resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended",
                InstanceType=INSTANCE_TYPE,
                MinCount=count,
                MaxCount=count,
                SubnetId=made["Subnet"]["SubnetId"],
                UserData=USER_DATA,
            )
    aws.ecs.register_task_definition(
        family=FAMILY,
        networkMode="bridge",
        requiresCompatibilities=["EC2"],
        cpu="256",
        memory="512",
        containerDefinitions=[
            {
                "name": "app",
                "image": "app:1",
                "essential": True,
                "portMappings": [{"containerPort": 80, "hostPort": 0}],
                "environment": [{"name": "COLOUR", "value": "grey"}],
            }
        ],
    )

    def joined() -> bool:
        (found,) = aws.ecs.describe_clusters(clusters=[CLUSTER])["clusters"]
        return bool(found["registeredContainerInstancesCount"] == hosts)

    wait_for(joined, f"{hosts} instances in their cluster", PATIENCE, 0.2)


def standing(aws: Aws) -> list[str]:
    """A few tasks that run before and meanwhile: what DescribeTasks asks for."""
    name = "standing"
    aws.ecs.create_service(
        cluster=CLUSTER, serviceName=name, taskDefinition=FAMILY, desiredCount=FEW
    )

    def running() -> bool:
        (found,) = aws.ecs.describe_services(cluster=CLUSTER, services=[name])["services"]
        return bool(found["runningCount"] == FEW)

    wait_for(running, f"{FEW} tasks running", PATIENCE, 0.05)
    found: list[str] = aws.ecs.list_tasks(cluster=CLUSTER, serviceName=name)["taskArns"]
    return found


def one_round(asked: argparse.Namespace, directory: Path, say: Say) -> Seen:
    """A new control plane, until it has nothing left to do. Raises CannotMeasure."""
    with contextlib.ExitStack() as held:
        child, pid = held.enter_context(many_hosts(directory, asked.port, asked.hosts))
        aws = held.enter_context(clients(asked.port))
        say(f"{asked.hosts} hosts join")
        prepare(aws, asked.hosts)
        few = standing(aws)
        settle(pid)
        before = memory_mib(pid, "VmRSS")
        load = os.getloadavg()[0]
        names = [f"service-{number}" for number in range(asked.services)]
        api = held.enter_context(contextlib.closing(Api(asked.port)))
        prepared = (
            api.prepared("DescribeServices", cluster=CLUSTER, services=names[:FEW]),
            api.prepared("DescribeTasks", cluster=CLUSTER, tasks=few),
            api.prepared("ListTasks", cluster=CLUSTER),
        )
        requests = dict(zip(CALLS, prepared, strict=True))
        say(f"{asked.tasks} tasks of {asked.services} services")
        child.ask(tasks=asked.tasks)
        spent = cpu_seconds(pid)
        began = time.monotonic()
        with asking(asked, requests) as busy:
            for name, count in shares(names, asked.tasks):
                api.ask(
                    "CreateService",
                    cluster=CLUSTER,
                    serviceName=name,
                    taskDefinition=FAMILY,
                    desiredCount=count,
                )
            placed, running = reached(child, "placed"), reached(child, "running")
        spent = cpu_seconds(pid) - spent
        check(aws, names, asked.tasks)
        settle(pid)
        say("the same calls with nothing else to do")
        idle = time.monotonic()
        with asking(asked, requests) as calm:
            time.sleep(asked.idle)
        times = {
            WHILE_PLACED: (busy, began, placed),
            UNTIL_RUNNING: (busy, began, running),
            IDLE: (calm, idle, time.monotonic()),
        }
        answers = {
            call: {when: them[call].between(*time) for when, (them, *time) in times.items()}
            for call in CALLS
        }
        most = memory_mib(pid, "VmHWM")
    return Seen(placed - began, running - began, spent, before, most, load, answers)


def shares(names: list[str], tasks: int) -> Iterator[tuple[str, int]]:
    """Each service's number of tasks: as even as it goes."""
    for number, name in enumerate(names):
        yield name, tasks // len(names) + (number < tasks % len(names))


def reached(child: Child, name: str) -> float:
    """When the control plane says that all tasks are there. Raises CannotMeasure."""
    said = child.hear()
    if "problem" in said:
        raise CannotMeasure(f"no more than {said['problem']}")
    return float(said[name])


def check(aws: Aws, names: list[str], tasks: int) -> None:
    """What was counted is what the API shows, of the services and of the instances."""
    ran = 0
    for first in range(0, len(names), FEW):
        part = names[first : first + FEW]
        answer = aws.ecs.describe_services(cluster=CLUSTER, services=part)
        ran += sum(service["runningCount"] for service in answer["services"])
    on_instances, most = 0, 0
    for page in aws.ecs.get_paginator("list_container_instances").paginate(cluster=CLUSTER):
        arns = page["containerInstanceArns"]
        found = aws.ecs.describe_container_instances(cluster=CLUSTER, containerInstances=arns)
        counts = [instance["runningTasksCount"] for instance in found["containerInstances"]]
        on_instances, most = on_instances + sum(counts), max(most, *counts)
    if (ran, on_instances) != (tasks, tasks + FEW):
        raise CannotMeasure(f"{ran} of {tasks} tasks run, {on_instances} on instances")


def settle(pid: int) -> None:
    """Wait until the control plane has nothing left to do."""

    def quiet() -> bool:
        spent = cpu_seconds(pid)
        time.sleep(0.5)
        return (cpu_seconds(pid) - spent) / 0.5 < QUIET

    wait_for(quiet, "a control plane at rest", PATIENCE)


def memory_mib(pid: int, field: str) -> float:
    """Its resident memory, in MiB: ``VmRSS`` now, ``VmHWM`` at most so far."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) / 1024
    raise CannotMeasure(f"process {pid} has no {field}")


def report(asked: argparse.Namespace, rounds: list[Seen]) -> Report:
    """Figures, and what was to be reached."""
    made = Report("placement", samples={"rounds": [asdict(seen) for seen in rounds]})
    what = f"{asked.tasks} tasks of {asked.services} services on {asked.hosts} simulated hosts"

    def of(figure: Callable[[Seen], float], form: str) -> str:
        return spread([figure(seen) for seen in rounds], form)

    words = f"{len(rounds)} rounds: median (min-max)"
    made.tables.append(
        Table(
            f"{what}, {words}",
            ("from the first CreateService until", "s", "tasks/s"),
            (
                ("all are placed", of(_placed, ".1f"), of(lambda s: asked.tasks / s.placed, ".0f")),
                (
                    "all run",
                    of(lambda s: s.running, ".1f"),
                    of(lambda s: asked.tasks / s.running, ".0f"),
                ),
                ("  of it, the control plane's processor time", of(lambda s: s.cpu, ".1f"), "-"),
            ),
        )
    )
    made.tables.append(
        Table(
            f"The control plane's memory with the simulated hosts in it, {words}",
            ("resident", "MiB"),
            (
                ("hosts joined, nothing asked for", of(lambda s: s.memory_before, ".0f")),
                ("at most", of(_memory, ".0f")),
            ),
        )
    )
    rows = [
        (call, when, of(_rank(call, when, 50), ".2f"), of(_rank(call, when, 99), ".1f"),
         of(_rank(call, when, 100), ".0f"))
        for call in CALLS
        for when in (WHILE_PLACED, UNTIL_RUNNING, IDLE)
    ]  # fmt: skip
    columns = ("call", "when", "p50 ms", "p99 ms", "max ms")
    title = f"Answers, {asked.rate} calls of each a second, {words}"
    made.tables.append(Table(title, columns, tuple(rows)))
    slowest = [max(_rank(call, WHILE_PLACED, 99)(seen) for call in CALLS) for seen in rounds]
    made.verdicts += [
        Verdict("all placed", _median(rounds, _placed), 30, at_least=False, unit=" s"),
        Verdict("memory at most", _median(rounds, _memory), 600, at_least=False, unit=" MiB"),
        Verdict(
            "p99 of the slowest of the calls, while placing",
            statistics.median(slowest),
            20,
            at_least=False,
            unit=" ms",
        ),
    ]
    loads = of(lambda seen: seen.load, ".1f")
    made.notes.append(
        f"The machine's load average was {loads} before the tasks were asked for. A simulated host "
        f"reports a task\nthree times and has it run 0.3 s after it began."
    )
    return made


def _placed(seen: Seen) -> float:
    return seen.placed


def _memory(seen: Seen) -> float:
    return seen.memory


def _rank(call: str, when: str, percent: float) -> Callable[[Seen], float]:
    return lambda seen: percentile(seen.answers[call][when], percent)


def _median(rounds: list[Seen], figure: Callable[[Seen], float]) -> float:
    return statistics.median(figure(seen) for seen in rounds)


def run(arguments: list[str], say: Say) -> Report:
    """Measure. Raises CannotMeasure."""
    asked = parser().parse_args(arguments)
    rounds = []
    for number in range(asked.rounds):
        with tempfile.TemporaryDirectory(prefix="pl-") as name:
            told = f"round {number + 1} of {asked.rounds}"
            rounds.append(one_round(asked, Path(name), lambda text: say(f"{told}: {text}")))  # noqa: B023
    return report(asked, rounds)


if __name__ == "__main__":
    sys.exit(command(parser(), run, None))
