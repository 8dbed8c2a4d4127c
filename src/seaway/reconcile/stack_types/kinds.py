"""What a stack can have: how a type of resource is made, changed and taken away."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from seaway.core.moment import Moment
from seaway.core.names import Place, Tags
from seaway.core.stack import Refused
from seaway.store.transaction import Transaction

Properties = Mapping[str, Any]


class Invoke(Protocol):
    """Asks a service's own operation, in the stack's transaction and name.

    The request's member names may have any case of the first letter, and scalars may be texts:
    what stands behind it knows the service's model. Raises Refused.
    """

    def __call__(
        self,
        tx: Transaction,
        place: Place,
        moment: Moment,
        service: str,
        operation: str,
        request: Mapping[str, Any],
    ) -> Mapping[str, Any]:
        """The service's answer."""
        ...


@dataclass(frozen=True, slots=True)
class Made:
    """A resource that is there, or on its way: what Ref gives, and what GetAtt gives.

    ``note`` stands in the stack's story: what was asked for and is not as it would be at AWS.
    """

    physical: str
    attributes: dict[str, Any] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One step on one resource: what it should be, and the way to ask for it."""

    tx: Transaction
    place: Place
    moment: Moment
    invoke: Invoke
    stack_name: str
    logical: str
    properties: Properties
    stack_tags: Tags = ()
    physical: str = ""
    attributes: Mapping[str, Any] = field(default_factory=dict)
    since: float = 0.0
    """When the step began (epoch seconds); what was before is none of its doing."""
    begun: list[Made] = field(default_factory=list)
    """What is there already, should a later part of its creation be refused."""

    def there(self, physical: str, **attributes: Any) -> None:
        """Say that the resource itself is there, so that a rollback takes it away again."""
        self.begun.append(Made(physical, attributes))

    def __call__(self, service: str, operation: str, /, **request: Any) -> Any:
        """Ask the service; members that are None are left out."""
        given = {name: value for name, value in request.items() if value is not None}
        return self.invoke(self.tx, self.place, self.moment, service, operation, given)

    def get(self, name: str, default: Any = None) -> Any:
        """A property's value."""
        return self.properties.get(name, default)

    def need(self, name: str) -> Any:
        """A property that must be there; Refused when it is not."""
        if name not in self.properties:
            raise Refused("ValidationError", f"Property {name} cannot be empty.")
        return self.properties[name]

    def some(self, *names: str) -> dict[str, Any]:
        """These properties, as far as they are given."""
        return {name: self.properties[name] for name in names if name in self.properties}

    def without(self, *names: str) -> dict[str, Any]:
        """All properties but these."""
        return {name: value for name, value in self.properties.items() if name not in names}

    def name(self, given: str, longest: int = 128) -> str:
        """The name given in this property, else one made of stack, resource and chance."""
        own = self.properties.get(given)
        if own:
            return str(own)
        ending = self.moment.alnum(12).upper()
        room = longest - len(ending) - 2
        logical = self.logical[: max(8, room - len(self.stack_name))]
        return f"{self.stack_name[: room - len(logical)]}-{logical}-{ending}"

    def tags(self) -> list[dict[str, str]] | None:
        """The stack's tags with the resource's own over them."""
        tags = dict(self.stack_tags)
        tags.update({tag["Key"]: str(tag.get("Value", "")) for tag in self.get("Tags") or ()})
        return [{"Key": key, "Value": value} for key, value in tags.items()] or None

    def only(self, *names: str) -> None:
        """Refuse properties beside these, rather than passing over them."""
        for name in self.properties:
            if name not in names:
                raise Refused(
                    "ValidationError",
                    f"Property {name} of this resource type is not supported by Seaway yet.",
                )


def _always(work: Work) -> bool:
    return True


def unchanged(work: Work) -> Made:
    """The resource as it was."""
    return Made(work.physical, dict(work.attributes))


def _no_change(work: Work, old: Properties) -> Made:
    return unchanged(work)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A type of resource.

    A change of ``mutable`` properties alone is an ``update``; any other makes a new resource in
    the old one's place. ``ready`` says whether a made one is complete, or gives what it became.
    """

    create: Callable[[Work], Made]
    delete: Callable[[Work], None]
    update: Callable[[Work, Properties], Made] = _no_change
    mutable: frozenset[str] = frozenset()
    ready: Callable[[Work], bool | Made] = _always
    gone: Callable[[Work], bool] = _always


def as_json(value: Any) -> str:
    """A policy document as text; given as text it stays as it is."""
    return value if isinstance(value, str) else json.dumps(value)


def listed(value: Any) -> list[Any]:
    """A property that may be one thing or several."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
