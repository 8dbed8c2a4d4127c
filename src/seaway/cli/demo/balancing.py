"""Chapter five: the load balancer, its target groups and rules; and asking through it."""

from __future__ import annotations

import http.client
import socket
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from seaway.cli.demo.clients import Aws, found, tail
from seaway.cli.demo.names import BALANCER, PARTS, WEB, Part
from seaway.cli.demo.network import Network
from seaway.cli.demo.stage import Stage

HEALTH = {
    "HealthCheckIntervalSeconds": 5,
    "HealthCheckTimeoutSeconds": 2,
    "HealthyThresholdCount": 2,
    "UnhealthyThresholdCount": 2,
}
DRAIN_SECONDS = 5
BALANCER_SECONDS = 60.0
PROVE_SECONDS = 60.0
ASKED = 20
"""Requests that one look through the load balancer makes for each part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Balancer:
    """The load balancer; ``host`` is its name, or its address where the name does not resolve."""

    arn: str
    dns_name: str
    host: str


def ensure_balancer(aws: Aws, stage: Stage, network: Network) -> tuple[Balancer, dict[str, str]]:
    """The load balancer with its listener, and target group ARNs by part. Raises ClientError."""
    balancer = _ensure_load_balancer(aws, stage, network)
    groups = {part.name: _ensure_group(aws, stage, network, part) for part in PARTS}
    listener = _ensure_listener(aws, stage, balancer["LoadBalancerArn"], groups[WEB.name])
    _ensure_rules(aws, stage, listener, groups)
    arn, name = str(balancer["LoadBalancerArn"]), str(balancer["DNSName"])
    stage.wait(
        lambda: _active(aws, arn),
        seconds=BALANCER_SECONDS,
        late=f"The load balancer {BALANCER} is not active",
        where=f"aws elbv2 describe-load-balancers --names {BALANCER}",
    )
    stage.say(f"http://{name}")
    host = _reachable(aws, arn, name)
    if host != name:
        stage.say(f"by its address: http://{host}")
    return Balancer(arn=arn, dns_name=name, host=host), groups


def prove(stage: Stage, balancer: Balancer, tasks: int) -> None:
    """Every part answers through the load balancer, from so many tasks. Raises DemoFailed."""
    for part in PARTS:
        stage.shell(f"curl -si http://{balancer.host}{part.path} | grep -i -e ^HTTP -e X-Served-By")
        served = stage.wait(
            lambda part=part: _served(balancer.host, part, tasks),  # type: ignore[misc]
            seconds=PROVE_SECONDS,
            late=f"{part.path} is not answered by {tasks} tasks",
            where=f"aws elbv2 describe-target-health --target-group-arn {part.name}'s",
        )
        stage.say(f"{part.path} answers: {tally(served)}")


def tally(served: Mapping[str, int]) -> str:
    """How many answers came from whom."""
    total = sum(served.values())
    each = ", ".join(f"{count} from {who}" for who, count in sorted(served.items()))
    return f"{total} of {total} with 200 ({each})"


def ask(host: str, path: str, timeout: float = 5.0) -> tuple[int, str]:
    """One request: its status and who served it. Raises OSError, http.client.HTTPException."""
    connection = http.client.HTTPConnection(host, 80, timeout=timeout)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        return answer.status, answer.headers.get("X-Served-By", "nobody")
    finally:
        connection.close()


def _served(host: str, part: Part, tasks: int) -> tuple[Counter[str] | None, str]:
    served: Counter[str] = Counter()
    for _ in range(ASKED):
        try:
            status, who = ask(host, part.path)
        except (OSError, http.client.HTTPException) as error:
            return None, f"{part.path}: {error or type(error).__name__}"
        if status != 200:
            return None, f"{part.path}: HTTP {status}"
        served[who] += 1
    enough = len(served) >= tasks
    return (served if enough else None), f"{part.path}: {len(served)} of {tasks} tasks answer"


def _ensure_load_balancer(aws: Aws, stage: Stage, network: Network) -> dict[str, Any]:
    there = found(
        lambda: aws.elbv2.describe_load_balancers(Names=[BALANCER]), "LoadBalancerNotFound"
    )
    if there is None:
        there = stage.call(
            aws.elbv2,
            "create_load_balancer",
            Name=BALANCER,
            Subnets=list(network.subnets),
            SecurityGroups=[network.balancer_group],
        )
        stage.say(there["LoadBalancers"][0]["LoadBalancerArn"])
    else:
        stage.already(f"load balancer {BALANCER}")
    balancer: dict[str, Any] = there["LoadBalancers"][0]
    return balancer


def _ensure_group(aws: Aws, stage: Stage, network: Network, part: Part) -> str:
    there = found(
        lambda: aws.elbv2.describe_target_groups(Names=[part.name]), "TargetGroupNotFound"
    )
    if there is not None:
        stage.already(f"target group {part.name}")
        return str(there["TargetGroups"][0]["TargetGroupArn"])
    made = stage.call(
        aws.elbv2,
        "create_target_group",
        Name=part.name,
        Protocol="HTTP",
        Port=80,
        VpcId=network.vpc,
        TargetType="ip" if part.fargate else "instance",
        HealthCheckPath=part.path,
        **HEALTH,
    )
    arn = str(made["TargetGroups"][0]["TargetGroupArn"])
    drain = {"Key": "deregistration_delay.timeout_seconds", "Value": str(DRAIN_SECONDS)}
    stage.call(aws.elbv2, "modify_target_group_attributes", TargetGroupArn=arn, Attributes=[drain])
    return arn


def _ensure_listener(aws: Aws, stage: Stage, balancer: str, default: str) -> str:
    listeners = aws.elbv2.describe_listeners(LoadBalancerArn=balancer)["Listeners"]
    for listener in listeners:
        if listener["Port"] == 80:
            stage.already("listener on port 80")
            return str(listener["ListenerArn"])
    made = stage.call(
        aws.elbv2,
        "create_listener",
        LoadBalancerArn=balancer,
        Protocol="HTTP",
        Port=80,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": default}],
    )
    return str(made["Listeners"][0]["ListenerArn"])


def _ensure_rules(aws: Aws, stage: Stage, listener: str, groups: Mapping[str, str]) -> None:
    rules = aws.elbv2.describe_rules(ListenerArn=listener)["Rules"]
    there = {rule["Priority"] for rule in rules}
    for part in PARTS:
        if part.priority is None:
            continue
        pattern = f"/{part.name}*"
        if str(part.priority) in there:
            stage.already(f"rule {pattern}")
            continue
        stage.call(
            aws.elbv2,
            "create_rule",
            ListenerArn=listener,
            Priority=part.priority,
            Conditions=[{"Field": "path-pattern", "Values": [pattern]}],
            Actions=[{"Type": "forward", "TargetGroupArn": groups[part.name]}],
        )


def _active(aws: Aws, arn: str) -> tuple[bool | None, str]:
    balancer = aws.elbv2.describe_load_balancers(LoadBalancerArns=[arn])["LoadBalancers"][0]
    state: str = balancer["State"]["Code"]
    return (True if state == "active" else None), f"load balancer {BALANCER}: {state}"


def _reachable(aws: Aws, arn: str, name: str) -> str:
    """The load balancer's name if programs on this machine get there by it, else its address.

    The names are in the hosts file of the machine that Seaway runs on. curl and browsers don't
    look there for a name under .localhost: to them it is 127.0.0.1, whatever the file says.
    """
    described = f"ELB app/{BALANCER}/{tail(arn)}"
    answer = aws.ec2.describe_network_interfaces(
        Filters=[{"Name": "description", "Values": [described]}]
    )
    addresses = [str(i["PrivateIpAddress"]) for i in answer["NetworkInterfaces"]]
    resolved = set() if name.endswith(".localhost") else _resolved(name)
    if resolved and (not addresses or resolved & set(addresses)):
        return name
    return addresses[0] if addresses else name


def _resolved(name: str) -> set[str]:
    try:
        found = socket.getaddrinfo(name, 80, socket.AF_INET, socket.SOCK_STREAM)
    except OSError:
        return set()
    return {str(address[0]) for *_, address in found}
