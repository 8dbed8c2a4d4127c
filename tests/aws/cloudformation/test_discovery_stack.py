"""Cloud Map and service discovery from a template: made, changed in place, taken away."""

from __future__ import annotations

from typing import Any

import pytest

from seaway.aws import ecs, servicediscovery
from seaway.reconcile import services
from tests.stacking import Stacking

PETS = """
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.203.0.0/16}}
  Subnet: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.203.0.0/24}}
  Pets:
    Type: AWS::ServiceDiscovery::PrivateDnsNamespace
    Properties:
      Name: pets.local
      Vpc: !Ref Vpc
      Description: one
      Properties: {DnsProperties: {SOA: {TTL: '30'}}}
  Shown: {Type: AWS::ServiceDiscovery::PublicDnsNamespace, Properties: {Name: pets.example}}
  Cats:
    Type: AWS::ServiceDiscovery::Service
    Properties:
      Name: cats
      NamespaceId: !Ref Pets
      DnsConfig: {DnsRecords: [{Type: A, TTL: '60'}]}
      HealthCheckCustomConfig: {FailureThreshold: 1}
      ServiceAttributes: {colour: black, age: '3'}
  Dogs:
    Type: AWS::ServiceDiscovery::Service
    Properties: {Name: dogs, NamespaceId: !GetAtt Pets.Id, Type: HTTP}
  Stray:
    Type: AWS::ServiceDiscovery::Instance
    Properties:
      ServiceId: !Ref Dogs
      InstanceId: stray
      InstanceAttributes: {AWS_INSTANCE_IPV4: 10.203.0.9, AWS_INSTANCE_PORT: 80}
  Cluster: {Type: AWS::ECS::Cluster, Properties: {ClusterName: pets}}
  Definition:
    Type: AWS::ECS::TaskDefinition
    Properties:
      Family: cats
      Cpu: '256'
      Memory: '512'
      NetworkMode: awsvpc
      RequiresCompatibilities: [FARGATE]
      ContainerDefinitions: [{Name: cats, Image: 'cats:1'}]
  Service:
    Type: AWS::ECS::Service
    Properties:
      Cluster: !Ref Cluster
      ServiceName: cats
      TaskDefinition: !Ref Definition
      LaunchType: FARGATE
      DesiredCount: 0
      NetworkConfiguration: {AwsvpcConfiguration: {Subnets: [!Ref Subnet]}}
      ServiceRegistries: [{RegistryArn: !GetAtt Cats.Arn}]
Outputs:
  Zone: {Value: !GetAtt Pets.HostedZoneId}
"""


@pytest.fixture
def api() -> Stacking:
    handlers = [one for service in (ecs, servicediscovery) for one in service.operations()]
    found = Stacking(handlers)
    found.cfn("CreateStack", StackName="net", TemplateBody=PETS)
    rest(found)
    assert found.stack()["StackStatus"] == "CREATE_COMPLETE", problems(found)
    return found


def rest(api: Stacking) -> None:
    """Until the stack has nothing to do; services come to rest with it."""

    for _ in range(40):
        api.look()
        with api.store.transaction() as tx:
            for key in services.all_keys(tx):
                services.reconcile(tx, key, api.moment)
        api.now += 1


def problems(api: Stacking) -> list[str]:
    events = api.cfn("DescribeStackEvents", StackName="net")["StackEvents"]
    return [str(e.get("ResourceStatusReason")) for e in events if "FAILED" in e["ResourceStatus"]]


def update(api: Stacking, *changes: tuple[str, str]) -> None:
    text = PETS
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    api.cfn("UpdateStack", StackName="net", TemplateBody=text)
    rest(api)


def map_(api: Stacking, operation: str, /, **request: Any) -> Any:
    return api("servicediscovery", operation, **request)


def test_a_service_with_its_registry_is_made(api: Stacking) -> None:
    space = map_(api, "GetNamespace", Id=api.physical("Pets"))["Namespace"]
    assert (space["Type"], space["Description"]) == ("DNS_PRIVATE", "one")
    zone = space["Properties"]["DnsProperties"]
    assert (zone["SOA"]["TTL"], zone["HostedZoneId"]) == (
        30,
        api.stack()["Outputs"][0]["OutputValue"],
    )
    shown = map_(api, "GetNamespace", Id=api.physical("Shown"))["Namespace"]
    assert shown["Type"] == "DNS_PUBLIC"
    cats = map_(api, "GetService", Id=api.physical("Cats"))["Service"]
    assert cats["DnsConfig"]["DnsRecords"] == [{"Type": "A", "TTL": 60}]
    attributes = map_(api, "GetServiceAttributes", ServiceId=cats["Id"])["ServiceAttributes"]
    assert attributes["Attributes"] == {"colour": "black", "age": "3"}
    (service,) = api("ecs", "DescribeServices", cluster="pets", services=["cats"])["services"]
    assert service["serviceRegistries"] == [{"registryArn": cats["Arn"]}]
    found = map_(api, "DiscoverInstances", NamespaceName="pets.local", ServiceName="dogs")
    assert found["Instances"][0]["Attributes"]["AWS_INSTANCE_PORT"] == "80"


def test_what_can_be_is_changed_in_place(api: Stacking) -> None:
    before = {name: api.physical(name) for name in ("Pets", "Cats", "Stray", "Service")}
    update(
        api,
        ("Description: one", "Description: two"),
        ("{TTL: '30'}", "{TTL: '40'}"),
        ("[{Type: A, TTL: '60'}]", "[{Type: A, TTL: '5'}]"),
        ("{colour: black, age: '3'}", "{colour: white}"),
        ("AWS_INSTANCE_PORT: 80", "AWS_INSTANCE_PORT: 81"),
        ("      ServiceRegistries: [{RegistryArn: !GetAtt Cats.Arn}]\n", ""),
    )
    assert api.stack()["StackStatus"] == "UPDATE_COMPLETE", problems(api)
    assert {name: api.physical(name) for name in before} == before
    space = map_(api, "GetNamespace", Id=before["Pets"])["Namespace"]
    assert space["Description"] == "two"
    assert space["Properties"]["DnsProperties"]["SOA"] == {"TTL": 40}
    cats = map_(api, "GetService", Id=before["Cats"])["Service"]
    assert cats["DnsConfig"]["DnsRecords"] == [{"Type": "A", "TTL": 5}]
    attributes = map_(api, "GetServiceAttributes", ServiceId=cats["Id"])["ServiceAttributes"]
    assert attributes["Attributes"] == {"colour": "white"}
    found = map_(api, "DiscoverInstances", NamespaceName="pets.local", ServiceName="dogs")
    assert found["Instances"][0]["Attributes"]["AWS_INSTANCE_PORT"] == "81"
    (service,) = api("ecs", "DescribeServices", cluster="pets", services=["cats"])["services"]
    assert service["serviceRegistries"] == []


def test_routing_that_cannot_be_changed_in_place_is_refused(api: Stacking) -> None:
    records = "DnsConfig: {DnsRecords: [{Type: A, TTL: '60'}]}"
    update(api, (records, records.replace("{DnsR", "{RoutingPolicy: WEIGHTED, DnsR")))
    assert api.stack()["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert any("only DnsRecords can be changed" in one for one in problems(api))


def test_all_of_it_goes_with_the_stack(api: Stacking) -> None:
    api.cfn("DeleteStack", StackName="net")
    rest(api)
    assert map_(api, "ListNamespaces")["Namespaces"] == []
    assert map_(api, "ListServices")["Services"] == []
