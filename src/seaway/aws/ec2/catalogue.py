"""What can be launched: instance types and images."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.ec2 import errors
from seaway.aws.ec2.filters import answered, chosen, paged
from seaway.aws.operation import operation
from seaway.core.compute import INSTANCE_TYPES, InstanceType
from seaway.core.launching import image_at
from seaway.core.places import zones_of
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import ec2 as shapes

RECOMMENDED = "/aws/service/ecs/optimized-ami/amazon-linux-2023"


@operation("ec2")
def describe_instance_types(
    tx: Transaction, call: Call, request: shapes.DescribeInstanceTypesRequest
) -> shapes.DescribeInstanceTypesResult:
    """The types Seaway has (EC2 API: DescribeInstanceTypes)."""
    names = request.get("InstanceTypes") or list(INSTANCE_TYPES)
    unknown = [name for name in names if name not in INSTANCE_TYPES]
    if unknown:
        raise errors.InstanceTypeUnknown(
            f"The following supplied instance types do not exist: [{', '.join(unknown)}]"
        )
    found = chosen([INSTANCE_TYPES[name] for name in names], request.get("Filters"), _facts)
    some, token = paged(found, request, "DescribeInstanceTypes")
    result: shapes.DescribeInstanceTypesResult = answered(
        "InstanceTypes", [_render(kind) for kind in some], token
    )
    return result


def _facts(kind: InstanceType) -> dict[str, object]:
    return {
        "instance-type": kind.name,
        "vcpu-info.default-vcpus": kind.vcpus,
        "memory-info.size-in-mib": kind.memory,
        "processor-info.supported-architecture": kind.architecture,
        "burstable-performance-supported": kind.burstable,
        "current-generation": not kind.name.startswith("t2"),
        "bare-metal": False,
        "supported-usage-class": "on-demand",
    }


def _render(kind: InstanceType) -> shapes.InstanceTypeInfo:
    threads = 1 if kind.architecture == "arm64" or kind.vcpus == 1 else 2
    return {
        "InstanceType": kind.name,
        "CurrentGeneration": not kind.name.startswith("t2"),
        "FreeTierEligible": kind.name in ("t2.micro", "t3.micro"),
        "SupportedUsageClasses": ["on-demand"],
        "SupportedRootDeviceTypes": ["ebs"],
        "SupportedVirtualizationTypes": ["hvm"],
        "BareMetal": False,
        "Hypervisor": "xen" if kind.name.startswith("t2") else "nitro",
        "ProcessorInfo": {"SupportedArchitectures": [kind.architecture]},
        "VCpuInfo": {
            "DefaultVCpus": kind.vcpus,
            "DefaultCores": kind.vcpus // threads,
            "DefaultThreadsPerCore": threads,
        },
        "MemoryInfo": {"SizeInMiB": kind.memory},
        "InstanceStorageSupported": False,
        "NetworkInfo": {
            "MaximumNetworkInterfaces": kind.interfaces,
            "Ipv4AddressesPerInterface": 10,
            "Ipv6Supported": False,
            "EnaSupport": "supported",
        },
        "BurstablePerformanceSupported": kind.burstable,
        "DedicatedHostsSupported": False,
        "AutoRecoverySupported": False,
    }


@operation("ec2")
def describe_instance_type_offerings(
    tx: Transaction, call: Call, request: shapes.DescribeInstanceTypeOfferingsRequest
) -> shapes.DescribeInstanceTypeOfferingsResult:
    """Every type is offered in every zone (EC2 API: DescribeInstanceTypeOfferings)."""
    kind = request.get("LocationType", "region")
    zones = zones_of(call.region)
    places = {
        "region": [call.region],
        "availability-zone": [name for name, _ in zones],
        "availability-zone-id": [key for _, key in zones],
    }
    if kind not in places:
        raise errors.InvalidParameterValue(f"Value ({kind}) for parameter locationType is invalid.")
    rows: list[shapes.InstanceTypeOffering] = [
        {"InstanceType": name, "LocationType": kind, "Location": place}
        for name in INSTANCE_TYPES
        for place in places[kind]
    ]
    found = chosen(
        rows,
        request.get("Filters"),
        lambda row: {"instance-type": row["InstanceType"], "location": row["Location"]},
    )
    some, token = paged(found, request, "DescribeInstanceTypeOfferings")
    result: shapes.DescribeInstanceTypeOfferingsResult = answered(
        "InstanceTypeOfferings", some, token
    )
    return result


@operation("ec2")
def describe_images(
    tx: Transaction, call: Call, request: shapes.DescribeImagesRequest
) -> shapes.DescribeImagesResult:
    """Any image asked for by id is an ECS-optimised Amazon Linux 2023: machines are our own.

    Without ids the two recommended ones are listed (EC2 API: DescribeImages).
    """
    arm = image_at(f"{RECOMMENDED}/arm64/recommended/image_id")
    ids = request.get("ImageIds") or [image_at(f"{RECOMMENDED}/recommended/image_id"), arm]
    for key in ids:
        if not re.fullmatch(r"ami-[0-9a-zA-Z-]{1,40}", key):
            raise errors.ImageMalformed(f'Invalid id: "{key}"')
    rows = [_image(key, "arm64" if key == arm else "x86_64", call.region) for key in ids]
    owners = request.get("Owners")
    if owners and not {"amazon", "591542846629"} & set(owners):
        rows = []
    found = chosen(rows, request.get("Filters"), _image_facts)
    some, token = paged(found, request, "DescribeImages")
    result: shapes.DescribeImagesResult = answered("Images", some, token)
    return result


def _image(key: str, architecture: str, region: str) -> shapes.Image:
    name = f"al2023-ami-ecs-hvm-2023.0-kernel-6.1-{architecture}"
    return {
        "ImageId": key,
        "Name": name,
        "ImageLocation": f"amazon/{name}",
        "Description": "Stands for an ECS-optimised Amazon Linux 2023; Seaway runs on its host",
        "Architecture": architecture,
        "CreationDate": "2023-03-15T00:00:00.000Z",
        "ImageType": "machine",
        "ImageOwnerAlias": "amazon",
        "OwnerId": "591542846629",
        "Public": True,
        "State": "available",
        "PlatformDetails": "Linux/UNIX",
        "UsageOperation": "RunInstances",
        "RootDeviceName": "/dev/xvda",
        "RootDeviceType": "ebs",
        "VirtualizationType": "hvm",
        "Hypervisor": "xen",
        "EnaSupport": True,
        "BlockDeviceMappings": [],
        "Tags": [],
    }


def _image_facts(row: shapes.Image) -> dict[str, object]:
    return {
        "image-id": row["ImageId"],
        "name": row["Name"],
        "architecture": row["Architecture"],
        "state": row["State"],
        "owner-id": row["OwnerId"],
        "owner-alias": "amazon",
        "is-public": True,
        "image-type": "machine",
        "root-device-type": "ebs",
        "virtualization-type": "hvm",
        "description": row["Description"],
    }
