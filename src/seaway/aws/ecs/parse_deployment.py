"""A deployment configuration's shape → DeploymentConfiguration, with AWS's limits."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from seaway.aws.ecs.errors import InvalidParameterException, not_built
from seaway.core.service import DeploymentAlarms, DeploymentConfiguration, LifecycleHook
from seaway.core.service_deployment import Stage

if TYPE_CHECKING:
    from seaway.aws.shapes import ecs as shapes

STRATEGIES = ("ROLLING", "BLUE_GREEN", "LINEAR", "CANARY")
_PATH = "deploymentConfiguration."
_LONGEST_BAKE = 1440
_LONGEST_PAUSE = 20160
_MOST_HOOKS = 10
_HOOK_STAGES = tuple(
    stage.value for stage in Stage if stage not in (Stage.SCALE_UP, Stage.BAKE_TIME, Stage.CLEAN_UP)
)
_SHIFTS = (Stage.TEST_TRAFFIC_SHIFT.value, Stage.PRODUCTION_TRAFFIC_SHIFT.value)
_ROLLING_STAGES = (
    Stage.RECONCILE_SERVICE.value,
    Stage.PRE_SCALE_UP.value,
    Stage.POST_SCALE_UP.value,
)

DAEMON = DeploymentConfiguration(maximum_percent=100, minimum_healthy_percent=0)
"""What a daemon service that says nothing has (API: DeploymentConfiguration)."""


def parse_rollout(
    given: shapes.DeploymentConfiguration | None, before: DeploymentConfiguration
) -> DeploymentConfiguration:
    """How a service may change; what is left out stays as it was.

    Raises InvalidParameterException, ClientException for what is not built.
    """
    if not given:
        return before
    early = given.get("earlySuccessCriteria")
    if early and early.get("enable") is not False:
        raise not_built(_PATH + "earlySuccessCriteria")
    strategy = given.get("strategy", before.strategy)
    if strategy not in STRATEGIES:
        raise InvalidParameterException(f"Invalid deployment strategy: {strategy}")
    rollout = replace(
        before,
        strategy=strategy,
        maximum_percent=given.get("maximumPercent", before.maximum_percent),
        minimum_healthy_percent=given.get("minimumHealthyPercent", before.minimum_healthy_percent),
        alarms=_alarms(given.get("alarms"), before.alarms),
        bake_minutes=_bake(given, strategy, before),
    )
    rollout = _breaker(given.get("deploymentCircuitBreaker"), rollout)
    rollout = _steps(given, rollout, before)
    if "lifecycleHooks" in given:
        rollout = replace(rollout, hooks=_hooks(given["lifecycleHooks"]))
    _check_hooks(rollout)
    _check_percents(rollout)
    return rollout


def _check_percents(rollout: DeploymentConfiguration) -> None:
    if rollout.minimum_healthy_percent < 0 or rollout.maximum_percent < 100:
        raise InvalidParameterException(
            "minimumHealthyPercent must not be negative and maximumPercent must be at least 100."
        )
    both = rollout.minimum_healthy_percent == rollout.maximum_percent == 100
    if both and rollout.strategy == "ROLLING":
        raise InvalidParameterException(
            "Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block "
            "deployments."
        )
    if rollout.maximum_percent < rollout.minimum_healthy_percent:
        raise InvalidParameterException(
            "The maximumPercent must not be less than the minimumHealthyPercent."
        )


def _bake(
    given: shapes.DeploymentConfiguration, strategy: str, before: DeploymentConfiguration
) -> int:
    bake = given.get("bakeTimeInMinutes")
    if bake is None:
        if strategy == "BLUE_GREEN" and before.strategy != strategy:
            raise InvalidParameterException(
                "bakeTimeInMinutes must be specified when the deployment strategy is BLUE_GREEN."
            )
        return before.bake_minutes
    return _minutes(bake, "bakeTimeInMinutes")


def _minutes(given: int, name: str) -> int:
    if not 0 <= given <= _LONGEST_BAKE:
        raise InvalidParameterException(f"{name} must be between 0 and {_LONGEST_BAKE}.")
    return given


def _alarms(given: shapes.DeploymentAlarms | None, before: DeploymentAlarms) -> DeploymentAlarms:
    if not given:
        return before
    names = tuple(given["alarmNames"])
    if given["enable"] and not names:
        raise InvalidParameterException(
            "At least one alarm name must be specified when deployment alarms are enabled."
        )
    return DeploymentAlarms(names=names, enabled=given["enable"], rollback=given["rollback"])


def _breaker(
    given: shapes.DeploymentCircuitBreaker | None, rollout: DeploymentConfiguration
) -> DeploymentConfiguration:
    if not given:
        return rollout
    rollout = replace(
        rollout,
        circuit_breaker=given["enable"],
        circuit_breaker_rollback=given["rollback"],
        breaker_resets=given.get("resetOnHealthyTask", True) is not False,
    )
    threshold = given.get("thresholdConfiguration")
    if not threshold:
        return replace(rollout, breaker_type="BOUNDED_PERCENT", breaker_value=50)
    kind, value = threshold["type"], threshold["value"]
    if kind not in ("COUNT", "BOUNDED_PERCENT", "UNBOUNDED_PERCENT"):
        raise InvalidParameterException(f"Invalid circuit breaker threshold type: {kind}")
    if value < 1 or (kind != "COUNT" and value > 100):
        raise InvalidParameterException(
            "The circuit breaker's threshold value must be at least 1, and a percentage at most "
            "100."
        )
    return replace(rollout, breaker_type=kind, breaker_value=value)


def _steps(
    given: shapes.DeploymentConfiguration,
    rollout: DeploymentConfiguration,
    before: DeploymentConfiguration,
) -> DeploymentConfiguration:
    """The steps of a linear deployment, or the first one of a canary."""
    for name, strategy in (("linearConfiguration", "LINEAR"), ("canaryConfiguration", "CANARY")):
        if given.get(name) and rollout.strategy != strategy:
            raise InvalidParameterException(
                f"{_PATH}{name} is only valid when the deployment strategy is {strategy}."
            )
    fresh = rollout.strategy != before.strategy
    if rollout.strategy == "LINEAR" and (fresh or "linearConfiguration" in given):
        linear = given.get("linearConfiguration") or {}
        return replace(
            rollout,
            step_percent=_percent(linear.get("stepPercent", 10.0), 3.0, "stepPercent"),
            step_bake_minutes=_minutes(
                linear.get("stepBakeTimeInMinutes", 6), "stepBakeTimeInMinutes"
            ),
        )
    if rollout.strategy == "CANARY" and (fresh or "canaryConfiguration" in given):
        canary = given.get("canaryConfiguration") or {}
        return replace(
            rollout,
            canary_percent=_percent(canary.get("canaryPercent", 5.0), 0.1, "canaryPercent"),
            step_bake_minutes=_minutes(
                canary.get("canaryBakeTimeInMinutes", 10), "canaryBakeTimeInMinutes"
            ),
        )
    return rollout


def _percent(given: float, least: float, name: str) -> float:
    if not least <= given <= 100 or abs(given * 10 - round(given * 10)) > 1e-6:
        raise InvalidParameterException(
            f"{name} must be a multiple of 0.1 between {least} and 100.0."
        )
    return round(float(given), 1)


def _hooks(given: Sequence[shapes.DeploymentLifecycleHook]) -> tuple[LifecycleHook, ...]:
    hooks = tuple(_hook(item, f"{_PATH}lifecycleHooks[{i}]") for i, item in enumerate(given))
    for kind in ("AWS_LAMBDA", "PAUSE"):
        if sum(1 for hook in hooks if hook.kind == kind) > _MOST_HOOKS:
            raise InvalidParameterException(
                f"{_PATH}lifecycleHooks can have at most {_MOST_HOOKS} hooks of type {kind}."
            )
    return hooks


def _hook(given: shapes.DeploymentLifecycleHook, path: str) -> LifecycleHook:
    kind = given.get("targetType") or "AWS_LAMBDA"
    if kind not in ("AWS_LAMBDA", "PAUSE"):
        raise InvalidParameterException(f"{path}.targetType is not valid: {kind}")
    stages = tuple(given.get("lifecycleStages") or ())
    if not stages:
        raise InvalidParameterException(f"{path}.lifecycleStages cannot be empty.")
    for stage in stages:
        if stage not in _HOOK_STAGES:
            raise InvalidParameterException(f"{path}.lifecycleStages is not valid: {stage}")
    if kind == "PAUSE":
        _check_pause(given, stages, path)
    elif not given.get("hookTargetArn"):
        raise InvalidParameterException(f"{path}.hookTargetArn cannot be blank.")
    details = _details(given, path)
    timeout = given.get("timeoutConfiguration") or {}
    minutes = timeout.get("timeoutInMinutes", 1440)
    if not 1 <= minutes <= _LONGEST_PAUSE:
        raise InvalidParameterException(
            f"{path}.timeoutConfiguration.timeoutInMinutes must be between 1 and {_LONGEST_PAUSE}."
        )
    action = timeout.get("action") or "ROLLBACK"
    if action not in ("ROLLBACK", "CONTINUE"):
        raise InvalidParameterException(
            f"{path}.timeoutConfiguration.action is not valid: {action}"
        )
    return LifecycleHook(
        stages=stages,
        target=given.get("hookTargetArn") or None,
        role=given.get("roleArn") or None,
        details=None if details is None else json.dumps(details),
        kind=kind,
        timeout_minutes=minutes,
        on_timeout=action,
    )


def _details(given: shapes.DeploymentLifecycleHook, path: str) -> dict[str, object] | None:
    """A JSON object, or one written as a string, as CloudFormation's templates have it."""
    details = given.get("hookDetails")
    if isinstance(details, str):
        with suppress(ValueError):
            details = json.loads(details)
    if details is None or isinstance(details, dict):
        return details
    raise InvalidParameterException(f"{path}.hookDetails must be a JSON object.")


def _check_pause(given: shapes.DeploymentLifecycleHook, stages: Sequence[str], path: str) -> None:
    for name in ("hookTargetArn", "roleArn", "hookDetails"):
        if given.get(name):
            raise InvalidParameterException(f"{path}.{name} is not valid for PAUSE hooks.")
    for stage in stages:
        if stage in _SHIFTS:
            raise InvalidParameterException(f"PAUSE hooks cannot be configured at {stage}.")


def _check_hooks(rollout: DeploymentConfiguration) -> None:
    """A rolling deployment shifts no traffic: hooks at such stages would never run."""
    if rollout.strategy != "ROLLING":
        return
    for hook in rollout.hooks:
        for stage in hook.stages:
            if stage not in _ROLLING_STAGES:
                raise InvalidParameterException(
                    f"The lifecycle stage {stage} is not valid for the deployment strategy ROLLING."
                )
