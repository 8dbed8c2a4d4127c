"""AWS API calls over raw HTTP: Seaway beside ministack and moto's server.

All servers run at once, each with a cluster of 100 services and 100 tasks, and are measured in
turns: one prepared, signed request again and again over kept connections, sent by wrk. Seaway
writes to disk before it answers; the others keep everything in memory.

Nobody runs containers here: ministack is kept from the engine, moto has none, and in Seaway's
store the tasks are on a host that is not there.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

from benchmarks import programs, wrk
from benchmarks.command import command
from benchmarks.figures import Report, Say, Table, Verdict, ratios, rotated, spread
from benchmarks.processes import (
    CannotMeasure,
    resident_mib,
    running,
    tail,
    wait_for,
)
from benchmarks.wrk import Load, Post
from seaway.core.task import Container, Task, TaskStatus
from seaway.store.sqlite import SqliteStore

REGION = "us-east-1"
CLUSTER = "benchmark"
SERVICES = TASKS = 100
PORTS = {"seaway": 20466, "ministack": 20467, "moto": 20468}
PATIENCE = 30.0
OTHERS = {"ministack": ("ministack", "ministack"), "moto": ("moto_server", "moto[server]")}
"""Of each, the program and the package that brings it."""


def parser() -> argparse.ArgumentParser:
    """What can be asked of this benchmark."""
    made = argparse.ArgumentParser(prog="benchmarks.api_calls", description=__doc__)
    made.add_argument("--rounds", type=int, default=4, help="times each call is measured")
    made.add_argument("--seconds", type=float, default=1, help="length of one measurement")
    made.add_argument("--ministack", help="the program, if it is not in PATH")
    made.add_argument("--moto", help="moto_server, if it is not in PATH")
    made.add_argument(
        "--install", action="store_true", help="install what is missing, into a cache of our own"
    )
    made.add_argument("--json", action="store_true", help="one JSON document, with all samples")
    return made


@dataclass(slots=True)
class Server:
    """One that answers the ECS API, seeded, and the calls prepared for it."""

    name: str
    port: int
    pid: int
    started: float  # seconds to its first answer
    calls: dict[str, Path] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@dataclass(slots=True)
class Seen:
    """One call of one server, a list entry per round."""

    p50: list[float] = field(default_factory=list)  # milliseconds, one connection
    p99: list[float] = field(default_factory=list)
    alone: list[float] = field(default_factory=list)  # calls per second, one connection
    eight: list[float] = field(default_factory=list)  # calls per second, eight connections


def run(arguments: list[str], say: Say) -> Report:
    """Measure as the arguments ask. Raises CannotMeasure."""
    asked = parser().parse_args(arguments)
    load = programs.command("wrk")
    report = Report("api_calls")
    with contextlib.ExitStack() as held:
        directory = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="swbench")))
        say("starting and seeding seaway")
        servers = [held.enter_context(_seaway(directory, report))]
        for name in OTHERS:
            program = _program(name, getattr(asked, name), asked.install, say)
            if program is None:
                report.notes.append(
                    f"{name} is not here to compare with: give --{name}, or --install."
                )
                continue
            say(f"starting and seeding {name}")
            servers.append(held.enter_context(_other(name, program, directory)))
        for server in servers:
            server.calls = _prepared(server, directory)
        report.tables.append(_processes(servers))
        seen = _measure(load, servers, asked.rounds, asked.seconds, say)
        _check(servers[0], "ListTasks", {"cluster": CLUSTER}, "taskArns", TASKS)
        rss = resident_mib(servers[0].pid, alone=True)
    _report(report, seen, servers, rss)
    return report


def _measure(
    load: list[str], servers: list[Server], rounds: int, seconds: float, say: Say
) -> dict[str, dict[str, Seen]]:
    calls = list(servers[0].calls)
    seen = {call: {server.name: Seen() for server in servers} for call in calls}
    by_name = {server.name: server for server in servers}
    for number in range(rounds):
        say(f"round {number + 1} of {rounds}")
        for call in calls:
            for name in rotated(list(by_name), number):
                server, found = by_name[name], seen[call][name]
                one = _load(load, server, call, 1, seconds)
                found.p50.append(one.p50 / 1000)
                found.p99.append(one.p99 / 1000)
                found.alone.append(one.rate)
                found.eight.append(_load(load, server, call, 8, seconds).rate)
    return seen


def _load(command: list[str], server: Server, call: str, connections: int, seconds: float) -> Load:
    words = wrk.words(command, server.calls[call], server.url + "/", connections, seconds)
    try:
        return wrk.run(words)
    except CannotMeasure as problem:
        raise CannotMeasure(f"{server.name}, {call}: {problem}") from None


# What is said in the end


def _processes(servers: Sequence[Server]) -> Table:
    rows = tuple(
        (s.name, f"{s.started:.2f}", f"{resident_mib(s.pid, alone=True):.0f}") for s in servers
    )
    title = f"Started, with {SERVICES} services and {TASKS} tasks (memory: the process itself)"
    return Table(title, ("server", "first answer after s", "MiB resident"), rows)


def _report(
    report: Report, seen: dict[str, dict[str, Seen]], servers: list[Server], rss: float
) -> None:
    rows = []
    for call, found in seen.items():
        ours = found["seaway"]
        for name, s in found.items():
            times = statistics.median(ratios(ours.eight, s.eight))
            rows.append(
                (
                    call,
                    name,
                    spread(s.p50, ".2f"),
                    spread(s.p99, ".2f"),
                    spread(s.alone),
                    spread(s.eight),
                    "-" if name == "seaway" else f"{times:.1f}",
                )
            )
    columns = (
        "call", "server", "p50 ms, 1 connection", "p99 ms", "calls/s", "calls/s, 8 connections",
        "seaway ×",
    )  # fmt: skip
    title = f"ECS calls, {SERVICES} services and {TASKS} tasks: median (min-max) of the rounds"
    report.tables.append(Table(title, columns, tuple(rows)))
    report.samples = {
        call: {
            name: {"p50": s.p50, "p99": s.p99, "alone": s.alone, "eight": s.eight}
            for name, s in found.items()
        }
        for call, found in seen.items()
    }
    report.verdicts = _verdicts(seen, servers, rss)


def _verdicts(seen: dict[str, dict[str, Seen]], servers: list[Server], rss: float) -> list[Verdict]:
    verdicts = []
    for call, found in seen.items():
        durable = call.startswith("Register")
        if not durable:
            p50 = statistics.median(found["seaway"].p50)
            verdicts.append(Verdict(f"{call} p50", p50, 0.6, False, " ms"))
        if "ministack" in found:
            times = statistics.median(ratios(found["seaway"].eight, found["ministack"].eight))
            what = f"{call}, 8 connections, × ministack"
            verdicts.append(Verdict(what, times, 1 if durable else 5, True))
    verdicts.append(Verdict("start to first answer", servers[0].started, 1.0, False, " s"))
    verdicts.append(Verdict("memory after the run", rss, 150, False, " MiB"))
    return verdicts


# Requests


def _signed(server: Server, operation: str, body: str) -> dict[str, str]:
    headers = {
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": f"AmazonEC2ContainerServiceV20141113.{operation}",
    }
    request = AWSRequest("POST", server.url + "/", headers=headers, data=body)
    SigV4Auth(Credentials("test", "test"), "ecs", REGION).add_auth(request)
    return dict(request.headers.items()) | {"Host": f"127.0.0.1:{server.port}"}


def _call(server: Server, operation: str, request: dict[str, Any]) -> dict[str, Any]:
    """One call as wrk will make it. Raises CannotMeasure if the answer is not 200."""
    body = json.dumps(request)
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
    try:
        connection.request("POST", "/", body, _signed(server, operation, body))
        answer = connection.getresponse()
        said = answer.read()
    finally:
        connection.close()
    if answer.status != 200:
        raise CannotMeasure(f"{server.name} answers {operation} with {answer.status}: {said!r}")
    found: dict[str, Any] = json.loads(said)
    return found


def _check(
    server: Server, operation: str, request: dict[str, Any], member: str, count: int
) -> dict[str, Any]:
    answer = _call(server, operation, request)
    if len(answer[member]) != count:
        found = len(answer[member])
        raise CannotMeasure(f"{server.name}, {operation}: {found} {member}, not {count}")
    return answer


def _prepared(server: Server, directory: Path) -> dict[str, Path]:
    """The calls, tried once and written down for wrk."""
    arns = _check(server, "ListTasks", {"cluster": CLUSTER}, "taskArns", TASKS)["taskArns"]
    names = [f"service-{number}" for number in range(10)]
    few_services = {"cluster": CLUSTER, "services": names}
    few_tasks = {"cluster": CLUSTER, "tasks": arns[:10]}
    _check(server, "DescribeServices", few_services, "services", 10)
    _check(server, "DescribeTasks", few_tasks, "tasks", 10)
    calls = {
        "DescribeServices of 10": ("DescribeServices", few_services),
        "DescribeTasks of 10": ("DescribeTasks", few_tasks),
        "ListTasks": ("ListTasks", {"cluster": CLUSTER}),
        "RegisterTaskDefinition": ("RegisterTaskDefinition", definition("more")),
    }
    prepared = {}
    for number, (name, (operation, request)) in enumerate(calls.items()):
        body = json.dumps(request)
        post = Post(_signed(server, operation, body), body)
        prepared[name] = wrk.script(directory / f"{server.name}-{number}.lua", post)
    return prepared


def definition(family: str) -> dict[str, Any]:
    """A task definition as the demo's are: one container, a named port, logs."""
    return {
        "family": family,
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "cpu": "256",
        "memory": "512",
        "executionRoleArn": "arn:aws:iam::000000000000:role/ecsTaskExecutionRole",
        "containerDefinitions": [
            {
                "name": "cats",
                "image": "cats:1",
                "essential": True,
                "memory": 512,
                "portMappings": [
                    {"name": "cats-80-tcp", "containerPort": 80, "appProtocol": "http"}
                ],
                "environment": [{"name": "COLOUR", "value": "grey"}],
                "logConfiguration": {
                    "logDriver": "awslogs",
                    "options": {
                        "awslogs-group": "/ecs/cats",
                        "awslogs-region": REGION,
                        "awslogs-stream-prefix": "ecs",
                    },
                },
            }
        ],
    }


