"""A whole application as one stack: cluster, capacity, services, load balancer, registry."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from seaway.aws import ecr, ecs, elbv2, logs, servicediscovery
from seaway.core.balancer import LoadBalancer
from seaway.core.compute import Instance, LaunchTemplate
from seaway.core.identity import Role
from seaway.core.stack import Stack, StackResource
from seaway.core.task import Task, TaskStatus
from seaway.reconcile import services
from seaway.store.codec import decode, encode
from seaway.store.resident import Resident
from seaway.store.series import Series
from seaway.store.tables import TABLES
from tests.stacking import Stacking

SHOP = """
Parameters:
  Image: {Type: AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>,
          Default: /aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id}
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Gateway: {Type: AWS::EC2::InternetGateway}
  Attachment:
    Type: AWS::EC2::VPCGatewayAttachment
    Properties: {VpcId: !Ref Vpc, InternetGatewayId: !Ref Gateway}
  A:
    Type: AWS::EC2::Subnet
    Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24, AvailabilityZone: us-east-1a}
  B:
    Type: AWS::EC2::Subnet
    Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24, AvailabilityZone: us-east-1b}
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties: {GroupDescription: all, VpcId: !Ref Vpc}
  Namespace: {Type: AWS::ServiceDiscovery::HttpNamespace, Properties: {Name: shop.local}}
  Cluster:
    Type: AWS::ECS::Cluster
    Properties:
      ClusterName: shop
      ClusterSettings: [{Name: containerInsights, Value: disabled}]
      ServiceConnectDefaults: {Namespace: !GetAtt Namespace.Arn}
  Profile: {Type: AWS::IAM::InstanceProfile, Properties: {Roles: [!Ref NodeRole]}}
  NodeRole:
    Type: AWS::IAM::Role
    Properties: {AssumeRolePolicyDocument: {Version: 2012-10-17, Statement: []}}
  Template:
    Type: AWS::EC2::LaunchTemplate
    Properties:
      LaunchTemplateData:
        ImageId: !Ref Image
        InstanceType: t3.medium
        IamInstanceProfile: {Arn: !GetAtt Profile.Arn}
        SecurityGroupIds: [!Ref Group]
        UserData: !Base64
          Fn::Sub: |
            #!/bin/bash
            echo ECS_CLUSTER=${Cluster} >> /etc/ecs/ecs.config
  Nodes:
    Type: AWS::AutoScaling::AutoScalingGroup
    Properties:
      MinSize: 0
      MaxSize: 4
      DesiredCapacity: 2
      VPCZoneIdentifier: [!Ref A, !Ref B]
      LaunchTemplate:
        LaunchTemplateId: !Ref Template
        Version: !GetAtt Template.LatestVersionNumber
  Provider:
    Type: AWS::ECS::CapacityProvider
    Properties:
      AutoScalingGroupProvider:
        AutoScalingGroupArn: !Ref Nodes
        ManagedScaling: {Status: DISABLED}
        ManagedTerminationProtection: DISABLED
  Providers:
    Type: AWS::ECS::ClusterCapacityProviderAssociations
    Properties:
      Cluster: !Ref Cluster
      CapacityProviders: [FARGATE, !Ref Provider]
      DefaultCapacityProviderStrategy: [{CapacityProvider: FARGATE, Weight: 1}]
  Repository: {Type: AWS::ECR::Repository, Properties: {RepositoryName: cats}}
  Log: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: /ecs/cats, RetentionInDays: '7'}}
  Balancer:
    Type: AWS::ElasticLoadBalancingV2::LoadBalancer
    Properties:
      Subnets: [!Ref A, !Ref B]
      SecurityGroups: [!Ref Group]
      LoadBalancerAttributes: [{Key: idle_timeout.timeout_seconds, Value: '30'}]
  Cats:
    Type: AWS::ElasticLoadBalancingV2::TargetGroup
    Properties:
      VpcId: !Ref Vpc
      Port: 80
      Protocol: HTTP
      TargetType: ip
      HealthCheckPath: /cats/
      TargetGroupAttributes: [{Key: deregistration_delay.timeout_seconds, Value: '5'}]
  Listener:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties:
      LoadBalancerArn: !Ref Balancer
      Port: '80'
      Protocol: HTTP
      DefaultActions: [{Type: forward, TargetGroupArn: !Ref Cats}]
  Rule:
    Type: AWS::ElasticLoadBalancingV2::ListenerRule
    Properties:
      ListenerArn: !Ref Listener
      Priority: 10
      Conditions: [{Field: path-pattern, Values: ['/cats*']}]
      Actions: [{Type: forward, TargetGroupArn: !Ref Cats}]
  Definition:
    Type: AWS::ECS::TaskDefinition
    Properties:
      Family: cats
      Cpu: '256'
      Memory: 512
      NetworkMode: awsvpc
      RequiresCompatibilities: [FARGATE]
      ExecutionRoleArn: !GetAtt NodeRole.Arn
      ContainerDefinitions:
        - Name: cats
          Image: !Sub '${Repository.RepositoryUri}:latest'
          Essential: 'true'
          Environment: [{Name: PORT, Value: 80}]
          PortMappings: [{Name: cats-80-tcp, ContainerPort: '80', AppProtocol: http}]
          LogConfiguration:
            LogDriver: awslogs
            Options: {awslogs-group: !Ref Log, awslogs-region: !Ref AWS::Region,
                      awslogs-stream-prefix: ecs}
  Service:
    Type: AWS::ECS::Service
    DependsOn: [Listener, Providers]
    Properties:
      Cluster: !Ref Cluster
      ServiceName: cats
      TaskDefinition: !Ref Definition
      LaunchType: FARGATE
      DesiredCount: 0
      EnableECSManagedTags: true
      DeploymentConfiguration:
        MinimumHealthyPercent: 50
        DeploymentCircuitBreaker: {Enable: 'true', Rollback: false}
      NetworkConfiguration:
        AwsvpcConfiguration: {Subnets: [!Ref A, !Ref B], SecurityGroups: [!Ref Group]}
      LoadBalancers:
        - {ContainerName: cats, ContainerPort: 80, TargetGroupArn: !Ref Cats}
      ServiceConnectConfiguration:
        Enabled: true
        Services:
          - PortName: cats-80-tcp
            DiscoveryName: cats
            ClientAliases: [{Port: 80, DnsName: cats}]
