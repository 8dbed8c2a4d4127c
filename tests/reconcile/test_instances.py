"""Groups keep their size; instances join the clusters their user data names, and leave them."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import pytest

from seaway.aws import autoscaling, ec2
from seaway.core.capacity import ContainerInstance, Host
from seaway.core.cluster import CapacityProvider, Cluster
from seaway.core.compute import AutoScalingGroup, Instance, ScalingActivity
from seaway.core.network import NetworkInterface
from seaway.core.task import Task, TaskStatus
from seaway.reconcile import instances
from seaway.store.addresses import taken_addresses
from tests.handlers import ACCOUNT, REGION, Api

CLUSTER = f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/shop"
JOIN = base64.b64encode(b"#!/bin/bash\necho ECS_CLUSTER=shop >> /etc/ecs/ecs.config\n").decode()


@pytest.fixture
def api() -> Api:
    return Api([*ec2.operations(), *autoscaling.operations()])


def _put(api: Api, *nouns: Any) -> None:
    with api.store.transaction() as tx:
        for noun in nouns:
            tx.put(noun)


def _all(api: Api, noun: type[Any]) -> list[Any]:
    with api.store.transaction() as tx:
        return tx.where(noun)


def _settle(api: Api) -> list[float]:
    """One look at every key, as the loop takes at its start."""
    with api.store.transaction() as tx:
        wakes = [instances.reconcile(tx, key, api.moment) for key in instances.all_keys(tx)]
    return [wake for wake in wakes if wake is not None]


def _machine(api: Api, cluster: bool = True) -> None:
    _put(api, Host(id="here", cpu=2048, memory=4000, engine="20.10", connected=True))
    if cluster:
        _put(api, Cluster(arn=CLUSTER, name="shop", created_at=1.0))


def _group(api: Api, desired: int = 2, **more: Any) -> str:
    subnets = [s["SubnetId"] for s in api.ec2("DescribeSubnets")["Subnets"]]
    api.ec2(
        "CreateLaunchTemplate",
        LaunchTemplateName="node",
        LaunchTemplateData={"ImageId": "ami-1", "InstanceType": "t3.medium", "UserData": JOIN},
    )
    api(
        "autoscaling",
        "CreateAutoScalingGroup",
        AutoScalingGroupName="nodes",
        LaunchTemplate={"LaunchTemplateName": "node", "Version": "$Latest"},
        MinSize=0,
        MaxSize=6,
        DesiredCapacity=desired,
        VPCZoneIdentifier=",".join(subnets),
        **more,
    )
    return str(_all(api, AutoScalingGroup)[0].arn)


def test_a_group_launches_its_instances_in_different_zones_and_they_join(api: Api) -> None:
    _machine(api)
    _group(api, 3)
    _settle(api)
    shown = api("autoscaling", "DescribeAutoScalingGroups")["AutoScalingGroups"][0]
    assert {i["LifecycleState"] for i in shown["Instances"]} == {"InService"}
    assert len({i["AvailabilityZone"] for i in shown["Instances"]}) == 3
    members = _all(api, ContainerInstance)
    assert [m.cluster for m in members] == [CLUSTER] * 3
    assert {(m.cpu, m.memory, m.host) for m in members} == {(2048, 3893, "here")}
    assert members[0].address in {i.address for i in _all(api, NetworkInterface)}
    attributes = dict(members[0].attributes)
    assert attributes["ecs.instance-type"] == "t3.medium"
    assert "ecs.capability.task-eni" in attributes


def test_settling_again_changes_nothing(api: Api) -> None:
    _machine(api)
    _group(api)
    _settle(api)
    before = _all(api, Instance), _all(api, ContainerInstance), _all(api, ScalingActivity)
    _settle(api)
    assert (_all(api, Instance), _all(api, ContainerInstance), _all(api, ScalingActivity)) == before


def test_an_instance_waits_for_its_cluster_and_for_a_machine(api: Api) -> None:
    _group(api, 1)
    assert api.now + instances.LOOK_AGAIN in _settle(api) + _settle(api)
    _machine(api, cluster=False)
    _settle(api)
    assert _all(api, ContainerInstance) == []
    _machine(api)
    assert _settle(api) == []
    assert len(_all(api, ContainerInstance)) == 1


def test_an_instance_that_was_deregistered_does_not_come_back_by_itself(api: Api) -> None:
    _machine(api)
    _group(api, 1)
    _settle(api)
    with api.store.transaction() as tx:
        tx.drop(tx.where(ContainerInstance)[0])
    _settle(api)
    assert _all(api, ContainerInstance) == []


def test_members_carry_the_name_of_their_groups_capacity_provider(api: Api) -> None:
    _machine(api)
    arn = _group(api, 1)
    _settle(api)
    assert _all(api, ContainerInstance)[0].capacity_provider is None
    _put(api, CapacityProvider(arn="cp", name="spare", group=arn, created_at=1.0))
    _settle(api)
    assert _all(api, ContainerInstance)[0].capacity_provider == "spare"


def test_scaling_in_stops_the_tasks_of_the_instance_and_frees_its_address(api: Api) -> None:
    _machine(api)
    _group(api, 1)
    _settle(api)
    (member,) = _all(api, ContainerInstance)
    running = Task(
        arn="t",
        cluster=CLUSTER,
        task_definition="d",
        created_at=1.0,
        instance=member.arn,
        last_status=TaskStatus.RUNNING,
    )
    _put(api, running)
    api("autoscaling", "SetDesiredCapacity", AutoScalingGroupName="nodes", DesiredCapacity=0)
    _settle(api)
    (member,) = _all(api, ContainerInstance)
    (task,) = _all(api, Task)
    assert (member.status, member.connected) == ("INACTIVE", False)
    assert task.desired_status is TaskStatus.STOPPED
    assert task.stopped_reason == f"Host EC2 (instance {member.instance_id}) terminated."
    assert _all(api, NetworkInterface) == []
    assert _all(api, Instance)[0].state == "terminated"
    _put(api, replace(task, last_status=TaskStatus.STOPPED))
    _settle(api)
    assert _all(api, ContainerInstance) == []


def test_the_address_of_an_ended_instance_is_free_once_its_tasks_have_stopped(api: Api) -> None:
    _machine(api)
    _group(api, 1)
    _settle(api)
    (member,) = _all(api, ContainerInstance)
    task = Task(
        arn="t",
        cluster=CLUSTER,
        task_definition="d",
        created_at=1.0,
        instance=member.arn,
        last_status=TaskStatus.RUNNING,
    )
    _put(api, task)
    api.ec2("TerminateInstances", InstanceIds=[member.instance_id])
    _settle(api)
    with api.store.transaction() as tx:
        assert member.address in taken_addresses(tx, member.subnet)
    assert [m.address for m in _all(api, ContainerInstance)].count(member.address) == 1
    _put(api, replace(task, last_status=TaskStatus.STOPPED))
    with api.store.transaction() as tx:
        assert member.address not in taken_addresses(tx, member.subnet)


@pytest.mark.parametrize(("drains", "status"), [(True, "DRAINING"), (False, "INACTIVE")])
def test_an_instance_that_the_group_is_told_to_end_drains_if_its_provider_says_so(
    api: Api, drains: bool, status: str
) -> None:
    _machine(api)
    group = _group(api, 1)
    _put(
        api,
        CapacityProvider(
            arn="p", name="mine", group=group, created_at=1.0, managed_draining=drains
        ),
    )
    _settle(api)
    (member,) = _all(api, ContainerInstance)
    task = Task(
        arn="t",
        cluster=CLUSTER,
        task_definition="d",
        created_at=1.0,
        instance=member.arn,
        last_status=TaskStatus.RUNNING,
    )
    _put(api, task)
    api(
        "autoscaling",
        "TerminateInstanceInAutoScalingGroup",
        InstanceId=member.instance_id,
        ShouldDecrementDesiredCapacity=False,
    )
    _settle(api)
    statuses = {m.instance_id: m.status for m in _all(api, ContainerInstance)}
    assert statuses.pop(member.instance_id) == status
    assert list(statuses.values()) == ["ACTIVE"]  # the one in its place
    _put(api, replace(task, last_status=TaskStatus.STOPPED))
    _settle(api)
    ended = [i for i in _all(api, Instance) if i.id == member.instance_id]
    assert ended[0].state == "terminated"
    told = [a for a in _all(api, ScalingActivity) if a.description.startswith("Terminating")]
    assert len(told) == 1


def test_an_instance_ended_from_outside_is_replaced(api: Api) -> None:
    _machine(api)
    _group(api, 1)
    _settle(api)
    (first,) = _all(api, Instance)
    api.ec2("TerminateInstances", InstanceIds=[first.id])
    _settle(api)
    alive = [instance for instance in _all(api, Instance) if instance.alive]
    assert len(alive) == 1
    assert alive[0].id != first.id


def test_terminated_instances_are_shown_for_an_hour_and_then_forgotten(api: Api) -> None:
    _machine(api)
    _group(api, 1)
    _settle(api)
    api("autoscaling", "SetDesiredCapacity", AutoScalingGroupName="nodes", DesiredCapacity=0)
    assert _settle(api)[0] == api.now + instances.KEPT_AFTER_END
    api.now += instances.KEPT_AFTER_END
    _settle(api)
    assert (_all(api, Instance), _all(api, ContainerInstance)) == ([], [])


def test_a_launch_that_fails_is_told_once_and_tried_again(api: Api) -> None:
    arn = _group(api, 1)
    api.ec2("DeleteLaunchTemplate", LaunchTemplateName="node")
    assert _settle(api) == [api.now + instances.RETRY_LAUNCH]
    api.now += instances.RETRY_LAUNCH
    _settle(api)
    (activity,) = api("autoscaling", "DescribeScalingActivities", AutoScalingGroupName="nodes")[
        "Activities"
    ]
    assert activity["StatusCode"] == "Failed"
    assert "launch template" in activity["StatusMessage"]
    assert arn == activity["AutoScalingGroupARN"]


def test_deleting_by_force_ends_the_instances_and_then_the_group(api: Api) -> None:
    _machine(api)
    _group(api, 2)
    _settle(api)
    delete = {"AutoScalingGroupName": "nodes", "ForceDelete": True}
    api("autoscaling", "DeleteAutoScalingGroup", **delete)
    _settle(api)
    assert _all(api, AutoScalingGroup) == []
    assert {instance.state for instance in _all(api, Instance)} == {"terminated"}


def test_instances_of_run_instances_join_too(api: Api) -> None:
    _machine(api)
    api.ec2(
        "RunInstances",
        ImageId="ami-1",
        InstanceType="m5.large",
        MinCount=1,
        MaxCount=1,
        UserData=JOIN,
    )
    _settle(api)
    (member,) = _all(api, ContainerInstance)
    assert (member.cpu, member.capacity_provider) == (2048, None)
    (status,) = api.ec2("DescribeInstanceStatus")["InstanceStatuses"]
    assert status["InstanceState"]["Name"] == "running"
