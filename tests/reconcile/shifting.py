"""A blue/green service in virtual time: behind a load balancer, in Service Connect, or neither."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from seaway.core.alarm import Alarm, AlarmState
from seaway.core.balancer import (
    Action,
    Listener,
    LoadBalancer,
    Rule,
    TargetGroup,
    WeightedGroup,
)
from seaway.core.bus import BusEvent
from seaway.core.discovery import DiscoveryService, NamedEndpoint
from seaway.core.service import (
    ConnectAlias,
    ConnectService,
    Deployment,
    DeploymentConfiguration,
    RevisionTraffic,
    RolloutState,
    Service,
    ServiceConnect,
    ServiceLoadBalancer,
)
from seaway.core.service_deployment import HookRun, ServiceDeployment
from seaway.core.task import Task
from seaway.core.task_definition import AppProtocol
from tests.builders import HOME, a_deployment, a_namespace, a_service
from tests.reconcile.world import World

GROUPS = ("one", "two")
BALANCER = LoadBalancer(arn=f"arn:aws:elb:{HOME}:lb", name="lb", dns_name="lb", created_at=1.0)
LISTENER = Listener(arn=f"arn:aws:elb:{HOME}:listener", load_balancer=BALANCER.arn, port=80)
NAMES = f"arn:aws:servicediscovery:{HOME}:service/srv-1"
CONNECT = ServiceConnect(
    enabled=True,
    namespace=a_namespace().arn,
    services=(ConnectService(port_name="web", alias=ConnectAlias(port=80)),),
)


def a_group(name: str) -> TargetGroup:
    return TargetGroup(
        arn=f"arn:aws:elb:{HOME}:targetgroup/{name}",
        name=name,
        created_at=1.0,
        attributes=(("deregistration_delay.timeout_seconds", "0"),),
    )


def a_rule(name: str) -> Rule:
    shares = tuple(
        WeightedGroup(target_group=a_group(group).arn, weight=weight)
        for group, weight in zip(GROUPS, (1, 0), strict=True)
    )
    action = Action(type="forward", groups=shares)
    return Rule(
        arn=f"arn:aws:elb:{HOME}:rule/{name}", listener=LISTENER.arn, priority=1, actions=(action,)
    )


ADVANCED = ServiceLoadBalancer(
    target_group=a_group("one").arn,
    container="web",
    port=80,
    alternate_target_group=a_group("two").arn,
    production_rule=a_rule("production").arn,
    test_rule=a_rule("test").arn,
)


@dataclass
class Shop:
    """The world, the service under deployment, and what is asked of both."""

    world: World = field(default_factory=World)
    service: Service = field(default_factory=a_service)
    number: int = 0

    def deploy(self, **fields: Any) -> None:
        """What UpdateService writes: a new revision, and the service deployment that brings it."""
        self.number += 1
        with self.world.store.transaction() as tx:
            self.service = replace(tx.find(Service, self.service.arn) or self.service, **fields)
            in_force = []
            for process in tx.where(ServiceDeployment, service=self.service.arn):
                if process.is_open:
                    tx.put(replace(process, overtaken=True))
            for old in tx.where(Deployment, service=self.service.arn):
                if old.status == "PRIMARY":
                    old = replace(old, status="ACTIVE")
                    tx.put(old)
                in_force += [old.id] if old.status == "ACTIVE" else []
            tx.put(self.service)
            new = a_deployment(
                self.service,
                self.number,
                rollout_state=RolloutState.IN_PROGRESS,
                load_balancers=self.service.load_balancers,
                discovery=(("web", NAMES),) if self.service.connect else (),
            )
            tx.put(new)
            tx.put(
                ServiceDeployment(
                    number=f"{self.number:021d}",
                    service=self.service.arn,
                    target=new.id,
                    created_at=self.world.now,
                    configuration=self.service.rollout,
                    sources=tuple(in_force),
                )
            )

    @property
    def process(self) -> ServiceDeployment:
        """The newest service deployment."""
        with self.world.store.transaction() as tx:
            return tx.where(ServiceDeployment, service=self.service.arn)[-1]

    @property
    def deployments(self) -> list[Deployment]:
        """All revisions, oldest first."""
        with self.world.store.transaction() as tx:
            return tx.where(Deployment, service=self.service.arn)

    def running(self, number: int) -> list[Task]:
        """The tasks of a revision that run."""
        id = f"ecs-svc/{number:019d}"
        return [t for t in self.world.tasks() if t.is_running and t.deployment == id]

    def weights(self, rule: str = "production") -> dict[str, int]:
        """What a listener rule gives the groups."""
        with self.world.store.transaction() as tx:
            found = tx.find(Rule, a_rule(rule).arn)
        assert found is not None
        (action,) = found.actions
        return {s.target_group.rsplit("/", 1)[-1]: s.weight for s in action.groups}

    def traffic(self) -> RevisionTraffic | None:
        """How Service Connect shares out the traffic."""
        with self.world.store.transaction() as tx:
            return tx.find(RevisionTraffic, self.service.arn)

    def runs(self) -> list[HookRun]:
        """The hooks that were asked."""
        with self.world.store.transaction() as tx:
            return tx.where(HookRun, deployment=self.process.number)

    def events(self) -> list[str]:
        """Names of what went to EventBridge."""
        with self.world.store.transaction() as tx:
            return [
                event.detail.split('"eventName": "')[1].split('"')[0]
                for event in tx.where(BusEvent)
            ]

    def alarm(self, state: AlarmState) -> None:
        """The alarm ``errors`` as it is now."""
        account, region = "000000000000", "us-east-1"
        self.world.put(
            Alarm(
                arn=f"arn:aws:cloudwatch:{region}:{account}:alarm:errors",
                name="errors",
                account=account,
                region=region,
                updated_at=1.0,
                settings='{"Period": 60, "EvaluationPeriods": 2}',
                state=state,
            )
        )


def a_shop(rollout: DeploymentConfiguration, **fields: Any) -> Shop:
    """A service of this configuration whose first revision has arrived."""
    shop = Shop(service=a_service(rollout=rollout, **fields))
    shop.world.put(
        BALANCER,
        LISTENER,
        *(a_group(name) for name in GROUPS),
        a_rule("production"),
        a_rule("test"),
    )
    shop.world.put(a_namespace())
    if shop.service.connect:
        shop.world.put(
            DiscoveryService(
                arn=NAMES,
                id="srv-1",
                name="web",
                namespace=a_namespace().arn,
                created_at=1.0,
                owner=shop.service.arn,
            ),
            NamedEndpoint(
                discovery=NAMES,
                namespace=a_namespace().arn,
                service=shop.service.arn,
                discovery_name="web",
                dns_name="web",
                port=80,
                port_name="web",
                protocol=AppProtocol.HTTP,
                number=1,
            ),
        )
    shop.deploy()
    shop.world.run(200)
    assert len(shop.running(1)) == shop.service.desired_count
    return shop
