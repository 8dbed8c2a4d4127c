"""AWS Private CA: authorities, and what they sign; no CRLs, OCSP, sharing or audit reports."""

from __future__ import annotations

from seaway.aws.acmpca import authorities, authority_certificates, issuing, tags
from seaway.aws.operation import Handler, operations_in


def operations() -> list[Handler]:
    """The AWS Private CA operations answered here."""
    modules = (authorities, authority_certificates, issuing, tags)
    return [handler for module in modules for handler in operations_in(module)]
