from __future__ import annotations

from dataclasses import replace

from seaway.core.service import Deployment, RolloutState
from tests.aws.ecs.story import Ecs, an_ecs


def with_two() -> tuple[Ecs, list[Deployment]]:
    ecs = an_ecs()
    ecs.register()
    ecs.serve()
    (first,) = ecs.all(Deployment)
    ecs.put(replace(first, rollout_state=RolloutState.COMPLETED, finished_at=1_000_005.0))
    ecs.api.now += 10
    ecs.UpdateService(service="web", forceNewDeployment=True)
    return ecs, ecs.all(Deployment)


def test_a_service_tells_its_deployments_newest_first() -> None:
    ecs, (first, _) = with_two()
    briefs = ecs.ListServiceDeployments(service="web")["serviceDeployments"]
    assert [brief["status"] for brief in briefs] == ["IN_PROGRESS", "SUCCESSFUL"]
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


def test_a_deployment_overtaken_by_another_is_stopped() -> None:
    ecs, _ = with_two()
    ecs.UpdateService(service="web", forceNewDeployment=True)
    briefs = ecs.ListServiceDeployments(service="web")["serviceDeployments"]
    assert [brief["status"] for brief in briefs] == ["IN_PROGRESS", "STOPPED", "SUCCESSFUL"]


def test_a_rolled_back_deployment_says_so() -> None:
    ecs, (first, second) = with_two()
    breaker = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}
    ecs.UpdateService(service="web", deploymentConfiguration=breaker)
    ecs.put(
        replace(
            second, status="INACTIVE", rollout_state=RolloutState.FAILED, rollout_reason="broken"
        ),
        replace(
            first,
            id="ecs-svc/3",
            number="3",
            source=second.id,
            status="PRIMARY",
            created_at=second.created_at + 1,
        ),
    )
    briefs = ecs.ListServiceDeployments(service="web")["serviceDeployments"]
    assert [brief["status"] for brief in briefs] == [
        "SUCCESSFUL",
        "ROLLBACK_SUCCESSFUL",
        "SUCCESSFUL",
    ]
    assert briefs[1]["statusReason"] == "broken"
