"""What a request says of a function, as fields of the noun."""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from collections.abc import Mapping
from typing import Any

from seaway.aws.call import Call
from seaway.aws.lambda_.errors import InvalidParameterValueException, not_built
from seaway.core.buckets import StoredObject, object_key
from seaway.core.functions import LONGEST_TIMEOUT, RUNTIME, FunctionCode
from seaway.core.identity import Role
from seaway.core.names import last_part
from seaway.store.transaction import Transaction

LARGEST_CODE = 50 * 1024 * 1024
"""Bytes of a zip in a request (Lambda quotas)."""

MOST_MEMORY = 10_240
"""MiB (Lambda quotas)."""

LARGEST_ENVIRONMENT = 4096
_OWN_VARIABLES = ("AWS_", "LAMBDA_", "_HANDLER", "_X_AMZN")

_UNBUILT = (
    *("VpcConfig", "DeadLetterConfig", "KMSKeyArn", "Layers", "FileSystemConfigs", "ImageConfig"),
    *("CodeSigningConfigArn", "SnapStart", "TenancyConfig", "CapacityProviderConfig"),
    *("DurableConfig", "RuntimeConfig", "AcceleratorConfig", "Publish", "PublishTo"),
)
_DEFAULTS: Mapping[str, Any] = {
    "TracingConfig": {"Mode": "PassThrough"},
    "EphemeralStorage": {"Size": 512},
    "PackageType": "Zip",
    "VpcConfig": {"SubnetIds": [], "SecurityGroupIds": []},
    "SnapStart": {"ApplyOn": "None"},
}
"""What may be said since it changes nothing."""


def refuse_unbuilt(request: Mapping[str, Any]) -> None:
    """Raises InvalidParameterValueException that names what has no effect here."""
    for member in (*_UNBUILT, *_DEFAULTS):
        if request.get(member) and request[member] != _DEFAULTS.get(member):
            raise not_built(member)


def configuration(tx: Transaction, request: Mapping[str, Any]) -> dict[str, Any]:
    """The fields a request sets of a function, code aside.

    Raises InvalidParameterValueException.
    """
    refuse_unbuilt(request)
    said: dict[str, Any] = {}
    if "Runtime" in request:
        said["runtime"] = _runtime(request["Runtime"])
    if "Handler" in request:
        said["handler"] = request["Handler"]
    if "Role" in request:
        said["role"] = _role(tx, request["Role"])
    if "Timeout" in request:
        said["timeout"] = _at_most("Timeout", request["Timeout"], LONGEST_TIMEOUT)
    if "MemorySize" in request:
        said["memory"] = _at_most("MemorySize", request["MemorySize"], MOST_MEMORY)
    if "Description" in request:
        said["description"] = request["Description"]
    if "Environment" in request:
        said["environment"] = _environment(request["Environment"].get("Variables", {}))
    if "LoggingConfig" in request:
        said["log_group"] = _log_group(request["LoggingConfig"])
    return said


def code(tx: Transaction, call: Call, given: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that say what a function's code is; a zip in the request is kept.

    Raises InvalidParameterValueException.
    """
    for member in ("ImageUri", "S3ObjectVersion", "SourceKMSKeyArn", "S3ObjectStorageMode"):
        if given.get(member):
            raise not_built(member)
    if "ZipFile" in given:
        return _inline(tx, given["ZipFile"])
    bucket, key = given.get("S3Bucket"), given.get("S3Key")
    if not bucket or not key:
        raise InvalidParameterValueException(
            "Please provide a source for function code: ZipFile, or S3Bucket and S3Key."
        )
    found = tx.find(StoredObject, object_key(bucket, key))
    if found is None:
        raise InvalidParameterValueException(
            "Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The "
            "specified key does not exist."
        )
    if not found.sha256:
        raise not_built("Code of an object that was uploaded in parts (S3Key)")
    # An object's file never changes: the function keeps what it was made of.
    return {
        "code": None,
        "code_file": found.file,
        "code_size": found.size,
        "code_sha256": base64.b64encode(bytes.fromhex(found.sha256)).decode(),
    }


def _inline(tx: Transaction, body: bytes) -> dict[str, Any]:
    if len(body) > LARGEST_CODE:
        raise InvalidParameterValueException(
            f"The zip of {len(body)} bytes is larger than {LARGEST_CODE}: put it into S3."
        )
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            archive.infolist()
    except zipfile.BadZipFile as error:
        raise InvalidParameterValueException(
            "Could not unzip uploaded file. Please check your file, then try to upload again."
        ) from error
    digest = hashlib.sha256(body)
    kept = FunctionCode(id=digest.hexdigest(), body=body)
    tx.put(kept)
    return {
        "code": kept.id,
        "code_file": None,
        "code_size": len(body),
        "code_sha256": base64.b64encode(digest.digest()).decode(),
    }


def _runtime(runtime: str) -> str:
    if not RUNTIME.fullmatch(runtime):
        raise InvalidParameterValueException(
            f"The runtime {runtime} is not built in Seaway: functions here are python3.x. "
            "Functions of another Lambda can be called through --lambda-endpoint."
        )
    return runtime


def _role(tx: Transaction, role: str) -> str:
    if tx.find(Role, role) is None and not any(
        one.arn.split("::")[-1] == role.split("::")[-1]
        for one in tx.where(Role, name=last_part(role))
    ):
        raise InvalidParameterValueException(
            "The role defined for the function cannot be assumed by Lambda."
        )
    return role


def _at_most(member: str, value: int, limit: int) -> int:
    if value > limit:
        raise InvalidParameterValueException(
            f"1 validation error detected: Value '{value}' at '{member[:1].lower()}{member[1:]}' "
            f"failed to satisfy constraint: Member must have value less than or equal to {limit}"
        )
    return value


def _environment(given: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    own = [name for name in given if name.startswith(_OWN_VARIABLES)]
    if own:
        raise InvalidParameterValueException(
            "Lambda was unable to configure your environment variables because the environment "
            "variables you have provided contains reserved keys that are currently not supported "
            f"for modification. Reserved keys used in this request: {', '.join(own)}"
        )
    size = sum(len(name.encode()) + len(value.encode()) for name, value in given.items())
    if size > LARGEST_ENVIRONMENT:
        raise InvalidParameterValueException(
            "Lambda was unable to configure your environment variables because the environment "
            f"variables you have provided exceeded the {LARGEST_ENVIRONMENT} bytes limit."
        )
    return tuple(given.items())


def _log_group(given: Mapping[str, Any]) -> str:
    if given.get("LogFormat", "Text") != "Text":
        raise not_built("LoggingConfig.LogFormat JSON")
    for member in ("ApplicationLogLevel", "SystemLogLevel"):
        if given.get(member):
            raise not_built(f"LoggingConfig.{member}")
    group: str = given.get("LogGroup", "")
    return group
