"""AWS::EC2 resources."""

from __future__ import annotations

from typing import Any

from seaway.reconcile.stack_types.kinds import Kind, Made, Properties, Work, listed

TAGS = frozenset({"Tags"})


def _spec(work: Work, kind: str) -> list[dict[str, Any]] | None:
    tags = work.tags()
    return [{"ResourceType": kind, "Tags": tags}] if tags else None


def _retag(work: Work, old: Properties, resource: str | None = None) -> None:
    """Put the tags on as they are now, and take away those that are no more."""
    if work.get("Tags") == old.get("Tags"):
        return
    key = resource or work.physical
    tags = work.tags() or []
    kept = {tag["Key"] for tag in tags}
    going = [{"Key": t["Key"]} for t in old.get("Tags") or () if t["Key"] not in kept]
    if going:
        work("ec2", "DeleteTags", Resources=[key], Tags=going)
    if tags:
        work("ec2", "CreateTags", Resources=[key], Tags=tags)


def _tags_only(work: Work, old: Properties) -> Made:
    _retag(work, old)
    return Made(work.physical, dict(work.attributes))


def _create_vpc(work: Work) -> Made:
    work.only("CidrBlock", "InstanceTenancy", "EnableDnsSupport", "EnableDnsHostnames", "Tags")
    asked = work.some("CidrBlock", "InstanceTenancy")
    vpc = work("ec2", "CreateVpc", **asked, TagSpecifications=_spec(work, "vpc"))["Vpc"]
    key = vpc["VpcId"]
    work.there(key)
    _vpc_attributes(work, key)
    here = [{"Name": "vpc-id", "Values": [key]}]
    groups = work("ec2", "DescribeSecurityGroups", Filters=here)["SecurityGroups"]
    acls = work("ec2", "DescribeNetworkAcls", Filters=here)["NetworkAcls"]
    return Made(
        key,
        {
            "VpcId": key,
            "CidrBlock": vpc["CidrBlock"],
            "DefaultSecurityGroup": groups[0]["GroupId"],
            "DefaultNetworkAcl": acls[0]["NetworkAclId"],
            "CidrBlockAssociations": [
                one["AssociationId"] for one in vpc["CidrBlockAssociationSet"]
            ],
        },
    )


def _vpc_attributes(work: Work, key: str) -> None:
    for name in ("EnableDnsSupport", "EnableDnsHostnames"):
        if name in work.properties:
            work("ec2", "ModifyVpcAttribute", VpcId=key, **{name: {"Value": work.get(name)}})


def _update_vpc(work: Work, old: Properties) -> Made:
    _vpc_attributes(work, work.physical)
    return _tags_only(work, old)


VPC = Kind(
    create=_create_vpc,
    update=_update_vpc,
    mutable=TAGS | {"EnableDnsSupport", "EnableDnsHostnames"},
    delete=lambda work: work("ec2", "DeleteVpc", VpcId=work.physical),
)


def _create_subnet(work: Work) -> Made:
    names = ("VpcId", "CidrBlock", "AvailabilityZone", "AvailabilityZoneId")
    work.only(*names, "MapPublicIpOnLaunch", "Tags")
    spec = _spec(work, "subnet")
    subnet = work("ec2", "CreateSubnet", **work.some(*names), TagSpecifications=spec)["Subnet"]
    key = subnet["SubnetId"]
    work.there(key)
    _map_public(work, key)
    attributes = {name: subnet[name] for name in ("SubnetId", *names)}
    return Made(key, {**attributes, "NetworkAclAssociationId": f"aclassoc-{key[7:]}"})


def _map_public(work: Work, key: str) -> None:
    if "MapPublicIpOnLaunch" in work.properties:
        public = {"Value": work.get("MapPublicIpOnLaunch")}
        work("ec2", "ModifySubnetAttribute", SubnetId=key, MapPublicIpOnLaunch=public)


def _update_subnet(work: Work, old: Properties) -> Made:
    _map_public(work, work.physical)
    return _tags_only(work, old)


SUBNET = Kind(
    create=_create_subnet,
    update=_update_subnet,
    mutable=TAGS | {"MapPublicIpOnLaunch"},
    delete=lambda work: work("ec2", "DeleteSubnet", SubnetId=work.physical),
)

