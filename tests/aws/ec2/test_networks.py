"""VPCs, subnets, groups, routes and gateways, as a network's template would make them."""

from __future__ import annotations

import pytest

from seaway.aws import ec2
from seaway.aws.ec2 import errors
from tests.builders import an_interface
from tests.handlers import Api


@pytest.fixture
def api() -> Api:
    return Api(ec2.operations())


def _vpc(api: Api, cidr: str = "10.0.0.0/16") -> str:
    return str(api.ec2("CreateVpc", CidrBlock=cidr)["Vpc"]["VpcId"])


def test_a_region_has_a_default_network_from_the_first_look(api: Api) -> None:
    wanted = [{"Name": "isDefault", "Values": ["true"]}]
    (vpc,) = api.ec2("DescribeVpcs", Filters=wanted)["Vpcs"]
    assert vpc["CidrBlock"] == "172.31.0.0/16"
    subnets = api.ec2("DescribeSubnets", Filters=[{"Name": "default-for-az", "Values": ["true"]}])
    zones = [subnet["AvailabilityZone"] for subnet in subnets["Subnets"]]
    assert zones == ["us-east-1a", "us-east-1b", "us-east-1c"]
    assert {s["MapPublicIpOnLaunch"] for s in subnets["Subnets"]} == {True}
    (table,) = api.ec2("DescribeRouteTables")["RouteTables"]
    assert [route["DestinationCidrBlock"] for route in table["Routes"]] == [
        "172.31.0.0/16",
        "0.0.0.0/0",
    ]
    assert table["Associations"][0]["Main"] is True
    (group,) = api.ec2("DescribeSecurityGroups")["SecurityGroups"]
    assert group["GroupName"] == "default"


def test_the_default_network_is_made_once_and_stays_away_when_deleted(api: Api) -> None:
    assert len(api.ec2("DescribeVpcs")["Vpcs"]) == len(api.ec2("DescribeVpcs")["Vpcs"]) == 1
    (vpc,) = api.ec2("DescribeVpcs")["Vpcs"]
    for subnet in api.ec2("DescribeSubnets")["Subnets"]:
        api.ec2("DeleteSubnet", SubnetId=subnet["SubnetId"])
    (gateway,) = api.ec2("DescribeInternetGateways")["InternetGateways"]
    api.ec2(
        "DetachInternetGateway",
        InternetGatewayId=gateway["InternetGatewayId"],
        VpcId=vpc["VpcId"],
    )
    api.ec2("DeleteVpc", VpcId=vpc["VpcId"])
    assert api.ec2("DescribeVpcs")["Vpcs"] == []
    api.ec2("CreateDefaultVpc")
    assert len(api.ec2("DescribeVpcs")["Vpcs"]) == 1


def test_a_new_vpc_comes_with_its_main_table_default_group_and_access_list(api: Api) -> None:
    vpc = _vpc(api)
    mine = [{"Name": "vpc-id", "Values": [vpc]}]
    (table,) = api.ec2("DescribeRouteTables", Filters=mine)["RouteTables"]
    assert [route["GatewayId"] for route in table["Routes"]] == ["local"]
    (group,) = api.ec2("DescribeSecurityGroups", Filters=mine)["SecurityGroups"]
    assert group["IpPermissions"][0]["UserIdGroupPairs"][0]["GroupId"] == group["GroupId"]
    assert group["IpPermissionsEgress"][0]["IpRanges"] == [{"CidrIp": "0.0.0.0/0"}]
    assert len(api.ec2("DescribeNetworkAcls", Filters=mine)["NetworkAcls"]) == 1


