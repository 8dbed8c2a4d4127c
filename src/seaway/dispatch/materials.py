"""What a task is given when it starts and nobody writes down: values of secrets and files."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from seaway.core.buckets import Bucket, StoredObject, object_key, parse_arn
from seaway.core.environment_file import variables_in
from seaway.core.moment import Moment
from seaway.core.names import Place, place_of
from seaway.core.parameters import Parameter, parameter_key, split_selector
from seaway.core.stored_secrets import StoredSecret, json_member
from seaway.core.task import ContainerOverride, Task
from seaway.core.task_definition import ContainerDefinition, Secret, TaskDefinition
from seaway.link.asking import CannotFetch
from seaway.link.messages import Material
from seaway.store.transaction import Transaction

Read = Callable[[str], bytes]
"""The bytes of an object's file. Raises OSError."""

_SECRETS = "ResourceInitializationError: unable to pull secrets or registry auth: "
_FAILED = f"{_SECRETS}execution resource retrieval failed: "
_FROM_SSM = (
    f"{_FAILED}unable to retrieve secrets from ssm: service call has been retried 1 time(s): "
)
_FROM_ASM = (
    f"{_FAILED}unable to retrieve secret from asm: service call has been retried 1 time(s): "
)
_AUTH = f"{_FAILED}unable to get registry auth from asm: service call has been retried 1 time(s): "
_CONFIG = "ResourceInitializationError: unable to download firelens s3 config file: "
_FILES = "ResourceInitializationError: failed to download env files: file download command: "
LARGEST_FILE = 1024 * 1024
"""Bytes of a file in S3 that are read at a task's start."""


def materials_of(
    tx: Transaction, task_arn: str, moment: Moment, *, read: Read
) -> tuple[Material, ...]:
    """The values each container of the task is to have; nothing for one that needs none.

    Raises CannotFetch with the task's stoppedReason.
    """
    task = tx.find(Task, task_arn)
    definition = tx.find(TaskDefinition, task.task_definition) if task else None
    if task is None or definition is None:
        return ()
    place = place_of(task.arn)
    found = (
        _material(tx, place, container, _override(task, container), read)
        for container in definition.containers
    )
    return tuple(material for material in found if material is not None)


def _override(task: Task, container: ContainerDefinition) -> ContainerOverride:
    given = (one for one in task.overrides if one.name == container.name)
    return next(given, ContainerOverride(name=container.name))


def _material(
    tx: Transaction,
    place: Place,
    container: ContainerDefinition,
    override: ContainerOverride,
    read: Read,
) -> Material | None:
    files = override.environment_files or container.environment_files
    own = {name for name, _ in (*container.environment, *override.environment)}
    variables: dict[str, str] = {}
    for name, value in _of_files(tx, files, read):
        if name not in own:
            # Of files that name one variable, the first has it (ECS guide).
            variables.setdefault(name, value)
    for secret in container.secrets:
        variables[secret.name] = _value(tx, place, secret)
    options = container.log.secrets if container.log else ()
    registry = container.repository_credentials
    router_config = _router_config(tx, container, read)
    if not (files or container.secrets or options or registry or router_config is not None):
        return None
    return Material(
        container=container.name,
        environment=tuple(variables.items()),
        log_options=tuple((one.name, _value(tx, place, one)) for one in options),
        registry=_registry(tx, place, registry) if registry else None,
        router_config=router_config,
    )


def _router_config(tx: Transaction, container: ContainerDefinition, read: Read) -> str | None:
    """The log router's own configuration, where it is kept in S3."""
    options = dict(container.firelens.options) if container.firelens else {}
    if options.get("config-file-type") != "s3":
        return None
    return _text(tx, options["config-file-value"], read, _CONFIG)


def _of_files(tx: Transaction, arns: tuple[str, ...], read: Read) -> Iterator[tuple[str, str]]:
    for arn in arns:
        yield from variables_in(_text(tx, arn, read, _FILES))


