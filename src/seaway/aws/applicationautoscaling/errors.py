"""Application Auto Scaling's errors, by their shapes' names."""

from __future__ import annotations

from seaway.aws.errors import AwsError, ValidationException

__all__ = ["ValidationException"]


class ObjectNotFoundException(AwsError):
    """There is no such target, policy or scheduled action."""

    code = "ObjectNotFoundException"


class InvalidNextTokenException(AwsError):
    """The token is not one this list gave out."""

    code = "InvalidNextTokenException"


class ResourceNotFoundException(AwsError):
    """There is no such target to tag."""

    code = "ResourceNotFoundException"


class TooManyTagsException(AwsError):
    """A target has at most 50 tags."""

    code = "TooManyTagsException"


class LimitExceededException(AwsError):
    """A quota is used up."""

    code = "LimitExceededException"


def not_built(field: str, instead: str = "") -> ValidationException:
    """The refusal of a member that has no effect here."""
    return ValidationException(f"{field} is not built in Seaway{instead and ': '}{instead}.")
