"""One Envoy's ADS conversation (incremental xDS), without wires.

A request in, responses out. The order is make-before-break: secrets, clusters and their endpoints
first; listeners and routes once those are accepted; clusters nobody routes to any more go last.
At most one response of a kind is under way, so a slow proxy gets fewer and larger updates. What a
proxy rejected is sent again when it changes, and when ``try_again`` is called: a port may be free.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from seaway.core.mesh.snapshot import Kind, Resource, Resources, Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What Envoy says: names it wants or no longer wants, what it has, or how it took a response.

    ``versions`` is what it kept from an earlier stream. ``error`` set = rejected (NACK).
    """

    kind: Kind
    subscribe: tuple[str, ...] = ()
    unsubscribe: tuple[str, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    nonce: str = ""
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What we say: resources that are new or changed, names that are gone."""

    kind: Kind
    nonce: str
    resources: tuple[Resource, ...] = ()
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """An observation: the proxy took these (ACK)."""

    kind: Kind
    names: tuple[str, ...]
    removed: tuple[str, ...] = ()
    recovered: bool = False
    """Among them is something it had rejected before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """An observation: the proxy refused one resource (NACK) and keeps what it had of that name."""

    kind: Kind
    name: str
    version: str
    error: str


Observation = Accepted | Rejected


@dataclass(slots=True)
class _Channel:
    """The conversation about one kind.

    ``todo`` and ``gone`` are what still differs between target and proxy, kept up to date bit by
    bit, since a look at everything would cost milliseconds on a host with a thousand ports.
    """

    kind: Kind
    wildcard: bool
    open: bool = False
    greeted: bool = False
    wanted: set[str] = field(default_factory=set)
    known: dict[str, str] = field(default_factory=dict)
    rejected: dict[str, Rejected] = field(default_factory=dict)
    retried: set[str] = field(default_factory=set)  # rejected, and to be said once more
    todo: dict[str, Resource] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    awaited: set[str] = field(default_factory=set)  # names Envoy is bound to ask for
    under_way: Response | None = None
    again: set[str] = field(default_factory=set)  # under way, and to be said once more after that
    suspects: list[frozenset[str]] = field(default_factory=list)

    def aim(self, before: Resources, after: Resources) -> None:
        """The target is another one."""
        for name, resource in after.items():
            if before.get(name) is not resource:
                self.weigh(resource)
        for name in before:
            if name not in after:
                self.todo.pop(name, None)
        if self.wildcard:
            self.gone = {name for name in self.known if name not in after}

    def weigh(self, resource: Resource) -> None:
        """Whether the proxy is to hear of this resource."""
        verdict = self.rejected.get(resource.name)
        refused = verdict is not None and verdict.version == resource.version
        stands = refused and resource.name not in self.retried
        if stands or self.known.get(resource.name) == resource.version:
            self.todo.pop(resource.name, None)
        else:
            self.todo[resource.name] = resource

    def changed(self) -> list[Resource]:
        """Resources the proxy should have, hasn't, and hasn't refused."""
        return [r for r in self.todo.values() if self.wildcard or r.name in self.wanted]

    def has_all(self, there: Resources) -> bool:
        """Nothing is under way, and of what there is the proxy has all it wants, or refused it."""
        if self.under_way is not None or (self.wildcard and not self.open):
            return False
        if self.todo and self.changed():
            return False
        return not (self.awaited and any(name in there for name in self.awaited))

    def portion(self, changed: list[Resource]) -> list[Resource]:
        """After a rejection only part at a time, until the culprit is alone."""
        while self.suspects:
            names = self.suspects[0]
            some = [r for r in changed if r.name in names]
            if some:
                return some
            self.suspects.pop(0)
        return changed


_FIRST = (Kind.SECRETS, Kind.CLUSTERS, Kind.ENDPOINTS)
_WILDCARD = (Kind.CLUSTERS, Kind.LISTENERS)
"""Envoy wants all of these there are; of the others those that these need."""


_NO_PARTS: tuple[Resources, ...] = ({},) * len(Kind)


class Stream:
    """The state of one conversation. Create one per stream; ``publish`` gives it its target."""

    def __init__(self, target: Snapshot | None = None) -> None:
        self.target: Snapshot | None = None
        self._nonce = 0
        self._channels = {kind: _Channel(kind, kind in _WILDCARD) for kind in Kind}
        self._observed: list[Observation] = []
        if target is not None:
            self._aim(target)

    def publish(self, target: Snapshot) -> list[Response]:
        """A new target; what can be sent of it now."""
        self._aim(target)
        return self._due()

    def _aim(self, target: Snapshot) -> None:
        before, self.target = self.target, target
        parts = _NO_PARTS if before is None else before.parts
        for channel, old, new in zip(self._channels.values(), parts, target.parts, strict=True):
            if old is not new:
                channel.aim(old, new)

    def receive(self, request: Request) -> list[Response]:
        """Envoy's next request; what can be sent now. Nothing before there is a target."""
        channel = self._channels[request.kind]
        self._subscribe(channel, request)
        if request.nonce:
            self._judge(channel, request)
        return self._due()

    def try_again(self) -> list[Response]:
        """Offer what stands refused once more; what can be sent of it now."""
        assert self.target is not None
        for verdict in self.rejections:
            channel = self._channels[verdict.kind]
            channel.retried.add(verdict.name)
            channel.weigh(self.target.of(verdict.kind)[verdict.name])
        return self._due()

    def observed(self) -> list[Observation]:
        """What the proxy accepted and rejected since last asked."""
        seen, self._observed = self._observed, []
        return seen

    @property
    def rejections(self) -> tuple[Rejected, ...]:
        """What of the target stands refused."""
        if self.target is None:
            return ()
        return tuple(
            verdict
            for kind, channel in self._channels.items()
            for name, verdict in channel.rejected.items()
            if (resource := self.target.of(kind).get(name)) is not None
            and resource.version == verdict.version
        )

    @property
    def settled(self) -> bool:
        """The proxy has all of the target, except for what it refused."""
        if self.target is None:
            return False
        for channel, there in zip(self._channels.values(), self.target.parts, strict=True):
            if channel.gone or not channel.has_all(there):
                return False
        return True

    def _subscribe(self, channel: _Channel, request: Request) -> None:
        target = self.target.of(channel.kind) if self.target else {}
        if not channel.open:
            self._open(channel, request, target)
        for name in request.unsubscribe:
            channel.wanted.discard(name)
            channel.known.pop(name, None)
        for name in request.subscribe:
            channel.wanted.add(name)
            channel.awaited.discard(name)
            if name not in request.versions:
                channel.known.pop(name, None)  # asked anew: wants it again, changed or not
            if name in target:
                channel.weigh(target[name])

    def _open(self, channel: _Channel, request: Request, target: Resources) -> None:
        channel.open = True
        channel.known.update(request.versions)
        for resource in target.values():
            channel.weigh(resource)
            if request.versions.get(resource.name) == resource.version:
                self._await_need(resource)
        if channel.wildcard:
            channel.gone = {name for name in channel.known if name not in target}

    def _await_need(self, resource: Resource) -> None:
        """Envoy asks for all that a resource it took needs, if it has not already."""
        for kind, name in resource.needs:
            needed = self._channels[kind]
            if name not in needed.wanted:
                needed.awaited.add(name)

    def _judge(self, channel: _Channel, request: Request) -> None:
        response = channel.under_way
        if response is None or response.nonce != request.nonce:
            return
        channel.under_way = None
        again, channel.again = channel.again, set()
        for name in response.removed:
            channel.known.pop(name, None)
            channel.rejected.pop(name, None)
            channel.retried.discard(name)
            channel.gone.discard(name)
            self._weigh_again(channel, name)
        if request.error is None:
            self._accept(channel, response)
        else:
            self._reject(channel, response, request.error)
        for name in again:
            channel.known.pop(name, None)
            self._weigh_again(channel, name)

    def _accept(self, channel: _Channel, response: Response) -> None:
        recovered = False
        for resource in response.resources:
            recovered |= channel.rejected.pop(resource.name, None) is not None
            channel.retried.discard(resource.name)
            if channel.wildcard or resource.name in channel.wanted:
                channel.known[resource.name] = resource.version
                self._await_need(resource)
            self._weigh_again(channel, resource.name)
        names = tuple(r.name for r in response.resources)
        self._observed.append(
            Accepted(kind=channel.kind, names=names, removed=response.removed, recovered=recovered)
        )

    def _weigh_again(self, channel: _Channel, name: str) -> None:
        """The target may have moved on while a response was under way."""
        assert self.target is not None
        resource = self.target.of(channel.kind).get(name)
        if resource is not None:
            channel.weigh(resource)
        elif channel.wildcard and name in channel.known:
            channel.gone.add(name)

    def _reject(self, channel: _Channel, response: Response, error: str) -> None:
        """One resource alone is to blame; of several we send each half again to find out which."""
        names = [r.name for r in response.resources]
        if len(names) > 1:
            middle = len(names) // 2
            channel.suspects[:0] = [frozenset(names[:middle]), frozenset(names[middle:])]
            return
        for resource in response.resources:
            verdict = Rejected(
                kind=channel.kind, name=resource.name, version=resource.version, error=error
            )
            is_news = channel.rejected.get(resource.name) != verdict
            channel.rejected[resource.name] = verdict
            channel.retried.discard(resource.name)
            self._weigh_again(channel, resource.name)
            if is_news:
                self._observed.append(verdict)

    def _due(self) -> list[Response]:
        if self.target is None:
            return []
        responses = []
        for channel in self._channels.values():
            # Nearly always there is nothing, and a thousand streams look all the time.
            nothing = channel.greeted and not (channel.todo or channel.gone or channel.suspects)
            if channel.open and channel.under_way is None and not nothing:
                response = self._next(channel)
                if response is not None:
                    channel.under_way = response
                    responses.append(response)
        return responses

    def _next(self, channel: _Channel) -> Response | None:
        may_make = self._may_make(channel.kind)
        changed = channel.portion(channel.changed()) if may_make else []
        gone = sorted(channel.gone) if channel.gone and self._may_break(channel.kind) else []
        # Envoy waits for a first answer, even if it is that there is nothing.
        greeting = channel.wildcard and not channel.greeted and may_make
        if not changed and not gone and not greeting:
            return None
        channel.greeted = True
        if channel.kind is Kind.CLUSTERS:
            self._endpoints_again(changed)
        self._nonce += 1
        return Response(
            kind=channel.kind,
            nonce=str(self._nonce),
            resources=tuple(changed),
            removed=tuple(gone),
        )

    def _endpoints_again(self, clusters: list[Resource]) -> None:
        """A changed cluster starts without endpoints and waits for them, though unchanged.

        Those under way may reach the cluster as it was before: Envoy would wait in vain, for 15
        seconds, and take no cluster in meanwhile.
        """
        endpoints = self._channels[Kind.ENDPOINTS]
        coming = endpoints.under_way.resources if endpoints.under_way is not None else ()
        endpoints.again.update({r.name for r in coming} & {r.name for r in clusters})
        for resource in clusters:
            endpoints.known.pop(resource.name, None)
            self._weigh_again(endpoints, resource.name)

    def _may_make(self, kind: Kind) -> bool:
        return kind in _FIRST or all(self._has_all(first) for first in _FIRST)

    def _may_break(self, kind: Kind) -> bool:
        """A listener may go at once; a cluster when nothing leads to it any more."""
        if kind is not Kind.CLUSTERS:
            return True
        return self._settled(Kind.LISTENERS) and self._settled(Kind.ROUTES)

    def _settled(self, kind: Kind) -> bool:
        return self._has_all(kind) and not self._channels[kind].gone

    def _has_all(self, kind: Kind) -> bool:
        assert self.target is not None
        return self._channels[kind].has_all(self.target.of(kind))
