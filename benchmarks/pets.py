"""A whole Seaway with the demo's town, and a service ``pets`` in it that is to be disturbed.

Pets answers through the load balancer's port 8080 and, in Service Connect, as ``http://pets``.
"""

from __future__ import annotations

import io
import json
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks.processes import CannotMeasure
from seaway.cli.demo.clients import Aws, connect
from seaway.cli.demo.definitions import TAG
from seaway.cli.demo.names import BALANCER, CATS, CLUSTER, DOGS, PROVIDER
from seaway.cli.demo.services import tasks_of
from seaway.cli.demo.stage import Stage
from seaway.cli.demo.walk import PREPARING, Walk
from seaway.cli.up import start_detached
from seaway.settings import Settings

NAME = "pets"
PORT = 8080
DRAIN_SECONDS = 3
PATIENCE = 180.0
PATH = "/cats/whoami"
PROXY_LOG = "/ecs/proxy"
ROOT = Path(__file__).parents[1]

SCRIPTS = {
    "polite": None,
    # Hears no signal: it is killed when its stopTimeout is over.
    "deaf": "trap '' TERM QUIT; nginx -g 'daemon off;'",
    # Ends at the first signal with everything in its hands.
    "brittle": "nginx -g 'daemon off;' & trap 'kill -9 $!; exit 1' TERM QUIT; wait",
}
"""What the container runs, by how it stops; None = the image's own command."""


@dataclass(slots=True)
class Count:
    """Requests asked and what failed of them."""

    asked: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    """Milliseconds."""

    def add(self, told: dict[str, Any]) -> None:
        """What a program of callers has told."""
        self.asked += told["asked"]
        self.failures.update(told["failures"])
        self.slowest = max(self.slowest, told["slowest_ms"])


