from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from seaway.core.service import Deployment, RolloutState, Service, ServiceEvent
from seaway.core.task import TaskStatus
from tests.aws.ecs.story import SUBNETS, Ecs, an_ecs, refusal
from tests.builders import (
    a_cluster,
    a_deployment,
    a_rule_to,
    a_service,
    a_target_group,
    a_task,
    an_event,
)

GROUP = a_target_group()
BALANCED = [{"targetGroupArn": GROUP.arn, "containerName": "web", "containerPort": 80}]


def with_definition() -> Ecs:
    ecs = an_ecs()
    ecs.register()
    return ecs


def test_a_new_service_has_one_primary_deployment_in_progress() -> None:
    ecs = with_definition()
    service = ecs.serve()
    assert service["status"] == "ACTIVE"
    assert service["taskDefinition"].endswith("task-definition/web:1")
    assert service["launchType"] == "EC2"
    assert service["deploymentConfiguration"]["maximumPercent"] == 200
    assert service["deploymentConfiguration"]["minimumHealthyPercent"] == 100
    (deployment,) = service["deployments"]
    assert deployment["status"] == "PRIMARY"
    assert deployment["rolloutState"] == "IN_PROGRESS"
    assert deployment["rolloutStateReason"] == f"ECS deployment {deployment['id']} in progress."
    assert deployment["desiredCount"] == 2
    assert len(deployment["id"]) == len("ecs-svc/") + 19
    assert service["currentServiceDeployment"].startswith(
        "arn:aws:ecs:us-east-1:000000000000:service-deployment/default/web/"
    )
    assert ecs.DescribeServices(services=["web"])["services"] == [service]


def test_counts_come_from_the_tasks_of_each_deployment() -> None:
    ecs = an_ecs()
    service = a_service()
    old, new = a_deployment(service, 1, status="ACTIVE"), a_deployment(service, 2)
    gone = a_deployment(service, 3, status="INACTIVE")
    mine = {"service": service.arn, "last_status": TaskStatus.RUNNING}
    ecs.put(
        service,
        old,
        new,
        gone,
        a_task(1, deployment=old.id, **mine),
        a_task(2, deployment=new.id, **mine),
        a_task(3, deployment=new.id, service=service.arn),
        a_task(4, deployment=new.id, **mine, desired_status=TaskStatus.STOPPED),
    )
    (shape,) = ecs.DescribeServices(services=["web"])["services"]
    assert (shape["runningCount"], shape["pendingCount"]) == (2, 1)
    assert [(d["id"], d["desiredCount"], d["runningCount"]) for d in shape["deployments"]] == [
        (new.id, 2, 1),
        (old.id, 1, 1),
    ]


def test_events_are_shown_newest_first_and_no_more_than_a_hundred() -> None:
    ecs = an_ecs()
    service = a_service()
    ecs.put(service, *(an_event(service, number) for number in range(150)))
    (shape,) = ecs.DescribeServices(services=["web"])["services"]
    messages = [event["message"] for event in shape["events"]]
    assert (len(messages), messages[0], messages[-1]) == (100, "line 149", "line 50")


def test_services_are_described_by_name_and_arn_and_missing_ones_named() -> None:
    ecs = with_definition()
    arn = ecs.serve()["serviceArn"]
    answer = ecs.DescribeServices(services=["web", arn, "none"])
    assert [s["serviceArn"] for s in answer["services"]] == [arn, arn]
    assert answer["failures"] == [
        {"arn": "arn:aws:ecs:us-east-1:000000000000:service/default/none", "reason": "MISSING"}
    ]
    assert refusal(lambda: ecs.DescribeServices(services=[])) == (
        "InvalidParameterException",
        "Services cannot be empty.",
    )
    assert refusal(lambda: ecs.DescribeServices(services=["a"] * 11))[0] == (
        "InvalidParameterException"
    )


def test_changing_the_desired_count_alone_makes_no_deployment() -> None:
    ecs = with_definition()
    before = ecs.serve()
    after = ecs.UpdateService(service="web", desiredCount=5)["service"]
    assert after["desiredCount"] == 5
    assert [d["id"] for d in after["deployments"]] == [d["id"] for d in before["deployments"]]
    assert after["deployments"][0]["desiredCount"] == 5


