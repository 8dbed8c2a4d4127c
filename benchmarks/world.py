"""A store full of tasks and names, as ECS would have left it, for the mesh to work on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from seaway.core.capacity import Host
from seaway.core.discovery import NamedEndpoint, Registration
from seaway.core.service import Deployment, Service, ServiceConnect
from seaway.core.task import ContainerAddress, Sandbox, Task, TaskStatus
from seaway.core.task_definition import (
    AppProtocol,
    ContainerDefinition,
    NetworkMode,
    PortMapping,
    TaskDefinition,
)
from seaway.store.transaction import Transaction

HOME = "us-east-1:000000000000"
CLUSTER = f"arn:aws:ecs:{HOME}:cluster/default"
NAMESPACE = f"arn:aws:servicediscovery:{HOME}:namespace/ns-benchmark"
PORT_NAME = "http"


def host_id(number: int) -> str:
    """The id of the n-th machine."""
    return "local" if number == 0 else f"host-{number:05d}"


def address_of(number: int) -> str:
    """Where the n-th server task listens: any address of the loopback leads to one program."""
    return f"127.1.{number >> 8}.{number & 255}"


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What there is: ``hosts`` machines with one calling task each, ``names`` services of
    ``tasks`` tasks each on the first machine, all serving on ``port``.

    The calling task of the first machine lives in the network namespace ``sandbox``. Only one
    task of a service takes requests, the others drain, so that a request says at once whether
    a change has come through; rendered and sent are all of them.
    """

    port: int
    sandbox: str
    names: int = 1
    tasks: int = 1
    hosts: int = 1


def seed(tx: Transaction, world: World) -> None:
    """Put all of it in the store."""
    for number in range(world.hosts):
        tx.put(Host(id=host_id(number), cpu=2048, memory=4096, connected=True))
    _seed_callers(tx, world)
    tx.put(_definition("server", world.port))
    for name in range(world.names):
        add_name(tx, world, name)


def add_name(tx: Transaction, world: World, name: int) -> None:
    """One more service with a name to dial, its tasks and their registrations."""
    service = _service(f"server-{name}", "server")
    tx.put(service)
    tx.put(_endpoint(name, service))
    for number in range(world.tasks):
        task = server_task(world, name, number)
        tx.put(task)
        if number == 0:
            tx.put(_registration(name, task))
    # The one that takes over, and hands back, with every change.
    tx.put(server_task(world, name, world.tasks))


def swap(tx: Transaction, world: World, name: int, turn: int) -> str:
    """One task of the name goes and another comes, as after a replacement; the new address."""
    old, new = (0, world.tasks) if turn % 2 == 0 else (world.tasks, 0)
    before, after = (server_task(world, name, number) for number in (old, new))
    tx.drop(_registration(name, before))
    tx.put(_registration(name, after))
    return after.addresses[0].address


def server_task(world: World, name: int, number: int) -> Task:
    """The n-th task of a name; the first and the spare one run, the others are on their way out."""
    index = name * (world.tasks + 1) + number
    runs = number in (0, world.tasks)
    return Task(
        arn=_arn("task/default", f"{index:032x}"),
        cluster=CLUSTER,
        task_definition=_arn("task-definition", "server:1"),
        created_at=1.0,
        service=_arn("service/default", f"server-{name}"),
        deployment=f"ecs-svc/server-{name}",
        launch_type="FARGATE",
        host=host_id(0),
        addresses=(ContainerAddress(container="", address=address_of(index)),),
        last_status=TaskStatus.RUNNING if runs else TaskStatus.DEACTIVATING,
        drained=not runs,
    )


def _seed_callers(tx: Transaction, world: World) -> None:
    tx.put(_definition("caller", 80))
    connect = ServiceConnect(enabled=True, namespace=NAMESPACE)
    service = replace(_service("caller", "caller"), connect=connect)
    tx.put(service)
    tx.put(
        Deployment(
            id="ecs-svc/caller",
            service=service.arn,
            created_at=1.0,
            task_definition=service.task_definition,
            connect=connect,
        )
    )
    for number in range(world.hosts):
        tx.put(_caller(number, host_id(number), world.sandbox))


def lost_caller() -> Task:
    """A calling task of the first machine in a namespace that is not there: Envoy refuses it."""
    return _caller(0xFFFF, host_id(0), "/run/netns/swb-nowhere")


def _caller(number: int, host: str, sandbox: str) -> Task:
    return Task(
        arn=_arn("task/default", f"ca11e4{number:026x}"),
        cluster=CLUSTER,
        task_definition=_arn("task-definition", "caller:1"),
        created_at=1.0,
        service=_arn("service/default", "caller"),
        deployment="ecs-svc/caller",
        launch_type="FARGATE",
        host=host,
        uses_mesh=True,
        sandboxes=(Sandbox(container="", path=sandbox),),
        last_status=TaskStatus.RUNNING,
        mesh_ready=True,
    )


def _arn(kind: str, name: str) -> str:
    return f"arn:aws:ecs:{HOME}:{kind}/{name}"


def _definition(family: str, port: int) -> TaskDefinition:
    mapping = PortMapping(container_port=port, name=PORT_NAME, app_protocol=AppProtocol.HTTP)
    container = ContainerDefinition(name=family, image=family, ports=(mapping,))
    return TaskDefinition(
        arn=_arn("task-definition", f"{family}:1"),
        family=family,
        revision=1,
        registered_at=1.0,
        network_mode=NetworkMode.AWSVPC,
        containers=(container,),
        cpu=256,
        memory=512,
    )


def _service(name: str, family: str) -> Service:
    return Service(
        arn=_arn("service/default", name),
        name=name,
        cluster=CLUSTER,
        created_at=1.0,
        task_definition=_arn("task-definition", f"{family}:1"),
        launch_type="FARGATE",
    )


def _endpoint(name: int, service: Service) -> NamedEndpoint:
    return NamedEndpoint(
        discovery=_discovery(name),
        namespace=NAMESPACE,
        discovery_name=service.name,
        dns_name=service.name,
        port=80,
        number=name + 1,
        service=service.arn,
        port_name=PORT_NAME,
        protocol=AppProtocol.HTTP,
    )


def _discovery(name: int) -> str:
    return f"arn:aws:servicediscovery:{HOME}:service/srv-{name:08d}"


def _registration(name: int, task: Task) -> Registration:
    attributes: dict[str, Any] = {"AWS_INSTANCE_IPV4": task.addresses[0].address}
    return Registration(
        key=f"srv-{name:08d}/{task.id}",
        service=_discovery(name),
        instance_id=task.id,
        attributes=tuple(attributes.items()),
        created_at=1.0,
        task=task.arn,
    )
