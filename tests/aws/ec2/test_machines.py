"""Instances, their types and images, launch templates, key pairs."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from seaway.aws import ec2
from seaway.aws.ec2 import errors
from tests.handlers import Api


@pytest.fixture
def api() -> Api:
    return Api(ec2.operations())


def _run(api: Api, **more: Any) -> Any:
    request = {"ImageId": "ami-1", "MinCount": 1, "MaxCount": 1, **more}
    return api.ec2("RunInstances", **request)["Instances"]


def test_an_instance_gets_an_address_a_group_and_an_interface(api: Api) -> None:
    (instance,) = _run(api, InstanceType="t3.nano")
    assert instance["PrivateIpAddress"] == "172.31.0.4"
    assert instance["PrivateDnsName"] == "ip-172-31-0-4.ec2.internal"
    assert instance["State"] == {"Code": 0, "Name": "pending"}
    assert instance["SecurityGroups"][0]["GroupName"] == "default"
    by_instance = [{"Name": "attachment.instance-id", "Values": [instance["InstanceId"]]}]
    (interface,) = api.ec2("DescribeNetworkInterfaces", Filters=by_instance)["NetworkInterfaces"]
    assert interface["PrivateIpAddress"] == "172.31.0.4"
    (second,) = _run(api)
    assert second["PrivateIpAddress"] == "172.31.0.5"


def test_a_request_repeated_with_its_token_launches_nothing_twice(api: Api) -> None:
    first, again = (_run(api, ClientToken="one") for _ in range(2))
    assert first[0]["InstanceId"] == again[0]["InstanceId"]


def test_a_template_fills_in_what_the_request_leaves_out(api: Api) -> None:
    user_data = base64.b64encode(b"echo hi").decode()
    made = api.ec2(
        "CreateLaunchTemplate",
        LaunchTemplateName="node",
        LaunchTemplateData={
            "ImageId": "ami-7",
            "InstanceType": "m5.large",
            "UserData": user_data,
            "TagSpecifications": [
                {"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "n"}]}
            ],
        },
    )["LaunchTemplate"]
    (instance,) = api.ec2(
        "RunInstances",
        LaunchTemplate={"LaunchTemplateId": made["LaunchTemplateId"]},
        InstanceType="t3.small",
        MinCount=1,
        MaxCount=1,
    )["Instances"]
    assert (instance["InstanceType"], instance["ImageId"]) == ("t3.small", "ami-7")
    assert instance["Tags"] == [{"Key": "Name", "Value": "n"}]
    shown = api.ec2(
        "DescribeInstanceAttribute", InstanceId=instance["InstanceId"], Attribute="userData"
    )
    assert shown["UserData"]["Value"] == user_data


def test_template_versions_build_on_each_other(api: Api) -> None:
    name = {"LaunchTemplateName": "node"}
    api.ec2("CreateLaunchTemplate", **name, LaunchTemplateData={"ImageId": "ami-1"})
    api.ec2(
        "CreateLaunchTemplateVersion",
        **name,
        SourceVersion="1",
        LaunchTemplateData={"InstanceType": "t3.large"},
    )
    latest = api.ec2("DescribeLaunchTemplateVersions", **name, Versions=["$Latest"])
    (version,) = latest["LaunchTemplateVersions"]
    assert version["LaunchTemplateData"] == {"ImageId": "ami-1", "InstanceType": "t3.large"}
    assert version["DefaultVersion"] is False
    api.ec2("ModifyLaunchTemplate", **name, DefaultVersion="2")
    gone = api.ec2("DeleteLaunchTemplateVersions", **name, Versions=["1", "2"])
    assert len(gone["SuccessfullyDeletedLaunchTemplateVersions"]) == 1
    assert len(gone["UnsuccessfullyDeletedLaunchTemplateVersions"]) == 1
    with pytest.raises(errors.TemplateVersionNotFound):
        api.ec2("DescribeLaunchTemplateVersions", **name, Versions=["1"])


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"InstanceType": "z9.huge"}, errors.InstanceTypeUnknown),
        ({"ImageId": ""}, errors.MissingParameter),
        ({"SubnetId": "subnet-0"}, errors.SubnetNotFound),
        ({"SecurityGroupIds": ["sg-0"]}, errors.GroupNotFound),
        ({"MaxCount": 0}, errors.InvalidParameterValue),
        ({"UserData": "***"}, errors.InvalidParameterValue),
        ({"PrivateIpAddress": "10.9.9.9"}, errors.InvalidParameterValue),
    ],
)
def test_launches_that_cannot_be_are_refused(
    api: Api, more: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        _run(api, **more)


def test_a_full_subnet_is_said_to_be_full(api: Api) -> None:
    vpc = api.ec2("CreateVpc", CidrBlock="10.0.0.0/28")["Vpc"]["VpcId"]
    subnet = api.ec2("CreateSubnet", VpcId=vpc, CidrBlock="10.0.0.0/28")["Subnet"]["SubnetId"]
    _run(api, SubnetId=subnet, MinCount=11, MaxCount=11)
    with pytest.raises(errors.InsufficientFreeAddresses):
        _run(api, SubnetId=subnet)


def test_types_and_images_are_described(api: Api) -> None:
    (kind,) = api.ec2("DescribeInstanceTypes", InstanceTypes=["t3.medium"])["InstanceTypes"]
    assert (kind["VCpuInfo"]["DefaultVCpus"], kind["MemoryInfo"]["SizeInMiB"]) == (2, 4096)
    arm = [{"Name": "processor-info.supported-architecture", "Values": ["arm64"]}]
    names = {
        k["InstanceType"] for k in api.ec2("DescribeInstanceTypes", Filters=arm)["InstanceTypes"]
    }
    assert "t4g.micro" in names
    assert "t3.micro" not in names
    (image,) = api.ec2("DescribeImages", ImageIds=["ami-0123"])["Images"]
    assert (image["ImageId"], image["State"]) == ("ami-0123", "available")


def test_a_key_pair_one_brings_is_known_by_name(api: Api) -> None:
    key = base64.b64encode(b"key bytes").decode()
    material = f"ssh-ed25519 {key} me".encode()
    api.ec2("ImportKeyPair", KeyName="mine", PublicKeyMaterial=material)
    (pair,) = api.ec2("DescribeKeyPairs", KeyNames=["mine"])["KeyPairs"]
    assert pair["KeyType"] == "ed25519"
    with pytest.raises(errors.KeyPairDuplicate):
        api.ec2("ImportKeyPair", KeyName="mine", PublicKeyMaterial=material)
    api.ec2("DeleteKeyPair", KeyName="mine")
    assert api.ec2("DescribeKeyPairs")["KeyPairs"] == []
