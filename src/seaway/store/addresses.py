"""Which addresses of a subnet are given out: one question that several rooms ask."""

from __future__ import annotations

from seaway.core.capacity import ContainerInstance
from seaway.core.network import NetworkInterface
from seaway.core.task import Task, TaskStatus
from seaway.store.transaction import Transaction


def taken_addresses(tx: Transaction, subnet: str) -> set[str]:
    """Addresses of the subnet that an interface, an instance or a task's container holds.

    A stopped task's address is free only once the host has said it stopped: its namespace
    had the address until then.
    """
    taken = {interface.address for interface in tx.where(NetworkInterface, subnet=subnet)}
    for task in tx.where(Task, subnet=subnet):
        if task.last_status is not TaskStatus.STOPPED:
            taken.update(entry.address for entry in task.addresses)
    for instance in tx.where(ContainerInstance):
        if instance.subnet == subnet and instance.address and instance.status != "INACTIVE":
            taken.add(instance.address)
    return taken
