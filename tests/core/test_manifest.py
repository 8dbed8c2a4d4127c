"""Reading manifests: what they refer to, and what is none."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seaway.core.manifest import (
    DOCKER_LIST,
    DOCKER_MANIFEST,
    OCI_INDEX,
    OCI_MANIFEST,
    Malformed,
    Manifest,
    digest_of,
    parse_manifest,
)

CONFIG = {"mediaType": "application/x-config", "digest": digest_of(b"config"), "size": 6}
LAYER = {"mediaType": "application/x-layer", "digest": digest_of(b"layer"), "size": 5}


def read(declared: str | None = None, **body: Any) -> Manifest | Malformed:
    return parse_manifest(json.dumps({"schemaVersion": 2, **body}).encode(), declared)


def test_a_manifest_names_its_config_and_layers() -> None:
    foreign = {**LAYER, "digest": digest_of(b"elsewhere"), "urls": ["http://elsewhere"]}
    manifest = read(mediaType=OCI_MANIFEST, config=CONFIG, layers=[LAYER, foreign])
    assert isinstance(manifest, Manifest)
    assert [blob.digest for blob in manifest.blobs] == [CONFIG["digest"], LAYER["digest"]]
    assert manifest.artifact_media_type == "application/x-config"


def test_an_index_names_its_manifests() -> None:
    index = read(mediaType=DOCKER_LIST, manifests=[LAYER])
    assert isinstance(index, Manifest)
    assert ([child.digest for child in index.children], index.blobs) == ([LAYER["digest"]], ())


@pytest.mark.parametrize(
    ("declared", "body", "kind"),
    [
        (DOCKER_MANIFEST, {"config": CONFIG, "layers": []}, DOCKER_MANIFEST),
        (None, {"config": CONFIG, "layers": []}, OCI_MANIFEST),
        ("application/json", {"manifests": []}, OCI_INDEX),
    ],
)
def test_the_media_type_is_the_manifests_or_the_senders_or_inferred(
    declared: str | None, body: dict[str, Any], kind: str
) -> None:
    manifest = read(declared, **body)
    assert isinstance(manifest, Manifest)
    assert manifest.media_type == kind


@pytest.mark.parametrize(
    "body",
    [
        {"config": CONFIG},
        {"layers": []},
        {"config": {**CONFIG, "digest": "sha256:0"}, "layers": []},
        {"config": {**CONFIG, "size": -1}, "layers": []},
        {"config": {**CONFIG, "size": True}, "layers": []},
        {"mediaType": OCI_INDEX, "manifests": [], "layers": []},
        {"mediaType": OCI_MANIFEST, "config": CONFIG, "layers": [], "manifests": []},
        {"config": CONFIG, "layers": [], "annotations": {"a": 1}},
        {"config": CONFIG, "layers": [], "subject": "x"},
        {"config": CONFIG, "layers": [], "artifactType": 1},
    ],
)
def test_what_breaks_the_specification_is_malformed(body: dict[str, Any]) -> None:
    assert isinstance(read(**body), Malformed)


def test_manifest_and_sender_must_agree_on_the_type() -> None:
    answer = read(DOCKER_MANIFEST, mediaType=OCI_MANIFEST, config=CONFIG, layers=[])
    assert isinstance(answer, Malformed)
    assert "mediaType" in answer.reason


@given(
    st.binary()
    | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(
        lambda value: json.dumps({"schemaVersion": 2, "layers": value, "config": value}).encode()
    )
)
def test_nothing_that_is_sent_makes_the_reader_fail(data: bytes) -> None:
    assert isinstance(parse_manifest(data), Manifest | Malformed)
