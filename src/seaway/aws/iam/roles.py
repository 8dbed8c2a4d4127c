"""IAM roles: who may become them, and their inline policies and tags.

Policies are kept and shown; Seaway does not judge requests by them.
"""

from __future__ import annotations

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
    NoSuchEntity,
    UnmodifiableEntity,
)
from seaway.aws.operation import operation
from seaway.aws.tags import joined, without
from seaway.core.identity import InstanceProfile, Role
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import iam as shapes


def role_of(tx: Transaction, call: Call, name: str) -> Role:
    """The account's role of this name."""
    found = find_role(tx, call.account, name)
    if found is None:
        raise NoSuchEntity(f"The role with name {name} cannot be found.")
    return found


def find_role(tx: Transaction, account: str, name: str) -> Role | None:
    """The account's role of this name, None when there is none."""
    for role in tx.where(Role, name=name):
        if role.account == account:
            return role
    return None


def _own(tx: Transaction, call: Call) -> list[Role]:
    return [role for role in tx.where(Role) if role.account == call.account]


@operation("iam")
def create_role(
    tx: Transaction, call: Call, request: shapes.CreateRoleRequest
) -> shapes.CreateRoleResponse:
    """IAM API: CreateRole."""
    name, path = request["RoleName"], request.get("Path", "/")
    if find_role(tx, call.account, name):
        raise EntityAlreadyExists(f"Role with name {name} already exists.")
    role = Role(
        arn=f"arn:aws:iam::{call.account}:role{path}{name}",
        id=new_id("AROA", call.moment),
        name=name,
        account=call.account,
        path=path,
        trust=checked_document(request["AssumeRolePolicyDocument"]),
        created_at=call.moment.now,
        description=request.get("Description"),
        longest_session=request.get("MaxSessionDuration", 3600),
        boundary=request.get("PermissionsBoundary"),
        tags=parse_tags(request.get("Tags")),
    )
    tx.put(role)
    return {"Role": render_role(role)}


def render_role(role: Role) -> shapes.Role:
    """A role as IAM shows it."""
    row: shapes.Role = {
        "Path": role.path,
        "RoleName": role.name,
        "RoleId": role.id,
        "Arn": role.arn,
        "CreateDate": instant(role.created_at),
        "AssumeRolePolicyDocument": quoted(role.trust),
        "MaxSessionDuration": role.longest_session,
        "RoleLastUsed": {},
    }
    if role.description is not None:
        row["Description"] = role.description
    if role.boundary:
        row["PermissionsBoundary"] = {
            "PermissionsBoundaryType": "Policy",
            "PermissionsBoundaryArn": role.boundary,
        }
    if role.tags:
        row["Tags"] = shown_tags(role.tags)
    return row


@operation("iam")
def get_role(tx: Transaction, call: Call, request: shapes.GetRoleRequest) -> shapes.GetRoleResponse:
    """IAM API: GetRole."""
    return {"Role": render_role(role_of(tx, call, request["RoleName"]))}


@operation("iam")
def list_roles(
    tx: Transaction, call: Call, request: shapes.ListRolesRequest
) -> shapes.ListRolesResponse:
    """By name (IAM API: ListRoles)."""
    prefix = request.get("PathPrefix", "/")
    roles = sorted(
        (role for role in _own(tx, call) if role.path.startswith(prefix)),
        key=lambda role: role.name,
    )
    rows = [render_role(role) for role in roles]
    answer: shapes.ListRolesResponse = listed("Roles", rows, request, f"ListRoles {prefix}")
    return answer


@operation("iam")
def update_role(tx: Transaction, call: Call, request: shapes.UpdateRoleRequest) -> dict[str, str]:
    """Change description and longest session (IAM API: UpdateRole)."""
    role = _changeable(tx, call, request["RoleName"])
    tx.put(
        replace(
            role,
            description=request.get("Description", role.description),
            longest_session=request.get("MaxSessionDuration", role.longest_session),
        )
    )
    return {}


