"""Who waits for a proxy's word: known as nouns change, and from what is there at the start."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from seaway.core.balancer import Target, TargetState
from seaway.core.task import Sandbox, TaskStatus
from seaway.mesh.awaited import Awaited
from seaway.store.resident import Resident
from tests.builders import a_task

HERE = (Sandbox(container="web", path="/run/netns/1"),)
ARRIVING = a_task(1, host="h", uses_mesh=True, sandboxes=HERE, last_status=TaskStatus.ACTIVATING)
LEAVING = replace(ARRIVING, last_status=TaskStatus.DEACTIVATING, mesh_ready=True)
ENDING = replace(LEAVING, last_status=TaskStatus.DEPROVISIONING)
GIVEN_UP = Target(
    key="group|10.0.0.9|80",
    target_group="group",
    id="10.0.0.9",
    port=80,
    registered_at=1.0,
    address="10.0.0.9",
    state=TargetState.DRAINING,
)


def known(store: Resident, awaited: Awaited) -> tuple[set[str], list[Any], list[Any]]:
    with store.transaction() as tx:
        return awaited.hosts(), awaited.leaving(tx), awaited.targets(tx)


@pytest.mark.parametrize(
    ("noun", "found"),
    [
        (ARRIVING, ({"h"}, [], [])),
        (replace(ARRIVING, mesh_ready=True), (set(), [], [])),
        (replace(ARRIVING, uses_mesh=False), (set(), [], [])),
        (replace(ARRIVING, sandboxes=()), (set(), [], [])),
        (LEAVING, (set(), [LEAVING], [])),
        (replace(LEAVING, drained=True), (set(), [], [])),
        (ENDING, ({"h"}, [], [])),
        (replace(ENDING, mesh_gone=True), (set(), [], [])),
        (GIVEN_UP, (set(), [], [GIVEN_UP])),
        (replace(GIVEN_UP, idle=True), (set(), [], [])),
        (replace(GIVEN_UP, task="a task's"), (set(), [], [])),
    ],
)
def test_what_waits_is_known_at_the_start_and_by_changes(noun: Any, found: Any) -> None:
    store = Resident()
    hearing, late = Awaited(), Awaited()
    store.doorbell.listen(hearing.hear)
    with store.transaction() as tx:
        tx.put(noun)
        late.begin(tx)
    assert known(store, hearing) == known(store, late) == found
    with store.transaction() as tx:
        tx.drop(noun)
    assert known(store, hearing) == (set(), [], [])
