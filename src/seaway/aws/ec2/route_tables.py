"""Route tables: where a subnet's traffic is to go. Kept and shown; nothing routes by them yet."""

from __future__ import annotations

import ipaddress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from seaway.aws.call import Call
from seaway.aws.ec2 import errors
from seaway.aws.ec2.filters import answered, chosen, paged
from seaway.aws.ec2.lookup import asked, need
from seaway.aws.ec2.tags import shown, specified
from seaway.aws.operation import operation
from seaway.core.compute import Instance
from seaway.core.network import NetworkInterface, Subnet, Vpc
from seaway.core.routing import (
    InternetGateway,
    NatGateway,
    Route,
    RouteTable,
    RouteTableAssociation,
)
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import ec2 as shapes


@operation("ec2")
def create_route_table(
    tx: Transaction, call: Call, request: shapes.CreateRouteTableRequest
) -> shapes.CreateRouteTableResult:
    """EC2 API: CreateRouteTable."""
    vpc = need(tx, call, Vpc, request.get("VpcId"))
    table = RouteTable(
        id=f"rtb-{call.moment.hex(17)}",
        vpc=vpc.id,
        owner=call.account,
        region=call.region,
        tags=specified(request.get("TagSpecifications"), "route-table"),
    )
    tx.put(table)
    return {"RouteTable": _render(tx, table)}


@operation("ec2")
def describe_route_tables(
    tx: Transaction, call: Call, request: shapes.DescribeRouteTablesRequest
) -> shapes.DescribeRouteTablesResult:
    """EC2 API: DescribeRouteTables."""
    tables = asked(tx, call, RouteTable, request.get("RouteTableIds"))
    found = chosen(tables, request.get("Filters"), lambda table: _facts(tx, table))
    some, token = paged(found, request, "DescribeRouteTables")
    result: shapes.DescribeRouteTablesResult = answered(
        "RouteTables", [_render(tx, table) for table in some], token
    )
    return result


def _facts(tx: Transaction, table: RouteTable) -> dict[str, object]:
    associations = tx.where(RouteTableAssociation, table=table.id)
    return {
        "route-table-id": table.id,
        "vpc-id": table.vpc,
        "owner-id": table.owner,
        "association.route-table-association-id": [a.id for a in associations],
        "association.route-table-id": [a.table for a in associations],
        "association.subnet-id": [a.subnet for a in associations],
        "association.main": [a.subnet is None for a in associations],
        "route.destination-cidr-block": [
            _vpc_range(tx, table),
            *(route.destination for route in table.routes),
        ],
        "route.gateway-id": ["local", *(r.target for r in table.routes if r.target[:3] == "igw")],
        "route.nat-gateway-id": [r.target for r in table.routes if r.target[:3] == "nat"],
        "route.state": "active",
        "route.origin": ["CreateRouteTable", *(route.origin for route in table.routes)],
    }


def _vpc_range(tx: Transaction, table: RouteTable) -> str:
    vpc = tx.find(Vpc, table.vpc)
    return vpc.cidr if vpc else ""


def _render(tx: Transaction, table: RouteTable) -> shapes.RouteTable:
    local: shapes.Route = {
        "DestinationCidrBlock": _vpc_range(tx, table),
        "GatewayId": "local",
        "Origin": "CreateRouteTable",
        "State": "active",
    }
    return {
        "RouteTableId": table.id,
        "VpcId": table.vpc,
        "OwnerId": table.owner,
        "Routes": [local, *(_render_route(tx, route) for route in table.routes)],
        "Associations": [
            _render_association(association)
            for association in tx.where(RouteTableAssociation, table=table.id)
        ],
        "PropagatingVgws": [],
        "Tags": shown(table.tags),
    }


