"""Names the service, the operation and the protocol of a request.

The request decides, not the model: the same service may be asked in CBOR, JSON or query,
as old as its client is. The host name is never looked at, so the prefixes some operations
put before it (``data-``, ``stream-``) do not matter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from seaway.aws.sigv4 import Headers, Signature, read_signature
from seaway.aws.wire.form import read_form
from seaway.aws.wire.protocol import Wire


@dataclass(frozen=True, slots=True)
class Known:
    """How requests of a service are told: boto3's name, and what stands in the requests."""

    name: str
    signing_name: str = ""
    target_prefix: str = ""
    version: str = ""
    wire: Wire = Wire.JSON


_CLOUDTRAIL = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101"
_JSON = (
    Known("ecs", target_prefix="AmazonEC2ContainerServiceV20141113"),
    Known("ecr", target_prefix="AmazonEC2ContainerRegistry_V20150921"),
    Known("servicediscovery", target_prefix="Route53AutoNaming_v20170314"),
    Known("logs", target_prefix="Logs_20140328"),
    Known("cloudwatch", "monitoring", "GraniteServiceVersion20100801", "2010-08-01"),
    Known("application-autoscaling", target_prefix="AnyScaleFrontendService"),
    Known("autoscaling-plans", target_prefix="AnyScaleScalingPlannerFrontendService"),
    Known("ssm", target_prefix="AmazonSSM"),
    Known("secretsmanager", target_prefix="secretsmanager"),
    Known("kms", target_prefix="TrentService"),
    Known("acm", target_prefix="CertificateManager"),
    Known("acm-pca", target_prefix="ACMPrivateCA"),
    Known("events", target_prefix="AWSEvents"),
    Known("sqs", "sqs", "AmazonSQS", "2012-11-05"),
    Known("codedeploy", target_prefix="CodeDeploy_20141006"),
    Known("codebuild", target_prefix="CodeBuild_20161006"),
    Known("codepipeline", target_prefix="CodePipeline_20150709"),
    Known("resourcegroupstaggingapi", "tagging", "ResourceGroupsTaggingAPI_20170126"),
    Known("stepfunctions", "states", "AWSStepFunctions"),
    Known("dynamodb", target_prefix="DynamoDB_20120810"),
    Known("cloudtrail", target_prefix=_CLOUDTRAIL),
    Known("firehose", target_prefix="Firehose_20150804"),
    Known("kinesis", target_prefix="Kinesis_20131202"),
    Known("cloudcontrol", "cloudcontrolapi", "CloudApiService"),
)
_QUERY = (
    Known("elbv2", "elasticloadbalancing", "", "2015-12-01", Wire.QUERY),
    Known("elb", "elasticloadbalancing", "", "2012-06-01", Wire.QUERY),
    Known("cloudformation", "cloudformation", "", "2010-05-15", Wire.QUERY),
    Known("iam", "iam", "", "2010-05-08", Wire.QUERY),
    Known("sts", "sts", "", "2011-06-15", Wire.QUERY),
    Known("autoscaling", "autoscaling", "", "2011-01-01", Wire.QUERY),
    Known("sns", "sns", "", "2010-03-31", Wire.QUERY),
    Known("rds", "rds", "", "2014-10-31", Wire.QUERY),
    Known("elasticache", "elasticache", "", "2015-02-02", Wire.QUERY),
    Known("ses", "ses", "", "2010-12-01", Wire.QUERY),
    Known("ec2", "ec2", "", "2016-11-15", Wire.EC2),
)
_REST = (
    Known("appmesh", "appmesh", wire=Wire.REST_JSON),
    Known("lambda", "lambda", wire=Wire.REST_JSON),
    Known("efs", "elasticfilesystem", wire=Wire.REST_JSON),
    Known("xray", "xray", wire=Wire.REST_JSON),
    Known("synthetics", "synthetics", wire=Wire.REST_JSON),
    Known("pipes", "pipes", wire=Wire.REST_JSON),
    Known("scheduler", "scheduler", wire=Wire.REST_JSON),
    Known("vpc-lattice", "vpc-lattice", wire=Wire.REST_JSON),
    Known("apigateway", "apigateway", wire=Wire.REST_JSON),
    Known("eks", "eks", wire=Wire.REST_JSON),
    Known("s3", "s3", wire=Wire.REST_XML),
    Known("route53", "route53", wire=Wire.REST_XML),
    Known("cloudfront", "cloudfront", wire=Wire.REST_XML),
)

