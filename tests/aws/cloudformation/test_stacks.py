"""Stacks through their whole life: made, changed, rolled back, taken down."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from seaway.aws.cloudformation import errors
from tests.stacking import Stacking

NETWORK = """
AWSTemplateFormatVersion: 2010-09-09
Description: A network for cats and dogs
Parameters:
  Range: {Type: String, Default: 10.0.0.0/16}
  Password: {Type: String, NoEcho: true, Default: secret}
Conditions:
  Always: !Equals [a, a]
  Never: !Not [!Condition Always]
Resources:
  Vpc:
    Type: AWS::EC2::VPC
    Properties:
      CidrBlock: !Ref Range
      EnableDnsHostnames: 'true'
      Tags: [{Key: Name, Value: !Sub '${AWS::StackName}-vpc'}]
  Gateway: {Type: AWS::EC2::InternetGateway}
  Attachment:
    Type: AWS::EC2::VPCGatewayAttachment
    Properties: {VpcId: !Ref Vpc, InternetGatewayId: !Ref Gateway}
  SubnetA:
    Type: AWS::EC2::Subnet
    Properties:
      VpcId: !Ref Vpc
      CidrBlock: !Select [0, !Cidr [!GetAtt Vpc.CidrBlock, 2, 8]]
      AvailabilityZone: !Select [0, !GetAZs '']
      MapPublicIpOnLaunch: true
  SubnetB:
    Type: AWS::EC2::Subnet
    Properties:
      VpcId: !Ref Vpc
      CidrBlock: !Select [1, !Cidr [!GetAtt Vpc.CidrBlock, 2, 8]]
      AvailabilityZone: !Select [1, !GetAZs '']
  Routes: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
  Out:
    Type: AWS::EC2::Route
    DependsOn: Attachment
    Properties:
      RouteTableId: !Ref Routes
      DestinationCidrBlock: 0.0.0.0/0
      GatewayId: !Ref Gateway
  LinkA:
    Type: AWS::EC2::SubnetRouteTableAssociation
    Properties: {RouteTableId: !Ref Routes, SubnetId: !Ref SubnetA}
  Balancers:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: load balancers
      VpcId: !Ref Vpc
      SecurityGroupIngress:
        - {IpProtocol: tcp, FromPort: 80, ToPort: '80', CidrIp: 0.0.0.0/0}
  Tasks:
    Type: AWS::EC2::SecurityGroup
    Properties: {GroupDescription: tasks, VpcId: !GetAtt Vpc.VpcId}
  FromBalancers:
    Type: AWS::EC2::SecurityGroupIngress
    Properties:
      GroupId: !Ref Tasks
      IpProtocol: '-1'
      SourceSecurityGroupId: !GetAtt Balancers.GroupId
  Unwanted: {Type: AWS::EC2::EIP, Condition: Never}
  NatAddress: {Type: AWS::EC2::EIP, Properties: {Domain: vpc}}
  Nat:
    Type: AWS::EC2::NatGateway
    Properties: {SubnetId: !Ref SubnetA, AllocationId: !GetAtt NatAddress.AllocationId}
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: ecsTaskExecutionRole
      AssumeRolePolicyDocument:
        Version: 2012-10-17
        Statement:
          - Effect: Allow
            Principal: {Service: ecs-tasks.amazonaws.com}
            Action: sts:AssumeRole
      ManagedPolicyArns:
        - arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy
      Policies:
        - PolicyName: logs
          PolicyDocument:
            Version: 2012-10-17
            Statement: [{Effect: Allow, Action: 'logs:*', Resource: '*'}]
Outputs:
  VpcId: {Value: !Ref Vpc, Export: {Name: !Sub '${AWS::StackName}-vpc'}}
  Subnets: {Value: !Join [',', [!Ref SubnetA, !Ref SubnetB]]}
  RoleArn: {Value: !GetAtt Role.Arn, Description: for tasks}
