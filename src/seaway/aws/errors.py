"""The errors a caller can be given, by AWS's names."""

from __future__ import annotations

from typing import Any, ClassVar


class AwsError(Exception):
    """A refusal in AWS's words; the gateway gives it the shape of the caller's protocol.

    ``code`` is the error shape's name in the service model (the wire turns it into the
    query protocol's own code where the model has one); ``status`` is the HTTP status used
    when the model says nothing. ``members`` are further modelled members of the error.
    """

    code: ClassVar[str] = "InternalFailure"
    status: ClassVar[int] = 400

    def __init__(self, message: str = "", **members: Any) -> None:
        super().__init__(message)
        self.message = message
        self.members = members


class InternalFailure(AwsError):
    """Seaway itself failed; the caller may retry."""

    code = "InternalFailure"
    status = 500


class UnknownOperation(AwsError):
    """The operation is not built here (AWS common errors: UnknownOperationException)."""

    code = "UnknownOperationException"


class ValidationException(AwsError):
    """The input breaks a constraint of the service's model (AWS common errors)."""

    code = "ValidationException"


class SerializationException(AwsError):
    """The body is not of the protocol's form, or a member is of the wrong type."""

    code = "SerializationException"


class MissingAuthenticationToken(AwsError):
    """The request carries no signature (AWS common errors)."""

    code = "MissingAuthenticationToken"
    status = 403


class ExpiredToken(AwsError):
    """The keys were good for a time that is over (AWS common errors)."""

    code = "ExpiredTokenException"
    status = 403


class UnrecognizedClient(AwsError):
    """The access key is none that was handed out (AWS common errors)."""

    code = "UnrecognizedClientException"
    status = 403


class SignatureDoesNotMatch(AwsError):
    """The signature is not the one this request should carry (AWS common errors)."""

    code = "SignatureDoesNotMatch"
    status = 403
