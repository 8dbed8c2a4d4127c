"""Settles certificates: what proxies show each other is there, and replaced before it runs out.

Keys are made here and not in core: they need the operating system's randomness (``signing``).
What a key names: ``server/<discovery service's ARN>``, ``caller/<cluster>/<who>``,
``namespace/<ARN>`` (all that call there), ``authority/<ARN>`` (all it signs for) and ``host/<id>``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from seaway.core.authority import (
    DAY,
    END_ENTITY,
    OWN_AUTHORITY,
    ROOT,
    TEMPLATES,
    AuthorityStatus,
    CertificateAuthority,
    IssuedCertificate,
    authority_refusal,
)
from seaway.core.capacity import Host
from seaway.core.certificates import (
    ROTATION_TAG,
    ProxyCertificate,
    WantedCertificate,
    client_secret,
    host_secret,
    host_uri,
    is_due,
    life_of,
    renewal_of,
    rotation_of,
    server_name,
    server_secret,
    service_uri,
)
from seaway.core.cluster import Cluster
from seaway.core.discovery import NamedEndpoint, Namespace
from seaway.core.moment import Moment
from seaway.core.names import Tags, last_part
from seaway.core.service import Deployment, Service
from seaway.core.task import Task
from seaway.reconcile.events import tell
from seaway.signing.words import Term
from seaway.store.changes import Change
from seaway.store.transaction import Transaction

OWN_LIFE = 3650 * DAY
"""Seconds Seaway's own authority is good for."""

OUTSIDERS = ("machine", "gateway")
"""Callers of no cluster: the machine's own programs, and whoever comes by the gateway."""

EARLIER = 3600.0
"""Seconds a certificate is valid before it is signed, for clocks that are late (as AWS does)."""


def keys_of(change: Change) -> Iterable[str]:
    """What a change may give another certificate."""
    match change.either:
        case NamedEndpoint() as endpoint:
            yield from _keys_of_endpoint(change, endpoint)
        case Deployment() as deployment:
            if _calls(change.before) != _calls(change.after):
                yield _caller_of(deployment.service)
        case Task(service=None, namespace=str()) as task:
            if _alive(change.before) != _alive(change.after):
                yield f"caller/{last_part(task.cluster)}/{task.group}"
        case Service() as service:
            if _rotation_said(change.before) != _rotation_said(change.after):
                yield f"service/{service.arn}"
        case Cluster() as cluster:
            if _rotation_said(change.before) != _rotation_said(change.after):
                yield f"cluster/{cluster.arn}"
        case CertificateAuthority() as authority:
            yield f"authority/{authority.arn}"
        case Host() as host:
            if change.before is None or change.after is None or _moved(change):
                yield f"host/{host.id}"


def _keys_of_endpoint(change: Change, endpoint: NamedEndpoint) -> Iterator[str]:
    both = [e for e in (change.before, change.after) if isinstance(e, NamedEndpoint)]
    if any(e.tls for e in both):
        yield f"server/{endpoint.discovery}"
        yield f"namespace/{endpoint.namespace}"


def _calls(deployment: object) -> str | None:
    """The namespace whose names a deployment's tasks call by."""
    if not isinstance(deployment, Deployment) or deployment.status == "INACTIVE":
        return None
    connect = deployment.connect
    return connect.namespace if connect is not None and connect.enabled else None


def _alive(task: object) -> bool:
    return isinstance(task, Task) and task.is_alive


def _moved(change: Change) -> bool:
    before, after = change.before, change.after
    return isinstance(before, Host) and isinstance(after, Host) and before.address != after.address


def _rotation_said(tagged: object) -> str | None:
    tags: Tags = tagged.tags if isinstance(tagged, Service | Cluster) else ()
    return dict(tags).get(ROTATION_TAG)


def _caller_of(service: str) -> str:
    return "caller/" + "/".join(service.rsplit("/", 2)[-2:])


def all_keys(tx: Transaction) -> Iterable[str]:
    """Every holder of a certificate, and every authority."""
    keys = {f"server/{e.discovery}" for e in tx.where(NamedEndpoint) if e.tls}
    keys.update(f"namespace/{e.namespace}" for e in tx.where(NamedEndpoint) if e.tls)
    keys.update(certificate.holder for certificate in tx.where(ProxyCertificate))
    keys.update(f"authority/{authority.arn}" for authority in tx.where(CertificateAuthority))
    keys.update(f"host/{host.id}" for host in tx.where(Host))
    return sorted(keys)


def reconcile(tx: Transaction, key: str, moment: Moment) -> float | None:
    """Make what is missing or due, drop what nobody needs; when to look again."""
    kind, _, rest = key.partition("/")
    match kind:
        case "namespace":
            return _settle(tx, _callers_in(tx, rest), moment)
        case "service":
            return _settle(tx, _holders_of(tx, rest), moment)
        case "cluster":
            services = tx.where(Service, cluster=rest)
            holders = [holder for one in services for holder in _holders_of(tx, one.arn)]
            return _settle(tx, holders, moment)
        case "authority":
            return _settle_authority(tx, rest, moment)
        case _:
            return _settle_holder(tx, key, moment)


