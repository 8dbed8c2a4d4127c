"""The service kits: cats' image behind two target groups of its own, and in Service Connect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from seaway.cli.demo.clients import Aws, found
from seaway.cli.demo.names import BALANCER, CATS, CLUSTER, PROVIDER
from seaway.cli.demo.stage import Stage

KITS = "kits"
DESIRED = 2
PORT, TEST_PORT = 8080, 8081
ALARM = "kits-errors"
GROUPS = ("kits-blue", "kits-green")
VERSION_PATH = "/cats/version"
DRAIN_SECONDS = 3
GONE_SECONDS = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What kits' requests pass: two target groups, and the rules that share them out."""

    groups: tuple[str, str]
    rule: str
    test_rule: str
    image: str
    role: str


def make_scene(aws: Aws, stage: Stage) -> Scene:
    """Target groups, a listener for everybody and one for tests, an alarm. Raises ClientError."""
    balancer = aws.elbv2.describe_load_balancers(Names=[BALANCER])["LoadBalancers"][0]
    cats = aws.ecs.describe_task_definition(taskDefinition=CATS.family)["taskDefinition"]
    blue, green = (_group(aws, stage, name, balancer["VpcId"]) for name in GROUPS)
    rules = [
        _rule(aws, stage, balancer["LoadBalancerArn"], port, (blue, green))
        for port in (PORT, TEST_PORT)
    ]
    stage.call(
        aws.cloudwatch,
        "put_metric_alarm",
        AlarmName=ALARM,
        Namespace="Demo",
        MetricName="KitsErrors",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=5,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="ignore",
    )
    calm(aws)
    return Scene(
        groups=(blue, green),
        rule=rules[0],
        test_rule=rules[1],
        image=cats["containerDefinitions"][0]["image"],
        role=cats["executionRoleArn"],
    )


def calm(aws: Aws) -> None:
    """The alarm is off."""
    aws.cloudwatch.set_alarm_state(AlarmName=ALARM, StateValue="OK", StateReason="as at the start")


def _group(aws: Aws, stage: Stage, name: str, vpc: str) -> str:
    made = stage.call(
        aws.elbv2,
        "create_target_group",
        Name=name,
        Protocol="HTTP",
        Port=80,
        VpcId=vpc,
        TargetType="instance",
        HealthCheckPath="/cats/",
        HealthCheckIntervalSeconds=5,
        HealthCheckTimeoutSeconds=2,
        HealthyThresholdCount=2,
        UnhealthyThresholdCount=2,
    )
    arn = str(made["TargetGroups"][0]["TargetGroupArn"])
    drain = {"Key": "deregistration_delay.timeout_seconds", "Value": str(DRAIN_SECONDS)}
    aws.elbv2.modify_target_group_attributes(TargetGroupArn=arn, Attributes=[drain])
    return arn


def _rule(aws: Aws, stage: Stage, balancer: str, port: int, groups: tuple[str, str]) -> str:
    """A rule that leads everything to blue, green beside it with weight 0."""
    nothing = {"StatusCode": "404", "ContentType": "text/plain"}
    listener = aws.elbv2.create_listener(
        LoadBalancerArn=balancer,
        Protocol="HTTP",
        Port=port,
        DefaultActions=[{"Type": "fixed-response", "FixedResponseConfig": nothing}],
    )["Listeners"][0]["ListenerArn"]
    shares = [
        {"TargetGroupArn": group, "Weight": weight}
        for group, weight in zip(groups, (1, 0), strict=True)
    ]
    made = stage.call(
        aws.elbv2,
        "create_rule",
        ListenerArn=listener,
        Priority=1,
        Conditions=[{"Field": "path-pattern", "Values": ["/*"]}],
        Actions=[{"Type": "forward", "ForwardConfig": {"TargetGroups": shares}}],
    )
    return str(made["Rules"][0]["RuleArn"])


def define(aws: Aws, stage: Stage, scene: Scene, version: str, *, works: bool = True) -> str:
    """A revision that says its version at /cats/version, or one that ends at once."""
    page = f"/usr/share/nginx/html{VERSION_PATH}"
    script = f"echo {version} > {page}; exec nginx -g 'daemon off;'" if works else "exit 1"
    container = {
        "name": KITS,
        "image": scene.image,
        "entryPoint": ["sh", "-c"],
        "command": [script],
        "portMappings": [{"containerPort": 80, "hostPort": 0, "name": KITS, "appProtocol": "http"}],
    }
    made = stage.call(
        aws.ecs,
        "register_task_definition",
        family=KITS,
        networkMode="bridge",
        cpu="128",
        memory="128",
        executionRoleArn=scene.role,
        containerDefinitions=[container],
    )
    revision: int = made["taskDefinition"]["revision"]
    return f"{KITS}:{revision}"


def create(aws: Aws, stage: Stage, scene: Scene, definition: str) -> None:
    """The service with both doors, and all that its deployments will need. Raises ClientError."""
    doors = {
        "alternateTargetGroupArn": scene.groups[1],
        "productionListenerRule": scene.rule,
        "testListenerRule": scene.test_rule,
        "roleArn": scene.role,
    }
    target = {
        "targetGroupArn": scene.groups[0],
        "containerName": KITS,
        "containerPort": 80,
        "advancedConfiguration": doors,
    }
    offered = [{"portName": KITS, "clientAliases": [{"port": 80, "dnsName": KITS}]}]
    wanted: dict[str, Any] = {
        "cluster": CLUSTER,
        "serviceName": KITS,
        "taskDefinition": definition,
        "desiredCount": DESIRED,
        "capacityProviderStrategy": [{"capacityProvider": PROVIDER, "weight": 1}],
        "loadBalancers": [target],
        "serviceConnectConfiguration": {"enabled": True, "services": offered},
    }
    answer = stage.call(aws.ecs, "create_service", **wanted)
    stage.say(answer["service"]["serviceArn"])


def clear(aws: Aws, stage: Stage) -> None:
    """Take kits and its scene away; what is not there is passed over. Raises DemoFailed."""
    if _there(aws):
        stage.call(aws.ecs, "delete_service", cluster=CLUSTER, service=KITS, force=True)
        stage.wait(
            lambda: (None if _there(aws) else True, "its tasks drain and stop"),
            seconds=GONE_SECONDS,
            late=f"The service {KITS} is still there",
            where=f"aws ecs describe-services --cluster {CLUSTER} --services {KITS}",
        )
    balancer = aws.elbv2.describe_load_balancers(Names=[BALANCER])["LoadBalancers"][0]
    listeners = aws.elbv2.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])
    for listener in listeners["Listeners"]:
        if listener["Port"] in (PORT, TEST_PORT):
            aws.elbv2.delete_listener(ListenerArn=listener["ListenerArn"])
    for name in GROUPS:
        there = found(
            lambda name=name: aws.elbv2.describe_target_groups(Names=[name]),  # type: ignore[misc]
            "TargetGroupNotFound",
        )
        for group in (there or {"TargetGroups": []})["TargetGroups"]:
            aws.elbv2.delete_target_group(TargetGroupArn=group["TargetGroupArn"])
    found(lambda: aws.cloudwatch.delete_alarms(AlarmNames=[ALARM]), "ResourceNotFound")


def _there(aws: Aws) -> bool:
    found = aws.ecs.describe_services(cluster=CLUSTER, services=[KITS])["services"]
    return any(service["status"] != "INACTIVE" for service in found)
