"""Buckets through boto3: made, looked at, tagged, dropped."""

from __future__ import annotations

import urllib.error
import urllib.request
from typing import Any

import pytest
from botocore.exceptions import ClientError

from seaway.core.buckets import Bucket

from .conftest import Served


def refused(call: Any, **request: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**request)
    return str(caught.value.response["Error"]["Code"])


def test_buckets_are_made_listed_and_dropped(s3: Any) -> None:
    s3.create_bucket(Bucket="dogs", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    assert [one["Name"] for one in s3.list_buckets()["Buckets"]] == ["cats", "dogs"]
    assert s3.get_bucket_location(Bucket="dogs")["LocationConstraint"] == "eu-west-1"
    assert s3.get_bucket_location(Bucket="cats")["LocationConstraint"] is None
    assert s3.head_bucket(Bucket="dogs")["BucketRegion"] == "eu-west-1"
    s3.put_object(Bucket="dogs", Key="a", Body=b"x")
    assert refused(s3.delete_bucket, Bucket="dogs") == "BucketNotEmpty"
    s3.delete_object(Bucket="dogs", Key="a")
    s3.delete_bucket(Bucket="dogs")
    assert refused(s3.head_bucket, Bucket="dogs") == "404"
    for call in (s3.delete_bucket, s3.list_objects_v2, s3.get_bucket_location):
        assert refused(call, Bucket="dogs") == "NoSuchBucket"


def test_making_a_bucket_again_is_fine_for_its_owner_only(served: Served, s3: Any) -> None:
    s3.create_bucket(Bucket="cats")
    with served.store.transaction() as tx:
        tx.put(Bucket(name="theirs", account="111111111111", region="us-east-1", created_at=1.0))
    assert refused(s3.create_bucket, Bucket="theirs") == "BucketAlreadyExists"
    assert refused(s3.list_objects_v2, Bucket="theirs") == "AccessDenied"


def test_a_bucket_of_another_owner_than_expected_is_denied(s3: Any) -> None:
    mine, theirs = "000000000000", "111111111111"
    s3.put_object(Bucket="cats", Key="a", Body=b"x", ExpectedBucketOwner=mine)
    source = {"Bucket": "cats", "Key": "a"}
    copy = {"Bucket": "cats", "Key": "b", "CopySource": source}
    s3.copy_object(**copy, ExpectedBucketOwner=mine, ExpectedSourceBucketOwner=mine)
    expected = {"Bucket": "cats", "ExpectedBucketOwner": theirs}
    assert refused(s3.head_bucket, **expected) == "403"
    assert refused(s3.get_object, Key="a", **expected) == "AccessDenied"
    assert refused(s3.put_object, Key="c", Body=b"y", **expected) == "AccessDenied"
    assert refused(s3.create_multipart_upload, Key="c", **expected) == "AccessDenied"
    assert refused(s3.delete_object, Key="a", **expected) == "AccessDenied"
    assert refused(s3.delete_bucket, **expected) == "AccessDenied"
    assert refused(s3.copy_object, **copy, ExpectedSourceBucketOwner=theirs) == "AccessDenied"
    url = s3.generate_presigned_url("get_object", {"Key": "a", **expected})
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(url)
    assert [one["Key"] for one in s3.list_objects_v2(Bucket="cats")["Contents"]] == ["a", "b"]
    # What is no account at all is said first; a bucket that is not there has no owner.
    nobody = refused(s3.head_object, Bucket="cats", Key="a", ExpectedBucketOwner="me")
    assert nobody == "400"
    told = refused(s3.list_objects_v2, Bucket="cats", ExpectedBucketOwner="me")
    assert told == "InvalidBucketOwnerAWSAccountID"
    assert refused(s3.list_objects_v2, Bucket="no", ExpectedBucketOwner=mine) == "NoSuchBucket"


def test_who_pays_changes_nothing(s3: Any) -> None:
    s3.put_object(Bucket="cats", Key="a", Body=b"x", RequestPayer="requester")
    assert s3.get_object(Bucket="cats", Key="a", RequestPayer="requester")["Body"].read() == b"x"


@pytest.mark.parametrize("name", ["No", "a", "192.168.0.1", "a..b", "-a-", "xn--a"])
def test_a_name_is_checked(s3: Any, name: str) -> None:
    s3.meta.events.unregister("before-parameter-build.s3", s3)
    with pytest.raises((ClientError, Exception)) as caught:
        s3.create_bucket(Bucket=name)
    assert "InvalidBucketName" in str(caught.value) or "Invalid bucket name" in str(caught.value)


def test_tags_are_put_and_taken_off(s3: Any) -> None:
    assert refused(s3.get_bucket_tagging, Bucket="cats") == "NoSuchTagSet"
    tags = [{"Key": "owner", "Value": "us"}]
    s3.put_bucket_tagging(Bucket="cats", Tagging={"TagSet": tags})
    assert s3.get_bucket_tagging(Bucket="cats")["TagSet"] == tags
    s3.delete_bucket_tagging(Bucket="cats")
    assert refused(s3.get_bucket_tagging, Bucket="cats") == "NoSuchTagSet"


def test_what_a_bucket_does_not_have_is_said(s3: Any) -> None:
    assert "Status" not in s3.get_bucket_versioning(Bucket="cats")
    assert refused(s3.get_bucket_policy, Bucket="cats") == "NoSuchBucketPolicy"
    assert s3.get_bucket_acl(Bucket="cats")["Grants"][0]["Permission"] == "FULL_CONTROL"


def test_what_is_not_done_here_is_refused_by_name(s3: Any) -> None:
    with pytest.raises(ClientError, match="versioning is not built"):
        s3.put_bucket_versioning(Bucket="cats", VersioningConfiguration={"Status": "Enabled"})
    assert refused(s3.create_bucket, Bucket="pub", ACL="public-read") == "NotImplemented"