"""
NAMED = {"Capabilities": ["CAPABILITY_NAMED_IAM"]}


@pytest.fixture
def api() -> Stacking:
    return Stacking()


def _create(api: Stacking, text: str = NETWORK, name: str = "net", **more: Any) -> None:
    api.cfn("CreateStack", StackName=name, TemplateBody=text, **{**NAMED, **more})
    api.settle()


def test_a_network_is_made_in_order_and_gives_its_outputs(api: Stacking) -> None:
    _create(api)
    stack = api.stack()
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    outputs = {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}
    assert outputs["VpcId"] == api.physical("Vpc")
    assert outputs["RoleArn"] == "arn:aws:iam::000000000000:role/ecsTaskExecutionRole"
    (vpc,) = api.ec2("DescribeVpcs", VpcIds=[outputs["VpcId"]])["Vpcs"]
    assert vpc["Tags"] == [{"Key": "Name", "Value": "net-vpc"}]
    shown = api.ec2("DescribeSubnets", SubnetIds=outputs["Subnets"].split(","))["Subnets"]
    assert [s["CidrBlock"] for s in shown] == ["10.0.0.0/24", "10.0.1.0/24"]
    story = api.story()
    assert story[0] == ("net", "CREATE_IN_PROGRESS")
    assert story[-1] == ("net", "CREATE_COMPLETE")
    assert story.index(("Attachment", "CREATE_COMPLETE")) < story.index(
        ("Out", "CREATE_IN_PROGRESS")
    )
    assert all(name != "Unwanted" for name, _ in story)
    parameters = {p["ParameterKey"]: p["ParameterValue"] for p in stack["Parameters"]}
    assert parameters == {"Range": "10.0.0.0/16", "Password": "****"}
    assert [one["Name"] for one in api.cfn("ListExports")["Exports"]] == ["net-vpc"]


def test_a_stack_is_taken_down_to_the_last_resource(api: Stacking) -> None:
    before = len(api.ec2("DescribeVpcs")["Vpcs"])
    _create(api)
    arn = api.stack()["StackId"]
    api.cfn("DeleteStack", StackName="net")
    api.settle()
    with pytest.raises(errors.ValidationError, match="Stack with id net does not exist"):
        api.stack()
    assert api.stack(arn)["StackStatus"] == "DELETE_COMPLETE"
    assert len(api.ec2("DescribeVpcs")["Vpcs"]) == before
    assert api.ec2("DescribeAddresses")["Addresses"] == []
    assert api("iam", "ListRoles")["Roles"] == []
    rows = api.cfn("DescribeStackResources", StackName=arn)["StackResources"]
    assert {row["ResourceStatus"] for row in rows} == {"DELETE_COMPLETE"}
    api.cfn("DeleteStack", StackName="net")


UNKNOWN = NETWORK.replace("Outputs:", "  Odd: {Type: AWS::Mars::Rover, DependsOn: Vpc}\nOutputs:")


def test_an_unknown_type_is_told_and_everything_is_rolled_back(api: Stacking) -> None:
    _create(api, UNKNOWN)
    assert api.stack()["StackStatus"] == "ROLLBACK_COMPLETE"
    events = api.cfn("DescribeStackEvents", StackName="net")["StackEvents"]
    (failed,) = [e for e in events if e["ResourceStatus"] == "CREATE_FAILED"]
    assert failed["ResourceStatusReason"] == (
        "Resource type AWS::Mars::Rover is not supported by Seaway yet."
    )
    assert len(api.ec2("DescribeVpcs")["Vpcs"]) == 1
    with pytest.raises(errors.ValidationError, match="ROLLBACK_COMPLETE state"):
        api.cfn("UpdateStack", StackName="net", TemplateBody=NETWORK, **NAMED)


def test_with_rollback_disabled_what_was_made_stays(api: Stacking) -> None:
    _create(api, UNKNOWN, DisableRollback=True)
    assert api.stack()["StackStatus"] == "CREATE_FAILED"
    assert len(api.ec2("DescribeVpcs")["Vpcs"]) == 2


def test_a_services_refusal_becomes_the_resources_reason(api: Stacking) -> None:
    _create(api, Parameters=[{"ParameterKey": "Range", "ParameterValue": "10.0.0.0/30"}])
    events = api.cfn("DescribeStackEvents", StackName="net")["StackEvents"]
    reasons = [e["ResourceStatusReason"] for e in events if e["ResourceStatus"] == "CREATE_FAILED"]
    assert reasons == ["The CIDR '10.0.0.0/30' is invalid. (Error code: InvalidVpc.Range)"]


def test_an_unknown_property_is_refused_rather_than_passed_over(api: Stacking) -> None:
    text = "Resources: {T: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16, Hue: red}}}"
    _create(api, text)
    events = api.cfn("DescribeStackEvents", StackName="net")["StackEvents"]
    assert any("Hue" in e.get("ResourceStatusReason", "") for e in events)


def test_an_update_changes_in_place_what_can_be_and_replaces_the_rest(api: Stacking) -> None:
    _create(api)
    vpc, tasks = api.physical("Vpc"), api.physical("Tasks")
    text = (
        NETWORK.replace("FromPort: 80, ToPort: '80'", "FromPort: 443, ToPort: 443")
        .replace("GroupDescription: tasks", "GroupDescription: all tasks")
        .replace(
            "  LinkA:\n    Type: AWS::EC2::SubnetRouteTableAssociation\n"
            "    Properties: {RouteTableId: !Ref Routes, SubnetId: !Ref SubnetA}\n",
            "",
        )
    )
    api.cfn("UpdateStack", StackName="net", TemplateBody=text, **NAMED)
    api.settle()
    assert api.stack()["StackStatus"] == "UPDATE_COMPLETE"
    assert api.physical("Vpc") == vpc
    assert api.physical("Tasks") != tasks
    (group,) = api.ec2("DescribeSecurityGroups", GroupIds=[api.physical("Balancers")])[
        "SecurityGroups"
    ]
    assert [p["FromPort"] for p in group["IpPermissions"]] == [443]
    groups = api.ec2("DescribeSecurityGroups")["SecurityGroups"]
    assert tasks not in {group["GroupId"] for group in groups}
    story = api.story()
    assert ("net", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS") in story
    assert ("LinkA", "DELETE_COMPLETE") in story
    tables = api.ec2("DescribeRouteTables", RouteTableIds=[api.physical("Routes")])["RouteTables"]
    assert tables[0]["Associations"] == []


def test_an_update_that_changes_nothing_is_refused(api: Stacking) -> None:
    _create(api)
    with pytest.raises(errors.ValidationError, match=r"No updates are to be performed\."):
        api.cfn("UpdateStack", StackName="net", TemplateBody=NETWORK + "\n# hi\n", **NAMED)


def test_an_update_that_fails_goes_back_to_what_was(api: Stacking) -> None:
    _create(api)
    before = {
        row["LogicalResourceId"]: row["PhysicalResourceId"]
        for row in api.cfn("DescribeStackResources", StackName="net")["StackResources"]
    }
    text = UNKNOWN.replace("EnableDnsHostnames: 'true'", "EnableDnsHostnames: 'false'")
    api.cfn("UpdateStack", StackName="net", TemplateBody=text, **NAMED)
    api.settle()
    assert api.stack()["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    after = {
        row["LogicalResourceId"]: row["PhysicalResourceId"]
        for row in api.cfn("DescribeStackResources", StackName="net")["StackResources"]
    }
    assert after == before
    shown = api.ec2("DescribeVpcAttribute", VpcId=before["Vpc"], Attribute="enableDnsHostnames")
    assert shown["EnableDnsHostnames"] == {"Value": True}


def test_a_stack_uses_what_another_exports(api: Stacking) -> None:
    _create(api)
    text = (
        "Resources:\n  Extra:\n    Type: AWS::EC2::Subnet\n    Properties:\n"
        "      VpcId: !ImportValue net-vpc\n      CidrBlock: 10.0.9.0/24\n"
    )
    _create(api, text, "more")
    assert api.stack("more")["StackStatus"] == "CREATE_COMPLETE"
    (subnet,) = api.ec2("DescribeSubnets", SubnetIds=[api.physical("Extra", "more")])["Subnets"]
    assert subnet["VpcId"] == api.physical("Vpc")

    api.cfn("DeleteStack", StackName="net")
    api.settle()
    assert api.stack()["StackStatus"] == "DELETE_FAILED"
    reason = "Export net-vpc cannot be deleted as it is in use by more"
    assert api.stack()["StackStatusReason"] == reason
    api.cfn("DeleteStack", StackName="more")
    api.settle()
    api.cfn("DeleteStack", StackName="net")
    api.settle()
    assert api.cfn("DescribeStacks")["Stacks"] == []


def test_a_retained_resource_outlives_its_stack(api: Stacking) -> None:
    text = (
        "Resources:\n  Keep:\n    Type: AWS::EC2::VPC\n    DeletionPolicy: Retain\n"
        "    Properties: {CidrBlock: 10.3.0.0/16}\n"
    )
    _create(api, text)
    vpc = api.physical("Keep")
    api.cfn("DeleteStack", StackName="net")
    api.settle()
    assert api.ec2("DescribeVpcs", VpcIds=[vpc])["Vpcs"]


def test_deleting_waits_for_what_still_uses_a_resource_and_then_says_so(api: Stacking) -> None:
    _create(api)
    subnet, group = api.physical("SubnetB"), api.physical("Tasks")
    launched = api.ec2(
        "RunInstances",
        ImageId="ami-1",
        MinCount=1,
        MaxCount=1,
        SubnetId=subnet,
        SecurityGroupIds=[group],
    )
    instance = launched["Instances"][0]["InstanceId"]
    api.cfn("DeleteStack", StackName="net")
    for _ in range(5):
        api.look()
        api.now += 1
    assert api.stack()["StackStatus"] == "DELETE_IN_PROGRESS"
    api.ec2("TerminateInstances", InstanceIds=[instance])
    arn = api.stack()["StackId"]
    api.settle()
    assert api.stack(arn)["StackStatus"] == "DELETE_COMPLETE"


def test_a_group_of_instances_is_complete_when_they_serve(api: Stacking) -> None:
    text = """
