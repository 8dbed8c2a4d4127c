"""Who one is, and becoming somebody else for a while."""

from __future__ import annotations

import base64
import json
from dataclasses import replace

import pytest

from seaway.aws import iam, sts
from seaway.aws.errors import ExpiredToken
from seaway.aws.sts import errors
from seaway.aws.sts.sessions import secret_of
from tests.handlers import Api

TRUST = '{"Statement": []}'


@pytest.fixture
def api() -> Api:
    api = Api([*iam.operations(), *sts.operations()])
    api("iam", "CreateRole", RoleName="worker", AssumeRolePolicyDocument=TRUST)
    return api


ROLE = "arn:aws:iam::000000000000:role/worker"


def test_without_a_session_one_is_the_root_user(api: Api) -> None:
    identity = api("sts", "GetCallerIdentity")
    assert identity["Arn"] == "arn:aws:iam::000000000000:root"


def test_an_assumed_role_has_keys_that_the_gateway_can_check(api: Api) -> None:
    answer = api("sts", "AssumeRole", RoleArn=ROLE, RoleSessionName="me")
    keys = answer["Credentials"]
    with api.store.transaction() as tx:
        assert secret_of(tx, keys["AccessKeyId"], api.now) == keys["SecretAccessKey"]
        assert secret_of(tx, "AKIANOBODY", api.now) is None
        with pytest.raises(ExpiredToken):
            secret_of(tx, keys["AccessKeyId"], api.now + 3600)
        call = replace(api.call(), access_key=keys["AccessKeyId"])
        who = api.handlers["sts", "GetCallerIdentity"](tx, call, {})
    assert who["Arn"] == "arn:aws:sts::000000000000:assumed-role/worker/me"
    assert keys["Expiration"].timestamp() == api.now + 3600


def test_a_role_that_is_not_there_cannot_be_assumed(api: Api) -> None:
    with pytest.raises(errors.AccessDenied, match="is not authorized to perform: sts:AssumeRole"):
        api("sts", "AssumeRole", RoleArn=ROLE + "2", RoleSessionName="me")
    with pytest.raises(errors.ValidationError, match="MaxSessionDuration"):
        api("sts", "AssumeRole", RoleArn=ROLE, RoleSessionName="me", DurationSeconds=7200)


def test_a_web_identity_becomes_a_role_under_its_subject(api: Api) -> None:
    claims = base64.urlsafe_b64encode(json.dumps({"sub": "repo:x"}).encode()).decode().rstrip("=")
    answer = api(
        "sts",
        "AssumeRoleWithWebIdentity",
        RoleArn=ROLE,
        RoleSessionName="ci",
        WebIdentityToken=f"h.{claims}.s",
    )
    assert answer["SubjectFromWebIdentityToken"] == "repo:x"
    with pytest.raises(errors.InvalidIdentityToken):
        api(
            "sts",
            "AssumeRoleWithWebIdentity",
            RoleArn=ROLE,
            RoleSessionName="ci",
            WebIdentityToken="nonsense",
        )