def _settle(tx: Transaction, holders: Iterable[str], moment: Moment) -> float | None:
    wakes = [_settle_holder(tx, holder, moment) for holder in holders]
    return min((wake for wake in wakes if wake is not None), default=None)


def _holders_of(tx: Transaction, service: str) -> list[str]:
    """All a service (given by ARN) may hold certificates as."""
    offered = [f"server/{e.discovery}" for e in tx.where(NamedEndpoint, service=service)]
    return [_caller_of(service), *offered]


def _settle_authority(tx: Transaction, arn: str, moment: Moment) -> float | None:
    """What an authority signs for, when it has changed; and its end."""
    authority = tx.find(CertificateAuthority, arn)
    if authority is not None and authority.status is AuthorityStatus.DELETED:
        until = authority.restorable_until or moment.now
        if moment.now < until:
            return until
        for issued in tx.where(IssuedCertificate, authority=arn):
            tx.drop(issued)
        tx.drop(authority)
    endpoints = [e for e in tx.where(NamedEndpoint) if e.tls and e.authority == arn]
    holders = [f"server/{e.discovery}" for e in endpoints]
    for namespace in sorted({e.namespace for e in endpoints}):
        holders += _callers_in(tx, namespace)
    return _settle(tx, dict.fromkeys(holders), moment)


def _settle_holder(tx: Transaction, holder: str, moment: Moment) -> float | None:
    wanted = {w.name: w for w in _wanted(tx, holder)}
    for there in tx.where(ProxyCertificate, holder=holder):
        if there.name not in wanted:
            tx.drop(there)
    wakes = [wake for one in wanted.values() if (wake := _renew(tx, one, moment)) is not None]
    return min(wakes, default=None)


def _renew(tx: Transaction, wanted: WantedCertificate, moment: Moment) -> float | None:
    there = tx.find(ProxyCertificate, wanted.name)
    authority = _authority(tx, wanted.authority, moment)
    if isinstance(authority, str):
        # What there is goes on until it runs out; a change of the authority comes back here.
        if there is not None and not is_due(there, wanted, there.roots, moment.now):
            return renewal_of(there, wanted.rotation)
        _tell(tx, wanted, authority, moment)
        return None
    if is_due(there, wanted, authority.roots, moment.now):
        there = _made(authority, wanted, moment)
        tx.put(there)
    assert there is not None
    return renewal_of(there, wanted.rotation)


def _tell(tx: Transaction, wanted: WantedCertificate, why: str, moment: Moment) -> None:
    """Say it where it is looked for: on AWS only CloudTrail has it (RotationFailed)."""
    service = tx.find(Service, wanted.service or "")
    if service is not None:
        tell(tx, service, f"was unable to get a TLS certificate. {why}", moment)


# What there should be


def _wanted(tx: Transaction, holder: str) -> Iterator[WantedCertificate]:
    kind, _, rest = holder.partition("/")
    match kind:
        case "server":
            yield from _wanted_of_server(tx, holder, rest)
        case "caller":
            cluster, _, name = rest.partition("/")
            yield from _wanted_of_caller(tx, holder, cluster, name)
        case "host":
            host = tx.find(Host, rest)
            if host is not None and host.address:
                yield WantedCertificate(
                    name=host_secret(rest),
                    holder=holder,
                    authority=OWN_AUTHORITY,
                    names=(host_uri(rest),),
                )


def _wanted_of_server(tx: Transaction, holder: str, discovery: str) -> Iterator[WantedCertificate]:
    endpoint = tx.find(NamedEndpoint, discovery)
    service = tx.find(Service, endpoint.service) if endpoint else None
    namespace = tx.find(Namespace, endpoint.namespace) if endpoint else None
    if endpoint is None or not endpoint.tls or service is None or namespace is None:
        return
    uri = service_uri(last_part(service.cluster), service.name)
    yield WantedCertificate(
        name=server_secret(discovery),
        holder=holder,
        authority=endpoint.authority or OWN_AUTHORITY,
        names=(server_name(endpoint, namespace.name), uri),
        rotation=_rotation(tx, service.cluster, service),
        service=service.arn,
    )


