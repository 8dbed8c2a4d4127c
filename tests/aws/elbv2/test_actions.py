"""Actions: forward, redirect, fixed response, and what AWS refuses."""

from __future__ import annotations

from typing import Any

import pytest

from tests.aws.elbv2.network import FIXED, Balancing, refused

PATH = [{"Field": "path-pattern", "Values": ["/x"]}]


def _redirect(**config: str) -> list[dict[str, Any]]:
    return [{"Type": "redirect", "RedirectConfig": {"StatusCode": "HTTP_301"} | config}]


def test_a_weighted_forward_names_its_groups_in_its_config_only(lb: Balancing) -> None:
    blue, green = lb.group("blue"), lb.group("green")
    shares = [
        {"TargetGroupArn": blue, "Weight": 90},
        {"TargetGroupArn": green, "Weight": 0},
    ]
    given = [{"Type": "forward", "ForwardConfig": {"TargetGroups": shares}}]
    (shown,) = lb.rule(lb.a_listener(), 1, Actions=given)["Actions"]
    assert "TargetGroupArn" not in shown
    assert shown["ForwardConfig"]["TargetGroups"] == shares


def test_a_redirect_is_shown_with_what_it_keeps(lb: Balancing) -> None:
    (shown,) = lb.rule(lb.a_listener(), 1, Actions=_redirect(Port="8443"))["Actions"]
    assert shown["RedirectConfig"] == {
        "Protocol": "#{protocol}",
        "Port": "8443",
        "Host": "#{host}",
        "Path": "/#{path}",
        "Query": "#{query}",
        "StatusCode": "HTTP_301",
    }


def test_a_fixed_response_comes_back_as_given(lb: Balancing) -> None:
    config = {"StatusCode": "503", "ContentType": "text/html", "MessageBody": "<p>later</p>"}
    given = [{"Type": "fixed-response", "FixedResponseConfig": config, "Order": 1}]
    assert lb.rule(lb.a_listener(), 1, Actions=given)["Actions"] == given


@pytest.mark.parametrize(
    ("given", "code", "words"),
    [
        ([], "ValidationError", "An action must be specified"),
        (FIXED * 2, "InvalidLoadBalancerAction", "exactly one action"),
        ([{"Type": "forward"}], "ValidationError", "A target group ARN must be specified"),
        ([{"Type": "redirect"}], "InvalidLoadBalancerAction", "RedirectConfig"),
        (_redirect(), "InvalidLoadBalancerAction", "at least one of"),
        (_redirect(Query="a=b"), "InvalidLoadBalancerAction", "at least one of"),
        (_redirect(Port="0"), "InvalidLoadBalancerAction", "redirect port '0'"),
        (_redirect(Path="x"), "InvalidLoadBalancerAction", "must begin with '/'"),
        (_redirect(StatusCode="HTTP_307"), "ValidationError", "HTTP_307"),
        ([{"Type": "fixed-response"}], "InvalidLoadBalancerAction", "FixedResponseConfig"),
        (
            [FIXED[0] | {"RedirectConfig": {"StatusCode": "HTTP_301", "Port": "81"}}],
            "InvalidLoadBalancerAction",
            "RedirectConfig can only be specified for an action of type 'redirect'",
        ),
        (
            [FIXED[0] | {"TargetGroupArn": "arn:aws:elasticloadbalancing:nowhere"}],
            "InvalidLoadBalancerAction",
            "TargetGroupArn can only be specified for an action of type 'forward'",
        ),
        (
            [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "302"}}],
            "ValidationError",
            "302",
        ),
        (
            [
                {
                    "Type": "fixed-response",
                    "FixedResponseConfig": {"StatusCode": "200", "ContentType": "text/xml"},
                }
            ],
            "InvalidLoadBalancerAction",
            "ContentType must be one of",
        ),
        ([{"Type": "authenticate-oidc"}], "InvalidLoadBalancerAction", "only on HTTPS listeners"),
    ],
)
def test_actions_that_cannot_be(
    lb: Balancing, given: list[dict[str, Any]], code: str, words: str
) -> None:
    with refused(code, words):
        lb.rule(lb.a_listener(), 1, Actions=given)


