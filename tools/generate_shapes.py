"""Write src/seaway/aws/shapes/<service>.py: the models' structures as TypedDicts.

Run ``python tools/generate_shapes.py`` after a new botocore; ``--check`` only says
whether the files are what would be written.
"""

from __future__ import annotations

import argparse
import keyword
import sys
from collections.abc import Iterator
from pathlib import Path

from seaway.aws.model import Member, Service, Shape, load

TARGET = Path(__file__).resolve().parent.parent / "src" / "seaway" / "aws" / "shapes"

WHOLE = (
    "ecs",
    "ecr",
    "servicediscovery",
    "elbv2",
    "logs",
    "cloudwatch",
    "sts",
    "cloudformation",
    "autoscaling",
    "application-autoscaling",
    "events",
    "scheduler",
)

EC2 = """
CreateVpc DescribeVpcs DeleteVpc ModifyVpcAttribute DescribeVpcAttribute CreateDefaultVpc
AssociateVpcCidrBlock DisassociateVpcCidrBlock CreateDefaultSubnet
CreateSubnet DescribeSubnets DeleteSubnet ModifySubnetAttribute
CreateSecurityGroup DescribeSecurityGroups DeleteSecurityGroup DescribeSecurityGroupRules
AuthorizeSecurityGroupIngress AuthorizeSecurityGroupEgress ModifySecurityGroupRules
RevokeSecurityGroupIngress RevokeSecurityGroupEgress
UpdateSecurityGroupRuleDescriptionsIngress UpdateSecurityGroupRuleDescriptionsEgress
CreateRouteTable DescribeRouteTables DeleteRouteTable AssociateRouteTable DisassociateRouteTable
ReplaceRouteTableAssociation CreateRoute DeleteRoute ReplaceRoute
CreateInternetGateway DescribeInternetGateways DeleteInternetGateway AttachInternetGateway
DetachInternetGateway CreateNatGateway DescribeNatGateways DeleteNatGateway DescribeVpnGateways
CreateVpcEndpoint DescribeVpcEndpoints DeleteVpcEndpoints ModifyVpcEndpoint
DescribeNetworkAcls DescribeVpcClassicLink DescribeVpcClassicLinkDnsSupport
DescribePrefixLists DescribeManagedPrefixLists DescribeDhcpOptions
DescribeAvailabilityZones DescribeRegions
RunInstances DescribeInstances TerminateInstances StartInstances StopInstances RebootInstances
DescribeInstanceStatus DescribeInstanceAttribute ModifyInstanceAttribute DescribeInstanceTypes
DescribeInstanceTypeOfferings DescribeInstanceCreditSpecifications DescribeImages DescribeVolumes
DescribeKeyPairs CreateKeyPair DeleteKeyPair ImportKeyPair GetConsoleOutput
CreateNetworkInterface DescribeNetworkInterfaces DeleteNetworkInterface
AttachNetworkInterface DetachNetworkInterface ModifyNetworkInterfaceAttribute
DescribeNetworkInterfaceAttribute
CreateLaunchTemplate CreateLaunchTemplateVersion DescribeLaunchTemplates
DescribeLaunchTemplateVersions DeleteLaunchTemplate DeleteLaunchTemplateVersions
ModifyLaunchTemplate GetLaunchTemplateData
CreateTags DeleteTags DescribeTags DescribeAccountAttributes
AllocateAddress AssociateAddress DescribeAddresses DescribeAddressesAttribute DisassociateAddress
ReleaseAddress DescribeIamInstanceProfileAssociations AssociateIamInstanceProfile
""".split()  # noqa: SIM905

IAM = """
CreateRole GetRole ListRoles DeleteRole UpdateRole UpdateRoleDescription UpdateAssumeRolePolicy
PutRolePolicy GetRolePolicy ListRolePolicies DeleteRolePolicy
AttachRolePolicy DetachRolePolicy ListAttachedRolePolicies
PutRolePermissionsBoundary DeleteRolePermissionsBoundary TagRole UntagRole ListRoleTags
CreatePolicy GetPolicy ListPolicies DeletePolicy CreatePolicyVersion GetPolicyVersion
ListPolicyVersions DeletePolicyVersion SetDefaultPolicyVersion ListEntitiesForPolicy
TagPolicy UntagPolicy ListPolicyTags
CreateInstanceProfile GetInstanceProfile ListInstanceProfiles DeleteInstanceProfile
AddRoleToInstanceProfile RemoveRoleFromInstanceProfile ListInstanceProfilesForRole
TagInstanceProfile UntagInstanceProfile ListInstanceProfileTags
CreateServiceLinkedRole DeleteServiceLinkedRole GetServiceLinkedRoleDeletionStatus
GetUser ListUsers ListAccountAliases ListAccessKeys GetAccountSummary SimulatePrincipalPolicy
""".split()  # noqa: SIM905

ACM = """
RequestCertificate ImportCertificate DescribeCertificate GetCertificate ListCertificates
DeleteCertificate UpdateCertificateOptions ResendValidationEmail ExportCertificate
AddTagsToCertificate RemoveTagsFromCertificate ListTagsForCertificate
TagResource UntagResource ListTagsForResource
""".split()  # noqa: SIM905

