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
    is_due,
    life_of,
    renewal_of,
)
from seaway.core.cluster import Cluster
from seaway.core.discovery import NamedEndpoint
from seaway.core.moment import Moment
from seaway.core.names import Tags, last_part
from seaway.core.service import Deployment, Service
from seaway.core.task import Task
from seaway.reconcile.events import tell
from seaway.reconcile.wanted_certificates import (
    called_namespace,
    caller_of,
    callers_in,
    holders_of,
    wanted_by,
)
from seaway.signing.words import Term
from seaway.store.changes import Change
from seaway.store.transaction import Transaction

OWN_LIFE = 3650 * DAY
"""Seconds Seaway's own authority is good for."""

EARLIER = 3600.0
"""Seconds a certificate is valid before it is signed, for clocks that are late (as AWS does)."""


def keys_of(change: Change) -> Iterable[str]:
    """What a change may give another certificate."""
    match change.either:
        case NamedEndpoint() as endpoint:
            yield from _keys_of_endpoint(change, endpoint)
        case Deployment() as deployment:
            if called_namespace(change.before) != called_namespace(change.after):
                yield caller_of(deployment.service)
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


def _alive(task: object) -> bool:
    return isinstance(task, Task) and task.is_alive


def _moved(change: Change) -> bool:
    before, after = change.before, change.after
    return isinstance(before, Host) and isinstance(after, Host) and before.address != after.address


def _rotation_said(tagged: object) -> str | None:
    tags: Tags = tagged.tags if isinstance(tagged, Service | Cluster) else ()
    return dict(tags).get(ROTATION_TAG)


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
            return _settle(tx, callers_in(tx, rest), moment)
        case "service":
            return _settle(tx, holders_of(tx, rest), moment)
        case "cluster":
            services = tx.where(Service, cluster=rest)
            holders = [holder for one in services for holder in holders_of(tx, one.arn)]
            return _settle(tx, holders, moment)
        case "authority":
            return _settle_authority(tx, rest, moment)
        case _:
            return _settle_holder(tx, key, moment)


def _settle(tx: Transaction, holders: Iterable[str], moment: Moment) -> float | None:
    wakes = [_settle_holder(tx, holder, moment) for holder in holders]
    return min((wake for wake in wakes if wake is not None), default=None)


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
        holders += callers_in(tx, namespace)
    return _settle(tx, dict.fromkeys(holders), moment)


def _settle_holder(tx: Transaction, holder: str, moment: Moment) -> float | None:
    needed = {w.name: w for w in wanted_by(tx, holder)}
    for there in tx.where(ProxyCertificate, holder=holder):
        if there.name not in needed:
            tx.drop(there)
    wakes = [wake for one in needed.values() if (wake := _renew(tx, one, moment)) is not None]
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
    return own_authority(tx, moment)


def own_authority(tx: Transaction, moment: Moment) -> CertificateAuthority:
    """Seaway's own authority, made when it is first needed, and anew when it has run out."""
    found = tx.find(CertificateAuthority, OWN_AUTHORITY)
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
    term = term_of(moment, OWN_LIFE)
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
    term = term_of(moment, life_of(wanted.rotation), authority.not_after)
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


def term_of(moment: Moment, life: float, latest: float | None = None) -> Term:
    """From a little ago until ``life`` seconds from now, ``latest`` at most (epoch seconds)."""
    end = moment.now + life
    return Term(
        serial=int.from_bytes(moment.token(16), "big") >> 1 or 1,
        not_before=moment.now - EARLIER,
        not_after=end if latest is None else min(end, latest),
    )
