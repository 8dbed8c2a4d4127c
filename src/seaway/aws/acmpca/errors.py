"""AWS Private CA's errors, by their shapes' names."""

from __future__ import annotations

from seaway.aws.errors import AwsError


class CertificateMismatchException(AwsError):
    """The certificate does not go with the authority, or with who signed it."""

    code = "CertificateMismatchException"


class InvalidArgsException(AwsError):
    """One or more of the specified arguments was not valid."""

    code = "InvalidArgsException"


class InvalidArnException(AwsError):
    """The ARN is of something else."""

    code = "InvalidArnException"


class InvalidNextTokenException(AwsError):
    """The token is not one this list gave out."""

    code = "InvalidNextTokenException"


class InvalidRequestException(AwsError):
    """The request action cannot be performed."""

    code = "InvalidRequestException"


class InvalidStateException(AwsError):
    """The authority's state does not allow this."""

    code = "InvalidStateException"


class InvalidTagException(AwsError):
    """A tag is not valid."""

    code = "InvalidTagException"


class MalformedCertificateException(AwsError):
    """One or more fields in the certificate are invalid."""

    code = "MalformedCertificateException"


class MalformedCSRException(AwsError):
    """The certificate signing request is invalid."""

    code = "MalformedCSRException"


class RequestAlreadyProcessedException(AwsError):
    """Your request has already been completed."""

    code = "RequestAlreadyProcessedException"


class ResourceNotFoundException(AwsError):
    """There is no such authority or certificate."""

    code = "ResourceNotFoundException"


class TooManyTagsException(AwsError):
    """More than 50 tags."""

    code = "TooManyTagsException"


def not_built(what: str) -> InvalidArgsException:
    """What Seaway does not do, said before anything is done."""
    return InvalidArgsException(f"{what} is not built in Seaway: leave it out.")