@operation("iam")
def update_role_description(
    tx: Transaction, call: Call, request: shapes.UpdateRoleDescriptionRequest
) -> shapes.UpdateRoleDescriptionResponse:
    """IAM API: UpdateRoleDescription."""
    role = replace(_changeable(tx, call, request["RoleName"]), description=request["Description"])
    tx.put(role)
    return {"Role": render_role(role)}


@operation("iam")
def update_assume_role_policy(
    tx: Transaction, call: Call, request: shapes.UpdateAssumeRolePolicyRequest
) -> None:
    """Say anew who may become the role (IAM API: UpdateAssumeRolePolicy)."""
    role = _changeable(tx, call, request["RoleName"])
    tx.put(replace(role, trust=checked_document(request["PolicyDocument"])))


def _changeable(tx: Transaction, call: Call, name: str) -> Role:
    role = role_of(tx, call, name)
    if role.service:
        raise UnmodifiableEntity(
            f"Cannot perform the operation on the protected role '{name}' - this role is only "
            "modifiable by AWS"
        )
    return role


@operation("iam")
def delete_role(tx: Transaction, call: Call, request: shapes.DeleteRoleRequest) -> None:
    """Delete a role nothing hangs on any more (IAM API: DeleteRole)."""
    role = _changeable(tx, call, request["RoleName"])
    if any(profile.role == role.arn for profile in tx.where(InstanceProfile)):
        raise DeleteConflict("Cannot delete entity, must remove roles from instance profile first.")
    if role.attached:
        raise DeleteConflict("Cannot delete entity, must detach all policies first.")
    if role.inline:
        raise DeleteConflict("Cannot delete entity, must delete policies first.")
    tx.drop(role)


@operation("iam")
def put_role_policy(tx: Transaction, call: Call, request: shapes.PutRolePolicyRequest) -> None:
    """Write an inline policy, over one of the same name (IAM API: PutRolePolicy)."""
    role = _changeable(tx, call, request["RoleName"])
    document = checked_document(request["PolicyDocument"])
    tx.put(replace(role, inline=joined(role.inline, ((request["PolicyName"], document),))))


@operation("iam")
def get_role_policy(
    tx: Transaction, call: Call, request: shapes.GetRolePolicyRequest
) -> shapes.GetRolePolicyResponse:
    """IAM API: GetRolePolicy."""
    role, name = role_of(tx, call, request["RoleName"]), request["PolicyName"]
    return {
        "RoleName": role.name,
        "PolicyName": name,
        "PolicyDocument": quoted(_inline(role, name)),
    }


def _inline(role: Role, name: str) -> str:
    document = dict(role.inline).get(name)
    if document is None:
        raise NoSuchEntity(f"The role policy with name {name} cannot be found.")
    return document


@operation("iam")
def list_role_policies(
    tx: Transaction, call: Call, request: shapes.ListRolePoliciesRequest
) -> shapes.ListRolePoliciesResponse:
    """The names of the inline policies (IAM API: ListRolePolicies)."""
    role = role_of(tx, call, request["RoleName"])
    names = [name for name, _ in role.inline]
    answer: shapes.ListRolePoliciesResponse = listed(
        "PolicyNames", names, request, f"ListRolePolicies {role.name}"
    )
    return answer


@operation("iam")
def delete_role_policy(
    tx: Transaction, call: Call, request: shapes.DeleteRolePolicyRequest
) -> None:
    """IAM API: DeleteRolePolicy."""
    role, name = _changeable(tx, call, request["RoleName"]), request["PolicyName"]
    _inline(role, name)
    tx.put(replace(role, inline=without(role.inline, (name,))))


@operation("iam")
def put_role_permissions_boundary(
    tx: Transaction, call: Call, request: shapes.PutRolePermissionsBoundaryRequest
) -> None:
    """IAM API: PutRolePermissionsBoundary."""
    role = _changeable(tx, call, request["RoleName"])
    tx.put(replace(role, boundary=request["PermissionsBoundary"]))


