"""What a group does next, and which cluster user data names."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seaway.core.compute import (
    AutoScalingGroup,
    Instance,
    LaunchSource,
    cluster_in,
    plan_group,
)


def _group(desired: int, subnets: tuple[str, ...] = ("a", "b", "c")) -> AutoScalingGroup:
    return AutoScalingGroup(
        arn="g",
        name="g",
        created_at=0.0,
        source=LaunchSource(template="lt"),
        minimum=0,
        maximum=100,
        desired=desired,
        subnets=subnets,
    )


def _instance(number: int, subnet: str, protected: bool = False) -> Instance:
    return Instance(
        id=f"i-{number}",
        owner="0",
        region="r",
        type="t3.micro",
        image="ami",
        vpc="v",
        subnet=subnet,
        zone="z",
        address="10.0.0.4",
        interface="eni",
        reservation="r",
        launched_at=float(number),
        protected=protected,
        state="running",
    )


@pytest.mark.parametrize(
    "text",
    [
        "#!/bin/bash\necho ECS_CLUSTER=shop >> /etc/ecs/ecs.config",
        "echo 'ECS_CLUSTER=shop' >> /etc/ecs/ecs.config",
        'echo "ECS_CLUSTER=shop" > /etc/ecs/ecs.config; echo ECS_LOG=x',
        "cat <<EOF >> /etc/ecs/ecs.config\nECS_CLUSTER=shop\nECS_ENABLE=true\nEOF",
        "#cloud-config\nwrite_files:\n- path: /etc/ecs\n  content: |\n    ECS_CLUSTER=shop",
        "ECS_CLUSTER: shop",
        '{"ECS_CLUSTER": "shop"}',
        "export ECS_CLUSTER='shop'",
    ],
)
def test_user_data_names_the_cluster_in_many_ways(text: str) -> None:
    assert cluster_in(base64.b64encode(text.encode()).decode()) == "shop"


def test_user_data_without_the_agents_setting_names_none() -> None:
    assert cluster_in(base64.b64encode(b"echo MY_ECS_CLUSTER=x").decode()) is None
    assert cluster_in("") is None


def test_new_instances_go_where_the_fewest_are() -> None:
    plan = plan_group(_group(5), [_instance(1, "a"), _instance(2, "a")])
    assert sorted(plan.launch) == ["b", "b", "c"] or sorted(plan.launch) == ["b", "c", "c"]


def test_scaling_in_takes_the_oldest_of_the_fullest_subnet_and_no_protected_one() -> None:
    held = [_instance(1, "a", protected=True), _instance(2, "a"), _instance(3, "b")]
    assert [i.id for i in plan_group(_group(2), held).terminate] == ["i-2"]
    assert [i.id for i in plan_group(_group(0), held).terminate] == ["i-2", "i-3"]


def test_the_newest_instance_goes_first_where_the_policy_says_so() -> None:
    held = [_instance(1, "a"), _instance(2, "b"), _instance(3, "b"), _instance(4, "b", True)]
    newest = replace(_group(3), termination_policies=("NewestInstance", "Default"))
    assert [i.id for i in plan_group(newest, held).terminate] == ["i-3"]
    assert [i.id for i in plan_group(_group(3), held).terminate] == ["i-2"]


@given(
    desired=st.integers(0, 12),
    held=st.lists(st.sampled_from("abc"), max_size=12),
)
def test_a_plan_brings_the_group_to_its_size_in_one_step(desired: int, held: list[str]) -> None:
    instances = [_instance(number, subnet) for number, subnet in enumerate(held)]
    plan = plan_group(_group(desired), instances)
    assert len(instances) + len(plan.launch) - len(plan.terminate) == desired
    assert not (plan.launch and plan.terminate)
    if not held:
        counts = [plan.launch.count(subnet) for subnet in "abc"]
        assert max(counts) - min(counts) <= 1
