"""Blobs over HTTP, as the OCI distribution specification asks."""

from __future__ import annotations

import base64
import os
import socket
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from seaway.core.manifest import digest_of
from tests.registry.disk import no_file_longer_than
from tests.registry.images import a_manifest, push_blob, put_manifest
from tests.registry.running import Running

UPLOADS = "/v2/web/blobs/uploads/"


def begin(registry: Running, path: str = UPLOADS) -> str:
    answer = registry.ask("POST", path)
    assert answer.status == 202
    assert answer.headers["range"] == "0-0"
    return answer.headers["location"]


def test_a_blob_pushed_whole_comes_back_the_same(registry: Running) -> None:
    content = os.urandom(5000)
    digest = push_blob(registry, content)
    answer = registry.ask("GET", f"/v2/web/blobs/{digest}")
    assert (answer.status, answer.body) == (200, content)
    assert answer.headers["docker-content-digest"] == digest
    assert answer.headers["docker-distribution-api-version"] == "registry/2.0"


def test_a_blob_may_be_put_whole_after_a_post(registry: Running) -> None:
    content = os.urandom(5000)
    location = begin(registry)
    answer = registry.ask("PUT", f"{location}?digest={digest_of(content)}", content)
    assert answer.status == 201
    assert registry.ask("GET", answer.headers["location"]).body == content


def test_the_empty_blob_is_a_blob(registry: Running) -> None:
    digest = push_blob(registry, b"")
    answer = registry.ask("GET", f"/v2/web/blobs/{digest}")
    assert (answer.status, answer.body) == (200, b"")


def test_head_tells_the_size_without_a_body(registry: Running) -> None:
    digest = push_blob(registry, b"x" * 77)
    answer = registry.ask("HEAD", f"/v2/web/blobs/{digest}")
    assert (answer.status, answer.headers["content-length"], answer.body) == (200, "77", b"")


@settings(max_examples=25, deadline=None)
@given(pieces=st.lists(st.binary(max_size=300), max_size=6), last=st.binary(max_size=300))
def test_any_split_into_chunks_gives_the_same_blob(
    registry: Running, pieces: list[bytes], last: bytes
) -> None:
    location, sent = begin(registry), 0
    for piece in pieces:
        span = f"{sent}-{sent + len(piece) - 1}" if piece else None
        answer = registry.ask("PATCH", location, piece, Content_Range=span)
        sent += len(piece)
        assert answer.status == 202
        assert answer.headers["range"] == f"0-{max(0, sent - 1)}"
        location = answer.headers["location"]
    whole = b"".join(pieces) + last
    digest = digest_of(whole)
    assert registry.ask("PUT", f"{location}?digest={digest}", last).status == 201
    assert registry.ask("GET", f"/v2/web/blobs/{digest}").body == whole


def test_a_streamed_body_without_a_length_is_one_chunk(registry: Running) -> None:
    parts = [os.urandom(100_000) for _ in range(30)]
    location = begin(registry)
    answer = registry.ask("PATCH", location, iter(parts))
    assert answer.headers["range"] == "0-2999999"
    digest = digest_of(b"".join(parts))
    assert registry.ask("PUT", f"{location}?digest={digest}").status == 201


def test_a_chunk_that_does_not_follow_is_refused_with_the_place_to_go_on(
    registry: Running,
) -> None:
    location = begin(registry)
    registry.ask("PATCH", location, b"12345", Content_Range="0-4")
    answer = registry.ask("PATCH", location, b"later", Content_Range="9-13")
    assert (answer.status, answer.headers["range"]) == (416, "0-4")
    assert registry.ask("PATCH", location, b"6", Content_Range="5-5").status == 202


def test_a_chunk_shorter_than_it_says_is_refused_but_kept(registry: Running) -> None:
    location = begin(registry)
    answer = registry.ask("PATCH", location, b"123", Content_Range="0-9")
    assert (answer.status, answer.code) == (400, "SIZE_INVALID")
    assert registry.ask("GET", location).headers["range"] == "0-2"


def test_a_client_that_goes_away_may_go_on_where_it_was(registry: Running) -> None:
    location = begin(registry)
    with socket.create_connection(("127.0.0.1", registry.port)) as wire:
        head = f"PATCH {location} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n"
        wire.sendall(f"{head}Authorization: {login(registry)}\r\n\r\n".encode() + b"a" * 40)
        wire.shutdown(socket.SHUT_WR)
        # Closed by the other side: what came has been taken in.
        while wire.recv(4096):
            pass
    # The question waits until the broken request has let go of the upload.
    assert registry.ask("GET", location).headers["range"] == "0-39"
    digest = digest_of(b"a" * 40 + b"b" * 60)
    answer = registry.ask("PUT", f"{location}?digest={digest}", b"b" * 60, Content_Range="40-99")
    assert answer.status == 201


def login(registry: Running) -> str:
    return "Basic " + base64.b64encode(f"AWS:{registry.token}".encode()).decode()


def test_content_of_another_digest_is_refused_and_its_upload_is_gone(registry: Running) -> None:
    location = begin(registry)
    answer = registry.ask("PUT", f"{location}?digest={digest_of(b'this')}", b"that")
    assert (answer.status, answer.code) == (400, "DIGEST_INVALID")
    assert registry.ask("GET", location).code == "BLOB_UPLOAD_UNKNOWN"
    assert registry.ask("HEAD", f"/v2/web/blobs/{digest_of(b'this')}").status == 404


