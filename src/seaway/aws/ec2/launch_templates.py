"""Launch templates and their versions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from seaway.aws.call import Call
from seaway.aws.ec2 import errors
from seaway.aws.ec2.filters import answered, chosen, paged
from seaway.aws.ec2.lookup import own
from seaway.aws.ec2.tags import shown, specified
from seaway.aws.operation import operation
from seaway.core.compute import (
    INSTANCE_TYPES,
    LaunchTemplate,
    LaunchTemplateVersion,
    template_version,
)
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import ec2 as shapes


def template_of(tx: Transaction, call: Call, given: Mapping[str, Any]) -> LaunchTemplate:
    """The template a request names by LaunchTemplateId or LaunchTemplateName."""
    key, name = given.get("LaunchTemplateId"), given.get("LaunchTemplateName")
    if bool(key) == bool(name):
        raise errors.MissingParameter(
            "Either a launch template ID or a launch template name must be specified in the "
            "request, but not both."
        )
    for template in own(tx, call, LaunchTemplate):
        if template.id == key or template.name == name:
            return template
    if key:
        raise errors.TemplateIdNotFound(
            f"The specified launch template, with template ID {key}, does not exist."
        )
    raise errors.TemplateNameNotFound(
        f"The specified launch template, with template name {name}, does not exist."
    )


def version_of(tx: Transaction, template: LaunchTemplate, version: str) -> LaunchTemplateVersion:
    """A version by number, ``$Default`` or ``$Latest``."""
    found = tx.find(LaunchTemplateVersion, template_version(template, version))
    if found is None:
        raise errors.TemplateVersionNotFound(
            f"Could not find the specified version {version} for the launch template with ID "
            f"{template.id}."
        )
    return found


def _checked(data: Any) -> str:
    if not data:
        raise errors.MissingParameter("Launch template data cannot be empty")
    kind = data.get("InstanceType")
    if kind and kind not in INSTANCE_TYPES:
        raise errors.InstanceTypeUnknown(f"Invalid instance type '{kind}' specified.")
    return json.dumps(data, default=str, separators=(",", ":"))


def _put_version(
    tx: Transaction, call: Call, template: LaunchTemplate, note: str | None, data: str
) -> LaunchTemplateVersion:
    version = LaunchTemplateVersion(
        key=f"{template.id}/{template.latest_version}",
        template=template.id,
        number=template.latest_version,
        created_at=call.moment.now,
        created_by=template.created_by,
        data=data,
        description=note,
    )
    tx.put(template)
    tx.put(version)
    return version


@operation("ec2")
def create_launch_template(
    tx: Transaction, call: Call, request: shapes.CreateLaunchTemplateRequest
) -> shapes.CreateLaunchTemplateResult:
    """Make a template with its first version (EC2 API: CreateLaunchTemplate)."""
    name = request["LaunchTemplateName"]
    if any(template.name == name for template in own(tx, call, LaunchTemplate)):
        raise errors.TemplateNameTaken("Launch template name already in use.")
    template = LaunchTemplate(
        id=f"lt-{call.moment.hex(17)}",
        name=name,
        owner=call.account,
        region=call.region,
        created_at=call.moment.now,
        created_by=f"arn:aws:iam::{call.account}:root",
        tags=specified(request.get("TagSpecifications"), "launch-template"),
    )
    data = _checked(request.get("LaunchTemplateData"))
    _put_version(tx, call, template, request.get("VersionDescription"), data)
    return {"LaunchTemplate": _render(template)}


@operation("ec2")
def create_launch_template_version(
    tx: Transaction, call: Call, request: shapes.CreateLaunchTemplateVersionRequest
) -> shapes.CreateLaunchTemplateVersionResult:
    """Add a version, on top of a source version if one is named (CreateLaunchTemplateVersion)."""
    template = template_of(tx, call, request)
    data: dict[str, Any] = dict(request.get("LaunchTemplateData") or {})
    if request.get("SourceVersion"):
        source = version_of(tx, template, request["SourceVersion"])
        data = {**json.loads(source.data), **data}
    template = replace(template, latest_version=template.latest_version + 1)
    version = _put_version(tx, call, template, request.get("VersionDescription"), _checked(data))
    return {"LaunchTemplateVersion": _render_version(template, version)}


@operation("ec2")
def describe_launch_templates(
    tx: Transaction, call: Call, request: shapes.DescribeLaunchTemplatesRequest
) -> shapes.DescribeLaunchTemplatesResult:
    """EC2 API: DescribeLaunchTemplates."""
    ids, names = request.get("LaunchTemplateIds") or [], request.get("LaunchTemplateNames") or []
    named = [
        *(template_of(tx, call, {"LaunchTemplateId": key}) for key in ids),
        *(template_of(tx, call, {"LaunchTemplateName": name}) for name in names),
    ]
    found = chosen(
        named if ids or names else own(tx, call, LaunchTemplate),
        request.get("Filters"),
        lambda template: {"launch-template-name": template.name},
    )
    some, token = paged(found, request, "DescribeLaunchTemplates")
    result: shapes.DescribeLaunchTemplatesResult = answered(
        "LaunchTemplates", [_render(template) for template in some], token
    )
    return result


@operation("ec2")
def describe_launch_template_versions(
    tx: Transaction, call: Call, request: shapes.DescribeLaunchTemplateVersionsRequest
) -> shapes.DescribeLaunchTemplateVersionsResult:
    """A template's versions, newest first (EC2 API: DescribeLaunchTemplateVersions)."""
    wanted = request.get("Versions") or []
    if not (request.get("LaunchTemplateId") or request.get("LaunchTemplateName")):
        templates = own(tx, call, LaunchTemplate)
        if not wanted:
            wanted = ["$Default"]
    else:
        templates = [template_of(tx, call, request)]
    rows = []
    for template in templates:
        if wanted:
            versions = [version_of(tx, template, version) for version in wanted]
        else:
            versions = list(reversed(tx.where(LaunchTemplateVersion, template=template.id)))
        rows += [_render_version(template, version) for version in versions]
    low, high = request.get("MinVersion"), request.get("MaxVersion")
    rows = [r for r in rows if not low or r["VersionNumber"] >= int(low)]
    rows = [r for r in rows if not high or r["VersionNumber"] <= int(high)]
    some, token = paged(rows, request, "DescribeLaunchTemplateVersions")
    result: shapes.DescribeLaunchTemplateVersionsResult = answered(
        "LaunchTemplateVersions", some, token
    )
    return result


