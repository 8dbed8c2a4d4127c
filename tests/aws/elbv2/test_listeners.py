"""Listeners and the default rule each has."""

from __future__ import annotations

from seaway.core.balancer import Listener, Rule
from tests.aws.elbv2.network import FIXED, Balancing, refused


def test_a_listener_has_a_default_rule_of_its_own(lb: Balancing) -> None:
    balancer = lb.balancer()["LoadBalancerArn"]
    group = lb.group()
    forward = [{"Type": "forward", "TargetGroupArn": group}]
    arn = lb.listener(balancer, DefaultActions=forward)
    assert arn.startswith(balancer.replace(":loadbalancer/", ":listener/") + "/")
    (shown,) = lb.client.describe_listeners(LoadBalancerArn=balancer)["Listeners"]
    assert (shown["Port"], shown["Protocol"]) == (80, "HTTP")
    assert shown["DefaultActions"] == [
        {
            "Type": "forward",
            "TargetGroupArn": group,
            "ForwardConfig": {
                "TargetGroups": [{"TargetGroupArn": group, "Weight": 1}],
                "TargetGroupStickinessConfig": {"Enabled": False},
            },
        }
    ]
    (rule,) = lb.client.describe_rules(ListenerArn=arn)["Rules"]
    assert (rule["Priority"], rule["IsDefault"], rule["Conditions"]) == ("default", True, [])
    assert rule["Actions"] == shown["DefaultActions"]
    assert rule["RuleArn"].startswith(arn.replace(":listener/", ":listener-rule/") + "/")


def test_a_port_is_opened_once(lb: Balancing) -> None:
    balancer = lb.balancer()["LoadBalancerArn"]
    lb.listener(balancer, 80)
    other = lb.listener(balancer, 8080)
    with refused("DuplicateListener", "already exists on this port"):
        lb.listener(balancer, 80)
    with refused("DuplicateListener"):
        lb.client.modify_listener(ListenerArn=other, Port=80)
    lb.client.modify_listener(ListenerArn=other, Port=8080)


def test_modifying_changes_only_what_is_said(lb: Balancing) -> None:
    arn = lb.a_listener()
    (moved,) = lb.client.modify_listener(ListenerArn=arn, Port=81)["Listeners"]
    assert moved["DefaultActions"] == FIXED
    actions = [{"Type": "forward", "TargetGroupArn": lb.group()}]
    (changed,) = lb.client.modify_listener(ListenerArn=arn, DefaultActions=actions)["Listeners"]
    assert changed["Port"] == 81
    assert changed["DefaultActions"][0]["Type"] == "forward"
    (rule,) = lb.client.describe_rules(ListenerArn=arn)["Rules"]
    assert rule["Actions"] == changed["DefaultActions"]


def test_deleting_drops_its_rules(lb: Balancing) -> None:
    arn = lb.a_listener()
    lb.rule(arn, 1)
    lb.client.delete_listener(ListenerArn=arn)
    assert lb.wired.all(Listener) == []
    assert lb.wired.all(Rule) == []
    with refused("ListenerNotFound"):
        lb.client.delete_listener(ListenerArn=arn)


def test_listeners_are_asked_for_by_owner_or_by_arn(lb: Balancing) -> None:
    balancer = lb.balancer()["LoadBalancerArn"]
    arns = [lb.listener(balancer, port) for port in (80, 81, 82)]
    pages = lb.client.get_paginator("describe_listeners").paginate(
        LoadBalancerArn=balancer, PaginationConfig={"PageSize": 2}
    )
    assert [len(page["Listeners"]) for page in pages] == [2, 1]
    (one,) = lb.client.describe_listeners(ListenerArns=[arns[1]])["Listeners"]
    assert one["Port"] == 81
    with refused("ValidationError", "either listener ARNs or a load balancer ARN"):
        lb.client.describe_listeners()
    with refused("ListenerNotFound", "One or more listeners not found"):
        lb.client.describe_listeners(ListenerArns=[arns[0] + "0"])
    with refused("LoadBalancerNotFound"):
        lb.client.describe_listeners(LoadBalancerArn=balancer + "0")
