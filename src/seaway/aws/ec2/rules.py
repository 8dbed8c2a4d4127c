"""Security group rules: between EC2's permissions and our rules, one source each."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from seaway.aws.ec2 import errors
from seaway.aws.ec2.tags import shown
from seaway.core.names import Place
from seaway.core.routing import SecurityGroup, SecurityGroupRule

if TYPE_CHECKING:
    from seaway.aws.shapes import ec2 as shapes

_NAMES = {"6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6", "all": "-1"}
_WITH_PORTS = ("tcp", "udp", "icmp", "icmpv6")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A rule asked for, before it has an id."""

    protocol: str
    from_port: int = -1
    to_port: int = -1
    description: str | None = None
    cidr: str | None = None
    cidr6: str | None = None
    peer: str | None = None
    prefix_list: str | None = None

    def rule(self, key: str, group: str, egress: bool) -> SecurityGroupRule:
        """The rule under this id."""
        return SecurityGroupRule(
            id=key,
            group=group,
            egress=egress,
            protocol=self.protocol,
            from_port=self.from_port,
            to_port=self.to_port,
            description=self.description,
            cidr=self.cidr,
            cidr6=self.cidr6,
            peer=self.peer,
            prefix_list=self.prefix_list,
        )


def wanted_rules(
    permissions: Iterable[shapes.IpPermission], group_named: Callable[[shapes.UserIdGroupPair], str]
) -> Iterator[Wanted]:
    """Every rule that permissions ask for. ``group_named`` gives the id of a pair's group."""
    for item in permissions:
        protocol, first, last = parse_ports(
            item.get("IpProtocol"), item.get("FromPort"), item.get("ToPort")
        )

        def rule(
            note: str | None,
            *,
            cidr: str | None = None,
            cidr6: str | None = None,
            peer: str | None = None,
            prefix_list: str | None = None,
            ports: tuple[str, int, int] = (protocol, first, last),
        ) -> Wanted:
            return Wanted(
                protocol=ports[0],
                from_port=ports[1],
                to_port=ports[2],
                description=note,
                cidr=cidr,
                cidr6=cidr6,
                peer=peer,
                prefix_list=prefix_list,
            )

        for ranged in item.get("IpRanges", ()):
            cidr = parse_cidr(ranged.get("CidrIp", ""), 4)
            yield rule(ranged.get("Description"), cidr=cidr)
        for ranged6 in item.get("Ipv6Ranges", ()):
            cidr6 = parse_cidr(ranged6.get("CidrIpv6", ""), 6)
            yield rule(ranged6.get("Description"), cidr6=cidr6)
        for pair in item.get("UserIdGroupPairs", ()):
            yield rule(pair.get("Description"), peer=group_named(pair))
        for listed in item.get("PrefixListIds", ()):
            yield rule(listed.get("Description"), prefix_list=listed.get("PrefixListId"))


def parse_cidr(text: str, version: int) -> str:
    """A range of addresses as EC2 keeps it."""
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        network = None
    if network is None or network.version != version:
        raise errors.InvalidParameterValue(f"CIDR block {text} is malformed")
    return str(network)


def parse_ports(protocol: str | None, first: int | None, last: int | None) -> tuple[str, int, int]:
    """Protocol by EC2's name, and its ports; -1 to -1 where it has none."""
    if not protocol:
        raise errors.MissingParameter("The request must contain the parameter IpProtocol")
    name = _NAMES.get(protocol.lower(), protocol.lower())
    if name == "-1" or name not in _WITH_PORTS:
        if name != "-1" and not (name.isdecimal() and int(name) < 256):
            raise errors.InvalidParameterValue(
                f"Invalid value '{protocol}' for IP protocol. Unknown protocol."
            )
        return name, -1, -1
    low = -1 if first is None else first
    high = -1 if last is None else last
    if name in ("tcp", "udp"):
        if first is None or last is None:
            raise errors.MissingParameter(
                "The request must contain the parameters fromPort and toPort"
            )
        if not 0 <= low <= high <= 65535:
            raise errors.InvalidParameterValue(f"Invalid TCP/UDP port range ({low}:{high})")
    return name, low, high


