"""The way as the proxies have it: what they were told, what they took, how they see the target."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from seaway.core.discovery import NamedEndpoint
from seaway.core.mesh.interceptor import interceptor_name, table_name
from seaway.core.mesh.proxy import Fault, Forward, Port, Purpose, Refusal, Route, Routing, Upstream
from seaway.core.mesh.snapshot import Kind
from seaway.insight.explanation import Standing, Step, broken, count, listed, ok, warning
from seaway.insight.parties import Party
from seaway.insight.seen import EndpointSeen, Seen

EJECTED = "failed_outlier_check"
_SICK = ("failed_active_health_check", "unhealthy")
_LEAVING = ("draining", "pending_dynamic_removal")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ear:
    """Where one host's proxy listens for the caller's calls to the target."""

    seen: Seen
    ports: tuple[Port, ...]


def hosts_of(caller: Party, seen: Mapping[str, Seen]) -> list[str]:
    """The hosts the caller calls from."""
    if caller.is_machine:
        return sorted(seen)
    return sorted({task.host for task in caller.running if task.host is not None})


def ears(caller: Party, endpoint: NamedEndpoint, seen: Mapping[str, Seen]) -> list[Ear]:
    """The caller's ports to the target on each host it calls from."""
    return [
        Ear(seen=one, ports=tuple(_ports(caller, endpoint, one)))
        for host in hosts_of(caller, seen)
        if (one := seen.get(host)) is not None
    ]


def _ports(caller: Party, endpoint: NamedEndpoint, seen: Seen) -> Iterator[Port]:
    boxes = {box.path for task in caller.running for box in task.sandboxes}
    address = endpoint.outside_address if caller.is_machine else endpoint.address
    for port in seen.snapshot.proxy.ports if seen.snapshot else ():
        if port.labels.purpose is Purpose.CONNECT and port.address == address:
            ours = port.namespace is None if caller.is_machine else port.namespace in boxes
            if ours and port.port == endpoint.port:
                yield port


def proxy_is_there(caller: Party, seen: Mapping[str, Seen]) -> Step:
    """Every host the caller calls from has its Envoy, and that has what it was sent last."""
    name = "proxy"
    hosts = hosts_of(caller, seen)
    found = [seen.get(host, Seen(host=host)) for host in hosts]
    gone = [one.host for one in found if not one.connected and one.endpoints is None]
    if gone:
        return broken(
            name,
            f"No Envoy answers on host {listed(gone)}.",
            "See envoy.log in the proxy directory of that host's data directory.",
        )
    apart = [one.host for one in found if not one.connected]
    if apart:
        return warning(
            name,
            f"Envoy of host {listed(apart)} is not connected to the control plane: it goes on "
            "with what it has and hears of no change.",
            "It tries again every half second; see envoy.log.",
        )
    late = [one for one in found if not one.settled]
    if late:
        version = late[0].snapshot.version if late[0].snapshot else "none"
        return warning(
            name, f"Envoy of host {late[0].host} has not taken in version {version} yet."
        )
    versions = [f"{one.host} has {one.snapshot.version}" for one in found if one.snapshot]
    return ok(name, f"Envoy is connected and up to date: {listed(versions)}.")


def listens(caller: Party, endpoint: NamedEndpoint, found: Sequence[Ear]) -> Step:
    """The name's address is listened on in the caller's namespaces."""
    name = "listener"
    refused = [(ear, port, error) for ear in found for port, error in _refused_ports(ear)]
    if refused:
        ear, port, error = refused[0]
        return broken(
            name,
            f"Envoy of host {ear.seen.host} refuses the listener for {_where(port)}: {error}",
            _cure_of(error),
        )
    ports = [port for ear in found for port in ear.ports]
    wanted = 1 if caller.is_machine else len(caller.running)
    heard = len({port.namespace for port in ports})
    if not ports:
        return broken(
            name,
            f"No proxy was told to listen on {endpoint.address}:{endpoint.port} for {caller.name}.",
            "The next change is published at once; if this lasts, see seaway.log.",
        )
    at = f"{ports[0].address}:{ports[0].port}"
    if heard < wanted:
        return warning(name, f"Only {heard} of {wanted} of {caller.name}'s tasks hear {at}.")
    if caller.is_machine:
        return ok(name, f"Envoy listens on {at} for the machine's own programs.")
    return ok(name, f"Envoy listens on {at} for {count(heard, 'namespace')} of {caller.name}.")


