"""ECR's errors, with AWS's texts where they are known."""

from __future__ import annotations

from seaway.aws.errors import AwsError
from seaway.core.repository import Repository


class InvalidParameterException(AwsError):
    """A parameter breaks a rule of the API."""

    code = "InvalidParameterException"


class InvalidTagParameterException(AwsError):
    """A resource tag's key or value is too long or reserved."""

    code = "InvalidTagParameterException"


class TooManyTagsException(AwsError):
    """More than 50 resource tags."""

    code = "TooManyTagsException"


class RepositoryAlreadyExistsException(AwsError):
    """The name is taken."""

    code = "RepositoryAlreadyExistsException"


class RepositoryNotFoundException(AwsError):
    """There is no repository of this name."""

    code = "RepositoryNotFoundException"


class RepositoryNotEmptyException(AwsError):
    """The repository holds images and ``force`` is not set."""

    code = "RepositoryNotEmptyException"


class RepositoryPolicyNotFoundException(AwsError):
    """The repository has no policy."""

    code = "RepositoryPolicyNotFoundException"


class LifecyclePolicyNotFoundException(AwsError):
    """The repository has no lifecycle policy."""

    code = "LifecyclePolicyNotFoundException"


class RegistryPolicyNotFoundException(AwsError):
    """The registry has no policy."""

    code = "RegistryPolicyNotFoundException"


class ImageNotFoundException(AwsError):
    """There is no such image in the repository."""

    code = "ImageNotFoundException"


class ImageAlreadyExistsException(AwsError):
    """The very image is there under the very tag."""

    code = "ImageAlreadyExistsException"


class ImageTagAlreadyExistsException(AwsError):
    """The tag is set and may not be moved."""

    code = "ImageTagAlreadyExistsException"


class ImageDigestDoesNotMatchException(AwsError):
    """The digest given is not the manifest's."""

    code = "ImageDigestDoesNotMatchException"


class LayersNotFoundException(AwsError):
    """The manifest names layers that were not pushed."""

    code = "LayersNotFoundException"


class ReferencedImagesNotFoundException(AwsError):
    """The index names manifests that were not pushed."""

    code = "ReferencedImagesNotFoundException"


def invalid(member: str, constraint: str) -> InvalidParameterException:
    """ECR's sentence for a member (in its CamelCase) that breaks a constraint."""
    return InvalidParameterException(
        f"Invalid parameter at '{member}' failed to satisfy constraint: '{constraint}'"
    )


def in_registry(repository: Repository) -> str:
    """How ECR's sentences say which repository they mean."""
    return (
        f"the repository with name '{repository.name}' "
        f"in the registry with id '{repository.registry_id}'"
    )
