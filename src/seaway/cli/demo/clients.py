"""boto3, pointed at a Seaway: the one file that makes untyped clients."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Aws:
    """One client for each AWS service the walk-through uses."""

    endpoint: str
    region: str
    autoscaling: Any
    cloudformation: Any
    cloudwatch: Any
    ec2: Any
    ecr: Any
    ecs: Any
    elbv2: Any
    iam: Any
    logs: Any
    servicediscovery: Any
    sts: Any


SERVICES = tuple(name for name in Aws.__slots__ if name not in ("endpoint", "region"))


def connect(endpoint: str, region: str) -> Aws:
    """Clients that speak to the Seaway at this endpoint, as a program in AWS would to AWS."""
    session = boto3.Session(
        aws_access_key_id="seaway", aws_secret_access_key="seaway", region_name=region
    )
    # DiscoverInstances puts a prefix before the host name, which a loopback address can't have.
    config = Config(inject_host_prefix=False, retries={"total_max_attempts": 2}, read_timeout=30)
    clients: dict[str, Any] = {
        name: session.client(name, endpoint_url=endpoint, config=config) for name in SERVICES
    }
    return Aws(endpoint=endpoint, region=region, **clients)


def found(look: Callable[[], T], *absent: str) -> T | None:
    """What a call gives; None when it fails with one of these error codes. Raises ClientError."""
    try:
        return look()
    except ClientError as refused:
        if refused.response["Error"]["Code"] in absent:
            return None
        raise


def tail(arn: str) -> str:
    """What stands after an ARN's last slash."""
    return arn.rsplit("/", 1)[-1]
