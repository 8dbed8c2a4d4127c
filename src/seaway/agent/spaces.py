"""A task's network namespaces: their packet rules, hosts files and name servers."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from seaway.agent.containers import (
    asks_resolver,
    hosts_path,
    namespace_of,
    resolver_path,
)
from seaway.agent.hosts import task_hosts, write_in_place
from seaway.agent.ledger import Ledger
from seaway.agent.network import gateway_of
from seaway.agent.resolver import machine_resolv_conf, resolv_conf
from seaway.agent.rules import Rules
from seaway.agent.tools import Tools, all_of
from seaway.core.names import last_part
from seaway.core.task import TaskStatus
from seaway.core.task_definition import ContainerDefinition
from seaway.link.messages import Assignment

_RETRY = 1.0
_log = logging.getLogger(__name__)


class Spaces:
    """The namespaces of one task. ``wake`` has the worker look again."""

    def __init__(self, ledger: Ledger, tools: Tools, wake: Callable[[], None]) -> None:
        self._ledger = ledger
        self._tools = tools
        self._wake = wake
        # An agent before us may have been stopped between hearing of rules and applying them.
        self.unsettled = bool(ledger.sandboxes)
        """Rules have changed and are not in force yet."""
        self._fresh: set[str] = set()
        self._calls6: set[str] = set()
        self._has_hosts = False

    @property
    def guarded(self) -> tuple[str, ...]:
        """The namespaces in which connections may be refused."""
        if self._ledger.released:
            return ()
        return tuple(
            sandbox for space, sandbox in self._ledger.sandboxes.items() if self.rules(space).guards
        )

    def follow(self, before: Assignment) -> None:
        """Bring into force what the new assignment says otherwise than the one before."""
        now = self._ledger.assignment
        if (self._has_hosts or self._ledger.sandboxes) and not self._ledger.released:
            if now.names != before.names:
                self.write_hosts()
            if now.resolver != before.resolver:
                self.write_resolvers()
        rules = (before.guards, before.ingress, before.uses_mesh)
        if rules != (now.guards, now.ingress, now.uses_mesh):
            self.unsettled = True

    def made(self, space: str) -> None:
        """A namespace has just been made: nothing is in it yet."""
        self._fresh.add(space)

    def rules(self, space: str) -> Rules:
        """What a namespace's packets keep to."""
        task = self._ledger.assignment
        return Rules(
            address=dict(task.addresses).get(space) if task.network else None,
            machine=(gateway_of(task.network),) if task.network else (),
            guards=tuple((g.port, g.sources) for g in task.guards if g.container == space),
            ingress=tuple((i.port, i.listener) for i in task.ingress if i.container == space),
            calls=task.uses_mesh,
            inside=self._tools.inside is not None,
        )

    async def settle(self, space: str, sandbox: str) -> None:
        """Have the rules of the latest assignment, one that came meanwhile too.

        Raises OSError.
        """
        while True:
            rules = self.rules(space)
            fresh = space in self._fresh
            self._fresh.discard(space)
            has6 = await self._tools.firewall.settle(sandbox, rules, fresh=fresh)
            if self._tools.inside is not None:
                await self._tools.inside.open(self._ledger.assignment.task, space, sandbox)
            if has6 and space not in self._calls6:
                self._calls6.add(space)
                self.write_hosts()
            if rules == self.rules(space):
                return

    async def settle_all(self) -> None:
        """Have the rules in every namespace; where that fails it is tried again soon."""
        self.unsettled = False
        try:
            await all_of(self.settle(*each) for each in tuple(self._ledger.sandboxes.items()))
        except OSError as error:
            if self._ledger.assignment.desired_status is TaskStatus.STOPPED:
                return  # the namespaces are going
            if isinstance(error, FileNotFoundError):
                return  # a namespace is gone, and its task will be
            task = last_part(self._ledger.assignment.task)
            _log.error("rules of task %s: %s", task, error)
            self.unsettled = True
            asyncio.get_running_loop().call_later(_RETRY, self._wake)

    def write_hosts(self) -> None:
        """Say which names each namespace knows, its own first."""
        self._has_hosts = True
        task = self._ledger.assignment
        addresses = dict(task.addresses)
        for space in dict.fromkeys(namespace_of(task, c.name) for c in task.containers):
            inside = [c for c in task.containers if namespace_of(task, c.name) == space]
            own = (self._ledger.hostname(space), addresses[space]) if space in addresses else None
            extra = [pair for c in inside for pair in (*_linked(task, c), *c.extra_hosts)]
            # Where IPv6 calls do not get to the proxy, a name's IPv6 address would only mislead.
            names = [n for n in task.names if ":" not in n[1] or space in self._calls6]
            path = hosts_path(self._ledger.directory, space)
            write_in_place(path, task_hosts(own, extra, names))

    def write_resolvers(self) -> None:
        """Say which DNS servers each container asks that asks ours."""
        task = self._ledger.assignment
        for container in task.containers:
            if task.resolver is not None and asks_resolver(task, container):
                text = resolv_conf(task.resolver, machine_resolv_conf(), container.dns_search)
                write_in_place(resolver_path(self._ledger.directory, container.name), text)


def _linked(task: Assignment, container: ContainerDefinition) -> list[tuple[str, str]]:
    """The names of linked containers: the alias, then the container's own (Docker: links)."""
    addresses = dict(task.addresses)
    pairs = []
    for link in container.links:
        name, _, alias = link.partition(":")
        if name in addresses:
            names = dict.fromkeys((alias or name, name))
            pairs += [(each, addresses[name]) for each in names]
    return pairs
