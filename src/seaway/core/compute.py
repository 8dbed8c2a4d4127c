"""Machines one asks for: instance types, instances, launch templates, Auto Scaling groups."""

from __future__ import annotations

import base64
import binascii
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from seaway.core.names import Tags


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceType:
    """A machine's size: ``memory`` is MiB, ``architecture`` x86_64 or arm64."""

    name: str
    vcpus: int
    memory: int
    architecture: str = "x86_64"
    burstable: bool = False
    interfaces: int = 3

    @property
    def cpu_units(self) -> int:
        """CPU units to give out: 1024 for each virtual CPU."""
        return self.vcpus * 1024

    @property
    def task_memory(self) -> int:
        """MiB left for tasks beside the system: about what an ECS-optimised AMI registers."""
        return self.memory - 40 - self.memory // 25


_BURSTABLE = (
    ("nano", 2, 512),
    ("micro", 2, 1024),
    ("small", 2, 2048),
    ("medium", 2, 4096),
    ("large", 2, 8192),
    ("xlarge", 4, 16384),
    ("2xlarge", 8, 32768),
)
_T2 = (
    ("nano", 1, 512),
    ("micro", 1, 1024),
    ("small", 1, 2048),
    ("medium", 2, 4096),
    ("large", 2, 8192),
    ("xlarge", 4, 16384),
    ("2xlarge", 8, 32768),
)
_STEPS = (("large", 2), ("xlarge", 4), ("2xlarge", 8), ("4xlarge", 16))
_RATIO = {"m": 4096, "c": 2048, "r": 8192}
_FAMILIES = (
    ("m5", "x86_64"),
    ("m6i", "x86_64"),
    ("m6g", "arm64"),
    ("m7i", "x86_64"),
    ("m7g", "arm64"),
    ("c5", "x86_64"),
    ("c6i", "x86_64"),
    ("c6g", "arm64"),
    ("c7g", "arm64"),
    ("c7i", "x86_64"),
    ("r5", "x86_64"),
    ("r6i", "x86_64"),
    ("r6g", "arm64"),
)


def _types() -> Iterable[InstanceType]:
    for family, architecture in (("t2", "x86_64"), ("t3", "x86_64"), ("t3a", "x86_64")):
        for size, vcpus, memory in _T2 if family == "t2" else _BURSTABLE:
            yield InstanceType(
                name=f"{family}.{size}",
                vcpus=vcpus,
                memory=memory,
                architecture=architecture,
                burstable=True,
            )
    for size, vcpus, memory in _BURSTABLE:
        yield InstanceType(
            name=f"t4g.{size}", vcpus=vcpus, memory=memory, architecture="arm64", burstable=True
        )
    for family, architecture in _FAMILIES:
        if architecture == "arm64":
            yield InstanceType(
                name=f"{family}.medium",
                vcpus=1,
                memory=_RATIO[family[0]],
                architecture=architecture,
            )
        for size, vcpus in _STEPS:
            memory = vcpus * _RATIO[family[0]]
            yield InstanceType(
                name=f"{family}.{size}", vcpus=vcpus, memory=memory, architecture=architecture
            )


INSTANCE_TYPES = {kind.name: kind for kind in _types()}
"""The types that can be asked for, by name (EC2 user guide: instance types)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """An EC2 instance. Times are epoch seconds; ``user_data`` is base64 as it was given.

    The API and the group's reconciler write the intent; the reconciler alone moves ``state``:
    pending, running, shutting-down, terminated.
    """

    id: str
    owner: str
    region: str
    type: str
    image: str
    vpc: str
    subnet: str
    zone: str
    address: str
    interface: str
    reservation: str
    launched_at: float
    launch_index: int = 0
    security_groups: tuple[str, ...] = ()
    user_data: str = ""
    key_name: str | None = None
    profile: str | None = None
    """ARN of the instance profile."""
    launch_template: tuple[str, str] | None = None
    """(id, version) it was launched from."""
    launch_configuration: str | None = None
    group: str | None = None
    """ARN of the Auto Scaling group that keeps it."""
    protected: bool = False
    """Not to be taken when its group scales in."""
    leaving: bool = False
    """Its group has given it up; it ends when its tasks have gone (managed draining)."""
    public: bool = False
    """Whether it was given a public address: here its own, which this machine reaches."""
    metadata_options: str = "{}"
    client_token: str | None = None
    tags: Tags = ()

    state: str = "pending"
    state_reason: tuple[str, str] | None = None
    terminated_at: float | None = None
    member: str | None = None
    """ARN of the container instance it registered as; it does so once."""

    @property
    def alive(self) -> bool:
        """Whether it still counts for its group."""
        return self.state in ("pending", "running")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPair:
    """A key's name and print; the private half is handed out once and not kept."""

    key: str
    """``<account>/<region>/<name>``."""
    id: str
    name: str
    owner: str
    region: str
    fingerprint: str
    kind: str
    created_at: float
    public: str = ""
    tags: Tags = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchTemplate:
    """A named recipe for instances; its versions hold what it says."""

    id: str
    name: str
    owner: str
    region: str
    created_at: float
    created_by: str
    default_version: int = 1
    latest_version: int = 1
    tags: Tags = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchTemplateVersion:
    """One version of a launch template. ``data`` is the API's launch template data as JSON."""

    key: str
    """``<launch template id>/<number>``."""
    template: str
    number: int
    created_at: float
    created_by: str
    data: str
    description: str | None = None


