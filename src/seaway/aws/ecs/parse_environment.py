"""What a container finds in its environment: variables, files of them, and secrets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from seaway.aws.ecs.errors import ClientException
from seaway.core.task_definition import Secret

if TYPE_CHECKING:
    from seaway.aws.shapes import ecs as shapes

_PARAMETER = re.compile(r"[a-zA-Z0-9_.,/-]{1,2048}\Z")
_SECRET_ARN = re.compile(
    r"arn:[\w-]+:(ssm:[\w-]+:\d*:parameter/|secretsmanager:[\w-]+:\d*:secret:)."
)
_SECRET_NAME = re.compile(r"[A-Za-z0-9/_+=.@!-]{1,512}\Z")
_FILE_ARN = re.compile(r"arn:[\w-]+:s3:::[^/]+/.+")
MOST_FILES = 10


def parse_pairs(given: Sequence[shapes.KeyValuePair] | None) -> tuple[tuple[str, str], ...]:
    """Environment variables in the order they were given.

    Raises ClientException for one without a name, which the engine would not take.
    """
    if any(not item.get("name") for item in given or ()):
        raise ClientException("The name of an environment variable should not be null or empty.")
    return tuple((item.get("name", ""), item.get("value", "")) for item in given or ())


def parse_files(given: Sequence[shapes.EnvironmentFile] | None) -> tuple[str, ...]:
    """ARNs of files with environment variables, in order (API: EnvironmentFile).

    Raises ClientException.
    """
    if len(given or ()) > MOST_FILES:
        raise ClientException(
            "The maximum number of environment files was exceeded. Specify ten or less and try "
            "again."
        )
    for item in given or ():
        if item["type"] != "s3":
            raise ClientException(f"Invalid environment file type: {item['type']}")
        if not _FILE_ARN.match(item["value"]):
            raise ClientException("Invalid arn syntax.")
        if not item["value"].endswith(".env"):
            raise ClientException(
                f"The environment file {item['value']} must have the .env file extension."
            )
    return tuple(item["value"] for item in given or ())


def parse_secrets(given: Sequence[shapes.Secret] | None) -> tuple[Secret, ...]:
    """Values to fetch when the task starts; their names are unique (API: Secret).

    Raises ClientException.
    """
    secrets = tuple(
        Secret(name=item["name"], value_from=_source(item["name"], item["valueFrom"]))
        for item in given or ()
    )
    check_secret_names(secrets, ())
    return secrets


def check_secret_names(secrets: Sequence[Secret], others: Sequence[str]) -> None:
    """Nothing else of the container has a secret's name.

    Raises ClientException.
    """
    taken = set(others)
    for secret in secrets:
        if secret.name in taken:
            raise ClientException(
                "The secret name must be unique and not shared with any new or existing "
                f"environment variables set on the container, such as '{secret.name}'."
            )
        taken.add(secret.name)


def parse_repository_credentials(given: shapes.RepositoryCredentials | None) -> str | None:
    """The secret with a private registry's username and password: its ARN or name.

    Raises ClientException.
    """
    if not given:
        return None
    secret = given["credentialsParameter"]
    is_arn = secret.startswith("arn:")
    fits = _SECRET_ARN.match(secret) and ":secretsmanager:" in secret
    if not (fits if is_arn else _SECRET_NAME.match(secret)):
        raise ClientException("Invalid arn syntax.")
    return secret


def _source(name: str, value: str) -> str:
    """Where a secret's value comes from: a parameter's name, or an ARN of either store."""
    if not name:
        raise ClientException("Container.secrets.name should not be null or empty.")
    if value.startswith("arn:"):
        if not _SECRET_ARN.match(value):
            raise ClientException("Invalid arn syntax.")
    elif not _PARAMETER.match(value):
        raise ClientException(
            f"The Systems Manager parameter name specified for secret {name} is invalid. The "
            "parameter name can be up to 2048 characters and include the following letters and "
            "symbols: a-zA-Z0-9_.-,"
        )
    return value
