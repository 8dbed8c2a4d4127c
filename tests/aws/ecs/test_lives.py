"""Lives of services and tasks from the caller's side, with the reconcilers and a host at work."""

from __future__ import annotations

from typing import Any

from seaway.core.discovery import DiscoveryService, NamedEndpoint, Registration
from tests.aws.ecs.story import Ecs
from tests.builders import a_namespace
from tests.reconcile.world import World


class Lively:
    """ECS over a world in virtual time."""

    def __init__(self) -> None:
        self.world = World()
        self.world.put(a_namespace())
        self.ecs = Ecs()
        self.ecs.api.store = self.world.store
        self.ecs.api.now = self.world.now

    def after(self, seconds: float) -> None:
        """Let time pass."""
        self.world.run(seconds)
        self.ecs.api.now = self.world.now

    def service(self) -> dict[str, Any]:
        """What DescribeServices says of ``web``."""
        (shape,) = self.ecs.DescribeServices(services=["web"])["services"]
        return dict(shape)

    def is_stable(self) -> bool:
        """botocore's ServicesStable."""
        shape = self.service()
        return len(shape["deployments"]) == 1 and shape["runningCount"] == shape["desiredCount"]


CONNECTED = {
    "enabled": True,
    "namespace": "shop",
    "services": [{"portName": "web", "clientAliases": [{"port": 80, "dnsName": "web"}]}],
}


def test_a_service_comes_up_changes_and_goes() -> None:
    life = Lively()
    life.ecs.serve()
    assert not life.is_stable()
    life.after(60)
    assert life.is_stable()
    first = life.service()
    assert first["deployments"][0]["rolloutState"] == "COMPLETED"
    assert first["events"][0]["message"] == "(service web) has reached a steady state."
    assert len(life.ecs.ListTasks(serviceName="web")["taskArns"]) == 2

    life.ecs.UpdateService(service="web", forceNewDeployment=True, desiredCount=3)
    assert not life.is_stable()
    life.after(60)
    assert life.is_stable()
    assert life.service()["runningCount"] == 3
    statuses = [
        brief["status"]
        for brief in life.ecs.ListServiceDeployments(service="web")["serviceDeployments"]
    ]
    assert statuses == ["SUCCESSFUL", "SUCCESSFUL"]

    assert life.ecs.DeleteService(service="web", force=True)["service"]["status"] == "DRAINING"
    life.after(60)
    gone = life.service()
    assert (gone["status"], gone["deployments"], gone["runningCount"]) == ("INACTIVE", [], 0)
    life.ecs.serve()
    life.after(60)
    assert life.is_stable()


def test_a_connected_service_registers_its_tasks_and_takes_its_names_along() -> None:
    life = Lively()
    life.ecs.serve(serviceConnectConfiguration=CONNECTED)
    life.after(60)
    assert life.is_stable()
    assert len(life.ecs.all(Registration)) == 2
    life.ecs.UpdateService(service="web", serviceConnectConfiguration={"enabled": False})
    life.after(60)
    assert life.is_stable()
    for noun in (DiscoveryService, NamedEndpoint, Registration):
        assert life.ecs.all(noun) == []


def test_a_deleted_services_names_are_free_again() -> None:
    life = Lively()
    life.ecs.serve(serviceConnectConfiguration=CONNECTED)
    life.after(60)
    life.ecs.DeleteService(service="web", force=True)
    life.after(60)
    life.ecs.serve("other", taskDefinition="web", serviceConnectConfiguration=CONNECTED)
    (endpoint,) = life.ecs.all(NamedEndpoint)
    assert endpoint.service.endswith("/other")


def test_a_deleted_services_address_is_not_the_next_names() -> None:
    """Somebody may still have a connection to it."""
    life = Lively()
    life.ecs.serve(serviceConnectConfiguration=CONNECTED)
    (before,) = life.ecs.all(NamedEndpoint)
    life.after(60)
    life.ecs.DeleteService(service="web", force=True)
    life.after(60)
    life.ecs.serve("other", taskDefinition="web", serviceConnectConfiguration=CONNECTED)
    (endpoint,) = life.ecs.all(NamedEndpoint)
    assert endpoint.address != before.address


def test_a_standalone_task_runs_and_is_stopped() -> None:
    life = Lively()
    (task,) = life.ecs.RunTask(taskDefinition="web")["tasks"]
    life.after(5)
    arn = task["taskArn"]
    (running,) = life.ecs.DescribeTasks(tasks=[arn])["tasks"]
    assert running["lastStatus"] == "RUNNING"
    assert running["containerInstanceArn"].endswith("1")
    life.ecs.StopTask(task=arn)
    life.after(5)
    (stopped,) = life.ecs.DescribeTasks(tasks=[arn])["tasks"]
    assert (stopped["lastStatus"], stopped["stopCode"]) == ("STOPPED", "UserInitiated")
    assert life.ecs.ListTasks()["taskArns"] == []


def test_a_task_stopped_before_it_was_placed_stops() -> None:
    life = Lively()
    (task,) = life.ecs.RunTask(taskDefinition="web")["tasks"]
    life.ecs.StopTask(task=task["taskArn"])
    life.after(5)
    (stopped,) = life.ecs.DescribeTasks(tasks=[task["taskArn"]])["tasks"]
    assert stopped["lastStatus"] == "STOPPED"


def test_a_service_scaled_to_nothing_is_stable_without_tasks() -> None:
    life = Lively()
    life.ecs.serve()
    life.after(60)
    life.ecs.UpdateService(service="web", desiredCount=0)
    life.after(60)
    assert life.is_stable()
    assert life.ecs.DeleteService(service="web")["service"]["status"] == "DRAINING"
