"""What EventBridge hears of services and their deployments, in AWS's shape."""

from __future__ import annotations

from seaway.core.moment import Moment
from seaway.core.names import service_deployment_arn
from seaway.core.service import Deployment, Service
from seaway.core.service_deployment import HookRun, HookStatus
from seaway.reconcile.announcing import announce
from seaway.store.transaction import Transaction


def deployment_changed(
    tx: Transaction, service: Service, deployment: Deployment, name: str, moment: Moment
) -> None:
    """SERVICE_DEPLOYMENT_IN_PROGRESS, _COMPLETED or _FAILED; the reason is the rollout's."""
    announce(
        tx,
        moment,
        detail_type="ECS Deployment State Change",
        subject=service.arn,
        detail={
            "eventType": "ERROR" if name.endswith("_FAILED") else "INFO",
            "eventName": name,
            "deploymentId": deployment.id,
            "updatedAt": _written(moment),
            "reason": deployment.rollout_reason,
        },
    )


def service_acted(
    tx: Transaction, service: Service, kind: str, name: str, moment: Moment, **more: str
) -> None:
    """An ECS Service Action: ``kind`` is INFO, WARN or ERROR, ``more`` goes into the detail."""
    announce(
        tx,
        moment,
        detail_type="ECS Service Action",
        subject=service.arn,
        detail={
            "eventType": kind,
            "eventName": name,
            "clusterArn": service.cluster,
            "createdAt": _written(moment),
            **more,
        },
    )


def hook_changed(tx: Transaction, run: HookRun, number: str, moment: Moment) -> None:
    """HOOK_AWAITING_ACTION, HOOK_IN_PROGRESS, HOOK_SUCCEEDED, HOOK_FAILED or HOOK_TIMED_OUT."""
    failing = run.status in (HookStatus.FAILED, HookStatus.TIMED_OUT)
    deployment = service_deployment_arn(run.service, number)
    announce(
        tx,
        moment,
        detail_type="ECS Hook State Change",
        subject=run.service,
        resources=(run.service, deployment),
        detail={
            "eventType": "ERROR" if failing else "INFO",
            "eventName": f"HOOK_{run.status}",
            "serviceDeploymentArn": deployment,
            "hookId": run.id,
            "targetType": run.kind,
            "lifecycleStage": run.stage,
            "updatedAt": _written(moment),
        },
    )


def _written(moment: Moment) -> str:
    return moment.time().isoformat(timespec="milliseconds").replace("+00:00", "Z")
