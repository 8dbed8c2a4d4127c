"""A deployment configuration as the API shows it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from seaway.core.service import DeploymentConfiguration, LifecycleHook

if TYPE_CHECKING:
    from seaway.aws.shapes import ecs as shapes


def render_rollout(rollout: DeploymentConfiguration) -> shapes.DeploymentConfiguration:
    """How a service may change."""
    shape: shapes.DeploymentConfiguration = {
        "deploymentCircuitBreaker": {
            "enable": rollout.circuit_breaker,
            "rollback": rollout.circuit_breaker_rollback,
            "resetOnHealthyTask": rollout.breaker_resets,
            "thresholdConfiguration": {
                "type": rollout.breaker_type,
                "value": rollout.breaker_value,
            },
        },
        "maximumPercent": rollout.maximum_percent,
        "minimumHealthyPercent": rollout.minimum_healthy_percent,
        "strategy": rollout.strategy,
        "bakeTimeInMinutes": rollout.bake_minutes,
    }
    if rollout.alarms.names:
        shape["alarms"] = {
            "alarmNames": list(rollout.alarms.names),
            "enable": rollout.alarms.enabled,
            "rollback": rollout.alarms.rollback,
        }
    if rollout.hooks:
        shape["lifecycleHooks"] = [_hook(hook) for hook in rollout.hooks]
    if rollout.strategy == "LINEAR":
        shape["linearConfiguration"] = {
            "stepPercent": rollout.step_percent,
            "stepBakeTimeInMinutes": rollout.step_bake_minutes,
        }
    if rollout.strategy == "CANARY":
        shape["canaryConfiguration"] = {
            "canaryPercent": rollout.canary_percent,
            "canaryBakeTimeInMinutes": rollout.step_bake_minutes,
        }
    return shape


def _hook(hook: LifecycleHook) -> shapes.DeploymentLifecycleHook:
    shape: shapes.DeploymentLifecycleHook = {
        "targetType": hook.kind,
        "lifecycleStages": list(hook.stages),
        "timeoutConfiguration": {
            "timeoutInMinutes": hook.timeout_minutes,
            "action": hook.on_timeout,
        },
    }
    if hook.target:
        shape["hookTargetArn"] = hook.target
    if hook.role:
        shape["roleArn"] = hook.role
    if hook.details is not None:
        shape["hookDetails"] = json.loads(hook.details)
    return shape
