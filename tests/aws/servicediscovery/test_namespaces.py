"""Namespaces: names, retries, lists, and what keeps one from being deleted."""

from __future__ import annotations

import pytest

from tests.aws.servicediscovery.mapping import Mapping, refused


def test_an_http_namespace_is_found_by_its_name(sd: Mapping) -> None:
    number = sd.namespace("local", Description="here", CreatorRequestId="r-1")
    shown = sd.client.get_namespace(Id=number)["Namespace"]
    assert number.startswith("ns-")
    assert len(number) == 19
    assert shown["Arn"].endswith(f":000000000000:namespace/{number}")
    assert (shown["Name"], shown["Type"], shown["Description"]) == ("local", "HTTP", "here")
    assert shown["Properties"]["HttpProperties"] == {"HttpName": "local"}
    assert (shown["CreatorRequestId"], shown["ServiceCount"]) == ("r-1", 0)
    assert sd.client.get_namespace(Id=shown["Arn"])["Namespace"]["Id"] == number


def test_a_private_namespace_has_a_hosted_zone(sd: Mapping) -> None:
    number = sd.dns_namespace(Properties={"DnsProperties": {"SOA": {"TTL": 30}}})
    shown = sd.client.get_namespace(Id=number)["Namespace"]
    assert shown["Type"] == "DNS_PRIVATE"
    assert shown["Properties"]["DnsProperties"]["HostedZoneId"].startswith("Z")
    assert shown["Properties"]["DnsProperties"]["SOA"] == {"TTL": 30}
    with refused("InvalidInput", "vpc-none"):
        sd.dns_namespace("elsewhere", Vpc="vpc-none")


def test_a_name_is_taken_once(sd: Mapping) -> None:
    number = sd.namespace("local", CreatorRequestId="r-1")
    with refused("NamespaceAlreadyExists", "local") as error:
        sd.namespace("local")
    assert error.response["NamespaceId"] == number
    assert error.response["CreatorRequestId"] == "r-1"


def test_a_retry_gives_the_operation_it_began(sd: Mapping) -> None:
    first = sd.client.create_http_namespace(Name="local", CreatorRequestId="r-1")
    again = sd.client.create_http_namespace(Name="local", CreatorRequestId="r-1")
    assert again["OperationId"] == first["OperationId"]
    assert len(sd.client.list_namespaces()["Namespaces"]) == 1
    with refused("DuplicateRequest") as error:
        sd.client.create_http_namespace(Name="other", CreatorRequestId="r-1")
    assert error.response["DuplicateOperationId"] == first["OperationId"]


def test_a_reused_name_gets_an_http_name_of_its_own(sd: Mapping) -> None:
    sd.namespace("corp")
    shown = sd.client.get_namespace(Id=sd.dns_namespace("corp"))["Namespace"]
    http = shown["Properties"]["HttpProperties"]["HttpName"]
    assert shown["Name"] == "corp"
    assert http.startswith("corp-")


@pytest.mark.parametrize("name", ["arn:aws:x", "with space", ""])
def test_names_that_cannot_be(sd: Mapping, name: str) -> None:
    with refused("InvalidInput"):
        sd.namespace(name)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"Name": "TYPE", "Values": ["HTTP"]}, {"local", "lokal"}),
        ({"Name": "TYPE", "Values": ["HTTP", "DNS_PRIVATE"], "Condition": "IN"},
         {"local", "lokal", "corp"}),
        ({"Name": "NAME", "Values": ["corp"], "Condition": "EQ"}, {"corp"}),
        ({"Name": "NAME", "Values": ["lo"], "Condition": "BEGINS_WITH"}, {"local", "lokal"}),
        ({"Name": "HTTP_NAME", "Values": ["lok"], "Condition": "BEGINS_WITH"}, {"lokal"}),
        ({"Name": "RESOURCE_OWNER", "Values": ["SELF"]}, {"local", "lokal", "corp"}),
        ({"Name": "RESOURCE_OWNER", "Values": ["OTHER_ACCOUNTS"]}, set()),
    ],
)  # fmt: skip
def test_filters(sd: Mapping, wanted: dict[str, object], found: set[str]) -> None:
    sd.namespace("local")
    sd.namespace("lokal")
    sd.dns_namespace("corp")
    shown = sd.client.list_namespaces(Filters=[wanted])["Namespaces"]
    assert {one["Name"] for one in shown} == found


@pytest.mark.parametrize(
    "wanted",
    [
        {"Name": "NAME", "Values": ["a", "b"]},
        {"Name": "NAME", "Values": ["a"], "Condition": "BETWEEN"},
        {"Name": "RESOURCE_OWNER", "Values": ["SELF"], "Condition": "BEGINS_WITH"},
        {"Name": "RESOURCE_OWNER", "Values": ["ME"]},
        {"Name": "COLOUR", "Values": ["blue"]},
    ],
)
def test_filters_that_cannot_be(sd: Mapping, wanted: dict[str, object]) -> None:
    with refused("InvalidInput"):
        sd.client.list_namespaces(Filters=[wanted])


def test_all_filters_must_hold(sd: Mapping) -> None:
    sd.namespace("corp")
    sd.dns_namespace("corp")
    filters = [{"Name": "NAME", "Values": ["corp"]}, {"Name": "TYPE", "Values": ["HTTP"]}]
    (one,) = sd.client.list_namespaces(Filters=filters)["Namespaces"]
    assert one["Type"] == "HTTP"


def test_lists_come_in_pages(sd: Mapping) -> None:
    for name in ("a", "b", "c"):
        sd.namespace(name)
    pages = sd.client.get_paginator("list_namespaces").paginate(PaginationConfig={"PageSize": 2})
    assert [[one["Name"] for one in page["Namespaces"]] for page in pages] == [["a", "b"], ["c"]]
    with refused("InvalidInput", "NextToken"):
        sd.client.list_namespaces(NextToken="nonsense")


def test_updates_are_by_type(sd: Mapping) -> None:
    http, dns = sd.namespace(), sd.dns_namespace()
    done = sd.client.update_http_namespace(Id=http, Namespace={"Description": "new"})
    assert sd.target(done["OperationId"], "NAMESPACE") == http
    assert sd.client.get_namespace(Id=http)["Namespace"]["Description"] == "new"
    change = {"Properties": {"DnsProperties": {"SOA": {"TTL": 5}}}}
    sd.client.update_private_dns_namespace(Id=dns, Namespace=change)
    shown = sd.client.get_namespace(Id=dns)["Namespace"]
    assert shown["Properties"]["DnsProperties"]["SOA"] == {"TTL": 5}
    with refused("InvalidInput", "DNS_PRIVATE, not HTTP"):
        sd.client.update_http_namespace(Id=dns, Namespace={"Description": "x"})


def test_a_namespace_with_services_stays(sd: Mapping) -> None:
    number = sd.namespace()
    service = sd.service(number)
    with refused("ResourceInUse", "services"):
        sd.client.delete_namespace(Id=number)
    sd.client.delete_service(Id=service)
    done = sd.client.delete_namespace(Id=number)
    assert sd.target(done["OperationId"], "NAMESPACE") == number
    with refused("NamespaceNotFound"):
        sd.client.get_namespace(Id=number)


def test_another_region_sees_nothing(sd: Mapping) -> None:
    number = sd.namespace()
    other = sd.wired.client("servicediscovery", "eu-west-1")
    assert other.list_namespaces()["Namespaces"] == []
    with refused("NamespaceNotFound"):
        other.get_namespace(Id=number)
