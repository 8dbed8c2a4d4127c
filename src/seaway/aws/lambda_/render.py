"""Functions in the API's words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seaway.aws.instants import instant
from seaway.core.functions import Function

if TYPE_CHECKING:
    from seaway.aws.shapes import lambda_ as shapes


def configuration(found: Function) -> shapes.FunctionConfiguration:
    """All that is said of a function."""
    modified = instant(found.modified_at).isoformat(timespec="milliseconds")
    shown: shapes.FunctionConfiguration = {
        "FunctionName": found.name,
        "FunctionArn": found.arn,
        "Runtime": found.runtime,
        "Role": found.role,
        "Handler": found.handler,
        "CodeSize": found.code_size,
        "Description": found.description,
        "Timeout": found.timeout,
        "MemorySize": found.memory,
        # Lambda writes the zone without a colon.
        "LastModified": modified.replace("+00:00", "+0000"),
        "CodeSha256": found.code_sha256,
        "Version": "$LATEST",
        "TracingConfig": {"Mode": "PassThrough"},
        "RevisionId": found.revision,
        "State": "Active",
        "LastUpdateStatus": "Successful",
        "PackageType": "Zip",
        "Architectures": [found.architecture],
        "EphemeralStorage": {"Size": 512},
        "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
        "LoggingConfig": {"LogFormat": "Text", "LogGroup": found.group},
    }
    if found.environment:
        shown["Environment"] = {"Variables": dict(found.environment)}
    return shown
