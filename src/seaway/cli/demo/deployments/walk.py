"""Four strategies, each brought in once, and rolled back by breaker, by alarm and by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from seaway.cli.demo.clients import Aws
from seaway.cli.demo.deployments.following import Meanwhile, Shape, expect, follow, newest
from seaway.cli.demo.deployments.kits import (
    ALARM,
    KITS,
    Scene,
    calm,
    clear,
    create,
    define,
    make_scene,
)
from seaway.cli.demo.deployments.traffic import Traffic, await_answers, host_of
from seaway.cli.demo.failure import DemoFailed
from seaway.cli.demo.mesh.asking import a_caller
from seaway.cli.demo.mesh.asking import told as told_counts
from seaway.cli.demo.names import BALANCER, CLUSTER
from seaway.cli.demo.stage import Stage
from seaway.cli.demo.trial import Outcome

STEPS = 6
BAKE_MINUTES = 5
"""Long enough for an alarm, or a hand, to come in time."""

SAFETY: dict[str, Any] = {
    "maximumPercent": 200,
    "minimumHealthyPercent": 100,
    "deploymentCircuitBreaker": {"enable": True, "rollback": True},
    "alarms": {"alarmNames": [ALARM], "enable": True, "rollback": True},
}


def configuration(strategy: str, *, bake: int, step_bake: int) -> dict[str, Any]:
    """What UpdateService is asked for; ``bake`` and ``step_bake`` are minutes."""
    steps: dict[str, dict[str, Any]] = {
        "LINEAR": {
            "linearConfiguration": {"stepPercent": 50.0, "stepBakeTimeInMinutes": step_bake}
        },
        "CANARY": {
            "canaryConfiguration": {"canaryPercent": 20.0, "canaryBakeTimeInMinutes": step_bake}
        },
    }
    rest = {"strategy": strategy, **steps.get(strategy, {}), "bakeTimeInMinutes": bake}
    return {**SAFETY, **rest}


SENTENCES = {
    "ROLLING": "New tasks take the place of the old ones, as many at a time as the percentages "
    "allow.",
    "BLUE_GREEN": "The new revision comes up whole beside the old one; test traffic first, then "
    "all traffic at once.",
    "LINEAR": "Traffic moves in equal steps, here a half each, with a minute between them.",
    "CANARY": "A small share of the traffic first, here a fifth for a minute, then all.",
}


class DeploymentsWalk:
    """The chapters. Nothing of kits is left afterwards."""

    def __init__(self, aws: Aws, stage: Stage) -> None:
        self._aws = aws
        self._stage = stage
        self._version = 0
        self._before = (0, 0)

    def through(self, prepare: Callable[[], None] | None) -> None:
        """All chapters; ``prepare`` brings cats, dogs and web up first. Raises as they do."""
        if prepare is not None:
            prepare()
        aws, stage = self._aws, self._stage
        clear(aws, stage)  # what an earlier run may have left
        with stage.step("The service kits", "Two tasks behind the load balancer's port 8080 and "
                        "in Service Connect; a second target group waits."):  # fmt: skip
            scene = make_scene(aws, stage)
            create(aws, stage, scene, self._define(scene))
            expect(follow(aws, stage, newest(aws)), "SUCCESSFUL")
        host, web = host_of(aws, BALANCER), a_caller(aws)
        await_answers(host, web)
        with Traffic(host, web) as traffic:
            for strategy, sentence in SENTENCES.items():
                with stage.step(strategy, sentence):
                    self._chapter(scene, strategy, traffic)
        with stage.step("Kits goes", "The service, its target groups, listeners and alarm."):
            clear(aws, stage)
        stage.summary()

    def _chapter(self, scene: Scene, strategy: str, traffic: Traffic) -> None:
        stage = self._stage
        stage.text("  brought in")
        definition = self._define(scene)
        shared = _Shares(stage, traffic)
        self._deploy(strategy, definition, "SUCCESSFUL", shared, bake=0, step_bake=1)
        now = f"v{self._version}"
        self._check(traffic, now)
        stage.text("  rolled back by the circuit breaker: its tasks end at once")
        broken = define(self._aws, stage, scene, "none", works=False)
        self._deploy(strategy, broken, "ROLLBACK_SUCCESSFUL", bake=0)
        self._check(traffic, now)
        stage.text("  rolled back by an alarm while it bakes")
        self._deploy(strategy, self._define(scene), "ROLLBACK_SUCCESSFUL", _Once(self._ring))
        calm(self._aws)
        self._check(traffic, now)
        stage.text("  rolled back by hand while it bakes")
        self._deploy(strategy, self._define(scene), "ROLLBACK_SUCCESSFUL", _Once(self._stop))
        self._check(traffic, now)

    def _define(self, scene: Scene) -> str:
        self._version += 1
        return define(self._aws, self._stage, scene, f"v{self._version}")

    def _deploy(
        self,
        strategy: str,
        definition: str,
        ends: str,
        meanwhile: Meanwhile | None = None,
        *,
        bake: int = BAKE_MINUTES,
        step_bake: int = 0,
    ) -> None:
        self._stage.call(
            self._aws.ecs,
            "update_service",
            cluster=CLUSTER,
            service=KITS,
            taskDefinition=definition,
            deploymentConfiguration=configuration(strategy, bake=bake, step_bake=step_bake),
        )
        ended = follow(self._aws, self._stage, newest(self._aws), meanwhile)
        expect(ended, ends)

    def _ring(self, shape: Shape) -> None:
        self._stage.call(
            self._aws.cloudwatch,
            "set_alarm_state",
            AlarmName=ALARM,
            StateValue="ALARM",
            StateReason="shown by the demo",
        )

    def _stop(self, shape: Shape) -> None:
        arn = shape["serviceDeploymentArn"]
        self._stage.call(self._aws.ecs, "stop_service_deployment", serviceDeploymentArn=arn)

    def _check(self, traffic: Traffic, version: str) -> None:
        """What serves now, and that no request was lost on the way. Raises DemoFailed."""
        told = traffic.told()
        since = [one.asked - before for one, before in zip(told, self._before, strict=True)]
        self._before = (told[0].asked, told[1].asked)
        serves = traffic.version()
        self._stage.say(
            f"{serves} serves; {since[0]} requests through the load balancer and {since[1]} "
            f"through Service Connect meanwhile, {_lost(*told)}"
        )
        if serves != version:
            raise DemoFailed(f"{KITS} serves {serves}, and should serve {version}.")
        if any(one.failed for one in told):
            raise DemoFailed(
                f"Requests were lost: {told[0]} by the load balancer, {told[1]} by Service Connect."
            )


class _Once:
    """Strikes when the deployment bakes, and not again."""

    def __init__(self, strike: Callable[[Shape], None]) -> None:
        self._strike = strike
        self._struck = False

    def __call__(self, shape: Shape) -> None:
        if not self._struck and shape.get("lifecycleStage") == "BAKE_TIME":
            self._struck = True
            self._strike(shape)


class _Shares:
    """Says who answers while the traffic is shared out."""

    def __init__(self, stage: Stage, traffic: Traffic) -> None:
        self._stage = stage
        self._traffic = traffic
        self._told: set[float] = set()

    def __call__(self, shape: Shape) -> None:
        share = shape["targetServiceRevision"].get("requestedProductionTrafficWeight", 0.0)
        if 0 < share < 100 and share not in self._told:
            self._told.add(share)
            balanced, connected = self._traffic.versions()
            self._stage.say(f"who answers through the load balancer: {told_counts(balanced)}")
            self._stage.say(f"who answers through Service Connect: {told_counts(connected)}")


def _lost(balanced: Outcome, connected: Outcome) -> str:
    failed = balanced.failed + connected.failed
    return "none lost" if not failed else f"{failed} lost"
