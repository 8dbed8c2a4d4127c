"""Stacks brought to rest in virtual time, with the services' real handlers behind them."""

from __future__ import annotations

from typing import Any

from seaway.aws import autoscaling, cloudformation, ec2, iam
from seaway.aws.call import Call
from seaway.aws.errors import UnknownOperation
from seaway.aws.inward import Inward
from seaway.aws.model import Models
from seaway.reconcile import instances, stacks
from seaway.store.resident import Resident
from seaway.store.transaction import Transaction
from tests.handlers import Api

HANDLERS = [
    *cloudformation.operations(),
    *ec2.operations(),
    *iam.operations(),
    *autoscaling.operations(),
]


def _models(handlers: list[Any]) -> Models:
    wanted: dict[str, set[str]] = {}
    for handler in handlers:
        wanted.setdefault(handler.service, set()).add(handler.name)
    return Models(wanted)


MODELS = _models(HANDLERS)


class Stacking(Api):
    """CloudFormation with the services of ``HANDLERS`` (and ``more``) to build on."""

    def __init__(self, more: list[Any] | None = None, store: Resident | None = None) -> None:
        handlers = [*HANDLERS, *(more or [])]
        super().__init__(handlers, store)
        self.inward = Inward(self._invoke, _models(handlers) if more else MODELS)

    def _invoke(
        self, tx: Transaction, call: Call, service: str, operation: str, request: Any
    ) -> Any:
        handler = self.handlers.get((service, operation))
        if handler is None:
            raise UnknownOperation(f"The operation {operation} of {service} is not built yet.")
        return handler(tx, call, request)

    def cfn(self, operation: str, /, **request: Any) -> Any:
        return self("cloudformation", operation, **request)

    def look(self) -> list[float]:
        """One look of every loop at each of its keys."""
        wakes: list[float | None] = []
        with self.store.transaction() as tx:
            keys = list(stacks.all_keys(tx))
        for key in keys:
            with self.store.transaction() as tx:
                wakes.append(stacks.reconcile(tx, key, self.moment, self.inward))
        with self.store.transaction() as tx:
            for key in instances.all_keys(tx):
                instances.reconcile(tx, key, self.moment)
        return [wake for wake in wakes if wake is not None]

    def settle(self, most: int = 900) -> None:
        """Look again and again, as time passes, until no stack has anything to do."""
        for _ in range(most):
            wakes = self.look()
            if not wakes:
                return
            self.now = max(self.now, min(wakes)) + 0.01
        raise AssertionError("the stacks do not come to rest")

    def stack(self, name: str = "net") -> Any:
        return self.cfn("DescribeStacks", StackName=name)["Stacks"][0]

    def physical(self, logical: str, name: str = "net") -> str:
        found = self.cfn("DescribeStackResource", StackName=name, LogicalResourceId=logical)
        return str(found["StackResourceDetail"]["PhysicalResourceId"])

    def story(self, name: str = "net") -> list[tuple[str, str]]:
        events = self.cfn("DescribeStackEvents", StackName=name)["StackEvents"]
        return [(e["LogicalResourceId"], e["ResourceStatus"]) for e in reversed(events)]
