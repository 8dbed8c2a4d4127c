"""Manifests, tags and referrers over HTTP."""

from __future__ import annotations

import json
import os

from seaway.core.manifest import (
    DOCKER_LIST,
    DOCKER_MANIFEST,
    OCI_INDEX,
    OCI_MANIFEST,
    digest_of,
)
from tests.registry.images import (
    CONFIG_TYPE,
    a_descriptor,
    a_manifest,
    an_index,
    push_blob,
    push_image,
)
from tests.registry.images import put_manifest as put
from tests.registry.running import Running


def test_a_manifest_comes_back_byte_for_byte_by_tag_and_by_digest(registry: Running) -> None:
    for kind in (DOCKER_MANIFEST, OCI_MANIFEST):
        manifest = push_image(registry, "exact", kind=kind)
        for reference in ("exact", digest_of(manifest)):
            answer = registry.ask("GET", f"/v2/web/manifests/{reference}")
            assert (answer.status, answer.body) == (200, manifest)
            assert answer.headers["content-type"] == kind
            assert answer.headers["docker-content-digest"] == digest_of(manifest)
            head = registry.ask("HEAD", f"/v2/web/manifests/{reference}")
            assert (head.status, head.body) == (200, b"")
            assert head.headers["content-length"] == str(len(manifest))


def test_a_tag_moves_to_the_image_pushed_last(registry: Running) -> None:
    first, second = push_image(registry, "moving"), push_image(registry, "moving")
    assert registry.ask("GET", "/v2/web/manifests/moving").body == second
    assert registry.ask("GET", f"/v2/web/manifests/{digest_of(first)}").body == first


def test_a_client_is_never_sent_a_type_it_does_not_accept(registry: Running) -> None:
    push_image(registry, "oci", kind=OCI_MANIFEST)
    path = "/v2/web/manifests/oci"
    both = f"{DOCKER_MANIFEST}, {OCI_MANIFEST};q=0.5"
    assert registry.ask("GET", path, Accept=both).headers["content-type"] == OCI_MANIFEST
    assert registry.ask("GET", path, Accept="*/*").status == 200
    assert registry.ask("GET", path, Accept=DOCKER_MANIFEST).code == "MANIFEST_UNKNOWN"


def test_a_manifest_may_not_come_before_its_layers(registry: Running) -> None:
    answer = put(registry, "early", a_manifest(b"never pushed"), OCI_MANIFEST)
    digest = digest_of(b"never pushed")
    assert (answer.status, answer.code) == (404, "MANIFEST_BLOB_UNKNOWN")
    assert answer.message == (
        f"Layers with digests '[{digest}]' required for pushing image into repository with name "
        "'web' in the registry with id '000000000000' do not exist"
    )


def test_an_index_lists_manifests_that_are_there(registry: Running) -> None:
    child = push_image(registry, None, kind=OCI_MANIFEST)
    for kind in (OCI_INDEX, DOCKER_LIST):
        index = an_index(child, kind=kind)
        assert put(registry, "many", index, kind).status == 201
        answer = registry.ask("GET", "/v2/web/manifests/many")
        assert (answer.body, answer.headers["content-type"]) == (index, kind)
    missing = put(registry, "many", an_index(b"nothing"), OCI_INDEX)
    assert (missing.status, missing.code) == (404, "MANIFEST_BLOB_UNKNOWN")


def test_a_manifest_put_by_another_digest_is_refused(registry: Running) -> None:
    push_blob(registry, b"{}")
    answer = put(registry, digest_of(b"other"), a_manifest(b"{}"), OCI_MANIFEST)
    assert (answer.status, answer.code) == (400, "DIGEST_INVALID")


def test_what_is_no_manifest_is_refused(registry: Running) -> None:
    config = a_descriptor(b"{}", CONFIG_TYPE)
    for body in (
        b"not json",
        b"\xff\xfe",
        b"[]",
        json.dumps({"schemaVersion": 1}).encode(),
        json.dumps({"schemaVersion": 2, "layers": []}).encode(),
        json.dumps({"schemaVersion": 2, "config": config, "layers": [{}]}).encode(),
        json.dumps({"schemaVersion": 2, "mediaType": "text/plain"}).encode(),
        b"[" * 200_000,
    ):
        answer = put(registry, "odd", body, OCI_MANIFEST)
        assert (answer.status, answer.code) == (400, "MANIFEST_INVALID"), body[:80]


def test_a_manifest_that_is_too_long_is_refused(registry: Running) -> None:
    answer = put(registry, "long", b" " * 4_194_305, OCI_MANIFEST)
    assert (answer.status, answer.code) == (413, "SIZE_INVALID")


