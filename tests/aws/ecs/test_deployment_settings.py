"""deploymentConfiguration and what shifting needs: taken whole, shown, or refused by name."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from seaway.core.service import Deployment, Service
from seaway.core.service_deployment import DeploymentStatus, ServiceDeployment
from tests.aws.ecs.story import Ecs, an_ecs, refusal
from tests.reconcile.shifting import BALANCER, LISTENER, a_group, a_rule

LAMBDA = {
    "hookTargetArn": "arn:aws:lambda:us-east-1:000000000000:function:check",
    "roleArn": "arn:aws:iam::000000000000:role/hooks",
    "lifecycleStages": ["POST_TEST_TRAFFIC_SHIFT", "PRODUCTION_TRAFFIC_SHIFT"],
    "hookDetails": {"url": "http://cats/"},
}
PAUSE = {"targetType": "PAUSE", "lifecycleStages": ["PRE_PRODUCTION_TRAFFIC_SHIFT"]}
BLUE_GREEN: dict[str, Any] = {"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 5}
ADVANCED = {
    "alternateTargetGroupArn": a_group("two").arn,
    "productionListenerRule": a_rule("production").arn,
    "testListenerRule": a_rule("test").arn,
    "roleArn": "arn:aws:iam::000000000000:role/balancers",
}
BALANCED = {"targetGroupArn": a_group("one").arn, "containerName": "web", "containerPort": 80}


def defined() -> Ecs:
    ecs = an_ecs()
    ecs.register()
    ecs.put(BALANCER, LISTENER, a_group("one"), a_group("two"))
    ecs.put(a_rule("production"), a_rule("test"))
    return ecs


def configured(given: dict[str, Any]) -> dict[str, Any]:
    shape: dict[str, Any] = defined().serve(deploymentConfiguration=given)
    found: dict[str, Any] = shape["deploymentConfiguration"]
    return found


def test_what_a_service_is_told_of_its_deployments_is_shown() -> None:
    given = {
        "strategy": "CANARY",
        "bakeTimeInMinutes": 7,
        "maximumPercent": 150,
        "minimumHealthyPercent": 50,
        "canaryConfiguration": {"canaryPercent": 12.5, "canaryBakeTimeInMinutes": 3},
        "alarms": {"alarmNames": ["errors"], "enable": True, "rollback": True},
        "deploymentCircuitBreaker": {
            "enable": True,
            "rollback": False,
            "resetOnHealthyTask": False,
            "thresholdConfiguration": {"type": "COUNT", "value": 4},
        },
        "lifecycleHooks": [LAMBDA, PAUSE],
    }
    timeout = {"timeoutInMinutes": 1440, "action": "ROLLBACK"}
    hooks = [
        {**LAMBDA, "targetType": "AWS_LAMBDA", "timeoutConfiguration": timeout},
        {**PAUSE, "timeoutConfiguration": timeout},
    ]
    assert configured(given) == {**given, "lifecycleHooks": hooks}


def test_without_a_word_a_strategy_has_the_defaults_of_ecs() -> None:
    assert configured({"strategy": "LINEAR"})["linearConfiguration"] == {
        "stepPercent": 10.0,
        "stepBakeTimeInMinutes": 6,
    }
    assert configured({"strategy": "CANARY"})["canaryConfiguration"] == {
        "canaryPercent": 5.0,
        "canaryBakeTimeInMinutes": 10,
    }
    plain = defined().serve()["deploymentConfiguration"]
    assert (plain["strategy"], plain["bakeTimeInMinutes"]) == ("ROLLING", 0)


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"strategy": "BLUE_GREEN"}, "bakeTimeInMinutes must be specified"),
        ({"bakeTimeInMinutes": 1441}, "bakeTimeInMinutes must be between 0 and 1440"),
        ({"linearConfiguration": {"stepPercent": 5.0}}, "only valid when"),
        ({"strategy": "LINEAR", "linearConfiguration": {"stepPercent": 2.9}}, "stepPercent"),
        ({"strategy": "CANARY", "canaryConfiguration": {"canaryPercent": 0.15}}, "canaryPercent"),
        ({"lifecycleHooks": [PAUSE]}, "is not valid for the deployment strategy ROLLING"),
        ({"lifecycleHooks": [{"lifecycleStages": ["PRE_SCALE_UP"]}]}, "hookTargetArn"),
        ({"lifecycleHooks": [{**LAMBDA, "lifecycleStages": []}]}, "lifecycleStages"),
        ({"lifecycleHooks": [{**LAMBDA, "hookDetails": "x"}]}, "hookDetails"),
        (
            {
                **BLUE_GREEN,
                "lifecycleHooks": [{**PAUSE, "lifecycleStages": ["TEST_TRAFFIC_SHIFT"]}],
            },
            "PAUSE hooks cannot be configured at TEST_TRAFFIC_SHIFT",
        ),
        ({**BLUE_GREEN, "lifecycleHooks": [{**PAUSE, "hookTargetArn": "f"}]}, "hookTargetArn"),
        ({**BLUE_GREEN, "lifecycleHooks": [PAUSE] * 11}, "at most 10 hooks of type PAUSE"),
        (
            {
                **BLUE_GREEN,
                "lifecycleHooks": [{**PAUSE, "timeoutConfiguration": {"timeoutInMinutes": 20161}}],
            },
            "timeoutInMinutes",
        ),
        ({"alarms": {"alarmNames": [], "enable": True, "rollback": True}}, "alarm name"),
        (
            {
                "deploymentCircuitBreaker": {
                    "enable": True,
                    "rollback": True,
                    "thresholdConfiguration": {"type": "BOUNDED_PERCENT", "value": 101},
                }
            },
            "threshold value",
        ),
    ],
)
def test_what_cannot_be_is_refused(given: dict[str, Any], text: str) -> None:
    code, message = refusal(lambda: configured(given))
    assert code == "InvalidParameterException"
    assert text in message


def test_traffic_is_shifted_between_two_groups_of_a_rule_that_has_both() -> None:
    ecs = defined()
    balanced = [{**BALANCED, "advancedConfiguration": ADVANCED}]
    shape = ecs.serve(loadBalancers=balanced, deploymentConfiguration=BLUE_GREEN)
    assert shape["loadBalancers"] == balanced
    (deployment,) = ecs.all(Deployment)
    arn = f"{shape['serviceArn'].replace(':service/', ':service-revision/')}/" + deployment.id[8:]
    (revision,) = ecs.DescribeServiceRevisions(serviceRevisionArns=[arn])["serviceRevisions"]
    assert revision["loadBalancers"] == balanced
    assert revision["resolvedConfiguration"]["loadBalancers"] == [
        {
            "targetGroupArn": a_group("one").arn,
            "productionListenerRule": a_rule("production").arn,
        }
    ]


@pytest.mark.parametrize(
    ("advanced", "text"),
    [
        ({}, "advancedConfiguration"),
        ({"alternateTargetGroupArn": a_group("one").arn}, "must be another"),
        ({"alternateTargetGroupArn": a_group("three").arn}, "does not exist"),
        ({"productionListenerRule": "arn:rule/none"}, "does not exist"),
        ({"productionListenerRule": a_rule("narrow").arn}, "does not forward to the target group"),
    ],
)
def test_groups_and_rules_that_do_not_fit_are_refused(advanced: dict[str, str], text: str) -> None:
    ecs = defined()
    narrow = a_rule("narrow")
    (action,) = narrow.actions
    ecs.put(replace(narrow, actions=(replace(action, groups=action.groups[:1]),)))
    given = [{**BALANCED, "advancedConfiguration": {**ADVANCED, **advanced} if advanced else {}}]
    code, message = refusal(
        lambda: ecs.serve(loadBalancers=given, deploymentConfiguration=BLUE_GREEN)
    )
    assert code == "InvalidParameterException"
    assert text in message
    assert ecs.all(Service) == []


def test_an_update_keeps_what_it_does_not_name_and_asks_for_no_deployment() -> None:
    ecs = defined()
    ecs.serve(deploymentConfiguration=BLUE_GREEN | {"lifecycleHooks": [PAUSE]})
    breaker = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}
    shape = ecs.UpdateService(service="web", deploymentConfiguration=breaker)["service"]
    found = shape["deploymentConfiguration"]
    assert (found["strategy"], found["bakeTimeInMinutes"]) == ("BLUE_GREEN", 5)
    assert len(found["lifecycleHooks"]) == 1
    assert len(ecs.all(ServiceDeployment)) == 1
    off = ecs.UpdateService(service="web", deploymentConfiguration={"lifecycleHooks": []})
    assert "lifecycleHooks" not in off["service"]["deploymentConfiguration"]


def test_a_deployment_has_the_configuration_it_was_asked_for_with() -> None:
    ecs = defined()
    ecs.serve(deploymentConfiguration=BLUE_GREEN)
    ecs.UpdateService(
        service="web", forceNewDeployment=True, deploymentConfiguration={"bakeTimeInMinutes": 9}
    )
    first, second = ecs.all(ServiceDeployment)
    assert (first.configuration.bake_minutes, second.configuration.bake_minutes) == (5, 9)
    assert first.overtaken
    assert second.sources == (first.target,)


def test_a_service_made_again_has_no_history_of_the_old_one() -> None:
    ecs = defined()
    ecs.serve()
    (service,) = ecs.all(Service)
    (process,) = ecs.all(ServiceDeployment)
    ecs.put(replace(service, status="INACTIVE"))
    ecs.put(replace(process, status=DeploymentStatus.SUCCESSFUL, finished_at=1.0))
    ecs.serve()
    (again,) = ecs.all(ServiceDeployment)
    assert again.number != process.number


def test_a_daemon_service_has_no_count_and_its_own_percents() -> None:
    ecs = defined()
    request = {"serviceName": "web", "taskDefinition": "web", "schedulingStrategy": "DAEMON"}
    code, message = refusal(lambda: ecs.CreateService(**request, desiredCount=1))
    assert (code, "desired count" in message) == ("InvalidParameterException", True)
    shape = ecs.CreateService(**request)["service"]
    assert shape["schedulingStrategy"] == "DAEMON"
    found = shape["deploymentConfiguration"]
    assert (found["maximumPercent"], found["minimumHealthyPercent"]) == (100, 0)
    code, message = refusal(
        lambda: ecs.UpdateService(service="web", deploymentConfiguration=BLUE_GREEN)
    )
    assert (code, "BLUE_GREEN" in message) == ("InvalidParameterException", True)


@pytest.mark.parametrize("kind", ["CODE_DEPLOY", "EXTERNAL"])
def test_other_deployment_controllers_are_refused_by_name(kind: str) -> None:
    code, message = refusal(lambda: defined().serve(deploymentController={"type": kind}))
    assert (code, f"deploymentController {kind}" in message) == ("ClientException", True)
