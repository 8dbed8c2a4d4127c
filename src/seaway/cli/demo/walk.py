"""The walk-through from end to end, and what becomes of it when a step fails."""

from __future__ import annotations

from collections.abc import Callable

from aiodocker.exceptions import DockerError
from botocore.exceptions import BotoCoreError, ClientError

from seaway.cli.demo.balancing import ensure_balancer, prove
from seaway.cli.demo.capacity import ensure_capacity
from seaway.cli.demo.clients import Aws
from seaway.cli.demo.connect import ASKED, switch_on, use_names
from seaway.cli.demo.definitions import ensure_definitions, ensure_role
from seaway.cli.demo.failure import DemoFailed
from seaway.cli.demo.health import show_health
from seaway.cli.demo.images import CannotMakeImage
from seaway.cli.demo.looking import show_logs
from seaway.cli.demo.names import CATS, DOGS
from seaway.cli.demo.network import ensure_network
from seaway.cli.demo.services import DESIRED, ensure_services
from seaway.cli.demo.shipping import ensure_repositories, ship_images
from seaway.cli.demo.stage import Stage
from seaway.cli.demo.trial import kill_under_traffic

STEPS = 14
PREPARING = 10
"""Of them, those up to the services' being in Service Connect."""


class Walk:
    """The fourteen steps, each built on what the ones before gave."""

    def __init__(self, aws: Aws, stage: Stage, *, base_image: str | None, cidr: str | None) -> None:
        self.front_door: str | None = None
        """Where the load balancer is reached, once there is one."""
        self._aws = aws
        self._stage = stage
        self._base_image = base_image
        self._cidr = cidr

    def through(self) -> None:
        """All steps. Raises DemoFailed, CannotMakeImage, ClientError, BotoCoreError."""
        self._build()
        self._connect()
        self._stage.summary()

    def prepare(self) -> None:
        """The steps up to the services' being in Service Connect. Raises as ``through`` does."""
        self._build()
        self._switch_on()

    def _build(self) -> None:
        aws, step = self._aws, self._stage.step
        stage = self._stage
        with step("Network", "A CloudFormation stack makes the VPC, two subnets in two zones, "
                  "routes, security groups and a role."):  # fmt: skip
            network = ensure_network(aws, stage, self._cidr)
        with step("Repositories", "Each image gets a repository in ECR."):
            uris = ensure_repositories(aws, stage)
        with step("Images", "Three images, built from examples/catsdogs and pushed to ECR."):
            changed = ship_images(aws, stage, uris, self._base_image)
        with step("Cluster", "An ECS cluster, with an Auto Scaling group of instances and Fargate "
                  "to run tasks on."):  # fmt: skip
            ensure_capacity(aws, stage, network)
        with step("Execution role", "What ECS itself may do for a task: pull images, write logs."):
            role = ensure_role(aws, stage)
        with step("Task definitions", "web and cats run on instances (bridge network, any host "
                  "port), dogs on Fargate (an address of its own)."):  # fmt: skip
            definitions = ensure_definitions(aws, stage, uris, role)
        with step("Load balancer", "/cats* goes to cats, /dogs* to dogs, everything else to web."):
            balancer, groups = ensure_balancer(aws, stage, network)
            self.front_door = self._door = balancer.host
        self._balancer = balancer
        with step("Services", f"web, cats and dogs with {DESIRED} tasks each."):
            ensure_services(aws, stage, network, definitions, groups, changed)
        with step("Through the load balancer", "All three answer, each from all of its tasks."):
            prove(stage, balancer, DESIRED)

    def _connect(self) -> None:
        aws, step = self._aws, self._stage.step
        stage = self._stage
        self._switch_on()
        with step("Calling by name", "From inside a task of web, http://cats and http://dogs "
                  "answer, with no change to its code."):  # fmt: skip
            use_names(aws, stage)
        with step("A crash under traffic", "A task of cats is killed while both ways to cats are "
                  "in use. How many requests fail?"):  # fmt: skip
            asked = kill_under_traffic(aws, stage, self._balancer)
        with step("Logs", "What the containers print is in CloudWatch Logs."):
            show_logs(aws, stage)
        with step("Traffic health", "Incoming and outgoing traffic of each service, from "
                  "CloudWatch's minute points."):  # fmt: skip
            show_health(aws, stage, {CATS.name: asked + ASKED, DOGS.name: ASKED})

    def _switch_on(self) -> None:
        with self._stage.step("Service Connect on", "cats and dogs offer their names in the "
                              "namespace; web only calls (client side only)."):  # fmt: skip
            switch_on(self._aws, self._stage)


def attempt(stage: Stage, walk: Callable[[], None]) -> int:
    """Walk; the exit code. What ends the walk early is said in one sentence."""
    try:
        walk()
    except DemoFailed as failed:
        stage.failed(str(failed), failed.look)
    except CannotMakeImage as failed:
        stage.failed(str(failed), ("docker images", "docker info"))
    except DockerError as failed:
        stage.failed(f"The Docker Engine refused: {failed.message}", ("docker info",))
    except ClientError as refused:
        stage.failed(_told(refused), ("seaway status",))
    except BotoCoreError as lost:
        stage.failed(f"Seaway does not answer: {lost}", ("seaway status",))
    else:
        return 0
    return 1


def _told(refused: ClientError) -> str:
    error = refused.response["Error"]
    return f"{refused.operation_name} was refused: {error['Code']}: {error['Message']}"
