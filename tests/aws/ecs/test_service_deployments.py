from __future__ import annotations

from dataclasses import replace
from typing import Any

from seaway.core.service import Deployment, DeploymentConfiguration, RolloutState
from seaway.core.service_deployment import (
    DeploymentStatus,
    HookRun,
    HookStatus,
    ServiceDeployment,
    Stage,
)
from tests.aws.ecs.story import Ecs, an_ecs, refusal

HOME = "arn:aws:ecs:us-east-1:000000000000"


def with_two() -> tuple[Ecs, list[Deployment]]:
    ecs = an_ecs()
    ecs.register()
    ecs.serve()
    (first,) = ecs.all(Deployment)
    (process,) = ecs.all(ServiceDeployment)
    ecs.put(replace(first, rollout_state=RolloutState.COMPLETED, finished_at=1_000_005.0))
    ecs.put(replace(process, status=DeploymentStatus.SUCCESSFUL, finished_at=1_000_005.0))
    ecs.api.now += 10
    ecs.UpdateService(service="web", forceNewDeployment=True)
    return ecs, ecs.all(Deployment)


def test_a_service_tells_its_deployments_newest_first() -> None:
    ecs, (first, _) = with_two()
    briefs = ecs.ListServiceDeployments(service="web")["serviceDeployments"]
    assert [brief["status"] for brief in briefs] == ["PENDING", "SUCCESSFUL"]
    assert briefs[1]["serviceDeploymentArn"].endswith(f"/default/web/{first.number}")
    assert briefs[1]["finishedAt"].timestamp() == 1_000_005.0
    done = ecs.ListServiceDeployments(service="web", status=["SUCCESSFUL"])
    assert len(done["serviceDeployments"]) == 1
    later = ecs.ListServiceDeployments(service="web", createdAt={"after": briefs[1]["createdAt"]})
    assert later["serviceDeployments"] == briefs[:1]


def test_a_deployment_tells_what_it_replaces() -> None:
    ecs, (first, _) = with_two()
    brief = ecs.ListServiceDeployments(service="web")["serviceDeployments"][0]
    arns = [brief["serviceDeploymentArn"], brief["serviceDeploymentArn"] + "x"]
    answer = ecs.DescribeServiceDeployments(serviceDeploymentArns=arns)
    (shape,) = answer["serviceDeployments"]
    (source,) = shape["sourceServiceRevisions"]
    assert source["arn"].endswith(first.id.removeprefix("ecs-svc/"))
    assert shape["targetServiceRevision"]["requestedTaskCount"] == 2
    assert shape["deploymentCircuitBreaker"]["status"] == "DISABLED"
    assert answer["failures"] == [{"arn": arns[1], "reason": "MISSING"}]


def test_a_revision_tells_what_was_deployed() -> None:
    ecs, _ = with_two()
    brief = ecs.ListServiceDeployments(service="web")["serviceDeployments"][0]
    arn = brief["targetServiceRevisionArn"]
    (revision,) = ecs.DescribeServiceRevisions(serviceRevisionArns=[arn])["serviceRevisions"]
    assert revision["serviceRevisionArn"] == arn
    assert revision["taskDefinition"].endswith("web:1")
    assert revision["containerImages"] == [{"containerName": "web", "image": "web:1"}]


def test_a_deployment_that_is_overtaken_is_asked_to_stop() -> None:
    ecs, _ = with_two()
    ecs.UpdateService(service="web", forceNewDeployment=True)
    briefs = ecs.ListServiceDeployments(service="web")["serviceDeployments"]
    assert [brief["status"] for brief in briefs] == ["PENDING", "STOP_REQUESTED", "SUCCESSFUL"]


def under_way(**fields: Any) -> tuple[Ecs, ServiceDeployment, str]:
    """A deployment as the reconciler has it in its midst, and its ARN."""
    ecs, (first, _) = with_two()
    process = replace(
        ecs.all(ServiceDeployment)[-1],
        status=DeploymentStatus.IN_PROGRESS,
        started_at=1_000_011.0,
        blue=first.id,
        stage=Stage.POST_SCALE_UP,
        **fields,
    )
    ecs.put(process)
    return ecs, process, f"{HOME}:service-deployment/default/web/{process.number}"


def described(ecs: Ecs, arn: str) -> Any:
    (shape,) = ecs.DescribeServiceDeployments(serviceDeploymentArns=[arn])["serviceDeployments"]
    return shape


def test_a_rolled_back_deployment_says_why_and_to_what() -> None:
    ecs, process, arn = under_way(
        rollback_at=1_000_020.0, rollback_reason="broken", reason="broken", breaker_tripped=True
    )
    back = replace(process, rollback_to=process.blue, status=DeploymentStatus.ROLLBACK_SUCCESSFUL)
    ecs.put(back)
    shape = described(ecs, arn)
    assert (shape["status"], shape["statusReason"]) == ("ROLLBACK_SUCCESSFUL", "broken")
    assert shape["rollback"]["reason"] == "broken"
    assert shape["rollback"]["serviceRevisionArn"] == shape["sourceServiceRevisions"][0]["arn"]
    assert shape["deploymentCircuitBreaker"]["status"] == "TRIGGERED"