def _text(tx: Transaction, arn: str, read: Read, told: str) -> str:
    """The text of an object."""
    bucket, name = parse_arn(arn)
    found = tx.find(StoredObject, object_key(bucket, name))
    if found is None:
        missing = "NoSuchKey: The specified key does not exist."
        if tx.find(Bucket, bucket) is None:
            missing = "NoSuchBucket: The specified bucket does not exist"
        raise CannotFetch(f"{told}non empty error stream: {missing} ({arn})")
    if found.size > LARGEST_FILE:
        raise CannotFetch(f"{told}{arn} is larger than {LARGEST_FILE} bytes")
    try:
        return read(found.file).decode()
    except (OSError, UnicodeDecodeError) as error:
        raise CannotFetch(f"{told}{arn} cannot be read: {error}") from error


def _value(tx: Transaction, place: Place, secret: Secret) -> str:
    if ":secretsmanager:" in secret.value_from:
        return _secret_value(tx, secret.value_from)
    return _parameter(tx, place, secret.value_from)


def _parameter(tx: Transaction, place: Place, value_from: str) -> str:
    """A parameter's value, by its name or ARN; another region's or account's needs the ARN."""
    name, selector = split_selector(value_from)
    names = [name]
    if name.startswith("arn:"):
        place = place_of(name)
        path = name.partition(":parameter/")[2]
        names = [path, f"/{path}"]
    found = (tx.find(Parameter, parameter_key(place, one)) for one in names)
    parameter = next((one for one in found if one is not None), None)
    version = parameter.version(selector) if parameter else None
    if version is None:
        raise CannotFetch(f"{_FROM_SSM}invalid parameters: {value_from}")
    return version.value


def _secret_value(tx: Transaction, value_from: str) -> str:
    """``arn:…:secret:name`` and, after colons, a JSON key, a stage and a version's id."""
    parts = value_from.split(":")
    arn = ":".join(parts[:7])
    key, stage, version_id = (*parts[7:10], "", "", "")[:3]
    text = _secret_text(tx, arn, stage or None, version_id or None, _FROM_ASM)
    if not key:
        return text
    value = json_member(text, key)
    if value is None:
        raise CannotFetch(
            f"{_FROM_ASM}retrieved secret from Secrets Manager did not contain json key {key}"
        )
    return value


def _secret_text(
    tx: Transaction, arn: str, stage: str | None, version_id: str | None, told: str
) -> str:
    secret = secret_of(tx, arn)
    where = f"{told}failed to fetch secret {arn} from secrets manager: "
    if secret is None:
        raise CannotFetch(
            f"{where}ResourceNotFoundException: Secrets Manager can't find the specified secret."
        )
    if secret.deleted_at is not None:
        raise CannotFetch(
            f"{where}InvalidRequestException: You can't perform this operation on the secret "
            "because it was marked for deletion."
        )
    version = secret.version(version_id, stage)
    if version is None:
        wanted = (
            f"VersionId: {version_id}" if version_id else f"staging label: {stage or 'AWSCURRENT'}"
        )
        raise CannotFetch(
            f"{where}ResourceNotFoundException: Secrets Manager can't find the specified secret "
            f"value for {wanted}"
        )
    if version.text is None:
        raise CannotFetch(f"{where}the secret is not a string, and only strings can be injected")
    return version.text


def _registry(tx: Transaction, place: Place, value_from: str) -> tuple[str, str]:
    """User and password of a private registry: a JSON object with username and password."""
    if not value_from.startswith("arn:"):
        value_from = place.arn("secretsmanager", f"secret:{value_from}")
    text = _secret_text(tx, value_from, None, None, _AUTH)
    try:
        tree = json.loads(text)
        return str(tree["username"]), str(tree["password"])
    except (ValueError, KeyError, TypeError) as error:
        raise CannotFetch(
            f"{_AUTH}the secret {value_from} is not a JSON object with username and password"
        ) from error


def secret_of(tx: Transaction, arn: str) -> StoredSecret | None:
    """The secret of an ARN, with or without the characters of chance at its end."""
    found = tx.find(StoredSecret, arn)
    if found is not None:
        return found
    name = arn.partition(":secret:")[2]
    place = place_of(arn)
    for secret in tx.where(StoredSecret, name=name):
        if (secret.account, secret.region) == (place.account, place.region):
            return secret
    return None
