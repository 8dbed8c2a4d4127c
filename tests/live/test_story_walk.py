"""Cats, dogs and web on one machine: bridge, awsvpc, load balancer, Service Connect; all real."""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.live.story import (
    CLUSTER,
    NAMESPACE,
    Town,
    a_site,
    a_town,
    balance,
    eventually,
    needs_machine,
    tail,
    under_traffic,
    who,
)

pytestmark = needs_machine

WHOAMI = "/whoami"


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    """Web and cats on instances, dogs on Fargate, all behind one load balancer."""
    with a_site() as site:
        town = a_town(site)
        balance(town, ("web", "cats", "dogs"))
        for name in ("web", "cats", "dogs"):
            town.definition(name, fargate=name == "dogs")
            town.create_service(name, fargate=name == "dogs")
        town.stable("web", "cats", "dogs")
        town.healthy("web", "cats", "dogs")
        yield town
        assert site.errors() == []


@pytest.fixture(scope="module")
def connected(town: Town) -> Town:
    """Cats and dogs offer their names, web only calls."""
    for name in ("cats", "dogs"):
        town.connect(name)
    town.connect("web", client_only=True)
    town.stable("web", "cats", "dogs")
    town.healthy("web", "cats", "dogs")
    return town


def test_the_load_balancer_leads_each_path_to_its_service(town: Town) -> None:
    for name, path in (("web", WHOAMI), ("cats", "/cats/whoami"), ("dogs", "/dogs/whoami")):
        answers = [town.get(path) for _ in range(20)]
        assert {status for status, _ in answers} == {200}
        assert {body.split()[0] for _, body in answers} == {name}
        assert len({body for _, body in answers}) == 2, "both tasks answer"


def test_bridge_tasks_have_dynamic_host_ports_of_their_instance(town: Town) -> None:
    seen = set()
    for task in town.tasks("cats"):
        (binding,) = task["containers"][0]["networkBindings"]
        assert binding["containerPort"] == 80
        assert 32768 <= binding["hostPort"] < 61000
        described = town.aws.ecs.describe_container_instances(
            cluster=CLUSTER, containerInstances=[task["containerInstanceArn"]]
        )["containerInstances"][0]
        instance = town.aws.ec2.describe_instances(InstanceIds=[described["ec2InstanceId"]])
        address = instance["Reservations"][0]["Instances"][0]["PrivateIpAddress"]
        body = town.inside(
            task["taskArn"], f"curl -s http://{address}:{binding['hostPort']}/cats/whoami"
        )
        assert body.startswith("cats ")
        seen.add((address, binding["hostPort"]))
        assert task["launchType"] == "EC2"
    assert len(seen) == 2


def test_fargate_tasks_have_an_address_of_their_subnet(town: Town) -> None:
    for task in town.tasks("dogs"):
        assert task["launchType"] == "FARGATE"
        (eni,) = [a for a in task["attachments"] if a["type"] == "ElasticNetworkInterface"]
        details = {d["name"]: d["value"] for d in eni["details"]}
        subnet = town.aws.ec2.describe_subnets(SubnetIds=[details["subnetId"]])["Subnets"][0]
        address = ipaddress.ip_address(details["privateIPv4Address"])
        assert address in ipaddress.ip_network(subnet["CidrBlock"])
        assert eni["status"] == "ATTACHED"
        assert town.inside(task["taskArn"], "curl -s http://localhost/whoami").split()[2]
        assert town.get("/dogs/whoami", str(address))[1].split()[2] == str(address)


def test_all_targets_are_healthy(town: Town) -> None:
    for name, group in town.groups.items():
        health = town.aws.elbv2.describe_target_health(TargetGroupArn=group)
        states = [d["TargetHealth"]["State"] for d in health["TargetHealthDescriptions"]]
        assert states == ["healthy", "healthy"], name


def test_names_answer_from_both_tasks_inside_a_client(connected: Town) -> None:
    caller = connected.tasks("web")[0]["taskArn"]
    for name in ("cats", "dogs"):
        served = who(connected.inside(caller, f"curl -s 'http://{name}/whoami?[1-20]'"))
        assert sum(served.values()) == 20
        assert set(served.values()) == {10}, "both tasks in turn"


def test_a_service_shows_its_connect_configuration_in_its_deployments(connected: Town) -> None:
    service = connected.service("cats")
    assert "serviceConnectConfiguration" not in service
    (deployment,) = service["deployments"]
    assert deployment["status"] == "PRIMARY"
    assert deployment["rolloutState"] == "COMPLETED"
    assert (deployment["desiredCount"], deployment["runningCount"]) == (2, 2)
    assert (deployment["pendingCount"], deployment["failedTasks"]) == (0, 0)
    configuration = deployment["serviceConnectConfiguration"]
    assert configuration["enabled"] is True
    assert configuration["services"][0]["portName"] == "cats"
    (resource,) = deployment["serviceConnectResources"]
    assert resource["discoveryName"] == "cats"
    assert resource["discoveryArn"].startswith("arn:aws:servicediscovery:us-east-1:")
    client = connected.service("web")["deployments"][0]
    assert client["serviceConnectConfiguration"]["enabled"] is True
    assert client.get("serviceConnectResources", []) == []


