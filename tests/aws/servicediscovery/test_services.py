"""Discovery services: records, names, changes, attributes; and those ECS owns."""

from __future__ import annotations

from typing import Any

import pytest

from seaway.core.discovery import DiscoveryService, Namespace
from seaway.core.discovery_rules import new_discovery_service, registered
from tests.aws.servicediscovery.mapping import Mapping, refused

OWNER = "arn:aws:ecs:us-east-1:000000000000:service/default/cats"


def _owned(sd: Mapping) -> DiscoveryService:
    """A service as ECS makes it for Service Connect, with one task registered."""
    sd.namespace("local")
    (space,) = sd.wired.all(Namespace)
    moment = sd.wired.moment()
    service, registration = registered(
        new_discovery_service(space, "cats", OWNER, moment),
        "0123abcd",
        {"AWS_INSTANCE_IPV4": "10.0.0.4", "AWS_INSTANCE_PORT": "80"},
        moment,
        task="arn:aws:ecs:us-east-1:000000000000:task/default/0123abcd",
    )
    sd.wired.put(service, registration)
    return service


def test_a_service_of_an_http_namespace(sd: Mapping) -> None:
    space = sd.namespace()
    made = sd.client.create_service(Name="cats", NamespaceId=space, CreatorRequestId="r-1")
    shown = made["Service"]
    assert shown["Id"].startswith("srv-")
    assert (shown["Type"], shown["NamespaceId"], shown["InstanceCount"]) == ("HTTP", space, 0)
    assert "DnsConfig" not in shown
    assert sd.client.get_service(Id=shown["Arn"])["Service"]["Id"] == shown["Id"]
    assert sd.client.get_namespace(Id=space)["Namespace"]["ServiceCount"] == 1


def test_a_service_with_records(sd: Mapping) -> None:
    space = sd.dns_namespace()
    config = {"NamespaceId": space, "DnsRecords": [{"Type": "A", "TTL": 10}]}
    made = sd.client.create_service(
        Name="cats", DnsConfig=config, HealthCheckCustomConfig={"FailureThreshold": 3}
    )
    assert made["Service"]["Type"] == "DNS_HTTP"
    assert made["Service"]["DnsConfig"] == config | {"RoutingPolicy": "MULTIVALUE"}
    assert made["Service"]["HealthCheckCustomConfig"] == {"FailureThreshold": 1}


def test_a_retry_gives_what_is_there_and_another_is_refused(sd: Mapping) -> None:
    space = sd.namespace()
    first = sd.service(space, CreatorRequestId="r-1")
    assert sd.service(space, CreatorRequestId="r-1") == first
    with refused("ServiceAlreadyExists") as error:
        sd.service(space, CreatorRequestId="r-2")
    assert error.response["ServiceId"] == first
    assert error.response["CreatorRequestId"] == "r-1"
    assert error.response["ServiceArn"].endswith(first)


def test_dns_does_not_tell_upper_case_from_lower_but_the_api_does(sd: Mapping) -> None:
    http, dns = sd.namespace(), sd.dns_namespace()
    records: dict[str, Any] = {"DnsConfig": {"DnsRecords": [{"Type": "A", "TTL": 1}]}}
    sd.service(http, "cats")
    sd.service(http, "CATS")
    sd.service(dns, "cats", **records)
    with refused("ServiceAlreadyExists"):
        sd.service(dns, "CATS", **records)


@pytest.mark.parametrize("kinds", [("A", "SRV"), ("A", "A"), ("CNAME", "A"), ("MX",)])
def test_records_that_do_not_go_together(sd: Mapping, kinds: tuple[str, ...]) -> None:
    with refused("InvalidInput"):
        sd.dns_service(*kinds)


def test_a_cname_needs_weighted_routing(sd: Mapping) -> None:
    with refused("InvalidInput", "WEIGHTED"):
        sd.dns_service("CNAME")
    space = sd.dns_namespace("second")
    config = {"RoutingPolicy": "WEIGHTED", "DnsRecords": [{"Type": "CNAME", "TTL": 1}]}
    sd.service(space, DnsConfig=config)


def test_records_belong_in_dns_namespaces(sd: Mapping) -> None:
    config = {"DnsRecords": [{"Type": "A", "TTL": 1}]}
    with refused("InvalidInput", "HTTP namespace"):
        sd.service(sd.namespace(), DnsConfig=config)
    dns = sd.dns_namespace()
    with refused("InvalidInput", "DnsConfig must be specified"):
        sd.service(dns)
    with refused("InvalidInput", "type HTTP"):
        sd.service(dns, Type="HTTP", DnsConfig=config)
    shown = sd.client.get_service(Id=sd.service(dns, Type="HTTP"))["Service"]
    assert shown["Type"] == "HTTP"


def test_route_53_health_checks_are_said_not_to_be_built(sd: Mapping) -> None:
    with refused("InvalidInput", "HealthCheckConfig"):
        sd.service(sd.namespace(), HealthCheckConfig={"Type": "HTTP"})