@operation("iam")
def delete_role_permissions_boundary(
    tx: Transaction, call: Call, request: shapes.DeleteRolePermissionsBoundaryRequest
) -> None:
    """IAM API: DeleteRolePermissionsBoundary."""
    tx.put(replace(_changeable(tx, call, request["RoleName"]), boundary=None))


@operation("iam")
def tag_role(tx: Transaction, call: Call, request: shapes.TagRoleRequest) -> None:
    """IAM API: TagRole."""
    role = role_of(tx, call, request["RoleName"])
    tx.put(replace(role, tags=joined(role.tags, parse_tags(request["Tags"]))))


@operation("iam")
def untag_role(tx: Transaction, call: Call, request: shapes.UntagRoleRequest) -> None:
    """IAM API: UntagRole."""
    role = role_of(tx, call, request["RoleName"])
    tx.put(replace(role, tags=without(role.tags, request["TagKeys"])))


@operation("iam")
def list_role_tags(
    tx: Transaction, call: Call, request: shapes.ListRoleTagsRequest
) -> shapes.ListRoleTagsResponse:
    """IAM API: ListRoleTags."""
    role = role_of(tx, call, request["RoleName"])
    answer: shapes.ListRoleTagsResponse = listed(
        "Tags", shown_tags(role.tags), request, f"ListRoleTags {role.name}"
    )
    return answer


_LINKED = {
    "ecs.amazonaws.com": "AWSServiceRoleForECS",
    "autoscaling.amazonaws.com": "AWSServiceRoleForAutoScaling",
    "elasticloadbalancing.amazonaws.com": "AWSServiceRoleForElasticLoadBalancing",
    "spot.amazonaws.com": "AWSServiceRoleForEC2Spot",
    "ecs.application-autoscaling.amazonaws.com": (
        "AWSServiceRoleForApplicationAutoScaling_ECSService"
    ),
    "appmesh.amazonaws.com": "AWSServiceRoleForAppMesh",
}


@operation("iam")
def create_service_linked_role(
    tx: Transaction, call: Call, request: shapes.CreateServiceLinkedRoleRequest
) -> shapes.CreateServiceLinkedRoleResponse:
    """The role a service uses for itself (IAM API: CreateServiceLinkedRole)."""
    service = request["AWSServiceName"]
    name = _LINKED.get(service)
    if name is None:
        raise InvalidInput(f"Service role for {service} is not supported by Seaway yet.")
    if request.get("CustomSuffix"):
        name += f"_{request['CustomSuffix']}"
    if find_role(tx, call.account, name):
        raise InvalidInput(
            f"Service role name {name} has been taken in this account, please try a different "
            "suffix."
        )
    path = f"/aws-service-role/{service}/"
    trust = (
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":'
        f'"{service}"}},"Action":"sts:AssumeRole"}}]}}'
    )
    role = Role(
        arn=f"arn:aws:iam::{call.account}:role{path}{name}",
        id=new_id("AROA", call.moment),
        name=name,
        account=call.account,
        path=path,
        trust=trust,
        created_at=call.moment.now,
        description=request.get("Description"),
        service=service,
    )
    tx.put(role)
    return {"Role": render_role(role)}


@operation("iam")
def delete_service_linked_role(
    tx: Transaction, call: Call, request: shapes.DeleteServiceLinkedRoleRequest
) -> shapes.DeleteServiceLinkedRoleResponse:
    """IAM API: DeleteServiceLinkedRole."""
    role = role_of(tx, call, request["RoleName"])
    tx.drop(role)
    return {"DeletionTaskId": f"task{role.path}{role.name}/{call.moment.uuid()}"}


@operation("iam")
def get_service_linked_role_deletion_status(
    tx: Transaction, call: Call, request: shapes.GetServiceLinkedRoleDeletionStatusRequest
) -> shapes.GetServiceLinkedRoleDeletionStatusResponse:
    """Deletions are done when they are answered (GetServiceLinkedRoleDeletionStatus)."""
    return {"Status": "SUCCEEDED"}
