"""Where and how tasks are launched: network, placement and platform, of services and runs alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from seaway.aws.ecs.errors import InvalidParameterException, PlatformUnknownException
from seaway.core.cluster import Cluster
from seaway.core.fargate import PLATFORM_VERSION
from seaway.core.network import Subnet
from seaway.core.query_language import QueryError
from seaway.core.query_language import parse as parse_query
from seaway.core.routing import SecurityGroup
from seaway.core.service import NetworkConfiguration
from seaway.core.task_definition import NetworkMode, TaskDefinition
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import ecs as shapes

Pairs = tuple[tuple[str, str], ...]

MOST_CONSTRAINTS = 10


def parse_network(given: shapes.NetworkConfiguration | None) -> NetworkConfiguration | None:
    """Subnets, security groups and public address; None when nothing is said.

    Raises InvalidParameterException for too many of them.
    """
    vpc = (given or {}).get("awsvpcConfiguration")
    if not vpc:
        return None
    network = NetworkConfiguration(
        subnets=tuple(vpc.get("subnets") or ()),
        security_groups=tuple(vpc.get("securityGroups") or ()),
        assign_public_ip=vpc.get("assignPublicIp") == "ENABLED",
    )
    if not network.subnets:
        raise InvalidParameterException("subnets can not be empty.")
    if len(network.subnets) > 16:
        raise InvalidParameterException("subnets can have at most 16 items.")
    if len(network.security_groups) > 5:
        raise InvalidParameterException("securityGroups can have at most 5 items.")
    return network


def check_network(
    tx: Transaction,
    network: NetworkConfiguration | None,
    definition: TaskDefinition,
    fargate: bool,
) -> None:
    """awsvpc needs a network configuration, of what there is; other modes have none.

    Raises InvalidParameterException.
    """
    if definition.network_mode is not NetworkMode.AWSVPC:
        if network is not None:
            raise InvalidParameterException(
                "Network Configuration is not valid for the given networkMode of this task "
                "definition."
            )
        return
    if network is None:
        raise InvalidParameterException(
            "Network Configuration must be provided when networkMode 'awsvpc' is specified."
        )
    if network.assign_public_ip and not fargate:
        raise InvalidParameterException("Assign public IP is not supported for this launch type.")
    vpcs = {_vpc_of(tx, subnet, network) for subnet in network.subnets}
    if len(vpcs) > 1:
        raise InvalidParameterException("All subnets must be in the same VPC.")
    for group in network.security_groups:
        if tx.find(SecurityGroup, group) is None:
            raise InvalidParameterException(
                "Error retrieving security group information for "
                f"[{', '.join(network.security_groups)}]: The security group '{group}' does not "
                "exist (ErrorCode: InvalidGroup.NotFound)"
            )


def _vpc_of(tx: Transaction, name: str, network: NetworkConfiguration) -> str:
    subnet = tx.find(Subnet, name)
    if subnet is None:
        raise InvalidParameterException(
            f"Error retrieving subnet information for [{', '.join(network.subnets)}]: The subnet "
            f"ID '{name}' does not exist (ErrorCode: InvalidSubnetID.NotFound)"
        )
    return subnet.vpc


def parse_constraints(given: Sequence[shapes.PlacementConstraint] | None, fargate: bool) -> Pairs:
    """Placement constraints as (type, expression) pairs.

    Raises InvalidParameterException on Fargate, for more than ten, and for an expression that is
    none of the cluster query language.
    """
    pairs = tuple((item.get("type", ""), item.get("expression", "")) for item in given or ())
    if pairs and fargate:
        raise InvalidParameterException(
            "Placement constraints are not supported with FARGATE launch type."
        )
    if len(pairs) > MOST_CONSTRAINTS:
        raise InvalidParameterException("placementConstraints can have at most 10 items.")
    for kind, expression in pairs:
        if kind == "memberOf":
            check_expression(expression)
        elif kind != "distinctInstance":
            raise InvalidParameterException(f"Invalid placement constraint type: {kind}")
        elif expression:
            raise InvalidParameterException("distinctInstance expression should not be specified.")
    return pairs


def check_constraints(definition: TaskDefinition, own: Pairs) -> None:
    """Those of a task or service and its task definition are ten at most (API: RunTask).

    Raises InvalidParameterException.
    """
    if len(definition.placement_constraints) + len(own) > MOST_CONSTRAINTS:
        raise InvalidParameterException(
            f"placementConstraints can have at most {MOST_CONSTRAINTS} items, those of the task "
            "definition included."
        )


def check_exec(
    enabled: bool, cluster: Cluster, definition: TaskDefinition, role: str | None = None
) -> None:
    """AWS's own agent reaches its service in the task role; ours needs none.

    A faithful cluster asks for one nevertheless (API: RunTaskRequest.enableExecuteCommand).
    ``role`` stands for the task definition's own. Raises InvalidParameterException.
    """
    if enabled and cluster.faithful and not (role or definition.task_role):
        raise InvalidParameterException(
            "The execute command failed because a valid task role is not being used. Specify a "
            "valid task role in your task definition or as a task override and try again."
        )


def check_expression(expression: str) -> None:
    """An expression of the cluster query language is one.

    Raises InvalidParameterException.
    """
    try:
        parse_query(expression)
    except QueryError as error:
        raise InvalidParameterException(str(error)) from None


def parse_placement(given: Sequence[shapes.PlacementStrategy] | None, fargate: bool) -> Pairs:
    """Placement strategies as (type, field) pairs, in order.

    Raises InvalidParameterException.
    """
    pairs = tuple((item.get("type", ""), item.get("field", "")) for item in given or ())
    if pairs and fargate:
        raise InvalidParameterException(
            "Placement strategies are not supported with FARGATE launch type."
        )
    if len(pairs) > 5:
        raise InvalidParameterException("placementStrategy can have at most 5 items.")
    for kind, subject in pairs:
        if kind not in ("random", "spread", "binpack"):
            raise InvalidParameterException(f"Invalid placement strategy type: {kind}")
        if kind == "spread" and not subject:
            raise InvalidParameterException("The field of a spread strategy cannot be empty.")
        if kind == "spread" and not _is_spread_over(subject):
            raise InvalidParameterException(
                f"Invalid field of a spread strategy: {subject}. It is instanceId, host, or "
                "attribute: with the name of an attribute."
            )
        if kind == "binpack" and subject.lower() not in ("cpu", "memory"):
            raise InvalidParameterException("The field of a binpack strategy is cpu or memory.")
    return pairs


def _is_spread_over(subject: str) -> bool:
    return subject in ("instanceId", "host") or len(subject.removeprefix("attribute:")) in range(
        1, len(subject)
    )


def parse_platform(given: str | None, fargate: bool) -> str | None:
    """The platform version asked for; LATEST when Fargate is and nothing else was.

    Raises PlatformUnknownException, InvalidParameterException on EC2.
    """
    if not fargate:
        if given:
            raise InvalidParameterException(
                "The platform version must be null when specifying an EC2 launch type."
            )
        return None
    if given not in (None, "", "LATEST", PLATFORM_VERSION):
        raise PlatformUnknownException("The specified platform version does not exist.")
    return given or "LATEST"


def platform_in_force(version: str | None) -> str | None:
    """What a platform version comes to when a task is launched."""
    return PLATFORM_VERSION if version else None


def render_network(network: NetworkConfiguration) -> shapes.NetworkConfiguration:
    """A network configuration as the API shows it."""
    return {
        "awsvpcConfiguration": {
            "subnets": list(network.subnets),
            "securityGroups": list(network.security_groups),
            "assignPublicIp": "ENABLED" if network.assign_public_ip else "DISABLED",
        }
    }