KNOWN = (*_JSON, *_QUERY, *_REST)
"""The services whose requests can be told apart, those Seaway has not built included."""

_BY_TARGET = {known.target_prefix: known for known in KNOWN if known.target_prefix}
_BY_VERSION = {known.version: known for known in KNOWN if known.version}
_BY_SIGNER = {
    signer: tuple(known for known in KNOWN if (known.signing_name or known.name) == signer)
    for signer in {known.signing_name or known.name for known in KNOWN}
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks for. ``service`` is None when nothing tells it."""

    wire: Wire
    service: str | None
    operation: str
    signature: Signature | None
    form: Mapping[str, str] | None = None
    query_mode: bool = False


def detect(method: str, path: str, query: bytes, headers: Headers, body: bytes) -> Asked:
    """What the request asks for; ``body`` is the content with no Content-Encoding left.

    Raises IncompleteSignature, or SerializationException for a form that cannot be read.
    """
    signature = read_signature(headers, query)
    target = headers.get(b"x-amz-target")
    if target is not None:
        name, operation = _targeted(target)
        return Asked(Wire.JSON, name, operation, signature, None, _query_mode(headers))
    if headers.get(b"smithy-protocol") == b"rpc-v2-cbor":
        return _by_path(path, signature, headers)
    if method == "POST" and _is_form(headers, body):
        return _by_form(read_form(body), signature)
    if b"Action=" in query:
        return _by_form(read_form(query), signature)
    if headers.get(b"content-type", b"").startswith(b"application/x-amz-json"):
        return Asked(Wire.JSON, None, "", signature)
    return _by_signer(f"{method} {path}", signature)


def spoken(headers: Headers, query: bytes) -> Wire:
    """The protocol of a request too broken to be detected, to refuse it in."""
    if b"x-amz-target" in headers:
        return Wire.JSON
    if headers.get(b"smithy-protocol") == b"rpc-v2-cbor":
        return Wire.CBOR
    if _is_form(headers, b"") or b"Action=" in query:
        return Wire.QUERY
    return Wire.REST_XML


def _query_mode(headers: Headers) -> bool:
    return headers.get(b"x-amzn-query-mode", b"").lower() == b"true"


@lru_cache(maxsize=2048)
def _targeted(target: bytes) -> tuple[str | None, str]:
    text = target.decode("latin-1")
    prefix, _, operation = text.rpartition(".")
    known = _BY_TARGET.get(prefix)
    return (known.name, operation) if known else (None, text)


def _by_path(path: str, signature: Signature | None, headers: Headers) -> Asked:
    words = path.rstrip("/").split("/")
    if len(words) < 4 or words[-4] != "service" or words[-2] != "operation":
        return Asked(Wire.CBOR, None, path, signature)
    known = _BY_TARGET.get(words[-3].rpartition(".")[2])
    name = known.name if known else None
    return Asked(Wire.CBOR, name, words[-1], signature, None, _query_mode(headers))


def _is_form(headers: Headers, body: bytes) -> bool:
    kind = headers.get(b"content-type", b"").lower()
    return kind.startswith(b"application/x-www-form-urlencoded") or (
        not kind and b"Action=" in body
    )


def _by_form(form: Mapping[str, str], signature: Signature | None) -> Asked:
    """The signer names the service; where several share its name, the version decides."""
    version = form.get("Version", "")
    signers = _BY_SIGNER.get(signature.credential.service, ()) if signature else []
    known = next((one for one in signers if one.version == version), None)
    known = known or (signers[0] if len(signers) == 1 else _BY_VERSION.get(version))
    wire = Wire.EC2 if known and known.wire is Wire.EC2 else Wire.QUERY
    return Asked(wire, known.name if known else None, form.get("Action", ""), signature, form)


def _by_signer(asked: str, signature: Signature | None) -> Asked:
    signers = _BY_SIGNER.get(signature.credential.service, ()) if signature else []
    if not signers:
        return Asked(Wire.REST_XML, None, asked, signature)
    return Asked(signers[0].wire, signers[0].name, asked, signature)
