"""Tasks are told of a resolver where the machine's name server answers, and nowhere else."""

from __future__ import annotations

from seaway.core.names import Place
from seaway.core.network import Vpc
from seaway.core.zone import ServedResolver
from seaway.dispatch.payload import assignment, host_plan
from seaway.store.resident import Resident
from tests.builders import a_task, a_task_definition

VPC = Vpc(id="vpc-1", owner="0", region="us-east-1", cidr="10.203.0.0/16")
TASK = a_task(host="host-1", vpc="vpc-1")
HERE = Place(account="000000000000", region="us-east-1")


def told(*served: ServedResolver) -> tuple[str | None, tuple[tuple[str, str], ...]]:
    """The resolver of the task, and the addresses the machine is to have."""
    store = Resident()
    with store.transaction() as tx:
        for noun in (VPC, a_task_definition(), TASK, *served):
            tx.put(noun)
        found = assignment(tx, TASK)
        assert found is not None
        return found.resolver, host_plan(tx, "host-1", HERE).addresses


def a_resolver(host: str = "host-1", address: str = "10.203.0.2") -> ServedResolver:
    return ServedResolver(key=f"{host}/{address}", host=host, address=address)


def test_where_it_answers_the_task_asks_there_and_the_machine_has_the_address() -> None:
    assert told(a_resolver()) == ("10.203.0.2", (("vpc-1", "10.203.0.2"),))


def test_what_answers_on_another_machine_or_in_another_vpc_is_no_help() -> None:
    assert told() == (None, ())
    assert told(a_resolver("host-2"), a_resolver(address="10.0.0.2")) == (None, ())