def template_version(template: LaunchTemplate, version: str) -> str:
    """The key of a template's version: by number, ``$Default`` or ``$Latest``."""
    named = {"$Default": template.default_version, "$Latest": template.latest_version}
    return f"{template.id}/{named.get(version or '$Default', version)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchConfiguration:
    """An Auto Scaling group's older way to say what it launches."""

    arn: str
    name: str
    created_at: float
    image: str
    type: str
    user_data: str = ""
    key_name: str = ""
    profile: str | None = None
    security_groups: tuple[str, ...] = ()
    associate_public_ip: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchSource:
    """What a group launches: a launch template's version, or a launch configuration by name."""

    template: str | None = None
    version: str = "$Default"
    configuration: str | None = None
    overrides: tuple[str, ...] = ()
    """Instance types, the first one being taken (API: MixedInstancesPolicy)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupTag:
    """A tag of a group and whether its instances get it."""

    key: str
    value: str
    propagate: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoScalingGroup:
    """A number of like instances to keep. The API writes it; the reconciler makes it true."""

    arn: str
    name: str
    created_at: float
    source: LaunchSource
    minimum: int
    maximum: int
    desired: int
    subnets: tuple[str, ...]
    zones: tuple[str, ...] = ()
    cooldown: int = 300
    health_check_type: str = "EC2"
    health_check_grace: int = 0
    protected: bool = False
    """New instances are protected from scale in."""
    termination_policies: tuple[str, ...] = ("Default",)
    service_linked_role: str = ""
    capacity_rebalance: bool = False
    max_lifetime: int | None = None
    context: str | None = None
    status: str | None = None
    """``Delete in progress`` once it was deleted with instances left."""
    tags: tuple[GroupTag, ...] = ()
    retry_at: float | None = None
    """When to try again after a launch that failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScalingActivity:
    """One line of a group's story, as DescribeScalingActivities shows it."""

    id: str
    group: str
    group_name: str
    cause: str
    description: str
    started_at: float
    ended_at: float | None = None
    status: str = "Successful"
    message: str | None = None
    details: str = "{}"


@dataclass(frozen=True, slots=True)
class GroupPlan:
    """What would bring a group to its desired capacity: subnets to launch in, instances to end."""

    launch: tuple[str, ...] = ()
    terminate: tuple[Instance, ...] = ()


def plan_group(group: AutoScalingGroup, instances: Sequence[Instance]) -> GroupPlan:
    """Keep the desired number, spread evenly over the group's subnets.

    Launches go where the fewest instances are; what goes first is the oldest of the subnet
    that has most (EC2 Auto Scaling: default termination policy), or its newest where the policy
    is NewestInstance; protected ones never.
    """
    back = -1 if group.termination_policies[:1] == ("NewestInstance",) else 1
    alive = [instance for instance in instances if instance.alive and not instance.leaving]
    wanted = 0 if group.status else group.desired
    if len(alive) < wanted:
        held = Counter(dict.fromkeys(group.subnets, 0))
        held.update(i.subnet for i in alive if i.subnet in held)
        launch = []
        for _ in range(wanted - len(alive) if held else 0):
            subnet = min(group.subnets, key=lambda name: held[name])
            held[subnet] += 1
            launch.append(subnet)
        return GroupPlan(launch=tuple(launch))
    spare = len(alive) - wanted
    leaving: list[Instance] = []
    while spare > len(leaving):
        going = {instance.id for instance in leaving}
        left = [i for i in alive if i.id not in going]
        candidates = [i for i in left if not i.protected or group.status]
        if not candidates:
            break
        most = Counter(instance.subnet for instance in left)
        leaving.append(min(candidates, key=lambda i: (-most[i.subnet], back * i.launched_at, i.id)))
    return GroupPlan(terminate=tuple(leaving))


_CLUSTER = re.compile(
    r"""(?:^|[\s;"'`{,|])ECS_CLUSTER["']?\s*[=:]\s*["']?([A-Za-z0-9_-]{1,255})""", re.MULTILINE
)


def cluster_in(user_data: str) -> str | None:
    """The name of the cluster that user data (base64) tells the ECS agent to join.

    Found in a shell script's ``echo ECS_CLUSTER=x >> /etc/ecs/ecs.config``, in cloud-config's
    ``write_files``, in TOML and JSON forms; the last one counts. Text that is not base64 is
    read as it is. None when it names no cluster.
    """
    found = _CLUSTER.findall(plain_text(user_data))
    return found[-1] if found else None


def plain_text(user_data: str) -> str:
    """User data as text, whether it was base64 or not."""
    try:
        return base64.b64decode(user_data, validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return user_data
