"""AWS::ElasticLoadBalancingV2 resources."""

from __future__ import annotations

from typing import Any

from seaway.reconcile.stack_types.kinds import Kind, Made, Properties, Work, listed, unchanged


def _modify(work: Work, operation: str, arn: dict[str, str], attributes: Any) -> None:
    if listed(attributes):
        work("elbv2", operation, Attributes=listed(attributes), **arn)


def _balancer_attributes(work: Work, arn: str) -> None:
    attributes = work.get("LoadBalancerAttributes")
    _modify(work, "ModifyLoadBalancerAttributes", {"LoadBalancerArn": arn}, attributes)


def _create_balancer(work: Work) -> Made:
    rest = work.without("Name", "Tags", "LoadBalancerAttributes")
    made = work("elbv2", "CreateLoadBalancer", Name=_name(work), Tags=work.tags(), **rest)[
        "LoadBalancers"
    ][0]
    arn = made["LoadBalancerArn"]
    work.there(arn)
    _balancer_attributes(work, arn)
    return Made(
        arn,
        {
            "LoadBalancerArn": arn,
            "DNSName": made["DNSName"],
            "LoadBalancerFullName": arn.partition(":loadbalancer/")[2],
            "LoadBalancerName": made["LoadBalancerName"],
            "CanonicalHostedZoneID": made.get("CanonicalHostedZoneId", ""),
            "SecurityGroups": made.get("SecurityGroups", []),
        },
    )


def _name(work: Work) -> str:
    """A load balancer's or target group's name: 32 characters at most."""
    own = work.get("Name")
    if own:
        return str(own)
    ending = work.moment.alnum(12).upper()
    return f"{work.stack_name[:9]}-{work.logical[:9]}-{ending}"[:32]


def _update_balancer(work: Work, old: Properties) -> Made:
    arn = work.physical
    _balancer_attributes(work, arn)
    groups = listed(work.get("SecurityGroups"))
    if groups and groups != listed(old.get("SecurityGroups")):
        work("elbv2", "SetSecurityGroups", LoadBalancerArn=arn, SecurityGroups=groups)
    subnets = listed(work.get("Subnets"))
    if subnets and subnets != listed(old.get("Subnets")):
        work("elbv2", "SetSubnets", LoadBalancerArn=arn, Subnets=subnets)
    return Made(arn, {**work.attributes, "SecurityGroups": groups})


def _balancer_ready(work: Work) -> bool:
    shown = work("elbv2", "DescribeLoadBalancers", LoadBalancerArns=[work.physical])
    return bool(shown["LoadBalancers"][0]["State"]["Code"] == "active")


LOAD_BALANCER = Kind(
    create=_create_balancer,
    update=_update_balancer,
    mutable=frozenset({"LoadBalancerAttributes", "SecurityGroups", "Subnets"}),
    ready=_balancer_ready,
    delete=lambda work: work("elbv2", "DeleteLoadBalancer", LoadBalancerArn=work.physical),
)


def _group_attributes(work: Work, arn: str) -> None:
    attributes = work.get("TargetGroupAttributes")
    _modify(work, "ModifyTargetGroupAttributes", {"TargetGroupArn": arn}, attributes)


def _create_group(work: Work) -> Made:
    rest = work.without("Name", "Tags", "TargetGroupAttributes", "Targets")
    made = work("elbv2", "CreateTargetGroup", Name=_name(work), Tags=work.tags(), **rest)[
        "TargetGroups"
    ][0]
    arn = made["TargetGroupArn"]
    work.there(arn)
    _group_attributes(work, arn)
    if listed(work.get("Targets")):
        work("elbv2", "RegisterTargets", TargetGroupArn=arn, Targets=work.get("Targets"))
    return Made(
        arn,
        {
            "TargetGroupArn": arn,
            "TargetGroupFullName": arn.rpartition(":")[2],
            "TargetGroupName": made["TargetGroupName"],
            "LoadBalancerArns": [],
        },
    )


_CHECK = frozenset(
    {
        "HealthCheckEnabled",
        "HealthCheckIntervalSeconds",
        "HealthCheckPath",
        "HealthCheckPort",
        "HealthCheckProtocol",
        "HealthCheckTimeoutSeconds",
        "HealthyThresholdCount",
        "UnhealthyThresholdCount",
        "Matcher",
    }
)


