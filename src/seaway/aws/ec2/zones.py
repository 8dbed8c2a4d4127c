"""Regions, availability zones and the account's attributes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.ec2.defaults import default_vpc
from seaway.aws.ec2.errors import InvalidParameterValue
from seaway.aws.ec2.filters import chosen
from seaway.aws.operation import operation
from seaway.core.places import REGIONS, zones_of
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import ec2 as shapes


@operation("ec2")
def describe_availability_zones(
    tx: Transaction, call: Call, request: shapes.DescribeAvailabilityZonesRequest
) -> shapes.DescribeAvailabilityZonesResult:
    """The region's three zones (EC2 API: DescribeAvailabilityZones)."""
    rows: list[shapes.AvailabilityZone] = [
        {
            "State": "available",
            "OptInStatus": "opt-in-not-required",
            "Messages": [],
            "RegionName": call.region,
            "ZoneName": name,
            "ZoneId": zone_id,
            "GroupName": f"{call.region}-zg-1",
            "NetworkBorderGroup": call.region,
            "ZoneType": "availability-zone",
        }
        for name, zone_id in zones_of(call.region)
    ]
    names, ids = request.get("ZoneNames"), request.get("ZoneIds")
    for name in names or ():
        if name not in {row["ZoneName"] for row in rows}:
            raise InvalidParameterValue(f"Invalid availability zone: [{name}]")
    rows = [row for row in rows if not names or row["ZoneName"] in names]
    rows = [row for row in rows if not ids or row["ZoneId"] in ids]
    return {"AvailabilityZones": chosen(rows, request.get("Filters"), _zone_facts)}


def _zone_facts(row: shapes.AvailabilityZone) -> dict[str, object]:
    return {
        "zone-name": row["ZoneName"],
        "zone-id": row["ZoneId"],
        "state": row["State"],
        "region-name": row["RegionName"],
        "zone-type": row["ZoneType"],
        "group-name": row["GroupName"],
        "opt-in-status": row["OptInStatus"],
    }


@operation("ec2")
def describe_regions(
    tx: Transaction, call: Call, request: shapes.DescribeRegionsRequest
) -> shapes.DescribeRegionsResult:
    """The regions one may name; each is a space of its own here (EC2 API: DescribeRegions)."""
    names = list(dict.fromkeys([*REGIONS, call.region]))
    rows: list[shapes.Region] = [
        {
            "RegionName": name,
            "Endpoint": f"ec2.{name}.amazonaws.com",
            "OptInStatus": "opt-in-not-required",
        }
        for name in names
        if not request.get("RegionNames") or name in request["RegionNames"]
    ]
    for name in request.get("RegionNames", ()):
        if name not in names:
            raise InvalidParameterValue(f"Invalid region provided: {name}")
    return {"Regions": chosen(rows, request.get("Filters"), _region_facts)}


def _region_facts(row: shapes.Region) -> dict[str, object]:
    return {
        "region-name": row["RegionName"],
        "endpoint": row["Endpoint"],
        "opt-in-status": row["OptInStatus"],
    }


@operation("ec2")
def describe_account_attributes(
    tx: Transaction, call: Call, request: shapes.DescribeAccountAttributesRequest
) -> shapes.DescribeAccountAttributesResult:
    """What the account may do here (EC2 API: DescribeAccountAttributes)."""
    vpc = default_vpc(tx, call.account, call.region)
    values = {
        "supported-platforms": "VPC",
        "default-vpc": vpc.id if vpc else "none",
        "max-instances": "1000",
        "vpc-max-security-groups-per-interface": "5",
        "max-elastic-ips": "1000",
        "vpc-max-elastic-ips": "1000",
    }
    wanted = request.get("AttributeNames") or list(values)
    return {
        "AccountAttributes": [
            {"AttributeName": name, "AttributeValues": [{"AttributeValue": values[name]}]}
            for name in wanted
            if name in values
        ]
    }
