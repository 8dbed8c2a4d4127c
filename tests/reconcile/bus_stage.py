"""A cluster, buses and schedules on one clock: the real APIs, the loops and RunTask."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from seaway.aws import ecs, events, logs, scheduler
from seaway.aws.ecs.event_details import event_detail
from seaway.aws.inward import Inward
from seaway.aws.model import Models
from seaway.reconcile import bus, deliveries, scheduled_rules, schedules, state_events
from seaway.store.resident import Resident
from seaway.store.series import Series
from tests.builders import HOME
from tests.handlers import Api
from tests.reconcile.world import LOOPS, World

START = 1_800_000_000.0
ROLE = "arn:aws:iam::000000000000:role/events"
GROUP = f"arn:aws:logs:{HOME}:log-group:/events"
MINUTE = 60.0


class Stage:
    """A cluster, a bus, and a log group that hears of everything a test asks for."""

    def __init__(self, directory: Path) -> None:
        self.series = Series(directory / "series.db")
        self.series.open()
        handlers = [
            *ecs.operations(),
            *events.operations(),
            *logs.operations(),
            *scheduler.operations(),
        ]
        wanted: dict[str, set[str]] = {}
        for handler in handlers:
            wanted.setdefault(handler.service, set()).add(handler.name)
        inward = Inward(self._invoke, Models(wanted))
        loops: Any = (
            *LOOPS,
            bus,
            scheduled_rules,
            schedules,
            SimpleNamespace(
                keys_of=deliveries.keys_of,
                reconcile=lambda tx, key, now: deliveries.reconcile(tx, key, now, inward),
            ),
            SimpleNamespace(
                keys_of=state_events.keys_of,
                reconcile=lambda tx, key, now: state_events.reconcile(tx, key, now, event_detail),
            ),
        )
        self.world = World(store=Resident(series=self.series), now=START, loops=loops)
        self._api = Api(handlers, self.world.store)
        self.logs("CreateLogGroup", logGroupName="/events")

    def _invoke(self, tx: Any, call: Any, service: str, operation: str, request: Any) -> Any:
        return self._api.handlers[service, operation](tx, call, request)

    def ask(self, service: str, operation: str, /, **request: Any) -> Any:
        self._api.now = self.world.now
        return self._api(service, operation, **request)

    def events(self, operation: str, /, **request: Any) -> Any:
        return self.ask("events", operation, **request)

    def logs(self, operation: str, /, **request: Any) -> Any:
        return self.ask("logs", operation, **request)

    def rule(self, name: str = "all", target: str | None = GROUP, **more: Any) -> None:
        """A rule whose one target is the log group, unless another is named."""
        settings = {k: more.pop(k) for k in list(more) if k in _OF_TARGETS}
        self.events("PutRule", Name=name, **more)
        if target is not None:
            given = {"Id": "one", "Arn": target, **settings}
            where = {k: v for k, v in more.items() if k == "EventBusName"}
            self.events("PutTargets", Rule=name, Targets=[given], **where)
        self.world.settle()

    def put(self, detail: Any, **more: Any) -> None:
        entry = {"Source": "shop", "DetailType": "Sold", "Detail": json.dumps(detail), **more}
        answer = self.events("PutEvents", Entries=[entry])
        assert answer["FailedEntryCount"] == 0
        self.world.settle()

    def heard(self) -> list[Any]:
        """What the log group got, oldest first."""
        asyncio.run(self.series.flushed())
        return [json.loads(one.text) for one in self.series.events(GROUP, None)]

    def all(self, noun: type[Any]) -> list[Any]:
        with self.world.store.transaction() as tx:
            return tx.where(noun)


_OF_TARGETS = (
    *("Input", "InputPath", "InputTransformer", "EcsParameters", "RoleArn", "RetryPolicy"),
)
