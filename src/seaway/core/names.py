"""ARNs and ids: how they are built and read."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2s

from seaway.core.moment import Moment

Tags = tuple[tuple[str, str], ...]
"""Tags in the order they were given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The account and region a resource lives in."""

    account: str
    region: str

    def arn(self, service: str, resource: str) -> str:
        """An ARN of ``service`` at this place."""
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"


def place_of(arn: str) -> Place:
    """The place an ARN names."""
    parts = arn.split(":", 5)
    return Place(region=parts[3], account=parts[4])


def last_part(arn: str) -> str:
    """What stands after the last slash: a task's id, a service's name."""
    return arn.rsplit("/", 1)[-1]


def cluster_arn(place: Place, name: str) -> str:
    """The ARN of the cluster of this name."""
    return place.arn("ecs", f"cluster/{name}")


def service_arn(cluster: str, name: str) -> str:
    """The ARN of a service of the cluster (given by ARN)."""
    return place_of(cluster).arn("ecs", f"service/{last_part(cluster)}/{name}")


def new_task_arn(cluster: str, moment: Moment) -> str:
    """A new task's ARN in the cluster (given by ARN): 32 hexadecimal digits."""
    return place_of(cluster).arn("ecs", f"task/{last_part(cluster)}/{moment.hex(32)}")


def new_instance_arn(cluster: str, moment: Moment) -> str:
    """A new container instance's ARN in the cluster (given by ARN)."""
    name = f"container-instance/{last_part(cluster)}/{moment.hex(32)}"
    return place_of(cluster).arn("ecs", name)


def new_deployment_id(moment: Moment) -> str:
    """A new deployment's id: ``ecs-svc/`` and 19 digits."""
    return f"ecs-svc/{moment.digits(19)}"


def revision_arn(service: str, deployment: str) -> str:
    """The ARN of the service revision that a deployment (given by id) deploys."""
    return f"{service.replace(':service/', ':service-revision/')}/{last_part(deployment)}"


def service_deployment_arn(service: str, number: str) -> str:
    """The ARN of the service deployment of this number."""
    return f"{service.replace(':service/', ':service-deployment/')}/{number}"


def part_id(arn: str, part: str) -> str:
    """An id in UUID form that is always the same for one part of a resource."""
    raw = blake2s(f"{arn} {part}".encode(), digest_size=16).hexdigest()
    return f"{raw[:8]}-{raw[8:12]}-{raw[12:16]}-{raw[16:20]}-{raw[20:]}"


def container_arn(task: str, name: str) -> str:
    """The ARN of a container of a task (given by ARN)."""
    return f"{task.replace(':task/', ':container/')}/{part_id(task, f'container {name}')}"
