"""Instance profiles: how an instance is given a role."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.iam.documents import (
    instant,
    listed,
    new_id,
    parse_tags,
    shown_tags,
)
from seaway.aws.iam.errors import (
    DeleteConflict,
    EntityAlreadyExists,
    LimitExceeded,
    NoSuchEntity,
)
from seaway.aws.iam.roles import render_role, role_of
from seaway.aws.operation import operation
from seaway.aws.tags import joined, without
from seaway.core.identity import InstanceProfile, Role
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import iam as shapes


def _own(tx: Transaction, call: Call) -> list[InstanceProfile]:
    return [profile for profile in tx.where(InstanceProfile) if profile.account == call.account]


def profile_of(tx: Transaction, call: Call, name: str) -> InstanceProfile:
    """The account's instance profile of this name."""
    for profile in _own(tx, call):
        if profile.name == name:
            return profile
    raise NoSuchEntity(f"Instance Profile {name} cannot be found.")


@operation("iam")
def create_instance_profile(
    tx: Transaction, call: Call, request: shapes.CreateInstanceProfileRequest
) -> shapes.CreateInstanceProfileResponse:
    """IAM API: CreateInstanceProfile."""
    name, path = request["InstanceProfileName"], request.get("Path", "/")
    if any(profile.name == name for profile in _own(tx, call)):
        raise EntityAlreadyExists(f"Instance Profile {name} already exists.")
    profile = InstanceProfile(
        arn=f"arn:aws:iam::{call.account}:instance-profile{path}{name}",
        id=new_id("AIPA", call.moment),
        name=name,
        account=call.account,
        path=path,
        created_at=call.moment.now,
        tags=parse_tags(request.get("Tags")),
    )
    tx.put(profile)
    return {"InstanceProfile": _render(tx, profile)}


def _render(tx: Transaction, profile: InstanceProfile) -> shapes.InstanceProfile:
    role = tx.find(Role, profile.role or "")
    row: shapes.InstanceProfile = {
        "Path": profile.path,
        "InstanceProfileName": profile.name,
        "InstanceProfileId": profile.id,
        "Arn": profile.arn,
        "CreateDate": instant(profile.created_at),
        "Roles": [render_role(role)] if role else [],
    }
    if profile.tags:
        row["Tags"] = shown_tags(profile.tags)
    return row


@operation("iam")
def get_instance_profile(
    tx: Transaction, call: Call, request: shapes.GetInstanceProfileRequest
) -> shapes.GetInstanceProfileResponse:
    """IAM API: GetInstanceProfile."""
    return {"InstanceProfile": _render(tx, profile_of(tx, call, request["InstanceProfileName"]))}


@operation("iam")
def list_instance_profiles(
    tx: Transaction, call: Call, request: shapes.ListInstanceProfilesRequest
) -> shapes.ListInstanceProfilesResponse:
    """IAM API: ListInstanceProfiles."""
    prefix = request.get("PathPrefix", "/")
    rows = [_render(tx, p) for p in _own(tx, call) if p.path.startswith(prefix)]
    answer: shapes.ListInstanceProfilesResponse = listed(
        "InstanceProfiles", rows, request, f"ListInstanceProfiles {prefix}"
    )
    return answer


@operation("iam")
def list_instance_profiles_for_role(
    tx: Transaction, call: Call, request: shapes.ListInstanceProfilesForRoleRequest
) -> shapes.ListInstanceProfilesForRoleResponse:
    """IAM API: ListInstanceProfilesForRole."""
    role = role_of(tx, call, request["RoleName"])
    rows = [_render(tx, p) for p in _own(tx, call) if p.role == role.arn]
    answer: shapes.ListInstanceProfilesForRoleResponse = listed(
        "InstanceProfiles", rows, request, f"ListInstanceProfilesForRole {role.name}"
    )
    return answer


@operation("iam")
def delete_instance_profile(
    tx: Transaction, call: Call, request: shapes.DeleteInstanceProfileRequest
) -> None:
    """IAM API: DeleteInstanceProfile."""
    profile = profile_of(tx, call, request["InstanceProfileName"])
    if profile.role:
        raise DeleteConflict("Cannot delete entity, must remove roles from instance profile first.")
    tx.drop(profile)


@operation("iam")
def add_role_to_instance_profile(
    tx: Transaction, call: Call, request: shapes.AddRoleToInstanceProfileRequest
) -> None:
    """Give the profile its one role (IAM API: AddRoleToInstanceProfile)."""
    profile = profile_of(tx, call, request["InstanceProfileName"])
    role = role_of(tx, call, request["RoleName"])
    if profile.role:
        raise LimitExceeded("Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1")
    tx.put(replace(profile, role=role.arn))


@operation("iam")
def remove_role_from_instance_profile(
    tx: Transaction, call: Call, request: shapes.RemoveRoleFromInstanceProfileRequest
) -> None:
    """IAM API: RemoveRoleFromInstanceProfile."""
    profile = profile_of(tx, call, request["InstanceProfileName"])
    role = role_of(tx, call, request["RoleName"])
    if profile.role != role.arn:
        raise NoSuchEntity(f"The role with name {role.name} is not in the instance profile.")
    tx.put(replace(profile, role=None))


@operation("iam")
def tag_instance_profile(
    tx: Transaction, call: Call, request: shapes.TagInstanceProfileRequest
) -> None:
    """IAM API: TagInstanceProfile."""
    profile = profile_of(tx, call, request["InstanceProfileName"])
    tx.put(replace(profile, tags=joined(profile.tags, parse_tags(request["Tags"]))))


@operation("iam")
def untag_instance_profile(
    tx: Transaction, call: Call, request: shapes.UntagInstanceProfileRequest
) -> None:
    """IAM API: UntagInstanceProfile."""
    profile = profile_of(tx, call, request["InstanceProfileName"])
    tx.put(replace(profile, tags=without(profile.tags, request["TagKeys"])))


@operation("iam")
def list_instance_profile_tags(
    tx: Transaction, call: Call, request: shapes.ListInstanceProfileTagsRequest
) -> shapes.ListInstanceProfileTagsResponse:
    """IAM API: ListInstanceProfileTags."""
    profile = profile_of(tx, call, request["InstanceProfileName"])
    answer: shapes.ListInstanceProfileTagsResponse = listed(
        "Tags", shown_tags(profile.tags), request, f"ListInstanceProfileTags {profile.name}"
    )
    return answer