def test_a_new_task_definition_makes_a_primary_beside_the_active_one() -> None:
    ecs = with_definition()
    before = ecs.serve()["deployments"][0]
    ecs.register()
    after = ecs.UpdateService(service="web", taskDefinition="web:2")["service"]
    new, old = after["deployments"]
    assert (new["status"], old["status"], old["id"]) == ("PRIMARY", "ACTIVE", before["id"])
    assert new["taskDefinition"].endswith("web:2")
    assert after["taskDefinition"].endswith("web:2")
    assert old["desiredCount"] == 0
    (stored,) = (d for d in ecs.all(Deployment) if d.status == "PRIMARY")
    assert stored.source == before["id"]


def test_forcing_makes_a_deployment_of_the_same_and_repeating_makes_none() -> None:
    ecs = with_definition()
    ecs.serve()
    again = ecs.UpdateService(service="web", taskDefinition="web:1", desiredCount=2)["service"]
    assert len(again["deployments"]) == 1
    forced = ecs.UpdateService(service="web", forceNewDeployment=True)["service"]
    assert len(forced["deployments"]) == 2


def test_creating_the_same_service_again_is_one_service_and_another_is_refused() -> None:
    ecs = with_definition()
    first = ecs.serve()
    ecs.api.now += 1
    assert ecs.serve()["deployments"][0]["id"] == first["deployments"][0]["id"]
    assert refusal(lambda: ecs.serve(desiredCount=3)) == (
        "InvalidParameterException",
        "Creation of service was not idempotent.",
    )


def test_a_service_that_is_scaled_up_is_deleted_by_force_only() -> None:
    ecs = with_definition()
    ecs.serve()
    assert refusal(lambda: ecs.DeleteService(service="web")) == (
        "InvalidParameterException",
        "The service cannot be stopped while it is scaled above 0.",
    )
    gone = ecs.DeleteService(service="web", force=True)["service"]
    assert (gone["status"], gone["desiredCount"]) == ("DRAINING", 0)
    assert refusal(lambda: ecs.serve()) == (
        "InvalidParameterException",
        "Unable to Start a service that is still Draining.",
    )
    assert refusal(lambda: ecs.UpdateService(service="web", desiredCount=1)) == (
        "ServiceNotActiveException",
        "Service was not ACTIVE.",
    )


def test_an_inactive_service_is_described_not_listed_and_its_name_is_free() -> None:
    ecs = with_definition()
    ecs.serve()
    (service,), (deployment,) = ecs.all(Service), ecs.all(Deployment)
    ecs.put(
        replace(service, status="INACTIVE", desired_count=0),
        replace(deployment, status="INACTIVE"),
        an_event(service, 1),
    )
    (shape,) = ecs.DescribeServices(services=["web"])["services"]
    assert (shape["status"], shape["deployments"]) == ("INACTIVE", [])
    assert ecs.ListServices()["serviceArns"] == []
    assert refusal(lambda: ecs.DeleteService(service="web"))[0] == "ServiceNotFoundException"
    again = ecs.serve()
    assert (again["status"], again["events"]) == ("ACTIVE", [])
    assert len(again["deployments"]) == 1
    assert ecs.all(ServiceEvent) == []


def test_services_are_listed_ten_at_a_time() -> None:
    ecs = with_definition()
    for number in range(12):
        ecs.serve(f"s{number}", taskDefinition="web")
    first = ecs.ListServices()
    assert len(first["serviceArns"]) == 10
    rest = ecs.ListServices(nextToken=first["nextToken"])
    assert [arn.rsplit("/")[-1] for arn in rest["serviceArns"]] == ["s10", "s11"]
    assert ecs.ListServices(launchType="FARGATE")["serviceArns"] == []


def test_a_fargate_service_runs_latest_as_1_4_0() -> None:
    ecs = an_ecs()
    ecs.register_fargate()
    service = ecs.serve(launchType="FARGATE", networkConfiguration=SUBNETS)
    assert service["platformVersion"] == "LATEST"
    assert service["deployments"][0]["platformVersion"] == "1.4.0"
    assert service["networkConfiguration"]["awsvpcConfiguration"]["assignPublicIp"] == "DISABLED"


