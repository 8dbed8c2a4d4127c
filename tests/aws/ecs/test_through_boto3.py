"""The whole way: botocore signs and sends, the gateway parses, answers, and botocore reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from seaway.aws.ecs import operations
from seaway.core.service import Deployment, RolloutState, Service
from seaway.core.task import TaskStatus
from tests.aws.ecs.story import WEB
from tests.aws.wired import Wired
from tests.builders import a_task, an_instance


@pytest.fixture
def wired() -> Iterator[Wired]:
    wired = Wired(operations())
    yield wired
    wired.close()


def with_service(wired: Wired) -> Any:
    ecs = wired.client("ecs")
    ecs.create_cluster(clusterName="default", serviceConnectDefaults={"namespace": "shop"})
    ecs.register_task_definition(family="web", containerDefinitions=[WEB], cpu="256", memory="512")
    ecs.create_service(
        serviceName="web",
        taskDefinition="web",
        desiredCount=1,
        serviceConnectConfiguration={
            "enabled": True,
            "services": [{"portName": "web", "clientAliases": [{"port": 80, "dnsName": "web"}]}],
        },
    )
    return ecs


def test_a_service_is_read_as_it_was_written(wired: Wired) -> None:
    ecs = with_service(wired)
    (service,) = ecs.describe_services(services=["web"])["services"]
    assert isinstance(service["createdAt"], datetime)
    assert service["createdAt"].astimezone(UTC).year >= 2026
    (deployment,) = service["deployments"]
    assert deployment["serviceConnectConfiguration"]["namespace"] == "shop"
    assert deployment["serviceConnectResources"][0]["discoveryName"] == "web"
    (family,) = ecs.list_task_definition_families()["families"]
    assert family == "web"


def test_waiters_end_when_the_service_is_stable_and_when_it_is_gone(wired: Wired) -> None:
    ecs = with_service(wired)
    (service,), (deployment,) = wired.all(Service), wired.all(Deployment)
    task = a_task(
        service=service.arn,
        deployment=deployment.id,
        last_status=TaskStatus.RUNNING,
        started_at=2.0,
    )
    wired.put(task, replace(deployment, rollout_state=RolloutState.COMPLETED))
    once = {"Delay": 0, "MaxAttempts": 1}
    ecs.get_waiter("services_stable").wait(services=["web"], WaiterConfig=once)
    ecs.get_waiter("tasks_running").wait(tasks=[task.arn], WaiterConfig=once)
    ecs.delete_service(service="web", force=True)
    wired.put(
        replace(task, last_status=TaskStatus.STOPPED, desired_status=TaskStatus.STOPPED),
        replace(wired.all(Service)[0], status="INACTIVE"),
    )
    ecs.get_waiter("tasks_stopped").wait(tasks=[task.arn], WaiterConfig=once)
    ecs.get_waiter("services_inactive").wait(services=["web"], WaiterConfig=once)


def test_refusals_are_the_exceptions_of_the_model(wired: Wired) -> None:
    ecs = with_service(wired)
    with pytest.raises(ecs.exceptions.ClusterNotFoundException, match=r"Cluster not found\."):
        ecs.list_services(cluster="none")
    with pytest.raises(ecs.exceptions.NamespaceNotFoundException):
        ecs.list_services_by_namespace(namespace="none")
    with pytest.raises(ClientError) as caught:
        ecs.delete_service(service="web")
    assert caught.value.response["Error"]["Code"] == "InvalidParameterException"


def test_a_client_token_used_for_something_else_names_what_it_started(wired: Wired) -> None:
    ecs = with_service(wired)
    wired.put(an_instance())
    (task,) = ecs.run_task(clientToken="t", taskDefinition="web")["tasks"]
    with pytest.raises(ecs.exceptions.ConflictException) as conflict:
        ecs.run_task(clientToken="t", taskDefinition="web", startedBy="other")
    assert conflict.value.response["resourceIds"] == [task["taskArn"]]


def test_pages_are_followed_by_the_paginator(wired: Wired) -> None:
    ecs = wired.client("ecs")
    for number in range(5):
        ecs.create_cluster(clusterName=f"c{number}")
    pages = ecs.get_paginator("list_clusters").paginate(PaginationConfig={"PageSize": 2})
    assert sum(len(page["clusterArns"]) for page in pages) == 5