def permissions(rules: Sequence[SecurityGroupRule], owner: str) -> list[shapes.IpPermission]:
    """Rules gathered by protocol and ports, as EC2 shows a group's permissions."""
    gathered: dict[tuple[str, int, int], list[SecurityGroupRule]] = {}
    for rule in rules:
        gathered.setdefault((rule.protocol, rule.from_port, rule.to_port), []).append(rule)
    return [_permission(what, some, owner) for what, some in gathered.items()]


def _permission(
    what: tuple[str, int, int], rules: Sequence[SecurityGroupRule], owner: str
) -> shapes.IpPermission:
    shown_rule: shapes.IpPermission = {
        "IpProtocol": what[0],
        "IpRanges": [],
        "Ipv6Ranges": [],
        "PrefixListIds": [],
        "UserIdGroupPairs": [],
    }
    if what[0] in _WITH_PORTS:
        shown_rule["FromPort"], shown_rule["ToPort"] = what[1], what[2]
    for rule in rules:
        if rule.cidr:
            ranged: shapes.IpRange = {"CidrIp": rule.cidr}
            if rule.description:
                ranged["Description"] = rule.description
            shown_rule["IpRanges"].append(ranged)
        elif rule.cidr6:
            ranged6: shapes.Ipv6Range = {"CidrIpv6": rule.cidr6}
            if rule.description:
                ranged6["Description"] = rule.description
            shown_rule["Ipv6Ranges"].append(ranged6)
        elif rule.peer:
            pair: shapes.UserIdGroupPair = {"GroupId": rule.peer, "UserId": owner}
            if rule.description:
                pair["Description"] = rule.description
            shown_rule["UserIdGroupPairs"].append(pair)
        elif rule.prefix_list:
            listed: shapes.PrefixListId = {"PrefixListId": rule.prefix_list}
            if rule.description:
                listed["Description"] = rule.description
            shown_rule["PrefixListIds"].append(listed)
    return shown_rule


def rule_facts(rules: Sequence[SecurityGroupRule]) -> dict[str, object]:
    """The filters of DescribeSecurityGroups that look into the rules."""
    facts: dict[str, object] = {}
    for prefix, egress in (("ip-permission", False), ("egress.ip-permission", True)):
        some = [rule for rule in rules if rule.egress is egress]
        facts[f"{prefix}.cidr"] = [rule.cidr for rule in some]
        facts[f"{prefix}.ipv6-cidr"] = [rule.cidr6 for rule in some]
        facts[f"{prefix}.group-id"] = [rule.peer for rule in some]
        facts[f"{prefix}.protocol"] = [rule.protocol for rule in some]
        facts[f"{prefix}.from-port"] = [rule.from_port for rule in some]
        facts[f"{prefix}.to-port"] = [rule.to_port for rule in some]
    return facts


def render_group_arn(group: SecurityGroup) -> str:
    """The ARN of a security group."""
    place = Place(account=group.owner, region=group.region)
    return place.arn("ec2", f"security-group/{group.id}")


def render_rule(group: SecurityGroup, rule: SecurityGroupRule) -> shapes.SecurityGroupRule:
    """A rule by itself, as EC2 shows it."""
    place = Place(account=group.owner, region=group.region)
    row: shapes.SecurityGroupRule = {
        "SecurityGroupRuleId": rule.id,
        "SecurityGroupRuleArn": place.arn("ec2", f"security-group-rule/{rule.id}"),
        "GroupId": group.id,
        "GroupOwnerId": group.owner,
        "IsEgress": rule.egress,
        "IpProtocol": rule.protocol,
        "FromPort": rule.from_port,
        "ToPort": rule.to_port,
        "Tags": shown(rule.tags),
    }
    if rule.cidr:
        row["CidrIpv4"] = rule.cidr
    if rule.cidr6:
        row["CidrIpv6"] = rule.cidr6
    if rule.prefix_list:
        row["PrefixListId"] = rule.prefix_list
    if rule.peer:
        row["ReferencedGroupInfo"] = {"GroupId": rule.peer, "UserId": group.owner}
    if rule.description:
        row["Description"] = rule.description
    return row