def test_a_service_without_launch_type_follows_the_cluster_default_strategy() -> None:
    ecs = an_ecs()
    ecs.put(a_cluster(capacity_providers=("FARGATE",)))
    strategy = [{"capacityProvider": "FARGATE", "weight": 1, "base": 0}]
    ecs.PutClusterCapacityProviders(
        cluster="default",
        capacityProviders=["FARGATE"],
        defaultCapacityProviderStrategy=strategy,
    )
    ecs.register_fargate()
    service = ecs.serve(networkConfiguration=SUBNETS)
    assert service["capacityProviderStrategy"] == strategy
    assert "launchType" not in service
    ecs.PutClusterCapacityProviders(
        cluster="default", capacityProviders=["FARGATE"], defaultCapacityProviderStrategy=[]
    )
    back = ecs.UpdateService(service="web", capacityProviderStrategy=[])["service"]
    assert back["launchType"] == "FARGATE"
    assert len(back["deployments"]) == 2


@pytest.mark.parametrize(
    ("request_", "code", "text"),
    [
        ({"taskDefinition": "none"}, "ClientException", "TaskDefinition not found."),
        ({"taskDefinition": ""}, "InvalidParameterException", "TaskDefinition can not be blank."),
        (
            {"launchType": "FARGATE"},
            "InvalidParameterException",
            "Task definition does not support launch_type FARGATE.",
        ),
        (
            {"launchType": "EXTERNAL"},
            "ClientException",
            "launchType EXTERNAL is not supported by Seaway yet.",
        ),
        (
            {
                "launchType": "EC2",
                "capacityProviderStrategy": [{"capacityProvider": "FARGATE", "weight": 1}],
            },
            "InvalidParameterException",
            "Specifying both a launch type and capacity provider strategy is not supported. "
            "Remove one and try again.",
        ),
        (
            {"networkConfiguration": SUBNETS},
            "InvalidParameterException",
            "Network Configuration is not valid for the given networkMode of this task definition.",
        ),
        (
            {"healthCheckGracePeriodSeconds": 5},
            "InvalidParameterException",
            "Health check grace period is only valid for services configured to use load balancers",
        ),
        (
            {"deploymentController": {"type": "CODE_DEPLOY"}},
            "ClientException",
            "deploymentController CODE_DEPLOY is not supported by Seaway yet.",
        ),
        (
            {"schedulingStrategy": "DAEMON"},
            "InvalidParameterException",
            "The daemon scheduling strategy does not support a desired count for services. Remove "
            "a desired count value and try again.",
        ),
        (
            {"deploymentConfiguration": {"strategy": "BLUE_GREEN"}},
            "InvalidParameterException",
            "bakeTimeInMinutes must be specified when the deployment strategy is BLUE_GREEN.",
        ),
        (
            {"deploymentConfiguration": {"maximumPercent": 100, "minimumHealthyPercent": 100}},
            "InvalidParameterException",
            "Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block "
            "deployments.",
        ),
        (
            {"volumeConfigurations": [{"name": "data"}]},
            "ClientException",
            "volumeConfigurations is not supported by Seaway yet.",
        ),
        (
            {"platformVersion": "LATEST"},
            "InvalidParameterException",
            "The platform version must be null when specifying an EC2 launch type.",
        ),
        (
            {"placementConstraints": [{"type": "memberOf", "expression": "a == b"}]},
            "InvalidParameterException",
            "Invalid expression: a is not a subject that can be asked for.",
        ),
        (
            {
                "availabilityZoneRebalancing": "ENABLED",
                "deploymentConfiguration": {"maximumPercent": 100, "minimumHealthyPercent": 50},
            },
            "InvalidParameterException",
            "Availability Zone Rebalancing does not support maximumPercent <= 100 % as deployment "
            "configuration.",
        ),
    ],
)
def test_a_service_that_cannot_be_is_refused(
    request_: dict[str, Any], code: str, text: str
) -> None:
    ecs = with_definition()
    assert refusal(lambda: ecs.serve(**request_)) == (code, text)
    assert ecs.all(Service) == []


