"""Amazon ECR: repositories and images; the registry itself is the room ``registry``."""

from __future__ import annotations

from seaway.aws.ecr import authorization, images, policies, repositories
from seaway.aws.operation import Handler, operations_in


def operations() -> list[Handler]:
    """The ECR operations answered here."""
    return [
        *operations_in(repositories),
        *operations_in(images),
        *operations_in(authorization),
        *operations_in(policies),
    ]