_INGRESS = "SecurityGroupIngress"
_EGRESS = "SecurityGroupEgress"
_WAYS = ((_INGRESS, "Ingress"), (_EGRESS, "Egress"))
_ALL_OUT = {"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}


def _permission(rule: Properties) -> dict[str, Any]:
    """An IpPermission of the API for a rule as templates write it."""
    made: dict[str, Any] = {
        name: rule[name] for name in ("IpProtocol", "FromPort", "ToPort") if name in rule
    }
    made["IpProtocol"] = str(rule.get("IpProtocol", "-1"))
    note = {"Description": rule["Description"]} if rule.get("Description") else {}
    peer = rule.get("SourceSecurityGroupId") or rule.get("DestinationSecurityGroupId")
    if rule.get("CidrIp"):
        made["IpRanges"] = [{"CidrIp": rule["CidrIp"], **note}]
    elif rule.get("CidrIpv6"):
        made["Ipv6Ranges"] = [{"CidrIpv6": rule["CidrIpv6"], **note}]
    elif peer:
        made["UserIdGroupPairs"] = [{"GroupId": peer, **note}]
    elif rule.get("SourceSecurityGroupName"):
        made["UserIdGroupPairs"] = [{"GroupName": rule["SourceSecurityGroupName"], **note}]
    elif rule.get("SourcePrefixListId") or rule.get("DestinationPrefixListId"):
        listed_id = rule.get("SourcePrefixListId") or rule["DestinationPrefixListId"]
        made["PrefixListIds"] = [{"PrefixListId": listed_id, **note}]
    return made


def _rules(work: Work, verb: str, group: str, way: str, rules: list[Properties]) -> Any:
    return work(
        "ec2",
        f"{verb}SecurityGroup{way}",
        GroupId=group,
        IpPermissions=[_permission(rule) for rule in rules],
    )


def _create_group(work: Work) -> Made:
    work.only("GroupName", "GroupDescription", "VpcId", _INGRESS, _EGRESS, "Tags")
    group = work(
        "ec2",
        "CreateSecurityGroup",
        GroupName=work.name("GroupName", 255),
        Description=work.need("GroupDescription"),
        VpcId=work.get("VpcId"),
        TagSpecifications=_spec(work, "security-group"),
    )["GroupId"]
    work.there(group)
    if listed(work.get(_EGRESS)):
        _rules(work, "Revoke", group, "Egress", [_ALL_OUT])
    for name, way in _WAYS:
        rules = listed(work.get(name))
        if rules:
            _rules(work, "Authorize", group, way, rules)
    shown = work("ec2", "DescribeSecurityGroups", GroupIds=[group])["SecurityGroups"][0]
    return Made(group, {"GroupId": group, "Id": group, "VpcId": shown["VpcId"]})


def _update_group(work: Work, old: Properties) -> Made:
    for name, way in _WAYS:
        before, now = listed(old.get(name)), listed(work.get(name))
        if name == _EGRESS:
            before, now = before or [_ALL_OUT], now or [_ALL_OUT]
        going = [rule for rule in before if rule not in now]
        coming = [rule for rule in now if rule not in before]
        if going:
            _rules(work, "Revoke", work.physical, way, going)
        if coming:
            _rules(work, "Authorize", work.physical, way, coming)
    return _tags_only(work, old)


SECURITY_GROUP = Kind(
    create=_create_group,
    update=_update_group,
    mutable=TAGS | {_INGRESS, _EGRESS},
    delete=lambda work: work("ec2", "DeleteSecurityGroup", GroupId=work.physical),
)


def _create_rule(way: str) -> Any:
    def create(work: Work) -> Made:
        group = work.need("GroupId")
        made = _rules(work, "Authorize", group, way, [work.properties])
        key = made["SecurityGroupRules"][0]["SecurityGroupRuleId"]
        return Made(key, {"Id": key})

    return create


def _delete_rule(way: str) -> Any:
    def delete(work: Work) -> None:
        work(
            "ec2",
            f"RevokeSecurityGroup{way}",
            GroupId=work.need("GroupId"),
            SecurityGroupRuleIds=[work.physical],
        )

    return delete


INGRESS = Kind(create=_create_rule("Ingress"), delete=_delete_rule("Ingress"))
EGRESS = Kind(create=_create_rule("Egress"), delete=_delete_rule("Egress"))


def _create_gateway(work: Work) -> Made:
    work.only("Tags")
    spec = _spec(work, "internet-gateway")
    made = work("ec2", "CreateInternetGateway", TagSpecifications=spec)["InternetGateway"]
    key = made["InternetGatewayId"]
    return Made(key, {"InternetGatewayId": key})


INTERNET_GATEWAY = Kind(
    create=_create_gateway,
    update=_tags_only,
    mutable=TAGS,
    delete=lambda work: work("ec2", "DeleteInternetGateway", InternetGatewayId=work.physical),
)


def _attach(work: Work) -> Made:
    work.only("VpcId", "InternetGatewayId")
    work("ec2", "AttachInternetGateway", **work.some("VpcId", "InternetGatewayId"))
    return Made(f"IGW|{work.get('VpcId')}", {"AttachmentType": "IGW"})


ATTACHMENT = Kind(
    create=_attach,
    delete=lambda work: work(
        "ec2", "DetachInternetGateway", **work.some("VpcId", "InternetGatewayId")
    ),
)


def _create_table(work: Work) -> Made:
    work.only("VpcId", "Tags")
    spec = _spec(work, "route-table")
    made = work("ec2", "CreateRouteTable", VpcId=work.need("VpcId"), TagSpecifications=spec)
    key = made["RouteTable"]["RouteTableId"]
    return Made(key, {"RouteTableId": key})


ROUTE_TABLE = Kind(
    create=_create_table,
    update=_tags_only,
    mutable=TAGS,
    delete=lambda work: work("ec2", "DeleteRouteTable", RouteTableId=work.physical),
)


def _destination(work: Work) -> dict[str, Any]:
    return work.some("RouteTableId", "DestinationCidrBlock", "DestinationIpv6CidrBlock")


def _create_route(work: Work) -> Made:
    work("ec2", "CreateRoute", **work.properties)
    destination = work.get("DestinationCidrBlock") or work.get("DestinationIpv6CidrBlock")
    return Made(f"{work.get('RouteTableId')}|{destination}", {"CidrBlock": destination})


def _update_route(work: Work, old: Properties) -> Made:
    work("ec2", "ReplaceRoute", **work.properties)
    return Made(work.physical, dict(work.attributes))


ROUTE = Kind(
    create=_create_route,
    update=_update_route,
    mutable=frozenset({"GatewayId", "NatGatewayId", "InstanceId", "NetworkInterfaceId"}),
    delete=lambda work: work("ec2", "DeleteRoute", **_destination(work)),
)


def _associate(work: Work) -> Made:
    work.only("RouteTableId", "SubnetId")
    made = work("ec2", "AssociateRouteTable", **work.some("RouteTableId", "SubnetId"))
    return Made(made["AssociationId"], {"Id": made["AssociationId"]})


ASSOCIATION = Kind(
    create=_associate,
    delete=lambda work: work("ec2", "DisassociateRouteTable", AssociationId=work.physical),
)


def _create_address(work: Work) -> Made:
    work.only("Domain", "Tags")
    made = work("ec2", "AllocateAddress", TagSpecifications=_spec(work, "elastic-ip"))
    return Made(
        made["PublicIp"], {"AllocationId": made["AllocationId"], "PublicIp": made["PublicIp"]}
    )


def _retag_address(work: Work, old: Properties) -> Made:
    _retag(work, old, work.attributes["AllocationId"])
    return Made(work.physical, dict(work.attributes))


ADDRESS = Kind(
    create=_create_address,
    update=_retag_address,
    mutable=TAGS,
    delete=lambda work: work("ec2", "ReleaseAddress", AllocationId=work.attributes["AllocationId"]),
)


def _create_nat(work: Work) -> Made:
    names = ("SubnetId", "AllocationId", "ConnectivityType", "PrivateIpAddress")
    work.only(*names, "Tags")
    made = work(
        "ec2", "CreateNatGateway", **work.some(*names), TagSpecifications=_spec(work, "natgateway")
    )
    key = made["NatGateway"]["NatGatewayId"]
    return Made(key, {"NatGatewayId": key})


NAT_GATEWAY = Kind(
    create=_create_nat,
    update=_tags_only,
    mutable=TAGS,
    delete=lambda work: work("ec2", "DeleteNatGateway", NatGatewayId=work.physical),
)


def _create_template(work: Work) -> Made:
    work.only("LaunchTemplateName", "LaunchTemplateData", "VersionDescription", "TagSpecifications")
    made = work(
        "ec2",
        "CreateLaunchTemplate",
        LaunchTemplateName=work.name("LaunchTemplateName"),
        LaunchTemplateData=work.need("LaunchTemplateData"),
        **work.some("VersionDescription", "TagSpecifications"),
    )["LaunchTemplate"]
    return _template(made["LaunchTemplateId"], 1, 1)


def _template(key: str, default: int, latest: int) -> Made:
    return Made(
        key,
        {
            "LaunchTemplateId": key,
            "DefaultVersionNumber": str(default),
            "LatestVersionNumber": str(latest),
        },
    )


def _update_template(work: Work, old: Properties) -> Made:
    made = work(
        "ec2",
        "CreateLaunchTemplateVersion",
        LaunchTemplateId=work.physical,
        LaunchTemplateData=work.need("LaunchTemplateData"),
        **work.some("VersionDescription"),
    )["LaunchTemplateVersion"]
    return _template(
        work.physical, int(work.attributes["DefaultVersionNumber"]), made["VersionNumber"]
    )


LAUNCH_TEMPLATE = Kind(
    create=_create_template,
    update=_update_template,
    mutable=frozenset({"LaunchTemplateData", "VersionDescription"}),
    delete=lambda work: work("ec2", "DeleteLaunchTemplate", LaunchTemplateId=work.physical),
)

TYPES = {
    "AWS::EC2::VPC": VPC,
    "AWS::EC2::Subnet": SUBNET,
    "AWS::EC2::SecurityGroup": SECURITY_GROUP,
    "AWS::EC2::SecurityGroupIngress": INGRESS,
    "AWS::EC2::SecurityGroupEgress": EGRESS,
    "AWS::EC2::InternetGateway": INTERNET_GATEWAY,
    "AWS::EC2::VPCGatewayAttachment": ATTACHMENT,
    "AWS::EC2::RouteTable": ROUTE_TABLE,
    "AWS::EC2::Route": ROUTE,
    "AWS::EC2::SubnetRouteTableAssociation": ASSOCIATION,
    "AWS::EC2::EIP": ADDRESS,
    "AWS::EC2::NatGateway": NAT_GATEWAY,
    "AWS::EC2::LaunchTemplate": LAUNCH_TEMPLATE,
}
