"""What CDK's bootstrap asks of a stack: a bucket, templates kept in it, parameters' values."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from seaway.aws import ecr, ssm
from seaway.aws.call import Call
from seaway.aws.cloudformation.errors import ValidationError
from seaway.core.buckets import Bucket, StoredObject, object_key
from tests.stacking import Stacking

BUCKET = """
Resources:
  Assets:
    Type: AWS::S3::Bucket
    DeletionPolicy: Delete
    Properties:
      BucketName: assets
      AccessControl: Private
      VersioningConfiguration: {Status: Enabled}
      LifecycleConfiguration:
        Rules:
          - {Id: old, Status: Enabled, NoncurrentVersionExpiration: {NoncurrentDays: 30}}
      Tags: [{Key: team, Value: cats}]
  Policy:
    Type: AWS::S3::BucketPolicy
    Properties: {Bucket: !Ref Assets, PolicyDocument: {Statement: []}}
  Images:
    Type: AWS::ECR::Repository
    Properties: {RepositoryName: images, LifecyclePolicy: {LifecyclePolicyText: '{}'}}
Outputs:
  Arn: {Value: !GetAtt Assets.Arn}
  Domain: {Value: !GetAtt Assets.RegionalDomainName}
"""
NAMED = """
Parameters:
  Version: {Type: AWS::SSM::Parameter::Value<String>, Default: /cdk/version}
Resources:
  Copy: {Type: AWS::SSM::Parameter, Properties: {Name: copy, Type: String, Value: !Ref Version}}
"""


class Bootstrapped(Stacking):
    """CloudFormation that can read objects: a file's name stands for its content."""

    def call(self, region: str = "us-east-1") -> Call:
        return replace(super().call(region), read=lambda file: file.encode())


@pytest.fixture
def api() -> Stacking:
    return Bootstrapped([*ssm.operations(), *ecr.operations()])


def all_of(api: Stacking, noun: type[Any]) -> list[Any]:
    with api.store.transaction() as tx:
        return list(tx.where(noun))


def keep(api: Stacking, name: str, text: str, account: str = "000000000000") -> None:
    with api.store.transaction() as tx:
        tx.put(Bucket(name="assets", account=account, region="us-east-1", created_at=1.0))
        tx.put(
            StoredObject(
                key=object_key("assets", name), bucket="assets", name=name, size=len(text),
                etag="", modified_at=1.0, file=text,
            )
        )  # fmt: skip


def test_a_bucket_comes_and_goes_with_its_stack_which_tells_what_has_no_effect(
    api: Stacking,
) -> None:
    api.cfn("CreateStack", StackName="net", TemplateBody=BUCKET)
    api.settle()
    assert api.stack()["StackStatus"] == "CREATE_COMPLETE"
    (bucket,) = all_of(api, Bucket)
    assert (bucket.name, bucket.tags) == ("assets", (("team", "cats"),))
    outputs = {one["OutputKey"]: one["OutputValue"] for one in api.stack()["Outputs"]}
    domain = "assets.s3.us-east-1.amazonaws.com"
    assert outputs == {"Arn": "arn:aws:s3:::assets", "Domain": domain}
    events = api.cfn("DescribeStackEvents", StackName="net")["StackEvents"]
    told = {
        event["LogicalResourceId"]: event["ResourceStatusReason"]
        for event in events
        if "Without effect" in event.get("ResourceStatusReason", "")
    }
    assert sorted(told) == ["Assets", "Images", "Policy"]
    assert "VersioningConfiguration: only the newest version" in told["Assets"]
    api.cfn("UpdateStack", StackName="net", TemplateBody=BUCKET.replace("cats", "dogs"))
    api.settle()
    assert all_of(api, Bucket)[0].tags == (("team", "dogs"),)
    api.cfn("DeleteStack", StackName="net")
    api.settle()
    assert all_of(api, Bucket) == []


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        (
            "NoncurrentVersionExpiration: {NoncurrentDays: 30}",
            "ExpirationInDays: 1",
            "ExpirationIn",
        ),
        ("AccessControl: Private", "AccessControl: PublicRead", "AccessControl other than Private"),
        ("AccessControl: Private", "WebsiteConfiguration: {}", "WebsiteConfiguration"),
        ("BucketName: assets", "BucketName: a..b", "not valid"),
    ],
)
def test_what_would_matter_to_an_object_is_refused(
    api: Stacking, old: str, new: str, text: str
) -> None:
    api.cfn("CreateStack", StackName="net", TemplateBody=BUCKET.replace(old, new))
    api.settle()
    assert api.stack()["StackStatus"] == "ROLLBACK_COMPLETE"
    assert text in str(api.cfn("DescribeStackEvents", StackName="net"))
    assert all_of(api, Bucket) == []


