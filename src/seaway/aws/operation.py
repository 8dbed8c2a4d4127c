"""Ties a handler to the AWS operation it answers; the tie is checked when it is made."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from seaway.aws.call import Call
from seaway.link.functions import Functions
from seaway.store.transaction import Transaction

Body = Any
"""A request or response as plain dicts; handlers narrow it to the generated shapes."""

Function = Callable[[Transaction, Call, Any], Any]


@dataclass(frozen=True, slots=True)
class Later:
    """Stands for an answer that is only there when a function has been called.

    The one thing a handler waits for: its transaction is over by then.
    """

    answer: Callable[[Functions], Awaitable[Body]]


@dataclass(frozen=True, slots=True)
class Handler:
    """One operation's answerer: a plain function, run in one transaction."""

    service: str
    name: str
    function: Function

    def __call__(self, tx: Transaction, call: Call, request: Any) -> Any:
        return self.function(tx, call, request)


def operation(service: str, name: str | None = None) -> Callable[[Function], Handler]:
    """Mark a function as the handler of the operation its name says.

    ``service`` is the name boto3 gives the service. ``name`` is only needed where the
    operation's CamelCase is irregular (``CreateDBCluster``); ``create_cluster`` is
    ``CreateCluster`` by itself.
    """

    def mark(function: Function) -> Handler:
        camel = "".join(part.capitalize() for part in function.__name__.split("_"))
        return Handler(service, name or camel, function)

    return mark


def operations_in(module: ModuleType) -> list[Handler]:
    """The handlers a module defines, in the order they stand there."""
    return [value for value in vars(module).values() if isinstance(value, Handler)]
