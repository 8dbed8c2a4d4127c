"""EC2 instances: shares of machines of one's own, launched and ended through the API."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from seaway.aws.call import Call
from seaway.aws.ec2 import errors
from seaway.aws.ec2.defaults import default_group, default_vpc, private_name
from seaway.aws.ec2.filters import answered, chosen, paged
from seaway.aws.ec2.interfaces import make_interface, render_groups
from seaway.aws.ec2.launch_templates import template_of, version_of
from seaway.aws.ec2.lookup import asked, need
from seaway.aws.ec2.tags import shown
from seaway.aws.operation import operation
from seaway.core.compute import INSTANCE_TYPES, Instance
from seaway.core.launching import Recipe, new_instance, over, recipe_of
from seaway.core.names import last_part
from seaway.core.network import NetworkInterface, Subnet
from seaway.core.routing import SecurityGroup
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import ec2 as shapes

STATE_CODES = {
    "pending": 0,
    "running": 16,
    "shutting-down": 32,
    "terminated": 48,
    "stopping": 64,
    "stopped": 80,
}


@operation("ec2")
def run_instances(
    tx: Transaction, call: Call, request: shapes.RunInstancesRequest
) -> shapes.Reservation:
    """Launch instances; each becomes running, and joins the cluster its user data names.

    EC2 API: RunInstances. Spot, placement groups, volumes and the like are not built.
    """
    token = request.get("ClientToken")
    if token:
        held = [i for i in tx.where(Instance) if i.client_token == token]
        if held:
            return _reservation(tx, held)
    for member in ("InstanceMarketOptions", "ElasticGpuSpecification", "SecondaryInterfaces"):
        if request.get(member):
            raise errors.UnsupportedOperation(f"{member} is not supported by Seaway yet.")
    least, most = request.get("MinCount", 1), request.get("MaxCount", 1)
    if not 1 <= least <= most <= 100:
        raise errors.InvalidParameterValue(
            f"Value ({least}..{most}) for parameter count is invalid."
        )
    _check_user_data(request.get("UserData", ""))
    recipe, source = _recipe(tx, call, request)
    subnet = _subnet(tx, call, recipe, request)
    groups = _groups(tx, call, recipe, subnet)
    reservation = f"r-{call.moment.hex(17)}"
    launched = []
    for index in range(most):
        key = f"i-{call.moment.hex(17)}"
        interface = make_interface(
            tx,
            subnet,
            call.moment,
            holder=key,
            address=recipe.address,
            security_groups=groups,
            instance=key,
        )
        instance = replace(
            new_instance(recipe, key, subnet, interface, call.moment),
            reservation=reservation,
            launch_index=index,
            launch_template=source,
            client_token=token,
        )
        tx.put(instance)
        launched.append(instance)
    return _reservation(tx, launched)


def _check_user_data(text: str) -> None:
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise errors.InvalidParameterValue("Invalid BASE64 encoding of user data.") from error


def _recipe(
    tx: Transaction, call: Call, request: Mapping[str, Any]
) -> tuple[Recipe, tuple[str, str] | None]:
    recipe = recipe_of(request, call.account)
    source = None
    if request.get("LaunchTemplate"):
        given = request["LaunchTemplate"]
        template = template_of(tx, call, given)
        version = version_of(tx, template, given.get("Version", "$Default"))
        recipe = over(recipe_of(json.loads(version.data), call.account), recipe)
        source = (template.id, str(version.number))
    if not recipe.image:
        raise errors.MissingParameter("The request must contain the parameter ImageId")
    recipe = recipe if recipe.type else replace(recipe, type="t3.micro")
    if recipe.type not in INSTANCE_TYPES:
        raise errors.InstanceTypeUnknown(f"Invalid value '{recipe.type}' for InstanceType.")
    return recipe, source


def _subnet(tx: Transaction, call: Call, recipe: Recipe, request: Mapping[str, Any]) -> Subnet:
    if recipe.subnet:
        return need(tx, call, Subnet, recipe.subnet)
    vpc = default_vpc(tx, call.account, call.region)
    if vpc is None:
        raise errors.MissingParameter(
            "No subnets found for the default VPC. Please specify a subnet."
        )
    zone = (request.get("Placement") or {}).get("AvailabilityZone")
    for subnet in tx.where(Subnet, vpc=vpc.id):
        if subnet.is_default and zone in (None, subnet.zone):
            return subnet
    raise errors.InvalidParameterValue(f"No default subnet for availability zone: '{zone}'.")


def _groups(tx: Transaction, call: Call, recipe: Recipe, subnet: Subnet) -> tuple[str, ...]:
    groups = [need(tx, call, SecurityGroup, key) for key in recipe.groups]
    for name in recipe.group_names:
        named = [g for g in tx.where(SecurityGroup, vpc=subnet.vpc) if g.name == name]
        if not named:
            raise errors.GroupNotFound(f"The security group '{name}' does not exist")
        groups += named
    for group in groups:
        if group.vpc != subnet.vpc:
            raise errors.InvalidParameterValue(
                f"Security group {group.id} and subnet {subnet.id} belong to different networks."
            )
    return tuple(group.id for group in groups) or (default_group(tx, subnet.vpc).id,)


@operation("ec2")
def describe_instances(
    tx: Transaction, call: Call, request: shapes.DescribeInstancesRequest
) -> shapes.DescribeInstancesResult:
    """Instances by reservation; ended ones for an hour (EC2 API: DescribeInstances)."""
    instances = asked(tx, call, Instance, request.get("InstanceIds"))
    found = chosen(instances, request.get("Filters"), lambda one: _facts(tx, one))
    some, token = paged(found, request, "DescribeInstances")
    reservations: dict[str, list[Instance]] = {}
    for instance in some:
        reservations.setdefault(instance.reservation, []).append(instance)
    result: shapes.DescribeInstancesResult = answered(
        "Reservations", [_reservation(tx, group) for group in reservations.values()], token
    )
    return result


def _facts(tx: Transaction, instance: Instance) -> dict[str, object]:
    names = [group["GroupName"] for group in render_groups(tx, instance.security_groups)]
    return {
        "instance-id": instance.id,
        "instance-state-name": instance.state,
        "instance-state-code": STATE_CODES[instance.state],
        "instance-type": instance.type,
        "image-id": instance.image,
        "vpc-id": instance.vpc,
        "subnet-id": instance.subnet,
        "availability-zone": instance.zone,
        "private-ip-address": instance.address,
        "ip-address": instance.address if instance.public else None,
        "private-dns-name": private_name(instance.address, instance.region),
        "key-name": instance.key_name,
        "iam-instance-profile.arn": instance.profile,
        "instance.group-id": instance.security_groups,
        "instance.group-name": names,
        "group-id": instance.security_groups,
        "group-name": names,
        "network-interface.subnet-id": instance.subnet,
        "network-interface.network-interface-id": instance.interface,
        "reservation-id": instance.reservation,
        "owner-id": instance.owner,
        "architecture": INSTANCE_TYPES[instance.type].architecture,
        "tenancy": "default",
        "client-token": instance.client_token,
    }


def _reservation(tx: Transaction, instances: list[Instance]) -> shapes.Reservation:
    return {
        "ReservationId": instances[0].reservation,
        "OwnerId": instances[0].owner,
        "Groups": [],
        "Instances": [_render(tx, instance) for instance in instances],
    }


def _render(tx: Transaction, instance: Instance) -> shapes.Instance:
    kind = INSTANCE_TYPES[instance.type]
    gone = instance.state == "terminated"
    row: shapes.Instance = {
        "InstanceId": instance.id,
        "ImageId": instance.image,
        "InstanceType": instance.type,
        "State": render_state(instance.state),
        "LaunchTime": datetime.fromtimestamp(instance.launched_at, UTC),
        "AmiLaunchIndex": instance.launch_index,
        "Architecture": kind.architecture,
        "Placement": {
            "AvailabilityZone": instance.zone,
            "GroupName": "",
            "Tenancy": "default",
        },
        "Monitoring": {"State": "disabled"},
        "PrivateDnsName": "" if gone else private_name(instance.address, instance.region),
        "PublicDnsName": "",
        "StateTransitionReason": "",
        "RootDeviceName": "/dev/xvda",
        "RootDeviceType": "ebs",
        "VirtualizationType": "hvm",
        "Hypervisor": "xen",
        "EbsOptimized": False,
        "EnaSupport": True,
        "SourceDestCheck": True,
        "BlockDeviceMappings": [],
        "ProductCodes": [],
        "ClientToken": instance.client_token or "",
        "CpuOptions": {"CoreCount": max(1, kind.vcpus // 2), "ThreadsPerCore": 2},
        "PlatformDetails": "Linux/UNIX",
        "SecurityGroups": [] if gone else render_groups(tx, instance.security_groups),
        "NetworkInterfaces": [] if gone else _interfaces(tx, instance),
        "MetadataOptions": _metadata_options(instance),
        "Tags": shown(instance.tags),
    }
    if not gone:
        row["PrivateIpAddress"] = instance.address
        row["SubnetId"], row["VpcId"] = instance.subnet, instance.vpc
    if instance.public and not gone:
        row["PublicIpAddress"] = instance.address
    if instance.key_name:
        row["KeyName"] = instance.key_name
    if instance.profile:
        row["IamInstanceProfile"] = {"Arn": instance.profile, "Id": last_part(instance.profile)}
    if instance.state_reason:
        code, message = instance.state_reason
        row["StateReason"] = {"Code": code, "Message": message}
        row["StateTransitionReason"] = message
    return row


def _metadata_options(instance: Instance) -> shapes.InstanceMetadataOptionsResponse:
    options: shapes.InstanceMetadataOptionsResponse = {
        "State": "applied",
        "HttpTokens": "optional",
        "HttpEndpoint": "enabled",
        "HttpPutResponseHopLimit": 1,
    }
    options.update(json.loads(instance.metadata_options))
    return options


def render_state(state: str) -> shapes.InstanceState:
    """An instance's state with EC2's code."""
    return {"Code": STATE_CODES[state], "Name": state}


def _interfaces(tx: Transaction, instance: Instance) -> list[shapes.InstanceNetworkInterface]:
    interface = tx.find(NetworkInterface, instance.interface)
    if interface is None:
        return []
    name = private_name(interface.address, instance.region)
    return [
        {
            "NetworkInterfaceId": interface.id,
            "SubnetId": interface.subnet,
            "VpcId": interface.vpc,
            "OwnerId": interface.owner,
            "MacAddress": interface.mac,
            "PrivateIpAddress": interface.address,
            "PrivateDnsName": name,
            "PrivateIpAddresses": [
                {
                    "Primary": True,
                    "PrivateIpAddress": interface.address,
                    "PrivateDnsName": name,
                }
            ],
            "Ipv6Addresses": [],
            "Status": "in-use",
            "SourceDestCheck": True,
            "InterfaceType": "interface",
            "Description": interface.description,
            "Groups": render_groups(tx, interface.security_groups),
            "Attachment": {
                "AttachmentId": interface.attachment or "",
                "DeviceIndex": 0,
                "Status": "attached",
                "DeleteOnTermination": True,
                "AttachTime": datetime.fromtimestamp(interface.created_at, UTC),
            },
        }
    ]


@operation("ec2")
def describe_instance_status(
    tx: Transaction, call: Call, request: shapes.DescribeInstanceStatusRequest
) -> shapes.DescribeInstanceStatusResult:
    """Running instances and their checks; all with IncludeAllInstances (DescribeInstanceStatus)."""
    instances = [
        instance
        for instance in asked(tx, call, Instance, request.get("InstanceIds"))
        if request.get("IncludeAllInstances") or instance.state == "running"
    ]
    found = chosen(
        instances,
        request.get("Filters"),
        lambda one: {
            "availability-zone": one.zone,
            "instance-state-name": one.state,
            "instance-state-code": STATE_CODES[one.state],
            "instance-status.status": _summary(one)["Status"],
            "system-status.status": _summary(one)["Status"],
        },
    )
    some, token = paged(found, request, "DescribeInstanceStatus")
    rows: list[shapes.InstanceStatus] = [
        {
            "InstanceId": one.id,
            "AvailabilityZone": one.zone,
            "InstanceState": render_state(one.state),
            "InstanceStatus": _summary(one),
            "SystemStatus": _summary(one),
        }
        for one in some
    ]
    result: shapes.DescribeInstanceStatusResult = answered("InstanceStatuses", rows, token)
    return result


def _summary(instance: Instance) -> shapes.InstanceStatusSummary:
    if instance.state != "running":
        return {"Status": "not-applicable"}
    return {"Status": "ok", "Details": [{"Name": "reachability", "Status": "passed"}]}


@operation("ec2")
def terminate_instances(
    tx: Transaction, call: Call, request: shapes.TerminateInstancesRequest
) -> shapes.TerminateInstancesResult:
    """End instances; their tasks are stopped (EC2 API: TerminateInstances)."""
    instances = [need(tx, call, Instance, key) for key in request["InstanceIds"]]
    changes: list[shapes.InstanceStateChange] = []
    for instance in instances:
        ended = instance
        if instance.alive:
            ended = replace(
                instance,
                state="shutting-down",
                state_reason=(
                    "Client.UserInitiatedShutdown",
                    "Client.UserInitiatedShutdown: User initiated shutdown",
                ),
            )
            tx.put(ended)
        changes.append(
            {
                "InstanceId": instance.id,
                "PreviousState": render_state(instance.state),
                "CurrentState": render_state(ended.state),
            }
        )
    return {"TerminatingInstances": changes}


@operation("ec2")
def describe_instance_attribute(
    tx: Transaction, call: Call, request: shapes.DescribeInstanceAttributeRequest
) -> shapes.InstanceAttribute:
    """One attribute of an instance (EC2 API: DescribeInstanceAttribute)."""
    instance = need(tx, call, Instance, request.get("InstanceId"))
    match request["Attribute"]:
        case "userData":
            return {"InstanceId": instance.id, "UserData": {"Value": instance.user_data}}
        case "instanceType":
            return {"InstanceId": instance.id, "InstanceType": {"Value": instance.type}}
        case "groupSet":
            groups = render_groups(tx, instance.security_groups)
            return {"InstanceId": instance.id, "Groups": groups}
        case "disableApiTermination":
            return {"InstanceId": instance.id, "DisableApiTermination": {"Value": False}}
        case other:
            raise errors.UnsupportedOperation(f"Attribute {other} is not supported by Seaway yet.")
