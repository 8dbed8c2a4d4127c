"""The requests of test_nothing_ignored.py: for each operation one that works, and probes.

A word in braces stands for something of the test's world: ``{subnet-a}``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

CONTAINER: dict[str, Any] = {
    "name": "web",
    "image": "web:1",
    "memory": 64,
    "portMappings": [{"containerPort": 80, "name": "web"}],
    "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "/web"}},
}
CONNECT: dict[str, Any] = {
    "enabled": True,
    "namespace": "shop",
    "services": [{"portName": "web", "clientAliases": [{"port": 80}]}],
}
BALANCED = [{"targetGroupArn": "{group-one}", "containerName": "web", "containerPort": 80}]
SPREAD = [{"capacityProvider": "FARGATE_SPOT", "weight": 3}]
NETWORK = {"awsvpcConfiguration": {"subnets": ["{subnet-a}"]}}
FORWARD = [{"Type": "forward", "TargetGroupArn": "{group-one}"}]


@dataclass(frozen=True, kw_only=True)
class Case:
    """An operation, a request that works, and what a probe needs beside or instead.

    ``values`` are for members whose probe can't be just any value; ``beside`` are members that
    a probe needs elsewhere in its request (None takes one out).
    """

    service: str
    operation: str
    base: dict[str, Any]
    values: dict[str, Any] = field(default_factory=dict)
    beside: dict[str, dict[str, Any]] = field(default_factory=dict)
