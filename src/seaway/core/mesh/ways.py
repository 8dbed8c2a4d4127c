"""Which way a caller's requests go to an offer: its upstreams and its routing, by all policies.

What nobody has said anything about is as on AWS.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from math import lcm

from seaway.core.certificates import authority_secret, client_secret, server_name
from seaway.core.mesh.connect import (
    IDLE_TIMEOUT,
    NOTHING,
    REQUEST_TIMEOUT,
    TCP_IDLE_TIMEOUT,
    Caller,
    Offer,
    Offers,
    Way,
    layers_toward,
    ports_to,
    tracer,
    way_name,
)
from seaway.core.mesh.policy import (
    NO_POLICY,
    Policy,
    PolicyRoute,
    Turn,
    Verdict,
    may_call,
    policy_of,
)
from seaway.core.mesh.proxy import (
    Endpoint,
    Forward,
    HeaderIs,
    Labels,
    Mirror,
    OutlierDetection,
    Port,
    Purpose,
    Refusal,
    Retry,
    Route,
    Routing,
    Secure,
    Share,
    Upstream,
)
from seaway.core.service import TEST_HEADER


def connect(
    callers: Iterable[Caller], offers: Mapping[str, Iterable[Offer]]
) -> tuple[list[Port], list[Upstream]]:
    """A listener for every name in every calling namespace; upstreams for caller and name.

    ``offers`` are by namespace ARN. All tasks of one calling service share a way, whose
    labels tell caller and target apart for the metrics.
    """
    ports: list[Port] = []
    ways: dict[str, Way] = {}
    for caller in callers:
        there = {offer.endpoint.discovery_name: offer for offer in offers.get(caller.namespace, ())}
        for offer in there.values():
            way = ways.setdefault(way_name(caller, offer), way_to(caller, offer, there))
            if caller.known is None or offer.endpoint.discovery in caller.known:
                ports.extend(ports_to(caller, offer, way))
    return ports, [upstream for way in ways.values() for upstream in way.upstreams]


def way_to(caller: Caller, offer: Offer, others: Offers = NOTHING) -> Way:
    """The way all tasks of the caller's service share; ``others`` are the namespace's offers."""
    layers = layers_toward(offer, caller)
    verdict = may_call(caller.identity, layers)
    policy = policy_of(layers) if layers else NO_POLICY
    labels = _labels(caller, offer)
    leading = _Leading(caller, offer, policy, others)
    routing = _refused(caller, offer, verdict) if not verdict.allowed else leading.routing()
    return Way(
        upstreams=_upstreams(caller, offer, policy, labels) if verdict.allowed else (),
        routing=routing,
        labels=labels,
        idle_timeout=_idle_timeout(offer, policy),
        access_log=offer.access_log,
        trace_percent=policy.trace_percent if offer.protocol.is_http else None,
        tracer=tracer(*policy.trace_collector) if policy.trace_collector else None,
        leans=tuple(leading.leans) if verdict.allowed else (),
        free=not leading.looked,
    )


def moved(way: Way, caller: Caller, offer: Offer) -> Way:
    """The way, now that only the offer's places are others."""
    places = _places(way_name(caller, offer), offer)
    return replace(
        way, upstreams=tuple(replace(u, endpoints=places[u.name]) for u in way.upstreams)
    )


def _labels(caller: Caller, offer: Offer) -> Labels:
    endpoint = offer.endpoint
    return Labels(
        purpose=Purpose.CONNECT,
        cluster=caller.cluster,
        service=caller.service,
        namespace=endpoint.namespace.rsplit("/", 1)[-1],
        discovery_name=endpoint.discovery_name,
        target_cluster=offer.cluster,
        target_service=offer.service,
        protocol=endpoint.protocol.value,
    )


# Upstreams: one, and one for each revision that traffic is shared out between.


def _upstreams(
    caller: Caller, offer: Offer, policy: Policy, labels: Labels
) -> tuple[Upstream, ...]:
    name = way_name(caller, offer)
    marks = {_revision_name(name, r.mark): r.mark for r in offer.revisions}
    return tuple(
        Upstream(
            name=upstream,
            protocol=offer.protocol,
            labels=replace(labels, revision=marks[upstream]) if upstream in marks else labels,
            endpoints=endpoints,
            outlier_detection=None if policy.outlier_off else policy.outlier or OutlierDetection(),
            algorithm=policy.algorithm,
            limits=policy.limits,
            secure=_secure(caller, offer) if offer.secure else None,
        )
        for upstream, endpoints in _places(name, offer).items()
    )


def _places(name: str, offer: Offer) -> dict[str, tuple[Endpoint, ...]]:
    """The upstreams' endpoints. What was begun before a revision was set apart ends where it is."""
    apart = [place for revision in offer.revisions for place in revision.places]
    base = offer.places + tuple(replace(place, draining=True) for place in apart)
    revisions = {_revision_name(name, r.mark): r.places for r in offer.revisions}
    return {name: base, **revisions}


def _revision_name(name: str, mark: str) -> str:
    return f"{name}/{mark}"


