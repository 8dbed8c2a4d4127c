"""S3's refusals (API reference: error responses)."""

from __future__ import annotations

from seaway.aws.errors import AwsError


class Refusal(Exception):
    """An error as S3 says it: HTTP status, code, sentence, and more elements."""

    def __init__(self, status: int, code: str, message: str, **more: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.more = more


def no_bucket(name: str) -> Refusal:
    """There is no such bucket."""
    return Refusal(404, "NoSuchBucket", "The specified bucket does not exist", BucketName=name)


def no_key(name: str) -> Refusal:
    """There is no such object."""
    return Refusal(404, "NoSuchKey", "The specified key does not exist.", Key=name)


def no_upload(id: str) -> Refusal:
    """There is no such multipart upload."""
    text = (
        "The specified upload does not exist. The upload ID may be invalid, or the upload may "
        "have been aborted or completed."
    )
    return Refusal(404, "NoSuchUpload", text, UploadId=id)


def invalid(message: str) -> Refusal:
    """An argument that can't be."""
    return Refusal(400, "InvalidArgument", message)


def bad_request(message: str) -> Refusal:
    """A request that makes no sense."""
    return Refusal(400, "InvalidRequest", message)


def bad_digest(what: str) -> Refusal:
    """The bytes that came are not those that were meant."""
    return Refusal(400, "BadDigest", f"The {what} you specified did not match what we received.")


def malformed() -> Refusal:
    """The XML is not what the operation takes."""
    return Refusal(
        400,
        "MalformedXML",
        "The XML you provided was not well-formed or did not validate against our published schema",
    )


def not_built(what: str) -> Refusal:
    """What Seaway does not do, said before anything is done."""
    return Refusal(501, "NotImplemented", f"{what} is not built in Seaway.")


def of_signature(error: AwsError) -> Refusal:
    """What is wrong with a signature, in S3's words."""
    code, status = {
        "MissingAuthenticationToken": ("AccessDenied", 403),
        "UnrecognizedClientException": ("InvalidAccessKeyId", 403),
        "RequestExpired": ("AccessDenied", 403),
        "ExpiredTokenException": ("ExpiredToken", 400),
        "IncompleteSignature": ("AuthorizationHeaderMalformed", 400),
    }.get(error.code, (error.code, error.status))
    return Refusal(status, code, error.message)