# Servers


def _client(server: Server, service: str = "ecs") -> Any:
    return boto3.client(
        service,
        endpoint_url=server.url,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": 1}),
    )


def _seed(server: Server) -> None:
    """A cluster, a task definition and the services, which want no tasks of their own."""
    ecs = _client(server)
    ecs.create_cluster(clusterName=CLUSTER)
    ecs.register_task_definition(**definition("cats"))
    network = _network(server)
    for number in range(SERVICES):
        ecs.create_service(
            cluster=CLUSTER,
            serviceName=f"service-{number}",
            taskDefinition="cats",
            desiredCount=0,
            launchType="FARGATE",
            networkConfiguration=network,
        )


def _network(server: Server) -> dict[str, Any]:
    """In what every account has from the beginning."""
    ec2 = _client(server, "ec2")
    subnet = ec2.describe_subnets()["Subnets"][0]
    of_vpc = {"Name": "vpc-id", "Values": [subnet["VpcId"]]}
    group = ec2.describe_security_groups(Filters=[of_vpc])["SecurityGroups"][0]
    place = {"subnets": [subnet["SubnetId"]], "securityGroups": [group["GroupId"]]}
    return {"awsvpcConfiguration": place}


def _run_tasks(server: Server) -> None:
    ecs = _client(server)
    network = _network(server)
    for _ in range(TASKS // 10):
        ecs.run_task(
            cluster=CLUSTER,
            taskDefinition="cats",
            count=10,
            launchType="FARGATE",
            networkConfiguration=network,
        )


@contextlib.contextmanager
def _seaway(directory: Path, report: Report) -> Iterator[Server]:
    """Seaway: `seaway up` where there is an engine, else its API alone."""
    data = directory / "seaway"
    port = PORTS["seaway"]
    whole = os.geteuid() == 0 and _engine()
    options = ["--data-dir", str(data), "--port", str(port)]
    command = [sys.executable, "-m", *(["seaway.cli", "up"] if whole else ["benchmarks.api_alone"])]
    if not whole:
        report.notes.append("Without root and an engine, only Seaway's API ran, not `seaway up`.")
    log = directory / "seaway.log"
    try:
        with _answering("seaway", [*command, *options], log) as server:
            _seed(server)
            first = server.started
        _add_tasks(data)
        with _answering("seaway", [*command, *options], log) as server:
            server.started = first
            yield server
    finally:
        if whole:
            down = [sys.executable, "-m", "seaway.cli", "down", "--data-dir", str(data)]
            subprocess.run(down, capture_output=True, check=False)


def _engine() -> bool:
    from seaway.cli.machine import engine_problem

    return engine_problem() is None


def _add_tasks(data: Path) -> None:
    """Running tasks straight into the store: on a host that is not here, so nobody looks."""
    store = SqliteStore(data / "seaway.db")
    store.open()
    home = f"{REGION}:000000000000"
    with store.transaction() as tx:
        for number in range(TASKS):
            tx.put(
                Task(
                    arn=f"arn:aws:ecs:{home}:task/{CLUSTER}/{number:032x}",
                    cluster=f"arn:aws:ecs:{home}:cluster/{CLUSTER}",
                    task_definition=f"arn:aws:ecs:{home}:task-definition/cats:1",
                    created_at=time.time(),
                    group="family:cats",
                    launch_type="FARGATE",
                    platform_version="1.4.0",
                    host="elsewhere",
                    zone="us-east-1a",
                    placed_at=time.time(),
                    last_status=TaskStatus.RUNNING,
                    containers=(
                        Container(
                            name="cats",
                            image="cats:1",
                            status=TaskStatus.RUNNING,
                            runtime_id=f"{number:032x}-0000000001",
                        ),
                    ),
                    connectivity_at=time.time(),
                    pull_started_at=time.time(),
                    pull_stopped_at=time.time(),
                    started_at=time.time(),
                )
            )
    store.close()


@contextlib.contextmanager
def _other(name: str, program: str, directory: Path) -> Iterator[Server]:
    log = directory / f"{name}.log"
    port = PORTS[name]
    if name == "moto":
        command, environment = [program, "-H", "127.0.0.1", "-p", str(port)], {}
    else:
        # No engine: its tasks are then rows in memory, as ours are here.
        command = [program]
        environment = {
            "GATEWAY_PORT": str(port),
            "MINISTACK_ACCOUNT_ID": "000000000000",
            "DOCKER_HOST": "unix:///nonexistent/docker.sock",
            "LOG_LEVEL": "ERROR",
        }
    with _answering(name, command, log, environment) as server:
        _seed(server)
        _run_tasks(server)
        yield server


@contextlib.contextmanager
def _answering(
    name: str, command: list[str], log: Path, environment: dict[str, str] | None = None
) -> Iterator[Server]:
    port = PORTS[name]
    if _answers(port):
        raise CannotMeasure(f"Port {port} is taken: stop what listens there.")
    with running(command, log, cwd=log.parent, environment=environment) as process:

        def answers() -> bool:
            if process.poll() is not None:
                raise CannotMeasure(f"{name} ended: {tail(log)}")
            if not _answers(port):
                return False
            with contextlib.suppress(OSError, http.client.HTTPException):
                _call(server, "ListClusters", {})
                return True
            return False

        server = Server(name, port, process.pid, 0.0)
        server.started = wait_for(answers, f"{name}: {tail(log)}", PATIENCE)
        yield server


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def _program(name: str, given: str | None, install: bool, say: Say) -> str | None:
    """Where the other server is; None if it isn't."""
    program, package = OTHERS[name]
    home = programs.cache_dir() / "venv"
    found = given or shutil.which(program) or shutil.which(program, path=str(home / "bin"))
    if found is None and install:
        say(f"installing {package} into {home}")
        if not home.exists():
            subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
        subprocess.run([str(home / "bin" / "pip"), "install", "-q", package], check=True)
        found = shutil.which(program, path=str(home / "bin"))
    return found


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    return command(parser(), run, arguments)


if __name__ == "__main__":
    sys.exit(main())