def _cure_of(error: str) -> str:
    if "already in use" in error:
        return "Another program listens there, perhaps another Seaway on this machine: end it."
    return "That is a mistake of Seaway's own, or a namespace that is gone: see seaway.log."


def _where(port: Port) -> str:
    return f"{port.address}:{port.port} in {port.namespace or 'the host'}"


def _refused_ports(ear: Ear) -> Iterator[tuple[Port, str]]:
    for port in ear.ports:
        for name in (port.name, interceptor_name(port)):
            error = ear.seen.refused.get((Kind.LISTENERS, name)) if name else None
            if error is not None:
                yield port, error


def routes(found: Sequence[Ear]) -> Step:
    """What happens to a request at the port."""
    name = "route"
    ear, port = next((ear, port) for ear in found for port in ear.ports)
    for known in (port.routing.name, table_name(port)):
        error = ear.seen.refused.get((Kind.ROUTES, known))
        if error is not None:
            return broken(
                name,
                f"Envoy of host {ear.seen.host} refuses the routes: {error}",
                "See seaway.log.",
            )
    routing = port.routing
    if isinstance(routing.default, Refusal):
        return broken(name, f"Every request is turned away: {routing.default.reason}.")
    forwards = [routing.default] if isinstance(routing.default, Forward) else []
    aborted = [f.fault for f in forwards if f.fault and f.fault.abort and f.fault.abort_percent]
    if aborted:
        said = f"A fault put in on purpose answers {_fault(aborted[0])}."
        everything = aborted[0].abort_percent >= 100
        cure = "Take the tag seaway:fault… off again."
        return (broken if everything else warning)(name, said, cure)
    names = _upstream_names(ear)
    words = "; ".join([*(_route(r, names) for r in routing.routes), _default(routing, names)])
    slowed = next((f.fault for f in forwards if f.fault and f.fault.delay), None)
    if slowed is not None:
        return warning(name, f"A fault put in on purpose slows requests: {words}.")
    return ok(name, f"Requests go {words}.")


def _upstream_names(ear: Ear) -> dict[str, str]:
    """How people call the upstreams: by the discovery name, and the deployment if there are two."""
    names = {}
    for upstream in ear.seen.snapshot.proxy.upstreams if ear.seen.snapshot else ():
        labels = upstream.labels
        name = labels.discovery_name or upstream.name
        names[upstream.name] = f"{name} (deployment {labels.revision})" if labels.revision else name
    return names


def _route(route: Route, names: Mapping[str, str]) -> str:
    kind = f"route {route.name}" if route.name else "a route"
    match route.action:
        case Forward() as forward:
            return f"by {kind} {_forward(forward, names)}"
        case Refusal(reason=reason):
            return f"by {kind} nowhere ({reason})"
        case _:
            return f"by {kind} to an answer of the proxy's own"


def _default(routing: Routing, names: Mapping[str, str]) -> str:
    match routing.default:
        case Forward() as forward:
            return ("else " if routing.routes else "") + _forward(forward, names)
        case _:
            return "else to an answer of the proxy's own"


def _forward(forward: Forward, names: Mapping[str, str]) -> str:
    def called(upstream: str) -> str:
        return names.get(upstream, upstream)

    shares = [s for s in forward.shares if s.weight > 0]
    total = sum(s.weight for s in shares)
    if len(shares) == 1:
        words = f"to {called(shares[0].upstream)}"
    else:
        parts = [f"{100 * s.weight / total:.0f} % to {called(s.upstream)}" for s in shares]
        words = " and ".join(parts)
    more = []
    if forward.timeout:
        more.append(f"timeout {forward.timeout:g} s")
    if forward.retry and forward.retry.attempts:
        more.append(
            "1 retry" if forward.retry.attempts == 1 else f"{forward.retry.attempts} retries"
        )
    if forward.rate:
        more.append(f"at most {forward.rate.requests} in {forward.rate.seconds:g} s")
    if forward.fault:
        more.append(f"fault: {_fault(forward.fault)}")
    more += [f"copy of {m.percent:g} % to {called(m.upstream)}" for m in forward.mirrors]
    return f"{words} ({', '.join(more)})" if more else words


def _fault(fault: Fault) -> str:
    parts = []
    if fault.abort and fault.abort_percent:
        parts.append(f"{fault.abort} to {fault.abort_percent:g} % of the requests")
    if fault.delay and fault.delay_percent:
        parts.append(f"{fault.delay_percent:g} % of them after {fault.delay:g} s")
    return ", ".join(parts)