def test_cloud_map_shows_the_instances_of_connected_services(connected: Town) -> None:
    discovery = connected.aws.servicediscovery
    for name in ("cats", "dogs"):
        found = discovery.discover_instances(NamespaceName=NAMESPACE, ServiceName=name)["Instances"]
        running = {tail(task["taskArn"]) for task in connected.tasks(name)}
        assert {instance["InstanceId"] for instance in found} == running
    (namespace,) = discovery.list_namespaces()["Namespaces"]
    assert namespace["Name"] == NAMESPACE
    assert {s["Name"] for s in discovery.list_services()["Services"]} == {"cats", "dogs"}


def test_a_new_name_works_in_a_task_that_already_runs(connected: Town) -> None:
    """This one is TCP: its port says nothing of HTTP."""
    plain = {"name": "cats", "containerPort": 80, "hostPort": 0}
    connected.definition("cats", family="kittens", portMappings=[plain])
    caller = connected.tasks("web")[0]
    alias = {"port": 8080, "dnsName": "kittens"}
    offered = {"portName": "cats", "discoveryName": "kittens", "clientAliases": [alias]}
    connected.create_service(
        "kittens",
        taskDefinition="kittens",
        desiredCount=1,
        serviceConnectConfiguration={"enabled": True, "services": [offered]},
    )
    asked = "curl -s --max-time 2 http://kittens:8080/whoami || true"
    body = eventually(
        lambda: connected.inside(caller["taskArn"], asked).startswith("cats ") or None,
        "the new name answers",
        30,
    )
    assert body
    assert caller["startedAt"] == connected.task(caller["taskArn"])["startedAt"]
    connected.aws.ecs.delete_service(cluster=CLUSTER, service="kittens", force=True)
    connected.aws.ecs.get_waiter("services_inactive").wait(
        cluster=CLUSTER, services=["kittens"], WaiterConfig={"Delay": 1, "MaxAttempts": 60}
    )
    names = [s["Name"] for s in connected.aws.servicediscovery.list_services()["Services"]]
    assert "kittens" not in names


def test_a_name_made_while_its_caller_starts_reaches_it(connected: Town) -> None:
    """The caller's containers are on their way when the name comes."""
    ecs = connected.aws.ecs
    client = {"enabled": True}
    for number in range(4):
        name = f"late-{number}"
        offered = {
            "portName": "cats",
            "discoveryName": name,
            "clientAliases": [{"port": 80, "dnsName": name}],
        }
        service = {"taskDefinition": "cats", "desiredCount": 1}
        connected.create_service(f"early-{number}", serviceConnectConfiguration=client, **service)
        connected.create_service(
            name, serviceConnectConfiguration={"enabled": True, "services": [offered]}, **service
        )
    for number in range(4):
        (caller,) = eventually(
            lambda number=number: connected.tasks(f"early-{number}"),  # type: ignore[misc]
            "the caller runs",
        )
        hosts = connected.inside(caller["taskArn"], "cat /etc/hosts")
        assert all(f"late-{n}" in hosts for n in range(4)), hosts
    for number in range(4):
        for name in (f"early-{number}", f"late-{number}"):
            ecs.delete_service(cluster=CLUSTER, service=name, force=True)


def test_a_rolling_deployment_under_traffic_fails_no_request(connected: Town) -> None:
    before = {task["taskArn"] for task in connected.tasks("cats")}
    caller = connected.container(connected.tasks("web")[0]["taskArn"])
    door = f"http://{connected.door}/cats/whoami"
    with under_traffic(caller, connect="http://cats/whoami", balancer=door) as outcomes:
        connected.aws.ecs.update_service(cluster=CLUSTER, service="cats", forceNewDeployment=True)
        connected.stable("cats")
        eventually(lambda: stopped(connected, before), "the old tasks have stopped")
    assert outcomes["connect"].failures == Counter()
    assert outcomes["balancer"].failures == Counter()
    assert before.isdisjoint(task["taskArn"] for task in connected.tasks("cats"))


def test_scaling_in_under_traffic_fails_no_request(connected: Town) -> None:
    ecs = connected.aws.ecs
    ecs.update_service(cluster=CLUSTER, service="dogs", desiredCount=4)
    connected.stable("dogs")
    before = {task["taskArn"] for task in connected.tasks("dogs")}
    assert len(before) == 4
    caller = connected.container(connected.tasks("web")[0]["taskArn"])
    door = f"http://{connected.door}/dogs/whoami"
    with under_traffic(caller, connect="http://dogs/whoami", balancer=door) as outcomes:
        ecs.update_service(cluster=CLUSTER, service="dogs", desiredCount=2)
        connected.stable("dogs")
        left = {task["taskArn"] for task in connected.tasks("dogs")}
        eventually(lambda: stopped(connected, before - left), "the others have stopped")
    assert outcomes["connect"].failures == Counter()
    assert outcomes["balancer"].failures == Counter()


def stopped(town: Town, arns: set[str]) -> bool:
    """All of them have stopped, for the reason a scheduler has."""
    tasks = town.aws.ecs.describe_tasks(cluster=CLUSTER, tasks=sorted(arns))["tasks"]
    if any(task["lastStatus"] != "STOPPED" for task in tasks):
        return False
    for task in tasks:
        assert task["stopCode"] == "ServiceSchedulerInitiated"
        assert task["stoppedReason"].startswith("Scaling activity initiated by (deployment ecs-svc")
        assert task["containers"][0]["exitCode"] == 0
    return True