Resources:
  Template:
    Type: AWS::EC2::LaunchTemplate
    Properties:
      LaunchTemplateData:
        ImageId: ami-1
        InstanceType: t3.medium
        UserData: {'Fn::Base64': 'echo ECS_CLUSTER=shop >> /etc/ecs/ecs.config'}
  Group:
    Type: AWS::AutoScaling::AutoScalingGroup
    Properties:
      MinSize: '1'
      MaxSize: '2'
      DesiredCapacity: '2'
      AvailabilityZones: !GetAZs ''
      LaunchTemplate:
        LaunchTemplateId: !Ref Template
        Version: !GetAtt Template.LatestVersionNumber
Outputs: {Arn: {Value: !GetAtt Group.AutoScalingGroupARN}}
"""
    _create(api, text)
    assert api.stack()["StackStatus"] == "CREATE_COMPLETE"
    shown = api("autoscaling", "DescribeAutoScalingGroups")["AutoScalingGroups"][0]
    assert len(shown["Instances"]) == 2
    arn = api.stack()["StackId"]
    api.cfn("DeleteStack", StackName="net")
    api.settle()
    assert api.stack(arn)["StackStatus"] == "DELETE_COMPLETE"
    assert api("autoscaling", "DescribeAutoScalingGroups")["AutoScalingGroups"] == []


def test_iam_resources_ask_for_the_callers_consent(api: Stacking) -> None:
    with pytest.raises(
        errors.InsufficientCapabilitiesException,
        match=r"Requires capabilities : \[CAPABILITY_NAMED_IAM\]",
    ):
        api.cfn("CreateStack", StackName="net", TemplateBody=NETWORK)
    summary = api.cfn("GetTemplateSummary", TemplateBody=NETWORK)
    assert summary["Capabilities"] == ["CAPABILITY_NAMED_IAM"]
    assert "AWS::EC2::VPC" in summary["ResourceTypes"]


def test_names_are_taken_once_and_kept_under_protection(api: Stacking) -> None:
    _create(api, EnableTerminationProtection=True)
    with pytest.raises(errors.AlreadyExistsException, match=r"Stack \[net\] already exists"):
        api.cfn("CreateStack", StackName="net", TemplateBody=NETWORK, **NAMED)
    with pytest.raises(errors.ValidationError, match="TerminationProtection is enabled"):
        api.cfn("DeleteStack", StackName="net")
    with pytest.raises(errors.ValidationError, match="TemplateURL must be a supported URL"):
        api.cfn("CreateStack", StackName="other", TemplateURL="https://s3/x")


def test_change_sets_create_and_update_as_the_cli_deploys(api: Stacking) -> None:
    made = api.cfn(
        "CreateChangeSet",
        StackName="net",
        ChangeSetName="first",
        ChangeSetType="CREATE",
        TemplateBody=NETWORK,
        **NAMED,
    )
    assert api.stack()["StackStatus"] == "REVIEW_IN_PROGRESS"
    shown = api.cfn("DescribeChangeSet", ChangeSetName=made["Id"])
    assert shown["Status"] == "CREATE_COMPLETE"
    assert {c["ResourceChange"]["Action"] for c in shown["Changes"]} == {"Add"}
    api.cfn("ExecuteChangeSet", ChangeSetName=made["Id"])
    api.settle()
    assert api.stack()["StackStatus"] == "CREATE_COMPLETE"

    update = {"StackName": "net", "ChangeSetType": "UPDATE", **NAMED}
    api.cfn("CreateChangeSet", ChangeSetName="same", TemplateBody=NETWORK, **update)
    same = api.cfn("DescribeChangeSet", StackName="net", ChangeSetName="same")
    assert (same["Status"], same["ExecutionStatus"]) == ("FAILED", "UNAVAILABLE")
    assert "didn't contain changes" in same["StatusReason"]
    with pytest.raises(errors.InvalidChangeSetStatus):
        api.cfn("ExecuteChangeSet", StackName="net", ChangeSetName="same")

    wider = NETWORK.replace("ToPort: '80'", "ToPort: '81'")
    api.cfn("CreateChangeSet", ChangeSetName="wider", TemplateBody=wider, **update)
    shown = api.cfn("DescribeChangeSet", StackName="net", ChangeSetName="wider")
    (change,) = [c["ResourceChange"] for c in shown["Changes"]]
    assert (change["Action"], change["LogicalResourceId"]) == ("Modify", "Balancers")
    api.cfn("ExecuteChangeSet", StackName="net", ChangeSetName="wider")
    api.settle()
    assert api.stack()["StackStatus"] == "UPDATE_COMPLETE"
    with pytest.raises(errors.ChangeSetNotFound):
        api.cfn("DescribeChangeSet", StackName="net", ChangeSetName="none")


def test_what_was_half_made_is_taken_away_again(api: Stacking) -> None:
    text = """
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Statement: []}
      ManagedPolicyArns: ['arn:aws:iam::000000000000:policy/none']
