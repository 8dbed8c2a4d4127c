"""AWS::IAM resources."""

from __future__ import annotations

from seaway.core.stack import Refused
from seaway.reconcile.stack_types.kinds import Kind, Made, Properties, Work, as_json, listed


def _create_role(work: Work) -> Made:
    name = work.name("RoleName", 64)
    work.only(
        "RoleName",
        "AssumeRolePolicyDocument",
        "Path",
        "Description",
        "MaxSessionDuration",
        "PermissionsBoundary",
        "ManagedPolicyArns",
        "Policies",
        "Tags",
    )
    role = work(
        "iam",
        "CreateRole",
        RoleName=name,
        AssumeRolePolicyDocument=as_json(work.need("AssumeRolePolicyDocument")),
        Tags=work.tags(),
        **work.some("Path", "Description", "MaxSessionDuration", "PermissionsBoundary"),
    )["Role"]
    work.there(name)
    _give(work, name, {})
    return Made(name, {"Arn": role["Arn"], "RoleId": role["RoleId"]})


def _give(work: Work, name: str, old: Properties) -> None:
    """Attach and write the role's policies; take away those it had and has no more."""
    now, before = listed(work.get("ManagedPolicyArns")), listed(old.get("ManagedPolicyArns"))
    for arn in [arn for arn in before if arn not in now]:
        work("iam", "DetachRolePolicy", RoleName=name, PolicyArn=arn)
    for arn in now:
        work("iam", "AttachRolePolicy", RoleName=name, PolicyArn=arn)
    inline = {one["PolicyName"]: one["PolicyDocument"] for one in listed(work.get("Policies"))}
    for one in listed(old.get("Policies")):
        if one["PolicyName"] not in inline:
            work("iam", "DeleteRolePolicy", RoleName=name, PolicyName=one["PolicyName"])
    for policy, document in inline.items():
        work(
            "iam",
            "PutRolePolicy",
            RoleName=name,
            PolicyName=policy,
            PolicyDocument=as_json(document),
        )


def _update_role(work: Work, old: Properties) -> Made:
    name = work.physical
    document = as_json(work.need("AssumeRolePolicyDocument"))
    work("iam", "UpdateAssumeRolePolicy", RoleName=name, PolicyDocument=document)
    work("iam", "UpdateRole", RoleName=name, **work.some("Description", "MaxSessionDuration"))
    _give(work, name, old)
    tags = work.tags() or []
    kept = {tag["Key"] for tag in tags}
    going = [tag["Key"] for tag in listed(old.get("Tags")) if tag["Key"] not in kept]
    if going:
        work("iam", "UntagRole", RoleName=name, TagKeys=going)
    if tags:
        work("iam", "TagRole", RoleName=name, Tags=tags)
    return Made(name, dict(work.attributes))


def _delete_role(work: Work) -> None:
    name = work.physical
    attached = work("iam", "ListAttachedRolePolicies", RoleName=name)["AttachedPolicies"]
    for policy in attached:
        work("iam", "DetachRolePolicy", RoleName=name, PolicyArn=policy["PolicyArn"])
    for policy in work("iam", "ListRolePolicies", RoleName=name)["PolicyNames"]:
        work("iam", "DeleteRolePolicy", RoleName=name, PolicyName=policy)
    work("iam", "DeleteRole", RoleName=name)


ROLE = Kind(
    create=_create_role,
    update=_update_role,
    mutable=frozenset(
        {
            "AssumeRolePolicyDocument",
            "Description",
            "MaxSessionDuration",
            "ManagedPolicyArns",
            "Policies",
            "Tags",
        }
    ),
    delete=_delete_role,
)


def _write_policy(work: Work) -> None:
    work.only("PolicyName", "PolicyDocument", "Roles")
    if not listed(work.get("Roles")):
        raise Refused(
            "ValidationError",
            "At least one of Roles must be given; users and groups "
            "are not supported by Seaway yet.",
        )
    for role in listed(work.get("Roles")):
        work(
            "iam",
            "PutRolePolicy",
            RoleName=role,
            PolicyName=work.need("PolicyName"),
            PolicyDocument=as_json(work.need("PolicyDocument")),
        )


def _create_policy(work: Work) -> Made:
    _write_policy(work)
    return Made(work.name("PolicyName"), {"Id": work.need("PolicyName")})


def _update_policy(work: Work, old: Properties) -> Made:
    _write_policy(work)
    for role in listed(old.get("Roles")):
        if role not in listed(work.get("Roles")):
            work("iam", "DeleteRolePolicy", RoleName=role, PolicyName=work.need("PolicyName"))
    return Made(work.physical, dict(work.attributes))


