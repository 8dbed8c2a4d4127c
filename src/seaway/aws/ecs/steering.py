"""What is said to a service deployment on its way: go back, or go on after a pause."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.ecs.errors import (
    ConflictException,
    InvalidParameterException,
    ServiceDeploymentNotFoundException,
    UnsupportedFeatureException,
)
from seaway.aws.ecs.service_deployments import process_of
from seaway.aws.operation import operation
from seaway.core.service import Service
from seaway.core.service_deployment import HookRun, HookStatus, ServiceDeployment
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import ecs as shapes


@operation("ecs")
def stop_service_deployment(
    tx: Transaction, call: Call, request: shapes.StopServiceDeploymentRequest
) -> shapes.StopServiceDeploymentResponse:
    """Have a deployment that is under way roll back, whatever its configuration says of rollbacks.

    One that rolls back already goes on with it. (API: StopServiceDeployment.)
    """
    arn = request["serviceDeploymentArn"]
    _, process = _known(tx, arn)
    kind = request.get("stopType") or "ROLLBACK"
    if kind == "ABORT":
        raise UnsupportedFeatureException("The stopType ABORT is not supported. Use ROLLBACK.")
    if kind != "ROLLBACK":
        raise InvalidParameterException(f"Invalid stopType: {kind}")
    if not process.is_open:
        raise ConflictException(
            f"The service deployment is in the {process.status} state and cannot be stopped."
        )
    if not process.rolls_back and not process.overtaken:
        tx.put(replace(process, rollback_asked=True, updated_at=call.moment.now))
    return {"serviceDeploymentArn": arn}


@operation("ecs")
def continue_service_deployment(
    tx: Transaction, call: Call, request: shapes.ContinueServiceDeploymentRequest
) -> shapes.ContinueServiceDeploymentResponse:
    """Let a deployment go on after a pause hook, or have it roll back there."""
    arn = request["serviceDeploymentArn"]
    _, process = _known(tx, arn)
    action = request.get("action") or "CONTINUE"
    if action not in ("CONTINUE", "ROLLBACK"):
        raise InvalidParameterException(f"Invalid action: {action}")
    run = tx.find(HookRun, request["hookId"])
    if run is None or run.deployment != process.number:
        raise InvalidParameterException(
            f"The lifecycle hook {request['hookId']} was not found in the service deployment."
        )
    if run.kind != "PAUSE" or run.status is not HookStatus.AWAITING_ACTION or run.action:
        raise InvalidParameterException(
            f"The lifecycle hook {run.id} is not in the AWAITING_ACTION status."
        )
    tx.put(replace(run, action=action))
    return {"serviceDeploymentArn": arn}


def _known(tx: Transaction, arn: str) -> tuple[Service, ServiceDeployment]:
    found = process_of(tx, arn)
    if found is None:
        raise ServiceDeploymentNotFoundException("The service deployment was not found.")
    return found
