"""AWS::S3 resources."""

from __future__ import annotations

from typing import Any

from seaway.core.buckets import Bucket, MultipartUpload, StoredObject, is_bucket_name
from seaway.core.names import Tags
from seaway.core.stack import Refused
from seaway.reconcile.stack_types.kinds import Kind, Made, Properties, Work, listed

_KEPT = {
    "BucketEncryption": "objects lie unencrypted on this machine's disk",
    "LifecycleConfiguration": "there are no older versions, and what uploads left goes when "
    "the bucket does",
    "OwnershipControls": "every object belongs to its bucket's account",
    "PublicAccessBlockConfiguration": "no bucket here is public",
    "VersioningConfiguration": "only the newest version of an object is kept",
}
"""What templates of CDK's bootstrap say of a bucket, and what is true of buckets here instead."""

_HARMLESS_RULES = frozenset(
    {
        *("Id", "Status", "Prefix", "AbortIncompleteMultipartUpload"),
        *("NoncurrentVersionExpiration", "NoncurrentVersionExpirationInDays"),
        *("NoncurrentVersionTransition", "NoncurrentVersionTransitions"),
        "ExpiredObjectDeleteMarker",
    }
)
"""Parts of a lifecycle rule that never touch an object's newest version."""


def _check(work: Work) -> None:
    work.only("BucketName", "AccessControl", "Tags", *_KEPT)
    if work.get("AccessControl", "Private") != "Private":
        raise Refused("ValidationError", "AccessControl other than Private is not built in Seaway.")
    rules = listed((work.get("LifecycleConfiguration") or {}).get("Rules"))
    for name in (name for rule in rules for name in rule if name not in _HARMLESS_RULES):
        raise Refused(
            "ValidationError", f"LifecycleConfiguration.Rules.{name} is not built in Seaway yet."
        )


def _note(work: Work) -> str:
    told = [f"{name}: {truth}" for name, truth in _KEPT.items() if name in work.properties]
    return f"Without effect in Seaway: {'; '.join(told)}" if told else ""


def _create_bucket(work: Work) -> Made:
    _check(work)
    name = (work.get("BucketName") or work.name("BucketName", 63)).lower()
    if not is_bucket_name(name):
        raise Refused("InvalidBucketName", "The specified bucket is not valid.")
    if work.tx.find(Bucket, name) is not None:
        raise Refused("AlreadyExists", f"{name} already exists")
    bucket = Bucket(
        name=name,
        account=work.place.account,
        region=work.place.region,
        created_at=work.moment.now,
        tags=_tags(work),
    )
    work.tx.put(bucket)
    return Made(name, _attributes(bucket), note=_note(work))


def _tags(work: Work) -> Tags:
    return tuple((tag["Key"], tag["Value"]) for tag in work.tags() or ())


def _attributes(bucket: Bucket) -> dict[str, Any]:
    name, region = bucket.name, bucket.region
    return {
        "Arn": bucket.arn,
        "DomainName": f"{name}.s3.amazonaws.com",
        "DualStackDomainName": f"{name}.s3.dualstack.{region}.amazonaws.com",
        "RegionalDomainName": f"{name}.s3.{region}.amazonaws.com",
    }


def _update_bucket(work: Work, old: Properties) -> Made:
    _check(work)
    bucket = _held(work, work.physical)
    work.tx.put(bucket.tagged(_tags(work)))
    return Made(work.physical, dict(work.attributes), note=_note(work))


def _held(work: Work, name: str) -> Bucket:
    bucket = work.tx.find(Bucket, name)
    if bucket is None or bucket.account != work.place.account:
        raise Refused("NoSuchBucket", "The specified bucket does not exist")
    return bucket


def _delete_bucket(work: Work) -> None:
    bucket = _held(work, work.physical)
    if work.tx.where(StoredObject, bucket=bucket.name):
        raise Refused("BucketNotEmpty", "The bucket you tried to delete is not empty")
    for upload in work.tx.where(MultipartUpload, bucket=bucket.name):
        work.tx.drop(upload)
    work.tx.drop(bucket)


BUCKET = Kind(
    create=_create_bucket,
    update=_update_bucket,
    mutable=frozenset({"AccessControl", "Tags", *_KEPT}),
    delete=_delete_bucket,
)


def _create_policy(work: Work) -> Made:
    work.only("Bucket", "PolicyDocument")
    work.need("PolicyDocument")
    name = _held(work, str(work.need("Bucket"))).name
    return Made(name, note="Without effect in Seaway: who may do what is not decided by policies")


BUCKET_POLICY = Kind(
    create=_create_policy,
    update=lambda work, old: _create_policy(work),
    mutable=frozenset({"PolicyDocument"}),
    delete=lambda work: None,
)

TYPES = {"AWS::S3::Bucket": BUCKET, "AWS::S3::BucketPolicy": BUCKET_POLICY}