def upstreams_of(ear: Ear) -> list[Upstream]:
    """Where the ear's ports lead, each upstream once."""
    snapshot = ear.seen.snapshot
    known = {upstream.name: upstream for upstream in snapshot.proxy.upstreams} if snapshot else {}
    names = dict.fromkeys(
        share.upstream
        for port in ear.ports
        for action in (port.routing.default, *(r.action for r in port.routing.routes))
        if isinstance(action, Forward)
        for share in action.shares
        if share.weight > 0
    )
    return [known[name] for name in names if name in known]


def has_endpoints(found: Sequence[Ear]) -> Step | None:
    """The upstream has somewhere to send requests, and Envoy sends them there."""
    steps = [_health(ear.seen, upstream) for ear in found for upstream in upstreams_of(ear)]
    worst = next((s for s in steps if s.standing is Standing.BROKEN), None)
    worse = next((s for s in steps if s.standing is Standing.WARNING), None)
    return worst or worse or (steps[0] if steps else None)


def _health(seen: Seen, upstream: Upstream) -> Step:
    name = "health"
    error = seen.refused.get((Kind.CLUSTERS, upstream.name))
    error = error or seen.refused.get((Kind.ENDPOINTS, upstream.name))
    if error is not None:
        return broken(name, f"Envoy of host {seen.host} refuses the upstream: {error}")
    places = [e for e in upstream.endpoints if not e.draining]
    if not places:
        leaving = f" {len(upstream.endpoints)} are draining." if upstream.endpoints else ""
        called = upstream.labels.discovery_name or upstream.name
        return broken(name, f"{called} has no endpoint: calls are answered 503.{leaving}")
    if seen.endpoints is None:
        # Only the machine's own Envoy can be asked; that another one runs the step before says.
        return ok(name, f"{count(len(places), 'endpoint')}; how Envoy sees them can't be asked.")
    return _as_envoy_sees(seen.endpoints.get(upstream.name, ()), len(places))


def _as_envoy_sees(endpoints: Sequence[EndpointSeen], wanted: int) -> Step:
    name = "health"
    if not endpoints:
        return warning(name, f"Envoy has not taken in the {count(wanted, 'endpoint')} yet.")
    ejected = [_place(e) for e in endpoints if EJECTED in e.flags]
    sick = [_place(e) for e in endpoints if any(flag in _SICK for flag in e.flags)]
    live = [e for e in endpoints if not any(flag in _LEAVING for flag in e.flags)]
    if ejected:
        those = f"{len(ejected)} of {count(len(live), 'endpoint')}"
        everything = len(ejected) >= len(live)
        then = " All are used again in spite of it." if everything else ""
        return warning(
            name,
            f"{those} left alone after failures in a row (outlier detection): "
            f"{listed(ejected)}.{then}",
            "Envoy tries again after 30 s and longer each time; see the target's own log.",
        )
    if sick:
        return warning(name, f"Envoy takes {listed(sick)} for unhealthy.")
    return ok(name, f"Envoy sends to {listed([_place(e) for e in live])}.")


def _place(endpoint: EndpointSeen) -> str:
    address = f"[{endpoint.address}]" if ":" in endpoint.address else endpoint.address
    return f"{address}:{endpoint.port}"


def certificates_are_there(found: Sequence[Ear]) -> Step | None:
    """Where the way is encrypted, both sides have what they need."""
    name = "tls"
    secured = [
        (ear, upstream) for ear in found for upstream in upstreams_of(ear) if upstream.secure
    ]
    if not secured:
        return None
    for ear, upstream in secured:
        assert upstream.secure is not None
        wanted = [n for n in (upstream.secure.certificate, upstream.secure.authorities) if n]
        snapshot = ear.seen.snapshot
        there = {secret.name for secret in snapshot.proxy.secrets} if snapshot else set()
        missing = [n for n in wanted if n not in there]
        if missing:
            return broken(
                name,
                f"The certificate {listed(missing)} is not there.",
                "Seaway issues it by itself: see seaway.log.",
            )
        for secret in wanted:
            error = ear.seen.refused.get((Kind.SECRETS, secret))
            if error is not None:
                return broken(name, f"Envoy refuses the certificate {secret}: {error}")
    names = listed([u.secure.server_name or u.name for _, u in secured if u.secure])
    return ok(name, f"Encrypted, with certificates on both sides; the target shows {names}.")