Outputs:
  Url: {Value: !Sub 'http://${Balancer.DNSName}/cats/'}
  Repository: {Value: !GetAtt Repository.RepositoryUri}
"""


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Stacking]:
    series = Series(tmp_path / "series.db")
    series.open()
    more = (ecs, elbv2, ecr, logs, servicediscovery)
    handlers = [handler for service in more for handler in service.operations()]
    yield Stacking(handlers, Resident(series=series))
    series.close()


def _problems(api: Stacking, name: str = "net") -> list[str]:
    events = api.cfn("DescribeStackEvents", StackName=name)["StackEvents"]
    return [
        f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason')}"
        for event in events
        if event["ResourceStatus"].endswith("FAILED")
    ]


def _serve(api: Stacking) -> None:
    """What the proxy's acceptance does to a load balancer; no proxy runs here."""
    with api.store.transaction() as tx:
        for balancer in tx.where(LoadBalancer):
            tx.put(replace(balancer, state="active"))


def _pass(api: Stacking, looks: int = 8) -> None:
    for _ in range(looks):
        api.look()
        _serve(api)
        with api.store.transaction() as tx:
            for key in services.all_keys(tx):
                services.reconcile(tx, key, api.moment)
        api.now += 1


def test_an_application_is_made_as_one(api: Stacking) -> None:
    api.cfn("CreateStack", StackName="net", TemplateBody=SHOP, Capabilities=["CAPABILITY_IAM"])
    _pass(api)
    assert _problems(api) == []
    assert api.stack()["StackStatus"] == "CREATE_COMPLETE"
    outputs = {one["OutputKey"]: one["OutputValue"] for one in api.stack()["Outputs"]}
    assert outputs["Url"].startswith("http://net-Balancer-")
    (service,) = api("ecs", "DescribeServices", cluster="shop", services=["cats"])["services"]
    assert service["status"] == "ACTIVE"
    assert service["enableECSManagedTags"] is True
    assert service["deploymentConfiguration"]["minimumHealthyPercent"] == 50
    connect = service["deployments"][0]["serviceConnectConfiguration"]
    assert connect["services"][0]["discoveryName"] == "cats"
    (definition,) = [api("ecs", "DescribeTaskDefinition", taskDefinition="cats")["taskDefinition"]]
    container = definition["containerDefinitions"][0]
    assert container["environment"] == [{"name": "PORT", "value": "80"}]
    assert container["logConfiguration"]["options"]["awslogs-group"] == "/ecs/cats"
    (cluster,) = api("ecs", "DescribeClusters", clusters=["shop"])["clusters"]
    assert cluster["capacityProviders"] == ["FARGATE", api.physical("Provider")]