class Callers:
    """A program of callers (``benchmarks.steady_calls``), on the machine or in a namespace."""

    def __init__(self, address: str, port: int, host: str, path: str, rate: int, inside: str):
        words = [sys.executable, "-m", "benchmarks.steady_calls", address, str(port), host, path]
        entered = ["nsenter", f"--net={inside}"] if inside else []
        self._process = subprocess.Popen(
            [*entered, *words, "--rate", str(rate)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
        )

    def told(self) -> dict[str, Any]:
        """What became of the requests since the last time. Raises CannotMeasure."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(b"\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise CannotMeasure("the callers have ended")
        told: dict[str, Any] = json.loads(line)
        return told

    def end(self) -> None:
        """Let it go."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(20)


@dataclass(slots=True)
class Pets:
    """The service and what is around it."""

    aws: Aws
    vpc: str
    uri: str
    role: str
    balancer: str
    address: str
    rule: str = ""
    groups: tuple[str, str] = ("", "")

    # made once

    def prepare(self) -> None:
        """Two target groups, and a rule on a listener of their own that shares them out 1:0."""
        elbv2 = self.aws.elbv2
        groups = []
        for name in (f"{NAME}-blue", f"{NAME}-green"):
            made = elbv2.create_target_group(
                Name=name,
                Protocol="HTTP",
                Port=80,
                VpcId=self.vpc,
                TargetType="instance",
                HealthCheckPath="/cats/",
                HealthCheckIntervalSeconds=5,
                HealthCheckTimeoutSeconds=2,
                HealthyThresholdCount=2,
                UnhealthyThresholdCount=2,
            )
            groups.append(made["TargetGroups"][0]["TargetGroupArn"])
            drain = {"Key": "deregistration_delay.timeout_seconds", "Value": str(DRAIN_SECONDS)}
            elbv2.modify_target_group_attributes(TargetGroupArn=groups[-1], Attributes=[drain])
        self.groups = (groups[0], groups[1])
        answer = {"StatusCode": "404", "ContentType": "text/plain"}
        listener = elbv2.create_listener(
            LoadBalancerArn=self.balancer,
            Protocol="HTTP",
            Port=PORT,
            DefaultActions=[{"Type": "fixed-response", "FixedResponseConfig": answer}],
        )["Listeners"][0]["ListenerArn"]
        rule = elbv2.create_rule(
            ListenerArn=listener,
            Priority=1,
            Conditions=[{"Field": "path-pattern", "Values": ["/*"]}],
            Actions=[forward(self.groups, (1, 0))],
        )
        self.rule = rule["Rules"][0]["RuleArn"]

    def define(self, kind: str) -> None:
        """A revision whose container stops in this way."""
        script = SCRIPTS[kind]
        container: dict[str, Any] = {
            "name": NAME,
            "image": f"{self.uri}:{TAG}",
            "portMappings": [
                {"containerPort": 80, "hostPort": 0, "name": NAME, "appProtocol": "http"}
            ],
            "stopTimeout": 2,
            "environment": [{"name": "BORN", "value": str(time.time())}],
        }
        if script is not None:
            container |= {"entryPoint": ["sh", "-c"], "command": [script]}
        self.aws.ecs.register_task_definition(
            family=NAME,
            networkMode="bridge",
            cpu="128",
            memory="128",
            executionRoleArn=self.role,
            containerDefinitions=[container],
        )

    def create(self) -> None:
        """The service, with two tasks, behind both doors."""
        alias = {"port": 80, "dnsName": NAME}
        offered = [{"portName": NAME, "clientAliases": [alias]}]
        target = {
            "targetGroupArn": self.groups[0],
            "containerName": NAME,
            "containerPort": 80,
            "advancedConfiguration": {
                "alternateTargetGroupArn": self.groups[1],
                "productionListenerRule": self.rule,
                "roleArn": self.role,
            },
        }
        self.aws.ecs.create_service(
            cluster=CLUSTER,
            serviceName=NAME,
            taskDefinition=NAME,
            desiredCount=2,
            capacityProviderStrategy=[{"capacityProvider": PROVIDER, "weight": 1}],
            loadBalancers=[target],
            serviceConnectConfiguration={"enabled": True, "services": offered},
        )

    # asked

    def service(self) -> dict[str, Any]:
        """What DescribeServices says of it."""
        (found,) = self.aws.ecs.describe_services(cluster=CLUSTER, services=[NAME])["services"]
        service: dict[str, Any] = found
        return service

    def tasks(self) -> list[dict[str, Any]]:
        """Its tasks that have not stopped, the stopping ones too."""
        arns: list[str] = []
        for status in ("RUNNING", "STOPPED"):
            arns += self.aws.ecs.list_tasks(
                cluster=CLUSTER, serviceName=NAME, desiredStatus=status
            )["taskArns"]
        found: list[dict[str, Any]] = []
        for first in range(0, len(arns), 100):
            part = arns[first : first + 100]
            found += self.aws.ecs.describe_tasks(cluster=CLUSTER, tasks=part)["tasks"]
        return [task for task in found if task["lastStatus"] != "STOPPED"]

    def settled(self) -> bool:
        """One deployment, as many tasks as wanted, all running, none still leaving."""
        service = self.service()
        tasks = self.tasks()
        return (
            len(service["deployments"]) == 1
            and service["deployments"][0].get("rolloutState", "COMPLETED") != "IN_PROGRESS"
            and service["runningCount"] == service["desiredCount"] == len(tasks)
            and all(task["lastStatus"] == "RUNNING" for task in tasks)
        )

    def settle(self) -> None:
        """Wait for it. Raises CannotMeasure with the service's own last words."""
        self.until(self.settled, "pets is not steady")

    def until(self, holds: Callable[[], bool], late: str) -> None:
        """Wait until something holds. Raises CannotMeasure."""
        end = time.monotonic() + PATIENCE
        while not holds():
            if time.monotonic() > end:
                events = [event["message"] for event in self.service()["events"][:6]]
                raise CannotMeasure(f"{late} after {PATIENCE:.0f} s: {'; '.join(events)}")
            time.sleep(0.3)

    # changed

    def change(self, **fields: Any) -> None:
        """UpdateService."""
        self.aws.ecs.update_service(cluster=CLUSTER, service=NAME, **fields)

    def watch(self) -> None:
        """Have the callers' proxy log each request, to tell why one failed."""
        ecs = self.aws.ecs
        (dogs,) = ecs.describe_services(cluster=CLUSTER, services=[DOGS.name])["services"]
        connect = dogs["deployments"][0]["serviceConnectConfiguration"]
        options = {
            "awslogs-group": PROXY_LOG,
            "awslogs-create-group": "true",
            "awslogs-region": self.aws.region,
            "awslogs-stream-prefix": "proxy",
        }
        logged = {
            "logConfiguration": {"logDriver": "awslogs", "options": options},
            "accessLogConfiguration": {"format": "JSON"},
        }
        ecs.update_service(
            cluster=CLUSTER,
            service=DOGS.name,
            serviceConnectConfiguration={**connect, **logged},
        )
        waiter = ecs.get_waiter("services_stable")
        waiter.wait(
            cluster=CLUSTER, services=[DOGS.name], WaiterConfig={"Delay": 1, "MaxAttempts": 90}
        )

    def failed(self) -> list[str]:
        """What the callers' proxy has logged of requests that failed."""
        pages = self.aws.logs.get_paginator("filter_log_events").paginate(
            logGroupName=PROXY_LOG, filterPattern="{ $.response_code = 503 }"
        )
        return [event["message"] for page in pages for event in page["events"]]

    @contextmanager
    def callers(self, rate: int) -> Iterator[tuple[Callers, Callers]]:
        """Callers through the load balancer, and through Service Connect from a task of dogs.

        That one is on Fargate, so no drained instance takes it along.
        """
        sandbox, address = self._inside()
        balanced = Callers(self.address, PORT, "pets.example", PATH, rate, "")
        connected = Callers(address, 80, NAME, PATH, rate, sandbox)
        try:
            yield balanced, connected
        finally:
            balanced.end()
            connected.end()

    def _inside(self) -> tuple[str, str]:
        """The network namespace of a task of dogs, and the address it calls pets by."""
        task = tasks_of(self.aws, DOGS)[0]
        (described,) = self.aws.ecs.describe_tasks(cluster=CLUSTER, tasks=[task])["tasks"]
        container = next(c for c in described["containers"] if c["name"] == DOGS.name)
        form = "{{.State.Pid}}"
        pid = _docker("inspect", "-f", form, container["runtimeId"]).strip()

        def address() -> str:
            hosts = _docker("exec", container["runtimeId"], "cat", "/etc/hosts")
            found = [line.split()[0] for line in hosts.splitlines() if line.split()[1:] == [NAME]]
            return next((word for word in found if "." in word), "")

        self.until(lambda: bool(address()), "dogs does not know pets")
        return f"/proc/{pid}/ns/net", address()


def forward(groups: tuple[str, str], weights: tuple[int, int]) -> dict[str, Any]:
    """A rule's action that shares requests out between two groups."""
    shares = [
        {"TargetGroupArn": group, "Weight": weight}
        for group, weight in zip(groups, weights, strict=True)
    ]
    return {"Type": "forward", "ForwardConfig": {"TargetGroups": shares}}


def _docker(*words: str) -> str:
    return subprocess.run(["docker", *words], capture_output=True, text=True, check=True).stdout


@contextmanager
def a_town(directory: Path, say: Callable[[str], None]) -> Iterator[Pets]:
    """A Seaway with the demo's town; all gone afterwards. Raises CannotMeasure."""
    with (
        socket.create_server(("127.0.0.1", 0)) as one,
        socket.create_server(("127.0.0.1", 0)) as two,
    ):
        port, dns_port = one.getsockname()[1], two.getsockname()[1]
    settings = Settings(data_dir=directory / "data", port=port, dns_port=dns_port)
    say("starting Seaway and the demo's town")
    start_detached(settings)
    try:
        aws = connect(settings.url, settings.region)
        shown = io.StringIO()
        stage = Stage(Console(file=shown, width=120), steps=PREPARING)
        try:
            Walk(aws, stage, base_image=None, cidr=None).prepare()
        except Exception as failed:
            raise CannotMeasure(f"{failed}\n{shown.getvalue()[-1500:]}") from failed
        yield _pets(aws)
    finally:
        words = ("down", "--data-dir", str(settings.data_dir))
        subprocess.run([sys.executable, "-m", "seaway.cli", *words], check=False, stdout=sys.stderr)


def _pets(aws: Aws) -> Pets:
    balancer = aws.elbv2.describe_load_balancers(Names=[BALANCER])["LoadBalancers"][0]
    definition = aws.ecs.describe_task_definition(taskDefinition=CATS.family)["taskDefinition"]
    pets = Pets(
        aws=aws,
        vpc=balancer["VpcId"],
        uri=definition["containerDefinitions"][0]["image"].rpartition(":")[0],
        role=definition["executionRoleArn"],
        balancer=balancer["LoadBalancerArn"],
        address=socket.gethostbyname(balancer["DNSName"]),
    )
    pets.prepare()
    return pets
