"""Service deployments as the API shows them: how far, with which shares, hooks and monitors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seaway.aws.ecs.render_rollout import render_rollout
from seaway.aws.instants import instant
from seaway.core.breaker import threshold
from seaway.core.deployment import counts
from seaway.core.names import revision_arn, service_deployment_arn
from seaway.core.service import Deployment, Service
from seaway.core.service_deployment import HookRun, HookStatus, ServiceDeployment
from seaway.core.strategy import shifts
from seaway.core.task import Task
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import ecs as shapes


def render_brief(service: Service, process: ServiceDeployment) -> shapes.ServiceDeploymentBrief:
    """A service deployment in a list."""
    brief: shapes.ServiceDeploymentBrief = {
        "serviceDeploymentArn": service_deployment_arn(service.arn, process.number),
        "serviceArn": service.arn,
        "clusterArn": service.cluster,
        "createdAt": instant(process.created_at),
        "targetServiceRevisionArn": revision_arn(service.arn, process.target),
        "status": process.shown_status.value,
    }
    if process.started_at is not None:
        brief["startedAt"] = instant(process.started_at)
    if process.finished_at is not None:
        brief["finishedAt"] = instant(process.finished_at)
    if process.reason:
        brief["statusReason"] = process.reason
    return brief


def render_service_deployment(
    tx: Transaction, service: Service, process: ServiceDeployment
) -> shapes.ServiceDeployment:
    """A service deployment with all that is known of it."""
    brief = render_brief(service, process)
    tasks = tx.where(Task, service=service.arn)
    target = tx.find(Deployment, process.target)
    shape: shapes.ServiceDeployment = {
        "serviceDeploymentArn": brief["serviceDeploymentArn"],
        "serviceArn": service.arn,
        "clusterArn": service.cluster,
        "createdAt": brief["createdAt"],
        "updatedAt": instant(process.updated_at or process.created_at),
        "sourceServiceRevisions": [
            _summary(service, process, source, tasks) for source in process.sources
        ],
        "targetServiceRevision": _summary(service, process, process.target, tasks),
        "status": brief["status"],
        "lifecycleHookDetails": [
            _hook(run) for run in tx.where(HookRun, deployment=process.number)
        ],
        "deploymentConfiguration": render_rollout(process.configuration),
        "deploymentCircuitBreaker": {
            "status": _monitor(
                process, process.configuration.circuit_breaker, process.breaker_tripped
            ),
            "failureCount": target.failed_tasks if target else 0,
            "threshold": threshold(process.configuration, service.desired_count),
        },
        "alarms": _alarms(process),
    }
    if "startedAt" in brief:
        shape["startedAt"] = brief["startedAt"]
    if "finishedAt" in brief:
        shape["finishedAt"] = brief["finishedAt"]
    if process.stopped_at is not None:
        shape["stoppedAt"] = instant(process.stopped_at)
    if "statusReason" in brief:
        shape["statusReason"] = brief["statusReason"]
    if process.stage is not None:
        shape["lifecycleStage"] = process.stage.value
    if process.rollback_at is not None and process.rollback_to is not None:
        shape["rollback"] = {
            "reason": process.rollback_reason,
            "startedAt": instant(process.rollback_at),
            "serviceRevisionArn": revision_arn(service.arn, process.rollback_to),
        }
    return shape


def _summary(
    service: Service, process: ServiceDeployment, deployment: str, tasks: list[Task]
) -> shapes.ServiceRevisionSummary:
    running, pending = counts(tasks, deployment)
    going = process.is_open and deployment == (process.rollback_to or process.target)
    shape: shapes.ServiceRevisionSummary = {
        "arn": revision_arn(service.arn, deployment),
        "requestedTaskCount": service.desired_count if going else running + pending,
        "runningTaskCount": running,
        "pendingTaskCount": pending,
    }
    if shifts(process.configuration) and deployment in (process.target, process.blue):
        green = deployment == process.target
        tested = 100.0 if process.tested else 0.0
        shape["requestedTestTrafficWeight"] = tested if green else 100.0 - tested
        shape["requestedProductionTrafficWeight"] = process.share if green else 100 - process.share
    return shape


def _hook(run: HookRun) -> shapes.DeploymentLifecycleHookDetail:
    shape: shapes.DeploymentLifecycleHookDetail = {
        "hookId": run.id,
        "targetType": run.kind,
        "status": _hook_status(run).value,
        "expiresAt": instant(run.expires_at),
        "timeoutAction": run.on_timeout,
    }
    if run.target:
        shape["targetArn"] = run.target
    return shape


def _hook_status(run: HookRun) -> HookStatus:
    """What was said by hand shows before it is acted on."""
    if run.is_over or run.action is None:
        return run.status
    return HookStatus.SUCCEEDED if run.action == "CONTINUE" else HookStatus.FAILED


def _alarms(process: ServiceDeployment) -> shapes.ServiceDeploymentAlarms:
    alarms = process.configuration.alarms
    watched = alarms.enabled and process.alarms_watched
    shape: shapes.ServiceDeploymentAlarms = {
        "status": _monitor(process, watched, bool(process.alarms_triggered))
    }
    if alarms.names:
        shape["alarmNames"] = list(alarms.names)
    if process.alarms_triggered:
        shape["triggeredAlarmNames"] = list(process.alarms_triggered)
    return shape


def _monitor(process: ServiceDeployment, watching: bool, triggered: bool) -> str:
    if triggered:
        return "TRIGGERED"
    if not watching:
        return "DISABLED"
    return "MONITORING" if process.is_open else "MONITORING_COMPLETE"
