"""A whole Seaway in a process of its own, as `seaway up` starts it, told to by boto3 alone."""

from __future__ import annotations

import asyncio
import base64
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pytest
from aiodocker import Docker

from seaway.cli.demo import images
from seaway.cli.demo.clients import Aws, connect, tail
from seaway.cli.demo.trial import Outcome, read_outcome
from seaway.cli.process import ask
from seaway.machine import installation_of
from seaway.settings import Settings

T = TypeVar("T")

EXAMPLES = Path(__file__).parents[2] / "examples" / "catsdogs"
CLUSTER = "story"
NAMESPACE = "story.local"
PATIENCE = 90.0
QUICKLY = {"Delay": 1, "MaxAttempts": 90}
"""Boto3's waiters look every 6 to 15 seconds; nothing here takes that long."""
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "ecs-tasks.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
)
OUTCOME = r"%{http_code} %{exitcode}\n"

needs_machine = [
    pytest.mark.live,
    pytest.mark.skipif(
        os.geteuid() != 0 or shutil.which("docker") is None, reason="needs root and Docker Engine"
    ),
]


def eventually(look: Callable[[], T | None], what: str, seconds: float = PATIENCE) -> T:
    """The first thing ``look`` finds that is something."""
    end = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < end, f"after {seconds:.0f} s: {what}"
        time.sleep(0.1)


def docker(*arguments: str) -> str:
    """What the docker program prints."""
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"docker {' '.join(arguments)}: {done.stderr or done.stdout}"
    return done.stdout


class Site:
    """One Seaway: its process, its data directory, its clients."""

    def __init__(self) -> None:
        # Short, as unix sockets lie in it.
        self.directory = Path(tempfile.mkdtemp(prefix="sw-", dir="/tmp"))
        any_port = ("127.0.0.1", 0)
        with socket.create_server(any_port) as free, socket.create_server(any_port) as other:
            port, dns_port = free.getsockname()[1], other.getsockname()[1]
        self.settings = Settings(data_dir=self.directory / "data", port=port, dns_port=dns_port)
        self.log = self.directory / "up.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.aws: Aws = connect(self.settings.url, self.settings.region)

    @property
    def scope(self) -> str:
        return installation_of(self.settings.data_dir)

    @property
    def environment(self) -> dict[str, str]:
        """What `seaway` is called with to mean this one."""
        return {**os.environ, "SEAWAY_DATA_DIR": str(self.settings.data_dir)}

    def cli(self, *arguments: str, typed: str | None = None) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "seaway.cli", *arguments]
        return subprocess.run(
            command,
            input=typed,
            stdin=subprocess.DEVNULL if typed is None else None,
            capture_output=True,
            text=True,
            env=self.environment,
            check=False,
        )

    def program(self) -> list[str]:
        """The command that starts it, by the settings in the environment."""
        return [sys.executable, "-m", "seaway.cli", "up"]

    def start(self) -> float:
        """Start and wait for the first answer; the seconds that took."""
        began = time.monotonic()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.program(),
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                env={
                    **os.environ,
                    "SEAWAY_DATA_DIR": str(self.settings.data_dir),
                    "SEAWAY_PORT": str(self.settings.port),
                    "SEAWAY_DNS_PORT": str(self.settings.dns_port),
                },
            )
        while ask(self.settings.url, timeout=0.5) is None:
            assert self.process.poll() is None, self.log.read_text()[-3000:]
            assert time.monotonic() < began + 30, self.log.read_text()[-3000:]
            time.sleep(0.02)
        return time.monotonic() - began

    def kill(self) -> None:
        """As a power cut of the control plane alone."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def kill_proxy(self) -> int:
        """Kill Envoy; gives its process id."""
        # 0 until it has been found or started; and 0 is everybody's group to kill().
        pid = eventually(lambda: int(self.status()["proxy"]["pid"]), "there is a proxy")
        os.kill(pid, signal.SIGKILL)
        return pid

    def status(self) -> dict[str, Any]:
        said = ask(self.settings.url)
        assert said is not None, "Seaway does not answer"
        return said

    def down(self, *arguments: str) -> None:
        """`seaway down`."""
        done = self.cli("down", *arguments)
        if self.process is not None:
            self.process.wait(20)
        assert done.returncode == 0, done.stderr

    def end(self) -> None:
        """`seaway down`, and nothing is left."""
        try:
            self.down()
            self.check_nothing_left()
        finally:
            shutil.rmtree(self.directory, ignore_errors=True)

    def check_nothing_left(self) -> None:
        label = f"label=seaway.installation={self.scope}"
        assert docker("ps", "-aq", "--filter", label) == ""
        assert docker("network", "ls", "-q", "--filter", label) == ""
        assert docker("volume", "ls", "-q", "--filter", label) == ""
        assert self.scope not in Path("/etc/hosts").read_text()
        assert list(Path("/sys/fs/cgroup").glob(f"*/seaway/{self.scope}")) == []
        for ours in (self.settings.proxy_dir / "envoy.json", self.settings.dns_dir / "book.json"):
            name = str(ours).encode()
            assert not [p for p in Path("/proc").glob("[0-9]*") if name in _command(p)]
        mounts = Path("/proc/self/mountinfo").read_text()
        assert str(self.settings.data_dir) not in mounts
        assert not self.settings.data_dir.exists(), list(self.settings.data_dir.rglob("*"))

    def errors(self) -> list[str]:
        """What the control plane's log complains of."""
        lines = self.log.read_text().splitlines()
        found = [line for line in lines if " ERROR " in line or "Traceback" in line]
        # One of those that are on the machine at a time has the machine's own names.
        return [line for line in found if "serve another Seaway on this machine" not in line]


