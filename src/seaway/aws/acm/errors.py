"""AWS Certificate Manager's errors, by their shapes' names."""

from __future__ import annotations

from seaway.aws.errors import AwsError


class InvalidArnException(AwsError):
    """The requested ARN does not refer to an existing resource."""

    code = "InvalidArnException"


class InvalidArgsException(AwsError):
    """One or more of the request parameters is not valid."""

    code = "InvalidArgsException"


class InvalidParameterException(AwsError):
    """An input parameter was invalid."""

    code = "InvalidParameterException"


class InvalidDomainValidationOptionsException(AwsError):
    """One or more values in the DomainValidationOption structure is incorrect."""

    code = "InvalidDomainValidationOptionsException"


class InvalidStateException(AwsError):
    """Processing has reached an invalid state."""

    code = "InvalidStateException"


class InvalidTagException(AwsError):
    """One or both of the values that make up the key-value pair is not valid."""

    code = "InvalidTagException"


class RequestInProgressException(AwsError):
    """The certificate request is in process and the certificate has not yet been issued."""

    code = "RequestInProgressException"


class ResourceInUseException(AwsError):
    """The certificate is in use by another service."""

    code = "ResourceInUseException"


class ResourceNotFoundException(AwsError):
    """The specified certificate cannot be found."""

    code = "ResourceNotFoundException"


class TooManyTagsException(AwsError):
    """The request contains too many tags."""

    code = "TooManyTagsException"


def not_built(member: str) -> AwsError:
    """Refuses a member that has no effect here, by its name."""
    return InvalidParameterException(f"Seaway has not built {member} yet; leave it out.")
