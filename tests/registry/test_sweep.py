"""What is cleared away, and what is not."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from seaway.core.manifest import DOCKER_MANIFEST, digest_of
from seaway.registry.blobs import BlobStore
from seaway.registry.pushes import Pushes
from seaway.registry.sweep import GRACE, Sweep
from seaway.store.sqlite import SqliteStore
from tests.registry.images import a_manifest, push_blob, push_image, put_manifest
from tests.registry.running import Clock, Running


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Running]:
    with Running(tmp_path, clock=Clock()) as running:
        for name in ("web", "other"):
            running.ecr().create_repository(repositoryName=name)
        yield running


def kept(registry: Running) -> set[str]:
    return set(registry.blobs.digests())


def test_the_blobs_of_a_deleted_image_go(own: Running) -> None:
    push_image(own, "v1")
    assert len(kept(own)) == 2
    own.ecr().batch_delete_image(repositoryName="web", imageIds=[{"imageTag": "v1"}])
    own.sweep()
    assert kept(own) == set()


def test_a_deletion_is_swept_by_itself(own: Running) -> None:
    push_image(own, "v1")
    own.ask("DELETE", "/v2/web/manifests/v1")
    deadline = time.monotonic() + 20
    while kept(own):
        assert time.monotonic() < deadline, "nothing was swept"


def test_a_blob_that_another_image_needs_stays(own: Running) -> None:
    push_blob(own, b"{}")
    push_blob(own, b"layer")
    put_manifest(own, "a", a_manifest(b"{}", b"layer", kind=DOCKER_MANIFEST), DOCKER_MANIFEST)
    put_manifest(own, "b", a_manifest(b"{}", kind=DOCKER_MANIFEST), DOCKER_MANIFEST)
    own.ask("DELETE", "/v2/web/manifests/a")
    own.sweep()
    assert kept(own) == {digest_of(b"{}")}
    assert own.ask("GET", "/v2/web/manifests/b").status == 200


def test_a_blob_that_another_repository_needs_stays(own: Running) -> None:
    for name in ("web", "other"):
        push_blob(own, b"{}", name)
        manifest = a_manifest(b"{}", kind=DOCKER_MANIFEST)
        put_manifest(own, "v1", manifest, DOCKER_MANIFEST, name)
    own.ecr().delete_repository(repositoryName="web", force=True)
    own.sweep()
    assert own.ask("GET", f"/v2/other/blobs/{digest_of(b'{}')}").body == b"{}"


def test_a_push_in_progress_keeps_its_layers_for_a_day(own: Running) -> None:
    digest = push_blob(own, b"its manifest comes later")
    own.sweep()
    own.clock.ahead = GRACE - 60
    own.sweep()
    assert kept(own) == {digest}
    own.clock.ahead = GRACE + 60
    own.sweep()
    assert kept(own) == set()


def test_a_layer_a_client_was_just_told_of_stays_for_its_push(own: Running) -> None:
    push_blob(own, b"{}")
    manifest = a_manifest(b"{}", kind=DOCKER_MANIFEST)
    put_manifest(own, "old", manifest, DOCKER_MANIFEST)
    assert own.ask("HEAD", f"/v2/web/blobs/{digest_of(b'{}')}").status == 200
    own.ask("DELETE", "/v2/web/manifests/old")
    own.sweep()
    assert put_manifest(own, "new", manifest, DOCKER_MANIFEST).status == 201


def test_a_file_no_repository_names_goes_and_an_abandoned_upload_too(own: Running) -> None:
    orphan = own.blobs.path(digest_of(b"orphan"))
    orphan.parent.mkdir(parents=True, exist_ok=True)
    orphan.write_bytes(b"orphan")
    location = own.ask("POST", "/v2/web/blobs/uploads/").headers["location"]
    own.sweep()
    assert kept(own) == set()
    assert own.ask("GET", location).status == 204
    own.clock.ahead = GRACE + 60
    own.token = own.on_loop(own.registry.issue_token)
    own.sweep()
    assert own.ask("GET", location).status == 404


def test_a_blob_that_is_just_arriving_is_not_taken_for_an_orphan(tmp_path: Path) -> None:
    async def story() -> None:
        store = SqliteStore(tmp_path / "seaway.db")
        store.open()
        blobs, pushes = BlobStore(tmp_path / "registry"), Pushes()
        blobs.open()
        path = blobs.path(digest_of(b"arriving"))
        path.parent.mkdir(parents=True)
        path.write_bytes(b"arriving")
        with pushes.arrival(digest_of(b"arriving")):
            await Sweep(store, blobs, pushes).run(now=0.0)
            assert path.exists()
        await Sweep(store, blobs, pushes).run(now=0.0)
        assert not path.exists()
        store.close()

    asyncio.run(story())
