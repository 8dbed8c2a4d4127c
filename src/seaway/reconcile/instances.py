"""Keeps Auto Scaling groups at their size, and makes instances members of their clusters."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from seaway.core.capacity import ContainerInstance, Host
from seaway.core.cluster import CapacityProvider, Cluster
from seaway.core.compute import (
    INSTANCE_TYPES,
    AutoScalingGroup,
    Instance,
    LaunchConfiguration,
    LaunchTemplate,
    LaunchTemplateVersion,
    ScalingActivity,
    cluster_in,
    plan_group,
    template_version,
)
from seaway.core.joining import CAPABILITIES, choose_host, container_instance
from seaway.core.launching import (
    Recipe,
    new_instance,
    new_interface,
    recipe_of,
    recipe_of_configuration,
)
from seaway.core.moment import Moment
from seaway.core.names import Place, cluster_arn, place_of
from seaway.core.network import NetworkInterface, Subnet
from seaway.core.routing import SecurityGroup
from seaway.core.task import Task, TaskStatus
from seaway.store.addresses import taken_addresses
from seaway.store.changes import Change
from seaway.store.occupancy import tasks_on
from seaway.store.transaction import Transaction

LOOK_AGAIN = 1.0
"""Seconds until an instance that waits for its cluster or a machine looks again."""

RETRY_LAUNCH = 10.0
"""Seconds after a launch that failed."""

KEPT_AFTER_END = 3600.0
"""Seconds a terminated instance can still be described (EC2 guide: about an hour)."""

MOST_ACTIVITIES = 100


def keys_of(change: Change) -> Iterable[str]:
    """The groups (by ARN) and instances (by id) a change concerns."""
    match change.either:
        case AutoScalingGroup() as group:
            yield group.arn
        case Instance() as instance:
            yield instance.id
            if instance.group:
                yield instance.group
        case CapacityProvider() as provider:
            yield provider.group
        case ContainerInstance() as member:
            yield member.instance_id
        case _:
            pass


def all_keys(tx: Transaction) -> Iterable[str]:
    """Every group and every instance."""
    return [
        *(group.arn for group in tx.where(AutoScalingGroup)),
        *(instance.id for instance in tx.where(Instance)),
    ]


def reconcile(tx: Transaction, key: str, moment: Moment) -> float | None:
    """Settle a group (key: its ARN) or an instance (key: its id); when to look again."""
    if key.startswith("i-"):
        return reconcile_instance(tx, key, moment)
    return reconcile_group(tx, key, moment)


def reconcile_group(tx: Transaction, key: str, moment: Moment) -> float | None:
    """Launch and end instances until the group has as many as it desires."""
    group = tx.find(AutoScalingGroup, key)
    if group is None:
        return None
    instances = tx.where(Instance, group=key)
    _name_provider(tx, group, instances)
    plan = plan_group(group, instances)
    drains = _let_go(tx, group, plan.terminate, moment)
    if group.status:
        return _finish_deletion(tx, group, moment)
    if group.retry_at is not None and moment.now < group.retry_at:
        return group.retry_at
    for subnet in plan.launch:
        problem = _launch(tx, group, subnet, moment)
        if problem is not None:
            _note_failure(tx, group, problem, moment)
            return moment.now + RETRY_LAUNCH
    if group.retry_at is not None:
        tx.put(replace(group, retry_at=None))
    return moment.now + LOOK_AGAIN if drains else None


def _let_go(
    tx: Transaction, group: AutoScalingGroup, spare: Iterable[Instance], moment: Moment
) -> bool:
    """End the spare instances; with managed draining only once their tasks are gone.

    True while some still have tasks. (API: AutoScalingGroupProvider.managedDraining.)
    """
    provider = _provider(tx, group.arn)
    drains = provider is not None and provider.managed_draining and not group.status
    for instance in spare:
        tx.put(replace(instance, leaving=True))
    left = [i for i in tx.where(Instance, group=group.arn) if i.alive and i.leaving]
    for instance in left:
        if drains and _is_busy(tx, instance):
            _drain(tx, instance)
        else:
            _end(tx, group, instance, moment)
    return any(i.alive and i.leaving for i in tx.where(Instance, group=group.arn))


def _drain(tx: Transaction, instance: Instance) -> None:
    for member in tx.where(ContainerInstance, instance_id=instance.id):
        if member.status == "ACTIVE":
            tx.put(replace(member, status="DRAINING"))


def _is_busy(tx: Transaction, instance: Instance) -> bool:
    return any(tasks_on(tx, m) for m in tx.where(ContainerInstance, instance_id=instance.id))


def launched(tx: Transaction, group: AutoScalingGroup) -> Recipe | None:
    """What the instances that the group launches are made from; None when it can launch none."""
    recipe = _recipe(tx, group)
    return None if isinstance(recipe, str) else recipe


def _finish_deletion(tx: Transaction, group: AutoScalingGroup, moment: Moment) -> float | None:
    left = [i for i in tx.where(Instance, group=group.arn) if i.state != "terminated"]
    for instance in left:
        reconcile_instance(tx, instance.id, moment)
    if any(i.state != "terminated" for i in tx.where(Instance, group=group.arn)):
        return moment.now + LOOK_AGAIN
    for activity in tx.where(ScalingActivity, group=group.arn):
        tx.drop(activity)
    tx.drop(group)
    return None


def _launch(tx: Transaction, group: AutoScalingGroup, subnet_id: str, moment: Moment) -> str | None:
    """Launch one instance in the subnet; the reason in words when it cannot be."""
    recipe = _recipe(tx, group)
    if isinstance(recipe, str):
        return recipe
    subnet = tx.find(Subnet, subnet_id)
    if subnet is None:
        return f"The subnet ID '{subnet_id}' does not exist"
    key = f"i-{moment.hex(17)}"
    groups = _security_groups(tx, recipe, subnet)
    taken = taken_addresses(tx, subnet.id)
    interface = new_interface(
        subnet, taken, moment, holder=key, security_groups=groups, instance=key
    )
    if interface is None:
        return (
            f"There are not enough free addresses in subnet '{subnet.id}' to satisfy the request."
        )
    own = {tag.key: tag.value for tag in group.tags if tag.propagate}
    tags = {**dict(recipe.tags), **own, "aws:autoscaling:groupName": group.name}
    instance = replace(
        new_instance(recipe, key, subnet, interface, moment),
        group=group.arn,
        protected=group.protected,
        launch_template=_source(tx, group),
        launch_configuration=group.source.configuration,
        tags=tuple(tags.items()),
    )
    tx.put(interface)
    tx.put(instance)
    _note(tx, group, instance, f"Launching a new EC2 instance: {key}", moment)
    reconcile_instance(tx, key, moment)
    return None


def _recipe(tx: Transaction, group: AutoScalingGroup) -> Recipe | str:
    """What the group launches, or why it cannot."""
    source = group.source
    place = place_of(group.arn)
    if source.configuration is not None:
        configuration = _configuration(tx, source.configuration, place)
        if configuration is None:
            return f"Launch configuration {source.configuration} not found"
        recipe = recipe_of_configuration(configuration)
    else:
        version = _version(tx, group)
        if version is None:
            return "The launch template or its version does not exist"
        recipe = recipe_of(json.loads(version.data), place.account)
    if source.overrides:
        recipe = replace(recipe, type=source.overrides[0])
    if recipe.type not in INSTANCE_TYPES:
        return f"Invalid instance type '{recipe.type}' specified."
    return recipe


def _configuration(tx: Transaction, name: str, place: Place) -> LaunchConfiguration | None:
    for found in tx.where(LaunchConfiguration, name=name):
        if place_of(found.arn) == place:
            return found
    return None


def _version(tx: Transaction, group: AutoScalingGroup) -> LaunchTemplateVersion | None:
    template = tx.find(LaunchTemplate, group.source.template or "")
    if template is None:
        return None
    return tx.find(LaunchTemplateVersion, template_version(template, group.source.version))


def _source(tx: Transaction, group: AutoScalingGroup) -> tuple[str, str] | None:
    version = _version(tx, group)
    return (version.template, str(version.number)) if version else None


def _security_groups(tx: Transaction, recipe: Recipe, subnet: Subnet) -> tuple[str, ...]:
    held = tx.where(SecurityGroup, vpc=subnet.vpc)
    named = [group.id for group in held if group.name in recipe.group_names]
    found = (*recipe.groups, *named)
    return found or tuple(group.id for group in held if group.name == "default")


def _note_failure(tx: Transaction, group: AutoScalingGroup, problem: str, moment: Moment) -> None:
    tx.put(replace(group, retry_at=moment.now + RETRY_LAUNCH))
    last = tx.where(ScalingActivity, group=group.arn)[-1:]
    if last and last[0].status == "Failed" and problem in (last[0].message or ""):
        # The same trouble again is the same line of the story, not one every ten seconds.
        tx.put(replace(last[0], ended_at=moment.now))
        return
    _tell(
        tx,
        group,
        "Launching a new EC2 instance.",
        moment,
        status="Failed",
        message=f"{problem}. Launching EC2 instance failed.",
    )


def _note(
    tx: Transaction, group: AutoScalingGroup, instance: Instance, text: str, moment: Moment
) -> None:
    details = json.dumps({"Subnet ID": instance.subnet, "Availability Zone": instance.zone})
    _tell(tx, group, text, moment, details=details)


def _tell(
    tx: Transaction,
    group: AutoScalingGroup,
    text: str,
    moment: Moment,
    *,
    status: str = "Successful",
    message: str | None = None,
    details: str = "{}",
) -> None:
    alive = sum(1 for instance in tx.where(Instance, group=group.arn) if instance.alive)
    at = moment.time().strftime("%Y-%m-%dT%H:%M:%SZ")
    tx.put(
        ScalingActivity(
            id=moment.uuid(),
            group=group.arn,
            group_name=group.name,
            cause=f"At {at} the group's desired capacity is {group.desired}, it has {alive} "
            "instances.",
            description=text,
            started_at=moment.now,
            ended_at=moment.now,
            status=status,
            message=message,
            details=details,
        )
    )
    for old in tx.where(ScalingActivity, group=group.arn)[:-MOST_ACTIVITIES]:
        tx.drop(old)


def _end(tx: Transaction, group: AutoScalingGroup, instance: Instance, moment: Moment) -> None:
    reason = ("Client.UserInitiatedShutdown", "Client.UserInitiatedShutdown: User initiated")
    tx.put(replace(instance, state="shutting-down", state_reason=reason))
    text = f"Terminating EC2 instance: {instance.id}"
    if all(told.description != text for told in tx.where(ScalingActivity, group=group.arn)):
        _note(tx, group, instance, text, moment)
    reconcile_instance(tx, instance.id, moment)


def _name_provider(tx: Transaction, group: AutoScalingGroup, instances: list[Instance]) -> None:
    """Members that joined before the group had a capacity provider get its name now."""
    provider = _provider_name(tx, group.arn)
    for instance in instances:
        for member in tx.where(ContainerInstance, instance_id=instance.id):
            if member.capacity_provider != provider and member.status != "INACTIVE":
                tx.put(replace(member, capacity_provider=provider))


def _provider(tx: Transaction, group: str | None) -> CapacityProvider | None:
    for provider in tx.where(CapacityProvider, group=group) if group else ():
        if provider.status == "ACTIVE":
            return provider
    return None


def _provider_name(tx: Transaction, group: str | None) -> str | None:
    provider = _provider(tx, group)
    return provider.name if provider is not None else None


def reconcile_instance(tx: Transaction, key: str, moment: Moment) -> float | None:
    """Bring an instance up and into its cluster, or out of it and to its end."""
    instance = tx.find(Instance, key)
    if instance is None:
        return None
    match instance.state:
        case "pending":
            instance = replace(instance, state="running")
            tx.put(instance)
            return join_cluster(tx, instance, moment)
        case "running":
            return join_cluster(tx, instance, moment)
        case "shutting-down":
            _leave_cluster(tx, instance, moment)
            _free_address(tx, instance)
            instance = replace(instance, state="terminated", terminated_at=moment.now)
            tx.put(instance)
            return _forget(tx, instance, moment)
        case _:
            return _forget(tx, instance, moment)


def _forget(tx: Transaction, instance: Instance, moment: Moment) -> float | None:
    """Drop its membership when the last task has stopped, and itself when its time is over."""
    busy = False
    for member in tx.where(ContainerInstance, instance_id=instance.id):
        tasks = tx.where(Task, instance=member.arn)
        if any(task.last_status is not TaskStatus.STOPPED for task in tasks):
            busy = True
        else:
            tx.drop(member)
    gone_at = (instance.terminated_at or moment.now) + KEPT_AFTER_END
    if moment.now < gone_at:
        return moment.now + LOOK_AGAIN if busy else gone_at
    for member in tx.where(ContainerInstance, instance_id=instance.id):
        tx.drop(member)
    tx.drop(instance)
    return None


def join_cluster(tx: Transaction, instance: Instance, moment: Moment) -> float | None:
    """Register the instance in the cluster its user data names, once.

    It waits, looking every second, while the cluster does not exist or no machine of ours is
    connected. Without ECS_CLUSTER it stays a plain instance, as with an AMI that has no agent.
    """
    name = cluster_in(instance.user_data)
    if instance.member is not None:
        _learn(tx, instance.member)
    if name is None or instance.member is not None:
        return None
    place = Place(account=instance.owner, region=instance.region)
    cluster = tx.find(Cluster, cluster_arn(place, name))
    if cluster is None or cluster.status != "ACTIVE":
        return moment.now + LOOK_AGAIN
    served: Counter[str] = Counter()
    for member in tx.where(ContainerInstance):
        if member.host and member.status != "INACTIVE":
            served[member.host] += member.memory
    architecture = INSTANCE_TYPES[instance.type].architecture
    host = choose_host(tx.where(Host), served, architecture)
    if host is None:
        return moment.now + LOOK_AGAIN
    provider = _provider_name(tx, instance.group)
    member = container_instance(instance, cluster.arn, host, provider, moment)
    tx.put(member)
    tx.put(replace(instance, member=member.arn))
    return None


def _learn(tx: Transaction, member: str) -> None:
    """A member that joined under an older Seaway can do what this one can."""
    there = tx.find(ContainerInstance, member)
    if there is not None and there.host is not None:
        known = {**dict(there.attributes), **dict.fromkeys(CAPABILITIES)}
        if len(known) > len(there.attributes):
            tx.put(replace(there, attributes=tuple(known.items())))


def _leave_cluster(tx: Transaction, instance: Instance, moment: Moment) -> None:
    for member in tx.where(ContainerInstance, instance_id=instance.id):
        tx.put(replace(member, status="INACTIVE", connected=False))
        for task in tx.where(Task, instance=member.arn):
            if task.is_alive:
                tx.put(_stopped(task, instance.id, moment))


def _stopped(task: Task, instance: str, moment: Moment) -> Task:
    return replace(
        task,
        desired_status=TaskStatus.STOPPED,
        stop_code=task.stop_code or "TerminationNotice",
        stopped_reason=task.stopped_reason or f"Host EC2 (instance {instance}) terminated.",
        stop_asked_at=moment.now,
        version=task.version + 1,
    )


def _free_address(tx: Transaction, instance: Instance) -> None:
    interface = tx.find(NetworkInterface, instance.interface)
    if interface is not None:
        tx.drop(interface)
