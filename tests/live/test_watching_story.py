"""What starts tasks without a caller who asks for them: rules, schedules, alarms, machines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from tests.live.story import CLUSTER, TRUST, Town, a_site, a_town, eventually, needs_machine

pytestmark = needs_machine

NIGHT = {"name": "SHIFT", "value": "night"}
WAIT = "trap 'exit 0' TERM QUIT; while :; do sleep 0.1; done"


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    """A cluster with two instances and a task definition that any of the tests may start."""
    with a_site() as site:
        town = a_town(site, ("cats",))
        container = {
            "name": "main",
            "image": f"{town.uris['cats']}:latest",
            "command": ["sh", "-c", WAIT],
            "cpu": 64,
            "memory": 64,
        }
        town.aws.ecs.register_task_definition(family="any", containerDefinitions=[container])
        yield town
        assert site.errors() == []


def client(town: Town, service: str) -> Any:
    return boto3.client(
        service,
        endpoint_url=town.site.settings.url,
        region_name=town.site.settings.region,
        aws_access_key_id="seaway",
        aws_secret_access_key="seaway",
    )


def running(town: Town, count: int, **filters: str) -> list[dict[str, Any]]:
    """The cluster's tasks of this sort, as soon as so many of them run, and no more."""

    def look() -> list[dict[str, Any]] | None:
        arns = town.aws.ecs.list_tasks(cluster=CLUSTER, **filters)["taskArns"]
        if len(arns) != count:
            return None
        tasks: list[dict[str, Any]]
        tasks = town.aws.ecs.describe_tasks(cluster=CLUSTER, tasks=arns)["tasks"]
        return tasks if all(task["lastStatus"] == "RUNNING" for task in tasks) else None

    return eventually(look, f"{count} tasks of {filters} run")


def hosts_of(tasks: list[dict[str, Any]]) -> list[str]:
    return sorted(task["containerInstanceArn"] for task in tasks)


def test_a_daemon_runs_once_on_each_instance(town: Town) -> None:
    town.aws.ecs.create_service(
        cluster=CLUSTER,
        serviceName="daemon",
        taskDefinition="any",
        launchType="EC2",
        schedulingStrategy="DAEMON",
    )
    machines = town.aws.ecs.list_container_instances(cluster=CLUSTER)["containerInstanceArns"]
    assert len(machines) == 2
    assert hosts_of(running(town, 2, serviceName="daemon")) == sorted(machines)
    town.stable("daemon")
    assert town.service("daemon")["desiredCount"] == 2


def test_a_rule_writes_the_tasks_changes_into_a_log_group(town: Town) -> None:
    events = client(town, "events")
    town.aws.logs.create_log_group(logGroupName="/aws/events/tasks")
    group = town.aws.logs.describe_log_groups()["logGroups"][0]["arn"].removesuffix(":*")
    pattern = {
        "source": ["aws.ecs"],
        "detail-type": ["ECS Task State Change"],
        "detail": {"lastStatus": ["RUNNING", "STOPPED"], "startedBy": ["watched"]},
    }
    events.put_rule(Name="changes", EventPattern=json.dumps(pattern))
    put = events.put_targets(Rule="changes", Targets=[{"Id": "kept", "Arn": group}])
    assert put["FailedEntryCount"] == 0
    town.aws.ecs.run_task(cluster=CLUSTER, taskDefinition="any", startedBy="unwatched")
    answer = town.aws.ecs.run_task(cluster=CLUSTER, taskDefinition="any", startedBy="watched")
    task = answer["tasks"][0]["taskArn"]

    def told() -> list[dict[str, Any]]:
        found = town.aws.logs.filter_log_events(logGroupName="/aws/events/tasks")["events"]
        return [json.loads(event["message"]) for event in found]

    eventually(lambda: "RUNNING" in [one["detail"]["lastStatus"] for one in told()], "it runs")
    town.aws.ecs.stop_task(cluster=CLUSTER, task=task, reason="seen enough")
    eventually(lambda: "STOPPED" in [one["detail"]["lastStatus"] for one in told()], "it is over")
    assert {one["detail"]["taskArn"] for one in told()} == {task}
    assert {one["detail-type"] for one in told()} == {"ECS Task State Change"}
    assert {tuple(one["resources"]) for one in told()} == {(task,)}
    ended = next(one["detail"] for one in told() if one["detail"]["lastStatus"] == "STOPPED")
    assert ended["stoppedReason"] == "seen enough"
    (other,) = running(town, 1, startedBy="unwatched")
    town.aws.ecs.stop_task(cluster=CLUSTER, task=other["taskArn"])


