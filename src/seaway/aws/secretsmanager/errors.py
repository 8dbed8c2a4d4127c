"""Secrets Manager's errors, with AWS's texts where they are known."""

from __future__ import annotations

from seaway.aws.errors import AwsError


class InvalidParameterException(AwsError):
    """The parameter name or value is invalid."""

    code = "InvalidParameterException"


class InvalidRequestException(AwsError):
    """A parameter value is not valid for the current state of the resource."""

    code = "InvalidRequestException"


class InvalidNextTokenException(AwsError):
    """The NextToken value is invalid."""

    code = "InvalidNextTokenException"


class ResourceExistsException(AwsError):
    """A resource with the ID you requested already exists."""

    code = "ResourceExistsException"


class ResourceNotFoundException(AwsError):
    """Secrets Manager can't find the resource that you asked for."""

    code = "ResourceNotFoundException"


class MalformedPolicyDocumentException(AwsError):
    """The resource policy has syntax errors."""

    code = "MalformedPolicyDocumentException"


class PublicPolicyException(AwsError):
    """The policy would give everybody access."""

    code = "PublicPolicyException"


def no_secret() -> ResourceNotFoundException:
    """AWS's sentence for a secret that is not there."""
    return ResourceNotFoundException("Secrets Manager can't find the specified secret.")


def marked() -> InvalidRequestException:
    """AWS's sentence for a secret that is on its way out."""
    return InvalidRequestException(
        "You can't perform this operation on the secret because it was marked for deletion."
    )


def not_built(what: str) -> InvalidParameterException:
    """What Seaway does not do, said before anything is done."""
    return InvalidParameterException(f"{what} is not built in Seaway: leave it out.")
