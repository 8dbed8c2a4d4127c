"""What an agent is told when it asks: keys of the task's roles only, and its protection."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from seaway.core.identity import Credential, Role
from seaway.core.moment import Moment
from seaway.core.task import Task, TaskStatus
from seaway.dispatch.asking import (
    keys_of_role,
    protect,
    protection_of,
    tags_of,
)
from seaway.link.asking import CannotFetch, Protection, ProtectionRefused
from seaway.store.resident import Resident
from tests.builders import a_service, a_task, a_task_definition, an_instance
from tests.handlers import Counted

WORKER = Role(
    arn="arn:aws:iam::000000000000:role/apps/worker",
    id="AROAWORKER",
    name="worker",
    account="000000000000",
    path="/apps/",
    trust="{}",
    created_at=1.0,
)
OTHER = replace(WORKER, arn="arn:aws:iam::000000000000:role/admin", name="admin")
DEFINITION = a_task_definition(task_role=WORKER.arn)
TASK = a_task(service=a_service().arn, last_status=TaskStatus.RUNNING)
NOW = 1000.0


def holding(*nouns: Any) -> Resident:
    store = Resident()
    with store.transaction() as tx:
        for noun in (WORKER, OTHER, *nouns):
            tx.put(noun)
    return store


def asked(store: Resident, role: str, task: Task = TASK) -> Any:
    with store.transaction() as tx:
        keys = keys_of_role(tx, task.arn, role, Moment(NOW, Counted()))
        return keys, tx.find(Credential, keys.access_key)


def test_a_task_gets_keys_of_its_role_for_six_hours_under_its_own_name() -> None:
    keys, credential = asked(holding(DEFINITION, TASK), WORKER.arn)
    assert (keys.role, keys.expires_at) == (WORKER.arn, NOW + 6 * 3600)
    assert credential.secret == keys.secret_key
    assert credential.principal == f"arn:aws:sts::000000000000:assumed-role/worker/{TASK.id}"
    assert credential.user_id == f"AROAWORKER:{TASK.id}"


def test_a_role_may_be_named_without_its_arn() -> None:
    keys, _ = asked(holding(replace(DEFINITION, task_role="worker"), TASK), "worker")
    assert keys.role == WORKER.arn


def test_nobody_gets_keys_of_a_role_that_is_not_the_tasks() -> None:
    store = holding(DEFINITION, TASK)
    with pytest.raises(CannotFetch, match=r"unable to assume the role 'arn:.*role/admin'"):
        asked(store, OTHER.arn)
    overridden = replace(TASK, task_role=OTHER.arn)
    with pytest.raises(CannotFetch):
        asked(holding(DEFINITION, overridden), WORKER.arn, overridden)
    ended = replace(TASK, last_status=TaskStatus.STOPPED)
    with pytest.raises(CannotFetch):
        asked(holding(DEFINITION, ended), WORKER.arn)


def test_a_role_that_is_not_there_gives_no_keys() -> None:
    definition = replace(DEFINITION, task_role="arn:aws:iam::000000000000:role/none")
    with pytest.raises(CannotFetch, match="proper trust relationship"):
        asked(holding(definition, TASK), "arn:aws:iam::000000000000:role/none")


def test_a_task_protects_itself_and_reads_it() -> None:
    with holding(DEFINITION, TASK).transaction() as tx:
        assert protection_of(tx, TASK.arn, NOW) == Protection(enabled=False)
        kept = Protection(enabled=True, until=NOW + 600)
        assert protect(tx, TASK.arn, True, 10, NOW) == kept
        assert protection_of(tx, TASK.arn, NOW + 599) == kept
        assert protection_of(tx, TASK.arn, NOW + 600) == Protection(enabled=False)
        with pytest.raises(ProtectionRefused) as refused:
            protect(tx, TASK.arn, True, 2881, NOW)
        assert refused.value.code == "InvalidParameterException"


def test_a_task_of_no_service_is_not_protected() -> None:
    alone = a_task(2)
    with (
        holding(DEFINITION, alone).transaction() as tx,
        pytest.raises(ProtectionRefused) as refused,
    ):
        protect(tx, alone.arn, True, None, NOW)
    assert refused.value.code == "TASK_NOT_VALID"


def test_tags_are_the_tasks_and_its_instances() -> None:
    instance = an_instance(tags=(("rack", "7"),))
    task = replace(TASK, tags=(("team", "cats"),), instance=instance.arn)
    with holding(task, instance).transaction() as tx:
        assert tags_of(tx, task.arn) == ({"team": "cats"}, {"rack": "7"})
        assert tags_of(tx, "arn:gone") == ({}, {})
