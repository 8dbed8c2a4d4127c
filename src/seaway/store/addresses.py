"""Which addresses of a subnet are given out: one question that several rooms ask."""

from __future__ import annotations

from collections.abc import Iterator

from seaway.core.capacity import ContainerInstance
from seaway.core.network import NetworkInterface, Subnet, usable_addresses
from seaway.core.task import Task, TaskStatus
from seaway.store.occupancy import tasks_on
from seaway.store.transaction import Transaction


def taken_addresses(tx: Transaction, subnet: str) -> set[str]:
    """Addresses of the subnet that an interface, an instance or a task's container holds.

    A stopped task's address is free only once the host has said it stopped: its namespace
    had the address until then. So is that of an instance that has ended: until then its tasks'
    host ports are open there.
    """
    taken = {interface.address for interface in tx.where(NetworkInterface, subnet=subnet)}
    for task in tx.where(Task, subnet=subnet):
        if task.last_status is not TaskStatus.STOPPED:
            taken.update(entry.address for entry in task.addresses)
    for instance in tx.where(ContainerInstance):
        if instance.subnet != subnet or not instance.address:
            continue
        if instance.status != "INACTIVE" or tasks_on(tx, instance):
            taken.add(instance.address)
    return taken


class AddressBook:
    """The free addresses of subnets while several are given out, and nobody else gives any.

    ``tx`` may be another transaction later.
    """

    def __init__(self, tx: Transaction) -> None:
        self.tx = tx
        self._free: dict[str, Iterator[str]] = {}

    def take(self, subnet: Subnet) -> str | None:
        """The subnet's lowest free address, from now on taken; None when there is none left."""
        if subnet.id not in self._free:
            taken = taken_addresses(self.tx, subnet.id)
            self._free[subnet.id] = (a for a in usable_addresses(subnet.cidr) if a not in taken)
        return next(self._free[subnet.id], None)