def test_a_deployment_that_is_stopped_is_to_roll_back() -> None:
    ecs, process, arn = under_way()
    assert ecs.StopServiceDeployment(serviceDeploymentArn=arn) == {"serviceDeploymentArn": arn}
    assert described(ecs, arn)["status"] == "ROLLBACK_REQUESTED"
    assert ecs.all(ServiceDeployment)[-1].rollback_asked
    assert ecs.StopServiceDeployment(serviceDeploymentArn=arn, stopType="ROLLBACK")
    code, text = refusal(
        lambda: ecs.StopServiceDeployment(serviceDeploymentArn=arn, stopType="ABORT")
    )
    assert (code, "The stopType ABORT is not supported." in text) == (
        "UnsupportedFeatureException",
        True,
    )
    ecs.put(replace(process, status=DeploymentStatus.SUCCESSFUL, finished_at=1_000_030.0))
    code, text = refusal(lambda: ecs.StopServiceDeployment(serviceDeploymentArn=arn))
    assert (code, "SUCCESSFUL" in text) == ("ConflictException", True)
    code, text = refusal(lambda: ecs.StopServiceDeployment(serviceDeploymentArn=arn + "x"))
    assert (code, "not found" in text) == ("ServiceDeploymentNotFoundException", True)


def a_pause(process: ServiceDeployment, **fields: Any) -> HookRun:
    return HookRun(
        **{
            "id": "ecs-pause-1",
            "deployment": process.number,
            "service": process.service,
            "stage": Stage.POST_SCALE_UP,
            "step": 0,
            "index": 0,
            "kind": "PAUSE",
            "began_at": 1_000_012.0,
            "expires_at": 1_000_612.0,
            "status": HookStatus.AWAITING_ACTION,
            **fields,
        }
    )


def test_a_pause_is_shown_and_continued_by_its_hook_id() -> None:
    ecs, process, arn = under_way()
    ecs.put(a_pause(process))
    (hook,) = described(ecs, arn)["lifecycleHookDetails"]
    assert hook["expiresAt"].timestamp() == 1_000_612.0
    assert (hook["status"], hook["timeoutAction"]) == ("AWAITING_ACTION", "ROLLBACK")
    request = {"serviceDeploymentArn": arn, "hookId": hook["hookId"]}
    assert ecs.ContinueServiceDeployment(**request) == {"serviceDeploymentArn": arn}
    assert described(ecs, arn)["lifecycleHookDetails"][0]["status"] == "SUCCEEDED"
    (run,) = ecs.all(HookRun)
    assert run.action == "CONTINUE"
    code, text = refusal(lambda: ecs.ContinueServiceDeployment(**request, action="ROLLBACK"))
    assert (code, "is not in the AWAITING_ACTION status" in text) == (
        "InvalidParameterException",
        True,
    )
    code, text = refusal(
        lambda: ecs.ContinueServiceDeployment(serviceDeploymentArn=arn, hookId="other")
    )
    assert (code, "was not found" in text) == ("InvalidParameterException", True)


def test_a_function_cannot_be_continued_by_hand() -> None:
    ecs, process, arn = under_way()
    ecs.put(a_pause(process, kind="AWS_LAMBDA", status=HookStatus.IN_PROGRESS, target="check"))
    code, text = refusal(
        lambda: ecs.ContinueServiceDeployment(serviceDeploymentArn=arn, hookId="ecs-pause-1")
    )
    assert (code, "AWAITING_ACTION" in text) == ("InvalidParameterException", True)


def test_a_deployment_that_shifts_tells_stage_and_shares() -> None:
    linear = DeploymentConfiguration(strategy="LINEAR", step_percent=20.0, step_bake_minutes=1)
    ecs, process, arn = under_way(configuration=linear, share=20.0, tested=True)
    ecs.put(replace(process, stage=Stage.PRE_PRODUCTION_TRAFFIC_SHIFT))
    shape = described(ecs, arn)
    assert shape["lifecycleStage"] == "PRE_PRODUCTION_TRAFFIC_SHIFT"
    green, (blue,) = shape["targetServiceRevision"], shape["sourceServiceRevisions"]
    assert green["requestedProductionTrafficWeight"] == 20.0
    assert blue["requestedProductionTrafficWeight"] == 80.0
    assert (green["requestedTestTrafficWeight"], blue["requestedTestTrafficWeight"]) == (100, 0)
    assert shape["deploymentConfiguration"]["linearConfiguration"] == {
        "stepPercent": 20.0,
        "stepBakeTimeInMinutes": 1,
    }
