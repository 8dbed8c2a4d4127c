"""The environment variables by which programs in a container find what is inside a task."""

from __future__ import annotations

from dataclasses import dataclass

from seaway.link.messages import Assignment

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Where a container finds things: ``base`` and ``api`` are URLs without a path.

    ``credentials`` is the id of its task role's keys, None without a task role.
    ``is_loopback``: it shares the machine's network, where the link-local address is not ours.
    """

    base: str
    token: str
    credentials: str | None = None
    api: str | None = None
    is_loopback: bool = False


def environment(assignment: Assignment, found: Found) -> Pairs:
    """What the ECS agent puts into a container's environment, and where the API is.

    ECS guide: environment variables available inside containers. The API's address is for tasks
    with a task role only: the keys of others are for somewhere else.
    """
    execution = "AWS_ECS_FARGATE" if assignment.launch_type == "FARGATE" else "AWS_ECS_EC2"
    pairs = [
        ("AWS_EXECUTION_ENV", execution),
        ("ECS_AGENT_URI", f"{found.base}/api/{found.token}"),
        ("ECS_CONTAINER_METADATA_URI", f"{found.base}/v3/{found.token}"),
        ("ECS_CONTAINER_METADATA_URI_V4", f"{found.base}/v4/{found.token}"),
    ]
    if found.credentials is not None:
        path = f"/v2/credentials/{found.credentials}"
        if found.is_loopback:  # SDKs take the relative one from the link-local address only
            pairs.append(("AWS_CONTAINER_CREDENTIALS_FULL_URI", f"{found.base}{path}"))
        else:
            pairs.append(("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", path))
        if found.api is not None:
            pairs.append(("AWS_ENDPOINT_URL", found.api))
            # Some clients put a prefix before the host's name, and an address has no such names.
            pairs.append(("AWS_DISABLE_HOST_PREFIX_INJECTION", "true"))
    return tuple(pairs)
