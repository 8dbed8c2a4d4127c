"""Parameters that nobody put: AWS's public ones that name images, and references to secrets."""

from __future__ import annotations

import json

from seaway.core.launching import image_at, stored_value
from seaway.core.names import Place
from seaway.core.parameters import Parameter, ParameterVersion, parameter_key
from seaway.core.stored_secrets import StoredSecret
from seaway.store.transaction import Transaction

SECRET_REFERENCE = "/aws/reference/secretsmanager/"

_ECS = "/aws/service/ecs/optimized-ami/"
_SYSTEMS = ("amazon-linux-2", "amazon-linux-2023")
_VARIANTS = ("", "arm64/", "gpu/")
LISTED = tuple(
    f"{_ECS}{system}/{variant}recommended{last}"
    for system in _SYSTEMS
    for variant in _VARIANTS
    for last in ("", "/image_id")
)
"""The public parameters that are shown when a path of theirs is listed."""


def public_parameter(tx: Transaction, place: Place, name: str) -> Parameter | None:
    """The parameter of this name that is everybody's, if it is one that is known here."""
    if name.startswith(SECRET_REFERENCE):
        return _secret(tx, place, name)
    if stored_value(name) is None or not name.endswith(_KNOWN_ENDS):
        return None
    value = _recommended(name) if name.endswith("/recommended") else image_at(name)
    kind = "aws:ec2:image" if value.startswith("ami-") else "text"
    return _made(place, name, value, "String", kind)


_KNOWN_ENDS = ("/recommended", "/image_id", "-x86_64", "-arm64", "-gp2", "-ebs", "-s3")


def _recommended(name: str) -> str:
    """What ECS says of an image it recommends: JSON."""
    system = name.removeprefix(_ECS).split("/")[0]
    return json.dumps(
        {
            "schema_version": 1,
            "image_name": f"{system}-ami-ecs",
            "image_id": image_at(f"{name}/image_id"),
            "os": system,
            "ecs_runtime_version": "Docker",
            "ecs_agent_version": "seaway",
        },
        separators=(",", ":"),
    )


def _secret(tx: Transaction, place: Place, name: str) -> Parameter | None:
    """A secret of Secrets Manager, as Parameter Store shows it."""
    wanted = name.removeprefix(SECRET_REFERENCE)
    for secret in tx.where(StoredSecret, name=wanted):
        if (secret.account, secret.region) != (place.account, place.region):
            continue
        version = secret.version(None, None)
        if version is not None and version.text is not None and secret.deleted_at is None:
            return _made(place, name, version.text, "SecureString", "text")
    return None


def _made(place: Place, name: str, value: str, kind: str, data_type: str) -> Parameter:
    return Parameter(
        key=parameter_key(place, name),
        name=name,
        # AWS's own have no account in their ARN.
        account="" if not name.startswith(SECRET_REFERENCE) else place.account,
        region=place.region,
        versions=(
            ParameterVersion(
                number=1 if not name.startswith(SECRET_REFERENCE) else 0,
                value=value,
                type=kind,
                modified_at=1_678_838_400.0,  # 2023-03-15, as DescribeImages says
                modified_by="",
                data_type=data_type,
            ),
        ),
    )
