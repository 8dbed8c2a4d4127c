"""Blue/green and canary on real containers, over a load balancer and Service Connect at once.

Both kinds of callers ask all the time; none of their requests fails.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from tests.functions.zips import a_zip
from tests.live.story import (
    CLUSTER,
    Town,
    a_site,
    a_town,
    balance,
    eventually,
    needs_machine,
    under_traffic,
    who,
)

pytestmark = needs_machine

TEST_PORT = 8080
PAUSE = {"targetType": "PAUSE", "lifecycleStages": ["POST_TEST_TRAFFIC_SHIFT"]}
BLUE_GREEN: dict[str, Any] = {"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 0}
CANARY: dict[str, Any] = {
    "strategy": "CANARY",
    "canaryConfiguration": {"canaryPercent": 50.0, "canaryBakeTimeInMinutes": 60},
    "lifecycleHooks": [],
}


class Shop:
    """cats, that is deployed; and web, whose task calls it."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.advanced = self._two_groups()
        town.definition("cats")
        town.create_service("web", desiredCount=1)
        target = {"targetGroupArn": town.groups["cats"], "containerPort": 80}
        town.aws.ecs.create_service(
            cluster=CLUSTER,
            serviceName="cats",
            taskDefinition="cats",
            desiredCount=2,
            launchType="EC2",
            deploymentConfiguration=BLUE_GREEN,
            loadBalancers=[
                {**target, "containerName": "cats", "advancedConfiguration": self.advanced}
            ],
            serviceConnectConfiguration={
                "enabled": True,
                "services": [
                    {"portName": "cats", "clientAliases": [{"port": 80, "dnsName": "cats"}]}
                ],
            },
        )
        self.done("SUCCESSFUL")
        town.connect("web", client_only=True)
        town.stable("web", "cats")
        self.web = town.tasks("web")[0]["taskArn"]

    def _two_groups(self) -> dict[str, str]:
        town, elb = self.town, self.town.aws.elbv2
        green = elb.create_target_group(
            Name="cats-other",
            Protocol="HTTP",
            Port=80,
            VpcId=town.vpc,
            TargetType="instance",
            HealthCheckPath="/whoami",
            HealthCheckIntervalSeconds=5,
            HealthCheckTimeoutSeconds=2,
        )["TargetGroups"][0]["TargetGroupArn"]
        groups = [
            {"TargetGroupArn": town.groups["cats"], "Weight": 1},
            {"TargetGroupArn": green, "Weight": 0},
        ]
        both = [{"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}]
        test = elb.create_listener(
            LoadBalancerArn=town.balancer["LoadBalancerArn"],
            Protocol="HTTP",
            Port=TEST_PORT,
            DefaultActions=both,
        )["Listeners"][0]["ListenerArn"]
        (default,) = elb.describe_rules(ListenerArn=test)["Rules"]
        rules = elb.describe_rules(ListenerArn=town.listener)["Rules"]
        (production,) = [rule for rule in rules if not rule["IsDefault"]]
        elb.modify_rule(RuleArn=production["RuleArn"], Actions=both)
        return {
            "alternateTargetGroupArn": green,
            "productionListenerRule": production["RuleArn"],
            "testListenerRule": default["RuleArn"],
            "roleArn": town.role,
        }

    @property
    def deployment(self) -> dict[str, Any]:
        """The newest service deployment."""
        ecs = self.town.aws.ecs
        briefs = ecs.list_service_deployments(cluster=CLUSTER, service="cats")
        arn = briefs["serviceDeployments"][0]["serviceDeploymentArn"]
        found: dict[str, Any] = ecs.describe_service_deployments(serviceDeploymentArns=[arn])[
            "serviceDeployments"
        ][0]
        return found

    def done(self, status: str) -> dict[str, Any]:
        def ended() -> dict[str, Any] | None:
            found = self.deployment
            return found if "finishedAt" in found else None

        found = eventually(ended, "the deployment ends", 150)
        assert found["status"] == status, found
        return found

    def deploy(self, configuration: dict[str, Any]) -> None:
        self.town.aws.ecs.update_service(
            cluster=CLUSTER,
            service="cats",
            forceNewDeployment=True,
            deploymentConfiguration=configuration,
        )

    def tested(self) -> None:
        """Wait until the deployment stands at its pause."""

        def paused() -> bool:
            return bool(self.deployment.get("lifecycleStage") == "POST_TEST_TRAFFIC_SHIFT")

        eventually(paused, "green is tested")

    def go_on(self) -> None:
        """Let the deployment leave its pause."""
        found = self.deployment
        (hook,) = found["lifecycleHookDetails"]
        self.town.aws.ecs.continue_service_deployment(
            serviceDeploymentArn=found["serviceDeploymentArn"], hookId=hook["hookId"]
        )

    def hosts(self) -> dict[str, set[str]]:
        """The host names of each revision's running tasks, by the revision's id."""
        found: dict[str, set[str]] = {}
        for task in self.town.tasks("cats"):
            name = self.town.inside(task["taskArn"], "cat /proc/sys/kernel/hostname").strip()
            found.setdefault(task["startedBy"], set()).add(name)
        return found

    def ask(self, url: str, *options: str, times: int = 40) -> Counter[str]:
        """Which hosts answer requests from web's task, each by a connection of its own."""
        asked = " ".join(("curl -s -H 'Connection: close'", *options, f"'{url}?[1-{times}]'"))
        return who(self.town.inside(self.web, asked))

    @property
    def production(self) -> str:
        return f"http://{self.town.door}/cats/whoami"

    @property
    def test(self) -> str:
        return f"http://{self.town.door}:{TEST_PORT}/cats/whoami"

    connected = "http://cats/cats/whoami"


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    with a_site() as site:
        town = a_town(site, ("web", "cats"))
        balance(town, ("web", "cats"))
        town.definition("web")
        yield Shop(town)
        assert site.errors() == []


def test_green_is_tried_with_test_traffic_and_then_gets_all_without_a_failed_request(
    shop: Shop,
) -> None:
    caller = shop.town.container(shop.web)
    (blue,) = shop.hosts()
    with under_traffic(caller, balanced=shop.production, connected=shop.connected) as outcomes:
        shop.deploy({**BLUE_GREEN, "lifecycleHooks": [PAUSE]})
        shop.tested()
        hosts = shop.hosts()
        (green,) = hosts.keys() - {blue}
        assert len(hosts[green]) == len(hosts[blue]) == 2
        header = "-H 'x-amzn-ecs-blue-green-test: 1'"
        assert shop.ask(shop.test).keys() == hosts[green]
        assert shop.ask(shop.connected, header).keys() == hosts[green]
        assert shop.ask(shop.production).keys() == hosts[blue]
        assert shop.ask(shop.connected).keys() == hosts[blue]
        shop.go_on()
        shop.done("SUCCESSFUL")
        assert shop.ask(shop.production).keys() == hosts[green]
        assert shop.ask(shop.connected).keys() == hosts[green]
    assert shop.hosts().keys() == {green}
    for outcome in outcomes.values():
        assert outcome.asked > 100
        assert outcome.failed == 0


def test_a_canary_that_is_stopped_gives_all_the_traffic_back_without_a_failed_request(
    shop: Shop,
) -> None:
    caller = shop.town.container(shop.web)
    (blue,) = shop.hosts()
    kept = shop.hosts()[blue]
    with under_traffic(caller, balanced=shop.production, connected=shop.connected) as outcomes:
        shop.deploy(CANARY)

        def shared() -> bool:
            target = shop.deployment["targetServiceRevision"]
            return bool(target.get("requestedProductionTrafficWeight") == 50.0)

        eventually(shared, "the canary has its share")
        hosts = shop.hosts()
        (green,) = hosts.keys() - {blue}

        def split(url: str) -> bool:
            answered = shop.ask(url)
            parts = [sum(answered[host] for host in hosts[one]) for one in (blue, green)]
            return min(parts) >= 8

        eventually(lambda: split(shop.production), "the load balancer shares out")
        eventually(lambda: split(shop.connected), "Service Connect shares out")
        arn = shop.deployment["serviceDeploymentArn"]
        shop.town.aws.ecs.stop_service_deployment(serviceDeploymentArn=arn)
        found = shop.done("ROLLBACK_SUCCESSFUL")
    assert "a rollback was requested" in found["statusReason"]
    assert shop.hosts() == {blue: kept}, "blue's own tasks have served all the time"
    assert shop.ask(shop.production).keys() == kept
    for outcome in outcomes.values():
        assert outcome.failed == 0


def test_a_control_plane_that_is_killed_in_the_middle_finishes_the_deployment(shop: Shop) -> None:
    caller = shop.town.container(shop.web)
    (blue,) = shop.hosts()
    with under_traffic(caller, balanced=shop.production, connected=shop.connected) as outcomes:
        shop.deploy({**BLUE_GREEN, "lifecycleHooks": [PAUSE]})
        shop.tested()
        shop.town.site.kill()
        shop.town.site.start()
        assert len(shop.hosts()) == 2
        shop.go_on()
        shop.done("SUCCESSFUL")
    assert blue not in shop.hosts()
    for outcome in outcomes.values():
        assert outcome.failed == 0


JUDGE = """
def handler(event, context):
    weights = event["executionDetails"]["productionTrafficWeights"]
    early = event["lifecycleStage"] == "POST_SCALE_UP" and set(weights.values()) == {0, 100}
    return {"hookStatus": "SUCCEEDED" if early else "FAILED"}
"""


def test_a_function_that_does_not_like_green_turns_the_deployment_back(shop: Shop) -> None:
    settings = shop.town.site.settings
    functions = boto3.client(
        "lambda",
        endpoint_url=settings.url,
        region_name=settings.region,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    made = functions.create_function(
        FunctionName="judge",
        Runtime="python3.11",
        Handler="judge.handler",
        Role=shop.town.role,
        Code={"ZipFile": a_zip(JUDGE, "judge.py")},
    )
    (blue,) = shop.hosts()
    hook = {
        "hookTargetArn": made["FunctionArn"],
        "roleArn": shop.town.role,
        "lifecycleStages": ["POST_SCALE_UP", "POST_TEST_TRAFFIC_SHIFT"],
    }
    shop.deploy({**BLUE_GREEN, "lifecycleHooks": [hook]})
    found = shop.done("ROLLBACK_SUCCESSFUL")
    assert "the function returned FAILED" in found["statusReason"]
    said = {(run["targetArn"], run["status"]) for run in found["lifecycleHookDetails"]}
    assert said == {(made["FunctionArn"], "SUCCEEDED"), (made["FunctionArn"], "FAILED")}
    assert shop.hosts().keys() == {blue}
