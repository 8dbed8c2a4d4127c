"""Template values become what the operations' models want."""

from __future__ import annotations

from typing import Any

import pytest

from seaway.aws.cloudformation.inward import shaped
from seaway.aws.model import load
from seaway.core.stack import Refused

ECS = load("ecs", {"CreateService", "RegisterTaskDefinition"})


def _shaped(operation: str, value: Any) -> Any:
    shape = ECS.input_of(ECS.operations[operation])
    assert shape is not None
    return shaped(ECS, shape, value)


def test_names_and_scalars_take_the_models_form() -> None:
    body = _shaped(
        "RegisterTaskDefinition",
        {
            "Family": "web",
            "Cpu": 256,
            "ContainerDefinitions": {
                "Name": "web",
                "Essential": "true",
                "PortMappings": [{"ContainerPort": "80"}],
                "LogConfiguration": {"LogDriver": "awslogs", "Options": {"awslogs-group": 7}},
            },
            "Volumes": [{"Name": "v", "EFSVolumeConfiguration": {"FilesystemId": "fs-1"}}],
        },
    )
    assert body == {
        "family": "web",
        "cpu": "256",
        "containerDefinitions": [
            {
                "name": "web",
                "essential": True,
                "portMappings": [{"containerPort": 80}],
                "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "7"}},
            }
        ],
        "volumes": [{"name": "v", "efsVolumeConfiguration": {"fileSystemId": "fs-1"}}],
    }


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        ({"Colour": "red"}, "Encountered unsupported property Colour"),
        ({"DesiredCount": "many"}, "is not of type integer"),
        ({"NetworkConfiguration": "open"}, "is not an object"),
    ],
)
def test_what_the_model_does_not_know_is_refused(value: Any, complaint: str) -> None:
    with pytest.raises(Refused, match=complaint):
        _shaped("CreateService", value)
