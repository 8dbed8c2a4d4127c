"""Short-lived keys: whose they are and until when."""

from __future__ import annotations

import base64

from seaway.core.identity import Credential, Role
from seaway.core.moment import Moment
from seaway.core.names import last_part

TASK_LIFETIME = 6 * 3600
"""Seconds a task's keys are good for (ECS guide: task IAM role, six hours)."""


def session(
    moment: Moment, *, account: str, principal: str, user_id: str, lifetime: int
) -> Credential:
    """Keys of ``principal`` (an ARN) for ``lifetime`` seconds."""
    return Credential(
        access_key="ASIA" + moment.alnum(16).upper(),
        secret=base64.b64encode(moment.token(30)).decode(),
        session=base64.b64encode(moment.token(96)).decode(),
        account=account,
        principal=principal,
        user_id=user_id,
        created_at=moment.now,
        expires_at=moment.now + lifetime,
    )


def role_session(moment: Moment, role: Role, name: str, lifetime: int) -> Credential:
    """Keys of a role under a session's name, as AssumeRole gives them."""
    return session(
        moment,
        account=role.account,
        principal=f"arn:aws:sts::{role.account}:assumed-role/{last_part(role.arn)}/{name}",
        user_id=f"{role.id}:{name}",
        lifetime=lifetime,
    )


def cannot_assume(role: str) -> str:
    """What ECS says of a role (name or ARN) that a task cannot be given."""
    return (
        f"ECS was unable to assume the role '{role}' that was provided for this task. Please "
        "verify that the role being passed has the proper trust relationship and permissions and "
        "that your IAM user has permissions to pass this role."
    )
