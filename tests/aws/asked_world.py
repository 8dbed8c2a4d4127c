"""All services on one store, with one of everything that requests refer to."""

from __future__ import annotations

import json
from dataclasses import replace
from operator import attrgetter
from typing import Any

from botocore.exceptions import ClientError

from seaway.aws import (
    acm,
    applicationautoscaling,
    autoscaling,
    cloudwatch,
    ec2,
    ecs,
    elbv2,
    events,
    lambda_,
    scheduler,
    secretsmanager,
    servicediscovery,
    ssm,
)
from seaway.core.buckets import StoredObject, object_key
from seaway.core.capacity import Host
from seaway.core.compute import AutoScalingGroup, LaunchSource
from seaway.core.launch import Launch
from seaway.core.task import Container, TaskStatus
from seaway.store.tables import TABLES
from tests.authorities import a_certificate, a_managed_certificate, an_authority
from tests.aws.inputs import Case
from tests.aws.members import input_shape, probe
from tests.aws.wired import Wired
from tests.builders import CLUSTER, HOME, a_role, a_task, an_instance
from tests.functions.zips import a_zip
from tests.handlers import Counted

Answer = tuple[str, list[list[Any]]]


_LAMBDA = json.dumps(
    {
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "lambda.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ]
    }
)


class _Undone(Exception):
    """Ends a probe, so that the next one finds the world as it was."""