@operation("ec2")
def modify_launch_template(
    tx: Transaction, call: Call, request: shapes.ModifyLaunchTemplateRequest
) -> shapes.ModifyLaunchTemplateResult:
    """Say which version is the default (EC2 API: ModifyLaunchTemplate)."""
    template = template_of(tx, call, request)
    number = version_of(tx, template, request.get("DefaultVersion", "$Default")).number
    template = replace(template, default_version=number)
    tx.put(template)
    return {"LaunchTemplate": _render(template)}


@operation("ec2")
def delete_launch_template(
    tx: Transaction, call: Call, request: shapes.DeleteLaunchTemplateRequest
) -> shapes.DeleteLaunchTemplateResult:
    """Delete a template and all its versions (EC2 API: DeleteLaunchTemplate)."""
    template = template_of(tx, call, request)
    for version in tx.where(LaunchTemplateVersion, template=template.id):
        tx.drop(version)
    tx.drop(template)
    return {"LaunchTemplate": _render(template)}


@operation("ec2")
def delete_launch_template_versions(
    tx: Transaction, call: Call, request: shapes.DeleteLaunchTemplateVersionsRequest
) -> shapes.DeleteLaunchTemplateVersionsResult:
    """Delete versions other than the default one (EC2 API: DeleteLaunchTemplateVersions)."""
    template = template_of(tx, call, request)
    gone: list[shapes.DeleteLaunchTemplateVersionsResponseSuccessItem] = []
    kept: list[shapes.DeleteLaunchTemplateVersionsResponseErrorItem] = []
    for text in request["Versions"]:
        number = int(text) if text.isdecimal() else 0
        version = tx.find(LaunchTemplateVersion, f"{template.id}/{number}")
        if version is None or number == template.default_version:
            reason = "launchTemplateVersionDoesNotExist" if version is None else "unexpectedError"
            kept.append(
                {
                    "LaunchTemplateId": template.id,
                    "LaunchTemplateName": template.name,
                    "VersionNumber": number,
                    "ResponseError": {
                        "Code": reason,
                        "Message": "The default version cannot be deleted."
                        if version
                        else f"The version {text} does not exist.",
                    },
                }
            )
            continue
        tx.drop(version)
        gone.append(
            {
                "LaunchTemplateId": template.id,
                "LaunchTemplateName": template.name,
                "VersionNumber": number,
            }
        )
    return {
        "SuccessfullyDeletedLaunchTemplateVersions": gone,
        "UnsuccessfullyDeletedLaunchTemplateVersions": kept,
    }


def _render(template: LaunchTemplate) -> shapes.LaunchTemplate:
    return {
        "LaunchTemplateId": template.id,
        "LaunchTemplateName": template.name,
        "CreateTime": datetime.fromtimestamp(template.created_at, UTC),
        "CreatedBy": template.created_by,
        "DefaultVersionNumber": template.default_version,
        "LatestVersionNumber": template.latest_version,
        "Tags": shown(template.tags),
    }


def _render_version(
    template: LaunchTemplate, version: LaunchTemplateVersion
) -> shapes.LaunchTemplateVersion:
    row: shapes.LaunchTemplateVersion = {
        "LaunchTemplateId": template.id,
        "LaunchTemplateName": template.name,
        "VersionNumber": version.number,
        "CreateTime": datetime.fromtimestamp(version.created_at, UTC),
        "CreatedBy": version.created_by,
        "DefaultVersion": version.number == template.default_version,
        "LaunchTemplateData": json.loads(version.data),
    }
    if version.description:
        row["VersionDescription"] = version.description
    return row
