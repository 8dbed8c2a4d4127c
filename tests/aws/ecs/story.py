"""What the ECS stories share: an API on a store in memory, and how refusals are read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from seaway.aws.ecs import operations
from seaway.aws.errors import AwsError
from seaway.aws.model import Models
from seaway.aws.wire.constraints import RULES
from tests.builders import a_cluster, a_namespace, a_role, a_subnet
from tests.handlers import Api

WEB: dict[str, Any] = {
    "name": "web",
    "image": "web:1",
    "portMappings": [{"containerPort": 80, "name": "web", "appProtocol": "http"}],
}
SUBNETS: dict[str, Any] = {"awsvpcConfiguration": {"subnets": ["subnet-1"]}}


MODEL = Models().service("ecs")
KINDS = {"string": str, "integer": int, "boolean": bool, "long": int, "timestamp": datetime}


def check_shape(value: Any, name: str, path: str) -> None:
    """What is answered has only members that the service's model knows, of its types."""
    shape = MODEL.shapes[name]
    if shape.document:
        return
    if shape.kind == "structure":
        for member, inner in value.items():
            assert member in shape.members, f"{path}.{member} is not in {name}"
            check_shape(inner, shape.members[member].shape, f"{path}.{member}")
    elif shape.kind == "list":
        assert shape.item is not None
        for index, inner in enumerate(value):
            check_shape(inner, shape.item.shape, f"{path}[{index}]")
    elif shape.kind in KINDS:
        assert isinstance(value, KINDS[shape.kind]), f"{path} is a {type(value)}"
        known = (*shape.enum, *RULES["ecs"].own.get(name, ()))
        assert not shape.enum or value in known, f"{path} is {value}"


class Ecs:
    """ECS as a caller sees it: ``ecs.CreateCluster(clusterName="a")``."""

    def __init__(self) -> None:
        self.api = Api(operations())

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        return lambda **request: self._ask(operation, request)

    def _ask(self, operation: str, request: dict[str, Any]) -> Any:
        answer = self.api("ecs", operation, **request)
        output = MODEL.operations[operation].output
        assert output is not None
        check_shape(answer, output, operation)
        return answer

    def put(self, *nouns: Any) -> None:
        """Write nouns as another room would."""
        with self.api.store.transaction() as tx:
            for noun in nouns:
                tx.put(noun)

    def all(self, noun: type[Any], **index: Any) -> list[Any]:
        """What the store holds."""
        with self.api.store.transaction() as tx:
            return tx.where(noun, **index)

    def register(self, family: str = "web", **fields: Any) -> dict[str, Any]:
        """A bridge definition with 256 CPU units and 512 MiB of its own."""
        container = {
            **WEB,
            "name": family,
            "portMappings": [{"containerPort": 80, "name": family, "appProtocol": "http"}],
        }
        request = {
            "family": family,
            "containerDefinitions": [container],
            "cpu": "256",
            "memory": "512",
            **fields,
        }
        shape: dict[str, Any] = self.RegisterTaskDefinition(**request)["taskDefinition"]
        return shape

    def register_fargate(self, family: str = "web", **fields: Any) -> dict[str, Any]:
        """An awsvpc definition that Fargate takes."""
        return self.register(
            family,
            **{"networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"], **fields},
        )

    def serve(self, name: str = "web", **fields: Any) -> dict[str, Any]:
        """A service of the task definition of its name, two tasks."""
        request = {"serviceName": name, "taskDefinition": name, "desiredCount": 2, **fields}
        shape: dict[str, Any] = self.CreateService(**request)["service"]
        return shape


def an_ecs() -> Ecs:
    """ECS with a cluster ``default``, namespace ``shop``, subnet ``subnet-1``, role ``other``."""
    ecs = Ecs()
    ecs.put(a_cluster(), a_namespace(), a_subnet(), a_role("other"))
    return ecs


def refusal(call: Callable[[], Any]) -> tuple[str, str]:
    """The code and text a call is refused with."""
    with pytest.raises(AwsError) as caught:
        call()
    return caught.value.code, caught.value.message
