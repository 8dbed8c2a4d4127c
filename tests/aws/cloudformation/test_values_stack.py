"""Parameters and secrets from a template: made, changed in place, taken away."""

from __future__ import annotations

import json
from typing import Any

import pytest

from seaway.aws import secretsmanager, ssm
from seaway.core.parameters import Parameter
from seaway.core.stored_secrets import StoredSecret
from tests.stacking import Stacking

STACK = """
Resources:
  Host: {Type: AWS::SSM::Parameter, Properties: {Name: /shop/host, Type: String, Value: cats}}
  Key: {Type: AWS::SecretsManager::Secret, Properties: {SecretString: purr}}
  Login:
    Type: AWS::SecretsManager::Secret
    Properties:
      Name: login
      GenerateSecretString:
        SecretStringTemplate: '{"username": "cat"}'
        GenerateStringKey: password
        PasswordLength: '20'
        ExcludePunctuation: 'true'
Outputs:
  Login: {Value: !Ref Login}
  Host: {Value: !GetAtt Host.Value}
"""


@pytest.fixture
def cfn() -> Stacking:
    return Stacking([*ssm.operations(), *secretsmanager.operations()])


def all_of(cfn: Stacking, noun: type[Any]) -> list[Any]:
    with cfn.store.transaction() as tx:
        return tx.where(noun)


def test_a_template_makes_parameters_and_secrets_and_takes_them_away(cfn: Stacking) -> None:
    cfn.cfn("CreateStack", StackName="net", TemplateBody=STACK)
    cfn.settle()
    assert cfn.stack()["StackStatus"] == "CREATE_COMPLETE"
    (parameter,) = all_of(cfn, Parameter)
    assert (parameter.name, parameter.latest.value) == ("/shop/host", "cats")
    secrets = {secret.name: secret for secret in all_of(cfn, StoredSecret)}
    login = secrets.pop("login")
    said = json.loads(login.version(None, None).text)
    assert (said["username"], len(said["password"])) == ("cat", 20)
    assert said["password"].isalnum()
    ((_, key),) = secrets.items()
    assert key.version(None, None).text == "purr"
    outputs = {one["OutputKey"]: one["OutputValue"] for one in cfn.stack()["Outputs"]}
    assert outputs == {"Login": login.arn, "Host": "cats"}
    cfn.cfn(
        "UpdateStack", StackName="net", TemplateBody=STACK.replace("Value: cats", "Value: dogs")
    )
    cfn.settle()
    assert all_of(cfn, Parameter)[0].version("2").value == "dogs"
    assert all_of(cfn, StoredSecret)[1] == login
    cfn.cfn("DeleteStack", StackName="net")
    cfn.settle()
    assert all_of(cfn, Parameter) + all_of(cfn, StoredSecret) == []