def _secure(caller: Caller, offer: Offer) -> Secure:
    """TLS to the offer's tasks: both sides show who they are."""
    server = server_name(offer.endpoint, offer.namespace)
    return Secure(
        certificate=client_secret(caller.cluster, caller.service, offer.endpoint.authority),
        authorities=authority_secret(offer.endpoint.discovery),
        peers=(server,),
        server_name=server,
    )


def _idle_timeout(offer: Offer, policy: Policy) -> float:
    """The ports'. Over HTTP what policies say is the routes', so that no listener changes."""
    own = offer.endpoint.idle_timeout
    if not offer.protocol.is_http:
        said = own if policy.idle_timeout is None else policy.idle_timeout
        return TCP_IDLE_TIMEOUT if said is None else said
    return IDLE_TIMEOUT if own is None else own


# Routing


def _refused(caller: Caller, offer: Offer, verdict: Verdict) -> Routing:
    reason = (
        f"{caller.service} may not call {offer.endpoint.discovery_name}: "
        f"{verdict.source} says {verdict.rule}"
    )
    return Routing(name=way_name(caller, offer), default=Refusal(reason=reason))


class _Leading:
    """Makes a way's routing; notes which other offers were looked for, and leads to."""

    def __init__(self, caller: Caller, offer: Offer, policy: Policy, others: Offers) -> None:
        self._caller = caller
        self._offer = offer
        self._policy = policy
        self._others = others
        self._name = way_name(caller, offer)
        self.leans: dict[str, None] = {}
        self.looked = False

    def routing(self) -> Routing:
        shares = self._shares(self._policy.turns)
        if not self._offer.protocol.is_http:
            forward = Forward(shares=shares, hash_on=self._policy.hash_on)
            return Routing(name=self._name, default=forward)
        default = self._forward(shares)
        routes = [*self._tests(default), *(self._route(r, default) for r in self._policy.routes)]
        return Routing(name=self._name, default=default, routes=tuple(routes))

    def _forward(self, shares: tuple[Share, ...]) -> Forward:
        policy = self._policy
        idle = policy.idle_timeout
        own = self._offer.endpoint.request_timeout
        timeout = own if policy.timeout is None else policy.timeout
        return Forward(
            shares=shares,
            timeout=REQUEST_TIMEOUT if timeout is None else timeout,
            idle_timeout=None if idle == _idle_timeout(self._offer, policy) else idle,
            retry=policy.retry or Retry(),
            hash_on=policy.hash_on,
            mirrors=tuple(self._mirrors()),
            fault=policy.fault,
            rate=policy.rate,
        )

    def _tests(self, default: Forward) -> Iterable[Route]:
        """Test traffic goes to the test revision, before any other rule."""
        name, value = self._offer.endpoint.test_header or (TEST_HEADER, None)
        for revision in self._offer.revisions:
            if revision.test:
                share = Share(upstream=_revision_name(self._name, revision.mark))
                action = replace(default, shares=(share,), mirrors=())
                yield Route(name="test", conditions=(HeaderIs(name, value),), action=action)

    def _route(self, route: PolicyRoute, default: Forward) -> Route:
        action = replace(
            default,
            shares=self._shares(route.turns),
            timeout=default.timeout if route.timeout is None else route.timeout,
            retry=route.retry or default.retry,
            fault=route.fault or default.fault,
            rate=route.rate or default.rate,
        )
        return Route(name=route.name, conditions=route.conditions, action=action)

    def _mirrors(self) -> Iterable[Mirror]:
        for discovery_name, percent in self._policy.mirrors:
            shares = self._target(discovery_name)
            if shares and percent:
                most = max(shares, key=lambda share: share.weight)
                yield Mirror(upstream=most.upstream, percent=percent)

    def _shares(self, turns: Sequence[Turn]) -> tuple[Share, ...]:
        """Each turn's weight, shared out as the endpoint it leads to shares out its own.

        What is not there, or not for this caller, gets nothing: its part goes to the others.
        """
        found = [(turn.weight, self._target(turn.discovery_name)) for turn in turns]
        found = [(weight, shares) for weight, shares in found if shares]
        if not any(weight for weight, _ in found):
            return _own_shares(self._name, self._offer)
        whole = lcm(*(_sum(shares) for _, shares in found))
        return tuple(
            replace(share, weight=weight * share.weight * (whole // _sum(shares)))
            for weight, shares in found
            for share in shares
        )

    def _target(self, discovery_name: str) -> tuple[Share, ...]:
        """The shares of an endpoint that this caller may call in the same protocol; else none."""
        if discovery_name == self._offer.endpoint.discovery_name:
            return _own_shares(self._name, self._offer)
        self.looked = True
        target = self._others.get(discovery_name)
        if target is None or target.protocol.is_http is not self._offer.protocol.is_http:
            return ()
        if not may_call(self._caller.identity, layers_toward(target)).allowed:
            return ()
        self.leans[target.endpoint.discovery] = None
        return _own_shares(way_name(self._caller, target), target)


def _own_shares(name: str, offer: Offer) -> tuple[Share, ...]:
    if not offer.shared_out:
        return (Share(upstream=name),)
    return tuple(
        Share(upstream=_revision_name(name, r.mark), weight=r.weight) for r in offer.revisions
    )


def _sum(shares: Iterable[Share]) -> int:
    return sum(share.weight for share in shares) or 1
