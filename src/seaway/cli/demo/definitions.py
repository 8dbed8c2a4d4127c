"""Chapter four: the execution role and the three task definitions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from seaway.cli.demo.clients import Aws, found
from seaway.cli.demo.names import EXECUTION_ROLE, PARTS, Part
from seaway.cli.demo.shipping import TAG
from seaway.cli.demo.stage import Stage

POLICIES = (
    "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy",
    # awslogs-create-group needs logs:CreateLogGroup, which the policy above does not give.
    "arn:aws:iam::aws:policy/CloudWatchLogsFullAccess",
)
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "ecs-tasks.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
)
CPU, MEMORY = 512, 1024


def ensure_role(aws: Aws, stage: Stage) -> str:
    """The execution role's ARN. Raises ClientError."""
    there = found(lambda: aws.iam.get_role(RoleName=EXECUTION_ROLE), "NoSuchEntity")
    if there is None:
        there = stage.call(
            aws.iam, "create_role", RoleName=EXECUTION_ROLE, AssumeRolePolicyDocument=TRUST
        )
    else:
        stage.already(f"role {EXECUTION_ROLE}")
    answer = aws.iam.list_attached_role_policies(RoleName=EXECUTION_ROLE)
    attached = {policy["PolicyArn"] for policy in answer["AttachedPolicies"]}
    for policy in POLICIES:
        if policy not in attached:
            stage.call(aws.iam, "attach_role_policy", RoleName=EXECUTION_ROLE, PolicyArn=policy)
    arn = str(there["Role"]["Arn"])
    stage.say(arn)
    return arn


def ensure_definitions(
    aws: Aws, stage: Stage, uris: Mapping[str, str], role: str
) -> dict[str, str]:
    """A task definition for each part: its ARN by the part's name. Raises ClientError."""
    arns = {}
    for part in PARTS:
        wanted = definition(part, uris[part.name], role, aws.region)
        there = _active(aws, part, wanted)
        if there is None:
            answer = stage.call(aws.ecs, "register_task_definition", **wanted)
            there = str(answer["taskDefinition"]["taskDefinitionArn"])
            stage.say(there)
        else:
            stage.already(there)
        arns[part.name] = there
    return arns


def definition(part: Part, uri: str, role: str, region: str) -> dict[str, Any]:
    """What RegisterTaskDefinition is asked for."""
    mapping: dict[str, Any] = {
        "name": part.port_name,
        "containerPort": 80,
        "protocol": "tcp",
        "appProtocol": "http",
    }
    if not part.fargate:
        mapping["hostPort"] = 0
    container = {
        "name": part.name,
        "image": f"{uri}:{TAG}",
        "essential": True,
        "portMappings": [mapping],
        "logConfiguration": {
            "logDriver": "awslogs",
            "options": {
                "awslogs-create-group": "true",
                "awslogs-group": part.log_group,
                "awslogs-region": region,
                "awslogs-stream-prefix": "ecs",
            },
        },
    }
    return {
        "family": part.family,
        "requiresCompatibilities": ["FARGATE" if part.fargate else "EC2"],
        "networkMode": "awsvpc" if part.fargate else "bridge",
        "cpu": str(CPU),
        "memory": str(MEMORY),
        "executionRoleArn": role,
        "containerDefinitions": [container],
    }


def _active(aws: Aws, part: Part, wanted: Mapping[str, Any]) -> str | None:
    """The family's newest revision, if it says what we would register now."""
    answer = found(
        lambda: aws.ecs.describe_task_definition(taskDefinition=part.family), "ClientException"
    )
    if answer is None or answer["taskDefinition"]["status"] != "ACTIVE":
        return None
    there = answer["taskDefinition"]
    ours, theirs = wanted["containerDefinitions"][0], there["containerDefinitions"][0]
    same = theirs["image"] == ours["image"] and all(there.get(k) == wanted[k] for k in _COMPARED)
    return str(there["taskDefinitionArn"]) if same else None


_COMPARED = ("networkMode", "cpu", "memory", "executionRoleArn")