def test_a_cancelled_upload_is_gone(registry: Running) -> None:
    location = begin(registry)
    assert registry.ask("DELETE", location).status == 204
    assert registry.ask("PATCH", location, b"x").status == 404


def test_an_upload_belongs_to_its_repository(registry: Running) -> None:
    registry.ecr().create_repository(repositoryName="not-web")
    location = begin(registry).replace("/web/", "/not-web/")
    assert registry.ask("PATCH", location, b"x").code == "BLOB_UPLOAD_UNKNOWN"


def test_upload_names_that_are_no_names_find_nothing(registry: Running) -> None:
    assert registry.ask("GET", UPLOADS + "..%2f..%2fseaway.db").status in (400, 404)
    assert registry.ask("GET", UPLOADS + "x" * 36).code == "BLOB_UPLOAD_UNKNOWN"


def test_ranges_of_a_blob(registry: Running) -> None:
    digest = push_blob(registry, bytes(range(100)))
    path = f"/v2/web/blobs/{digest}"
    for asked, start, stop in [
        ("bytes=10-19", 10, 20),
        ("bytes=90-", 90, 100),
        ("bytes=-5", 95, 100),
        ("bytes=95-200", 95, 100),
    ]:
        answer = registry.ask("GET", path, Range=asked)
        assert (answer.status, answer.body) == (206, bytes(range(start, stop)))
        assert answer.headers["content-range"] == f"bytes {start}-{stop - 1}/100"
    assert registry.ask("GET", path, Range="bytes=100-").status == 416
    assert registry.ask("GET", path, Range="bytes=0-1,5-6").status == 200


def test_a_layer_is_mounted_from_another_repository(registry: Running) -> None:
    registry.ecr().create_repository(repositoryName="team/other")
    digest = push_blob(registry, b"shared layer")
    assert registry.ask("HEAD", f"/v2/team/other/blobs/{digest}").status == 404
    path = "/v2/team/other/blobs/uploads/"
    answer = registry.ask("POST", f"{path}?mount={digest}&from=web")
    assert answer.status == 201
    assert registry.ask("GET", answer.headers["location"]).body == b"shared layer"


def test_a_mount_of_what_is_not_there_becomes_an_upload(registry: Running) -> None:
    answer = registry.ask("POST", f"{UPLOADS}?mount={digest_of(b'nowhere')}&from=nobody")
    assert answer.status == 202
    assert "/blobs/uploads/" in answer.headers["location"]


def test_a_blob_of_no_image_can_be_deleted_and_one_of_an_image_can_not(registry: Running) -> None:
    digest = push_blob(registry, b"lonely")
    assert registry.ask("DELETE", f"/v2/web/blobs/{digest}").status == 202
    assert registry.ask("GET", f"/v2/web/blobs/{digest}").code == "BLOB_UNKNOWN"
    push_blob(registry, b"{}")
    manifest = a_manifest(b"{}")
    put_manifest(registry, "holds", manifest, "application/vnd.oci.image.manifest.v1+json")
    answer = registry.ask("DELETE", f"/v2/web/blobs/{digest_of(b'{}')}")
    assert (answer.status, answer.code) == (405, "UNSUPPORTED")


def test_what_is_no_digest_is_said_to_be_none(registry: Running) -> None:
    assert registry.ask("GET", "/v2/web/blobs/sha256:xyz").code == "DIGEST_INVALID"
    assert registry.ask("POST", f"{UPLOADS}?digest=md5:00", b"").code == "DIGEST_INVALID"


def test_an_upload_is_finished_only_under_a_digest(registry: Running) -> None:
    location = begin(registry)
    answer = registry.ask("PUT", location, b"content")
    assert (answer.status, answer.code) == (400, "DIGEST_INVALID")
    digest = digest_of(b"content")
    assert registry.ask("PUT", f"{location}?digest={digest}", b"content").status == 201


def test_a_full_disk_is_said_and_the_push_goes_on_when_there_is_room(registry: Running) -> None:
    location, content = begin(registry), os.urandom(90_000)
    with no_file_longer_than(50_000):
        answer = registry.ask("PATCH", location, content)
    assert (answer.status, answer.code) == (500, "UNKNOWN")
    assert "File too large" in answer.message
    assert registry.ask("GET", location).headers["range"] == "0-49999"
    digest = digest_of(content)
    answer = registry.ask("PUT", f"{location}?digest={digest}", content[50_000:])
    assert answer.status == 201


def test_an_upload_goes_on_after_a_restart(tmp_path: Path) -> None:
    content = os.urandom(3_000_000)
    with Running(tmp_path) as before:
        before.ecr().create_repository(repositoryName="web")
        location = begin(before)
        before.ask("PATCH", location, content[:2_000_000])
    with Running(tmp_path) as after:
        assert after.ask("GET", location).headers["range"] == "0-1999999"
        digest = digest_of(content)
        answer = after.ask("PUT", f"{location}?digest={digest}", content[2_000_000:])
        assert answer.status == 201
        assert after.ask("GET", f"/v2/web/blobs/{digest}").body == content
