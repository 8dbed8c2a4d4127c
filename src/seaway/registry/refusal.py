"""What the registry refuses, in the codes of the OCI distribution specification."""

from __future__ import annotations

import json


class Refusal(Exception):
    """An answer with an error code of the specification, and the HTTP status that goes with it."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        headers: tuple[tuple[str, str], ...] = (),
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers

    def body(self) -> bytes:
        """The error document (OCI distribution-spec, "Error Codes")."""
        return json.dumps({"errors": [{"code": self.code, "message": self.message}]}).encode()


def unsupported(method: str, path: str) -> Refusal:
    """The method has no meaning at this path."""
    return Refusal(405, "UNSUPPORTED", f"{method} is not supported at {path}")


def blob_unknown(digest: str) -> Refusal:
    """The repository has no such blob."""
    return Refusal(404, "BLOB_UNKNOWN", f"The layer with digest '{digest}' does not exist")


def digest_invalid(text: str) -> Refusal:
    """The text is no digest, or not the digest of the content."""
    return Refusal(400, "DIGEST_INVALID", text)