def test_a_bucket_with_objects_is_not_deleted(api: Stacking) -> None:
    api.cfn("CreateStack", StackName="net", TemplateBody=BUCKET)
    api.settle()
    keep(api, "precious", "x")
    api.cfn("DeleteStack", StackName="net")
    api.settle()
    assert api.stack()["StackStatus"] == "DELETE_FAILED"
    assert "BucketNotEmpty" in str(api.cfn("DescribeStackEvents", StackName="net"))
    assert len(all_of(api, Bucket)) == 1


@pytest.mark.parametrize(
    "url",
    [
        "https://s3.us-east-1.amazonaws.com/assets/t%20one.json",
        "https://assets.s3.us-east-1.amazonaws.com/t%20one.json",
        "http://127.0.0.1:4566/assets/t%20one.json",
        "http://assets.localhost:4566/t%20one.json",
    ],
)
def test_a_template_may_lie_in_a_bucket(api: Stacking, url: str) -> None:
    keep(api, "t one.json", "Resources: {Vpc: {Type: AWS::EC2::InternetGateway}}")
    api.cfn("CreateStack", StackName="net", TemplateURL=url)
    api.settle()
    assert api.stack()["StackStatus"] == "CREATE_COMPLETE"
    assert api.physical("Vpc").startswith("igw-")


def test_a_template_that_is_not_there_or_another_s_is_refused(api: Stacking) -> None:
    def ask(key: str) -> Any:
        return api.cfn("CreateStack", StackName="net", TemplateURL=f"http://localhost/{key}")

    with pytest.raises(ValidationError, match="The specified bucket does not exist"):
        ask("assets/t")
    keep(api, "t", "Resources: {}", account="111111111111")
    with pytest.raises(ValidationError, match="Access Denied"):
        ask("assets/t")
    keep(api, "t", "Resources: {}")
    with pytest.raises(ValidationError, match="The specified key does not exist"):
        ask("assets/other")


def test_a_stored_parameter_s_value_is_fetched_when_the_stack_is_asked_for(api: Stacking) -> None:
    with pytest.raises(ValidationError, match=r"Unable to fetch parameters \[/cdk/version\]"):
        api.cfn("CreateStack", StackName="net", TemplateBody=NAMED)
    put = {"Name": "/cdk/version", "Type": "String"}
    api("ssm", "PutParameter", **put, Value="27")
    api.cfn("CreateStack", StackName="net", TemplateBody=NAMED)
    api("ssm", "PutParameter", **put, Value="28", Overwrite=True)
    api.settle()
    assert api("ssm", "GetParameter", Name="copy")["Parameter"]["Value"] == "27"
    (shown,) = api.stack()["Parameters"]
    assert (shown["ParameterValue"], shown["ResolvedValue"]) == ("/cdk/version", "27")
    api.cfn("UpdateStack", StackName="net", TemplateBody=NAMED)
    api.settle()
    assert api("ssm", "GetParameter", Name="copy")["Parameter"]["Value"] == "28"
    with pytest.raises(ValidationError, match=r"No updates are to be performed"):
        api.cfn("UpdateStack", StackName="net", TemplateBody=NAMED)


def test_a_change_set_names_the_properties_that_change_and_may_be_deleted_twice(
    api: Stacking,
) -> None:
    api.cfn("CreateStack", StackName="net", TemplateBody=BUCKET)
    api.settle()
    wanted = {"StackName": "net", "ChangeSetName": "look"}
    changed = BUCKET.replace("Value: cats", "Value: dogs")
    api.cfn("CreateChangeSet", **wanted, TemplateBody=changed)
    (change,) = api.cfn("DescribeChangeSet", **wanted)["Changes"]
    (detail,) = change["ResourceChange"]["Details"]
    assert (detail["Target"]["Attribute"], detail["Target"]["Name"]) == ("Properties", "Tags")
    api.cfn("DeleteChangeSet", **wanted)
    api.cfn("DeleteChangeSet", **wanted)
    with pytest.raises(ValidationError, match="does not exist"):
        api.cfn("DeleteChangeSet", StackName="none", ChangeSetName="look")