class World:
    """All services on one store, with one of everything that the requests refer to."""

    def __init__(self) -> None:
        services = (
            acm,
            applicationautoscaling,
            autoscaling,
            cloudwatch,
            ec2,
            ecs,
            elbv2,
            events,
            lambda_,
            scheduler,
            secretsmanager,
            servicediscovery,
            ssm,
        )
        handlers = [handler for service in services for handler in service.operations()]
        self.token = Counted()
        self.wired = Wired(handlers)
        self.known: dict[str, Any] = {}
        self._clients: dict[str, Any] = {}
        self._plain: dict[str, Answer] = {}
        self._make_networks()
        self._make_balancers()
        self._make_names()
        self._make_services()
        self._make_watching()
        self._make_kept()
        self._make_hosted()

    def client(self, service: str) -> Any:
        if service not in self._clients:
            self._clients[service] = self.wired.client(service)
        return self._clients[service]

    def plain(self, service: str, operation: str, base: dict[str, Any]) -> Answer:
        """What ``ask`` gives for a request that many probes are compared with."""
        key = f"{service} {operation} {json.dumps(base)}"
        if key not in self._plain:
            self._plain[key] = self.ask(service, operation, base)
        return self._plain[key]

    def ask(self, service: str, operation: str, request: dict[str, Any]) -> Answer:
        """The answer (or ``refused: …``) and all that is in the store then; leaves no trace."""
        given = self._named(request)
        self.wired._token.number = 10_000
        call = self.client(service)._make_api_call
        answer, state = "", []
        try:
            with self.wired.store.transaction() as tx, tx.attempt():
                try:
                    shown = call(operation, given)
                    del shown["ResponseMetadata"]
                    answer = json.dumps(shown, default=str, sort_keys=True)
                except ClientError as error:
                    answer = f"refused: {error.response['Error']['Message']}"
                # By key: what was dropped and taken back is the youngest of its table then.
                state = [
                    sorted(tx.where(table.noun), key=attrgetter(table.key))
                    for table in TABLES
                    if table.noun is not Launch
                ]
                # A launch remembers a digest of the whole request: that says nothing here.
                state.append([launch.key for launch in tx.where(Launch)])
                raise _Undone
        except _Undone:
            return answer, state

    def _named(self, request: Any) -> Any:
        if isinstance(request, dict):
            return {key: self._named(value) for key, value in request.items()}
        if isinstance(request, list):
            return [self._named(value) for value in request]
        if isinstance(request, str) and request.startswith("{") and request.endswith("}"):
            return self.known.get(request[1:-1], request)
        return request

    def _make_networks(self) -> None:
        client, known = self.client("ec2"), self.known
        for name, number in (("vpc", 0), ("other-vpc", 1)):
            known[name] = client.create_vpc(CidrBlock=f"10.{number}.0.0/16")["Vpc"]["VpcId"]
        for number, zone in enumerate("abc"):
            made = client.create_subnet(
                VpcId=known["vpc"],
                CidrBlock=f"10.0.{number}.0/24",
                AvailabilityZone=f"us-east-1{zone}",
            )
            known[f"subnet-{zone}"] = made["Subnet"]["SubnetId"]
        group = client.create_security_group(GroupName="web", Description="web", VpcId=known["vpc"])
        known["security-group"] = group["GroupId"]
        groups = client.describe_security_groups(
            Filters=[
                {"Name": "vpc-id", "Values": [known["vpc"]]},
                {"Name": "group-name", "Values": ["default"]},
            ]
        )
        known["default-security-group"] = groups["SecurityGroups"][0]["GroupId"]

    def _make_balancers(self) -> None:
        client, known = self.client("elbv2"), self.known
        for name in ("one", "two", "free", "spare"):
            made = client.create_target_group(
                Name=name, Protocol="HTTP", Port=80, VpcId=known["vpc"]
            )
            known[f"group-{name}"] = made["TargetGroups"][0]["TargetGroupArn"]
        for prefix, group in (("", "group-one"), ("other-", "group-two")):
            made = client.create_load_balancer(
                Name=f"{prefix}web", Subnets=[known["subnet-a"], known["subnet-b"]]
            )
            known[f"{prefix}balancer"] = made["LoadBalancers"][0]["LoadBalancerArn"]
            made = client.create_listener(
                LoadBalancerArn=known[f"{prefix}balancer"],
                Protocol="HTTP",
                Port=80,
                DefaultActions=[{"Type": "forward", "TargetGroupArn": known[group]}],
            )
            known[f"{prefix}listener"] = made["Listeners"][0]["ListenerArn"]
        made = client.create_target_group(
            Name="flows", Protocol="TCP_UDP", Port=80, VpcId=known["vpc"]
        )
        known["group-flows"] = made["TargetGroups"][0]["TargetGroupArn"]
        made = client.create_target_group(Name="raw", Protocol="TCP", Port=80, VpcId=known["vpc"])
        known["group-raw"] = made["TargetGroups"][0]["TargetGroupArn"]
        made = client.create_load_balancer(
            Name="flows", Type="network", Subnets=[known["subnet-a"]]
        )
        known["network-balancer"] = made["LoadBalancers"][0]["LoadBalancerArn"]
        made = client.create_load_balancer(
            Name="inner", Type="network", Scheme="internal", Subnets=[known["subnet-a"]]
        )
        known["inner-balancer"] = made["LoadBalancers"][0]["LoadBalancerArn"]
        for name in ("one", "two"):
            certificate = a_managed_certificate(f"{name}.example")
            self.wired.put(certificate)
            known[f"certificate-{name}"] = certificate.arn
        self._make_parts_of_balancers()

    def _make_parts_of_balancers(self) -> None:
        """What changes of listeners, rules and target groups are asked of."""
        client, known = self.client("elbv2"), self.known
        made = client.create_listener(
            LoadBalancerArn=known["balancer"],
            Protocol="HTTPS",
            Port=443,
            Certificates=[{"CertificateArn": known["certificate-one"]}],
            DefaultActions=[
                {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "503"}}
            ],
        )
        known["secure-listener"] = made["Listeners"][0]["ListenerArn"]
        for port, name in ((90, "flow-listener"), (91, "other-flow-listener")):
            made = client.create_listener(
                LoadBalancerArn=known["network-balancer"],
                Protocol="TCP",
                Port=port,
                DefaultActions=[{"Type": "forward", "TargetGroupArn": known["group-raw"]}],
            )
            known[name] = made["Listeners"][0]["ListenerArn"]
        for number, name in ((1001, "rule"), (1002, "other-rule")):
            made = client.create_rule(
                ListenerArn=known["listener"],
                Priority=number,
                Conditions=[{"Field": "path-pattern", "Values": ["/before"]}],
                Actions=[{"Type": "forward", "TargetGroupArn": known["group-one"]}],
            )
            known[name] = made["Rules"][0]["RuleArn"]
        made = client.create_target_group(
            Name="calls", Protocol="HTTP", ProtocolVersion="GRPC", Port=80, VpcId=known["vpc"]
        )
        known["group-calls"] = made["TargetGroups"][0]["TargetGroupArn"]
        for name in ("", "other-"):
            made = client.create_target_group(
                Name=f"{name}addresses",
                Protocol="HTTP",
                Port=80,
                VpcId=known["vpc"],
                TargetType="ip",
            )
            known[f"{name}group-addresses"] = made["TargetGroups"][0]["TargetGroupArn"]
            client.register_targets(
                TargetGroupArn=known[f"{name}group-addresses"],
                Targets=[
                    {"Id": f"192.168.9.{last}", "Port": port, "AvailabilityZone": "us-east-1a"}
                    for last, port in ((1, 80), (1, 81), (2, 80))
                ],
            )

    def _make_names(self) -> None:
        client, known = self.client("servicediscovery"), self.known
        for name in ("shop", "other"):
            client.create_http_namespace(Name=name)
        client.create_private_dns_namespace(Name="corp", Vpc=known["vpc"])
        found = {one["Name"]: one["Id"] for one in client.list_namespaces()["Namespaces"]}
        known |= {"namespace": found["shop"], "dns-namespace": found["corp"]}
        known["other-namespace"] = found["other"]
        for name in ("names", "other-names"):
            made = client.create_service(Name=name, NamespaceId=known["namespace"])
            known[name] = made["Service"]["Id"]
            known[f"{name}-arn"] = made["Service"]["Arn"]

    def _make_services(self) -> None:
        client, known = self.client("ecs"), self.known
        self.wired.put(a_role("probe"))
        authority = an_authority()
        known["authority"] = authority.arn
        self.wired.put(authority)
        for name in ("machines", "others", "grown", "grown-too"):
            known[name] = f"arn:aws:autoscaling:{HOME}:autoScalingGroup:1:{name}"
            self.wired.put(
                AutoScalingGroup(
                    arn=known[name],
                    name=name,
                    created_at=1.0,
                    source=LaunchSource(),
                    minimum=0,
                    maximum=2,
                    desired=0,
                    subnets=(known["subnet-a"],),
                )
            )
        container = {
            "name": "web",
            "image": "web:1",
            "portMappings": [
                {"containerPort": 80, "name": "web", "appProtocol": "http"},
                {"containerPort": 81, "name": "admin"},
            ],
        }
        side = {"name": "side", "image": "side:1", "portMappings": [{"containerPort": 80}]}
        sizes = {"cpu": "256", "memory": "512", "containerDefinitions": [container, side]}
        tags = [{"key": "owner", "value": "us"}]
        client.register_task_definition(family="web", tags=tags, **sizes)
        client.register_task_definition(family="other", **sizes)
        client.register_task_definition(
            family="cabled", networkMode="awsvpc", **sizes | {"containerDefinitions": [container]}
        )
        for name in ("default", "fargate"):
            client.create_cluster(clusterName=name, capacityProviders=["FARGATE", "FARGATE_SPOT"])
            place: dict[str, Any] = {"cluster": CLUSTER.replace("/default", f"/{name}")}
            self.wired.put(
                an_instance(
                    arn=f"{place['cluster']}/i".replace("cluster", "container-instance"), **place
                )
            )
            for service in ("there", "elsewhere"):
                client.create_service(
                    cluster=name, serviceName=service, taskDefinition="web", desiredCount=1
                )

    def _make_watching(self) -> None:
        """What policies, targets and schedules of the probes belong to."""
        scaling, bus = self.client("application-autoscaling"), self.client("events")
        for resource in ("service/default/there", "service/fargate/elsewhere"):
            scaling.register_scalable_target(
                ServiceNamespace="ecs",
                ResourceId=resource,
                ScalableDimension="ecs:service:DesiredCount",
                MinCapacity=1,
                MaxCapacity=9,
            )
        bus.create_event_bus(Name="other")
        for where in ({}, {"EventBusName": "other"}):
            for rule in ("there", "elsewhere"):
                bus.put_rule(Name=rule, EventPattern='{"source": ["shop"]}', **where)
        schedules = self.client("scheduler")
        schedules.create_schedule_group(Name="other")
        for group, name in (("default", "there"), ("default", "elsewhere"), ("other", "there")):
            schedules.create_schedule(
                Name=name,
                GroupName=group,
                ScheduleExpression="rate(3 hours)",
                FlexibleTimeWindow={"Mode": "OFF"},
                Target={
                    "Arn": CLUSTER,
                    "RoleArn": "arn:aws:iam::000000000000:role/probe",
                    "EcsParameters": {"TaskDefinitionArn": "web"},
                },
            )

    def _make_kept(self) -> None:
        """What secrets, protected tasks, providers and functions of the probes are made from."""
        known = self.known
        for name in ("there", "elsewhere"):
            self.client("secretsmanager").create_secret(Name=name)
        self.client("ecs").create_capacity_provider(
            name="there", autoScalingGroupProvider={"autoScalingGroupArn": known["grown"]}
        )
        self.client("ecs").create_capacity_provider(
            name="elsewhere", autoScalingGroupProvider={"autoScalingGroupArn": known["grown-too"]}
        )
        for number, cluster in enumerate(("default", "fargate"), 1):
            place = CLUSTER.replace("/default", f"/{cluster}")
            task = a_task(
                number, arn=f"{place}/{number:032x}".replace("cluster", "task"), cluster=place
            )
            known[f"task-in-{cluster}"] = task.arn
            service = f"{place}/there".replace("cluster", "service")
            self.wired.put(replace(task, service=service, group="service:there", host="host-1"))
        for name in ("one", "two"):
            signer = an_authority()
            made = a_certificate(signer, f"{name}.example", f"{name}.example")
            known[f"{name}-pem"], known[f"{name}-key"] = made.chain, made.key
            known[f"{name}-signer"] = signer.certificate
        known["imported"] = self.client("acm").import_certificate(
            Certificate=known["two-pem"], PrivateKey=known["two-key"]
        )["CertificateArn"]
        self.wired.put(a_role("hooks", trust=_LAMBDA), a_role("calls", trust=_LAMBDA))
        for bucket, name in (("code", "one"), ("code", "two"), ("spare", "one")):
            known[f"zip-{name}"] = a_zip(f"# {name}")
            key = object_key(bucket, name)
            self.wired.put(
                StoredObject(
                    key=key, bucket=bucket, name=name, modified_at=1.0, file=name,
                    size=len(key), etag=name, sha256=key.encode().hex(),
                )
            )  # fmt: skip

    def _make_hosted(self) -> None:
        """What groups launch, more instances, and tasks that run on a host."""
        client, known = self.client("ecs"), self.known
        for name, prefix in (("node", ""), ("other", "other-")):
            self.client("autoscaling").create_launch_configuration(
                LaunchConfigurationName=name, ImageId="ami-1", InstanceType="t3.small"
            )
            made = self.client("ec2").create_launch_template(
                LaunchTemplateName=name,
                LaunchTemplateData={"ImageId": "ami-1", "InstanceType": "t3.small"},
            )
            known[f"{prefix}template"] = made["LaunchTemplate"]["LaunchTemplateId"]
        self.wired.put(
            an_instance(arn=f"{CLUSTER}/j".replace("cluster", "container-instance")),
            Host(id="local", cpu=2048, memory=4096, connected=True),
        )
        containers = tuple(
            Container(name=name, status=TaskStatus.RUNNING, runtime_id=name)
            for name in ("web", "side")
        )
        for name, cluster, number in (
            ("running-in-default", "default", "f" * 32),
            ("other-running-in-default", "default", "e" * 32),
            ("running-in-fargate", "fargate", "f" * 32),
        ):
            place = CLUSTER.replace("/default", f"/{cluster}")
            task = a_task(
                arn=f"{place}/{number}".replace("cluster", "task"),
                cluster=place,
                last_status=TaskStatus.RUNNING,
                exec_enabled=True,
                group="running",
                host="local",
                containers=containers,
            )
            known[name] = task.arn
            self.wired.put(task)
        for service, name in (
            ("there", "service-deployment"),
            ("elsewhere", "other-service-deployment"),
        ):
            (found,) = client.list_service_deployments(service=service)["serviceDeployments"]
            known[name] = found["serviceDeploymentArn"]


def is_in(path: str, outer: str) -> bool:
    """Whether the member at the path is the outer one or a part of it."""
    return path == outer or path.startswith((f"{outer}.", f"{outer}["))


def request_of(case: Case, path: str, value: Any = None) -> tuple[dict[str, Any], dict[str, Any]]:
    """The request without the member and the one with it; nothing else differs.

    ``value`` None = the case's own for this member, or one that fits its shape.
    """
    inputs = input_shape(case.service, case.operation)
    fits = [prefix for prefix in case.beside if is_in(path, prefix)]
    beside = case.beside[max(fits, key=len)] if fits else {}
    base = {k: v for k, v in {**case.base, **beside}.items() if v is not None}
    base = {k: v for k, v in base.items() if k in inputs.members}
    return base, probe(inputs, base, path, case.values.get(path) if value is None else value)
