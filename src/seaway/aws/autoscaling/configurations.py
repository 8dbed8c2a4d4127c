"""Launch configurations."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from seaway.aws.autoscaling.errors import AlreadyExistsFault, ResourceInUseFault, ValidationError
from seaway.aws.autoscaling.pages import paged
from seaway.aws.call import Call
from seaway.aws.operation import operation
from seaway.core.compute import INSTANCE_TYPES, AutoScalingGroup, LaunchConfiguration
from seaway.core.names import place_of
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import autoscaling as shapes


def own_configurations(tx: Transaction, call: Call) -> list[LaunchConfiguration]:
    """The caller's launch configurations, oldest first."""
    here = call.place
    return [found for found in tx.where(LaunchConfiguration) if place_of(found.arn) == here]


def configuration_of(tx: Transaction, call: Call, name: str) -> LaunchConfiguration:
    """The launch configuration of this name."""
    for found in own_configurations(tx, call):
        if name in (found.name, found.arn):
            return found
    raise ValidationError(
        f"Launch configuration name not found - Launch configuration {name} not found"
    )


@operation("autoscaling")
def create_launch_configuration(
    tx: Transaction, call: Call, request: shapes.CreateLaunchConfigurationType
) -> None:
    """Auto Scaling API: CreateLaunchConfiguration."""
    name = request["LaunchConfigurationName"]
    if any(found.name == name for found in own_configurations(tx, call)):
        raise AlreadyExistsFault(
            "Launch Configuration by this name already exists - A launch configuration already "
            f"exists with the name {name}"
        )
    if request.get("InstanceId") or request.get("SpotPrice"):
        raise ValidationError("InstanceId and SpotPrice are not supported by Seaway yet.")
    if not request.get("ImageId") or not request.get("InstanceType"):
        raise ValidationError(
            "Valid requests must contain either LaunchTemplate, or ImageId and InstanceType."
        )
    kind = request["InstanceType"]
    if kind not in INSTANCE_TYPES:
        raise ValidationError(f"Invalid instance type '{kind}' specified.")
    user_data = request.get("UserData", "")
    try:
        base64.b64decode(user_data, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValidationError("UserData is not valid base64.") from error
    tx.put(
        LaunchConfiguration(
            arn=call.arn(
                "autoscaling",
                f"launchConfiguration:{call.moment.uuid()}:launchConfigurationName/{name}",
            ),
            name=name,
            created_at=call.moment.now,
            image=request["ImageId"],
            type=kind,
            user_data=user_data,
            key_name=request.get("KeyName", ""),
            profile=request.get("IamInstanceProfile"),
            security_groups=tuple(request.get("SecurityGroups") or ()),
            associate_public_ip=request.get("AssociatePublicIpAddress"),
        )
    )


@operation("autoscaling")
def describe_launch_configurations(
    tx: Transaction, call: Call, request: shapes.LaunchConfigurationNamesType
) -> shapes.LaunchConfigurationsType:
    """Those named that exist, or all (Auto Scaling API: DescribeLaunchConfigurations)."""
    names = request.get("LaunchConfigurationNames")
    found = [c for c in own_configurations(tx, call) if not names or c.name in names]
    some, token = paged(found, request, "DescribeLaunchConfigurations")
    answer: shapes.LaunchConfigurationsType = {"LaunchConfigurations": [_render(c) for c in some]}
    if token:
        answer["NextToken"] = token
    return answer


def _render(found: LaunchConfiguration) -> shapes.LaunchConfiguration:
    row: shapes.LaunchConfiguration = {
        "LaunchConfigurationName": found.name,
        "LaunchConfigurationARN": found.arn,
        "ImageId": found.image,
        "InstanceType": found.type,
        "KeyName": found.key_name,
        "UserData": found.user_data,
        "SecurityGroups": list(found.security_groups),
        "ClassicLinkVPCSecurityGroups": [],
        "BlockDeviceMappings": [],
        "KernelId": "",
        "RamdiskId": "",
        "InstanceMonitoring": {"Enabled": False},
        "EbsOptimized": False,
        "CreatedTime": datetime.fromtimestamp(found.created_at, UTC),
    }
    if found.profile:
        row["IamInstanceProfile"] = found.profile
    if found.associate_public_ip is not None:
        row["AssociatePublicIpAddress"] = found.associate_public_ip
    return row


@operation("autoscaling")
def delete_launch_configuration(
    tx: Transaction, call: Call, request: shapes.LaunchConfigurationNameType
) -> None:
    """Auto Scaling API: DeleteLaunchConfiguration."""
    found = configuration_of(tx, call, request["LaunchConfigurationName"])
    here = place_of(found.arn)
    for group in tx.where(AutoScalingGroup):
        if group.source.configuration == found.name and place_of(group.arn) == here:
            raise ResourceInUseFault(
                f"Cannot delete launch configuration {found.name} because it is attached to "
                f"AutoScalingGroup {group.name}"
            )
    tx.drop(found)