ACM_PCA = """
CreateCertificateAuthority DescribeCertificateAuthority ListCertificateAuthorities
UpdateCertificateAuthority DeleteCertificateAuthority RestoreCertificateAuthority
GetCertificateAuthorityCsr GetCertificateAuthorityCertificate
ImportCertificateAuthorityCertificate IssueCertificate GetCertificate RevokeCertificate
TagCertificateAuthority UntagCertificateAuthority ListTags
""".split()  # noqa: SIM905

SSM = """
PutParameter GetParameter GetParameters GetParametersByPath DescribeParameters DeleteParameter
DeleteParameters GetParameterHistory LabelParameterVersion UnlabelParameterVersion
AddTagsToResource RemoveTagsFromResource ListTagsForResource
""".split()  # noqa: SIM905

SECRETS_MANAGER = """
CreateSecret GetSecretValue PutSecretValue UpdateSecret DescribeSecret ListSecrets DeleteSecret
RestoreSecret ListSecretVersionIds UpdateSecretVersionStage BatchGetSecretValue GetRandomPassword
TagResource UntagResource GetResourcePolicy PutResourcePolicy DeleteResourcePolicy
""".split()  # noqa: SIM905

LAMBDA = """
CreateFunction GetFunction GetFunctionConfiguration ListFunctions UpdateFunctionCode
UpdateFunctionConfiguration DeleteFunction AddPermission RemovePermission GetPolicy
TagResource UntagResource ListTags Invoke
""".split()  # noqa: SIM905

WANTED: dict[str, list[str] | None] = {
    **dict.fromkeys(WHOLE, None),
    "ec2": EC2,
    "iam": IAM,
    "acm-pca": ACM_PCA,
    "acm": ACM,
    "ssm": SSM,
    "secretsmanager": SECRETS_MANAGER,
    "lambda": LAMBDA,
}

SCALARS = {
    "string": "str",
    "character": "str",
    "integer": "int",
    "long": "int",
    "float": "float",
    "double": "float",
    "boolean": "bool",
    "timestamp": "datetime",
    "blob": "bytes",
}


def _type(service: Service, member: Member) -> str:
    shape = service.shapes[member.shape]
    if shape.document:
        return "Any"
    match shape.kind:
        case "structure":
            return shape.name
        case "list" if shape.item:
            return f"list[{_type(service, shape.item)}]"
        case "map" if shape.key and shape.value:
            return f"dict[{_type(service, shape.key)}, {_type(service, shape.value)}]"
        case _:
            return SCALARS[shape.kind]


def _is_stream(service: Service, member: Member) -> bool:
    return member.streaming or service.shapes[member.shape].event_stream


def _fields(service: Service, shape: Shape) -> Iterator[tuple[str, str]]:
    for member in shape.members.values():
        if not _is_stream(service, member):
            written = _type(service, member)
            needed = member.name in shape.required
            yield member.name, f"Required[{written}]" if needed else written


def _written(service: Service, shape: Shape) -> str:
    fields = list(_fields(service, shape))
    if any(keyword.iskeyword(name) or not name.isidentifier() for name, _ in fields):
        body = "".join(f'        "{name}": "{kind}",\n' for name, kind in fields)
        head = f'{shape.name} = TypedDict(\n    "{shape.name}",\n'
        return f"{head}    {{\n{body}    }},\n    total=False,\n)\n"
    lines = "".join(f"    {name}: {kind}\n" for name, kind in fields) or "    pass\n"
    return f"class {shape.name}(TypedDict, total=False):\n{lines}"


def _streams(service: Service) -> set[str]:
    """The event streams' own shapes and events, which no handler sees."""
    roots = [shape.name for shape in service.shapes.values() if shape.event_stream]
    return {
        name
        for root in roots
        for name in (root, *(m.shape for m in service.shapes[root].members.values()))
    }


def generate(name: str) -> str:
    """The source of the service's shapes module."""
    service = load(name, WANTED[name])
    left_out = _streams(service)
    structures = [
        _written(service, shape)
        for shape in sorted(service.shapes.values(), key=lambda shape: shape.name)
        if shape.kind == "structure"
        and not (shape.exception or shape.document or shape.name in left_out)
    ]
    body = "\n\n".join(structures)
    typing = [word for word in ("Any", "Required") if f"{word}" in _words(body)]
    clock = "from datetime import datetime\n" if "datetime" in _words(body) else ""
    return (
        f'"""Shapes of {name} (API version {service.api_version}). '
        'Written by tools/generate_shapes.py; do not edit."""\n\n'
        "from __future__ import annotations\n\n"
        f"{clock}from typing import {', '.join([*typing, 'TypedDict'])}\n\n\n{body}"
    )


def _words(text: str) -> set[str]:
    for mark in '[],:"\n(){}':
        text = text.replace(mark, " ")
    return set(text.split())


def path_of(name: str) -> Path:
    """The file of a service's shapes; a module's name has no hyphen."""
    plain = name.replace("-", "")
    return TARGET / f"{plain}_.py" if keyword.iskeyword(plain) else TARGET / f"{plain}.py"


def main() -> int:
    """Write or check the files; 1 when ``--check`` finds one that differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, only compare")
    parser.add_argument("services", nargs="*", default=list(WANTED))
    options = parser.parse_args()
    stale = 0
    for name in options.services:
        path = path_of(name)
        source = generate(name)
        if path.exists() and path.read_text() == source:
            continue
        stale += 1
        sys.stdout.write(f"{path.name} {'differs' if options.check else 'written'}\n")
        if not options.check:
            path.write_text(source)
    return 1 if options.check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
