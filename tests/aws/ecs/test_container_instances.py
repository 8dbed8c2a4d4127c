from __future__ import annotations

import json
from typing import Any

from seaway.core.capacity import ContainerInstance
from seaway.core.task import PortBinding, Task, TaskStatus
from tests.aws.ecs.story import an_ecs, refusal
from tests.builders import a_task, a_task_definition, an_instance


def integers(resources: list[dict[str, Any]]) -> dict[str, int]:
    return {r["name"]: r["integerValue"] for r in resources if r["type"] == "INTEGER"}


def test_an_instance_shows_what_it_has_and_what_is_left() -> None:
    ecs = an_ecs()
    binding = PortBinding(container="web", container_port=80, host_port=32768)
    ecs.put(
        a_task_definition(),
        an_instance(),
        a_task(1, instance=an_instance().arn, bindings=(binding,), last_status=TaskStatus.RUNNING),
        a_task(2, instance=an_instance().arn, last_status=TaskStatus.STOPPED),
    )
    answer = ecs.DescribeContainerInstances(containerInstances=[an_instance().arn, "none"])
    (shape,) = answer["containerInstances"]
    assert integers(shape["registeredResources"]) == {"CPU": 2048, "MEMORY": 4096}
    assert integers(shape["remainingResources"]) == {"CPU": 1792, "MEMORY": 3584}
    ports = next(r for r in shape["remainingResources"] if r["name"] == "PORTS")
    assert "32768" in ports["stringSetValue"]
    assert (shape["runningTasksCount"], shape["pendingTasksCount"]) == (1, 0)
    assert {"name": "ecs.availability-zone", "value": "us-east-1a"} in shape["attributes"]
    assert [f["reason"] for f in answer["failures"]] == ["MISSING"]


def test_an_agent_registers_its_instance_and_does_so_again() -> None:
    ecs = an_ecs()
    resources = [
        {"name": "CPU", "type": "INTEGER", "integerValue": 1024},
        {"name": "MEMORY", "type": "INTEGER", "integerValue": 900},
        {"name": "PORTS", "type": "STRINGSET", "stringSetValue": ["22"]},
    ]
    first = ecs.RegisterContainerInstance(
        totalResources=resources,
        instanceIdentityDocument=json.dumps({"instanceId": "i-1", "privateIp": "10.0.0.4"}),
        attributes=[{"name": "ecs.os-type", "value": "linux"}],
    )["containerInstance"]
    assert first["ec2InstanceId"] == "i-1"
    assert first["agentConnected"] is False
    resources[0]["integerValue"] = 2048
    again = ecs.RegisterContainerInstance(
        totalResources=resources, containerInstanceArn=first["containerInstanceArn"]
    )["containerInstance"]
    assert again["containerInstanceArn"] == first["containerInstanceArn"]
    assert integers(again["registeredResources"])["CPU"] == 2048
    assert len(ecs.all(ContainerInstance)) == 1


def test_an_instance_with_tasks_leaves_by_force_only_and_its_tasks_are_told_to_stop() -> None:
    ecs = an_ecs()
    ecs.put(a_task_definition(), an_instance(), a_task(instance=an_instance().arn))
    leave = ecs.DeregisterContainerInstance
    assert refusal(lambda: leave(containerInstance=an_instance().arn)) == (
        "InvalidParameterException",
        "Found running tasks on the instance.",
    )
    gone = leave(containerInstance=an_instance().arn, force=True)["containerInstance"]
    assert gone["status"] == "INACTIVE"
    (task,) = ecs.all(Task)
    assert task.desired_status is TaskStatus.STOPPED
    assert task.stopped_reason == "Container instance deregistration forced by user"
    assert ecs.ListContainerInstances()["containerInstanceArns"] == []


def test_an_idle_instance_leaves_and_is_gone() -> None:
    ecs = an_ecs()
    ecs.put(an_instance())
    ecs.DeregisterContainerInstance(containerInstance=an_instance().arn)
    assert ecs.all(ContainerInstance) == []


def test_instances_drain_and_come_back() -> None:
    ecs = an_ecs()
    ecs.put(an_instance(1), an_instance(2))
    drain = ecs.UpdateContainerInstancesState
    answer = drain(containerInstances=[an_instance(1).arn, "none"], status="DRAINING")
    assert [i["status"] for i in answer["containerInstances"]] == ["DRAINING"]
    assert len(answer["failures"]) == 1
    listed = ecs.ListContainerInstances(status="DRAINING")["containerInstanceArns"]
    assert listed == [an_instance(1).arn]
    assert len(ecs.ListContainerInstances()["containerInstanceArns"]) == 2
    assert refusal(lambda: drain(containerInstances=["a"], status="INACTIVE")) == (
        "InvalidParameterException",
        "Container instances status should be ACTIVE or DRAINING.",
    )


def test_attributes_are_put_listed_and_deleted() -> None:
    ecs = an_ecs()
    ecs.put(an_instance())
    wanted = {"name": "stack", "value": "production", "targetId": an_instance().arn}
    ecs.PutAttributes(attributes=[wanted])
    found = ecs.ListAttributes(targetType="container-instance", attributeName="stack")
    assert found["attributes"] == [wanted]
    ecs.DeleteAttributes(attributes=[{"name": "stack", "targetId": an_instance().arn}])
    found = ecs.ListAttributes(targetType="container-instance", attributeName="stack")
    assert found["attributes"] == []


def test_an_instance_has_ten_custom_attributes_at_most() -> None:
    ecs = an_ecs()
    ecs.put(an_instance())
    ten = [{"name": f"a{n}", "targetId": an_instance().arn} for n in range(10)]
    ecs.PutAttributes(attributes=ten)
    more = [{"name": "b", "targetId": an_instance().arn}]
    assert refusal(lambda: ecs.PutAttributes(attributes=more))[0] == (
        "AttributeLimitExceededException"
    )
    nobody = [{"name": "b", "targetId": "none"}]
    assert refusal(lambda: ecs.PutAttributes(attributes=nobody)) == (
        "TargetNotFoundException",
        "The specified target wasn't found.",
    )


def test_instances_are_listed_by_an_expression_of_the_query_language() -> None:
    ecs = an_ecs()
    ecs.put(
        a_task_definition(),
        an_instance(1, attributes=(("stack", "blue"),)),
        an_instance(2, attributes=(("stack", "green"),)),
        a_task(instance=an_instance(2).arn, group="service:web", last_status=TaskStatus.RUNNING),
    )

    def listed(expression: str) -> list[str]:
        answer = ecs.ListContainerInstances(filter=expression)
        return [arn[-1] for arn in answer["containerInstanceArns"]]

    assert listed("attribute:stack == blue") == ["1"]
    assert listed("task:group == service:web and runningTasksCount > 0") == ["2"]
    assert listed("attribute:stack exists") == ["1", "2"]
    assert refusal(lambda: listed("attribute:stack"))[0] == "InvalidParameterException"
