"""The rules of security groups: added, taken away and changed.

They say who may talk to a group's members; nothing here holds anybody to it yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from seaway.aws.call import Call
from seaway.aws.ec2 import errors
from seaway.aws.ec2.filters import answered, chosen, paged
from seaway.aws.ec2.lookup import need, own
from seaway.aws.ec2.rules import Wanted, parse_cidr, parse_ports, render_rule, wanted_rules
from seaway.aws.ec2.security_groups import group_of
from seaway.aws.ec2.tags import specified
from seaway.aws.operation import operation
from seaway.core.routing import SecurityGroup, SecurityGroupRule
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import ec2 as shapes


def _wanted(
    tx: Transaction, call: Call, group: SecurityGroup, request: Mapping[str, Any]
) -> list[Wanted]:
    permissions = list(request.get("IpPermissions") or ())
    if request.get("IpProtocol"):
        single = {
            name: request[name] for name in ("IpProtocol", "FromPort", "ToPort") if name in request
        }
        if request.get("CidrIp"):
            single["IpRanges"] = [{"CidrIp": request["CidrIp"]}]
        permissions.append(single)
    if request.get("SourceSecurityGroupName"):
        pair = {"GroupName": request["SourceSecurityGroupName"]}
        if not permissions:
            permissions.append({"IpProtocol": "-1"})
        permissions[-1] = {**permissions[-1], "UserIdGroupPairs": [pair]}
    if not permissions:
        raise errors.MissingParameter("The request must contain the parameter IpPermissions")

    def group_named(pair: shapes.UserIdGroupPair) -> str:
        if pair.get("GroupId"):
            return need(tx, call, SecurityGroup, pair["GroupId"]).id
        for other in tx.where(SecurityGroup, vpc=group.vpc):
            if other.name == pair.get("GroupName"):
                return other.id
        raise errors.GroupNotFound(f"The security group '{pair.get('GroupName')}' does not exist")

    wanted = list(wanted_rules(permissions, group_named))
    if not wanted:
        raise errors.MissingParameter("The request must contain a source or destination")
    return wanted


def _say(rule: SecurityGroupRule | Wanted, egress: bool) -> str:
    peer = rule.cidr or rule.cidr6 or rule.peer or rule.prefix_list
    ports = (
        "" if rule.protocol == "-1" else f", from port: {rule.from_port}, to port: {rule.to_port}"
    )
    protocol = "ALL" if rule.protocol == "-1" else rule.protocol.upper()
    return f"peer: {peer}, {protocol}{ports}, {'EGRESS' if egress else 'ALLOW'}"


def _authorize(
    tx: Transaction, call: Call, group: SecurityGroup, request: Any, egress: bool
) -> dict[str, Any]:
    held = {rule.what for rule in tx.where(SecurityGroupRule, group=group.id)}
    tags = specified(request.get("TagSpecifications"), "security-group-rule")
    added = []
    for wanted in _wanted(tx, call, group, request):
        rule = wanted.rule(f"sgr-{call.moment.hex(17)}", group.id, egress)
        if rule.what in held:
            raise errors.PermissionDuplicate(
                f'the specified rule "{_say(rule, egress)}" already exists'
            )
        held.add(rule.what)
        added.append(replace(rule, tags=tags))
    for rule in added:
        tx.put(rule)
    return {"Return": True, "SecurityGroupRules": [render_rule(group, rule) for rule in added]}


@operation("ec2")
def authorize_security_group_ingress(
    tx: Transaction, call: Call, request: shapes.AuthorizeSecurityGroupIngressRequest
) -> shapes.AuthorizeSecurityGroupIngressResult:
    """Let more in (EC2 API: AuthorizeSecurityGroupIngress)."""
    group = group_of(tx, call, request.get("GroupId"), request.get("GroupName"))
    result: Any = _authorize(tx, call, group, request, egress=False)
    return result  # type: ignore[no-any-return]


@operation("ec2")
def authorize_security_group_egress(
    tx: Transaction, call: Call, request: shapes.AuthorizeSecurityGroupEgressRequest
) -> shapes.AuthorizeSecurityGroupEgressResult:
    """Let more out (EC2 API: AuthorizeSecurityGroupEgress)."""
    group = group_of(tx, call, request.get("GroupId"))
    result: Any = _authorize(tx, call, group, request, egress=True)
    return result  # type: ignore[no-any-return]


def _revoke(tx: Transaction, call: Call, group: SecurityGroup, request: Any, egress: bool) -> Any:
    held = [r for r in tx.where(SecurityGroupRule, group=group.id) if r.egress is egress]
    going = []
    for key in request.get("SecurityGroupRuleIds") or ():
        found = next((rule for rule in held if rule.id == key), None)
        if found is None:
            raise errors.RuleNotFound(f"The security group rule ID '{key}' does not exist")
        going.append(found)
    if not going:
        by_what = {rule.what: rule for rule in held}
        for wanted in _wanted(tx, call, group, request):
            found = by_what.get(wanted.rule("", group.id, egress).what)
            if found is None:
                raise errors.PermissionNotFound(
                    "The specified rule does not exist in this security group."
                )
            going.append(found)
    for rule in going:
        tx.drop(rule)
    return {"Return": True, "RevokedSecurityGroupRules": [_revoked(rule) for rule in going]}


def _revoked(rule: SecurityGroupRule) -> shapes.RevokedSecurityGroupRule:
    row: shapes.RevokedSecurityGroupRule = {
        "SecurityGroupRuleId": rule.id,
        "GroupId": rule.group,
        "IsEgress": rule.egress,
        "IpProtocol": rule.protocol,
        "FromPort": rule.from_port,
        "ToPort": rule.to_port,
    }
    if rule.cidr:
        row["CidrIpv4"] = rule.cidr
    if rule.cidr6:
        row["CidrIpv6"] = rule.cidr6
    if rule.peer:
        row["ReferencedGroupId"] = rule.peer
    return row


@operation("ec2")
def revoke_security_group_ingress(
    tx: Transaction, call: Call, request: shapes.RevokeSecurityGroupIngressRequest
) -> shapes.RevokeSecurityGroupIngressResult:
    """Let less in (EC2 API: RevokeSecurityGroupIngress)."""
    group = group_of(tx, call, request.get("GroupId"), request.get("GroupName"))
    result: shapes.RevokeSecurityGroupIngressResult = _revoke(tx, call, group, request, False)
    return result


@operation("ec2")
def revoke_security_group_egress(
    tx: Transaction, call: Call, request: shapes.RevokeSecurityGroupEgressRequest
) -> shapes.RevokeSecurityGroupEgressResult:
    """Let less out (EC2 API: RevokeSecurityGroupEgress)."""
    group = group_of(tx, call, request.get("GroupId"))
    result: shapes.RevokeSecurityGroupEgressResult = _revoke(tx, call, group, request, True)
    return result


@operation("ec2")
def describe_security_group_rules(
    tx: Transaction, call: Call, request: shapes.DescribeSecurityGroupRulesRequest
) -> shapes.DescribeSecurityGroupRulesResult:
    """Rules one by one (EC2 API: DescribeSecurityGroupRules)."""
    groups = {group.id: group for group in own(tx, call, SecurityGroup)}
    rules = [rule for rule in tx.where(SecurityGroupRule) if rule.group in groups]
    wanted = request.get("SecurityGroupRuleIds")
    for key in wanted or ():
        if not any(rule.id == key for rule in rules):
            raise errors.RuleNotFound(f"The security group rule ID '{key}' does not exist")
    rules = [rule for rule in rules if not wanted or rule.id in wanted]
    found = chosen(
        rules,
        request.get("Filters"),
        lambda rule: {"group-id": rule.group, "security-group-rule-id": rule.id},
    )
    some, token = paged(found, request, "DescribeSecurityGroupRules")
    rows = [render_rule(groups[rule.group], rule) for rule in some]
    result: shapes.DescribeSecurityGroupRulesResult = answered("SecurityGroupRules", rows, token)
    return result


@operation("ec2")
def modify_security_group_rules(
    tx: Transaction, call: Call, request: shapes.ModifySecurityGroupRulesRequest
) -> shapes.ModifySecurityGroupRulesResult:
    """Write rules anew under their ids (EC2 API: ModifySecurityGroupRules)."""
    group = need(tx, call, SecurityGroup, request.get("GroupId"))
    for item in request["SecurityGroupRules"]:
        key, new = item["SecurityGroupRuleId"], item.get("SecurityGroupRule", {})
        rule = tx.find(SecurityGroupRule, key)
        if rule is None or rule.group != group.id:
            raise errors.RuleNotFound(f"The security group rule ID '{key}' does not exist")
        protocol, first, last = parse_ports(
            new.get("IpProtocol"), new.get("FromPort"), new.get("ToPort")
        )
        cidr, cidr6 = new.get("CidrIpv4"), new.get("CidrIpv6")
        tx.put(
            replace(
                rule,
                protocol=protocol,
                from_port=first,
                to_port=last,
                cidr=parse_cidr(cidr, 4) if cidr else None,
                cidr6=parse_cidr(cidr6, 6) if cidr6 else None,
                peer=new.get("ReferencedGroupId"),
                prefix_list=new.get("PrefixListId"),
                description=new.get("Description"),
            )
        )
    return {"Return": True}