def test_zones_are_evened_out_where_that_can_be_unless_something_else_is_said() -> None:
    ecs = with_definition()
    tight = {"maximumPercent": 100, "minimumHealthyPercent": 50}
    assert ecs.serve("a", taskDefinition="web")["availabilityZoneRebalancing"] == "ENABLED"
    assert (
        ecs.serve("b", taskDefinition="web", deploymentConfiguration=tight)[
            "availabilityZoneRebalancing"
        ]
        == "DISABLED"
    )
    packed = [{"type": "binpack", "field": "memory"}]
    assert (
        ecs.serve("c", taskDefinition="web", placementStrategy=packed)[
            "availabilityZoneRebalancing"
        ]
        == "DISABLED"
    )
    daemon = ecs.CreateService(serviceName="d", taskDefinition="web", schedulingStrategy="DAEMON")
    assert daemon["service"]["availabilityZoneRebalancing"] == "DISABLED"
    ecs.serve("e", taskDefinition="web")
    moved = ecs.UpdateService(service="e", placementStrategy=packed)["service"]
    assert moved["availabilityZoneRebalancing"] == "DISABLED"
    asked = {"service": "c", "availabilityZoneRebalancing": "ENABLED"}
    assert "a first placement strategy" in refusal(lambda: ecs.UpdateService(**asked))[1]
    # A maximumPercent against what was there before is refused.
    asked = {"service": "a", "deploymentConfiguration": tight}
    assert "maximumPercent <= 100 %" in refusal(lambda: ecs.UpdateService(**asked))[1]
    asked["availabilityZoneRebalancing"] = "DISABLED"
    assert ecs.UpdateService(**asked)["service"]["availabilityZoneRebalancing"] == "DISABLED"


def test_a_faithful_cluster_asks_for_a_task_role_before_commands_may_be_run_in_a_service() -> None:
    ecs = with_definition()
    assert ecs.serve("easy", taskDefinition="web", enableExecuteCommand=True)[
        "enableExecuteCommand"
    ]
    ecs.put(a_cluster(settings=(("faithful", "enabled"),)))
    told = "a valid task role is not being used"
    assert told in refusal(lambda: ecs.serve(enableExecuteCommand=True))[1]
    ecs.serve("later", taskDefinition="web")
    asked = {"service": "later", "enableExecuteCommand": True}
    assert told in refusal(lambda: ecs.UpdateService(**asked))[1]


def test_constraints_of_the_definition_and_of_the_service_are_ten_at_most() -> None:
    ecs = with_definition()
    constraint = {"type": "memberOf", "expression": "attribute:a exists"}
    ecs.register(placementConstraints=[constraint] * 9)
    assert "at most 10" in refusal(lambda: ecs.serve(placementConstraints=[constraint] * 2))[1]
    ecs.serve(placementConstraints=[constraint])
    ecs.register(placementConstraints=[constraint] * 10)
    asked = {"service": "web", "taskDefinition": "web"}
    assert "at most 10" in refusal(lambda: ecs.UpdateService(**asked))[1]


def test_what_happens_anyway_is_taken_and_shown() -> None:
    service = with_definition().serve(
        deploymentController={"type": "ECS"},
        enableECSManagedTags=True,
        availabilityZoneRebalancing="DISABLED",
        enableExecuteCommand=True,
        deploymentConfiguration={
            "strategy": "ROLLING",
            "bakeTimeInMinutes": 0,
            "alarms": {"alarmNames": [], "enable": False, "rollback": False},
            "deploymentCircuitBreaker": {"enable": True, "rollback": True},
        },
    )
    assert service["enableECSManagedTags"] is True
    assert service["availabilityZoneRebalancing"] == "DISABLED"
    assert service["enableExecuteCommand"] is True
    assert service["deploymentConfiguration"]["deploymentCircuitBreaker"] == {
        "enable": True,
        "rollback": True,
        "resetOnHealthyTask": True,
        "thresholdConfiguration": {"type": "BOUNDED_PERCENT", "value": 50},
    }


def test_an_inactive_task_definition_is_refused() -> None:
    ecs = with_definition()
    ecs.DeregisterTaskDefinition(taskDefinition="web:1")
    assert refusal(lambda: ecs.serve(taskDefinition="web:1")) == (
        "ClientException",
        "TaskDefinition is inactive",
    )


