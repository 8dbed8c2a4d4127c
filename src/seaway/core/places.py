"""Regions and their availability zones."""

from __future__ import annotations

_CODES = {
    "us-east-1": "use1",
    "us-east-2": "use2",
    "us-west-1": "usw1",
    "us-west-2": "usw2",
    "ca-central-1": "cac1",
    "sa-east-1": "sae1",
    "eu-west-1": "euw1",
    "eu-west-2": "euw2",
    "eu-west-3": "euw3",
    "eu-central-1": "euc1",
    "eu-north-1": "eun1",
    "ap-northeast-1": "apne1",
    "ap-northeast-2": "apne2",
    "ap-northeast-3": "apne3",
    "ap-southeast-1": "apse1",
    "ap-southeast-2": "apse2",
    "ap-south-1": "aps1",
}

REGIONS = tuple(_CODES)
"""Regions by AWS's names; any other name works as a region as well."""


def zones_of(region: str) -> list[tuple[str, str]]:
    """A region's availability zones: (name, zone id), three of them."""
    code = _CODES.get(region, region.replace("-", ""))
    return [(f"{region}{letter}", f"{code}-az{n}") for n, letter in enumerate("abc", 1)]


def zone_id_of(zone: str) -> str | None:
    """The id of an availability zone by its name; None when there is no such zone."""
    return dict(zones_of(zone[:-1])).get(zone)
