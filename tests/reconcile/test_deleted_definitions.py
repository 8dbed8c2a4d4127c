"""Deleted task definitions stay while something runs by them, and leave their number."""

from __future__ import annotations

from seaway.core.service import Deployment
from seaway.core.task import Task
from seaway.core.task_definition import TaskDefinition
from seaway.reconcile.deleted_definitions import forget_deleted
from tests.aws.ecs.story import Ecs, an_ecs, refusal
from tests.builders import a_deployment, a_service, a_task

HERE = "arn:aws:ecs:us-east-1:000000000000:task-definition/web"


def deleted(*revisions: int) -> Ecs:
    """Revisions 1 to 3 of a family, with these deleted."""
    ecs = an_ecs()
    for _ in range(3):
        ecs.register()
    for number in revisions:
        ecs.DeregisterTaskDefinition(taskDefinition=f"web:{number}")
    ecs.DeleteTaskDefinitions(taskDefinitions=[f"web:{number}" for number in revisions])
    return ecs


def forget(ecs: Ecs) -> list[int]:
    """The revisions that are left in the store."""
    with ecs.api.store.transaction() as tx:
        forget_deleted(tx)
        return sorted(definition.revision for definition in tx.where(TaskDefinition))


def test_a_deleted_revision_is_gone_and_its_number_is_not_used_again() -> None:
    ecs = deleted(2, 3)
    assert forget(ecs) == [1, 3]
    for number in (2, 3):
        asked = f"web:{number}"
        assert refusal(lambda asked=asked: ecs.DescribeTaskDefinition(taskDefinition=asked))[1] == (
            "Unable to describe task definition."
        )
    assert ecs.ListTaskDefinitions(status="DELETE_IN_PROGRESS")["taskDefinitionArns"] == []
    assert ecs.register()["revision"] == 4
    assert forget(ecs) == [1, 4]


def test_a_family_without_revisions_is_not_shown() -> None:
    ecs = deleted(1, 2, 3)
    assert ecs.ListTaskDefinitionFamilies()["families"] == ["web"]
    assert forget(ecs) == [3]
    assert ecs.ListTaskDefinitionFamilies()["families"] == []


def test_a_revision_stays_while_a_task_or_a_service_is_of_it() -> None:
    ecs = deleted(1, 2)
    task = a_task(task_definition=f"{HERE}:1")
    deployment = a_deployment(a_service(), task_definition=f"{HERE}:2")
    ecs.put(task, deployment)
    assert forget(ecs) == [1, 2, 3]
    assert ecs.DescribeTaskDefinition(taskDefinition="web:1")["taskDefinition"]["status"] == (
        "DELETE_IN_PROGRESS"
    )
    with ecs.api.store.transaction() as tx:
        tx.drop(tx.where(Task)[0])
        tx.drop(tx.where(Deployment)[0])
    assert forget(ecs) == [3]
