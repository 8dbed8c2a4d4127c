"""An EC2 instance becomes a cluster's container instance: on which machine, and what it says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from seaway.core.agent_settings import attributes_in
from seaway.core.capacity import ContainerInstance, Host
from seaway.core.compute import INSTANCE_TYPES, Instance
from seaway.core.moment import Moment
from seaway.core.names import new_instance_arn

_OLDEST_ENGINE_API, _NEWEST_ENGINE_API = 17, 41
"""Docker remote API 1.n that an engine of 20.10 or newer answers."""

CAPABILITIES = (
    *(
        f"com.amazonaws.ecs.capability.docker-remote-api.1.{minor}"
        for minor in range(_OLDEST_ENGINE_API, _NEWEST_ENGINE_API + 1)
    ),
    *(
        f"com.amazonaws.ecs.capability.logging-driver.{driver}"
        for driver in (
            *("awsfirelens", "awslogs", "fluentd", "gelf", "journald", "json-file", "local"),
            *("none", "splunk", "syslog"),
        )
    ),
    "com.amazonaws.ecs.capability.apparmor",
    "com.amazonaws.ecs.capability.ecr-auth",
    "com.amazonaws.ecs.capability.privileged-container",
    "com.amazonaws.ecs.capability.selinux",
    "com.amazonaws.ecs.capability.task-iam-role",
    "com.amazonaws.ecs.capability.task-iam-role-network-host",
    "ecs.capability.container-health-check",
    "ecs.capability.container-ordering",
    "ecs.capability.container-restart-policy",
    "ecs.capability.docker-plugin.local",
    "ecs.capability.env-files.s3",
    "ecs.capability.execution-role-awslogs",
    "ecs.capability.execution-role-ecr-pull",
    "ecs.capability.firelens.fluentbit",
    "ecs.capability.firelens.fluentd",
    "ecs.capability.firelens.options.config.file",
    "ecs.capability.firelens.options.config.s3",
    "ecs.capability.logging-driver.awsfirelens.log-driver-buffer-limit",
    "ecs.capability.network.container-port-range",
    "ecs.capability.pid-ipc-namespace-sharing",
    "ecs.capability.private-registry-authentication.secretsmanager",
    "ecs.capability.secrets.asm.bootstrap.log-driver",
    "ecs.capability.secrets.asm.environment-variables",
    "ecs.capability.secrets.ssm.bootstrap.log-driver",
    "ecs.capability.secrets.ssm.environment-variables",
    "ecs.capability.service-connect-v1",
    "ecs.capability.task-cpu-mem-limit",
    "ecs.capability.task-eni",
)
"""What every machine of ours can do, by the ECS agent's names."""


def choose_host(hosts: Iterable[Host], served: Mapping[str, int], architecture: str) -> Host | None:
    """The connected machine with most memory left; one of the right architecture before others.

    ``served`` is the MiB that instances on a machine give out already. A machine may give out
    more than it has: the limits of the tasks are what is real.
    """
    connected = [host for host in hosts if host.connected]
    if not connected:
        return None
    return max(
        connected,
        key=lambda host: (
            host.architecture == architecture,
            host.memory - served.get(host.id, 0),
            host.id,
        ),
    )


def container_instance(
    instance: Instance, cluster: str, host: Host, provider: str | None, moment: Moment
) -> ContainerInstance:
    """What the instance's agent would register in the cluster (given by ARN)."""
    kind = INSTANCE_TYPES[instance.type]
    built_in = {
        "ecs.ami-id": instance.image,
        "ecs.availability-zone": instance.zone,
        "ecs.cpu-architecture": host.architecture,
        "ecs.instance-type": instance.type,
        "ecs.os-family": "LINUX",
        "ecs.os-type": "linux",
        "ecs.subnet-id": instance.subnet,
        "ecs.vpc-id": instance.vpc,
    }
    return ContainerInstance(
        arn=new_instance_arn(cluster, moment),
        cluster=cluster,
        registered_at=moment.now,
        instance_id=instance.id,
        host=host.id,
        address=instance.address,
        vpc=instance.vpc,
        subnet=instance.subnet,
        zone=instance.zone,
        cpu=kind.cpu_units,
        memory=kind.task_memory,
        capacity_provider=provider,
        attributes=(
            *built_in.items(),
            *((name, None) for name in CAPABILITIES),
            *attributes_in(instance.user_data),
        ),
        docker_version=host.engine,
        tags=instance.tags,
    )