def test_an_update_changes_ttls_and_drops_what_is_left_out(sd: Mapping) -> None:
    number = sd.dns_service("A", "AAAA")
    change = {"Description": "d", "DnsConfig": {"DnsRecords": [{"Type": "A", "TTL": 5}]}}
    done = sd.client.update_service(Id=number, Service=change)
    assert sd.target(done["OperationId"], "SERVICE") == number
    shown = sd.client.get_service(Id=number)["Service"]
    assert shown["DnsConfig"]["DnsRecords"] == [{"Type": "A", "TTL": 5}]
    assert shown["Description"] == "d"
    with refused("InvalidInput", "record types cannot be added"):
        change = {"DnsConfig": {"DnsRecords": [{"Type": "SRV", "TTL": 5}]}}
        sd.client.update_service(Id=number, Service=change)


def test_services_are_listed_by_namespace(sd: Mapping) -> None:
    one, two = sd.namespace("one"), sd.namespace("two")
    sd.service(one, "cats")
    sd.service(two, "dogs")
    arn = sd.client.get_namespace(Id=two)["Namespace"]["Arn"]
    for value in (two, arn):
        filters = [{"Name": "NAMESPACE_ID", "Values": [value]}]
        shown = sd.client.list_services(Filters=filters)["Services"]
        assert [service["Name"] for service in shown] == ["dogs"]
    assert len(sd.client.list_services()["Services"]) == 2


def test_a_service_with_instances_stays(sd: Mapping) -> None:
    number = sd.service(sd.namespace())
    sd.register(number, "one")
    with refused("ResourceInUse", "Service contains registered instances"):
        sd.client.delete_service(Id=number)
    sd.client.deregister_instance(ServiceId=number, InstanceId="one")
    sd.client.delete_service(Id=number)
    with refused("ServiceNotFound"):
        sd.client.get_service(Id=number)


def test_a_service_has_attributes_of_its_own(sd: Mapping) -> None:
    number = sd.service(sd.namespace())
    sd.client.update_service_attributes(ServiceId=number, Attributes={"a": "1", "b": "2"})
    sd.client.update_service_attributes(ServiceId=number, Attributes={"a": "3"})
    sd.client.delete_service_attributes(ServiceId=number, Attributes=["b", "nothing"])
    shown = sd.client.get_service_attributes(ServiceId=number)["ServiceAttributes"]
    assert shown["Attributes"] == {"a": "3"}
    assert shown["ServiceArn"].endswith(number)
    with refused("ServiceAttributesLimitExceededException"):
        many = {f"k{count}": "v" for count in range(30)}
        sd.client.update_service_attributes(ServiceId=number, Attributes=many)


def test_what_service_connect_registered_is_seen_and_found(sd: Mapping) -> None:
    service = _owned(sd)
    (listed,) = sd.client.list_services()["Services"]
    assert (listed["Id"], listed["InstanceCount"]) == (service.id, 1)
    (instance,) = sd.client.list_instances(ServiceId=service.id)["Instances"]
    assert instance["Attributes"]["AWS_INSTANCE_PORT"] == "80"
    assert sd.discover() == {"0123abcd"}


def test_what_service_connect_registered_is_not_changed_by_hand(sd: Mapping) -> None:
    number = _owned(sd).id
    with refused("ResourceInUse", OWNER):
        sd.client.delete_service(Id=number)
    with refused("ResourceInUse", "Service Connect"):
        sd.register(number, "intruder")
    with refused("ResourceInUse"):
        sd.client.deregister_instance(ServiceId=number, InstanceId="0123abcd")
    with refused("ResourceInUse"):
        sd.client.update_service(Id=number, Service={"Description": "mine"})
    assert sd.discover() == {"0123abcd"}


def test_tags_of_namespaces_and_services(sd: Mapping) -> None:
    tags = [{"Key": "team", "Value": "cats"}]
    space = sd.namespace(Tags=tags)
    service = sd.service(space, Tags=tags)
    arns = [
        sd.client.get_namespace(Id=space)["Namespace"]["Arn"],
        sd.client.get_service(Id=service)["Service"]["Arn"],
    ]
    for arn in arns:
        assert sd.client.list_tags_for_resource(ResourceARN=arn)["Tags"] == tags
        sd.client.tag_resource(ResourceARN=arn, Tags=[{"Key": "x", "Value": "1"}])
        sd.client.untag_resource(ResourceARN=arn, TagKeys=["team"])
        shown = sd.client.list_tags_for_resource(ResourceARN=arn)["Tags"]
        assert shown == [{"Key": "x", "Value": "1"}]
    with refused("ResourceNotFoundException"):
        sd.client.list_tags_for_resource(ResourceARN=arns[0] + "0")
    with refused("TooManyTagsException") as error:
        many = [{"Key": f"k{count}", "Value": ""} for count in range(51)]
        sd.client.tag_resource(ResourceARN=arns[0], Tags=many)
    assert error.response["ResourceName"] == arns[0]
