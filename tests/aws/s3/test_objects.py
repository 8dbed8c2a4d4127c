"""Objects through boto3 over a real socket: written, read, listed, copied, in parts, by URL."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import urllib.error
import urllib.request
import zlib
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ClientError

from seaway.aws.s3.checksums import new_checksum
from seaway.core.buckets import StoredObject, UploadPart
from seaway.store.objects import named_files

from .conftest import Served

MIB = 1 << 20


def refused(call: Any, **request: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**request)
    return str(caught.value.response["Error"]["Code"])


def body(s3: Any, key: str, **more: Any) -> bytes:
    found: bytes = s3.get_object(Bucket="cats", Key=key, **more)["Body"].read()
    return found


def test_what_is_put_is_got_back_with_all_that_was_said_of_it(s3: Any) -> None:
    put = s3.put_object(
        Bucket="cats",
        Key="a/ü b+c.txt",
        Body=b"purr",
        ContentType="text/plain",
        CacheControl="max-age=5",
        Metadata={"colour": "tabby"},
        Tagging="owner=us&x=1",
    )
    assert put["ETag"] == f'"{hashlib.md5(b"purr").hexdigest()}"'
    crc = base64.b64encode(zlib.crc32(b"purr").to_bytes(4, "big")).decode()
    assert put["ChecksumCRC32"] == crc
    got = s3.get_object(Bucket="cats", Key="a/ü b+c.txt")
    assert got["Body"].read() == b"purr"
    assert (got["ContentType"], got["CacheControl"]) == ("text/plain", "max-age=5")
    assert (got["Metadata"], got["ChecksumCRC32"]) == ({"colour": "tabby"}, crc)
    head = s3.head_object(Bucket="cats", Key="a/ü b+c.txt")
    assert (head["ContentLength"], head["ETag"]) == (4, put["ETag"])
    tags = s3.get_object_tagging(Bucket="cats", Key="a/ü b+c.txt")["TagSet"]
    assert tags == [{"Key": "owner", "Value": "us"}, {"Key": "x", "Value": "1"}]


def test_a_large_body_passes_through_files(s3: Any) -> None:
    data = os.urandom(5 * MIB + 3)
    s3.put_object(Bucket="cats", Key="big", Body=data)
    assert body(s3, "big") == data
    s3.put_object(Bucket="cats", Key="empty", Body=b"")
    assert body(s3, "empty") == b""


@pytest.mark.parametrize(
    ("asked", "found"),
    [("bytes=2-4", b"234"), ("bytes=7-", b"789"), ("bytes=-2", b"89"), ("bytes=5-99", b"56789")],
)
def test_a_range_is_a_part_of_it(s3: Any, asked: str, found: bytes) -> None:
    s3.put_object(Bucket="cats", Key="n", Body=b"0123456789")
    got = s3.get_object(Bucket="cats", Key="n", Range=asked)
    assert got["Body"].read() == found
    assert got["ResponseMetadata"]["HTTPStatusCode"] == 206
    assert got["ContentRange"].endswith("/10")
    assert refused(s3.get_object, Bucket="cats", Key="n", Range="bytes=10-") == "InvalidRange"


def test_conditions_hold_for_readers_and_writers(s3: Any) -> None:
    etag = s3.put_object(Bucket="cats", Key="n", Body=b"1")["ETag"]
    assert refused(s3.get_object, Bucket="cats", Key="n", IfNoneMatch=etag) == "304"
    assert refused(s3.get_object, Bucket="cats", Key="n", IfMatch='"x"') == "PreconditionFailed"
    assert refused(s3.put_object, Bucket="cats", Key="n", Body=b"2", IfNoneMatch="*") == (
        "PreconditionFailed"
    )
    s3.put_object(Bucket="cats", Key="n", Body=b"2", IfMatch=etag)
    assert refused(s3.put_object, Bucket="cats", Key="n", Body=b"3", IfMatch=etag) == (
        "PreconditionFailed"
    )
    assert body(s3, "n") == b"2"


@pytest.mark.parametrize("algorithm", ["CRC32", "SHA1", "SHA256"])
def test_a_checksum_is_verified_and_kept(s3: Any, algorithm: str) -> None:
    put = s3.put_object(Bucket="cats", Key="n", Body=b"purr", ChecksumAlgorithm=algorithm)
    head = s3.head_object(Bucket="cats", Key="n", ChecksumMode="ENABLED")
    assert head[f"Checksum{algorithm}"] == put[f"Checksum{algorithm}"]
    wrong = {f"Checksum{algorithm}": "AAAAAA=="}
    assert refused(s3.put_object, Bucket="cats", Key="n", Body=b"other", **wrong) == "BadDigest"
    assert refused(
        s3.put_object, Bucket="cats", Key="n", Body=b"x", ContentMD5="A" * 22 + "=="
    ) == ("BadDigest")
    assert body(s3, "n") == b"purr"


def test_checksums_the_library_lacks_are_those_of_the_world() -> None:
    # The check values of CRC-32/ISCSI and CRC-64/NVME in the catalogue of CRC algorithms.
    for algorithm, value in (("crc32c", "e3069283"), ("crc64nvme", "ae8b14860a799888")):
        checksum = new_checksum(algorithm)
        checksum.update(b"1234")
        checksum.update(b"56789")
        assert checksum.digest().hex() == value


def chunked(served: Served, *parts: bytes, trailer: str = "", length: int | None = None) -> Any:
    """A PUT as newer SDKs send streams: aws-chunked, with a checksum behind."""
    sent = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)
    sent += b"0\r\n" + trailer.encode() + b"\r\n"
    connection = HTTPConnection("127.0.0.1", served.port)
    scope = "AWS4-HMAC-SHA256 Credential=k/20261123/us-east-1/s3/aws4_request"
    headers = {
        "Authorization": f"{scope}, SignedHeaders=host, Signature=0",
        "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        "Content-Encoding": "aws-chunked",
        "x-amz-trailer": "x-amz-checksum-crc32",
        "x-amz-decoded-content-length": str(sum(map(len, parts)) if length is None else length),
    }
    connection.request("PUT", "/cats/stream", body=sent, headers=headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


def test_a_chunked_body_with_its_checksum_behind_is_decoded(served: Served, s3: Any) -> None:
    crc = base64.b64encode(zlib.crc32(b"purrmeow").to_bytes(4, "big")).decode()
    assert chunked(served, b"purr", b"meow", trailer=f"x-amz-checksum-crc32:{crc}\r\n")[0] == 200
    assert body(s3, "stream") == b"purrmeow"
    assert "ContentEncoding" not in s3.head_object(Bucket="cats", Key="stream")
    status, text = chunked(served, b"other", trailer=f"x-amz-checksum-crc32:{crc}\r\n")
    assert (status, "BadDigest" in text) == (400, True)
    status, text = chunked(served, b"other", length=9)
    assert (status, "IncompleteBody" in text) == (400, True)
    assert body(s3, "stream") == b"purrmeow"


def test_parts_become_one_object(s3: Any) -> None:
    first, second = os.urandom(5 * MIB), b"end"
    where = {"Bucket": "cats", "Key": "parts"}
    begun = s3.create_multipart_upload(**where, ContentType="text/x", Metadata={"a": "b"})
    where["UploadId"] = begun["UploadId"]
    tags = [
        s3.upload_part(**where, PartNumber=number, Body=data)["ETag"]
        for number, data in ((1, b"replaced"), (1, first), (2, second))
    ][1:]
    assert [p["Size"] for p in s3.list_parts(**where)["Parts"]] == [5 * MIB, 3]
    assert len(s3.list_multipart_uploads(Bucket="cats")["Uploads"]) == 1
    parts = [{"PartNumber": n, "ETag": tag} for n, tag in enumerate(tags, 1)]
    turned = {"Parts": parts[::-1]}
    assert refused(s3.complete_multipart_upload, **where, MultipartUpload=turned) == (
        "InvalidPartOrder"
    )
    strange = {"Parts": [{"PartNumber": 1, "ETag": "x"}]}
    assert refused(s3.complete_multipart_upload, **where, MultipartUpload=strange) == "InvalidPart"
    done = s3.complete_multipart_upload(**where, MultipartUpload={"Parts": parts})
    md5 = hashlib.md5(hashlib.md5(first).digest() + hashlib.md5(second).digest()).hexdigest()
    assert done["ETag"] == f'"{md5}-2"'
    assert body(s3, "parts") == first + second
    assert s3.head_object(Bucket="cats", Key="parts")["ContentType"] == "text/x"
    assert refused(s3.list_parts, **where) == "NoSuchUpload"


def test_parts_that_are_too_small_and_uploads_given_up_leave_nothing(
    served: Served, s3: Any
) -> None:
    where = {"Bucket": "cats", "Key": "parts"}
    where["UploadId"] = s3.create_multipart_upload(**where)["UploadId"]
    tags = [s3.upload_part(**where, PartNumber=n, Body=b"x")["ETag"] for n in (1, 2)]
    parts = [{"PartNumber": n, "ETag": tag} for n, tag in enumerate(tags, 1)]
    assert refused(s3.complete_multipart_upload, **where, MultipartUpload={"Parts": parts}) == (
        "EntityTooSmall"
    )
    s3.abort_multipart_upload(**where)
    with served.store.transaction() as tx:
        assert tx.where(UploadPart) == []


def test_the_transfer_manager_works_unchanged(s3: Any) -> None:
    data = os.urandom(17 * MIB)
    s3.upload_fileobj(io.BytesIO(data), "cats", "large")
    assert "-" in s3.head_object(Bucket="cats", Key="large")["ETag"]
    back = io.BytesIO()
    s3.download_fileobj("cats", "large", back)
    assert back.getvalue() == data


def test_objects_are_listed_by_prefix_and_folder_in_pages(s3: Any) -> None:
    for key in ("a", "b/1", "b/2", "c/1", "d&é"):
        s3.put_object(Bucket="cats", Key=key, Body=b"x")

    def listed(**request: Any) -> list[str]:
        pages = s3.get_paginator("list_objects_v2").paginate(
            Bucket="cats", PaginationConfig={"PageSize": 1}, **request
        )
        return [
            one.get("Key") or one["Prefix"]
            for page in pages
            for one in page.get("Contents", []) + page.get("CommonPrefixes", [])
        ]

    assert listed() == ["a", "b/1", "b/2", "c/1", "d&é"]
    assert listed(Delimiter="/") == ["a", "b/", "c/", "d&é"]
    assert listed(Prefix="b/", Delimiter="/") == ["b/1", "b/2"]
    assert listed(StartAfter="b/1") == ["b/2", "c/1", "d&é"]
    old = s3.list_objects(Bucket="cats", Delimiter="/", MaxKeys=2)
    assert (old["IsTruncated"], old["NextMarker"]) == (True, "b/")
    rest = s3.list_objects(Bucket="cats", Delimiter="/", Marker="b/")
    assert [one["Prefix"] for one in rest["CommonPrefixes"]] == ["c/"]
    assert [one["Key"] for one in rest["Contents"]] == ["d&é"]
    assert rest["Contents"][0]["Size"] == 1


def test_a_copy_shares_the_bytes_and_outlives_the_source(served: Served, s3: Any) -> None:
    s3.put_object(Bucket="cats", Key="a", Body=b"purr", Metadata={"x": "1"})
    s3.copy_object(Bucket="cats", Key="b", CopySource="cats/a")
    s3.copy_object(
        Bucket="cats",
        Key="c",
        CopySource={"Bucket": "cats", "Key": "a"},
        Metadata={"y": "2"},
        MetadataDirective="REPLACE",
    )
    s3.delete_object(Bucket="cats", Key="a")
    with served.store.transaction() as tx:
        named = named_files(tx)
    served.files.sweep(named, float("inf"))
    assert (body(s3, "b"), body(s3, "c")) == (b"purr", b"purr")
    assert s3.head_object(Bucket="cats", Key="b")["Metadata"] == {"x": "1"}
    assert s3.head_object(Bucket="cats", Key="c")["Metadata"] == {"y": "2"}
    assert refused(s3.copy_object, Bucket="cats", Key="b", CopySource="cats/b") == "InvalidRequest"


def test_what_nobody_names_is_swept(served: Served, s3: Any) -> None:
    s3.put_object(Bucket="cats", Key="a", Body=b"1")
    s3.put_object(Bucket="cats", Key="a", Body=b"2")
    with served.store.transaction() as tx:
        named = named_files(tx)
    served.files.sweep(named, 0.0)  # too young to go
    assert len(files_of(served)) == 2
    served.files.sweep(named, float("inf"))
    assert files_of(served) == named
    assert body(s3, "a") == b"2"


def files_of(served: Served) -> set[str]:
    return {path.name for path in (served.directory / "objects").rglob("*") if path.is_file()}


def test_a_body_that_breaks_off_leaves_nothing(served: Served, s3: Any) -> None:
    connection = HTTPConnection("127.0.0.1", served.port)
    scope = "AWS4-HMAC-SHA256 Credential=k/20261123/us-east-1/s3/aws4_request"
    connection.putrequest("PUT", "/cats/half")
    connection.putheader("Authorization", f"{scope}, SignedHeaders=host, Signature=0")
    connection.putheader("Content-Length", "100")
    connection.endheaders(b"only this")
    connection.close()
    # The next request is answered after the broken one was noticed or not: nothing either way.
    assert refused(s3.get_object, Bucket="cats", Key="half") == "NoSuchKey"
    with served.store.transaction() as tx:
        assert tx.where(StoredObject) == []


def test_several_are_dropped_at_once(s3: Any) -> None:
    for key in ("a", "b"):
        s3.put_object(Bucket="cats", Key=key, Body=b"x")
    gone = s3.delete_objects(
        Bucket="cats", Delete={"Objects": [{"Key": "a"}, {"Key": "b"}, {"Key": "none"}]}
    )
    assert [one["Key"] for one in gone["Deleted"]] == ["a", "b", "none"]
    assert "Contents" not in s3.list_objects_v2(Bucket="cats")


def test_what_a_presigned_url_says_in_its_query_is_as_good_as_a_header(
    served: Served, s3: Any
) -> None:
    url = s3.generate_presigned_url("put_object", Params={"Bucket": "cats", "Key": "a"})

    def put(more: str) -> int:
        request = urllib.request.Request(url + more, data=b"x", method="PUT")
        with urllib.request.urlopen(request) as answer:
            return int(answer.status)

    assert put("&x-amz-meta-colour=red&x-amz-tagging=team%3Dus") == 200
    assert s3.get_object(Bucket="cats", Key="a")["Metadata"] == {"colour": "red"}
    assert s3.get_object_tagging(Bucket="cats", Key="a")["TagSet"] == [
        {"Key": "team", "Value": "us"}
    ]
    with pytest.raises(urllib.error.HTTPError, match="501"):
        put("&X-Amz-Acl=public-read")


@pytest.mark.parametrize("version", ["s3", "s3v4"])
def test_a_presigned_url_lets_read_and_write(served: Served, s3: Any, version: str) -> None:
    known = served.client(key="ASIAKNOWN", secret="known", signature_version=version)
    where = {"Bucket": "cats", "Key": "a b"}
    put = known.generate_presigned_url("put_object", Params=where)
    split = urlsplit(put)
    connection = HTTPConnection("127.0.0.1", served.port)
    connection.request("PUT", f"{split.path}?{split.query}", b"purr")
    assert connection.getresponse().status == 200
    connection.close()
    get = known.generate_presigned_url("get_object", Params=where)
    with urllib.request.urlopen(get) as answer:
        assert answer.read() == b"purr"
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(get.replace("a%20b", "other"))
    assert caught.value.code == 403
    caught.value.close()
    known.close()


def test_a_signature_has_to_be_right_and_the_body_the_signed_one(served: Served, s3: Any) -> None:
    right = served.client(key="ASIAKNOWN", secret="known")
    right.put_object(Bucket="cats", Key="a", Body=b"1")
    wrong = served.client(key="ASIAKNOWN", secret="other")
    assert refused(wrong.put_object, Bucket="cats", Key="a", Body=b"2") == "SignatureDoesNotMatch"
    right.meta.events.register("before-send.s3", change_body)
    assert refused(right.put_object, Bucket="cats", Key="a", Body=b"2") in (
        "XAmzContentSHA256Mismatch",
        "BadDigest",
    )
    assert body(s3, "a") == b"1"
    right.close()
    wrong.close()
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(f"http://127.0.0.1:{served.port}/cats/a")
    assert caught.value.code == 403
    caught.value.close()


def change_body(request: Any, **_: Any) -> None:
    request.body = b"3"


def test_a_bucket_can_be_in_the_hosts_name(served: Served, s3: Any) -> None:
    s3.put_object(Bucket="cats", Key="k", Body=b"purr")
    for host in ("cats.s3.localhost", "cats.s3.us-east-1.localhost", "cats.localhost"):
        connection = HTTPConnection("127.0.0.1", served.port)
        scope = "AWS4-HMAC-SHA256 Credential=k/20261123/us-east-1/s3/aws4_request"
        headers = {
            "Host": f"{host}:{served.port}",
            "Authorization": f"{scope}, SignedHeaders=host, Signature=0",
        }
        connection.request("GET", "/k", headers=headers)
        assert connection.getresponse().read() == b"purr"
        connection.close()


@pytest.mark.parametrize(
    "said",
    [
        {"ServerSideEncryption": "aws:kms"},
        {"StorageClass": "GLACIER"},
        {"ACL": "public-read"},
        {"ObjectLockMode": "GOVERNANCE"},
        {"WebsiteRedirectLocation": "/x"},
    ],
)
def test_what_is_not_done_here_is_refused_by_name(s3: Any, said: dict[str, str]) -> None:
    with pytest.raises(ClientError) as caught:
        s3.put_object(Bucket="cats", Key="a", Body=b"x", **said)
    error = caught.value.response["Error"]
    assert error["Code"] == "NotImplemented"
    assert "x-amz-" in error["Message"]