def _delete_policy(work: Work) -> None:
    for role in listed(work.get("Roles")):
        work("iam", "DeleteRolePolicy", RoleName=role, PolicyName=work.need("PolicyName"))


POLICY = Kind(
    create=_create_policy,
    update=_update_policy,
    mutable=frozenset({"PolicyDocument", "Roles"}),
    delete=_delete_policy,
)


def _create_managed(work: Work) -> Made:
    work.only("ManagedPolicyName", "PolicyDocument", "Path", "Description", "Roles")
    policy = work(
        "iam",
        "CreatePolicy",
        PolicyName=work.name("ManagedPolicyName"),
        PolicyDocument=as_json(work.need("PolicyDocument")),
        **work.some("Path", "Description"),
    )["Policy"]
    work.there(policy["Arn"])
    for role in listed(work.get("Roles")):
        work("iam", "AttachRolePolicy", RoleName=role, PolicyArn=policy["Arn"])
    return Made(policy["Arn"], {"PolicyArn": policy["Arn"], "PolicyId": policy["PolicyId"]})


def _update_managed(work: Work, old: Properties) -> Made:
    arn = work.physical
    versions = work("iam", "ListPolicyVersions", PolicyArn=arn)["Versions"]
    for version in [one for one in versions if not one["IsDefaultVersion"]]:
        work("iam", "DeletePolicyVersion", PolicyArn=arn, VersionId=version["VersionId"])
    document = as_json(work.need("PolicyDocument"))
    work("iam", "CreatePolicyVersion", PolicyArn=arn, PolicyDocument=document, SetAsDefault=True)
    now, before = listed(work.get("Roles")), listed(old.get("Roles"))
    for role in [role for role in before if role not in now]:
        work("iam", "DetachRolePolicy", RoleName=role, PolicyArn=arn)
    for role in now:
        work("iam", "AttachRolePolicy", RoleName=role, PolicyArn=arn)
    return Made(arn, dict(work.attributes))


def _delete_managed(work: Work) -> None:
    arn = work.physical
    for role in work("iam", "ListEntitiesForPolicy", PolicyArn=arn)["PolicyRoles"]:
        work("iam", "DetachRolePolicy", RoleName=role["RoleName"], PolicyArn=arn)
    for version in work("iam", "ListPolicyVersions", PolicyArn=arn)["Versions"]:
        if not version["IsDefaultVersion"]:
            work("iam", "DeletePolicyVersion", PolicyArn=arn, VersionId=version["VersionId"])
    work("iam", "DeletePolicy", PolicyArn=arn)


MANAGED_POLICY = Kind(
    create=_create_managed,
    update=_update_managed,
    mutable=frozenset({"PolicyDocument", "Roles"}),
    delete=_delete_managed,
)


def _create_profile(work: Work) -> Made:
    work.only("InstanceProfileName", "Path", "Roles")
    name = work.name("InstanceProfileName")
    made = work("iam", "CreateInstanceProfile", InstanceProfileName=name, **work.some("Path"))
    work.there(name)
    for role in listed(work.get("Roles")):
        work("iam", "AddRoleToInstanceProfile", InstanceProfileName=name, RoleName=role)
    return Made(name, {"Arn": made["InstanceProfile"]["Arn"]})


def _update_profile(work: Work, old: Properties) -> Made:
    name = work.physical
    for role in listed(old.get("Roles")):
        work("iam", "RemoveRoleFromInstanceProfile", InstanceProfileName=name, RoleName=role)
    for role in listed(work.get("Roles")):
        work("iam", "AddRoleToInstanceProfile", InstanceProfileName=name, RoleName=role)
    return Made(name, dict(work.attributes))


def _delete_profile(work: Work) -> None:
    name = work.physical
    shown = work("iam", "GetInstanceProfile", InstanceProfileName=name)["InstanceProfile"]
    for role in shown["Roles"]:
        work(
            "iam",
            "RemoveRoleFromInstanceProfile",
            InstanceProfileName=name,
            RoleName=role["RoleName"],
        )
    work("iam", "DeleteInstanceProfile", InstanceProfileName=name)


INSTANCE_PROFILE = Kind(
    create=_create_profile,
    update=_update_profile,
    mutable=frozenset({"Roles"}),
    delete=_delete_profile,
)

TYPES = {
    "AWS::IAM::Role": ROLE,
    "AWS::IAM::Policy": POLICY,
    "AWS::IAM::ManagedPolicy": MANAGED_POLICY,
    "AWS::IAM::InstanceProfile": INSTANCE_PROFILE,
}
