"""Nouns in memory: whole transactions or nothing, looked up by key and by index."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seaway.core.task import Task
from seaway.store.changes import Change
from seaway.store.resident import Resident
from tests.builders import a_cluster, a_task

ONE, TWO, THREE = (a_task(number) for number in (1, 2, 3))


def holding(*tasks: Task) -> Resident:
    store = Resident()
    with store.transaction() as tx:
        for task in tasks:
            tx.put(task)
    return store


def heard(store: Resident) -> list[list[Change]]:
    """The rings of the doorbell from now on."""
    rings: list[list[Change]] = []
    store.doorbell.listen(lambda changes: rings.append(list(changes)))
    return rings


def test_nouns_are_found_by_key_and_by_index_oldest_first() -> None:
    store = holding(TWO, ONE, replace(THREE, cluster="other"))
    with store.transaction() as tx:
        assert tx.find(Task, ONE.arn) is ONE
        assert tx.find(Task, "none") is None
        assert tx.where(Task, cluster=ONE.cluster) == [TWO, ONE]
        assert tx.where(Task, cluster=ONE.cluster, host=None) == [TWO, ONE]
        assert tx.where(Task, cluster="none") == []
        assert len(tx.where(Task)) == 3


def test_a_changed_noun_moves_to_its_new_index() -> None:
    store = holding(ONE)
    with store.transaction() as tx:
        tx.put(replace(ONE, host="host-1"))
        assert tx.where(Task, host=None) == []
        assert [task.arn for task in tx.where(Task, host="host-1")] == [ONE.arn]


def test_a_field_without_an_index_can_not_be_asked_for() -> None:
    with holding(ONE).transaction() as tx, pytest.raises(LookupError, match="no index on zone"):
        tx.where(Task, zone="us-east-1a")


def test_a_transaction_that_fails_leaves_nothing_behind_and_rings_no_bell() -> None:
    store = holding(ONE, TWO)
    rings = heard(store)

    def fail() -> None:
        with store.transaction() as tx:
            tx.put(replace(ONE, host="host-1"))
            tx.drop(TWO)
            tx.put(THREE)
            raise ValueError

    with pytest.raises(ValueError):
        fail()
    with store.transaction() as tx:
        assert sorted(task.id for task in tx.where(Task)) == [ONE.id, TWO.id]
        assert tx.find(Task, ONE.arn) == ONE
        assert tx.where(Task, host="host-1") == []
        assert len(tx.where(Task, host=None)) == 2
    assert rings == []


def test_the_bell_rings_once_for_a_transaction_with_each_noun_as_it_was_and_is() -> None:
    store = holding(ONE, TWO)
    rings = heard(store)
    placed = replace(ONE, host="host-1")
    with store.transaction() as tx:
        tx.put(replace(ONE, host="passing"))
        tx.put(placed)
        tx.drop(TWO)
    (changes,) = rings
    assert [(c.key, c.before, c.after) for c in changes] == [
        (ONE.arn, ONE, placed),
        (TWO.arn, TWO, None),
    ]
    assert changes[1].either is TWO


def test_what_changes_nothing_rings_no_bell() -> None:
    store = holding(ONE)
    rings = heard(store)
    with store.transaction() as tx:
        tx.put(a_task(1))
        tx.drop(TWO)
    with store.transaction() as tx:
        tx.put(replace(ONE, host="host-1"))
        tx.put(ONE)
    assert rings == []


def test_a_transaction_inside_another_is_part_of_it() -> None:
    store = holding()
    rings = heard(store)

    def both() -> None:
        with store.transaction() as outer:
            outer.put(ONE)
            with store.transaction() as inner:
                inner.put(a_cluster())
                assert inner.find(Task, ONE.arn) == ONE
            raise ValueError

    with pytest.raises(ValueError):
        both()
    with store.transaction() as tx:
        assert tx.where(Task) == []
    assert rings == []


Step = tuple[int, str | None, bool]


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.lists(
                st.tuples(st.integers(1, 4), st.sampled_from([None, "a", "b"]), st.booleans()),
                max_size=5,
            ),
            st.booleans(),
        ),
        max_size=8,
    )
)
def test_whatever_is_done_the_indexes_say_what_the_nouns_say(
    transactions: list[tuple[list[Step], bool]],
) -> None:
    store = Resident()
    expected: dict[str, Task] = {}
    for steps, fails in transactions:
        scratch = dict(expected)
        try:
            with store.transaction() as tx:
                for number, host, drop in steps:
                    task = a_task(number, host=host)
                    if drop:
                        tx.drop(task)
                        scratch.pop(task.arn, None)
                    else:
                        tx.put(task)
                        scratch[task.arn] = task
                if fails:
                    raise ValueError
        except ValueError:
            continue
        expected = scratch
    with store.transaction() as tx:
        assert {task.arn: task for task in tx.where(Task)} == expected
        for host in (None, "a", "b"):
            found = {task.arn for task in tx.where(Task, host=host)}
            assert found == {arn for arn, task in expected.items() if task.host == host}
