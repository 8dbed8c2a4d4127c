"""Tags of everything that can carry them."""

from __future__ import annotations

from tests.aws.elbv2.network import Balancing, refused


def _tags(lb: Balancing, arn: str) -> dict[str, str]:
    (shown,) = lb.client.describe_tags(ResourceArns=[arn])["TagDescriptions"]
    return {tag["Key"]: tag["Value"] for tag in shown["Tags"]}


def test_all_four_kinds_carry_tags(lb: Balancing) -> None:
    tags = [{"Key": "team", "Value": "cats"}]
    balancer = lb.balancer(Tags=tags)["LoadBalancerArn"]
    listener = lb.listener(balancer, Tags=tags)
    rule = lb.rule(listener, 1, Tags=tags)["RuleArn"]
    arns = [balancer, listener, rule, lb.group(Tags=tags)]
    assert [_tags(lb, arn) for arn in arns] == [{"team": "cats"}] * 4
    lb.client.add_tags(ResourceArns=arns, Tags=[{"Key": "team", "Value": "dogs"}, {"Key": "x"}])
    assert [_tags(lb, arn) for arn in arns] == [{"team": "dogs", "x": ""}] * 4
    lb.client.remove_tags(ResourceArns=arns, TagKeys=["team", "nothing"])
    assert [_tags(lb, arn) for arn in arns] == [{"x": ""}] * 4


def test_tags_that_cannot_be(lb: Balancing) -> None:
    arn = lb.group()
    with refused("DuplicateTagKeys", "more than once: a"):
        lb.client.add_tags(ResourceArns=[arn], Tags=[{"Key": "a"}, {"Key": "a"}])
    with refused("ValidationError", "aws:"):
        lb.client.add_tags(ResourceArns=[arn], Tags=[{"Key": "aws:a"}])
    many = [{"Key": f"k{number}"} for number in range(51)]
    with refused("TooManyTags"):
        lb.client.add_tags(ResourceArns=[arn], Tags=many)
    assert _tags(lb, arn) == {}


def test_a_resource_that_is_not_there(lb: Balancing) -> None:
    with refused("TargetGroupNotFound"):
        lb.client.describe_tags(ResourceArns=[lb.group() + "0"])
    with refused("ValidationError", "is not a valid resource ARN"):
        lb.client.describe_tags(ResourceArns=["cats"])
