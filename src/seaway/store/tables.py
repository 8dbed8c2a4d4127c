"""The nouns the store keeps: each with its key and the fields it can be looked up by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from seaway.core.account_setting import AccountSetting
from seaway.core.alarm import Alarm, AlarmHistory
from seaway.core.authority import CertificateAuthority, IssuedCertificate
from seaway.core.balancer import Listener, LoadBalancer, Rule, Target, TargetGroup
from seaway.core.buckets import Bucket, MultipartUpload, StoredObject, UploadPart
from seaway.core.bus import Announced, BusEvent, Delivery, EventBus, EventRule, EventTarget
from seaway.core.capacity import ContainerInstance, Host
from seaway.core.certificates import ProxyCertificate
from seaway.core.cluster import CapacityProvider, Cluster
from seaway.core.compute import (
    AutoScalingGroup,
    Instance,
    KeyPair,
    LaunchConfiguration,
    LaunchTemplate,
    LaunchTemplateVersion,
    ScalingActivity,
)
from seaway.core.discovery import (
    DiscoveryOperation,
    DiscoveryService,
    NamedEndpoint,
    Namespace,
    Registration,
)
from seaway.core.exec_session import ExecSession
from seaway.core.functions import Function, FunctionCode, QueuedCall
from seaway.core.identity import Credential, InstanceProfile, Policy, Role
from seaway.core.launch import Launch
from seaway.core.logs import LogGroup
from seaway.core.managed_certificate import ManagedCertificate
from seaway.core.network import NetworkInterface, Subnet, Vpc
from seaway.core.parameters import Parameter
from seaway.core.repository import Image, ImageTag, InstallationSecret, Layer, Repository
from seaway.core.routing import (
    DefaultNetwork,
    DhcpOptions,
    ElasticAddress,
    InternetGateway,
    NatGateway,
    NetworkAcl,
    RouteTable,
    RouteTableAssociation,
    SecurityGroup,
    SecurityGroupRule,
)
from seaway.core.scaling import CountChange, ScalableTarget, ScalingPolicy, ScheduledScaling
from seaway.core.scheduler import ScheduledCall, ScheduleGroup
from seaway.core.service import Deployment, RevisionTraffic, Service, ServiceEvent
from seaway.core.service_deployment import HookRun, ServiceDeployment
from seaway.core.stack import ChangeSet, Stack, StackEvent, StackResource
from seaway.core.stored_secrets import StoredSecret
from seaway.core.task import Task
from seaway.core.task_definition import TaskDefinition
from seaway.core.zone import ServedResolver


@dataclass(frozen=True, slots=True)
class Table:
    """Where one noun is kept: the field that is its key, the fields that are indexed."""

    noun: type[Any]
    key: str
    indexes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The table's name in the database: the noun's."""
        return self.noun.__name__