def _command(process: Path) -> bytes:
    try:
        return (process / "cmdline").read_bytes()
    except OSError:
        return b""


@contextmanager
def a_site() -> Iterator[Site]:
    """A Seaway that is up; down, with nothing left, afterwards."""
    site = Site()
    site.start()
    try:
        yield site
    except BaseException:
        print(site.log.read_text()[-6000:])
        raise
    finally:
        site.end()


@dataclass
class Town:
    """A network, images, a cluster with capacity: what services need."""

    site: Site
    vpc: str
    subnets: list[str]
    uris: dict[str, str]
    role: str
    balancer: dict[str, Any] = field(default_factory=dict)
    listener: str = ""
    groups: dict[str, str] = field(default_factory=dict)

    @property
    def aws(self) -> Aws:
        return self.site.aws

    # asking

    def service(self, name: str) -> dict[str, Any]:
        services = self.aws.ecs.describe_services(cluster=CLUSTER, services=[name])["services"]
        assert services, f"no service {name}"
        found: dict[str, Any] = services[0]
        return found

    def tasks(self, service: str) -> list[dict[str, Any]]:
        """The service's running tasks."""
        arns = self.aws.ecs.list_tasks(cluster=CLUSTER, serviceName=service)["taskArns"]
        if not arns:
            return []
        described = self.aws.ecs.describe_tasks(cluster=CLUSTER, tasks=arns)["tasks"]
        return [task for task in described if task["lastStatus"] == "RUNNING"]

    def task(self, arn: str) -> dict[str, Any]:
        found: dict[str, Any] = self.aws.ecs.describe_tasks(cluster=CLUSTER, tasks=[arn])["tasks"][
            0
        ]
        return found

    def stable(self, *services: str) -> None:
        waiter = self.aws.ecs.get_waiter("services_stable")
        try:
            waiter.wait(cluster=CLUSTER, services=list(services), WaiterConfig=QUICKLY)
        except Exception:
            for name in services:
                print(json.dumps(self.service(name)["events"], indent=1, default=str))
                print(json.dumps(self.service(name)["deployments"], indent=1, default=str))
            raise

    def healthy(self, *names: str) -> None:
        """All targets are in service: what services_stable does not wait for."""
        waiter = self.aws.elbv2.get_waiter("target_in_service")
        for name in names:
            waiter.wait(TargetGroupArn=self.groups[name], WaiterConfig=QUICKLY)

    # making

    def definition(
        self, name: str, *, fargate: bool = False, family: str | None = None, **more: Any
    ) -> str:
        """A task definition of one nginx that offers port 80 by its own name."""
        mapping = {"name": name, "containerPort": 80, "protocol": "tcp", "appProtocol": "http"}
        container = {
            "name": name,
            "image": f"{self.uris[name]}:latest",
            "essential": True,
            "portMappings": [mapping if fargate else {**mapping, "hostPort": 0}],
            **more,
        }
        answer = self.aws.ecs.register_task_definition(
            family=family or name,
            requiresCompatibilities=["FARGATE" if fargate else "EC2"],
            networkMode="awsvpc" if fargate else "bridge",
            cpu="256",
            memory="512",
            executionRoleArn=self.role,
            containerDefinitions=[container],
        )
        return str(answer["taskDefinition"]["taskDefinitionArn"])

    def create_service(self, name: str, *, fargate: bool = False, **more: Any) -> dict[str, Any]:
        wanted: dict[str, Any] = {
            "cluster": CLUSTER,
            "serviceName": name,
            "taskDefinition": name,
            "desiredCount": 2,
            "launchType": "FARGATE" if fargate else "EC2",
            **more,
        }
        if fargate:
            wanted["networkConfiguration"] = {"awsvpcConfiguration": {"subnets": self.subnets}}
        if name in self.groups:
            target = {"containerName": name, "containerPort": 80}
            wanted["loadBalancers"] = [{"targetGroupArn": self.groups[name], **target}]
        created: dict[str, Any] = self.aws.ecs.create_service(**wanted)["service"]
        return created

    def connect(self, name: str, *, client_only: bool = False) -> None:
        """Service Connect on, by a new deployment."""
        wanted: dict[str, Any] = {"enabled": True}
        if not client_only:
            alias = {"port": 80, "dnsName": name}
            wanted["services"] = [{"portName": name, "clientAliases": [alias]}]
        self.aws.ecs.update_service(
            cluster=CLUSTER, service=name, serviceConnectConfiguration=wanted
        )

    # going there

    @property
    def door(self) -> str:
        """The load balancer's address: the machine knows it by name, containers need not."""
        return socket.gethostbyname(self.balancer["DNSName"])

    def get(self, path: str, host: str | None = None) -> tuple[int, str]:
        """One request through the load balancer: status and body."""
        connection = http.client.HTTPConnection(host or self.balancer["DNSName"], 80, timeout=5)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def inside(self, task: str, command: str) -> str:
        """What a shell command prints in the first container of a task."""
        return docker("exec", self.container(task), "sh", "-c", command)

    def container(self, task: str) -> str:
        return str(self.task(task)["containers"][0]["runtimeId"])


