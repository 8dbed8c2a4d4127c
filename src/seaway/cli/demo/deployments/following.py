"""A service deployment followed from stage to stage, and what it has to end as."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from seaway.cli.demo.clients import Aws
from seaway.cli.demo.deployments.kits import KITS
from seaway.cli.demo.failure import DemoFailed
from seaway.cli.demo.names import CLUSTER
from seaway.cli.demo.stage import Stage

SECONDS = 180.0
LOOK_SECONDS = 0.1
ENDED = ("SUCCESSFUL", "STOPPED", "ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED")

Shape = dict[str, Any]
Meanwhile = Callable[[Shape], None]
"""Does something to a deployment when it is as far as that; called at each change."""


def newest(aws: Aws) -> str:
    """The ARN of the service deployment that was asked for last."""
    listed = aws.ecs.list_service_deployments(cluster=CLUSTER, service=KITS)
    briefs = sorted(listed["serviceDeployments"], key=lambda brief: brief["createdAt"])
    return str(briefs[-1]["serviceDeploymentArn"])


def look(aws: Aws, arn: str) -> Shape:
    """What DescribeServiceDeployments says of it."""
    answer = aws.ecs.describe_service_deployments(serviceDeploymentArns=[arn])
    shape: Shape = answer["serviceDeployments"][0]
    return shape


def follow(aws: Aws, stage: Stage, arn: str, meanwhile: Meanwhile | None = None) -> Shape:
    """Say each stage as it comes, until the deployment has ended. Raises DemoFailed."""
    began, last = time.monotonic(), ""
    while True:
        shape = look(aws, arn)
        line = told(shape)
        if line != last:
            stage.say(f"{time.monotonic() - began:5.1f} s  {line}")
            last = line
        if meanwhile is not None:
            meanwhile(shape)
        if shape["status"] in ENDED:
            return shape
        if time.monotonic() - began > SECONDS:
            raise DemoFailed(
                f"The deployment has not ended after {SECONDS:.0f} s: {line}.",
                f"aws ecs describe-service-deployments --service-deployment-arns {arn}",
            )
        time.sleep(LOOK_SECONDS)


def told(shape: Shape) -> str:
    """Where a deployment is, in one line."""
    words = [shape["status"]]
    if shape["status"] not in ENDED:
        words.append(shape.get("lifecycleStage", ""))
    target = shape["targetServiceRevision"]
    shares = [
        f"{name} {target[key]:g} %"
        for name, key in (
            ("test traffic", "requestedTestTrafficWeight"),
            ("production traffic", "requestedProductionTrafficWeight"),
        )
        if key in target
    ]
    words += [f"({', '.join(shares)})"] if shares else []
    if shape["status"] in ENDED and shape.get("statusReason"):
        words.append(f"– {shape['statusReason']}")
    return " ".join(word for word in words if word)


def expect(shape: Shape, status: str) -> None:
    """Raises DemoFailed when it has ended otherwise."""
    if shape["status"] != status:
        raise DemoFailed(
            f"The deployment ended {shape['status']}, not {status}: "
            f"{shape.get('statusReason', 'no reason')}.",
            f"aws ecs describe-services --cluster {CLUSTER} --services {KITS}",
        )
