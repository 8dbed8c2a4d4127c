"""Deployment strategies: which stage comes next, and who gets how much traffic at each step."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import replace

from seaway.core.alarm import Alarm
from seaway.core.service import (
    Deployment,
    DeploymentConfiguration,
    LifecycleHook,
    ServiceLoadBalancer,
)
from seaway.core.service_deployment import ServiceDeployment, Stage

STAGE_LIMIT = 24 * 3600.0
"""Seconds a stage may take (AWS: how blue/green deployments work)."""

BACK = -1
"""The step of a deployment that leads its traffic back."""

ROLLING_STAGES = (
    Stage.RECONCILE_SERVICE,
    Stage.PRE_SCALE_UP,
    Stage.SCALE_UP,
    Stage.POST_SCALE_UP,
    Stage.BAKE_TIME,
    Stage.CLEAN_UP,
)
"""A rolling deployment replaces tasks; there is no traffic to shift."""

_BACK_STAGES = (Stage.PRODUCTION_TRAFFIC_SHIFT, Stage.TEST_TRAFFIC_SHIFT, Stage.CLEAN_UP)
"""AWS runs the hooks of both traffic shifts also when they are undone."""


def shifts(configuration: DeploymentConfiguration) -> bool:
    """Whether the strategy keeps two revisions apart and shifts traffic between them."""
    return configuration.strategy != "ROLLING"


def stages(configuration: DeploymentConfiguration) -> tuple[Stage, ...]:
    """The stages of a strategy, in order."""
    return tuple(Stage) if shifts(configuration) else ROLLING_STAGES


def shares(configuration: DeploymentConfiguration) -> tuple[float, ...]:
    """Per cent of the production traffic green has after each shift; the last is 100.

    (API: LinearConfiguration, CanaryConfiguration.)
    """
    match configuration.strategy:
        case "CANARY":
            first = configuration.canary_percent
            return (first, 100.0) if first < 100 else (100.0,)
        case "LINEAR":
            step = configuration.step_percent
            # Tenths of a per cent are exact only when they are not added up.
            count = math.ceil(round(100 / step, 6))
            return tuple(min(round(step * turn, 1), 100.0) for turn in range(1, count + 1))
        case _:
            return (100.0,)


def weights(share: float) -> tuple[int, int]:
    """Blue's and green's weight for green's share in per cent; each is 999 at most, as ELB has it.

    Whole per cents are their own weights, others count tenths.
    """
    if share == int(share):
        return 100 - int(share), int(share)
    green = round(share * 10)
    return 1000 - green, green


def first_stage(process: ServiceDeployment) -> Stage:
    """Where a deployment begins: RECONCILE_SERVICE only if several revisions are in force."""
    return Stage.RECONCILE_SERVICE if len(process.sources) > 1 else Stage.PRE_SCALE_UP


def next_place(process: ServiceDeployment) -> tuple[Stage, int] | None:
    """The stage and step that follow; None when the last is done."""
    stage, step = process.stage, process.step
    assert stage is not None, "a deployment that has begun is in a stage"
    if process.rolls_back:
        place = _BACK_STAGES.index(stage)
        return (_BACK_STAGES[place + 1], BACK) if place + 1 < len(_BACK_STAGES) else None
    if stage is Stage.PRODUCTION_TRAFFIC_SHIFT and process.share < 100:
        return Stage.PRE_PRODUCTION_TRAFFIC_SHIFT, step + 1
    order = stages(process.configuration)
    place = order.index(stage)
    return (order[place + 1], step) if place + 1 < len(order) else None


def entered(
    process: ServiceDeployment, stage: Stage, step: int, now: float, *, alone: bool
) -> ServiceDeployment:
    """The deployment as it begins a stage, with the traffic that goes with it.

    ``alone``: there is no blue; then all the traffic is green's from the first.
    """
    share, tested = process.share, process.tested
    if alone:
        share, tested = 100.0, True
    elif step != BACK and stage is Stage.TEST_TRAFFIC_SHIFT:
        tested = True
    elif step != BACK and stage is Stage.PRODUCTION_TRAFFIC_SHIFT:
        share = shares(process.configuration)[step]
    return replace(
        process,
        stage=stage,
        step=step,
        stage_at=now,
        updated_at=now,
        share=share,
        tested=tested,
    )


def led_back(process: ServiceDeployment, now: float) -> ServiceDeployment:
    """The deployment with all the traffic blue's again, at once."""
    moved = process.share > 0 or process.tested
    return replace(
        process,
        stage=Stage.PRODUCTION_TRAFFIC_SHIFT if moved else Stage.CLEAN_UP,
        step=BACK,
        stage_at=now,
        updated_at=now,
        share=0.0,
        tested=False,
    )


def pause_of(process: ServiceDeployment, alarms: Iterable[Alarm]) -> float:
    """Seconds a stage lasts at least: the bake time, or the wait between two shifts."""
    configuration = process.configuration
    if process.rolls_back:
        return 0.0
    if process.stage is Stage.PRODUCTION_TRAFFIC_SHIFT and process.share < 100:
        return configuration.step_bake_minutes * 60.0
    if process.stage is not Stage.BAKE_TIME:
        return 0.0
    if configuration.bake_minutes or shifts(configuration):
        return configuration.bake_minutes * 60.0
    return max((_sight(alarm) for alarm in alarms), default=0.0)


def _sight(alarm: Alarm) -> float:
    """How long an alarm needs to see something: AWS computes a rolling bake time from it."""
    told = json.loads(alarm.settings or "{}")
    return float(told.get("Period", 60)) * float(told.get("EvaluationPeriods", 1))


def hooks_at(
    configuration: DeploymentConfiguration, stage: Stage
) -> tuple[tuple[int, LifecycleHook], ...]:
    """The hooks of a stage, each with its place in the configuration."""
    return tuple(
        (index, hook)
        for index, hook in enumerate(configuration.hooks)
        if stage.value in hook.stages
    )


def resolved(
    balancers: Iterable[ServiceLoadBalancer], used: Iterable[str]
) -> tuple[tuple[ServiceLoadBalancer, ...], bool]:
    """A new revision's load balancers, and whether its target groups were swapped.

    Its ``target_group`` is where its tasks are registered: the configured one, or the alternate
    when the configured one is in use (``used``) by the revision it replaces.
    """
    wanted, taken = tuple(balancers), set(used)
    swapped = any(b.alternate_target_group and b.target_group in taken for b in wanted)
    return (tuple(map(_swapped, wanted)) if swapped else wanted), swapped


def configured(deployment: Deployment) -> tuple[ServiceLoadBalancer, ...]:
    """A revision's load balancers as the service was configured."""
    if not deployment.swapped:
        return deployment.load_balancers
    return tuple(map(_swapped, deployment.load_balancers))


def _swapped(balancer: ServiceLoadBalancer) -> ServiceLoadBalancer:
    if balancer.alternate_target_group is None:
        return balancer
    return replace(
        balancer,
        target_group=balancer.alternate_target_group,
        alternate_target_group=balancer.target_group,
    )
