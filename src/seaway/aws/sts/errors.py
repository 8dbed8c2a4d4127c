"""STS's refusals."""

from __future__ import annotations

from seaway.aws.errors import AwsError


class AccessDenied(AwsError):
    """The role is not there, or may not be assumed."""

    code = "AccessDenied"
    status = 403


class ValidationError(AwsError):
    """A parameter makes no sense."""

    code = "ValidationError"


class InvalidIdentityToken(AwsError):
    """The web identity token is no token."""

    code = "InvalidIdentityTokenException"
