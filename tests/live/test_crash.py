"""What survives `kill -9`: traffic, tasks, and everything that was ever answered."""

from __future__ import annotations

import re
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from tests.live.story import (
    CLUSTER,
    QUICKLY,
    Town,
    a_site,
    a_town,
    docker,
    eventually,
    needs_machine,
    under_traffic,
    who,
)

pytestmark = needs_machine

URL = "http://cats/whoami"
OFFERED = {"portName": "cats", "clientAliases": [{"port": 80, "dnsName": "cats"}]}
REGION = "us-east-1"


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    """Two tasks of cats that web calls by name."""
    with a_site() as site:
        town = a_town(site, ("web", "cats"))
        for name, services in (("cats", [OFFERED]), ("web", [])):
            town.definition(name)
            connect = {"enabled": True, "services": services}
            town.create_service(name, serviceConnectConfiguration=connect)
        town.stable("web", "cats")
        yield town
        assert site.errors() == []


def everything(town: Town) -> dict[str, Any]:
    """What the API says of all there is, without what moves by itself."""
    aws = town.aws
    services = aws.ecs.describe_services(cluster=CLUSTER, services=["web", "cats"])["services"]
    return {
        "tasks": {
            task["taskArn"]: (task["startedAt"], task["containers"][0]["runtimeId"])
            for name in ("web", "cats")
            for task in town.tasks(name)
        },
        "services": [
            (s["serviceArn"], s["deployments"][0]["id"], s["desiredCount"], s["runningCount"])
            for s in services
        ],
        "definitions": aws.ecs.list_task_definitions()["taskDefinitionArns"],
        "vpcs": [v["VpcId"] for v in aws.ec2.describe_vpcs()["Vpcs"]],
        "members": sorted(
            aws.ecs.list_container_instances(cluster=CLUSTER)["containerInstanceArns"]
        ),
        "images": [
            i["imageDigest"] for i in aws.ecr.describe_images(repositoryName="cats")["imageDetails"]
        ],
        "instances": sorted(
            i["InstanceId"]
            for i in aws.servicediscovery.discover_instances(
                NamespaceName="story.local", ServiceName="cats"
            )["Instances"]
        ),
    }


def test_traffic_goes_on_while_the_control_plane_is_killed_and_started_again(town: Town) -> None:
    before = everything(town)
    proxy = town.site.status()["proxy"]["pid"]
    caller = town.container(town.tasks("web")[0]["taskArn"])
    with under_traffic(caller, connect=URL) as outcomes:
        town.site.kill()
        time.sleep(3.0)
        took = town.site.start()
        eventually(lambda: town.site.status()["proxy"]["connected"], "the proxy is back")
        print(f"answers {took:.2f} s after its start")
        time.sleep(2.0)
    assert outcomes["connect"].failures == Counter()
    assert everything(town) == before
    assert town.site.status()["proxy"]["pid"] == proxy


def test_a_new_deployment_works_after_that_and_fails_no_request(town: Town) -> None:
    before = {task["taskArn"] for task in town.tasks("cats")}
    caller = town.container(town.tasks("web")[0]["taskArn"])
    with under_traffic(caller, connect=URL) as outcomes:
        town.aws.ecs.update_service(cluster=CLUSTER, service="cats", forceNewDeployment=True)
        town.stable("cats")
    assert outcomes["connect"].failures == Counter()
    assert before.isdisjoint(task["taskArn"] for task in town.tasks("cats"))


def test_a_container_that_dies_while_the_control_plane_is_away_is_replaced(town: Town) -> None:
    victim = town.tasks("cats")[0]
    container = str(victim["containers"][0]["runtimeId"])
    town.site.kill()
    docker("kill", container)
    town.site.start()
    eventually(lambda: town.task(victim["taskArn"])["lastStatus"] == "STOPPED", "its end is seen")
    stopped = town.task(victim["taskArn"])
    assert stopped["stopCode"] == "EssentialContainerExited"
    assert stopped["stoppedReason"] == "Essential container in task exited"
    assert stopped["containers"][0]["exitCode"] == 137
    town.stable("cats")
    assert len(town.tasks("cats")) == 2


def test_a_deployment_that_is_under_way_when_the_control_plane_dies_is_finished(
    town: Town,
) -> None:
    before = {task["taskArn"] for task in town.tasks("cats")}
    caller = town.container(town.tasks("web")[0]["taskArn"])
    with under_traffic(caller, connect=URL) as outcomes:
        town.aws.ecs.update_service(cluster=CLUSTER, service="cats", forceNewDeployment=True)
        for moment in (0.3, 1.5, 4.0):
            time.sleep(moment)
            town.site.kill()
            town.site.start()
        town.stable("cats")
    assert outcomes["connect"].failures == Counter()
    now = {task["taskArn"] for task in town.tasks("cats")}
    assert len(now) == 2
    assert before.isdisjoint(now)


def test_a_killed_proxy_serves_again_within_a_second_or_so(town: Town) -> None:
    caller = town.tasks("web")[0]["taskArn"]
    before = town.site.kill_proxy()
    began = time.monotonic()
    asked = "curl -s --max-time 1 http://cats/whoami || true"
    eventually(lambda: town.inside(caller, asked).startswith("cats") or None, "cats answers", 20)
    took = time.monotonic() - began
    print(f"a killed Envoy serves again after {took:.2f} s")
    assert took < 5.0
    assert town.site.status()["proxy"]["pid"] != before
    served = who(town.inside(caller, "curl -s 'http://cats/whoami?[1-10]'"))
    assert len(served) == 2


