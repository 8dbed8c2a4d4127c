"""Discovery services: records, names, changes, attributes; and those ECS owns."""

from __future__ import annotations

from dataclasses import replace
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


def public(sd: Mapping, *kinds: str, **more: Any) -> str:
    """A service of a public namespace."""
    made = sd.client.create_public_dns_namespace(Name="pets.example")
    space = sd.target(made["OperationId"], "NAMESPACE")
    records = [{"Type": kind, "TTL": 60} for kind in kinds]
    return sd.service(space, DnsConfig={"DnsRecords": records}, **more)


def test_a_route_53_health_check_is_kept_with_its_defaults(sd: Mapping) -> None:
    number = public(sd, "A", HealthCheckConfig={"Type": "HTTP"})
    shown = sd.client.get_service(Id=number)["Service"]
    check = {"Type": "HTTP", "ResourcePath": "/", "FailureThreshold": 1}
    assert shown["HealthCheckConfig"] == check
    (listed,) = sd.client.list_services()["Services"]
    assert listed["HealthCheckConfig"] == check
    tcp = {"Type": "TCP", "FailureThreshold": 3}
    number = sd.service(sd.namespace("calls"), HealthCheckConfig=tcp)
    assert sd.client.get_service(Id=number)["Service"]["HealthCheckConfig"] == tcp


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"HealthCheckConfig": {"Type": "TCP", "ResourcePath": "/"}}, "ResourcePath"),
        (
            {
                "HealthCheckConfig": {"Type": "HTTP"},
                "HealthCheckCustomConfig": {"FailureThreshold": 1},
            },
            "together",
        ),
    ],
)
def test_a_route_53_health_check_that_cannot_be(
    sd: Mapping, config: dict[str, Any], words: str
) -> None:
    with refused("InvalidInput", words):
        sd.service(sd.namespace(), **config)


def test_no_route_53_health_check_in_private_namespaces_or_for_cnames(sd: Mapping) -> None:
    config = {"DnsRecords": [{"Type": "A", "TTL": 1}]}
    with refused("InvalidInput", "public DNS and HTTP namespaces"):
        sd.service(sd.dns_namespace(), DnsConfig=config, HealthCheckConfig={"Type": "HTTP"})
    made = sd.client.create_public_dns_namespace(Name="pets.example")
    space = sd.target(made["OperationId"], "NAMESPACE")
    config = {"RoutingPolicy": "WEIGHTED", "DnsRecords": [{"Type": "CNAME", "TTL": 1}]}
    with refused("InvalidInput", "CNAME"):
        sd.service(space, DnsConfig=config, HealthCheckConfig={"Type": "HTTP"})


def test_an_update_changes_a_route_53_health_check_or_takes_it_away(sd: Mapping) -> None:
    number = public(sd, "A", HealthCheckConfig={"Type": "HTTP"})
    records = {"DnsConfig": {"DnsRecords": [{"Type": "A", "TTL": 60}]}}
    check = {"Type": "HTTP", "ResourcePath": "/well", "FailureThreshold": 2}
    sd.client.update_service(Id=number, Service=records | {"HealthCheckConfig": check})
    assert sd.client.get_service(Id=number)["Service"]["HealthCheckConfig"] == check
    with refused("InvalidInput", "Type of a health check"):
        change = {"HealthCheckConfig": {"Type": "TCP"}}
        sd.client.update_service(Id=number, Service=records | change)
    sd.client.update_service(Id=number, Service=records)
    assert "HealthCheckConfig" not in sd.client.get_service(Id=number)["Service"]


def test_a_custom_health_check_stays_whatever_is_updated(sd: Mapping) -> None:
    number = public(sd, "A", HealthCheckCustomConfig={"FailureThreshold": 1})
    records = {"DnsConfig": {"DnsRecords": [{"Type": "A", "TTL": 5}]}}
    sd.client.update_service(Id=number, Service=records)
    assert "HealthCheckCustomConfig" in sd.client.get_service(Id=number)["Service"]
    with refused("InvalidInput", "HealthCheckCustomConfig"):
        change = records | {"HealthCheckConfig": {"Type": "HTTP"}}
        sd.client.update_service(Id=number, Service=change)


