"""Managed policies, and which roles they are attached to; kept, not enforced."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.iam.documents import (
    checked_document,
    instant,
    listed,
    new_id,
    parse_tags,
    quoted,
    shown_tags,
)
from seaway.aws.iam.errors import (
    DeleteConflict,
    EntityAlreadyExists,
    InvalidInput,
    LimitExceeded,
    NoSuchEntity,
)
from seaway.aws.iam.roles import role_of
from seaway.aws.operation import operation
from seaway.aws.tags import joined, without
from seaway.core.identity import AWS_POLICIES, Policy, PolicyVersion, Role
from seaway.core.names import last_part
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import iam as shapes

MOST_VERSIONS = 5


def policy_of(tx: Transaction, call: Call, arn: str) -> Policy:
    """The account's policy of this ARN; AWS's own have no document here."""
    if arn.startswith(AWS_POLICIES):
        raise NoSuchEntity(
            f"Policy {arn} is AWS's own: it can be attached, but Seaway has no document of it."
        )
    policy = tx.find(Policy, arn)
    if policy is None or policy.account != call.account:
        raise NoSuchEntity(f"Policy {arn} does not exist or is not attachable.")
    return policy


def _attached_to(tx: Transaction, call: Call, arn: str) -> list[Role]:
    return [r for r in tx.where(Role) if r.account == call.account and arn in r.attached]


@operation("iam")
def create_policy(
    tx: Transaction, call: Call, request: shapes.CreatePolicyRequest
) -> shapes.CreatePolicyResponse:
    """IAM API: CreatePolicy."""
    name, path = request["PolicyName"], request.get("Path", "/")
    if any(p.name == name and p.account == call.account for p in tx.where(Policy)):
        raise EntityAlreadyExists(
            f"A policy called {name} already exists. Duplicate names are not allowed."
        )
    now = call.moment.now
    document = checked_document(request["PolicyDocument"])
    policy = Policy(
        arn=f"arn:aws:iam::{call.account}:policy{path}{name}",
        id=new_id("ANPA", call.moment),
        name=name,
        account=call.account,
        path=path,
        created_at=now,
        updated_at=now,
        versions=(PolicyVersion(number=1, document=document, created_at=now),),
        description=request.get("Description"),
        tags=parse_tags(request.get("Tags")),
    )
    tx.put(policy)
    return {"Policy": _render(tx, call, policy)}


def _render(tx: Transaction, call: Call, policy: Policy) -> shapes.Policy:
    row: shapes.Policy = {
        "PolicyName": policy.name,
        "PolicyId": policy.id,
        "Arn": policy.arn,
        "Path": policy.path,
        "DefaultVersionId": f"v{policy.default}",
        "AttachmentCount": len(_attached_to(tx, call, policy.arn)),
        "PermissionsBoundaryUsageCount": 0,
        "IsAttachable": True,
        "CreateDate": instant(policy.created_at),
        "UpdateDate": instant(policy.updated_at),
    }
    if policy.description is not None:
        row["Description"] = policy.description
    if policy.tags:
        row["Tags"] = shown_tags(policy.tags)
    return row


def _render_aws(tx: Transaction, call: Call, arn: str) -> shapes.Policy:
    digest = hashlib.blake2s(arn.encode(), digest_size=16).hexdigest().upper()
    path = arn[len(AWS_POLICIES) - 1 :].rpartition("/")[0] + "/"
    return {
        "PolicyName": last_part(arn),
        "PolicyId": f"ANPA{digest[:17]}",
        "Arn": arn,
        "Path": path,
        "DefaultVersionId": "v1",
        "AttachmentCount": len(_attached_to(tx, call, arn)),
        "PermissionsBoundaryUsageCount": 0,
        "IsAttachable": True,
        "CreateDate": instant(1423083600.0),
        "UpdateDate": instant(1423083600.0),
    }


@operation("iam")
def get_policy(
    tx: Transaction, call: Call, request: shapes.GetPolicyRequest
) -> shapes.GetPolicyResponse:
    """IAM API: GetPolicy."""
    arn = request["PolicyArn"]
    if arn.startswith(AWS_POLICIES):
        return {"Policy": _render_aws(tx, call, arn)}
    return {"Policy": _render(tx, call, policy_of(tx, call, arn))}


@operation("iam")
def list_policies(
    tx: Transaction, call: Call, request: shapes.ListPoliciesRequest
) -> shapes.ListPoliciesResponse:
    """One's own policies; of AWS's those that are attached (IAM API: ListPolicies)."""
    scope, only = request.get("Scope", "All"), request.get("OnlyAttached", False)
    prefix = request.get("PathPrefix", "/")
    rows: list[shapes.Policy] = []
    if scope in ("All", "Local"):
        own = [policy for policy in tx.where(Policy) if policy.account == call.account]
        rows += [_render(tx, call, policy) for policy in own]
    if scope in ("All", "AWS"):
        roles = [role for role in tx.where(Role) if role.account == call.account]
        arns = {arn for role in roles for arn in role.attached if arn.startswith(AWS_POLICIES)}
        rows += [_render_aws(tx, call, arn) for arn in sorted(arns)]
    rows = [row for row in rows if row["Path"].startswith(prefix)]
    rows = [row for row in rows if row["AttachmentCount"] or not only]
    answer: shapes.ListPoliciesResponse = listed(
        "Policies", rows, request, f"ListPolicies {scope} {only} {prefix}"
    )
    return answer


@operation("iam")
def delete_policy(tx: Transaction, call: Call, request: shapes.DeletePolicyRequest) -> None:
    """IAM API: DeletePolicy."""
    policy = policy_of(tx, call, request["PolicyArn"])
    if _attached_to(tx, call, policy.arn):
        raise DeleteConflict("Cannot delete a policy attached to entities.")
    if len(policy.versions) > 1:
        raise DeleteConflict(
            "This policy has more than one version. Before you delete a policy, you must delete "
            "the policy's versions. The default version is deleted with the policy."
        )
    tx.drop(policy)


@operation("iam")
def create_policy_version(
    tx: Transaction, call: Call, request: shapes.CreatePolicyVersionRequest
) -> shapes.CreatePolicyVersionResponse:
    """IAM API: CreatePolicyVersion."""
    policy = policy_of(tx, call, request["PolicyArn"])
    document = checked_document(request["PolicyDocument"])
    if len(policy.versions) >= MOST_VERSIONS:
        raise LimitExceeded(
            f"A managed policy can have up to {MOST_VERSIONS} versions. Before you create a new "
            "version, you must delete an existing version."
        )
    number = policy.latest + 1
    version = PolicyVersion(number=number, document=document, created_at=call.moment.now)
    policy = replace(
        policy,
        versions=(*policy.versions, version),
        latest=number,
        default=number if request.get("SetAsDefault") else policy.default,
        updated_at=call.moment.now,
    )
    tx.put(policy)
    return {"PolicyVersion": _render_version(policy, version, document=False)}


def _version(policy: Policy, name: str) -> PolicyVersion:
    for version in policy.versions:
        if f"v{version.number}" == name:
            return version
    raise NoSuchEntity(f"Policy {policy.arn} version {name} does not exist or is not attachable.")


def _render_version(
    policy: Policy, version: PolicyVersion, *, document: bool
) -> shapes.PolicyVersion:
    row: shapes.PolicyVersion = {
        "VersionId": f"v{version.number}",
        "IsDefaultVersion": version.number == policy.default,
        "CreateDate": instant(version.created_at),
    }
    if document:
        row["Document"] = quoted(version.document)
    return row


@operation("iam")
def get_policy_version(
    tx: Transaction, call: Call, request: shapes.GetPolicyVersionRequest
) -> shapes.GetPolicyVersionResponse:
    """IAM API: GetPolicyVersion."""
    policy = policy_of(tx, call, request["PolicyArn"])
    version = _version(policy, request["VersionId"])
    return {"PolicyVersion": _render_version(policy, version, document=True)}


@operation("iam")
def list_policy_versions(
    tx: Transaction, call: Call, request: shapes.ListPolicyVersionsRequest
) -> shapes.ListPolicyVersionsResponse:
    """Newest first (IAM API: ListPolicyVersions)."""
    policy = policy_of(tx, call, request["PolicyArn"])
    rows = [_render_version(policy, v, document=False) for v in reversed(policy.versions)]
    answer: shapes.ListPolicyVersionsResponse = listed(
        "Versions", rows, request, f"ListPolicyVersions {policy.arn}"
    )
    return answer


@operation("iam")
def delete_policy_version(
    tx: Transaction, call: Call, request: shapes.DeletePolicyVersionRequest
) -> None:
    """IAM API: DeletePolicyVersion."""
    policy = policy_of(tx, call, request["PolicyArn"])
    version = _version(policy, request["VersionId"])
    if version.number == policy.default:
        raise DeleteConflict("Cannot delete the default version of a policy.")
    tx.put(replace(policy, versions=tuple(v for v in policy.versions if v != version)))


@operation("iam")
def set_default_policy_version(
    tx: Transaction, call: Call, request: shapes.SetDefaultPolicyVersionRequest
) -> None:
    """IAM API: SetDefaultPolicyVersion."""
    policy = policy_of(tx, call, request["PolicyArn"])
    version = _version(policy, request["VersionId"])
    tx.put(replace(policy, default=version.number, updated_at=call.moment.now))


@operation("iam")
def attach_role_policy(
    tx: Transaction, call: Call, request: shapes.AttachRolePolicyRequest
) -> None:
    """Attach a policy of one's own, or any of AWS's by its ARN (IAM API: AttachRolePolicy)."""
    role, arn = role_of(tx, call, request["RoleName"]), request["PolicyArn"]
    if not arn.startswith(AWS_POLICIES):
        if not arn.startswith("arn:"):
            raise InvalidInput(f"ARN {arn} is not valid.")
        policy_of(tx, call, arn)
    if arn not in role.attached:
        tx.put(replace(role, attached=(*role.attached, arn)))


@operation("iam")
def detach_role_policy(
    tx: Transaction, call: Call, request: shapes.DetachRolePolicyRequest
) -> None:
    """IAM API: DetachRolePolicy."""
    role, arn = role_of(tx, call, request["RoleName"]), request["PolicyArn"]
    if arn not in role.attached:
        raise NoSuchEntity(f"Policy {arn} was not found.")
    tx.put(replace(role, attached=tuple(held for held in role.attached if held != arn)))


@operation("iam")
def list_attached_role_policies(
    tx: Transaction, call: Call, request: shapes.ListAttachedRolePoliciesRequest
) -> shapes.ListAttachedRolePoliciesResponse:
    """IAM API: ListAttachedRolePolicies."""
    role = role_of(tx, call, request["RoleName"])
    rows = [{"PolicyName": last_part(arn), "PolicyArn": arn} for arn in role.attached]
    answer: shapes.ListAttachedRolePoliciesResponse = listed(
        "AttachedPolicies", rows, request, f"ListAttachedRolePolicies {role.name}"
    )
    return answer


@operation("iam")
def list_entities_for_policy(
    tx: Transaction, call: Call, request: shapes.ListEntitiesForPolicyRequest
) -> shapes.ListEntitiesForPolicyResponse:
    """IAM API: ListEntitiesForPolicy."""
    arn = request["PolicyArn"]
    if not arn.startswith(AWS_POLICIES):
        policy_of(tx, call, arn)
    rows = [{"RoleName": r.name, "RoleId": r.id} for r in _attached_to(tx, call, arn)]
    answer: shapes.ListEntitiesForPolicyResponse = listed(
        "PolicyRoles", rows, request, f"ListEntitiesForPolicy {arn}"
    )
    answer["PolicyGroups"], answer["PolicyUsers"] = [], []
    return answer


@operation("iam")
def tag_policy(tx: Transaction, call: Call, request: shapes.TagPolicyRequest) -> None:
    """IAM API: TagPolicy."""
    policy = policy_of(tx, call, request["PolicyArn"])
    tx.put(replace(policy, tags=joined(policy.tags, parse_tags(request["Tags"]))))


@operation("iam")
def untag_policy(tx: Transaction, call: Call, request: shapes.UntagPolicyRequest) -> None:
    """IAM API: UntagPolicy."""
    policy = policy_of(tx, call, request["PolicyArn"])
    tx.put(replace(policy, tags=without(policy.tags, request["TagKeys"])))


@operation("iam")
def list_policy_tags(
    tx: Transaction, call: Call, request: shapes.ListPolicyTagsRequest
) -> shapes.ListPolicyTagsResponse:
    """IAM API: ListPolicyTags."""
    policy = policy_of(tx, call, request["PolicyArn"])
    answer: shapes.ListPolicyTagsResponse = listed(
        "Tags", shown_tags(policy.tags), request, f"ListPolicyTags {policy.arn}"
    )
    return answer
