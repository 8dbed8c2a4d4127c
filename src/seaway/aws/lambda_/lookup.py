"""Finds the function a request names."""

from __future__ import annotations

from seaway.aws.call import Call
from seaway.aws.lambda_.errors import (
    InvalidParameterValueException,
    PreconditionFailedException,
    ResourceNotFoundException,
)
from seaway.core.functions import Function, named_function
from seaway.store.transaction import Transaction


def arn_of(call: Call, text: str, qualifier: str | None = None) -> str:
    """The ARN of a function's name, partial ARN or ARN; only $LATEST is there.

    Raises InvalidParameterValueException, ResourceNotFoundException.
    """
    read = named_function(text, call.place)
    if read is None:
        raise InvalidParameterValueException(f"{text} is not a function's name (FunctionName).")
    arn, inner = read
    wanted = qualifier or inner
    if wanted not in (None, "$LATEST"):
        raise ResourceNotFoundException(f"Function not found: {arn}:{wanted}")
    return arn


def function(tx: Transaction, call: Call, text: str, qualifier: str | None = None) -> Function:
    """The function of this name. Raises ResourceNotFoundException."""
    arn = arn_of(call, text, qualifier)
    found = tx.find(Function, arn)
    if found is None:
        raise ResourceNotFoundException(f"Function not found: {arn}")
    return found


def check_revision(found: Function, revision: str | None) -> None:
    """Raises PreconditionFailedException when the caller has seen another state."""
    if revision is not None and revision != found.revision:
        raise PreconditionFailedException(
            "The RevisionId provided does not match the latest RevisionId. Call the GetFunction or "
            "the GetAlias API to retrieve the latest RevisionId for your resource."
        )