def test_a_subnet_lies_in_its_vpc_and_beside_the_others(api: Api) -> None:
    vpc = _vpc(api)
    subnet = api.ec2("CreateSubnet", VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]
    assert subnet["AvailableIpAddressCount"] == 251
    with pytest.raises(errors.SubnetConflict, match="conflicts with another subnet"):
        api.ec2("CreateSubnet", VpcId=vpc, CidrBlock="10.0.0.128/25")
    with pytest.raises(errors.SubnetRange):
        api.ec2("CreateSubnet", VpcId=vpc, CidrBlock="10.1.0.0/24")
    with pytest.raises(errors.InvalidParameterValue, match="not a valid CIDR block"):
        api.ec2("CreateSubnet", VpcId=vpc, CidrBlock="ten")
    with pytest.raises(errors.InvalidParameterValue, match="us-east-1a, us-east-1b"):
        api.ec2("CreateSubnet", VpcId=vpc, CidrBlock="10.0.1.0/24", AvailabilityZone="eu-west-1a")


def test_what_does_not_exist_is_refused_by_its_kind(api: Api) -> None:
    with pytest.raises(errors.VpcNotFound, match="The vpc ID 'vpc-1' does not exist"):
        api.ec2("DescribeVpcs", VpcIds=["vpc-1"])
    with pytest.raises(errors.SubnetNotFound, match="The subnet ID 'subnet-1' does not exist"):
        api.ec2("DeleteSubnet", SubnetId="subnet-1")
    with pytest.raises(errors.GroupNotFound, match="The security group 'sg-1' does not exist"):
        api.ec2("DeleteSecurityGroup", GroupId="sg-1")


def test_another_region_is_another_network(api: Api) -> None:
    vpc = _vpc(api)
    with api.store.transaction() as tx, pytest.raises(errors.VpcNotFound):
        api.handlers["ec2", "DescribeVpcs"](tx, api.call("eu-west-1"), {"VpcIds": [vpc]})


def test_rules_come_and_go_one_source_each(api: Api) -> None:
    vpc = _vpc(api)
    group = api.ec2("CreateSecurityGroup", GroupName="web", Description="w", VpcId=vpc)["GroupId"]
    open_web = {
        "IpProtocol": "tcp",
        "FromPort": 80,
        "ToPort": 80,
        "IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "all"}, {"CidrIp": "10.0.0.0/8"}],
    }
    made = api.ec2("AuthorizeSecurityGroupIngress", GroupId=group, IpPermissions=[open_web])
    assert len(made["SecurityGroupRules"]) == 2
    with pytest.raises(errors.PermissionDuplicate, match="already exists"):
        api.ec2("AuthorizeSecurityGroupIngress", GroupId=group, IpPermissions=[open_web])
    (shown,) = api.ec2("DescribeSecurityGroups", GroupIds=[group])["SecurityGroups"]
    assert shown["IpPermissions"] == [
        {**open_web, "Ipv6Ranges": [], "PrefixListIds": [], "UserIdGroupPairs": []}
    ]
    api.ec2("RevokeSecurityGroupIngress", GroupId=group, IpPermissions=[open_web])
    (shown,) = api.ec2("DescribeSecurityGroups", GroupIds=[group])["SecurityGroups"]
    assert shown["IpPermissions"] == []
    with pytest.raises(errors.PermissionNotFound):
        api.ec2("RevokeSecurityGroupIngress", GroupId=group, IpPermissions=[open_web])


def test_a_group_another_names_cannot_be_deleted(api: Api) -> None:
    vpc = _vpc(api)
    front, back = (
        api.ec2("CreateSecurityGroup", GroupName=name, Description="d", VpcId=vpc)["GroupId"]
        for name in ("front", "back")
    )
    rule = {
        "IpProtocol": "tcp",
        "FromPort": 1,
        "ToPort": 2,
        "UserIdGroupPairs": [{"GroupId": front}],
    }
    api.ec2("AuthorizeSecurityGroupIngress", GroupId=back, IpPermissions=[rule])
    with pytest.raises(errors.DependencyViolation, match="has a dependent object"):
        api.ec2("DeleteSecurityGroup", GroupId=front)
    api.ec2("DeleteSecurityGroup", GroupId=back)
    api.ec2("DeleteSecurityGroup", GroupId=front)
    api.ec2("CreateSecurityGroup", GroupName="a", Description="d", VpcId=vpc)
    with pytest.raises(errors.GroupDuplicate, match="already exists for VPC"):
        api.ec2("CreateSecurityGroup", GroupName="a", Description="d", VpcId=vpc)


