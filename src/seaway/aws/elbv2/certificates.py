"""What listeners that end TLS show: certificates, by the name a client asks for, and a policy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.elbv2 import limits, lookup
from seaway.aws.elbv2.errors import (
    ALPNPolicyNotSupportedException,
    CertificateNotFoundException,
    InvalidConfigurationRequestException,
    OperationNotPermittedException,
    SSLPolicyNotFoundException,
    TooManyCertificatesException,
    UnsupportedCertificateException,
    ValidationError,
)
from seaway.aws.elbv2.protocols import SECURE
from seaway.aws.operation import operation
from seaway.core.balancer import Listener
from seaway.core.managed_certificate import CertificateStatus, ManagedCertificate
from seaway.core.ssl_policies import ALPN, DEFAULT, POLICIES
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import elbv2 as shapes


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a listener ends TLS; all empty for one that does not."""

    certificates: tuple[str, ...] = ()
    ssl_policy: str = ""
    alpn_policy: str = ""


def parse(
    tx: Transaction,
    call: Call,
    protocol: str,
    request: shapes.CreateListenerInput | shapes.ModifyListenerInput,
    before: Listener | None = None,
) -> Ended:
    """What a request says of TLS, beside what the listener had. Raises ValidationError and the
    exceptions of certificates, policies and ALPN."""
    if protocol not in SECURE:
        _refuse_in_the_clear(request)
        return Ended()
    _refuse_mutual(request)
    held = before or Listener(arn="", load_balancer="", port=0)
    certificates = held.certificates
    if request.get("Certificates"):
        certificates = (_only(tx, call, request["Certificates"]), *certificates[1:])
    if not certificates:
        raise ValidationError(f"A certificate must be specified for {protocol} listeners")
    policy = request.get("SslPolicy") or held.ssl_policy or DEFAULT
    if policy not in POLICIES:
        raise SSLPolicyNotFoundException(f"SSL policy '{policy}' not found")
    return Ended(
        certificates=certificates,
        ssl_policy=policy,
        alpn_policy=_alpn(protocol, request.get("AlpnPolicy"), held.alpn_policy),
    )


@operation("elbv2")
def add_listener_certificates(
    tx: Transaction, call: Call, request: shapes.AddListenerCertificatesInput
) -> shapes.AddListenerCertificatesOutput:
    """Show another certificate to clients that ask for one of its names; connections that are
    open are told to close and have five seconds to."""
    listener = _secure(tx, request["ListenerArn"])
    added = _only(tx, call, request["Certificates"])
    if added not in listener.certificates:
        listener = replace(listener, certificates=(*listener.certificates, added))
    if len(listener.certificates) > 1 + limits.CERTIFICATES_PER_LOAD_BALANCER:
        raise TooManyCertificatesException(
            f"A load balancer can only have '{limits.CERTIFICATES_PER_LOAD_BALANCER}' certificates"
        )
    tx.put(listener)
    return {"Certificates": [{"CertificateArn": added, "IsDefault": False}]}


@operation("elbv2")
def remove_listener_certificates(
    tx: Transaction, call: Call, request: shapes.RemoveListenerCertificatesInput
) -> shapes.RemoveListenerCertificatesOutput:
    """Stop showing a certificate; the default one is changed with ModifyListener instead."""
    listener = _secure(tx, request["ListenerArn"])
    gone = {one.get("CertificateArn", "") for one in request["Certificates"]}
    if listener.certificates[0] in gone:
        raise OperationNotPermittedException("Default certificate cannot be removed")
    left = tuple(arn for arn in listener.certificates if arn not in gone)
    tx.put(replace(listener, certificates=left))
    return {}


@operation("elbv2")
def describe_listener_certificates(
    tx: Transaction, call: Call, request: shapes.DescribeListenerCertificatesInput
) -> shapes.DescribeListenerCertificatesOutput:
    """The default certificate, then the others."""
    listener = lookup.listener(tx, request["ListenerArn"])
    shown, following = lookup.paged(
        listener.certificates,
        request.get("Marker"),
        request.get("PageSize"),
        f"certificates {listener.arn}",
    )
    answer: shapes.DescribeListenerCertificatesOutput = {
        "Certificates": [
            {"CertificateArn": arn, "IsDefault": arn == listener.certificates[0]} for arn in shown
        ]
    }
    if following:
        answer["NextMarker"] = following
    return answer


def _secure(tx: Transaction, arn: str) -> Listener:
    found = lookup.listener(tx, arn)
    if not found.certificates:
        raise ValidationError("Certificates can only be specified for HTTPS and TLS listeners")
    return found


def _only(tx: Transaction, call: Call, given: Sequence[shapes.Certificate]) -> str:
    if len(given) != 1:
        raise ValidationError("Exactly one certificate must be specified")
    if "IsDefault" in given[0]:
        raise ValidationError("IsDefault cannot be specified for a certificate")
    arn = given[0].get("CertificateArn", "")
    found = tx.find(ManagedCertificate, arn)
    if found is None:
        raise CertificateNotFoundException(f"Certificate '{arn}' not found")
    if found.status_at(call.moment.now) is not CertificateStatus.ISSUED:
        raise UnsupportedCertificateException(
            f"The certificate '{arn}' must have a fully-qualified domain name, a supported "
            f"signature, and a supported key size; its status is {found.status.value}."
        )
    return arn


def _alpn(protocol: str, given: Sequence[str] | None, held: str) -> str:
    if protocol != "TLS":
        if given:
            raise ValidationError("An ALPN policy can only be specified for TLS listeners")
        return ""
    if given is None:
        return held
    if len(given) != 1 or given[0] not in ALPN:
        raise ALPNPolicyNotSupportedException(
            f"ALPN policy '{', '.join(given)}' must be one of '{', '.join(ALPN)}'"
        )
    return given[0]


def _refuse_in_the_clear(request: shapes.CreateListenerInput | shapes.ModifyListenerInput) -> None:
    for member in ("Certificates", "SslPolicy"):
        if request.get(member):
            raise ValidationError(f"{member} can only be specified for HTTPS and TLS listeners")
    if request.get("MutualAuthentication", {"Mode": "off"}) != {"Mode": "off"}:
        raise ValidationError("MutualAuthentication can only be specified for HTTPS listeners")
    if request.get("AlpnPolicy"):
        raise ValidationError("An ALPN policy can only be specified for TLS listeners")


def _refuse_mutual(request: shapes.CreateListenerInput | shapes.ModifyListenerInput) -> None:
    given = request.get("MutualAuthentication", {"Mode": "off"})
    if given != {"Mode": "off"}:
        raise InvalidConfigurationRequestException(
            "Seaway has not built mutual TLS of listeners (MutualAuthentication) yet; its Mode "
            "must be 'off'."
        )