def test_everything_it_is_made_of_can_be_written_down_and_read_back(api: Stacking) -> None:
    api.cfn("CreateStack", StackName="net", TemplateBody=SHOP, Capabilities=["CAPABILITY_IAM"])
    _pass(api)
    with api.store.transaction() as tx:
        nouns = [noun for table in TABLES for noun in tx.where(table.noun)]
    assert {Instance, LaunchTemplate, Role, Stack, StackResource} <= {type(n) for n in nouns}
    for noun in nouns:
        assert decode(type(noun), encode(noun)) == noun


def test_an_application_is_changed_and_taken_down_as_one(api: Stacking) -> None:
    agreed = {"Capabilities": ["CAPABILITY_IAM"]}
    api.cfn("CreateStack", StackName="net", TemplateBody=SHOP, **agreed)
    _pass(api)
    first = api.physical("Definition")
    text = SHOP.replace("Memory: 512", "Memory: 1024").replace("'/cats*'", "'/c*'")
    api.cfn("UpdateStack", StackName="net", TemplateBody=text, **agreed)
    _pass(api)
    assert _problems(api) == []
    assert api.physical("Definition") != first
    (service,) = api("ecs", "DescribeServices", cluster="shop", services=["cats"])["services"]
    assert service["taskDefinition"] == api.physical("Definition")
    assert api.stack()["StackStatus"] == "UPDATE_COMPLETE"
    (rule,) = api("elbv2", "DescribeRules", RuleArns=[api.physical("Rule")])["Rules"]
    assert rule["Conditions"][0]["PathPatternConfig"]["Values"] == ["/c*"]

    arn = api.stack()["StackId"]
    api.cfn("DeleteStack", StackName="net")
    _pass(api, 20)
    assert _problems(api, arn) == []
    assert api.stack(arn)["StackStatus"] == "DELETE_COMPLETE"
    assert len(api.ec2("DescribeVpcs")["Vpcs"]) == 1
    assert api("ecr", "DescribeRepositories")["repositories"] == []
    assert api("servicediscovery", "ListNamespaces")["Namespaces"] == []


def _live(api: Stacking, doomed: str) -> None:
    """What hosts do: tasks run, but those of one definition never start; no host is here."""
    with api.store.transaction() as tx:
        for task in tx.where(Task):
            if task.desired_status is TaskStatus.STOPPED or task.task_definition == doomed:
                tx.put(
                    replace(
                        task,
                        desired_status=TaskStatus.STOPPED,
                        last_status=TaskStatus.STOPPED,
                        stop_code=task.stop_code or "TaskFailedToStart",
                        stopped_at=task.stopped_at or api.now,
                    )
                )
            elif task.last_status is not TaskStatus.RUNNING:
                tx.put(replace(task, last_status=TaskStatus.RUNNING, started_at=api.now))


@pytest.mark.parametrize("itself", ["false", "true"])
def test_an_update_whose_deployment_fails_goes_back_also_when_ecs_does_so_itself(
    api: Stacking, itself: str
) -> None:
    agreed = {"Capabilities": ["CAPABILITY_IAM"]}
    text = SHOP.replace("DesiredCount: 0", "DesiredCount: 1")
    text = text.replace("Rollback: false", f"Rollback: {itself}").replace(
        """      LoadBalancers:
        - {ContainerName: cats, ContainerPort: 80, TargetGroupArn: !Ref Cats}
""",
        "",
    )
    assert "ContainerName" not in text
    api.cfn("CreateStack", StackName="net", TemplateBody=text, **agreed)
    for _ in range(30):
        _pass(api, 1)
        _live(api, "")
    assert api.stack()["StackStatus"] == "CREATE_COMPLETE"
    doomed = api.physical("Definition").replace(":1", ":2")
    text = text.replace("latest", "broken")
    api.cfn("UpdateStack", StackName="net", TemplateBody=text, **agreed)
    for _ in range(120):
        _pass(api, 1)
        _live(api, doomed)
    assert api.stack()["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert _problems(api)[0].startswith("Service: Error occurred during operation 'ECS Deployment")
    (service,) = api("ecs", "DescribeServices", cluster="shop", services=["cats"])["services"]
    assert service["taskDefinition"] == api.physical("Definition") != doomed
    shown = api("ecs", "DescribeTaskDefinition", taskDefinition=service["taskDefinition"])
    assert shown["taskDefinition"]["containerDefinitions"][0]["image"].endswith("cats:latest")
