"""A task with secrets, files, links and a log router, by the APIs alone, in real containers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config

from tests.live import host_python
from tests.live.story import CLUSTER, QUICKLY, Town, a_site, a_town, eventually, needs_machine
from tests.live.test_inside import WAIT

pytestmark = needs_machine
EXTRA = "[FILTER]\n    Name record_modifier\n    Match *\n    Record team cats\n"


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    """A cluster with capacity and an image."""
    with a_site() as site:
        yield a_town(site, ("cats",))
        assert site.errors() == []


def client(town: Town, service: str) -> Any:
    return boto3.client(
        service,
        endpoint_url=town.site.settings.url,
        region_name=town.site.settings.region,
        aws_access_key_id="seaway",
        aws_secret_access_key="seaway",
        config=Config(s3={"addressing_style": "path"}),
    )


def written(town: Town, group: str) -> list[str]:
    """All that is in a log group."""
    events = town.aws.logs.filter_log_events(logGroupName=group)["events"]
    return [event["message"] for event in events]


def test_what_is_kept_elsewhere_reaches_the_program_and_its_lines_the_router(town: Town) -> None:
    s3, ssm = client(town, "s3"), client(town, "ssm")
    s3.create_bucket(Bucket="conf")
    s3.put_object(Bucket="conf", Key="web.env", Body=b"PLACE=here\nCOLOUR=of-the-file\n")
    s3.put_object(Bucket="conf", Key="extra.conf", Body=EXTRA.encode())
    ssm.put_parameter(Name="token", Value="t0ken", Type="SecureString")
    secret = client(town, "secretsmanager").create_secret(
        Name="db", SecretString=json.dumps({"password": "hunter2"})
    )["ARN"]
    volumes, mounts = host_python.volumes()
    base = {"image": f"{town.uris['cats']}:latest", "memory": 128, "essential": True}
    options = {"awslogs-region": "us-east-1", "awslogs-create-group": "true"}
    web = {
        **base,
        "name": "web",
        "command": [
            "sh",
            "-c",
            f"echo got $PASSWORD $PLACE $COLOUR; getent hosts store; {WAIT}",
        ],
        "environmentFiles": [{"type": "s3", "value": "arn:aws:s3:::conf/web.env"}],
        "environment": [{"name": "COLOUR", "value": "of-the-definition"}],
        "secrets": [{"name": "PASSWORD", "valueFrom": f"{secret}:password::"}],
        "links": ["db:store"],
        "logConfiguration": {
            "logDriver": "awslogs",
            "options": {**options, "awslogs-group": "/web"},
        },
    }
    db = {
        **base,
        "name": "db",
        "command": ["sh", "-c", f"echo ready to serve; {WAIT}"],
        "logConfiguration": {
            "logDriver": "awsfirelens",
            "options": {"Name": "http"},
            "secretOptions": [{"name": "token", "valueFrom": "token"}],
        },
    }
    router = {
        **base,
        "name": "router",
        "command": ["sh", "-c", host_python.command("log_router.py")],
        "mountPoints": mounts,
        "stopTimeout": 2,
        "firelensConfiguration": {
            "type": "fluentbit",
            "options": {
                "config-file-type": "s3",
                "config-file-value": "arn:aws:s3:::conf/extra.conf",
            },
        },
        "logConfiguration": {
            "logDriver": "awslogs",
            "options": {**options, "awslogs-group": "/router"},
        },
    }
    town.aws.ecs.register_task_definition(
        family="given",
        networkMode="bridge",
        executionRoleArn=town.role,
        containerDefinitions=[web, db, router],
        volumes=volumes,
    )
    answer = town.aws.ecs.run_task(cluster=CLUSTER, taskDefinition="given")
    assert answer["failures"] == []
    task = answer["tasks"][0]["taskArn"]
    waiter = town.aws.ecs.get_waiter("tasks_running")
    waiter.wait(cluster=CLUSTER, tasks=[task], WaiterConfig=QUICKLY)
    got = eventually(lambda: len(found := written(town, "/web")) >= 2 and found, "the web's lines")
    assert "got hunter2 here of-the-definition" in got
    assert any(re.fullmatch(r"10\.\d+\.\d\.\d+\s+store.*", line) for line in got), got

    def routed() -> dict[str, Any] | None:
        lines = [json.loads(m) for m in written(town, "/router") if m.startswith("{")]
        return next((m for m in lines if m["record"].get("log") == "ready to serve"), None)

    line = eventually(routed, "the db's line at the router")
    assert line["output"]["name"] == "http"
    assert line["output"]["token"] == "t0ken"
    assert line["record"]["team"] == "cats"
    assert line["record"]["ecs_task_arn"] == task
    kept = [path for path in town.site.settings.agent_dir.rglob("*") if path.is_file()]
    assert not [path for path in kept if b"hunter2" in path.read_bytes()]

    town.aws.ecs.stop_task(cluster=CLUSTER, task=task)
    waiter = town.aws.ecs.get_waiter("tasks_stopped")
    waiter.wait(cluster=CLUSTER, tasks=[task], WaiterConfig=QUICKLY)


def test_a_secret_that_is_not_there_is_the_tasks_stopped_reason(town: Town) -> None:
    container = {
        "name": "web",
        "image": f"{town.uris['cats']}:latest",
        "memory": 64,
        "secrets": [{"name": "TOKEN", "valueFrom": "no-such-parameter"}],
    }
    town.aws.ecs.register_task_definition(
        family="poor", executionRoleArn=town.role, containerDefinitions=[container]
    )
    task = town.aws.ecs.run_task(cluster=CLUSTER, taskDefinition="poor")["tasks"][0]["taskArn"]
    waiter = town.aws.ecs.get_waiter("tasks_stopped")
    waiter.wait(cluster=CLUSTER, tasks=[task], WaiterConfig=QUICKLY)
    stopped = town.task(task)
    assert stopped["stopCode"] == "TaskFailedToStart"
    assert stopped["stoppedReason"].startswith(
        "ResourceInitializationError: unable to pull secrets or registry auth: "
    )
    assert "no-such-parameter" in stopped["stoppedReason"]
