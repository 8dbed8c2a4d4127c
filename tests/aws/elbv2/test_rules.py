"""Rules: priorities, order, and what may not be changed."""

from __future__ import annotations

from tests.aws.elbv2.network import FIXED, Balancing, refused


def test_rules_are_shown_in_the_order_they_are_tried(lb: Balancing) -> None:
    listener = lb.a_listener()
    for priority in (20, 3, 100):
        lb.rule(listener, priority)
    shown = lb.client.describe_rules(ListenerArn=listener)["Rules"]
    assert [rule["Priority"] for rule in shown] == ["3", "20", "100", "default"]


def test_a_priority_is_given_once(lb: Balancing) -> None:
    listener = lb.a_listener()
    lb.rule(listener, 5)
    with refused("PriorityInUse", "Priority '5' is currently in use"):
        lb.rule(listener, 5)


def test_priorities_go_from_one_to_fifty_thousand(lb: Balancing) -> None:
    listener = lb.a_listener()
    lb.rule(listener, 1)
    lb.rule(listener, 50000)
    with refused("ValidationError", "less than or equal to 50000"):
        lb.rule(listener, 50001)


def test_two_rules_change_places_at_once(lb: Balancing) -> None:
    listener = lb.a_listener()
    one, two = lb.rule(listener, 1)["RuleArn"], lb.rule(listener, 2)["RuleArn"]
    lb.client.set_rule_priorities(
        RulePriorities=[{"RuleArn": one, "Priority": 2}, {"RuleArn": two, "Priority": 1}]
    )
    shown = lb.client.describe_rules(ListenerArn=listener)["Rules"]
    assert [rule["RuleArn"] for rule in shown][:2] == [two, one]


def test_new_priorities_may_not_clash(lb: Balancing) -> None:
    listener = lb.a_listener()
    one, two = lb.rule(listener, 1)["RuleArn"], lb.rule(listener, 2)["RuleArn"]
    with refused("PriorityInUse"):
        lb.client.set_rule_priorities(RulePriorities=[{"RuleArn": one, "Priority": 2}])
    with refused("ValidationError", "provided multiple times"):
        lb.client.set_rule_priorities(
            RulePriorities=[{"RuleArn": one, "Priority": 7}, {"RuleArn": two, "Priority": 7}]
        )
    shown = lb.client.describe_rules(ListenerArn=listener)["Rules"]
    assert [rule["Priority"] for rule in shown] == ["1", "2", "default"]


def test_the_default_rule_is_the_listeners(lb: Balancing) -> None:
    listener = lb.a_listener()
    (rule,) = lb.client.describe_rules(ListenerArn=listener)["Rules"]
    arn = rule["RuleArn"]
    with refused("OperationNotPermitted", "cannot be deleted"):
        lb.client.delete_rule(RuleArn=arn)
    with refused("OperationNotPermitted", "cannot be modified"):
        lb.client.modify_rule(RuleArn=arn, Actions=FIXED)
    with refused("OperationNotPermitted"):
        lb.client.set_rule_priorities(RulePriorities=[{"RuleArn": arn, "Priority": 1}])


def test_modifying_replaces_conditions_or_actions(lb: Balancing) -> None:
    arn = lb.rule(lb.a_listener(), 1, "/cats*")["RuleArn"]
    conditions = [{"Field": "host-header", "HostHeaderConfig": {"Values": ["*.example.com"]}}]
    (changed,) = lb.client.modify_rule(RuleArn=arn, Conditions=conditions)["Rules"]
    assert changed["Conditions"][0]["Values"] == ["*.example.com"]
    assert changed["Actions"] == FIXED
    with refused("ValidationError", "Either conditions or actions must be specified"):
        lb.client.modify_rule(RuleArn=arn)


def test_a_deleted_rule_is_gone(lb: Balancing) -> None:
    listener = lb.a_listener()
    arn = lb.rule(listener, 1)["RuleArn"]
    lb.client.delete_rule(RuleArn=arn)
    assert len(lb.client.describe_rules(ListenerArn=listener)["Rules"]) == 1
    with refused("RuleNotFound", "One or more rules not found"):
        lb.client.describe_rules(RuleArns=[arn])
    with refused("ValidationError", "either listener rule ARNs or a listener ARN"):
        lb.client.describe_rules()


def test_transforms_are_said_not_to_be_built(lb: Balancing) -> None:
    rewrite = {"Rewrites": [{"Regex": "a", "Replace": "b"}]}
    with refused("InvalidConfigurationRequest", "Transforms"):
        lb.rule(
            lb.a_listener(),
            1,
            Transforms=[{"Type": "url-rewrite", "UrlRewriteConfig": rewrite}],
        )


def test_a_load_balancer_has_at_most_a_hundred_rules(lb: Balancing) -> None:
    listener = lb.a_listener()
    for priority in range(1, 101):
        lb.rule(listener, priority)
    with refused("TooManyRules"):
        lb.rule(listener, 101)
