"""Which services are answered, and the package of each: loaded when somebody first asks for it."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator, Mapping

from seaway.aws.operation import Handler

PACKAGES: Mapping[str, str] = {
    "ecs": "seaway.aws.ecs",
    "servicediscovery": "seaway.aws.servicediscovery",
    "elbv2": "seaway.aws.elbv2",
    "ecr": "seaway.aws.ecr",
    "logs": "seaway.aws.logs",
    "cloudwatch": "seaway.aws.cloudwatch",
    "ec2": "seaway.aws.ec2",
    "autoscaling": "seaway.aws.autoscaling",
    "application-autoscaling": "seaway.aws.applicationautoscaling",
    "iam": "seaway.aws.iam",
    "sts": "seaway.aws.sts",
    "cloudformation": "seaway.aws.cloudformation",
    "events": "seaway.aws.events",
    "scheduler": "seaway.aws.scheduler",
    "acm": "seaway.aws.acm",
    "acm-pca": "seaway.aws.acmpca",
    "ssm": "seaway.aws.ssm",
    "secretsmanager": "seaway.aws.secretsmanager",
    "lambda": "seaway.aws.lambda_",
}
"""Of each service, by the name boto3 gives it, the package whose ``operations()`` answer it.

S3 is not among them: it is an application of its own (aws/s3/door.py).
"""


class Offered(Mapping[str, Mapping[str, Handler]]):
    """The handlers by service and operation.

    A service's package is loaded with the first look at it, and all with a look at all: few ask
    for more than three or four services, and all together take longer to load than the API may
    take to answer first.
    """

    def __init__(self, packages: Mapping[str, str] = PACKAGES) -> None:
        self._packages = packages
        self._loaded: dict[str, Mapping[str, Handler]] = {}

    def __getitem__(self, service: str) -> Mapping[str, Handler]:
        found = self._loaded.get(service)
        if found is None:
            package = importlib.import_module(self._packages[service])
            found = self._loaded[service] = by_service(package.operations())[service]
        return found

    def __contains__(self, service: object) -> bool:
        return service in self._packages

    def __iter__(self) -> Iterator[str]:
        return iter(self._packages)

    def __len__(self) -> int:
        return len(self._packages)


def by_service(handlers: Iterable[Handler]) -> dict[str, dict[str, Handler]]:
    """Handlers that are there already, as a gateway takes them."""
    found: dict[str, dict[str, Handler]] = {}
    for handler in handlers:
        found.setdefault(handler.service, {})[handler.name] = handler
    return found