def _render_route(tx: Transaction, route: Route) -> shapes.Route:
    row: shapes.Route = {"Origin": route.origin, "State": _state(tx, route)}
    if ":" in route.destination:
        row["DestinationIpv6CidrBlock"] = route.destination
    else:
        row["DestinationCidrBlock"] = route.destination
    if route.target.startswith("nat-"):
        row["NatGatewayId"] = route.target
    elif route.target.startswith("eni-"):
        row["NetworkInterfaceId"] = route.target
    elif route.target.startswith("i-"):
        row["InstanceId"] = route.target
    else:
        row["GatewayId"] = route.target
    return row


def _state(tx: Transaction, route: Route) -> str:
    """A route to a gateway that is gone leads nowhere."""
    if route.target.startswith("nat-"):
        nat = tx.find(NatGateway, route.target)
        return "active" if nat and nat.state == "available" else "blackhole"
    if route.target.startswith("igw-"):
        gateway = tx.find(InternetGateway, route.target)
        return "active" if gateway and gateway.vpc else "blackhole"
    return "active"


def _render_association(association: RouteTableAssociation) -> shapes.RouteTableAssociation:
    row: shapes.RouteTableAssociation = {
        "RouteTableAssociationId": association.id,
        "RouteTableId": association.table,
        "Main": association.subnet is None,
        "AssociationState": {"State": "associated"},
    }
    if association.subnet:
        row["SubnetId"] = association.subnet
    return row


@operation("ec2")
def delete_route_table(
    tx: Transaction, call: Call, request: shapes.DeleteRouteTableRequest
) -> None:
    """Delete a table no subnet goes by (EC2 API: DeleteRouteTable)."""
    table = need(tx, call, RouteTable, request.get("RouteTableId"))
    if tx.where(RouteTableAssociation, table=table.id):
        raise errors.DependencyViolation(
            f"The routeTable '{table.id}' has dependencies and cannot be deleted."
        )
    tx.drop(table)


def _target(tx: Transaction, call: Call, table: RouteTable, request: Any) -> str:
    """What a route leads to; only what is built is taken."""
    for member in (
        "VpcEndpointId",
        "TransitGatewayId",
        "LocalGatewayId",
        "CarrierGatewayId",
        "CoreNetworkArn",
        "OdbNetworkArn",
        "EgressOnlyInternetGatewayId",
        "VpcPeeringConnectionId",
        "DestinationPrefixListId",
    ):
        if request.get(member):
            raise errors.UnsupportedOperation(f"{member} is not supported by Seaway yet.")
    gateway = request.get("GatewayId")
    if gateway == "local":
        return "local"
    if gateway:
        found = need(tx, call, InternetGateway, gateway)
        if found.vpc != table.vpc:
            raise errors.InvalidParameterValue(
                f"route table {table.id} and network gateway {found.id} belong to "
                "different networks"
            )
        return found.id
    if request.get("NatGatewayId"):
        return need(tx, call, NatGateway, request["NatGatewayId"]).id
    if request.get("NetworkInterfaceId"):
        return need(tx, call, NetworkInterface, request["NetworkInterfaceId"]).id
    if request.get("InstanceId"):
        return need(tx, call, Instance, request["InstanceId"]).id
    raise errors.MissingParameter("The request must contain the parameter gatewayId")


def _destination(request: Any) -> str:
    text = request.get("DestinationCidrBlock") or request.get("DestinationIpv6CidrBlock")
    if not text:
        raise errors.MissingParameter("The request must contain the parameter destinationCidrBlock")
    try:
        return str(ipaddress.ip_network(text, strict=False))
    except ValueError as error:
        raise errors.InvalidParameterValue(
            f"Value ({text}) for parameter destinationCidrBlock is invalid. "
            "This is not a valid CIDR block."
        ) from error


@operation("ec2")
def create_route(
    tx: Transaction, call: Call, request: shapes.CreateRouteRequest
) -> shapes.CreateRouteResult:
    """Lead a range somewhere; once more the same is no error (EC2 API: CreateRoute)."""
    table = need(tx, call, RouteTable, request.get("RouteTableId"))
    route = Route(destination=_destination(request), target=_target(tx, call, table, request))
    for held in table.routes:
        if held.destination == route.destination and held.target != route.target:
            raise errors.RouteAlreadyExists(
                f"The route identified by {route.destination} already exists."
            )
    if route not in table.routes:
        tx.put(replace(table, routes=(*table.routes, route)))
    return {"Return": True}


