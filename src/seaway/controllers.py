"""Wires the controllers: the loops that settle what the API wrote, and what calls functions.

Apart from app.py because of what it imports: all of reconcile takes as long to load as the rest
of the API, which can answer already.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import ModuleType

from seaway.aws.ecs.event_details import event_detail
from seaway.aws.gateway import Gateway
from seaway.aws.inward import Inward
from seaway.core.moment import Moment
from seaway.functions.local import LocalFunctions
from seaway.reconcile import (
    alarms,
    bus,
    capacity,
    certificates,
    cluster_metrics,
    deliveries,
    instances,
    managed_certificates,
    placement,
    scaling,
    scheduled_rules,
    schedules,
    services,
    stacks,
    state_events,
    targets,
    tasks,
)
from seaway.reconcile.function_deliveries import FunctionDeliveries
from seaway.reconcile.hook_calls import HookCalls
from seaway.reconcile.loop import Loop, Reconcile
from seaway.reconcile.retention import expire
from seaway.store.sqlite import SqliteStore
from seaway.store.transaction import Transaction

RETENTION_SECONDS = 60.0


class Controllers:
    """All that goes on without being asked. ``host`` is what clients reach the API under."""

    def __init__(
        self,
        store: SqliteStore,
        moment: Callable[[], Moment],
        gateway: Gateway,
        functions: LocalFunctions,
        host: str,
    ) -> None:
        self._store = store
        self._moment = moment
        inward = Inward(gateway.invoke, gateway.models, host)

        def settle_stack(tx: Transaction, key: str, now: Moment) -> float | None:
            return stacks.reconcile(tx, key, now, inward)

        def deliver(tx: Transaction, key: str, now: Moment) -> float | None:
            return deliveries.reconcile(tx, key, now, inward)

        def tell_state(tx: Transaction, key: str, now: Moment) -> float | None:
            return state_events.reconcile(tx, key, now, event_detail)

        rounds = placement.Rounds()
        store.doorbell.listen(rounds.hear)

        def place(tx: Transaction, key: str, now: Moment) -> float | None:
            return placement.reconcile(tx, key, now, rounds)

        plain = (
            services,
            tasks,
            targets,
            instances,
            capacity,
            certificates,
            managed_certificates,
            alarms,
            scaling,
            cluster_metrics,
            bus,
            scheduled_rules,
            schedules,
        )
        self.loops = [
            *(self._loop(module, module.reconcile) for module in plain),
            self._loop(placement, place),
            self._loop(stacks, settle_stack),
            self._loop(deliveries, deliver),
            self._loop(state_events, tell_state),
        ]
        self._hooks = HookCalls(store, moment, functions.invoke)
        self._called = FunctionDeliveries(store, moment, functions.invoke)

    def _loop(self, module: ModuleType, reconcile: Reconcile) -> Loop:
        name = module.__name__.rsplit(".", 1)[-1]
        return Loop(name, self._store, self._moment, reconcile, module.keys_of, module.all_keys)

    async def run(self) -> None:
        """Go on for ever."""
        async with asyncio.TaskGroup() as jobs:
            for loop in self.loops:
                jobs.create_task(loop.run())
            jobs.create_task(self._expire(), name="retention")
            jobs.create_task(self._hooks.run(), name="lifecycle hooks")
            jobs.create_task(self._called.run(), name="functions of rules")

    async def _expire(self) -> None:
        while True:
            with self._store.transaction() as tx:
                expire(tx, self._moment())
            await asyncio.sleep(RETENTION_SECONDS)