def test_a_group_must_be_there(lb: Balancing) -> None:
    listener, arn = lb.a_listener(), lb.group() + "0"
    with refused("TargetGroupNotFound", f"Target groups '{arn}' not found"):
        lb.rule(listener, 1, Actions=[{"Type": "forward", "TargetGroupArn": arn}])
    with refused("ValidationError", "is not a valid target group ARN"):
        lb.rule(listener, 1, Actions=[{"Type": "forward", "TargetGroupArn": "cats"}])


def test_weights_go_to_999(lb: Balancing) -> None:
    shares = [{"TargetGroupArn": lb.group(), "Weight": 1000}]
    with refused("ValidationError", "in the range from '0' to '999'"):
        lb.rule(
            lb.a_listener(),
            1,
            Actions=[{"Type": "forward", "ForwardConfig": {"TargetGroups": shares}}],
        )


def test_at_most_five_groups_and_each_once(lb: Balancing) -> None:
    listener = lb.a_listener()
    groups = [{"TargetGroupArn": lb.group(f"g{number}")} for number in range(6)]
    with refused("TooManyTargetGroups"):
        config = {"TargetGroups": groups}
        lb.rule(listener, 1, Actions=[{"Type": "forward", "ForwardConfig": config}])
    with refused("InvalidLoadBalancerAction", "only be specified once"):
        config = {"TargetGroups": groups[:1] * 2}
        lb.rule(listener, 1, Actions=[{"Type": "forward", "ForwardConfig": config}])


def test_a_group_serves_one_load_balancer(lb: Balancing) -> None:
    forward = [{"Type": "forward", "TargetGroupArn": lb.group()}]
    lb.listener(lb.balancer("one")["LoadBalancerArn"], DefaultActions=forward)
    with refused("TargetGroupAssociationLimit", "more than one load balancer"):
        lb.listener(lb.balancer("two")["LoadBalancerArn"], DefaultActions=forward)


def test_a_group_stands_in_the_load_balancers_vpc(lb: Balancing) -> None:
    forward = [{"Type": "forward", "TargetGroupArn": lb.group(VpcId="vpc-2")}]
    with refused("InvalidConfigurationRequest", "same VPC"):
        lb.rule(lb.a_listener(), 1, Actions=forward)


def test_http2_groups_need_an_https_listener(lb: Balancing) -> None:
    forward = [{"Type": "forward", "TargetGroupArn": lb.group(ProtocolVersion="HTTP2")}]
    with refused("IncompatibleProtocols", "protocol-version 'HTTP2'"):
        lb.rule(lb.a_listener(), 1, Actions=forward)


def test_a_rule_may_keep_clients_with_their_target_group(lb: Balancing) -> None:
    listener = lb.a_listener()
    config: dict[str, Any] = {
        "TargetGroups": [
            {"TargetGroupArn": lb.group("cats"), "Weight": 1},
            {"TargetGroupArn": lb.group("dogs"), "Weight": 1},
        ],
        "TargetGroupStickinessConfig": {"Enabled": True, "DurationSeconds": 60},
    }
    (shown,) = lb.rule(listener, 1, Actions=[{"Type": "forward", "ForwardConfig": config}])[
        "Actions"
    ]
    assert shown["ForwardConfig"] == config
    for stickiness, words in (
        ({"Enabled": True}, "duration of target group stickiness must be"),
        ({"Enabled": True, "DurationSeconds": 604801}, "must be in the range"),
    ):
        config["TargetGroupStickinessConfig"] = stickiness
        with refused("ValidationError", words):
            lb.rule(listener, 2, Actions=[{"Type": "forward", "ForwardConfig": config}])
