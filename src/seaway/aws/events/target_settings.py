"""What a rule's target may say: checked as AWS does, and refused where nothing would come of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from seaway.aws.call import Call
from seaway.aws.events.errors import ValidationException, not_built
from seaway.core.event_input import BadInput, check_input
from seaway.core.names import place_of

_OF_OTHERS = (
    "KinesisParameters",
    "RunCommandParameters",
    "BatchParameters",
    "SqsParameters",
    "HttpParameters",
    "RedshiftDataParameters",
    "SageMakerPipelineParameters",
    "AppSyncParameters",
)
_RESOURCES = {
    "ecs": "cluster/",
    "logs": "log-group:",
    "lambda": "function:",
    "events": "event-bus/",
}


def check_target(call: Call, given: Mapping[str, Any]) -> None:
    """Raises ValidationException, which names the member."""
    for name in (*_OF_OTHERS, "DeadLetterConfig"):
        if name in given:
            raise not_built(name)
    service = check_arn(call, given["Arn"])
    if service == "ecs":
        if "EcsParameters" not in given:
            raise ValidationException(
                f"Parameter(s) EcsParameters must be specified for target: {given['Id']}."
            )
        if "RoleArn" not in given:
            raise ValidationException(f"RoleArn is required for target {given['Arn']}.")
    elif "EcsParameters" in given:
        raise ValidationException(
            f"Parameter(s) EcsParameters not valid for target: {given['Id']} ({given['Arn']})."
        )
    if service == "events" and any(n in given for n in ("Input", "InputPath", "InputTransformer")):
        raise ValidationException(
            "Input, InputPath and InputTransformer can't be given for a target that is a bus."
        )
    try:
        check_input(given)
    except BadInput as error:
        raise ValidationException(str(error)) from error


def check_arn(call: Call, arn: str) -> str:
    """The service of a target's ARN. Raises ValidationException."""
    parts = arn.split(":", 5)
    if len(parts) < 6 or parts[0] != "arn":
        raise ValidationException(
            f"Parameter {arn} is not valid. Reason: Provided Arn is not in correct format."
        )
    service = parts[2]
    if service not in _RESOURCES or not parts[5].startswith(_RESOURCES[service]):
        raise not_built(
            f"The target Arn {arn}",
            "targets are ECS clusters, CloudWatch Logs groups, Lambda functions and event buses",
        )
    if place_of(arn) != call.place:
        raise not_built(f"A target Arn of another account or region, {arn},")
    return service