def test_awsvpc_needs_subnets_that_are_there() -> None:
    ecs = an_ecs()
    ecs.register_fargate()
    assert refusal(lambda: ecs.serve(launchType="FARGATE")) == (
        "InvalidParameterException",
        "Network Configuration must be provided when networkMode 'awsvpc' is specified.",
    )
    unknown = {"awsvpcConfiguration": {"subnets": ["subnet-9"]}}
    code, text = refusal(lambda: ecs.serve(launchType="FARGATE", networkConfiguration=unknown))
    assert code == "InvalidParameterException"
    assert text == (
        "Error retrieving subnet information for [subnet-9]: The subnet ID 'subnet-9' does not "
        "exist (ErrorCode: InvalidSubnetID.NotFound)"
    )
    unknown = {"awsvpcConfiguration": {"subnets": ["subnet-1"], "securityGroups": ["sg-9"]}}
    assert refusal(lambda: ecs.serve(launchType="FARGATE", networkConfiguration=unknown)) == (
        "InvalidParameterException",
        "Error retrieving security group information for [sg-9]: The security group 'sg-9' does "
        "not exist (ErrorCode: InvalidGroup.NotFound)",
    )
    public = {"awsvpcConfiguration": {"subnets": ["subnet-1"], "assignPublicIp": "ENABLED"}}
    assert refusal(lambda: ecs.serve(launchType="EC2", networkConfiguration=public))[1] == (
        "Assign public IP is not supported for this launch type."
    )
    assert refusal(
        lambda: ecs.serve(launchType="FARGATE", networkConfiguration=SUBNETS, platformVersion="9")
    ) == ("PlatformUnknownException", "The specified platform version does not exist.")


def test_a_service_behind_a_load_balancer() -> None:
    ecs = with_definition()
    ecs.put(GROUP, a_rule_to(GROUP))
    service = ecs.serve(loadBalancers=BALANCED, healthCheckGracePeriodSeconds=30)
    assert service["loadBalancers"] == BALANCED
    assert service["healthCheckGracePeriodSeconds"] == 30
    assert service["roleArn"].endswith("AWSServiceRoleForECS")
    without = ecs.UpdateService(service="web", loadBalancers=[])["service"]
    assert len(without["deployments"]) == 2


def test_a_target_group_must_be_there_behind_a_listener_and_of_the_right_type() -> None:
    ecs = with_definition()
    assert refusal(lambda: ecs.serve(loadBalancers=BALANCED))[0] == "InvalidParameterException"
    ecs.put(GROUP)
    assert refusal(lambda: ecs.serve(loadBalancers=BALANCED))[1] == (
        f"The target group with targetGroupArn {GROUP.arn} does not have an associated load "
        "balancer."
    )
    ecs.put(replace(GROUP, target_type="ip"), a_rule_to(GROUP))
    assert refusal(lambda: ecs.serve(loadBalancers=BALANCED))[1] == (
        f"The provided target group {GROUP.arn} has target type ip, which is incompatible with "
        "the bridge network mode specified in the task definition."
    )


def test_a_load_balancer_names_a_container_and_its_port() -> None:
    ecs = with_definition()
    ecs.put(GROUP, a_rule_to(GROUP))
    other = [{**BALANCED[0], "containerName": "none"}]
    assert refusal(lambda: ecs.serve(loadBalancers=other))[1] == (
        "The container none does not exist in the task definition."
    )
    port = [{**BALANCED[0], "containerPort": 81}]
    assert refusal(lambda: ecs.serve(loadBalancers=port))[1] == (
        "The container web did not have a container port 81 defined."
    )


def test_updating_what_is_not_there_is_refused() -> None:
    assert refusal(lambda: an_ecs().UpdateService(service="none")) == (
        "ServiceNotFoundException",
        "Service not found.",
    )


def test_a_steady_service_satisfies_the_stable_waiter() -> None:
    """botocore's ServicesStable: one deployment, running as many as desired."""
    ecs = an_ecs()
    service = a_service(desired_count=1)
    deployment = a_deployment(service)
    ecs.put(
        service,
        deployment,
        a_task(service=service.arn, deployment=deployment.id, last_status=TaskStatus.RUNNING),
    )
    (shape,) = ecs.DescribeServices(services=["web"])["services"]
    assert len(shape["deployments"]) == 1
    assert shape["runningCount"] == shape["desiredCount"] == 1
    assert shape["deployments"][0]["rolloutState"] == RolloutState.COMPLETED.value