def _wanted_of_caller(
    tx: Transaction, holder: str, cluster: str, name: str
) -> Iterator[WantedCertificate]:
    """One for each authority that signs for something in the namespaces it calls in."""
    service = _service(tx, cluster, name)
    authorities = {
        endpoint.authority
        for namespace in _namespaces_of(tx, cluster, name, service)
        for endpoint in tx.where(NamedEndpoint, namespace=namespace)
        if endpoint.tls
    }
    for authority in sorted(authorities, key=str):
        yield WantedCertificate(
            name=client_secret(cluster, name, authority),
            holder=holder,
            authority=authority or OWN_AUTHORITY,
            names=(service_uri(cluster, name),),
            rotation=_rotation(tx, service.cluster, service) if service else rotation_of(),
            service=service.arn if service else None,
        )


def _service(tx: Transaction, cluster: str, name: str) -> Service | None:
    """The service of this name in a cluster of this name that has not been deleted."""
    for found in tx.where(Service, status="ACTIVE") + tx.where(Service, status="DRAINING"):
        if found.name == name and last_part(found.cluster) == cluster:
            return found
    return None


def _namespaces_of(tx: Transaction, cluster: str, name: str, service: Service | None) -> set[str]:
    """ARNs of the namespaces by whose names a caller calls now."""
    if not cluster:
        return {endpoint.namespace for endpoint in tx.where(NamedEndpoint) if endpoint.tls}
    called: list[str | None] = []
    if service is not None:
        called += [_calls(deployment) for deployment in tx.where(Deployment, service=service.arn)]
    called += [
        task.namespace
        for task in tx.where(Task, service=None)
        if task.group == name and task.is_alive and last_part(task.cluster) == cluster
    ]
    return {namespace for namespace in called if namespace is not None}


def _callers_in(tx: Transaction, namespace: str) -> list[str]:
    """The holders of certificates for calls in a namespace: services, run tasks, the machine."""
    found = {_caller_of(d.service) for d in tx.where(Deployment) if _calls(d) == namespace}
    found.update(
        f"caller/{last_part(task.cluster)}/{task.group}"
        for task in tx.where(Task, service=None)
        if task.namespace == namespace and task.is_alive
    )
    return [*sorted(found), *(f"caller//{name}" for name in OUTSIDERS)]


def _rotation(tx: Transaction, cluster: str, service: Service) -> float:
    around = tx.find(Cluster, cluster)
    return rotation_of(around.tags if around else (), service.tags)


# Who signs


def _authority(tx: Transaction, arn: str, moment: Moment) -> CertificateAuthority | str:
    """The authority, or why it may not sign; Seaway's own is made when it is first needed."""
    found = tx.find(CertificateAuthority, arn)
    if arn != OWN_AUTHORITY:
        refusal = authority_refusal(found, moment.now)
        if refusal is not None:
            return refusal
        assert found is not None
        return found
    if found is None or found.status_at(moment.now) is not AuthorityStatus.ACTIVE:
        found = _own(moment)
        tx.put(found)
    return found


def _own(moment: Moment) -> CertificateAuthority:
    """Seaway's own authority: a root with a key of its own, new."""
    # Loaded on first use (see signing/words.py).
    from seaway.signing import certificates, keys, requests

    key = keys.new_key()
    subject = (("Organization", "Seaway"), ("CommonName", f"Seaway {moment.hex(8)}"))
    term = _term(moment, OWN_LIFE)
    authority = CertificateAuthority(
        arn=OWN_AUTHORITY,
        type="ROOT",
        subject=subject,
        key_algorithm="EC_prime256v1",
        signing_algorithm="SHA256WITHECDSA",
        key=key,
        request=requests.new_request(key, subject),
        created_at=moment.now,
        changed_at=moment.now,
        status=AuthorityStatus.ACTIVE,
        serial=str(term.serial),
        not_before=term.not_before,
        not_after=term.not_after,
        own=True,
    )
    signed = certificates.sign(authority, authority.request.encode(), TEMPLATES[ROOT], term)
    return replace(authority, certificate=signed)


def _made(
    authority: CertificateAuthority, wanted: WantedCertificate, moment: Moment
) -> ProxyCertificate:
    """A new key, and the authority's word for it."""
    from seaway.signing import certificates, keys, requests

    key = keys.new_key()
    request = requests.new_request(key, (), names=wanted.names)
    term = _term(moment, life_of(wanted.rotation), authority.not_after)
    signed = certificates.sign(authority, request.encode(), END_ENTITY, term)
    return ProxyCertificate(
        name=wanted.name,
        holder=wanted.holder,
        authority=wanted.authority,
        names=wanted.names,
        chain=signed + authority.path,
        roots=authority.roots,
        key=key,
        issued_at=moment.now,
        expires_at=term.not_after,
    )


def _term(moment: Moment, life: float, latest: float | None = None) -> Term:
    """From a little ago until ``life`` seconds from now, ``latest`` at most (epoch seconds)."""
    end = moment.now + life
    return Term(
        serial=int.from_bytes(moment.token(16), "big") >> 1 or 1,
        not_before=moment.now - EARLIER,
        not_after=end if latest is None else min(end, latest),
    )
