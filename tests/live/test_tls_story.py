"""TLS of Service Connect between real containers: switched on by the service, noticed by nobody.

Callers and servers speak plain HTTP; between their proxies it is TLS 1.3 with certificates on both
sides, from Seaway's own authority or from one of AWS Private CA.
"""

from __future__ import annotations

import hashlib
import socket
import ssl
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.aws.acmpca.signing import activated
from tests.live.story import (
    CLUSTER,
    Town,
    a_site,
    a_town,
    balance,
    eventually,
    needs_machine,
    under_traffic,
    who,
)

pytestmark = needs_machine

INGRESS = 61002
MANAGED = [{"Key": "AmazonECSManaged", "Value": "true"}]
QUICK = [{"key": "seaway:tls.rotation", "value": "10s"}]


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    """cats with Seaway's own authority and quick rotation, dogs with one of AWS Private CA."""
    with a_site() as site:
        town = a_town(site, ("web", "cats", "dogs"))
        authority = activated(private_ca(town), Tags=MANAGED)
        for name, issuer in (("cats", {}), ("dogs", {"awsPcaAuthorityArn": authority})):
            town.definition(name, fargate=True)
            town.create_service(
                name, fargate=True, tags=QUICK if name == "cats" else [], **offered(name, issuer)
            )
        town.definition("web")
        town.create_service("web", serviceConnectConfiguration={"enabled": True})
        town.stable("web", "cats", "dogs")
        yield town
        # Several Seaways of one machine can't all be called by its own programs.
        assert [error for error in site.errors() if "127.254." not in error] == []


def private_ca(town: Town) -> Any:
    settings = town.site.settings
    return boto3.client(
        "acm-pca",
        region_name=settings.region,
        endpoint_url=settings.url,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


def offered(name: str, issuer: dict[str, str]) -> dict[str, Any]:
    entry = {
        "portName": name,
        "clientAliases": [{"port": 80, "dnsName": name}],
        "tls": {"issuerCertificateAuthority": issuer},
    }
    return {"serviceConnectConfiguration": {"enabled": True, "services": [entry]}}


def address(task: dict[str, Any]) -> str:
    return str(task["containers"][0]["networkInterfaces"][0]["privateIpv4Address"])


def shown(town: Town, service: str) -> str:
    """The print of the certificate that a task's proxy shows."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    place = (address(town.tasks(service)[0]), INGRESS)
    with socket.create_connection(place, timeout=5) as made, context.wrap_socket(made) as secured:
        assert secured.version() == "TLSv1.3"
        return hashlib.sha256(secured.getpeercert(binary_form=True) or b"").hexdigest()


@pytest.mark.parametrize("name", ["cats", "dogs"])
def test_a_client_calls_by_name_in_clear_and_reaches_every_task(town: Town, name: str) -> None:
    web = town.tasks("web")[0]["taskArn"]
    told = town.inside(web, f"curl -s 'http://{name}/whoami?[1-20]'")
    answers = who(told)
    assert answers.total() == 20, told
    assert len(answers) == 2


@pytest.mark.parametrize("port", [80, INGRESS])
def test_who_does_not_come_by_the_proxy_is_not_answered(town: Town, port: int) -> None:
    web, cats = town.tasks("web")[0]["taskArn"], town.tasks("cats")[0]
    plain = f"curl -s -m 5 -o /dev/null -w '%{{http_code}}' http://{address(cats)}:{port}/whoami"
    assert town.inside(web, f"{plain} || true").strip() == "000"
    unknown = plain.replace("http:", "https:").replace("curl", "curl -k")
    assert town.inside(web, f"{unknown} || true").strip() == "000"


def test_certificates_are_replaced_while_requests_go_on(town: Town) -> None:
    web = town.container(town.tasks("web")[0]["taskArn"])
    with under_traffic(web, cats="http://cats/whoami") as outcomes:
        seen = {shown(town, "cats")}

        def three() -> bool:
            seen.add(shown(town, "cats"))
            return len(seen) >= 3

        eventually(three, "the certificate is replaced twice")
    assert outcomes["cats"].asked > 500
    assert outcomes["cats"].failed == 0


def test_what_is_said_of_calls_holds_over_tls_too(town: Town) -> None:
    web = town.tasks("web")[0]["taskArn"]
    cats = town.service("cats")["serviceArn"]
    status = "curl -s -o /dev/null -m 5 -w '%{http_code}' http://cats/whoami"
    for key, value, wanted in (("deny", "web", "403"), ("fault.abort", "418", "418")):
        tags = [{"key": f"seaway:{key}", "value": value}]
        town.aws.ecs.tag_resource(resourceArn=cats, tags=tags)
        eventually(lambda wanted=wanted: town.inside(web, status) == wanted, f"{key} holds", 10)
        town.aws.ecs.untag_resource(resourceArn=cats, tagKeys=[f"seaway:{key}"])
        eventually(lambda: town.inside(web, status) == "200", "nothing holds any more", 10)


def test_a_load_balancer_reaches_the_container_port_in_the_clear(town: Town) -> None:
    balance(town, ["dogs"])
    group = [{"targetGroupArn": town.groups["dogs"], "containerName": "dogs", "containerPort": 80}]
    town.aws.ecs.update_service(cluster=CLUSTER, service="dogs", loadBalancers=group)
    town.stable("dogs")
    town.healthy("dogs")
    assert {town.get("/whoami")[0] for _ in range(4)} == {200}


def test_an_authority_that_is_not_ecss_to_use_is_refused(town: Town) -> None:
    authority = activated(private_ca(town))
    town.definition("dogs", fargate=True, family="strays")
    with pytest.raises(ClientError, match="AmazonECSManaged") as error:
        town.create_service(
            "strays", fargate=True, **offered("dogs", {"awsPcaAuthorityArn": authority})
        )
    assert error.value.response["Error"]["Code"] == "InvalidParameterException"