def test_a_schedule_starts_a_task_at_its_time(town: Town) -> None:
    scheduler = client(town, "scheduler")
    role = town.aws.iam.create_role(RoleName="scheduler", AssumeRolePolicyDocument=TRUST)
    at = datetime.now(UTC) + timedelta(seconds=3)
    scheduler.create_schedule(
        Name="soon",
        ScheduleExpression=f"at({at:%Y-%m-%dT%H:%M:%S})",
        FlexibleTimeWindow={"Mode": "OFF"},
        ActionAfterCompletion="DELETE",
        Target={
            "Arn": town.aws.ecs.describe_clusters(clusters=[CLUSTER])["clusters"][0]["clusterArn"],
            "RoleArn": role["Role"]["Arn"],
            "EcsParameters": {
                "TaskDefinitionArn": town.aws.ecs.describe_task_definition(taskDefinition="any")[
                    "taskDefinition"
                ]["taskDefinitionArn"],
                "Group": "scheduled",
            },
            "Input": json.dumps(
                {"containerOverrides": [{"name": "main", "environment": [NIGHT]}]},
            ),
        },
    )
    (task,) = running(town, 1, **{"startedBy": "chronos-schedule/soon"})
    assert task["group"] == "scheduled"
    assert task["createdAt"] >= at.replace(microsecond=0)
    assert town.inside(task["taskArn"], "echo $SHIFT").strip() == "night"
    eventually(
        lambda: scheduler.list_schedules()["Schedules"] == [], "a schedule that is done goes"
    )
    town.aws.ecs.stop_task(cluster=CLUSTER, task=task["taskArn"])


def test_an_alarm_adds_tasks_by_the_steps_of_its_policy(town: Town) -> None:
    scaling = client(town, "application-autoscaling")
    town.create_service("cats", taskDefinition="any", desiredCount=1)
    running(town, 1, serviceName="cats")
    scaled = {
        "ServiceNamespace": "ecs",
        "ResourceId": f"service/{CLUSTER}/cats",
        "ScalableDimension": "ecs:service:DesiredCount",
    }
    scaling.register_scalable_target(**scaled, MinCapacity=1, MaxCapacity=3)
    policy = scaling.put_scaling_policy(
        **scaled,
        PolicyName="out",
        PolicyType="StepScaling",
        StepScalingPolicyConfiguration={
            "AdjustmentType": "ChangeInCapacity",
            "StepAdjustments": [{"MetricIntervalLowerBound": 0.0, "ScalingAdjustment": 1}],
            "Cooldown": 60,
        },
    )["PolicyARN"]
    town.aws.cloudwatch.put_metric_alarm(
        AlarmName="busy",
        Namespace="Shop",
        MetricName="Waiting",
        Statistic="Maximum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=10,
        ComparisonOperator="GreaterThanThreshold",
        AlarmActions=[policy],
    )
    assert town.service("cats")["desiredCount"] == 1
    town.aws.cloudwatch.set_alarm_state(
        AlarmName="busy",
        StateValue="ALARM",
        StateReason="tried",
        StateReasonData=json.dumps({"recentDatapoints": [11.0]}),
    )
    running(town, 2, serviceName="cats")
    assert town.service("cats")["desiredCount"] == 2
    (done,) = scaling.describe_scaling_activities(ServiceNamespace="ecs")["ScalingActivities"]
    assert done["Description"] == "Setting desired count to 2."
    town.aws.ecs.delete_service(cluster=CLUSTER, service="cats", force=True)


def test_a_task_that_waits_for_room_brings_a_machine(town: Town) -> None:
    autoscaling = town.aws.autoscaling
    join = f"#!/bin/bash\necho ECS_CLUSTER={CLUSTER} >> /etc/ecs/ecs.config\n"
    autoscaling.create_launch_configuration(
        LaunchConfigurationName="node",
        ImageId="ami-1",
        InstanceType="t3.small",
        UserData=join,
    )
    autoscaling.create_auto_scaling_group(
        AutoScalingGroupName="nodes",
        LaunchConfigurationName="node",
        MinSize=0,
        MaxSize=2,
        VPCZoneIdentifier=",".join(town.subnets),
    )
    (group,) = autoscaling.describe_auto_scaling_groups()["AutoScalingGroups"]
    assert group["Instances"] == []
    town.aws.ecs.create_capacity_provider(
        name="nodes",
        autoScalingGroupProvider={
            "autoScalingGroupArn": group["AutoScalingGroupARN"],
            "managedScaling": {"status": "ENABLED"},
        },
    )
    town.aws.ecs.put_cluster_capacity_providers(
        cluster=CLUSTER, capacityProviders=["nodes"], defaultCapacityProviderStrategy=[]
    )
    answer = town.aws.ecs.run_task(
        cluster=CLUSTER,
        taskDefinition="any",
        startedBy="crowd",
        capacityProviderStrategy=[{"capacityProvider": "nodes", "weight": 1}],
    )
    assert answer["failures"] == []
    assert answer["tasks"][0]["lastStatus"] == "PROVISIONING"
    (task,) = running(town, 1, startedBy="crowd")
    (group,) = autoscaling.describe_auto_scaling_groups()["AutoScalingGroups"]
    (machine,) = town.aws.ecs.describe_container_instances(
        cluster=CLUSTER, containerInstances=[task["containerInstanceArn"]]
    )["containerInstances"]
    assert group["DesiredCapacity"] == 1
    assert [one["InstanceId"] for one in group["Instances"]] == [machine["ec2InstanceId"]]
    assert machine["capacityProviderName"] == "nodes"
    # The daemon of the first test belongs on the new one too.
    assert machine["containerInstanceArn"] in hosts_of(running(town, 3, serviceName="daemon"))
