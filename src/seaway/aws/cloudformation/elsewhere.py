"""What a template does not say itself: its own text in S3, parameters of Systems Manager."""

from __future__ import annotations

from collections.abc import Mapping

from seaway.aws.call import Call
from seaway.aws.cloudformation.errors import ValidationError
from seaway.core.buckets import Bucket, StoredObject, object_key, parse_url
from seaway.core.launching import stored_value
from seaway.core.parameters import Parameter, parameter_key, split_selector
from seaway.core.template import Template
from seaway.store.transaction import Transaction

LARGEST_TEMPLATE = 1_048_576
"""Bytes of a template in S3 (CloudFormation quotas)."""

_MORE = "\nFor more information check http://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html"


def text_at(tx: Transaction, call: Call, url: str) -> str:
    """The template at the address of an object of the caller's. Raises ValidationError."""
    place = parse_url(url)
    if place is None:
        raise ValidationError("TemplateURL must be a supported URL.")
    bucket = tx.find(Bucket, place[0])
    if bucket is None:
        raise ValidationError(f"S3 error: The specified bucket does not exist{_MORE}")
    found = tx.find(StoredObject, object_key(*place))
    if bucket.account != call.account or found is None:
        said = "The specified key does not exist." if found is None else "Access Denied"
        raise ValidationError(f"S3 error: {said}{_MORE}")
    if found.size > LARGEST_TEMPLATE:
        raise ValidationError(f"Template may not exceed {LARGEST_TEMPLATE} bytes in size.")
    try:
        return call.read(found.file).decode()
    except (OSError, UnicodeDecodeError) as error:
        raise ValidationError(f"Template format error: {url} cannot be read: {error}") from error


def fetched_for(
    tx: Transaction, call: Call, template: Template, values: Mapping[str, str]
) -> tuple[tuple[str, str], ...]:
    """The parameters of Systems Manager that the stack's name, with their values now.

    Public ones that name images are not among them: they never change. Raises ValidationError
    (CloudFormation guide: SSM parameter types).
    """
    names = {
        values[name]
        for name, declared in template.parameters.items()
        if declared.is_stored and name in values and stored_value(values[name]) is None
    }
    found = {name: _value(tx, call, name) for name in sorted(names)}
    missing = ", ".join(name for name, value in found.items() if value is None)
    if missing:
        raise ValidationError(
            f"Unable to fetch parameters [{missing}] from parameter store for this account."
        )
    return tuple((name, value) for name, value in found.items() if value is not None)


def _value(tx: Transaction, call: Call, name: str) -> str | None:
    plain, selector = split_selector(name)
    parameter = tx.find(Parameter, parameter_key(call.place, plain))
    version = parameter.version(selector) if parameter else None
    if version is not None and version.type == "SecureString":
        raise ValidationError(
            f"Parameters [{name}] referenced by template have types not supported by "
            "CloudFormation."
        )
    return version.value if version else None
