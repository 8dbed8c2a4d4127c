"""Which addresses of a subnet are given out already."""

from __future__ import annotations

from seaway.core.capacity import ContainerInstance
from seaway.core.network import NetworkInterface
from seaway.core.task import Task, TaskStatus
from seaway.store.transaction import Transaction


def taken_addresses(tx: Transaction, subnet: str) -> set[str]:
    """The addresses in use in the subnet (given by id), by interfaces, instances and tasks."""
    taken = {interface.address for interface in tx.where(NetworkInterface, subnet=subnet)}
    for task in tx.where(Task, subnet=subnet):
        if task.last_status is not TaskStatus.STOPPED:
            taken.update(entry.address for entry in task.addresses)
    for instance in tx.where(ContainerInstance):
        if instance.subnet == subnet and instance.address:
            taken.add(instance.address)
    return taken