def test_a_public_network_is_built_and_taken_down_in_order(api: Api) -> None:
    vpc = _vpc(api)
    subnet = api.ec2("CreateSubnet", VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    gateway = api.ec2("CreateInternetGateway")["InternetGateway"]["InternetGatewayId"]
    api.ec2("AttachInternetGateway", InternetGatewayId=gateway, VpcId=vpc)
    table = api.ec2("CreateRouteTable", VpcId=vpc)["RouteTable"]["RouteTableId"]
    api.ec2("CreateRoute", RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    link = api.ec2("AssociateRouteTable", RouteTableId=table, SubnetId=subnet)["AssociationId"]
    by_subnet = [{"Name": "association.subnet-id", "Values": [subnet]}]
    (found,) = api.ec2("DescribeRouteTables", Filters=by_subnet)["RouteTables"]
    assert found["RouteTableId"] == table

    elastic = api.ec2("AllocateAddress", Domain="vpc")
    nat = api.ec2("CreateNatGateway", SubnetId=subnet, AllocationId=elastic["AllocationId"])
    nat_id = nat["NatGateway"]["NatGatewayId"]
    assert nat["NatGateway"]["NatGatewayAddresses"][0]["PublicIp"] == elastic["PublicIp"]
    with pytest.raises(errors.DependencyViolation):
        api.ec2("DeleteSubnet", SubnetId=subnet)
    with pytest.raises(errors.AddressInUse):
        api.ec2("ReleaseAddress", AllocationId=elastic["AllocationId"])

    api.ec2("DeleteNatGateway", NatGatewayId=nat_id)
    api.ec2("ReleaseAddress", AllocationId=elastic["AllocationId"])
    with pytest.raises(errors.DependencyViolation):
        api.ec2("DeleteRouteTable", RouteTableId=table)
    api.ec2("DisassociateRouteTable", AssociationId=link)
    api.ec2("DeleteRouteTable", RouteTableId=table)
    with pytest.raises(errors.DependencyViolation):
        api.ec2("DeleteInternetGateway", InternetGatewayId=gateway)
    with pytest.raises(errors.DependencyViolation, match="has dependencies"):
        api.ec2("DeleteVpc", VpcId=vpc)
    api.ec2("DetachInternetGateway", InternetGatewayId=gateway, VpcId=vpc)
    api.ec2("DeleteInternetGateway", InternetGatewayId=gateway)
    api.ec2("DeleteSubnet", SubnetId=subnet)
    api.ec2("DeleteVpc", VpcId=vpc)


def test_tags_are_given_found_and_taken_away(api: Api) -> None:
    tags = [{"ResourceType": "vpc", "Tags": [{"Key": "Name", "Value": "shop"}]}]
    vpc = api.ec2("CreateVpc", CidrBlock="10.0.0.0/16", TagSpecifications=tags)["Vpc"]["VpcId"]
    by_name = [{"Name": "tag:Name", "Values": ["sh*"]}]
    assert [v["VpcId"] for v in api.ec2("DescribeVpcs", Filters=by_name)["Vpcs"]] == [vpc]
    api.ec2("CreateTags", Resources=[vpc], Tags=[{"Key": "env", "Value": "test"}])
    by_key = [{"Name": "resource-id", "Values": [vpc]}]
    rows = api.ec2("DescribeTags", Filters=by_key)["Tags"]
    assert [(row["Key"], row["Value"]) for row in rows] == [("Name", "shop"), ("env", "test")]
    api.ec2("DeleteTags", Resources=[vpc], Tags=[{"Key": "Name", "Value": "other"}])
    assert api.ec2("DescribeVpcs", Filters=by_name)["Vpcs"]
    api.ec2("DeleteTags", Resources=[vpc], Tags=[{"Key": "Name"}])
    assert not api.ec2("DescribeVpcs", Filters=by_name)["Vpcs"]
    with pytest.raises(errors.InvalidParameterValue, match="reserved"):
        api.ec2("CreateTags", Resources=[vpc], Tags=[{"Key": "aws:x", "Value": ""}])


def test_a_filter_the_resource_does_not_have_is_refused(api: Api) -> None:
    with pytest.raises(errors.InvalidParameterValue, match="The filter 'colour' is invalid"):
        api.ec2("DescribeVpcs", Filters=[{"Name": "colour", "Values": ["red"]}])


def test_lists_come_in_pages_whose_tokens_are_bound_to_them(api: Api) -> None:
    first = api.ec2("DescribeSubnets", MaxResults=2)
    rest = api.ec2("DescribeSubnets", MaxResults=2, NextToken=first["NextToken"])
    assert len(first["Subnets"]) == 2
    assert len(rest["Subnets"]) == 1
    assert "NextToken" not in rest
    with pytest.raises(errors.InvalidNextToken):
        api.ec2("DescribeVpcs", NextToken=first["NextToken"])


def test_a_dry_run_changes_nothing(api: Api) -> None:
    with pytest.raises(errors.DryRunOperation):
        api.ec2("CreateVpc", CidrBlock="10.0.0.0/16", DryRun=True)
    assert len(api.ec2("DescribeVpcs")["Vpcs"]) == 1


def test_vpc_attributes_are_switched_one_at_a_time(api: Api) -> None:
    vpc = _vpc(api)
    api.ec2("ModifyVpcAttribute", VpcId=vpc, EnableDnsHostnames={"Value": True})
    shown = api.ec2("DescribeVpcAttribute", VpcId=vpc, Attribute="enableDnsHostnames")
    assert shown["EnableDnsHostnames"] == {"Value": True}


def test_the_interface_of_a_load_balancer_is_attached_by_its_service(api: Api) -> None:
    with api.store.transaction() as tx:
        tx.put(an_interface("arn:lb", id="eni-0a1b", description="ELB app/web/0a1b"))
        tx.put(an_interface("arn:task", id="eni-0c2d", address="10.0.0.10"))
    ours = [{"Name": "network-interface-id", "Values": ["eni-0a1b", "eni-0c2d"]}]
    shown = api.ec2("DescribeNetworkInterfaces", Filters=ours)["NetworkInterfaces"]
    attached = {one["NetworkInterfaceId"]: one["Attachment"] for one in shown}
    assert attached["eni-0a1b"]["AttachmentId"] == "ela-attach-0a1b"
    assert attached["eni-0a1b"]["InstanceOwnerId"] == "amazon-elb"
    assert attached["eni-0c2d"]["AttachmentId"] == "eni-attach-0c2d"
    by_id = [{"Name": "attachment.attachment-id", "Values": ["eni-attach-0c2d"]}]
    (found,) = api.ec2("DescribeNetworkInterfaces", Filters=by_id)["NetworkInterfaces"]
    assert found["NetworkInterfaceId"] == "eni-0c2d"


def test_a_vpc_never_has_a_vpn_gateway_which_is_no_error_to_ask_for(api: Api) -> None:
    attached = [{"Name": "attachment.vpc-id", "Values": [_vpc(api)]}]
    assert api.ec2("DescribeVpnGateways", Filters=attached) == {"VpnGateways": []}
    with pytest.raises(errors.VpnGatewayNotFound, match="'vgw-1' does not exist"):
        api.ec2("DescribeVpnGateways", VpnGatewayIds=["vgw-1"])