def test_a_tag_that_is_no_tag_is_refused(registry: Running) -> None:
    push_blob(registry, b"{}")
    answer = put(registry, "-no", a_manifest(b"{}"), OCI_MANIFEST)
    assert (answer.status, answer.code) == (400, "TAG_INVALID")


def test_tags_are_listed_in_order_by_pages(registry: Running) -> None:
    registry.ecr().create_repository(repositoryName="paged")
    for tag in ("b", "d", "a", "c", "e"):
        push_image(registry, tag, name="paged")
    assert registry.ask("GET", "/v2/paged/tags/list").json == {
        "name": "paged",
        "tags": ["a", "b", "c", "d", "e"],
    }
    path: str | None = "/v2/paged/tags/list?n=2"
    seen = []
    while path is not None:
        answer = registry.ask("GET", path)
        seen.append(answer.json["tags"])
        link = answer.headers.get("link")
        path = None if link is None else link.partition(">")[0].removeprefix("<")
    assert seen == [["a", "b"], ["c", "d"], ["e"]]
    assert registry.ask("GET", "/v2/paged/tags/list?n=0").json["tags"] == []
    assert registry.ask("GET", "/v2/paged/tags/list?n=x").status == 400


def test_deleting_by_digest_takes_the_tags_along(registry: Running) -> None:
    manifest = push_image(registry, "gone-1")
    put(registry, "gone-2", manifest, DOCKER_MANIFEST)
    assert registry.ask("DELETE", f"/v2/web/manifests/{digest_of(manifest)}").status == 202
    for reference in ("gone-1", "gone-2", digest_of(manifest)):
        answer = registry.ask("GET", f"/v2/web/manifests/{reference}")
        assert (answer.code, answer.message) == ("MANIFEST_UNKNOWN", "Requested image not found")


def test_deleting_a_tag_leaves_the_image_to_its_other_tags(registry: Running) -> None:
    manifest = push_image(registry, "stays")
    put(registry, "goes", manifest, DOCKER_MANIFEST)
    assert registry.ask("DELETE", "/v2/web/manifests/goes").status == 202
    assert registry.ask("GET", "/v2/web/manifests/goes").status == 404
    assert registry.ask("GET", "/v2/web/manifests/stays").body == manifest


def test_an_image_that_an_index_lists_can_not_go_first(registry: Running) -> None:
    child = push_image(registry, None, kind=OCI_MANIFEST)
    index = an_index(child)
    put(registry, "family", index, OCI_INDEX)
    answer = registry.ask("DELETE", f"/v2/web/manifests/{digest_of(child)}")
    assert answer.message == f"Requested image referenced by manifest list: [{digest_of(index)}]"
    registry.ask("DELETE", "/v2/web/manifests/family")
    assert registry.ask("DELETE", f"/v2/web/manifests/{digest_of(child)}").status == 202


def test_an_immutable_tag_stays_where_it_is(registry: Running) -> None:
    registry.ecr().create_repository(repositoryName="firm", imageTagMutability="IMMUTABLE")
    first = push_image(registry, "v1", name="firm")
    config = os.urandom(30)
    push_blob(registry, config, "firm")
    answer = put(registry, "v1", a_manifest(config), OCI_MANIFEST, "firm")
    assert (answer.status, answer.code) == (400, "TAG_INVALID")
    assert answer.message == (
        "The image tag 'v1' already exists in the 'firm' repository "
        "and cannot be overwritten because the tag is immutable."
    )
    assert registry.ask("GET", "/v2/firm/manifests/v1").body == first


def test_referrers_are_found_by_their_subject_and_type(registry: Running) -> None:
    subject = push_image(registry, "signed", kind=OCI_MANIFEST)
    about = a_descriptor(subject, OCI_MANIFEST)
    push_blob(registry, b"{}")
    kinds = ("application/x-signature", "application/x-sbom")
    for kind in kinds:
        manifest = a_manifest(
            b"{}", subject=about, artifactType=kind, annotations={"made.by": "a test"}
        )
        answer = put(registry, digest_of(manifest), manifest, OCI_MANIFEST)
        assert answer.headers["oci-subject"] == digest_of(subject)
    path = f"/v2/web/referrers/{digest_of(subject)}"
    answer = registry.ask("GET", path)
    assert answer.headers["content-type"] == OCI_INDEX
    found = answer.json["manifests"]
    assert [entry["artifactType"] for entry in found] == list(kinds)
    assert found[0]["annotations"] == {"made.by": "a test"}
    answer = registry.ask("GET", f"{path}?artifactType={kinds[1]}")
    assert [entry["artifactType"] for entry in answer.json["manifests"]] == [kinds[1]]
    assert answer.headers["oci-filters-applied"] == "artifactType"
    assert registry.ask("GET", f"/v2/web/referrers/{digest_of(b'?')}").json["manifests"] == []
