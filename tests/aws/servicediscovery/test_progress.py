"""Operations: one by id, and lists by filter."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from seaway.core.discovery import DiscoveryOperation
from tests.aws.servicediscovery.mapping import Mapping, refused


def _listed(sd: Mapping, *filters: dict[str, Any]) -> list[str]:
    shown = sd.client.list_operations(Filters=list(filters))["Operations"]
    return [sd.client.get_operation(OperationId=one["Id"])["Operation"]["Type"] for one in shown]


def test_operations_are_listed_newest_first(sd: Mapping) -> None:
    number = sd.service(sd.namespace())
    sd.register(number, "one")
    assert _listed(sd) == ["REGISTER_INSTANCE", "CREATE_NAMESPACE"]


def test_operations_are_filtered(sd: Mapping) -> None:
    space = sd.namespace()
    number = sd.service(space)
    sd.wired.now = 1_800_000_100.0
    sd.register(number, "one")
    assert _listed(sd, {"Name": "NAMESPACE_ID", "Values": [space]}) == ["CREATE_NAMESPACE"]
    assert _listed(sd, {"Name": "SERVICE_ID", "Values": [number]}) == ["REGISTER_INSTANCE"]
    assert _listed(sd, {"Name": "STATUS", "Values": ["FAIL"]}) == []
    for word in ("SUCCESS", "SUCCEED"):  # the API's model says the one, its page the other
        assert len(_listed(sd, {"Name": "STATUS", "Values": [word]})) == 2
    kinds = {"Name": "TYPE", "Values": ["CREATE_NAMESPACE", "UPDATE_SERVICE"], "Condition": "IN"}
    assert _listed(sd, kinds) == ["CREATE_NAMESPACE"]
    for scale in (1, 1000):
        dates = [str(1_800_000_050 * scale), str(1_800_000_200 * scale)]
        between = {"Name": "UPDATE_DATE", "Values": dates, "Condition": "BETWEEN"}
        assert _listed(sd, between) == ["REGISTER_INSTANCE"]


@pytest.mark.parametrize(
    "wanted",
    [
        {"Name": "UPDATE_DATE", "Values": ["1"], "Condition": "BETWEEN"},
        {"Name": "UPDATE_DATE", "Values": ["a", "b"], "Condition": "BETWEEN"},
        {"Name": "UPDATE_DATE", "Values": ["1"]},
        {"Name": "STATUS", "Values": ["SUCCESS"], "Condition": "BETWEEN"},
    ],
)
def test_filters_that_cannot_be(sd: Mapping, wanted: dict[str, Any]) -> None:
    with refused("InvalidInput"):
        _listed(sd, wanted)


def test_an_operation_of_another_account_is_there_for_who_names_it(sd: Mapping) -> None:
    sd.namespace()
    (record,) = sd.wired.all(DiscoveryOperation)
    sd.wired.put(replace(record, owner="111111111111"))
    with refused("OperationNotFound"):
        sd.client.get_operation(OperationId=record.id)
    found = sd.client.get_operation(OperationId=record.id, OwnerAccount="111111111111")
    assert found["Operation"]["OwnerAccount"] == "111111111111"


def test_an_operation_that_is_not_there(sd: Mapping) -> None:
    with refused("OperationNotFound"):
        sd.client.get_operation(OperationId="none")
