"""Words of Envoy's that every kind of resource is written with: types, addresses, durations."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

TYPE = "type.googleapis.com/"
FILTERS = TYPE + "envoy.extensions.filters"
FROM_US: Json = {"ads": {}, "resource_api_version": "V3"}
UNLIMITED = 2147483647


def socket_address(address: str, port: int) -> Json:
    """An address and port as Envoy writes them."""
    return {"socket_address": {"address": address, "port_value": port}}


def bracketed(address: str) -> str:
    """An address as it stands before a colon and a port."""
    return f"[{address}]" if ":" in address else address


def seconds(value: float) -> str:
    """A duration as protobuf's JSON writes it."""
    return f"{value:.9f}".rstrip("0").rstrip(".") + "s"


def fraction(percent: float) -> Json:
    """A percentage, kept to four decimals, as Envoy's FractionalPercent."""
    return {"numerator": round(percent * 10_000), "denominator": "MILLION"}