def a_town(site: Site, names: Sequence[str] = ("web", "cats", "dogs")) -> Town:
    """A VPC with two subnets, images in ECR, a cluster with two instances and a load balancer."""
    aws = site.aws
    # Two of these may be on one machine at a time.
    octet = 110 + os.getpid() % 90
    vpc = aws.ec2.create_vpc(CidrBlock=f"10.{octet}.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        aws.ec2.create_subnet(
            VpcId=vpc, CidrBlock=f"10.{octet}.{number}.0/24", AvailabilityZone=f"us-east-1{zone}"
        )["Subnet"]["SubnetId"]
        for number, zone in ((1, "a"), (2, "b"))
    ]
    role = aws.iam.create_role(RoleName="execution", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    town = Town(site=site, vpc=vpc, subnets=subnets, uris=ship(site, names), role=role)
    aws.ecs.create_cluster(clusterName=CLUSTER, serviceConnectDefaults={"namespace": NAMESPACE})
    _capacity(town)
    return town


def ship(site: Site, names: Sequence[str]) -> dict[str, str]:
    """The examples' images, built and pushed: repository URIs by name."""
    ecr = site.aws.ecr
    uris = {
        name: str(ecr.create_repository(repositoryName=name)["repository"]["repositoryUri"])
        for name in names
    }
    login = ecr.get_authorization_token()["authorizationData"][0]["authorizationToken"]
    user, _, password = base64.b64decode(login).decode().partition(":")

    async def shipped() -> None:
        async with Docker() as engine:
            base = await images.ensure_base(engine, print)
            for name, uri in uris.items():
                local = f"seaway-story-{name}"
                await images.build(engine, local, EXAMPLES / name, base, lambda _: None)
                await images.push(
                    engine, local, uri, "latest", lambda _: None, user=user, password=password
                )

    eventually(lambda: _resolves(next(iter(uris.values()))), "the registry's name resolves")
    asyncio.run(shipped())
    return uris


def _resolves(uri: str) -> str | None:
    try:
        return socket.gethostbyname(uri.partition("/")[0].partition(":")[0])
    except OSError:
        return None


def _capacity(town: Town) -> None:
    """Two instances that join by their user data."""
    join = f"#!/bin/bash\necho ECS_CLUSTER={CLUSTER} >> /etc/ecs/ecs.config\n"
    for subnet in town.subnets:
        town.aws.ec2.run_instances(
            ImageId="resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended",
            InstanceType="m5.large",
            MinCount=1,
            MaxCount=1,
            SubnetId=subnet,
            UserData=join,
        )
    joined = town.aws.ecs.list_container_instances
    eventually(
        lambda: len(joined(cluster=CLUSTER)["containerInstanceArns"]) == 2, "two instances joined"
    )


def balance(town: Town, names: Sequence[str]) -> None:
    """A load balancer that leads /NAME* to each, and everything else to the first."""
    elb = town.aws.elbv2
    town.balancer = elb.create_load_balancer(Name="door", Subnets=town.subnets)["LoadBalancers"][0]
    for name in names:
        group = elb.create_target_group(
            Name=name,
            Protocol="HTTP",
            Port=80,
            VpcId=town.vpc,
            TargetType="ip" if name == "dogs" else "instance",
            HealthCheckPath="/whoami",
            HealthCheckIntervalSeconds=5,
            HealthCheckTimeoutSeconds=2,
            HealthyThresholdCount=2,
            UnhealthyThresholdCount=2,
        )["TargetGroups"][0]["TargetGroupArn"]
        town.groups[name] = group
    listener = elb.create_listener(
        LoadBalancerArn=town.balancer["LoadBalancerArn"],
        Protocol="HTTP",
        Port=80,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": town.groups[names[0]]}],
    )["Listeners"][0]
    town.listener = listener["ListenerArn"]
    for priority, name in enumerate(names[1:], 1):
        elb.create_rule(
            ListenerArn=town.listener,
            Priority=priority,
            Conditions=[{"Field": "path-pattern", "Values": [f"/{name}", f"/{name}/*"]}],
            Actions=[{"Type": "forward", "TargetGroupArn": town.groups[name]}],
        )
    elb.get_waiter("load_balancer_available").wait(Names=["door"], WaiterConfig=QUICKLY)


class Traffic:
    """Requests at a steady rate from inside a container, until told to stop."""

    def __init__(self, container: str, url: str, rate: int = 120) -> None:
        self._container = container
        self._flag = f"/tmp/traffic-{abs(hash(url))}"
        # A batch uses one connection; the next one opens another.
        batch = (
            f"curl -s -o /dev/null --rate {rate}/s --max-time 10 -w '{OUTCOME}' "
            f"'{url}?[1-{rate // 2}]'"
        )
        script = f"touch {self._flag}; while [ -e {self._flag} ]; do {batch}; done"
        self.began = time.monotonic()
        self._process = subprocess.Popen(
            ["docker", "exec", container, "sh", "-c", script], stdout=subprocess.PIPE, text=True
        )

    def stop(self) -> Outcome:
        docker("exec", self._container, "rm", "-f", self._flag)
        printed, _ = self._process.communicate(timeout=30)
        self.seconds = time.monotonic() - self.began
        return read_outcome(printed.splitlines())


@contextmanager
def under_traffic(container: str, **urls: str) -> Iterator[dict[str, Outcome]]:
    """Traffic to each URL while the block runs; the outcomes are there afterwards."""
    streams = {name: Traffic(container, url) for name, url in urls.items()}
    outcomes: dict[str, Outcome] = {}
    began = time.monotonic()
    try:
        time.sleep(1.0)  # let it flow before anything is changed
        yield outcomes
        time.sleep(1.0)
    finally:
        outcomes.update({name: stream.stop() for name, stream in streams.items()})
        for name, outcome in outcomes.items():
            took = time.monotonic() - began
            print(f"{name}: {outcome} in {took:.1f} s ({outcome.asked / took:.0f}/s)")


def who(lines: str) -> Counter[str]:
    """Who answered /whoami how often, by "NAME HOST ADDRESS" lines."""
    return Counter(line.split()[1] for line in lines.splitlines() if len(line.split()) == 3)


__all__ = ["Site", "Town", "a_site", "a_town", "balance", "eventually", "tail", "under_traffic"]
