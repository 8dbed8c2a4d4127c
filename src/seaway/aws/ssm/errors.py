"""Systems Manager's errors, with AWS's texts where they are known."""

from __future__ import annotations

from seaway.aws.errors import AwsError, ValidationException


class ParameterNotFound(AwsError):
    """The parameter couldn't be found."""

    code = "ParameterNotFound"


class ParameterAlreadyExists(AwsError):
    """The parameter already exists."""

    code = "ParameterAlreadyExists"


class ParameterVersionNotFound(AwsError):
    """The specified parameter version wasn't found."""

    code = "ParameterVersionNotFound"


class ParameterMaxVersionLimitExceeded(AwsError):
    """The oldest version has a label and can't make room for a new one."""

    code = "ParameterMaxVersionLimitExceeded"


class ParameterVersionLabelLimitExceeded(AwsError):
    """A parameter version can have a maximum of ten labels."""

    code = "ParameterVersionLabelLimitExceeded"


class ParameterPatternMismatchException(AwsError):
    """The parameter doesn't meet its pattern."""

    code = "ParameterPatternMismatchException"


class InvalidAllowedPatternException(AwsError):
    """The regular expression isn't valid."""

    code = "InvalidAllowedPatternException"


class HierarchyLevelLimitExceededException(AwsError):
    """A hierarchy can have a maximum of 15 levels."""

    code = "HierarchyLevelLimitExceededException"


class HierarchyTypeMismatchException(AwsError):
    """A parameter can't change between SecureString and the other types."""

    code = "HierarchyTypeMismatchException"


class InvalidFilterKey(AwsError):
    """The specified key isn't valid."""

    code = "InvalidFilterKey"


class InvalidFilterOption(AwsError):
    """The specified filter option isn't valid."""

    code = "InvalidFilterOption"


class InvalidFilterValue(AwsError):
    """The filter value isn't valid."""

    code = "InvalidFilterValue"


class InvalidNextToken(AwsError):
    """The specified token isn't valid."""

    code = "InvalidNextToken"


class InvalidResourceId(AwsError):
    """The resource ID isn't valid."""

    code = "InvalidResourceId"


class InvalidResourceType(AwsError):
    """The resource type isn't valid."""

    code = "InvalidResourceType"


class TooManyTagsError(AwsError):
    """A resource can have no more than 50 tags."""

    code = "TooManyTagsError"


class AccessDeniedException(AwsError):
    """The caller may not do this."""

    code = "AccessDeniedException"


def not_built(what: str) -> ValidationException:
    """What Seaway does not do, said before anything is done."""
    return ValidationException(f"{what} is not built in Seaway: leave it out.")
