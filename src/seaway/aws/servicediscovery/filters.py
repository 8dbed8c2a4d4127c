"""Filters of lists: a name, a condition and values become a yes or no."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from seaway.aws.call import Call
from seaway.aws.servicediscovery.errors import InvalidInput
from seaway.aws.servicediscovery.lookup import owned_by
from seaway.core.discovery import DiscoveryOperation, DiscoveryService, Namespace

if TYPE_CHECKING:
    from seaway.aws.shapes import servicediscovery as shapes

    Filter = shapes.NamespaceFilter | shapes.ServiceFilter | shapes.OperationFilter

T = TypeVar("T")
Pass = Callable[[T], bool]
Reader = Callable[[T], tuple[str, ...]]
"""What of a noun a filter looks at; one of them must match."""

_SAID = {"SUCCESS": "SUCCEED"}
_OWNERS = ("SELF", "OTHER_ACCOUNTS")


def namespaces(call: Call, wanted: Sequence[shapes.NamespaceFilter]) -> Pass[Namespace]:
    """Whether a namespace passes all these filters. Raises InvalidInput."""
    readers: Mapping[str, tuple[Reader[Namespace], tuple[str, ...]]] = {
        "TYPE": (lambda one: (one.type,), ("EQ", "IN", "BEGINS_WITH")),
        "NAME": (lambda one: (one.name,), ("EQ", "IN", "BEGINS_WITH")),
        "HTTP_NAME": (lambda one: (one.http_name,), ("EQ", "IN", "BEGINS_WITH")),
        "RESOURCE_OWNER": (lambda one: (_owner(call, one),), ("EQ",)),
    }
    return _all([_own(call, wanted), *(_one(each, readers) for each in wanted)])


def services(call: Call, wanted: Sequence[shapes.ServiceFilter]) -> Pass[DiscoveryService]:
    """Whether a service passes all these filters. Raises InvalidInput."""
    readers: Mapping[str, tuple[Reader[DiscoveryService], tuple[str, ...]]] = {
        "NAMESPACE_ID": (
            lambda one: (one.namespace, one.namespace.rsplit("/", 1)[-1]),
            ("EQ", "IN"),
        ),
        "RESOURCE_OWNER": (lambda one: (_owner(call, one),), ("EQ",)),
    }
    return _all([_own(call, wanted), *(_one(each, readers) for each in wanted)])


def operations(wanted: Sequence[shapes.OperationFilter]) -> Pass[DiscoveryOperation]:
    """Whether an operation passes all these filters. Raises InvalidInput."""
    readers: Mapping[str, tuple[Reader[DiscoveryOperation], tuple[str, ...]]] = {
        "NAMESPACE_ID": (lambda one: (dict(one.targets).get("NAMESPACE", ""),), ("EQ",)),
        "SERVICE_ID": (lambda one: (dict(one.targets).get("SERVICE", ""),), ("EQ",)),
        # The API's page says SUCCEED where its own model says SUCCESS.
        "STATUS": (lambda one: (one.status, _SAID.get(one.status, "")), ("EQ", "IN")),
        "TYPE": (lambda one: (one.type,), ("EQ", "IN")),
    }
    return _all(
        [
            _between(each) if each["Name"] == "UPDATE_DATE" else _one(each, readers)
            for each in wanted
        ]
    )


def _owner(call: Call, one: Namespace | DiscoveryService) -> str:
    return "SELF" if owned_by(one) == call.account else "OTHER_ACCOUNTS"


def _own(
    call: Call, wanted: Sequence[shapes.NamespaceFilter | shapes.ServiceFilter]
) -> Pass[Namespace | DiscoveryService]:
    """Others' are shown to those who ask for them: by owner, or by a namespace's ARN."""
    asked = any(
        each["Name"] == "RESOURCE_OWNER"
        or (each["Name"] == "NAMESPACE_ID" and each["Values"][:1][0].startswith("arn:"))
        for each in wanted
        if each["Values"]
    )
    return lambda one: asked or owned_by(one) == call.account


def _all(tests: Sequence[Pass[T]]) -> Pass[T]:
    return lambda one: all(test(one) for test in tests)


def _one(wanted: Filter, readers: Mapping[str, tuple[Reader[T], tuple[str, ...]]]) -> Pass[T]:
    name, values = wanted["Name"], tuple(wanted["Values"])
    condition = wanted.get("Condition", "EQ")
    if name not in readers:
        raise InvalidInput(f"Filter name {name} is not valid; use one of {', '.join(readers)}")
    read, conditions = readers[name]
    if condition not in conditions:
        raise InvalidInput(f"The condition {condition} is not supported for the filter {name}")
    if not values or (condition != "IN" and len(values) != 1):
        raise InvalidInput(f"The filter {name} with the condition {condition} takes one value")
    if name == "RESOURCE_OWNER" and values[0] not in _OWNERS:
        raise InvalidInput(f"The filter {name} takes one of {', '.join(_OWNERS)}")
    if condition == "BEGINS_WITH":
        return lambda one: any(held.startswith(values[0]) for held in read(one))
    return lambda one: any(held in values for held in read(one))


def _between(wanted: shapes.OperationFilter) -> Pass[DiscoveryOperation]:
    values = wanted["Values"]
    if wanted.get("Condition") != "BETWEEN" or len(values) != 2:
        raise InvalidInput("The filter UPDATE_DATE takes the condition BETWEEN and two values")
    try:
        first, last = float(values[0]), float(values[1])
    except ValueError as error:
        raise InvalidInput("The filter UPDATE_DATE takes Unix times") from error
    # AWS says seconds and its own examples give milliseconds: a date past the year 5000 is those.
    scale = 1000.0 if last > 1e11 else 1.0
    return lambda one: first / scale <= one.created_at <= last / scale
