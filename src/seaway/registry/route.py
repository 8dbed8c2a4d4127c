"""The registry's paths: what a request is about (OCI distribution-spec, "Endpoints")."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What a path names."""

    BASE = "base"
    CATALOG = "catalog"
    TAGS = "tags"
    MANIFEST = "manifest"
    BLOB = "blob"
    UPLOADS = "uploads"
    UPLOAD = "upload"
    REFERRERS = "referrers"


@dataclass(frozen=True, slots=True)
class Route:
    """A path, read: the repository's name and the tag, digest or upload it ends with."""

    kind: Kind
    name: str = ""
    reference: str = ""


_PATTERNS = (
    # An upload's path is also a blob's path by its form, so it comes first.
    (Kind.UPLOADS, re.compile(r"/v2/(.+)/blobs/uploads/?()")),
    (Kind.UPLOAD, re.compile(r"/v2/(.+)/blobs/uploads/([^/]+)")),
    (Kind.BLOB, re.compile(r"/v2/(.+)/blobs/([^/]+)")),
    (Kind.MANIFEST, re.compile(r"/v2/(.+)/manifests/([^/]+)")),
    (Kind.TAGS, re.compile(r"/v2/(.+)/tags/list()")),
    (Kind.REFERRERS, re.compile(r"/v2/(.+)/referrers/([^/]+)")),
)


def read_path(path: str) -> Route | None:
    """What ``path`` is about; None when the registry has no such path."""
    if path in ("/v2", "/v2/"):
        return Route(Kind.BASE)
    if path == "/v2/_catalog":
        return Route(Kind.CATALOG)
    for kind, pattern in _PATTERNS:
        found = pattern.fullmatch(path)
        if found is not None:
            return Route(kind, found[1], found[2])
    return None
