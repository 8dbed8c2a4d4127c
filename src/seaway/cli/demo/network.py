"""Chapter one: the network, made by a CloudFormation stack."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seaway.cli.demo.clients import Aws, found
from seaway.cli.demo.equivalent import FromFile
from seaway.cli.demo.failure import DemoFailed
from seaway.cli.demo.names import STACK, examples
from seaway.cli.demo.stage import Stage

DEFAULT_CIDR = "10.75.0.0/16"
CANDIDATES = tuple(f"10.{n}.0.0/16" for n in range(75, 100))
ROUTES = Path("/proc/net/route")
STACK_SECONDS = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """The stack's outputs: ids, and the instance profile's name."""

    vpc: str
    subnets: tuple[str, ...]
    balancer_group: str
    service_group: str
    instance_profile: str


def ensure_network(aws: Aws, stage: Stage, cidr: str | None) -> Network:
    """The stack's network, made now or earlier; without a CIDR with one that is free here.

    Raises DemoFailed, ClientError.
    """
    stack = _stack(aws)
    if stack is None:
        cidr = cidr or free_cidr(ROUTES.read_text() if ROUTES.exists() else "")
        stage.call(
            aws.cloudformation,
            "create_stack",
            StackName=STACK,
            TemplateBody=FromFile(examples() / "network.yaml"),
            **({} if cidr == DEFAULT_CIDR else {"Parameters": parameters(cidr)}),
            Capabilities=["CAPABILITY_IAM"],
        )
        stage.command(aws.cloudformation, "describe_stacks", StackName=STACK)
    else:
        stage.already(f"stack {STACK}")
    network = stage.wait(
        lambda: _look(aws),
        seconds=STACK_SECONDS,
        late=f"The stack {STACK} is not complete",
        where=f"aws cloudformation describe-stack-events --stack-name {STACK}",
    )
    resources = aws.cloudformation.describe_stack_resources(StackName=STACK)["StackResources"]
    stage.say(f"{len(resources)} resources; {network.vpc} with {' and '.join(network.subnets)}")
    return network


def free_cidr(routes: str) -> str:
    """The first candidate that overlaps no route of this machine; as in /proc/net/route.

    A VPC becomes a network of this machine, and two of those can't have the same addresses.
    """
    taken = [
        network for line in routes.splitlines()[1:] if (network := _routed(line)).prefixlen > 0
    ]
    for candidate in CANDIDATES:
        block = ipaddress.IPv4Network(candidate)
        if not any(block.overlaps(network) for network in taken):
            return candidate
    return DEFAULT_CIDR


def _routed(line: str) -> ipaddress.IPv4Network:
    """Where a line of the routing table leads: its second and eighth words, bytes reversed."""
    words = line.split()
    address, mask = (bytes.fromhex(words[i])[::-1] for i in (1, 7))
    return ipaddress.IPv4Network((address, int.from_bytes(mask).bit_count()))


def parameters(cidr: str) -> list[dict[str, str]]:
    """The template's parameters for other addresses than its own. Raises DemoFailed."""
    try:
        block = ipaddress.IPv4Network(cidr)
        first, second, *_ = block.subnets(prefixlen_diff=4)
    except ValueError as wrong:
        raise DemoFailed(f"{cidr} can't be the network's addresses: {wrong}.") from wrong
    values = {"VpcCidr": block, "FirstCidr": first, "SecondCidr": second}
    return [{"ParameterKey": k, "ParameterValue": str(v)} for k, v in values.items()]


def _stack(aws: Aws) -> dict[str, Any] | None:
    answer = found(lambda: aws.cloudformation.describe_stacks(StackName=STACK), "ValidationError")
    living = [s for s in (answer or {"Stacks": []})["Stacks"] if s["StackStatus"] != _GONE]
    return living[0] if living else None


_GONE = "DELETE_COMPLETE"


def _look(aws: Aws) -> tuple[Network | None, str]:
    stack = _stack(aws)
    if stack is None:
        raise DemoFailed(f"The stack {STACK} is gone.")
    status: str = stack["StackStatus"]
    if status in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        return _network(stack), status
    if "ROLLBACK" in status or "FAILED" in status:
        raise DemoFailed(
            f"The stack {STACK} is {status}: {_reason(aws, stack)}",
            f"aws cloudformation describe-stack-events --stack-name {STACK}",
            "seaway demo --clean takes it away.",
        )
    return None, f"stack {STACK}: {status}"


def _reason(aws: Aws, stack: dict[str, Any]) -> str:
    events = aws.cloudformation.describe_stack_events(StackName=STACK)["StackEvents"]
    failed = [e for e in events if e["ResourceStatus"].endswith("_FAILED")]
    first = failed[-1] if failed else stack
    return str(first.get("ResourceStatusReason") or first.get("StackStatusReason", "no reason"))


def _network(stack: dict[str, Any]) -> Network:
    outputs = {o["OutputKey"]: str(o["OutputValue"]) for o in stack["Outputs"]}
    return Network(
        vpc=outputs["Vpc"],
        subnets=(outputs["FirstSubnet"], outputs["SecondSubnet"]),
        balancer_group=outputs["LoadBalancerSecurityGroup"],
        service_group=outputs["ServiceSecurityGroup"],
        instance_profile=outputs["InstanceProfile"],
    )