TABLES: tuple[Table, ...] = (
    # ECS
    Table(Cluster, "arn"),
    Table(CapacityProvider, "arn", ("name", "group")),
    Table(TaskDefinition, "arn", ("family",)),
    Table(Service, "arn", ("cluster", "status")),
    Table(Deployment, "id", ("service", "task_definition")),
    Table(ServiceEvent, "id", ("service",)),
    Table(RevisionTraffic, "service"),
    Table(ServiceDeployment, "number", ("service", "status")),
    Table(HookRun, "id", ("deployment", "status")),
    Table(Task, "arn", ("cluster", "service", "deployment", "instance", "host", "subnet")),
    Table(ContainerInstance, "arn", ("cluster", "instance_id", "host")),
    Table(Host, "id"),
    Table(AccountSetting, "key", ("region", "principal")),
    Table(Launch, "key"),
    Table(ExecSession, "id"),
    # networks
    Table(Vpc, "id"),
    Table(Subnet, "id", ("vpc",)),
    Table(NetworkInterface, "id", ("subnet", "vpc", "holder")),
    Table(DefaultNetwork, "place"),
    Table(DhcpOptions, "id"),
    Table(NetworkAcl, "id", ("vpc",)),
    Table(SecurityGroup, "id", ("vpc",)),
    Table(SecurityGroupRule, "id", ("group", "peer")),
    Table(RouteTable, "id", ("vpc",)),
    Table(RouteTableAssociation, "id", ("table", "vpc", "subnet")),
    Table(InternetGateway, "id", ("vpc",)),
    Table(NatGateway, "id", ("vpc",)),
    Table(ElasticAddress, "allocation", ("interface",)),
    # machines
    Table(Instance, "id", ("group", "vpc", "reservation")),
    Table(KeyPair, "key"),
    Table(LaunchTemplate, "id", ("name",)),
    Table(LaunchTemplateVersion, "key", ("template",)),
    Table(LaunchConfiguration, "arn", ("name",)),
    Table(AutoScalingGroup, "arn", ("name",)),
    Table(ScalingActivity, "id", ("group",)),
    # identity
    Table(Role, "arn", ("name",)),
    Table(Policy, "arn"),
    Table(InstanceProfile, "arn"),
    Table(Credential, "access_key"),
    # CloudFormation
    Table(Stack, "id", ("name",)),
    Table(StackResource, "key", ("stack",)),
    Table(StackEvent, "id", ("stack",)),
    Table(ChangeSet, "id", ("stack",)),
    # Cloud Map and Service Connect
    Table(Namespace, "arn", ("id", "name")),
    Table(DiscoveryService, "arn", ("id", "namespace", "owner")),
    Table(Registration, "key", ("service", "task")),
    Table(NamedEndpoint, "discovery", ("namespace", "service")),
    Table(DiscoveryOperation, "id", ("request",)),
    Table(ServedResolver, "key", ("host",)),
    # certificates
    Table(CertificateAuthority, "arn"),
    Table(IssuedCertificate, "arn", ("authority",)),
    Table(ProxyCertificate, "name", ("holder",)),
    Table(ManagedCertificate, "arn", ("domain",)),
    # CloudWatch Logs
    Table(LogGroup, "arn", ("name", "region")),
    # CloudWatch alarms and EventBridge
    Table(Alarm, "arn", ("name",)),
    Table(AlarmHistory, "id", ("alarm",)),
    # Application Auto Scaling
    Table(ScalableTarget, "service"),
    Table(ScalingPolicy, "arn", ("service",)),
    Table(ScheduledScaling, "arn", ("service",)),
    Table(CountChange, "id", ("service",)),
    Table(BusEvent, "id"),
    Table(EventBus, "arn"),
    Table(EventRule, "arn", ("bus",)),
    Table(EventTarget, "key", ("rule",)),
    Table(Delivery, "id"),
    Table(Announced, "subject"),
    Table(ScheduleGroup, "arn"),
    Table(ScheduledCall, "arn", ("group",)),
    # Elastic Load Balancing
    Table(LoadBalancer, "arn", ("name", "vpc")),
    Table(Listener, "arn", ("load_balancer",)),
    Table(Rule, "arn", ("listener",)),
    Table(TargetGroup, "arn", ("name",)),
    Table(Target, "key", ("target_group", "task")),
    # parameters, secrets, objects
    Table(Parameter, "key", ("region",)),
    Table(StoredSecret, "arn", ("name", "region")),
    Table(Bucket, "name"),
    Table(StoredObject, "key", ("bucket",)),
    Table(MultipartUpload, "id", ("bucket",)),
    Table(UploadPart, "key", ("upload",)),
    # functions
    Table(Function, "arn", ("region", "code")),
    Table(FunctionCode, "id"),
    Table(QueuedCall, "id"),
    # image registry
    Table(Repository, "arn", ("registry",)),
    Table(Layer, "key", ("repository", "digest")),
    Table(Image, "key", ("repository", "subject")),
    Table(ImageTag, "key", ("repository", "image")),
    Table(InstallationSecret, "id"),
)
