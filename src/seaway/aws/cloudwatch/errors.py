"""CloudWatch's errors, with AWS's texts where they are known."""

from __future__ import annotations

from seaway.aws.errors import AwsError


class InvalidParameterValueException(AwsError):
    """A parameter's value is bad or out of range."""

    code = "InvalidParameterValueException"


class InvalidParameterCombinationException(AwsError):
    """Parameters were used together that can't be."""

    code = "InvalidParameterCombinationException"


class MissingRequiredParameterException(AwsError):
    """A parameter that is needed is not there."""

    code = "MissingRequiredParameterException"


class InvalidNextToken(AwsError):
    """The next token is not one that was given."""

    code = "InvalidNextToken"


class ValidationError(AwsError):
    """A query of GetMetricData is not one (its own code, with no shape in the model)."""

    code = "ValidationError"


def bad_token() -> InvalidNextToken:
    """The sentence for a token that was not given, or for another question."""
    return InvalidNextToken("The specified nextToken is invalid.")


class ResourceNotFound(AwsError):
    """There is no such alarm."""

    code = "ResourceNotFound"


class ResourceNotFoundException(AwsError):
    """There is no such alarm to tag (the tag operations have a code of their own)."""

    code = "ResourceNotFoundException"


class InvalidFormatFault(AwsError):
    """Data was not JSON."""

    code = "InvalidFormatFault"
