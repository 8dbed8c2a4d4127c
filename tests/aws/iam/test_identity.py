"""Roles, policies and profiles as a task execution role needs them."""

from __future__ import annotations

import json
from urllib.parse import unquote

import pytest

from seaway.aws import iam
from seaway.aws.iam import errors
from tests.handlers import Api

TRUST = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow"}]})
EXECUTION = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"


@pytest.fixture
def api() -> Api:
    return Api(iam.operations())


def _role(api: Api, name: str = "ecsTaskExecutionRole") -> None:
    api("iam", "CreateRole", RoleName=name, AssumeRolePolicyDocument=TRUST)


def test_a_role_shows_its_trust_policy_url_encoded(api: Api) -> None:
    _role(api)
    role = api("iam", "GetRole", RoleName="ecsTaskExecutionRole")["Role"]
    assert role["Arn"] == "arn:aws:iam::000000000000:role/ecsTaskExecutionRole"
    assert "%22Version%22" in role["AssumeRolePolicyDocument"]
    assert unquote(role["AssumeRolePolicyDocument"]) == TRUST
    with pytest.raises(errors.EntityAlreadyExists, match="already exists"):
        _role(api)
    with pytest.raises(errors.NoSuchEntity, match="The role with name other cannot be found"):
        api("iam", "GetRole", RoleName="other")
    with pytest.raises(errors.MalformedPolicyDocument):
        api("iam", "CreateRole", RoleName="x", AssumeRolePolicyDocument="no json")


def test_a_role_is_deleted_only_when_nothing_hangs_on_it(api: Api) -> None:
    _role(api)
    role = {"RoleName": "ecsTaskExecutionRole"}
    api("iam", "AttachRolePolicy", **role, PolicyArn=EXECUTION)
    api("iam", "PutRolePolicy", **role, PolicyName="logs", PolicyDocument=TRUST)
    api("iam", "CreateInstanceProfile", InstanceProfileName="p")
    api("iam", "AddRoleToInstanceProfile", InstanceProfileName="p", **role)
    with pytest.raises(errors.DeleteConflict, match="instance profile"):
        api("iam", "DeleteRole", **role)
    api("iam", "RemoveRoleFromInstanceProfile", InstanceProfileName="p", **role)
    with pytest.raises(errors.DeleteConflict, match="detach all policies"):
        api("iam", "DeleteRole", **role)
    attached = api("iam", "ListAttachedRolePolicies", **role)["AttachedPolicies"]
    assert attached == [{"PolicyName": "AmazonECSTaskExecutionRolePolicy", "PolicyArn": EXECUTION}]
    api("iam", "DetachRolePolicy", **role, PolicyArn=EXECUTION)
    with pytest.raises(errors.DeleteConflict, match="delete policies first"):
        api("iam", "DeleteRole", **role)
    api("iam", "DeleteRolePolicy", **role, PolicyName="logs")
    api("iam", "DeleteRole", **role)
    assert api("iam", "ListRoles")["Roles"] == []


def test_a_policy_of_ones_own_has_versions_and_one_default(api: Api) -> None:
    made = api("iam", "CreatePolicy", PolicyName="own", PolicyDocument=TRUST)["Policy"]
    arn = made["Arn"]
    other = json.dumps({"Statement": []})
    api("iam", "CreatePolicyVersion", PolicyArn=arn, PolicyDocument=other, SetAsDefault=True)
    versions = api("iam", "ListPolicyVersions", PolicyArn=arn)["Versions"]
    assert [(v["VersionId"], v["IsDefaultVersion"]) for v in versions] == [
        ("v2", True),
        ("v1", False),
    ]
    second = api("iam", "GetPolicyVersion", PolicyArn=arn, VersionId="v2")["PolicyVersion"]
    assert unquote(second["Document"]) == other
    with pytest.raises(errors.DeleteConflict, match="more than one version"):
        api("iam", "DeletePolicy", PolicyArn=arn)
    api("iam", "DeletePolicyVersion", PolicyArn=arn, VersionId="v1")
    _role(api)
    api("iam", "AttachRolePolicy", RoleName="ecsTaskExecutionRole", PolicyArn=arn)
    with pytest.raises(errors.DeleteConflict, match="attached"):
        api("iam", "DeletePolicy", PolicyArn=arn)


def test_a_policy_of_awss_own_can_be_attached_but_not_read(api: Api) -> None:
    assert api("iam", "GetPolicy", PolicyArn=EXECUTION)["Policy"]["Path"] == "/service-role/"
    with pytest.raises(errors.NoSuchEntity, match="no document"):
        api("iam", "GetPolicyVersion", PolicyArn=EXECUTION, VersionId="v1")
    _role(api)
    with pytest.raises(errors.NoSuchEntity, match="does not exist or is not attachable"):
        api(
            "iam",
            "AttachRolePolicy",
            RoleName="ecsTaskExecutionRole",
            PolicyArn="arn:aws:iam::000000000000:policy/none",
        )