def _update_group(work: Work, old: Properties) -> Made:
    work("elbv2", "ModifyTargetGroup", TargetGroupArn=work.physical, **work.some(*_CHECK))
    _group_attributes(work, work.physical)
    return unchanged(work)


TARGET_GROUP = Kind(
    create=_create_group,
    update=_update_group,
    mutable=_CHECK | {"TargetGroupAttributes"},
    delete=lambda work: work("elbv2", "DeleteTargetGroup", TargetGroupArn=work.physical),
)


def _create_listener(work: Work) -> Made:
    rest = work.without("ListenerAttributes")
    made = work("elbv2", "CreateListener", **rest)["Listeners"][0]
    arn = made["ListenerArn"]
    work.there(arn)
    attributes = work.get("ListenerAttributes")
    _modify(work, "ModifyListenerAttributes", {"ListenerArn": arn}, attributes)
    return Made(arn, {"ListenerArn": arn})


def _update_listener(work: Work, old: Properties) -> Made:
    rest = work.without("ListenerAttributes", "LoadBalancerArn")
    work("elbv2", "ModifyListener", ListenerArn=work.physical, **rest)
    attributes = work.get("ListenerAttributes")
    _modify(work, "ModifyListenerAttributes", {"ListenerArn": work.physical}, attributes)
    return unchanged(work)


LISTENER = Kind(
    create=_create_listener,
    update=_update_listener,
    mutable=frozenset(
        {
            "DefaultActions",
            "Port",
            "Protocol",
            "Certificates",
            "SslPolicy",
            "AlpnPolicy",
            "ListenerAttributes",
        }
    ),
    delete=lambda work: work("elbv2", "DeleteListener", ListenerArn=work.physical),
)


def _arns(properties: Properties) -> list[str]:
    return [one["CertificateArn"] for one in listed(properties.get("Certificates"))]


def _add(work: Work, arns: list[str]) -> None:
    for arn in arns:
        given = [{"CertificateArn": arn}]
        listener = work.need("ListenerArn")
        work("elbv2", "AddListenerCertificates", ListenerArn=listener, Certificates=given)


def _remove(work: Work, arns: list[str]) -> None:
    for arn in arns:
        given = [{"CertificateArn": arn}]
        listener = work.need("ListenerArn")
        work("elbv2", "RemoveListenerCertificates", ListenerArn=listener, Certificates=given)


def _create_more(work: Work) -> Made:
    _add(work, _arns(work.properties))
    return Made(f"{work.stack_name}-{work.logical}-{work.moment.alnum(12).upper()}")


def _update_more(work: Work, old: Properties) -> Made:
    before, now = _arns(old), _arns(work.properties)
    _add(work, [arn for arn in now if arn not in before])
    _remove(work, [arn for arn in before if arn not in now])
    return unchanged(work)


LISTENER_CERTIFICATE = Kind(
    create=_create_more,
    update=_update_more,
    mutable=frozenset({"Certificates"}),
    delete=lambda work: _remove(work, _arns(work.properties)),
)


def _create_rule(work: Work) -> Made:
    made = work("elbv2", "CreateRule", **work.properties)["Rules"][0]
    return Made(made["RuleArn"], {"RuleArn": made["RuleArn"], "IsDefault": False})


def _update_rule(work: Work, old: Properties) -> Made:
    arn = work.physical
    work("elbv2", "ModifyRule", RuleArn=arn, **work.some("Actions", "Conditions"))
    if work.get("Priority") != old.get("Priority"):
        priority = {"RuleArn": arn, "Priority": work.get("Priority")}
        work("elbv2", "SetRulePriorities", RulePriorities=[priority])
    return unchanged(work)


RULE = Kind(
    create=_create_rule,
    update=_update_rule,
    mutable=frozenset({"Actions", "Conditions", "Priority"}),
    delete=lambda work: work("elbv2", "DeleteRule", RuleArn=work.physical),
)

TYPES = {
    "AWS::ElasticLoadBalancingV2::LoadBalancer": LOAD_BALANCER,
    "AWS::ElasticLoadBalancingV2::TargetGroup": TARGET_GROUP,
    "AWS::ElasticLoadBalancingV2::Listener": LISTENER,
    "AWS::ElasticLoadBalancingV2::ListenerCertificate": LISTENER_CERTIFICATE,
    "AWS::ElasticLoadBalancingV2::ListenerRule": RULE,
}
