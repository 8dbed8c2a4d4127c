"""EC2, IAM, STS, Auto Scaling and CloudFormation as boto3 sees them, through the whole gateway."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError

from seaway.aws import sts
from seaway.aws.inward import Inward
from seaway.aws.model import Models
from seaway.reconcile import instances, stacks
from tests.aws.wired import Wired
from tests.stacking import HANDLERS


@pytest.fixture
def wired() -> Iterator[Wired]:
    wired = Wired([*HANDLERS, *sts.operations()])
    yield wired
    wired.close()


def _code(error: pytest.ExceptionInfo[ClientError]) -> tuple[str, str]:
    body = error.value.response["Error"]
    return body["Code"], body["Message"]


def _settle(wired: Wired) -> None:
    wanted: dict[str, set[str]] = {}
    for handler in HANDLERS:
        wanted.setdefault(handler.service, set()).add(handler.name)
    inward = Inward(wired.gateway.invoke, Models(wanted))
    for _ in range(20):
        with wired.store.transaction() as tx:
            for key in stacks.all_keys(tx):
                stacks.reconcile(tx, key, wired.moment(), inward)
            for key in instances.all_keys(tx):
                instances.reconcile(tx, key, wired.moment())


def test_ec2_answers_in_its_own_xml(wired: Wired) -> None:
    ec2 = wired.client("ec2")
    tags = [{"ResourceType": "vpc", "Tags": [{"Key": "Name", "Value": "a<b"}]}]
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=tags)["Vpc"]
    assert vpc["Tags"] == [{"Key": "Name", "Value": "a<b"}]
    found = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["false"]}])["Vpcs"]
    assert [one["VpcId"] for one in found] == [vpc["VpcId"]]
    assert found[0]["IsDefault"] is False
    group = ec2.create_security_group(GroupName="web", Description="w", VpcId=vpc["VpcId"])
    rule = {
        "IpProtocol": "tcp",
        "FromPort": 80,
        "ToPort": 80,
        "IpRanges": [{"CidrIp": "0.0.0.0/0"}],
    }
    ec2.authorize_security_group_ingress(GroupId=group["GroupId"], IpPermissions=[rule])
    shown = ec2.describe_security_groups(GroupIds=[group["GroupId"]])["SecurityGroups"][0]
    assert shown["IpPermissions"][0]["FromPort"] == 80
    template = {"ImageId": "ami-1", "InstanceType": "t3.micro", "UserData": "ZWNobw=="}
    ec2.create_launch_template(LaunchTemplateName="node", LaunchTemplateData=template)
    (version,) = ec2.describe_launch_template_versions(LaunchTemplateName="node")[
        "LaunchTemplateVersions"
    ]
    assert version["LaunchTemplateData"] == template
    run = ec2.run_instances(LaunchTemplate={"LaunchTemplateName": "node"}, MinCount=1, MaxCount=1)[
        "Instances"
    ][0]
    assert run["State"]["Name"] == "pending"
    assert len(ec2.describe_availability_zones()["AvailabilityZones"]) == 3
    pages = ec2.get_paginator("describe_subnets").paginate(PaginationConfig={"PageSize": 2})
    assert len([subnet for page in pages for subnet in page["Subnets"]]) == 3


def test_ec2_refuses_with_its_codes(wired: Wired) -> None:
    ec2 = wired.client("ec2")
    with pytest.raises(ClientError) as error:
        ec2.describe_vpcs(VpcIds=["vpc-12345678"])
    assert _code(error) == (
        "InvalidVpcID.NotFound",
        "The vpc ID 'vpc-12345678' does not exist",
    )
    with pytest.raises(ClientError) as error:
        ec2.create_vpc(CidrBlock="10.0.0.0/8")
    assert _code(error)[0] == "InvalidVpc.Range"
    with pytest.raises(ClientError) as error:
        ec2.create_vpc(CidrBlock="10.0.0.0/16", DryRun=True)
    assert _code(error)[0] == "DryRunOperation"


def test_iam_gives_policies_back_as_documents(wired: Wired) -> None:
    iam = wired.client("iam")
    trust = {"Version": "2012-10-17", "Statement": []}
    iam.create_role(RoleName="worker", AssumeRolePolicyDocument=json.dumps(trust))
    assert iam.get_role(RoleName="worker")["Role"]["AssumeRolePolicyDocument"] == trust
    with pytest.raises(iam.exceptions.EntityAlreadyExistsException):
        iam.create_role(RoleName="worker", AssumeRolePolicyDocument=json.dumps(trust))
    with pytest.raises(ClientError) as error:
        iam.get_role(RoleName="nobody")
    assert _code(error) == ("NoSuchEntity", "The role with name nobody cannot be found.")
    keys = wired.client("sts").assume_role(
        RoleArn="arn:aws:iam::000000000000:role/worker", RoleSessionName="session"
    )["Credentials"]
    assert keys["AccessKeyId"].startswith("ASIA")
    assert wired.client("sts").get_caller_identity()["Account"] == "000000000000"


def test_auto_scaling_is_reached_through_query(wired: Wired) -> None:
    autoscaling, ec2 = wired.client("autoscaling"), wired.client("ec2")
    subnets = [s["SubnetId"] for s in ec2.describe_subnets()["Subnets"]]
    autoscaling.create_launch_configuration(
        LaunchConfigurationName="node", ImageId="ami-1", InstanceType="t3.micro"
    )
    group = {"AutoScalingGroupName": "nodes", "LaunchConfigurationName": "node"}
    autoscaling.create_auto_scaling_group(
        **group, MinSize=1, MaxSize=2, VPCZoneIdentifier=",".join(subnets)
    )
    _settle(wired)
    (shown,) = autoscaling.describe_auto_scaling_groups()["AutoScalingGroups"]
    assert shown["Instances"][0]["LifecycleState"] == "InService"
    with pytest.raises(autoscaling.exceptions.AlreadyExistsFault):
        autoscaling.create_auto_scaling_group(
            **group, MinSize=1, MaxSize=2, VPCZoneIdentifier=subnets[0]
        )
    with pytest.raises(ClientError) as error:
        autoscaling.set_desired_capacity(AutoScalingGroupName="other", DesiredCapacity=1)
    assert _code(error)[0] == "ValidationError"


TEMPLATE = {
    "Resources": {
        "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}},
        "Subnet": {
            "Type": "AWS::EC2::Subnet",
            "Properties": {"VpcId": {"Ref": "Vpc"}, "CidrBlock": "10.0.0.0/24"},
        },
    },
    "Outputs": {"Vpc": {"Value": {"Ref": "Vpc"}}},
}


def test_stacks_converge_for_boto3s_waiters(wired: Wired) -> None:
    cfn = wired.client("cloudformation")
    once = {"Delay": 1, "MaxAttempts": 1}
    cfn.create_stack(StackName="net", TemplateBody=json.dumps(TEMPLATE))
    _settle(wired)
    cfn.get_waiter("stack_create_complete").wait(StackName="net", WaiterConfig=once)
    assert cfn.get_template(StackName="net")["TemplateBody"] == TEMPLATE
    wider = json.loads(json.dumps(TEMPLATE).replace("10.0.0.0/24", "10.0.0.0/25"))
    cfn.create_change_set(StackName="net", ChangeSetName="c", TemplateBody=json.dumps(wider))
    cfn.get_waiter("change_set_create_complete").wait(
        StackName="net", ChangeSetName="c", WaiterConfig=once
    )
    cfn.execute_change_set(StackName="net", ChangeSetName="c")
    _settle(wired)
    with pytest.raises(ClientError) as error:
        cfn.update_stack(StackName="net", TemplateBody=json.dumps(wider))
    assert _code(error)[0] == "ValidationError"
    events = cfn.describe_stack_events(StackName="net")["StackEvents"]
    assert events[-1]["ResourceType"] == "AWS::CloudFormation::Stack"
    cfn.delete_stack(StackName="net")
    _settle(wired)
    cfn.get_waiter("stack_delete_complete").wait(StackName="net", WaiterConfig=once)
    with pytest.raises(ClientError) as error:
        cfn.describe_stacks(StackName="net")
    assert _code(error) == ("ValidationError", "Stack with id net does not exist")
