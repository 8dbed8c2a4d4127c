"""What a group launches, as a request says it: a template's version, or a configuration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from seaway.aws.autoscaling.configurations import configuration_of
from seaway.aws.autoscaling.errors import ValidationError
from seaway.aws.call import Call
from seaway.core.compute import (
    INSTANCE_TYPES,
    LaunchSource,
    LaunchTemplate,
    LaunchTemplateVersion,
    template_version,
)
from seaway.store.transaction import Transaction

ONE_OF_THEM = (
    "Valid requests must contain either LaunchTemplate, LaunchConfigurationName, "
    "InstanceId or MixedInstancesPolicy parameter."
)


def source_of(tx: Transaction, call: Call, request: Mapping[str, Any]) -> LaunchSource | None:
    """None when the request names no source. Raises ValidationError."""
    members = ("LaunchConfigurationName", "LaunchTemplate", "MixedInstancesPolicy")
    if sum(1 for member in members if request.get(member)) > 1:
        raise ValidationError(ONE_OF_THEM)
    if request.get("LaunchConfigurationName"):
        found = configuration_of(tx, call, request["LaunchConfigurationName"])
        return LaunchSource(configuration=found.name)
    overrides: tuple[str, ...] = ()
    given = request.get("LaunchTemplate")
    if request.get("MixedInstancesPolicy"):
        mixed = request["MixedInstancesPolicy"].get("LaunchTemplate") or {}
        given = mixed.get("LaunchTemplateSpecification")
        overrides = tuple(
            item["InstanceType"] for item in mixed.get("Overrides", ()) if "InstanceType" in item
        )
        for kind in overrides:
            if kind not in INSTANCE_TYPES:
                raise ValidationError(f"Invalid instance type '{kind}' specified.")
    if not given:
        return None
    template = _template(tx, call, given)
    version = str(given.get("Version") or "$Default")
    if tx.find(LaunchTemplateVersion, template_version(template, version)) is None:
        raise ValidationError(
            "You must use a valid fully-formed launch template. Could not find the specified "
            f"version {version} for the launch template with ID {template.id}."
        )
    return LaunchSource(template=template.id, version=version, overrides=overrides)


def _template(tx: Transaction, call: Call, given: Mapping[str, Any]) -> LaunchTemplate:
    key, name = given.get("LaunchTemplateId"), given.get("LaunchTemplateName")
    if bool(key) is bool(name):
        raise ValidationError(
            "Valid requests must contain either launchTemplateId or LaunchTemplateName"
        )
    for template in tx.where(LaunchTemplate):
        if (template.owner, template.region) == (call.account, call.region) and (
            template.id == key or template.name == name
        ):
            return template
    named = f"template ID {key}" if key else f"template name {name}"
    raise ValidationError(
        "You must use a valid fully-formed launch template. The specified launch template, with "
        f"{named}, does not exist."
    )