def test_a_service_of_an_http_namespace_is_not_updated(sd: Mapping) -> None:
    number = sd.service(sd.namespace())
    with refused("InvalidInput", "of type HTTP"):
        sd.client.update_service(Id=number, Service={"Description": "d"})


def test_instances_with_a_route_53_health_check_need_an_address_and_a_port(sd: Mapping) -> None:
    number = public(sd, "A", HealthCheckConfig={"Type": "HTTP"})
    with refused("InvalidInput", "AWS_INSTANCE_PORT"):
        sd.register(number, "one")
    sd.register(number, "one", AWS_INSTANCE_PORT="80")
    health = sd.client.get_instances_health_status(ServiceId=number)["Status"]
    assert health == {"one": "HEALTHY"}, "good until found otherwise, as Route 53 has it"
    with refused("CustomHealthNotFound"):
        sd.client.update_instance_custom_health_status(
            ServiceId=number, InstanceId="one", Status="UNHEALTHY"
        )


def test_what_another_account_shares_is_named_by_its_arn(sd: Mapping) -> None:
    sd.namespace("mine")
    (mine,) = sd.wired.all(Namespace)
    theirs = replace(
        mine,
        arn=mine.arn.replace(":000000000000:", ":111111111111:") + "x",
        id=mine.id + "x",
        name="theirs",
        http_name="theirs",
    )
    sd.wired.put(theirs)
    assert [one["Name"] for one in sd.client.list_namespaces()["Namespaces"]] == ["mine"]
    filters = [{"Name": "RESOURCE_OWNER", "Values": ["OTHER_ACCOUNTS"]}]
    (shown,) = sd.client.list_namespaces(Filters=filters)["Namespaces"]
    assert (shown["Name"], shown["ResourceOwner"]) == ("theirs", "111111111111")
    with refused("NamespaceNotFound"):
        sd.client.get_namespace(Id=theirs.id)
    assert sd.client.get_namespace(Id=theirs.arn)["Namespace"]["Name"] == "theirs"
    for change in (sd.client.delete_namespace, _described(sd)):
        with refused("NamespaceNotFound"):
            change(Id=theirs.arn)

    made = sd.client.create_service(Name="cats", NamespaceId=theirs.arn)["Service"]
    owners = made["ResourceOwner"], made["CreatedByAccount"]
    assert owners == ("111111111111", "000000000000")
    assert sd.client.list_services()["Services"] == []
    (listed,) = sd.client.list_services(Filters=filters)["Services"]
    assert listed["Arn"] == made["Arn"]
    filters = [{"Name": "NAMESPACE_ID", "Values": [theirs.arn]}]
    assert len(sd.client.list_services(Filters=filters)["Services"]) == 1
    sd.register(made["Arn"], "one")
    instance = sd.client.get_instance(ServiceId=made["Arn"], InstanceId="one")
    assert instance["ResourceOwner"] == "111111111111"
    assert instance["Instance"]["CreatedByAccount"] == "000000000000"
    named = {"NamespaceName": "theirs", "ServiceName": "cats"}
    with refused("NamespaceNotFound"):
        sd.client.discover_instances(**named)
    found = sd.client.discover_instances(**named, OwnerAccount="111111111111")
    assert [one["InstanceId"] for one in found["Instances"]] == ["one"]
    revision = sd.client.discover_instances_revision(**named, OwnerAccount="111111111111")
    assert revision["InstancesRevision"] == found["InstancesRevision"]


def _described(sd: Mapping) -> Any:
    return lambda Id: sd.client.update_http_namespace(Id=Id, Namespace={"Description": "mine"})


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
    with refused("InvalidInput", "twice"):
        change = {"DnsConfig": {"DnsRecords": 2 * [{"Type": "A", "TTL": 5}]}}
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
