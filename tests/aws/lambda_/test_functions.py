"""Lambda through boto3: functions made, changed, called, allowed, tagged, dropped."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError

from seaway.aws.lambda_ import operations
from seaway.core.buckets import StoredObject
from seaway.core.functions import FunctionCode, QueuedCall
from seaway.core.identity import Role
from seaway.link.functions import FunctionMissing, Outcome
from tests.aws.wired import Wired
from tests.functions.zips import a_zip

ROLE = "arn:aws:iam::000000000000:role/hooks"
ARN = "arn:aws:lambda:us-east-1:000000000000:function:hook"
ZIP = a_zip("def handle(event, context): return event")


@dataclass
class Whoever:
    """Stands for the room that runs functions: notes who is called, answers what it is told to."""

    outcome: Outcome | None = field(default_factory=lambda: Outcome(b'"done"', None, b"log"))
    called: list[tuple[str, bytes]] = field(default_factory=list)

    async def call(self, function: str, payload: bytes) -> Outcome:
        self.called.append((function, payload))
        if self.outcome is None:
            raise FunctionMissing(function)
        return self.outcome

    async def invoke(self, function: str, payload: bytes) -> bytes:
        return (await self.call(function, payload)).payload


@pytest.fixture
def whoever() -> Whoever:
    return Whoever()


@pytest.fixture
def wired(whoever: Whoever) -> Iterator[Wired]:
    made = Wired(operations(), time.time(), functions=whoever)
    made.put(
        Role(
            arn=ROLE,
            id="AROA",
            name="hooks",
            account="000000000000",
            path="/",
            trust="{}",
            created_at=1.0,
        )
    )
    yield made
    made.close()


@pytest.fixture
def client(wired: Wired) -> Any:
    return wired.client("lambda")


def make(client: Any, name: str = "hook", **more: Any) -> Any:
    given = {"Runtime": "python3.12", "Role": ROLE, "Handler": "hook.handle"}
    return client.create_function(FunctionName=name, **given | {"Code": {"ZipFile": ZIP}} | more)


def refused(call: Any, **request: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        call(**request)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def test_a_function_is_made_and_found_by_name_and_arn(client: Any) -> None:
    made = make(client, Environment={"Variables": {"AB": "1"}}, Tags={"k": "v"}, Timeout=10)
    assert (made["FunctionArn"], made["State"], made["Timeout"]) == (ARN, "Active", 10)
    assert made["CodeSha256"] == base64.b64encode(hashlib.sha256(ZIP).digest()).decode()
    for name in ("hook", ARN, f"{ARN}:$LATEST", "000000000000:function:hook"):
        found = client.get_function(FunctionName=name)
        assert found["Configuration"]["Environment"] == {"Variables": {"AB": "1"}}
    assert found["Tags"] == {"k": "v"}
    assert client.get_waiter("function_active_v2").wait(FunctionName="hook") is None
    assert refused(make, client=client)[0] == "ResourceConflictException"
    assert refused(client.get_function, FunctionName="none") == (
        "ResourceNotFoundException",
        "Function not found: arn:aws:lambda:us-east-1:000000000000:function:none",
    )
    assert refused(client.get_function, FunctionName="hook", Qualifier="7")[0] == (
        "ResourceNotFoundException"
    )


def test_code_and_configuration_change_and_the_old_zip_goes(wired: Wired, client: Any) -> None:
    before = make(client)
    other = a_zip("def handle(event, context): return 1")
    tried = client.update_function_code(FunctionName="hook", ZipFile=other, DryRun=True)
    assert tried["RevisionId"] == before["RevisionId"]
    assert [code.body for code in wired.all(FunctionCode)] == [ZIP]
    client.update_function_code(FunctionName="hook", ZipFile=other)
    assert [code.body for code in wired.all(FunctionCode)] == [other]
    changed = client.update_function_configuration(FunctionName="hook", MemorySize=256)
    assert (changed["MemorySize"], changed["Handler"]) == (256, "hook.handle")
    stale = before["RevisionId"]
    assert refused(client.update_function_code, FunctionName="hook", ZipFile=ZIP, RevisionId=stale)[
        0
    ] == ("PreconditionFailedException")
    client.delete_function(FunctionName="hook")
    assert wired.all(FunctionCode) == []
    assert refused(client.delete_function, FunctionName="hook")[0] == "ResourceNotFoundException"


def test_code_may_lie_in_a_bucket(wired: Wired, client: Any) -> None:
    where = {"S3Bucket": "code", "S3Key": "hook.zip"}
    assert "NoSuchKey" in refused(make, client=client, Code=where)[1]
    wired.put(
        StoredObject(
            key="code/hook.zip",
            bucket="code",
            name="hook.zip",
            size=len(ZIP),
            etag="",
            modified_at=1.0,
            file="f",
            sha256=hashlib.sha256(ZIP).hexdigest(),
        )
    )
    made = make(client, Code=where)
    assert made["CodeSha256"] == base64.b64encode(hashlib.sha256(ZIP).digest()).decode()


def test_functions_are_listed_in_pages(client: Any) -> None:
    for name in ("b", "a", "c"):
        make(client, name)
    pages = client.get_paginator("list_functions").paginate(PaginationConfig={"PageSize": 2})
    assert [f["FunctionName"] for page in pages for f in page["Functions"]] == ["a", "b", "c"]


def test_a_call_is_waited_for(client: Any, whoever: Whoever) -> None:
    make(client)
    answer = client.invoke(FunctionName="hook", Payload=b'{"a": 1}', LogType="Tail")
    assert (answer["StatusCode"], answer["Payload"].read()) == (200, b'"done"')
    assert base64.b64decode(answer["LogResult"]) == b"log"
    assert "FunctionError" not in answer
    assert whoever.called == [(ARN, b'{"a": 1}')]
    whoever.outcome = Outcome(b'{"errorType": "ValueError"}', "Unhandled")
    failed = client.invoke(FunctionName="hook")
    assert (failed["StatusCode"], failed["FunctionError"]) == (200, "Unhandled")
    assert json.loads(failed["Payload"].read()) == {"errorType": "ValueError"}


def test_a_call_nobody_waits_for_is_kept_until_it_is_made(
    wired: Wired, client: Any, whoever: Whoever
) -> None:
    make(client)
    answer = client.invoke(FunctionName="hook", InvocationType="Event", Payload=b"1")
    assert (answer["StatusCode"], whoever.called) == (202, [])
    (call,) = wired.all(QueuedCall)
    assert (call.function, call.payload) == (ARN, b"1")
    assert client.invoke(FunctionName="hook", InvocationType="DryRun")["StatusCode"] == 204
    assert whoever.called == []


def test_what_cannot_be_called_is_said(client: Any, whoever: Whoever) -> None:
    whoever.outcome = None
    assert refused(client.invoke, FunctionName="none")[0] == "ResourceNotFoundException"
    make(client)
    code, _ = refused(client.invoke, FunctionName="hook", Payload=b"{")
    assert code == "InvalidRequestContentException"


def test_a_policy_grows_and_shrinks(client: Any) -> None:
    make(client)
    assert refused(client.get_policy, FunctionName="hook")[0] == "ResourceNotFoundException"
    given = {
        "FunctionName": "hook",
        "StatementId": "rule",
        "Action": "lambda:InvokeFunction",
        "Principal": "events.amazonaws.com",
        "SourceArn": "arn:aws:events:us-east-1:000000000000:rule/r",
    }
    statement = json.loads(client.add_permission(**given)["Statement"])
    assert statement["Principal"] == {"Service": "events.amazonaws.com"}
    assert statement["Condition"] == {"ArnLike": {"AWS:SourceArn": given["SourceArn"]}}
    assert refused(client.add_permission, **given)[0] == "ResourceConflictException"
    policy = json.loads(client.get_policy(FunctionName="hook")["Policy"])
    assert policy["Statement"] == [statement]
    client.remove_permission(FunctionName="hook", StatementId="rule")
    assert refused(client.remove_permission, FunctionName="hook", StatementId="rule")[0] == (
        "ResourceNotFoundException"
    )


def test_tags_are_put_and_taken_off(client: Any) -> None:
    make(client)
    client.tag_resource(Resource=ARN, Tags={"a": "1", "b": "2"})
    client.untag_resource(Resource=ARN, TagKeys=["a"])
    assert client.list_tags(Resource=ARN)["Tags"] == {"b": "2"}


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ({"Runtime": "nodejs22.x"}, "nodejs22.x"),
        ({"Role": "arn:aws:iam::000000000000:role/none"}, "cannot be assumed by Lambda"),
        ({"Code": {"ZipFile": b"none"}}, "Could not unzip"),
        ({"Code": {}}, "source for function code"),
        ({"Code": {"ImageUri": "x"}}, "ImageUri"),
        ({"Environment": {"Variables": {"AWS_REGION": "x"}}}, "AWS_REGION"),
        ({"Layers": ["arn:aws:lambda:us-east-1:000000000000:layer:x:1"]}, "Layers"),
        ({"VpcConfig": {"SubnetIds": ["subnet-1"]}}, "VpcConfig"),
        ({"Timeout": 901}, "timeout"),
        ({"Publish": True}, "Publish"),
        ({"TracingConfig": {"Mode": "Active"}}, "TracingConfig"),
        ({"LoggingConfig": {"LogFormat": "JSON"}}, "LogFormat"),
        ({"PackageType": "Image"}, "PackageType"),
    ],
)
def test_what_is_not_done_here_is_refused_by_name(
    client: Any, said: dict[str, Any], word: str
) -> None:
    code, message = refused(make, client=client, **said)
    assert (code, word in message) == ("InvalidParameterValueException", True)
