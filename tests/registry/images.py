"""Pushes made of small parts, as a client would make them."""

from __future__ import annotations

import json
import os
from typing import Any

from seaway.core.manifest import DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST, digest_of
from tests.registry.running import Running

CONFIG_TYPE = "application/vnd.oci.image.config.v1+json"
LAYER_TYPE = "application/vnd.oci.image.layer.v1.tar+gzip"


def push_blob(registry: Running, content: bytes, name: str = "web") -> str:
    """Push a blob whole; its digest."""
    digest = digest_of(content)
    answer = registry.ask("POST", f"/v2/{name}/blobs/uploads/?digest={digest}", content)
    assert answer.status == 201, answer
    return digest


def a_manifest(config: bytes, *layers: bytes, kind: str = OCI_MANIFEST, **more: Any) -> bytes:
    """A manifest of these contents."""
    body = {
        "schemaVersion": 2,
        "mediaType": kind,
        "config": a_descriptor(config, CONFIG_TYPE),
        "layers": [a_descriptor(layer, LAYER_TYPE) for layer in layers],
        **more,
    }
    return json.dumps(body).encode()


def an_index(*manifests: bytes, kind: str = OCI_INDEX) -> bytes:
    listed = [a_descriptor(manifest, OCI_MANIFEST) for manifest in manifests]
    return json.dumps({"schemaVersion": 2, "mediaType": kind, "manifests": listed}).encode()


def a_descriptor(content: bytes, kind: str) -> dict[str, Any]:
    return {"mediaType": kind, "digest": digest_of(content), "size": len(content)}


def push_image(
    registry: Running, tag: str | None, name: str = "web", kind: str = DOCKER_MANIFEST, **more: Any
) -> bytes:
    """Push a new image with two blobs of its own; its manifest."""
    config, layer = os.urandom(40), os.urandom(3000)
    for blob in (config, layer):
        push_blob(registry, blob, name)
    manifest = a_manifest(config, layer, kind=kind, **more)
    reference = tag or digest_of(manifest)
    answer = put_manifest(registry, reference, manifest, kind, name)
    assert answer.status == 201, answer
    return manifest


def put_manifest(
    registry: Running, reference: str, manifest: bytes, kind: str, name: str = "web"
) -> Any:
    return registry.ask("PUT", f"/v2/{name}/manifests/{reference}", manifest, Content_Type=kind)
