"""Short words for what the tests of Cloud Map do."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from seaway.core.network import Vpc
from tests.aws.wired import Wired

ACCOUNT, REGION = "000000000000", "us-east-1"


class Mapping:
    """A client, the store behind it, and defaults for what a test does not care about."""

    def __init__(self, wired: Wired) -> None:
        self.wired = wired
        self.client: Any = wired.client("servicediscovery")
        wired.put(Vpc(id="vpc-1", owner=ACCOUNT, region=REGION, cidr="10.0.0.0/16"))

    def target(self, operation: str, kind: str) -> str:
        """The id an operation (given by id) was about."""
        found = self.client.get_operation(OperationId=operation)["Operation"]
        assert found["Status"] == "SUCCESS"
        return str(found["Targets"][kind])

    def namespace(self, name: str = "local", **more: Any) -> str:
        made = self.client.create_http_namespace(Name=name, **more)
        return self.target(made["OperationId"], "NAMESPACE")

    def dns_namespace(self, name: str = "corp", **more: Any) -> str:
        more.setdefault("Vpc", "vpc-1")
        made = self.client.create_private_dns_namespace(Name=name, **more)
        return self.target(made["OperationId"], "NAMESPACE")

    def service(self, namespace: str, name: str = "cats", **more: Any) -> str:
        made = self.client.create_service(Name=name, NamespaceId=namespace, **more)
        return str(made["Service"]["Id"])

    def dns_service(self, *kinds: str, name: str = "cats", **more: Any) -> str:
        records = [{"Type": kind, "TTL": 60} for kind in kinds]
        return self.service(self.dns_namespace(), name, DnsConfig={"DnsRecords": records} | more)

    def register(self, service: str, instance: str, **attributes: str) -> str:
        attributes.setdefault("AWS_INSTANCE_IPV4", "10.0.0.9")
        done = self.client.register_instance(
            ServiceId=service, InstanceId=instance, Attributes=attributes
        )
        return str(done["OperationId"])

    def discover(self, **more: Any) -> set[str]:
        """The ids found under cats in the namespace local."""
        found = self.client.discover_instances(NamespaceName="local", ServiceName="cats", **more)
        return {one["InstanceId"] for one in found["Instances"]}

    def revision(self) -> int:
        found = self.client.discover_instances_revision(NamespaceName="local", ServiceName="cats")
        return int(found["InstancesRevision"])


class refused:
    """The block must end in AWS's error of this code, with these words in its message."""

    def __init__(self, code: str, words: str = "") -> None:
        self._code, self._words = code, words
        self._raises = pytest.raises(ClientError)
        self.response: dict[str, Any] = {}

    def __enter__(self) -> refused:
        self._caught = self._raises.__enter__()
        return self

    def __exit__(self, *exit: Any) -> bool:
        swallowed = bool(self._raises.__exit__(*exit))
        if swallowed:
            self.response = dict(self._caught.value.response)
            error = self.response["Error"]
            assert error["Code"] == self._code, error
            assert self._words in error["Message"], error
        return swallowed
