"""The Cloud Map namespace a cluster or service works in."""

from __future__ import annotations

from seaway.aws.call import Call
from seaway.aws.ecs.errors import InvalidParameterException, NamespaceNotFoundException
from seaway.aws.ecs.references import namespace_of
from seaway.core.discovery import Namespace
from seaway.core.discovery_rules import new_http_namespace
from seaway.store.transaction import Transaction


def existing_namespace(tx: Transaction, call: Call, given: str) -> Namespace:
    """The namespace of this name or ARN.

    Raises NamespaceNotFoundException.
    """
    namespace = namespace_of(tx, call, given)
    if namespace is None:
        raise NamespaceNotFoundException("The specified namespace wasn't found.")
    return namespace


def default_namespace(tx: Transaction, call: Call, given: str) -> tuple[Namespace, bool]:
    """A cluster's default namespace, and whether it was made now: an unknown name is (HTTP).

    Raises NamespaceNotFoundException for an unknown ARN, InvalidParameterException for a name
    that cannot be one (API: ClusterServiceConnectDefaultsRequest).
    """
    if given.startswith("arn:"):
        return existing_namespace(tx, call, given), False
    if len(given) > 1024 or any(sign in given for sign in '><"/'):
        raise InvalidParameterException(
            "The namespace name must be up to 1024 characters and can't include >, <, \" or /."
        )
    found = namespace_of(tx, call, given)
    if found is not None:
        return found, False
    place = call.place
    home = call.arn("servicediscovery", "namespace/")
    others = [other for other in tx.where(Namespace) if other.arn.startswith(home)]
    made = new_http_namespace(place, given, call.moment, others=others)
    tx.put(made)
    return made, True