"""
    _create(api, text)
    assert api.stack()["StackStatus"] == "ROLLBACK_COMPLETE"
    assert api("iam", "ListRoles")["Roles"] == []


def test_properties_of_the_wrong_form_fail_the_resource_and_not_the_loop(api: Stacking) -> None:
    text = """
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Statement: []}
      Policies: [{PolicyName: nameless}]
"""
    _create(api, text)
    assert api.stack()["StackStatus"] == "ROLLBACK_COMPLETE"
    events = api.cfn("DescribeStackEvents", StackName="net")["StackEvents"]
    reasons = [e.get("ResourceStatusReason", "") for e in events]
    assert any("Properties validation failed for resource Role" in reason for reason in reasons)


def test_the_examples_network_is_made(api: Stacking) -> None:
    text = (Path(__file__).parents[3] / "examples" / "catsdogs" / "network.yaml").read_text()
    _create(api, text)
    assert api.stack()["StackStatus"] == "CREATE_COMPLETE"
    outputs = {one["OutputKey"]: one["OutputValue"] for one in api.stack()["Outputs"]}
    subnets = [outputs["FirstSubnet"], outputs["SecondSubnet"]]
    shown = api.ec2("DescribeSubnets", SubnetIds=subnets)["Subnets"]
    assert {subnet["MapPublicIpOnLaunch"] for subnet in shown} == {True}
    assert api("iam", "GetInstanceProfile", InstanceProfileName=outputs["InstanceProfile"])
