"""ECR requests, read: places, repositories, image identifiers, resource tags."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from seaway.aws.call import Call
from seaway.aws.ecr.errors import (
    InvalidTagParameterException,
    RepositoryNotFoundException,
    TooManyTagsException,
    invalid,
)
from seaway.aws.paging import BadToken, page
from seaway.aws.tags import joined
from seaway.core.names import Place, Tags
from seaway.core.repository import REPOSITORY_NAME, Mutability, Repository, repository_arn
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seaway.aws.shapes import ecr as shapes

T = TypeVar("T")

_NAME_RULE = (
    "must satisfy regular expression "
    "'(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*'"
)
MAX_TAGS = 50
MAX_EXCLUSIONS = 5


def place(call: Call, request: Mapping[str, Any]) -> Place:
    """The registry a request means: the account it names, or the caller's."""
    return Place(account=request.get("registryId") or call.account, region=call.region)


def new_name(text: str) -> str:
    """A name for a new repository. Raises InvalidParameterException."""
    if not 2 <= len(text) <= 256 or REPOSITORY_NAME.fullmatch(text) is None:
        raise invalid("repositoryName", _NAME_RULE)
    return text


def repository(tx: Transaction, call: Call, request: Mapping[str, Any]) -> Repository:
    """The repository the request names. Raises RepositoryNotFoundException."""
    return repository_called(tx, place(call, request), request["repositoryName"])


def repository_called(tx: Transaction, where: Place, name: str) -> Repository:
    """The repository of this name in a registry. Raises RepositoryNotFoundException."""
    found = tx.find(Repository, repository_arn(where, name))
    if found is None:
        raise RepositoryNotFoundException(
            f"The repository with name '{name}' does not exist "
            f"in the registry with id '{where.account}'"
        )
    return found


def mutability(request: Mapping[str, Any]) -> tuple[Mutability, tuple[str, ...]]:
    """Tag mutability and the wildcards it leaves out. Raises InvalidParameterException."""
    text = request.get("imageTagMutability") or "MUTABLE"
    try:
        chosen = Mutability(text)
    except ValueError:
        listed = ", ".join(Mutability)
        raise invalid(
            "imageTagMutability", f"Member must satisfy enum value set: [{listed}]"
        ) from None
    filters: Sequence[shapes.ImageTagMutabilityExclusionFilter] = (
        request.get("imageTagMutabilityExclusionFilters") or []
    )
    excluding = chosen in (
        Mutability.IMMUTABLE_WITH_EXCLUSION,
        Mutability.MUTABLE_WITH_EXCLUSION,
    )
    if excluding != bool(filters) or len(filters) > MAX_EXCLUSIONS:
        raise invalid(
            "imageTagMutabilityExclusionFilters",
            f"1 to {MAX_EXCLUSIONS} filters with …_WITH_EXCLUSION, none otherwise",
        )
    return chosen, tuple(item["filter"] for item in filters)


def tags(given: Iterable[shapes.Tag]) -> dict[str, str]:
    """Resource tags by key. Raises InvalidTagParameterException."""
    read = {tag["Key"]: tag["Value"] for tag in given}
    for key, value in read.items():
        if not 1 <= len(key) <= 128 or len(value) > 256 or key.lower().startswith("aws:"):
            raise InvalidTagParameterException(
                f"Invalid parameter at 'tags': the tag '{key}' is reserved or too long"
            )
    return read


def merged_tags(current: Tags, given: Mapping[str, str]) -> Tags:
    """The tags after ``given`` are set over ``current``. Raises TooManyTagsException."""
    together = joined(current, tuple(given.items()))
    if len(together) > MAX_TAGS:
        raise TooManyTagsException(f"The maximum number of tags is {MAX_TAGS}")
    return together


def pages(
    items: Sequence[T], request: Mapping[str, Any], scope: str, default: int = 100
) -> tuple[list[T], str | None]:
    """A page of the items, and the token of the next one if there is more."""
    limit = request.get("maxResults") or default
    try:
        shown, token = page(items, request.get("nextToken"), limit, scope)
    except BadToken:
        raise invalid("nextToken", "must be a token this operation gave out") from None
    return list(shown), token
