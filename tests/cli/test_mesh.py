"""`seaway mesh`: settings said, taken back and shown, through the AWS APIs of a whole app."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from seaway.cli import main
from seaway.cli.demo.clients import Aws
from tests.story.stage import Stage, a_stage

Command = Callable[..., Result]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with a_stage(tmp_path_factory.mktemp("mesh")) as stage:
        aws = stage.aws
        aws.servicediscovery.create_http_namespace(Name="pets.local")
        for cluster in ("zoo", "shop"):
            aws.ecs.create_cluster(clusterName=cluster)
        define(aws, "http", appProtocol="http")
        define(aws, "tcp")
        for cluster, name, offers in (
            ("zoo", "web", []),
            ("zoo", "cats", ["cats"]),
            ("zoo", "db", ["db"]),
            ("shop", "web", []),
        ):
            aws.ecs.create_service(
                cluster=cluster,
                serviceName=name,
                taskDefinition="tcp" if name == "db" else "http",
                desiredCount=0,
                serviceConnectConfiguration={
                    "enabled": True,
                    "namespace": "pets.local",
                    "services": [
                        {
                            "portName": "main",
                            "discoveryName": offer,
                            "clientAliases": [{"port": 80}],
                            "timeout": {"idleTimeoutSeconds": 120},
                        }
                        for offer in offers
                    ],
                },
            )
        yield stage


def define(aws: Aws, family: str, **mapping: str) -> None:
    port = {"containerPort": 80, "name": "main", **mapping}
    container = {"name": "main", "image": "pets", "memory": 64, "portMappings": [port]}
    aws.ecs.register_task_definition(
        family=family, cpu="256", memory="512", containerDefinitions=[container]
    )


@pytest.fixture
def seaway(stage: Stage) -> Command:
    def call(*words: str) -> Result:
        endpoint = {"AWS_ENDPOINT_URL": stage.app.settings.url}
        return CliRunner().invoke(main, ["mesh", *words], env=endpoint)

    return call


def said(seaway: Command, *words: str) -> list[str]:
    done = seaway(*words)
    assert done.exit_code == 0, done.output
    return done.output.splitlines()


def refusal(seaway: Command, *words: str) -> str:
    done = seaway(*words)
    assert done.exit_code != 0, done.output
    return done.output.strip().splitlines()[-1]


def policy(seaway: Command, caller: str, target: str) -> Any:
    (found,) = json.loads(seaway("policy", caller, target, "--json").output)
    return found


def in_force(seaway: Command, caller: str, target: str) -> dict[str, tuple[str, str]]:
    return {
        s["setting"]: (s["value"], s["from"]) for s in policy(seaway, caller, target)["settings"]
    }


def tags(stage: Stage, service: str) -> dict[str, str]:
    arn = f"arn:aws:ecs:us-east-1:000000000000:service/{service}"
    found = stage.aws.ecs.list_tags_for_resource(resourceArn=arn)["tags"]
    return {tag["key"]: tag["value"] for tag in found}


def test_what_nobody_said_is_awss_default_or_the_services_own(seaway: Command) -> None:
    found = in_force(seaway, "zoo/web", "cats")
    assert found["timeout"] == ("15s", "AWS's default")
    assert found["idle-timeout"] == ("120s", "service cats, Service Connect timeout")
    may = policy(seaway, "zoo/web", "cats")["mayCall"]
    assert may == {"allowed": True, "rule": "intentions=allow", "from": "AWS's default"}


def test_settings_are_tags_and_the_nearest_is_shown(stage: Stage, seaway: Command) -> None:
    assert said(seaway, "set", "cluster:zoo", "retries=1", "timeout=9s") == [
        "cluster zoo: retries=1",
        "cluster zoo: timeout=9s",
    ]
    said(seaway, "set", "namespace:pets.local", "retries=5", "retries.on=503 502")
    said(seaway, "set", "cats", "timeout=3s", "--cluster", "zoo")
    said(seaway, "set", "--to", "cats", "zoo/web", "timeout=1s")
    assert tags(stage, "zoo/cats") == {"seaway:timeout": "3s"}
    assert tags(stage, "zoo/web") == {"seaway:to.cats.timeout": "1s"}
    found = in_force(seaway, "zoo/web", "cats")
    assert found["timeout"] == ("1s", "service web, to cats")
    assert found["retries"] == ("5", "namespace pets.local")
    assert found["retries.on"] == ("503 502", "namespace pets.local")
    assert in_force(seaway, "shop/web", "cats")["timeout"] == ("3s", "service cats")

    said(seaway, "unset", "zoo/web", "timeout", "--to", "cats")
    said(seaway, "unset", "cats", "timeout")
    assert in_force(seaway, "zoo/web", "cats")["timeout"] == ("9s", "cluster zoo")
    assert (
        refusal(seaway, "unset", "cats", "timeout") == "Error: service cats does not say timeout."
    )


def test_what_a_client_tagged_wrongly_is_shown_with_why(stage: Stage, seaway: Command) -> None:
    arn = "arn:aws:ecs:us-east-1:000000000000:service/zoo/cats"
    stage.aws.ecs.tag_resource(resourceArn=arn, tags=[{"key": "seaway:timout", "value": "1s"}])
    (wrong,) = policy(seaway, "zoo/web", "cats")["wrong"]
    assert wrong["why"] == "There is no setting timout; did you mean timeout?"
    text = " ".join(said(seaway, "policy", "zoo/web", "cats"))
    assert "No effect: timout=1s (service cats)." in text
    stage.aws.ecs.untag_resource(resourceArn=arn, tagKeys=["seaway:timout"])


def test_tcp_has_no_settings_of_requests(seaway: Command) -> None:
    found = in_force(seaway, "zoo/web", "db")
    assert "outlier.failures" in found
    assert "retries.on" not in found


def test_callers_are_allowed_and_denied_by_name(stage: Stage, seaway: Command) -> None:
    said(seaway, "set", "cats", "intentions=deny")
    assert said(seaway, "allow", "web", "family:jobs", "cats") == [
        "service cats: allow=web family:jobs"
    ]
    assert policy(seaway, "family:jobs", "cats")["mayCall"]["rule"] == "allow=family:jobs"
    assert policy(seaway, "shop/web", "cats")["mayCall"] == {
        "allowed": False,
        "rule": "intentions=deny",
        "from": "service cats",
    }
    assert not policy(seaway, "machine", "cats")["mayCall"]["allowed"]
    said(seaway, "deny", "web", "cats")
    assert tags(stage, "zoo/cats") == {
        "seaway:intentions": "deny",
        "seaway:allow": "family:jobs",
        "seaway:deny": "web",
    }
    said(seaway, "allow", "web", "cats")
    assert "seaway:deny" not in tags(stage, "zoo/cats")
    said(seaway, "unset", "cats", "allow", "intentions")
    assert len(said(seaway, "allow", "web", "cats")) == 2, "a hint that everybody may"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            ("set", "cats", "timeout=3"),
            'Error: timeout: "3" is no duration: 250ms, 2s, 1m, 1h or off. For example: timeout=2s',
        ),
        (
            ("set", "cats", "timout=3s"),
            "Error: timout: There is no setting timout; did you mean timeout?",
        ),
        (
            ("set", "cluster:zoo", "split=cats"),
            "Error: split: split is for one service, not for a whole cluster. "
            'For example: split="cats:90 cats-next:10"',
        ),
        (
            ("set", "zoo/web", "allow=web", "--to", "cats"),
            "Error: allow: Who may call is for the called service to say. "
            'For example: allow="web shop/web family:jobs machine"',
        ),
        (("set", "cats", "timeout"), "Error: timeout is no NAME=VALUE, such as timeout=2s."),
        (("set", "dogs", "timeout=1s"), "Error: There is no service dogs."),
        (("set", "cluster:x", "timeout=1s"), "Error: There is no cluster x."),
        (("set", "namespace:x", "timeout=1s"), "Error: There is no namespace x."),
        (
            ("set", "web", "timeout=1s"),
            "Error: There are several services web: say zoo/web or shop/web.",
        ),
        (
            ("policy", "zoo/web", "dogs"),
            "Error: Nobody offers dogs by Service Connect: no discovery name and no service.",
        ),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence_before_anything_is_sent(
    seaway: Command, words: tuple[str, ...], sentence: str
) -> None:
    assert refusal(seaway, *words) == sentence


def test_a_seaway_that_is_down_is_said(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["mesh", "policy", "web", "cats", "--data-dir", str(tmp_path)])
    assert done.output == f"Error: Seaway is down (data directory {tmp_path}): seaway up --detach\n"
