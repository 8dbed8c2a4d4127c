"""Lists of certificates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seaway.aws.acm import render
from seaway.aws.acm.errors import InvalidArgsException
from seaway.aws.call import Call, here
from seaway.aws.errors import ValidationException
from seaway.aws.operation import operation
from seaway.aws.paging import BadToken, page
from seaway.core.balancer import Listener
from seaway.core.managed_certificate import ManagedCertificate
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import acm as shapes

PAGE = 100
_PLAIN_KEYS = ("RSA_1024", "RSA_2048")
"""What is listed when nobody asks for key types (API: Filters)."""


@operation("acm")
def list_certificates(
    tx: Transaction, call: Call, request: shapes.ListCertificatesRequest
) -> shapes.ListCertificatesResponse:
    """As on AWS, RSA keys of up to 2048 bits only, unless Includes.keyTypes names others."""
    if ("SortBy" in request) != ("SortOrder" in request):
        raise ValidationException("SortBy and SortOrder must be given together.")
    found = [
        one for one in here(call, tx.where(ManagedCertificate)) if _is_asked(request, one, call)
    ]
    if "SortBy" in request:
        newest = request["SortOrder"] == "DESCENDING"
        found.sort(key=lambda one: one.created_at, reverse=newest)
    about = {key: value for key, value in request.items() if key not in ("NextToken", "MaxItems")}
    try:
        shown, token = page(
            found, request.get("NextToken"), request.get("MaxItems", PAGE), f"certificates {about}"
        )
    except BadToken as error:
        raise InvalidArgsException("The NextToken is not one of this list.") from error
    used = {arn for listener in tx.where(Listener) for arn in listener.certificates}
    answer: shapes.ListCertificatesResponse = {
        "CertificateSummaryList": [
            render.summary(one, one.arn in used, call.moment.now) for one in shown
        ]
    }
    if token:
        answer["NextToken"] = token
    return answer


def _is_asked(
    request: shapes.ListCertificatesRequest, found: ManagedCertificate, call: Call
) -> bool:
    includes = request.get("Includes", {})
    statuses = request.get("CertificateStatuses")
    origins = request.get("CertificateKeyPairOrigins")
    origin = "CUSTOMER_PROVIDED" if found.imported else "AWS_MANAGED"
    return (
        (not statuses or found.status_at(call.moment.now).value in statuses)
        and (not origins or origin in origins)
        and found.key_algorithm in (includes.get("keyTypes") or _PLAIN_KEYS)
        and _allows(includes.get("keyUsage"), ("DIGITAL_SIGNATURE", "KEY_ENCIPHERMENT", "ANY"))
        and _allows(
            includes.get("extendedKeyUsage"),
            ("TLS_WEB_SERVER_AUTHENTICATION", "TLS_WEB_CLIENT_AUTHENTICATION", "ANY"),
        )
        and includes.get("exportOption", "DISABLED") == "DISABLED"
        and "managedBy" not in includes
    )


def _allows(wanted: list[str] | None, there: tuple[str, ...]) -> bool:
    """Every certificate signed here is for the same uses; an imported one is taken to be, too."""
    return not wanted or any(one in there for one in wanted)
