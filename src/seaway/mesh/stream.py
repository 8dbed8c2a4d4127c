"""One Envoy's ADS conversation (incremental xDS), without wires.

A request in, responses out. The order is make-before-break: clusters and their endpoints first;
listeners and routes once those are accepted; clusters nobody routes to any more go last. At most
one response of a kind is under way, so a slow proxy gets fewer and larger updates. What a proxy
rejected is not sent again until it changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from seaway.core.mesh.snapshot import Kind, Resource, Snapshot


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
    """The conversation about one kind."""

    kind: Kind
    wildcard: bool
    open: bool = False
    greeted: bool = False
    wanted: set[str] = field(default_factory=set)
    known: dict[str, str] = field(default_factory=dict)
    rejected: dict[str, Rejected] = field(default_factory=dict)
    under_way: Response | None = None
    suspects: list[frozenset[str]] = field(default_factory=list)

    def wants(self, name: str) -> bool:
        return self.wildcard or name in self.wanted

    def changed(self, target: Snapshot) -> list[Resource]:
        """Resources the proxy should have, hasn't, and hasn't refused."""
        return [
            r
            for name, r in target.of(self.kind).items()
            if self.known.get(name) != r.version and self.wants(name) and not self.refused(r)
        ]

    def gone(self, target: Snapshot) -> list[str]:
        """Names the proxy has and should not; only wildcard kinds need to be told."""
        if not self.wildcard:
            return []
        wanted = target.of(self.kind)
        return [name for name in self.known if name not in wanted]

    def refused(self, resource: Resource) -> bool:
        verdict = self.rejected.get(resource.name)
        return verdict is not None and verdict.version == resource.version

    def portion(self, changed: list[Resource]) -> list[Resource]:
        """After a rejection only part at a time, until the culprit is alone."""
        while self.suspects:
            names = self.suspects[0]
            some = [r for r in changed if r.name in names]
            if some:
                return some
            self.suspects.pop(0)
        return changed


class Stream:
    """The state of one conversation. Create one per stream; ``publish`` gives it its target."""

    def __init__(self, target: Snapshot | None = None) -> None:
        self.target = target
        self._nonce = 0
        self._channels = {
            kind: _Channel(kind, kind in (Kind.CLUSTERS, Kind.LISTENERS)) for kind in Kind
        }
        self._observed: list[Observation] = []

    def publish(self, target: Snapshot) -> list[Response]:
        """A new target; what can be sent of it now."""
        self.target = target
        return self._due()

    def receive(self, request: Request) -> list[Response]:
        """Envoy's next request; what can be sent now. Nothing before there is a target."""
        channel = self._channels[request.kind]
        self._subscribe(channel, request)
        if request.nonce:
            self._judge(channel, request)
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
            channel.rejected[name]
            for channel in self._channels.values()
            for name, resource in self.target.of(channel.kind).items()
            if channel.refused(resource)
        )

    @property
    def settled(self) -> bool:
        """The proxy has all of the target, except for what it refused."""
        return self.target is not None and all(self._settled(kind, self.target) for kind in Kind)

    def _subscribe(self, channel: _Channel, request: Request) -> None:
        if not channel.open:
            channel.open = True
            channel.known.update(request.versions)
        for name in request.subscribe:
            channel.wanted.add(name)
            if name not in request.versions:
                channel.known.pop(name, None)  # asked anew: wants it again, changed or not
        for name in request.unsubscribe:
            channel.wanted.discard(name)
            channel.known.pop(name, None)

    def _judge(self, channel: _Channel, request: Request) -> None:
        response = channel.under_way
        if response is None or response.nonce != request.nonce:
            return
        channel.under_way = None
        for name in response.removed:
            channel.known.pop(name, None)
            channel.rejected.pop(name, None)
        if request.error is None:
            self._accept(channel, response)
        else:
            self._reject(channel, response, request.error)

    def _accept(self, channel: _Channel, response: Response) -> None:
        for resource in response.resources:
            if channel.wants(resource.name):
                channel.known[resource.name] = resource.version
            channel.rejected.pop(resource.name, None)
        names = tuple(r.name for r in response.resources)
        self._observed.append(Accepted(kind=channel.kind, names=names, removed=response.removed))

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
            channel.rejected[resource.name] = verdict
            self._observed.append(verdict)

    def _due(self) -> list[Response]:
        if self.target is None:
            return []
        responses = []
        for channel in self._channels.values():
            if channel.open and channel.under_way is None:
                response = self._next(channel, self.target)
                if response is not None:
                    channel.under_way = response
                    responses.append(response)
        return responses

    def _next(self, channel: _Channel, target: Snapshot) -> Response | None:
        changed = channel.changed(target) if self._may_make(channel.kind, target) else []
        gone = channel.gone(target) if self._may_break(channel.kind, target) else []
        # Envoy waits for a first answer, even if it is that there is nothing.
        greeting = channel.wildcard and not channel.greeted and channel.kind is Kind.CLUSTERS
        greeting = greeting or (
            channel.wildcard and not channel.greeted and self._may_make(channel.kind, target)
        )
        if not changed and not gone and not greeting:
            return None
        channel.greeted = True
        sent = channel.portion(changed)
        if channel.kind is Kind.CLUSTERS:
            self._endpoints_again(sent)
        self._nonce += 1
        return Response(
            kind=channel.kind,
            nonce=str(self._nonce),
            resources=tuple(sent),
            removed=tuple(gone),
        )

    def _endpoints_again(self, clusters: list[Resource]) -> None:
        """A changed cluster starts without endpoints and waits for them, though unchanged."""
        endpoints = self._channels[Kind.ENDPOINTS]
        for resource in clusters:
            endpoints.known.pop(resource.name, None)

    def _may_make(self, kind: Kind, target: Snapshot) -> bool:
        if kind in (Kind.CLUSTERS, Kind.ENDPOINTS):
            return True
        return self._settled(Kind.CLUSTERS, target, gone=False) and self._settled(
            Kind.ENDPOINTS, target
        )

    def _may_break(self, kind: Kind, target: Snapshot) -> bool:
        """A listener may go at once; a cluster when nothing leads to it any more."""
        if kind is not Kind.CLUSTERS:
            return True
        return self._settled(Kind.LISTENERS, target) and self._settled(Kind.ROUTES, target)

    def _settled(self, kind: Kind, target: Snapshot, gone: bool = True) -> bool:
        channel = self._channels[kind]
        if channel.under_way is not None or channel.changed(target):
            return False
        if channel.wildcard:
            return channel.open and not (gone and channel.gone(target))
        owner = Kind.CLUSTERS if kind is Kind.ENDPOINTS else Kind.LISTENERS
        return self._asked_for(channel, self._channels[owner], target)

    @staticmethod
    def _asked_for(channel: _Channel, owner: _Channel, target: Snapshot) -> bool:
        """Envoy has subscribed to all that its accepted clusters or listeners need."""
        return all(
            resource.needs is None or resource.needs in channel.wanted
            for name, resource in target.of(owner.kind).items()
            if owner.known.get(name) == resource.version
        )
