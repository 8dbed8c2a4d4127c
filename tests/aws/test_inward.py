"""Template values become what the operations' models want."""

from __future__ import annotations

from typing import Any

import pytest

from seaway.aws.ecs.errors import InvalidParameterException
from seaway.aws.inward import Inward, shaped
from seaway.aws.model import Models, load
from seaway.core.cluster import Cluster
from seaway.core.moment import Moment
from seaway.core.names import Place
from seaway.core.stack import Refused
from seaway.store.resident import Resident
from seaway.store.transaction import Transaction
from tests.builders import a_cluster
from tests.handlers import Counted

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


def test_an_operation_that_is_refused_half_way_leaves_nothing_behind() -> None:
    def writes_then_refuses(tx: Transaction, *_: Any) -> Any:
        tx.put(a_cluster("half"))
        raise InvalidParameterException("no")

    inward = Inward(writes_then_refuses, Models())
    here, now = Place(account="000000000000", region="us-east-1"), Moment(1.0, Counted())
    with Resident().transaction() as tx:
        tx.put(a_cluster("earlier"))
        with pytest.raises(Refused, match="no"):
            inward(tx, here, now, "ecs", "CreateCluster", {})
        assert [cluster.name for cluster in tx.where(Cluster)] == ["earlier"]
