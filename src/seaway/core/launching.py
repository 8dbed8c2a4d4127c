"""Launching instances: what a request, template or configuration says, made into an instance."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from seaway.core.compute import Instance, LaunchConfiguration
from seaway.core.moment import Moment
from seaway.core.names import Place, Tags, place_of
from seaway.core.network import NetworkInterface, Subnet, free_address, mac_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What to launch. ``user_data`` is base64; ``profile`` an ARN; groups are ids."""

    image: str = ""
    type: str = ""
    user_data: str = ""
    key_name: str | None = None
    profile: str | None = None
    groups: tuple[str, ...] = ()
    group_names: tuple[str, ...] = ()
    subnet: str | None = None
    address: str | None = None
    public: bool | None = None
    """None: as the subnet says."""
    metadata_options: str = "{}"
    tags: Tags = ()


def recipe_of(data: Mapping[str, Any], account: str) -> Recipe:
    """The recipe in a RunInstances request or a launch template's data; they share their names."""
    interface: Mapping[str, Any] = next(iter(data.get("NetworkInterfaces") or ()), {})
    tags: dict[str, str] = {}
    for item in data.get("TagSpecifications") or ():
        if item.get("ResourceType") == "instance":
            tags.update({tag["Key"]: tag.get("Value", "") for tag in item.get("Tags", ())})
    return Recipe(
        image=image_of(data.get("ImageId", "")),
        type=data.get("InstanceType", ""),
        user_data=data.get("UserData", ""),
        key_name=data.get("KeyName"),
        profile=_profile(data.get("IamInstanceProfile") or {}, account),
        groups=tuple(interface.get("Groups") or data.get("SecurityGroupIds") or ()),
        group_names=tuple(data.get("SecurityGroups") or ()),
        subnet=interface.get("SubnetId") or data.get("SubnetId"),
        address=interface.get("PrivateIpAddress") or data.get("PrivateIpAddress"),
        public=interface.get("AssociatePublicIpAddress"),
        metadata_options=json.dumps(data.get("MetadataOptions") or {}),
        tags=tuple(tags.items()),
    )


def recipe_of_configuration(configuration: LaunchConfiguration) -> Recipe:
    """The recipe in a launch configuration."""
    named = configuration.profile
    place = place_of(configuration.arn)
    given = {} if not named else {"Arn": named} if named.startswith("arn:") else {"Name": named}
    groups = configuration.security_groups
    return Recipe(
        image=image_of(configuration.image),
        type=configuration.type,
        user_data=configuration.user_data,
        key_name=configuration.key_name or None,
        profile=_profile(given, place.account),
        groups=tuple(group for group in groups if group.startswith("sg-")),
        group_names=tuple(group for group in groups if not group.startswith("sg-")),
        public=configuration.associate_public_ip,
    )


def over(base: Recipe, new: Recipe) -> Recipe:
    """The base with what the new one says put over it, as a request overrides its template."""
    empty = Recipe()
    said = {
        name: getattr(new, name)
        for name in Recipe.__dataclass_fields__
        if getattr(new, name) != getattr(empty, name)
    }
    return replace(base, **said)


def _profile(given: Mapping[str, Any], account: str) -> str | None:
    if given.get("Arn"):
        return str(given["Arn"])
    return f"arn:aws:iam::{account}:instance-profile/{given['Name']}" if given.get("Name") else None


def image_of(image: str) -> str:
    """An image's id; one named through a public parameter gets an id made from that name."""
    name = image.removeprefix("resolve:ssm:")
    return image if name == image else image_at(name)


_IMAGE_PARAMETERS = (
    "/aws/service/ecs/optimized-ami/",
    "/aws/service/ami-amazon-linux-latest/",
    "/aws/service/bottlerocket/",
)


def stored_value(parameter: str) -> str | None:
    """A public parameter's value, when it names an image; others are not known here."""
    return image_at(parameter) if parameter.startswith(_IMAGE_PARAMETERS) else None


def image_at(parameter: str) -> str:
    """The id that stands for the image a public parameter names, the same each time."""
    return f"ami-{hashlib.blake2s(parameter.encode(), digest_size=9).hexdigest()[:17]}"


def new_interface(
    subnet: Subnet,
    taken: Iterable[str],
    moment: Moment,
    *,
    holder: str,
    kind: str = "interface",
    description: str = "",
    address: str | None = None,
    security_groups: tuple[str, ...] = (),
    instance: str | None = None,
) -> NetworkInterface | None:
    """An interface in the subnet with this address, or its lowest free one; None when full."""
    found = address or free_address(subnet.cidr, taken)
    if found is None:
        return None
    return NetworkInterface(
        id=f"eni-{moment.hex(17)}",
        vpc=subnet.vpc,
        subnet=subnet.id,
        zone=subnet.zone,
        owner=subnet.owner,
        address=found,
        mac=mac_of(found),
        created_at=moment.now,
        holder=holder,
        kind=kind,
        description=description,
        security_groups=security_groups,
        instance=instance,
        attachment=f"eni-attach-{moment.hex(17)}",
    )


def new_instance(
    recipe: Recipe, key: str, subnet: Subnet, interface: NetworkInterface, moment: Moment
) -> Instance:
    """The instance of this id that the recipe makes on the interface."""
    place: Place = place_of(subnet.arn)
    public = subnet.map_public_ip if recipe.public is None else recipe.public
    return Instance(
        id=key,
        owner=place.account,
        region=place.region,
        type=recipe.type,
        image=recipe.image,
        vpc=subnet.vpc,
        subnet=subnet.id,
        zone=subnet.zone,
        address=interface.address,
        interface=interface.id,
        reservation=f"r-{moment.hex(17)}",
        launched_at=moment.now,
        security_groups=interface.security_groups,
        user_data=recipe.user_data,
        key_name=recipe.key_name,
        profile=recipe.profile,
        public=public,
        metadata_options=recipe.metadata_options,
        tags=recipe.tags,
    )