def _without(table: RouteTable, destination: str) -> tuple[Route, ...]:
    left = tuple(route for route in table.routes if route.destination != destination)
    if len(left) == len(table.routes):
        raise errors.RouteNotFound(
            f"no route with destination-cidr-block {destination} in route table {table.id}"
        )
    return left


@operation("ec2")
def replace_route(tx: Transaction, call: Call, request: shapes.ReplaceRouteRequest) -> None:
    """Lead a range elsewhere (EC2 API: ReplaceRoute)."""
    table = need(tx, call, RouteTable, request.get("RouteTableId"))
    route = Route(destination=_destination(request), target=_target(tx, call, table, request))
    tx.put(replace(table, routes=(*_without(table, route.destination), route)))


@operation("ec2")
def delete_route(tx: Transaction, call: Call, request: shapes.DeleteRouteRequest) -> None:
    """EC2 API: DeleteRoute."""
    table = need(tx, call, RouteTable, request.get("RouteTableId"))
    tx.put(replace(table, routes=_without(table, _destination(request))))


@operation("ec2")
def associate_route_table(
    tx: Transaction, call: Call, request: shapes.AssociateRouteTableRequest
) -> shapes.AssociateRouteTableResult:
    """Let a subnet go by a table (EC2 API: AssociateRouteTable)."""
    if request.get("GatewayId"):
        raise errors.UnsupportedOperation("GatewayId is not supported by Seaway yet.")
    table = need(tx, call, RouteTable, request.get("RouteTableId"))
    subnet = need(tx, call, Subnet, request.get("SubnetId"))
    if subnet.vpc != table.vpc:
        raise errors.InvalidParameterValue(
            f"route table {table.id} and subnet {subnet.id} belong to different networks"
        )
    for held in tx.where(RouteTableAssociation, subnet=subnet.id):
        if held.table != table.id:
            raise errors.AlreadyAssociated(
                f"the specified association for route table {table.id} conflicts with an "
                "existing association"
            )
        return _associated(held)
    association = RouteTableAssociation(
        id=f"rtbassoc-{call.moment.hex(17)}", table=table.id, vpc=table.vpc, subnet=subnet.id
    )
    tx.put(association)
    return _associated(association)


def _associated(association: RouteTableAssociation) -> shapes.AssociateRouteTableResult:
    return {"AssociationId": association.id, "AssociationState": {"State": "associated"}}


def _association(tx: Transaction, key: str | None) -> RouteTableAssociation:
    found = tx.find(RouteTableAssociation, key or "")
    if found is None:
        raise errors.AssociationNotFound(f"The association ID '{key}' does not exist")
    return found


@operation("ec2")
def replace_route_table_association(
    tx: Transaction, call: Call, request: shapes.ReplaceRouteTableAssociationRequest
) -> shapes.ReplaceRouteTableAssociationResult:
    """Let a subnet, or the VPC itself, go by another table; the association gets a new id."""
    held = _association(tx, request.get("AssociationId"))
    table = need(tx, call, RouteTable, request.get("RouteTableId"))
    tx.drop(held)
    new = replace(held, id=f"rtbassoc-{call.moment.hex(17)}", table=table.id)
    tx.put(new)
    return {"NewAssociationId": new.id, "AssociationState": {"State": "associated"}}


@operation("ec2")
def disassociate_route_table(
    tx: Transaction, call: Call, request: shapes.DisassociateRouteTableRequest
) -> None:
    """Let a subnet go by the main table again (EC2 API: DisassociateRouteTable)."""
    held = _association(tx, request.get("AssociationId"))
    if held.subnet is None:
        raise errors.InvalidParameterValue(
            f"cannot disassociate the main route table association {held.id}"
        )
    tx.drop(held)