def test_no_line_of_an_access_log_is_lost_or_doubled_by_a_kill(town: Town) -> None:
    group = {"awslogs-group": "access", "awslogs-create-group": "true", "awslogs-region": REGION}
    told = {
        "logConfiguration": {"logDriver": "awslogs", "options": group},
        "accessLogConfiguration": {"format": "TEXT", "includeQueryParameters": "ENABLED"},
    }
    for name, services in (("cats", [OFFERED]), ("web", [])):
        connect = {"enabled": True, "services": services, **told}
        town.aws.ecs.update_service(
            cluster=CLUSTER, service=name, serviceConnectConfiguration=connect
        )
    town.stable("cats", "web")
    caller = town.container(town.tasks("web")[0]["taskArn"])
    asking = ["docker", "exec", caller, "curl", "-s", "--rate", "200/s", f"{URL}?n=[1-800]"]
    with subprocess.Popen(asking, stdout=subprocess.DEVNULL) as asked:
        eventually(lambda: logged(town), "requests are logged")
        town.site.kill()
        town.site.start()
        assert asked.wait(60) == 0
    docker("exec", caller, "curl", "-s", f"{URL}?last")
    found = eventually(lambda: seen if "last" in (seen := logged(town)) else None, "all are logged")
    once = Counter([*(f"n={number}" for number in range(1, 801)), "last"])
    # The caller's side and the server's have a line each.
    assert found == once + once


def logged(town: Town) -> Counter[str]:
    """The query strings in the access logs."""
    pages = town.aws.logs.get_paginator("filter_log_events").paginate(logGroupName="access")
    lines = [event["message"] for page in pages for event in page["events"]]
    return Counter(found[1] for line in lines if (found := re.search(r"/whoami\?(\S+)", line)))


def test_nothing_that_was_answered_is_lost_by_a_kill(town: Town) -> None:
    answered: dict[str, list[str]] = {"definitions": [], "groups": [], "clusters": []}
    impatient = Config(retries={"total_max_attempts": 1}, connect_timeout=1, read_timeout=2)
    ecs = _client("ecs", town, impatient)
    elb = _client("elbv2", town, impatient)
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            try:
                definition = ecs.register_task_definition(
                    family=f"kept-{number}",
                    containerDefinitions=[{"name": "a", "image": "a", "memory": 64}],
                )["taskDefinition"]["taskDefinitionArn"]
                answered["definitions"].append(definition)
                cluster = ecs.create_cluster(clusterName=f"kept-{number}")["cluster"]["clusterArn"]
                answered["clusters"].append(cluster)
                group = elb.create_target_group(
                    Name=f"kept-{number}", Protocol="HTTP", Port=80, VpcId=town.vpc
                )["TargetGroups"][0]["TargetGroupArn"]
                answered["groups"].append(group)
            except (BotoCoreError, ClientError):
                time.sleep(0.02)

    writer = threading.Thread(target=write)
    writer.start()
    for pause in (0.5, 0.7, 0.9):
        time.sleep(pause)
        town.site.kill()
        town.site.start()
    time.sleep(0.3)
    town.site.kill()
    stop.set()
    writer.join()
    town.site.start()
    counts = {kind: len(arns) for kind, arns in answered.items()}
    print(f"answered over four kills: {counts}")
    assert min(counts.values()) > 5
    ecs = town.aws.ecs
    kept = set(_all(ecs, "list_task_definitions", "taskDefinitionArns"))
    assert set(answered["definitions"]) <= kept
    assert set(answered["clusters"]) <= set(_all(ecs, "list_clusters", "clusterArns"))
    groups = town.aws.elbv2.get_paginator("describe_target_groups").paginate()
    arns = {group["TargetGroupArn"] for page in groups for group in page["TargetGroups"]}
    assert set(answered["groups"]) <= arns


def _client(name: str, town: Town, config: Config) -> Any:

    return boto3.client(
        name,
        endpoint_url=town.site.settings.url,
        region_name=REGION,
        aws_access_key_id="seaway",
        aws_secret_access_key="seaway",
        config=config,
    )


def _all(client: Any, operation: str, member: str) -> list[str]:
    return [arn for page in client.get_paginator(operation).paginate() for arn in page[member]]


def services_again(town: Town, before: set[str]) -> None:
    """All services run on new tasks, names work, and what ran before is stopped."""
    waiter = town.aws.ecs.get_waiter("tasks_stopped")
    waiter.wait(cluster=CLUSTER, tasks=sorted(before), WaiterConfig=QUICKLY)
    town.stable("web", "cats")
    for name in ("web", "cats"):
        now = {task["taskArn"] for task in town.tasks(name)}
        assert len(now) == 2
        assert before.isdisjoint(now)
    caller = town.tasks("web")[0]["taskArn"]
    served = eventually(
        lambda: who(town.inside(caller, "curl -s --max-time 2 'http://cats/whoami?[1-10]' || :")),
        "the name answers",
        20,
    )
    assert len(served) == 2


def test_after_the_whole_machine_went_down_everything_comes_back(town: Town) -> None:
    before = {task["taskArn"] for name in ("web", "cats") for task in town.tasks(name)}
    site = town.site
    site.kill_proxy()
    site.kill()
    label = f"label=seaway.installation={site.scope}"
    docker("kill", *docker("ps", "-q", "--filter", label).split())
    site.start()
    services_again(town, before)


def test_what_was_kept_by_down_comes_back_with_up(town: Town) -> None:
    before = {task["taskArn"] for name in ("web", "cats") for task in town.tasks(name)}
    town.site.down("--keep")
    label = f"label=seaway.installation={town.site.scope}"
    assert docker("ps", "-aq", "--filter", label) == ""
    town.site.start()
    services_again(town, before)
