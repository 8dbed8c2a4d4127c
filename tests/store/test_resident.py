"""Transactions and attempts over the store's memory."""

# ruff: noqa: PT012 - what is tried is several writes and then a refusal.

from __future__ import annotations

from dataclasses import replace

import pytest

from seaway.core.cluster import Cluster
from seaway.core.service import Service
from seaway.store.changes import Change
from seaway.store.resident import Resident
from tests.builders import a_cluster, a_service


def test_an_attempt_that_fails_takes_back_its_own_writes_only() -> None:
    store = Resident()
    with store.transaction() as tx:
        tx.put(a_cluster("before"))
        with pytest.raises(KeyError), tx.attempt():
            tx.put(a_cluster("inside"))
            tx.put(replace(a_cluster("before"), status="INACTIVE"))
            tx.drop(a_cluster("before"))
            raise KeyError
        assert tx.where(Cluster) == [a_cluster("before")]
        tx.put(a_cluster("after"))
    with store.transaction() as tx:
        assert tx.where(Cluster) == [a_cluster("before"), a_cluster("after")]


def test_an_attempt_that_succeeds_is_part_of_its_transaction() -> None:
    store = Resident()
    with pytest.raises(KeyError), store.transaction() as tx:
        with tx.attempt():
            tx.put(a_cluster())
        assert tx.where(Cluster) == [a_cluster()]
        raise KeyError
    with store.transaction() as tx:
        assert tx.where(Cluster) == []


def test_an_outer_attempt_takes_back_an_inner_one_that_had_succeeded() -> None:
    store = Resident()
    with store.transaction() as tx:
        with pytest.raises(KeyError), tx.attempt():
            with tx.attempt():
                tx.put(a_cluster("inner"))
            with pytest.raises(ValueError, match="no"), tx.attempt():
                tx.put(a_cluster("refused"))
                raise ValueError("no")
            assert [cluster.name for cluster in tx.where(Cluster)] == ["inner"]
            raise KeyError
        assert tx.where(Cluster) == []


def test_what_was_taken_back_is_found_by_its_old_index_and_rings_no_bell() -> None:
    rung: list[Change] = []
    store = Resident()
    before, after = a_service(cluster="here"), a_service(cluster="there")
    with store.transaction() as tx:
        tx.put(before)
    store.doorbell.listen(rung.extend)
    with store.transaction() as tx:
        with pytest.raises(KeyError), tx.attempt():
            tx.put(after)
            raise KeyError
        assert tx.where(Service, cluster="here") == [before]
        assert tx.where(Service, cluster="there") == []
    assert rung == []
