"""Policies of repositories and of the registry, as far as they are kept here.

A repository's policy is kept and shown. It is not evaluated: whoever has a token of this
installation may push and pull. Lifecycle policies and registry policies can't be set, so
asking for one says truly that there is none.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.ecr import parse
from seaway.aws.ecr.errors import (
    LifecyclePolicyNotFoundException,
    RegistryPolicyNotFoundException,
    RepositoryPolicyNotFoundException,
    in_registry,
    invalid,
)
from seaway.aws.operation import operation
from seaway.core.repository import Repository
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import ecr as shapes


@operation("ecr")
def set_repository_policy(
    tx: Transaction, call: Call, request: shapes.SetRepositoryPolicyRequest
) -> shapes.SetRepositoryPolicyResponse:
    """Keep a policy; it is shown and not enforced."""
    repository = parse.repository(tx, call, request)
    text = request["policyText"]
    _check_policy(text)
    tx.put(replace(repository, policy=text))
    return {
        "registryId": repository.registry_id,
        "repositoryName": repository.name,
        "policyText": text,
    }


@operation("ecr")
def get_repository_policy(
    tx: Transaction, call: Call, request: shapes.GetRepositoryPolicyRequest
) -> shapes.GetRepositoryPolicyResponse:
    """The policy as it was given."""
    repository = parse.repository(tx, call, request)
    return {
        "registryId": repository.registry_id,
        "repositoryName": repository.name,
        "policyText": _policy(repository),
    }


@operation("ecr")
def delete_repository_policy(
    tx: Transaction, call: Call, request: shapes.DeleteRepositoryPolicyRequest
) -> shapes.DeleteRepositoryPolicyResponse:
    """Forget the policy and answer with it."""
    repository = parse.repository(tx, call, request)
    text = _policy(repository)
    tx.put(replace(repository, policy=None))
    return {
        "registryId": repository.registry_id,
        "repositoryName": repository.name,
        "policyText": text,
    }


@operation("ecr")
def get_lifecycle_policy(
    tx: Transaction, call: Call, request: shapes.GetLifecyclePolicyRequest
) -> shapes.GetLifecyclePolicyResponse:
    """There never is one: lifecycle policies are not built."""
    raise _no_lifecycle_policy(parse.repository(tx, call, request))


@operation("ecr")
def delete_lifecycle_policy(
    tx: Transaction, call: Call, request: shapes.DeleteLifecyclePolicyRequest
) -> shapes.DeleteLifecyclePolicyResponse:
    """There never is one: lifecycle policies are not built."""
    raise _no_lifecycle_policy(parse.repository(tx, call, request))


@operation("ecr")
def get_registry_policy(
    tx: Transaction, call: Call, request: shapes.GetRegistryPolicyRequest
) -> shapes.GetRegistryPolicyResponse:
    """There never is one: registry policies are not built."""
    raise RegistryPolicyNotFoundException(
        f"Registry policy does not exist in the registry with id '{call.account}'"
    )


@operation("ecr")
def describe_registry(
    tx: Transaction, call: Call, request: shapes.DescribeRegistryRequest
) -> shapes.DescribeRegistryResponse:
    """The account's registry, which replicates to nowhere."""
    return {"registryId": call.account, "replicationConfiguration": {"rules": []}}


@operation("ecr")
def get_registry_scanning_configuration(
    tx: Transaction, call: Call, request: shapes.GetRegistryScanningConfigurationRequest
) -> shapes.GetRegistryScanningConfigurationResponse:
    """Basic scanning without rules: images are never scanned here."""
    return {
        "registryId": call.account,
        "scanningConfiguration": {"scanType": "BASIC", "rules": []},
    }


def _policy(repository: Repository) -> str:
    if repository.policy is None:
        raise RepositoryPolicyNotFoundException(
            f"Repository policy does not exist for {in_registry(repository)}"
        )
    return repository.policy


def _no_lifecycle_policy(repository: Repository) -> LifecyclePolicyNotFoundException:
    return LifecyclePolicyNotFoundException(
        f"Lifecycle policy does not exist for {in_registry(repository)}"
    )


def _check_policy(text: str) -> None:
    try:
        statements = json.loads(text)["Statement"]
    except (ValueError, TypeError, KeyError):
        statements = None
    listed = statements if isinstance(statements, list) else [statements]
    if not all(isinstance(one, dict) and {"Effect", "Action"} <= one.keys() for one in listed):
        raise invalid("PolicyText", "Invalid repository policy provided")
