"""The requests of test_nothing_ignored.py: for each operation one that works, and probes.

A word in braces stands for something of the test's world: ``{subnet-a}``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

CONTAINER: dict[str, Any] = {
    "name": "web",
    "image": "web:1",
    "memory": 64,
    "portMappings": [{"containerPort": 80, "name": "web"}],
    "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "/web"}},
}
SIDE: dict[str, Any] = {"name": "side", "image": "side:1"}
CONNECT: dict[str, Any] = {
    "enabled": True,
    "namespace": "shop",
    "services": [{"portName": "web", "clientAliases": [{"port": 80}]}],
}
BALANCED = [{"targetGroupArn": "{group-one}", "containerName": "web", "containerPort": 80}]
SPREAD = [{"capacityProvider": "FARGATE_SPOT", "weight": 3}]
NETWORK = {"awsvpcConfiguration": {"subnets": ["{subnet-a}"]}}
STICKINESS = "ForwardConfig.TargetGroupStickinessConfig"
TAGGED = {"tags": [{"key": "owner"}]}


_EXEC_LOG = "configuration.executeCommandConfiguration.logConfiguration"


def actions(name: str) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """Probes of the actions in the member of this name: values, and what stands beside them."""
    values = {
        "ForwardConfig.TargetGroups[].TargetGroupArn": "{group-spare}",
        "RedirectConfig.Protocol": "HTTPS",
        "RedirectConfig.Port": "82",
        "RedirectConfig.Path": "/probe",
        "RedirectConfig.StatusCode": "HTTP_302",
        "FixedResponseConfig.ContentType": "text/css",
        "FixedResponseConfig.StatusCode": "404",
        "TargetGroupArn": "{group-spare}",
        "Type": "fixed-response",
    }
    shares = {"TargetGroups": [{"TargetGroupArn": "{group-free}"}]}
    redirect = {"StatusCode": "HTTP_301", "Port": "81"}
    kept, moved = ({"Enabled": on, "DurationSeconds": 60} for on in (True, False))
    beside = {
        "ForwardConfig": [{"Type": "forward", "ForwardConfig": shares}],
        f"{STICKINESS}.Enabled": [
            {"Type": "forward", "ForwardConfig": shares | {"TargetGroupStickinessConfig": moved}}
        ],
        f"{STICKINESS}.DurationSeconds": [
            {"Type": "forward", "ForwardConfig": shares | {"TargetGroupStickinessConfig": kept}}
        ],
        "RedirectConfig": [{"Type": "redirect", "RedirectConfig": redirect}],
        "FixedResponseConfig": [
            {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "503"}}
        ],
    }
    return (
        {f"{name}[].{path}": value for path, value in values.items()},
        {f"{name}[].{path}": {name: given} for path, given in beside.items()},
    )


def conditions() -> dict[str, dict[str, Any]]:
    """For each config of a condition, the condition that it belongs to."""
    plain = {
        "HostHeaderConfig": ("host-header", {"Values": ["a.example.com"]}),
        "PathPatternConfig": ("path-pattern", {"Values": ["/b"]}),
        "HttpHeaderConfig": ("http-header", {"HttpHeaderName": "a", "Values": ["b"]}),
        "QueryStringConfig": ("query-string", {"Values": [{"Key": "a", "Value": "b"}]}),
        "HttpRequestMethodConfig": ("http-request-method", {"Values": ["GET"]}),
        "SourceIpConfig": ("source-ip", {"Values": ["10.0.0.0/8"]}),
    }
    by_expression = {
        "RegexValues": {"Field": "path-pattern", "RegexValues": ["^/a"]},
        "HostHeaderConfig.RegexValues": {
            "Field": "host-header",
            "HostHeaderConfig": {"RegexValues": ["a"]},
        },
        "PathPatternConfig.RegexValues": {
            "Field": "path-pattern",
            "PathPatternConfig": {"RegexValues": ["a"]},
        },
        "HttpHeaderConfig.RegexValues": {
            "Field": "http-header",
            "HttpHeaderConfig": {"HttpHeaderName": "a", "RegexValues": ["a"]},
        },
    }
    beside = {config: {"Field": field, config: given} for config, (field, given) in plain.items()}
    return {
        f"Conditions[].{config}": {"Conditions": [given]}
        for config, given in (beside | by_expression).items()
    }


LISTENED = {
    "Protocol": "UDP",
    "SslPolicy": "ELBSecurityPolicy-TLS13-1-2-2021-06",
    "Certificates[].CertificateArn": "{certificate-two}",
    "AlpnPolicy": ["HTTP2Only"],
} | actions("DefaultActions")[0]
"""What a listener may be asked to be, whether it is made or changed."""
SECURED = {"Protocol": "HTTPS", "Certificates": [{"CertificateArn": "{certificate-one}"}]}
FORWARD = [{"Type": "forward", "TargetGroupArn": "{group-free}"}]


@dataclass(frozen=True, kw_only=True)
class Case:
    """An operation, a request that works, and what a probe needs beside or instead.

    ``refused`` names what is refused, with all that is in it; ``kept`` what the answer does not
    show, and why; ``effectless`` what changes nothing, on AWS as here, and why. All else is shown.
    ``values`` are for members whose probe can't be just any value; ``beside`` are members that
    a probe needs elsewhere in its request (None takes one out).
    """

    service: str
    operation: str
    base: dict[str, Any]
    refused: tuple[str, ...] = ()
    kept: dict[str, str] = field(default_factory=dict)
    effectless: dict[str, str] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    beside: dict[str, dict[str, Any]] = field(default_factory=dict)


_SERVICE_VALUES: dict[str, Any] = {
    "availabilityZoneRebalancing": "DISABLED",
    "capacityProviderStrategy[].capacityProvider": "FARGATE",
    "deploymentConfiguration.deploymentCircuitBreaker.resetOnHealthyTask": False,
    "deploymentConfiguration.deploymentCircuitBreaker.thresholdConfiguration.type": "COUNT",
    "deploymentConfiguration.deploymentCircuitBreaker.thresholdConfiguration.value": 60,
    "deploymentConfiguration.lifecycleHooks[].lifecycleStages": ["POST_SCALE_UP"],
    "deploymentConfiguration.lifecycleHooks[].targetType": "AWS_LAMBDA",
    "deploymentConfiguration.lifecycleHooks[].hookDetails": {"url": "/"},
    "deploymentConfiguration.lifecycleHooks[].timeoutConfiguration.action": "CONTINUE",
    "deploymentConfiguration.linearConfiguration.stepPercent": 20.0,
    "deploymentConfiguration.strategy": "BLUE_GREEN",
    "deploymentConfiguration.maximumPercent": 300,
    "deploymentConfiguration.minimumHealthyPercent": 50,
    "desiredCount": 3,
    "monitoring.metricConfigurations[].resolutionSeconds": 20,
    "monitoring.metricConfigurations[].metricNames": ["CPUUtilization"],
    "loadBalancers[].containerPort": 81,
    "loadBalancers[].containerName": "side",
    "loadBalancers[].targetGroupArn": "{group-two}",
    "loadBalancers[].advancedConfiguration.alternateTargetGroupArn": "{group-two}",
    "networkConfiguration.awsvpcConfiguration.assignPublicIp": "ENABLED",
    "networkConfiguration.awsvpcConfiguration.securityGroups": ["{security-group}"],
    "networkConfiguration.awsvpcConfiguration.subnets": ["{subnet-b}"],
    "placementConstraints[].type": "distinctInstance",
    "placementConstraints[].expression": "task:group != service:other",
    "placementStrategy[].field": "host",
    "placementStrategy[].type": "random",
    "platformVersion": "1.4.0",
    "propagateTags": "SERVICE",
    "serviceRegistries[].containerName": "web",
    "serviceRegistries[].containerPort": 81,
    "serviceRegistries[].port": 81,
    "serviceRegistries[].registryArn": "{other-names-arn}",
    "serviceConnectConfiguration.accessLogConfiguration.format": "JSON",
    "serviceConnectConfiguration.enabled": False,
    "serviceConnectConfiguration.logConfiguration.logDriver": "json-file",
    "serviceConnectConfiguration.logConfiguration.options": {"awslogs-group": "/proxy"},
    "serviceConnectConfiguration.namespace": "other",
    "serviceConnectConfiguration.services[].clientAliases[].port": 81,
    "serviceConnectConfiguration.services[].portName": "admin",
    "serviceConnectConfiguration.services[].tls.issuerCertificateAuthority.awsPcaAuthorityArn": (
        "{authority}"
    ),
    "taskDefinition": "other",
}
_SERVICE_REFUSED = (
    "loadBalancers[].loadBalancerName",
    "deploymentConfiguration.earlySuccessCriteria",
    "schedulingStrategy",
    "deploymentController.type",
    "serviceConnectConfiguration.logConfiguration.logDriver",
    "serviceConnectConfiguration.logConfiguration.secretOptions",
    "volumeConfigurations",
    "vpcLatticeConfigurations",
    "gatewayConnectors",
    "monitoring",
)
_CABLED = {"taskDefinition": "cabled", "networkConfiguration": NETWORK}
_AWSLOGGED = CONNECT | {
    "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "/web"}}
}
_HOOK = {"lifecycleStages": ["PRE_SCALE_UP"], "hookTargetArn": "check"}
_ONE_HOOK = {
    "deploymentConfiguration.lifecycleHooks[].targetType": "it is AWS_LAMBDA anyway; PAUSE "
    "excludes what stands beside it here"
}
_BREAKER = {"enable": True, "rollback": True}
_PERCENTS = {"thresholdConfiguration": {"type": "BOUNDED_PERCENT", "value": 40}}
_ALARMS = {"alarmNames": ["errors"], "enable": False, "rollback": False}
_SERVICE_BESIDE: dict[str, dict[str, Any]] = {
    "deploymentConfiguration.strategy": {"deploymentConfiguration": {"bakeTimeInMinutes": 1}},
    "deploymentConfiguration.lifecycleHooks": {
        "deploymentConfiguration": {"lifecycleHooks": [_HOOK]}
    },
    "deploymentConfiguration.linearConfiguration": {
        "deploymentConfiguration": {"strategy": "LINEAR"}
    },
    "deploymentConfiguration.canaryConfiguration": {
        "deploymentConfiguration": {"strategy": "CANARY"}
    },
    "deploymentConfiguration.alarms": {"deploymentConfiguration": {"alarms": _ALARMS}},
    "deploymentConfiguration.deploymentCircuitBreaker.thresholdConfiguration": {
        "deploymentConfiguration": {"deploymentCircuitBreaker": _BREAKER | _PERCENTS}
    },
    "capacityProviderStrategy": _CABLED | {"capacityProviderStrategy": SPREAD},
    "healthCheckGracePeriodSeconds": {"loadBalancers": BALANCED},
    "loadBalancers": {"loadBalancers": BALANCED},
    "networkConfiguration": _CABLED,
    "networkConfiguration.awsvpcConfiguration.assignPublicIp": _CABLED
    | {"capacityProviderStrategy": SPREAD},
    "placementStrategy[].field": {"placementStrategy": [{"type": "spread", "field": "instanceId"}]},
    "placementConstraints": {
        "placementConstraints": [{"type": "memberOf", "expression": "attribute:a !exists"}]
    },
    "placementConstraints[].type": {"placementConstraints": []},
    "platformVersion": _CABLED | {"capacityProviderStrategy": SPREAD},
    "serviceConnectConfiguration": {"serviceConnectConfiguration": CONNECT},
    "serviceConnectConfiguration.accessLogConfiguration": {
        "serviceConnectConfiguration": _AWSLOGGED | {"accessLogConfiguration": {"format": "TEXT"}}
    },
    "serviceConnectConfiguration.services[].tls": _CABLED
    | {"serviceConnectConfiguration": CONNECT},
    "serviceConnectConfiguration.logConfiguration": {"serviceConnectConfiguration": _AWSLOGGED},
    "serviceRegistries": _CABLED | {"serviceRegistries": [{"registryArn": "{names-arn}"}]},
    "tags": TAGGED,
}

CASES = (
    Case(
        service="ecs",
        operation="RegisterTaskDefinition",
        refused=(
            "containerDefinitions[].resourceRequirements[].type",
            "containerDefinitions[].resourceRequirements[].sharingStrategy",
            "containerDefinitions[].credentialSpecs",
            "volumes[].efsVolumeConfiguration",
            "volumes[].s3filesVolumeConfiguration",
            "volumes[].fsxWindowsFileServerVolumeConfiguration",
            "volumes[].configuredAtLaunch",
            "proxyConfiguration",
            "inferenceAccelerators",
            "enableFaultInjection",
            "trustedExecutionConfiguration",
        ),
        effectless={
            "containerDefinitions[].environmentFiles[].type": "s3 is the only one",
            "placementConstraints[].type": "memberOf is the only one",
        },
        base={
            "family": "new",
            "cpu": "256",
            "memory": "512",
            "executionRoleArn": "execution",
            "containerDefinitions": [CONTAINER, SIDE],
            "volumes": [{"name": "data"}, {"name": "more"}],
        },
        values={
            "containerDefinitions[].dependsOn[].condition": "COMPLETE",
            "containerDefinitions[].dependsOn[].containerName": "more",
            "containerDefinitions[].essential": False,
            "containerDefinitions[].healthCheck.interval": 9,
            "containerDefinitions[].linuxParameters.capabilities.add": ["NET_ADMIN"],
            "containerDefinitions[].linuxParameters.capabilities.drop": ["NET_RAW"],
            "containerDefinitions[].linuxParameters.devices[].hostPath": "/dev/fuse",
            "containerDefinitions[].linuxParameters.devices[].permissions": ["read"],
            "containerDefinitions[].linuxParameters.tmpfs[].containerPath": "/probe",
            "containerDefinitions[].linuxParameters.tmpfs[].mountOptions": ["noexec"],
            "containerDefinitions[].links": ["side"],
            "containerDefinitions[].dockerSecurityOptions": ["no-new-privileges"],
            "containerDefinitions[].environmentFiles[].value": "arn:aws:s3:::files/probe.env",
            "containerDefinitions[].firelensConfiguration.type": "fluentd",
            "containerDefinitions[].firelensConfiguration.options": {
                "enable-ecs-log-metadata": "false"
            },
            "containerDefinitions[].logConfiguration.logDriver": "json-file",
            "containerDefinitions[].logConfiguration.options": {"awslogs-group": "/other"},
            "containerDefinitions[].memory": 70,
            "containerDefinitions[].mountPoints[].sourceVolume": "more",
            "containerDefinitions[].mountPoints[].containerPath": "/probe",
            "containerDefinitions[].portMappings[].appProtocol": "http",
            "containerDefinitions[].portMappings[].containerPortRange": "80-90",
            "containerDefinitions[].resourceRequirements[].value": "2",
            "containerDefinitions[].restartPolicy.enabled": False,
            "containerDefinitions[].restartPolicy.restartAttemptPeriod": 90,
            "volumes[].dockerVolumeConfiguration.scope": "task",
            "placementConstraints[].expression": "attribute:ecs.os-type exists",
            "containerDefinitions[].systemControls[].namespace": "net.core.somaxconn",
            "containerDefinitions[].volumesFrom[].sourceContainer": "more",
            "cpu": "512",
            "ephemeralStorage.sizeInGiB": 30,
            "memory": "1024",
            "networkMode": "host",
            "requiresCompatibilities": ["EC2"],
            "runtimePlatform.cpuArchitecture": "ARM64",
            "runtimePlatform.operatingSystemFamily": "LINUX",
        },
        beside={
            "tags": TAGGED,
            "containerDefinitions[].dependsOn": {
                "containerDefinitions": [
                    CONTAINER | {"dependsOn": [{"containerName": "side", "condition": "START"}]},
                    {"name": "side", "image": "side:1", "essential": False},
                    {"name": "more", "image": "side:1"},
                ]
            },
            "containerDefinitions[].mountPoints": {
                "containerDefinitions": [
                    CONTAINER | {"mountPoints": [{"sourceVolume": "data", "containerPath": "/a"}]},
                    SIDE,
                ]
            },
            "containerDefinitions[].environment": {
                "containerDefinitions": [CONTAINER | {"environment": [{"name": "COLOUR"}]}]
            },
            "containerDefinitions[].environmentFiles": {
                "containerDefinitions": [
                    CONTAINER
                    | {"environmentFiles": [{"type": "s3", "value": "arn:aws:s3:::files/a.env"}]}
                ]
            },
            "containerDefinitions[].firelensConfiguration": {
                "containerDefinitions": [
                    CONTAINER | {"firelensConfiguration": {"type": "fluentbit"}},
                    SIDE | {"logConfiguration": {"logDriver": "awsfirelens"}},
                ]
            },
            "containerDefinitions[].logConfiguration.secretOptions": {
                "containerDefinitions": [
                    CONTAINER
                    | {
                        "logConfiguration": {
                            "logDriver": "splunk",
                            "options": {"splunk-url": "https://logs", "splunk-token": "t"},
                        }
                    }
                ]
            },
            "containerDefinitions[].resourceRequirements": {
                "containerDefinitions": [
                    CONTAINER | {"resourceRequirements": [{"type": "GPU", "value": "1"}]}
                ]
            },
            "containerDefinitions[].linuxParameters.devices": {
                "containerDefinitions": [
                    CONTAINER | {"linuxParameters": {"devices": [{"hostPath": "/dev/null"}]}}
                ]
            },
            "containerDefinitions[].linuxParameters.tmpfs": {
                "containerDefinitions": [
                    CONTAINER | {"linuxParameters": {"tmpfs": [{"containerPath": "/a", "size": 1}]}}
                ]
            },
            "containerDefinitions[].portMappings[].containerPortRange": {
                "containerDefinitions": [
                    CONTAINER | {"portMappings": [{"containerPortRange": "80-81"}]}
                ]
            },
            "containerDefinitions[].restartPolicy": {
                "containerDefinitions": [CONTAINER | {"restartPolicy": {"enabled": True}}]
            },
            "containerDefinitions[].systemControls": {
                "containerDefinitions": [
                    CONTAINER
                    | {"systemControls": [{"namespace": "kernel.msgmax", "value": "8192"}]}
                ]
            },
            "containerDefinitions[].volumesFrom": {
                "containerDefinitions": [
                    CONTAINER | {"volumesFrom": [{"sourceContainer": "side"}]},
                    SIDE,
                    {"name": "more", "image": "side:1"},
                ]
            },
            "placementConstraints": {
                "placementConstraints": [
                    {"type": "memberOf", "expression": "attribute:ecs.os-type == linux"}
                ]
            },
            "volumes[].dockerVolumeConfiguration": {
                "volumes": [{"name": "data", "dockerVolumeConfiguration": {"scope": "shared"}}]
            },
        },
    ),
    Case(
        service="ecs",
        operation="CreateService",
        refused=_SERVICE_REFUSED,
        kept={
            "clientToken": "CreateService is idempotent by it; no answer shows it",
            "role": "the answer shows the service-linked role",
        },
        effectless=_ONE_HOOK,
        base={"serviceName": "new", "taskDefinition": "web", "desiredCount": 1},
        values=_SERVICE_VALUES | {"cluster": "fargate", "launchType": "FARGATE"},
        beside=_SERVICE_BESIDE | {"launchType": _CABLED},
    ),
    Case(
        service="ecs",
        operation="UpdateService",
        refused=_SERVICE_REFUSED,
        effectless=_ONE_HOOK,
        base={"service": "there"},
        values=_SERVICE_VALUES | {"cluster": "fargate", "service": "elsewhere"},
        beside=_SERVICE_BESIDE,
    ),
    Case(
        service="ecs",
        operation="RunTask",
        refused=(
            "overrides.containerOverrides[].resourceRequirements[].type",
            "overrides.containerOverrides[].resourceRequirements[].sharingStrategy",
            "overrides.inferenceAcceleratorOverrides",
            "volumeConfigurations",
        ),
        kept={
            "networkConfiguration.awsvpcConfiguration.securityGroups": "its interface has them",
            "networkConfiguration.awsvpcConfiguration.assignPublicIp": "the task remembers it",
            "overrides.containerOverrides[].name": "which container is overridden",
            "placementConstraints[].type": "placement goes by it",
            "placementConstraints[].expression": "placement goes by it",
            "placementStrategy[].type": "placement goes by it",
            "placementStrategy[].field": "placement goes by it",
            "clientToken": "RunTask is idempotent by it; no answer shows it",
            "referenceId": "AWS's own use; the task remembers it",
        },
        effectless={
            "platformVersion": "LATEST is 1.4.0",
            "overrides.containerOverrides[].environmentFiles[].type": "s3 is the only one",
        },
        base={"taskDefinition": "web", "clientToken": "one"},
        values=_SERVICE_VALUES
        | {
            "cluster": "fargate",
            "count": 2,
            "launchType": "FARGATE",
            "overrides.containerOverrides[].name": "side",
            "overrides.containerOverrides[].memory": 70,
            "overrides.containerOverrides[].environmentFiles[].value": "arn:aws:s3:::files/b.env",
            "overrides.containerOverrides[].resourceRequirements[].value": "0",
            "overrides.ephemeralStorage.sizeInGiB": 30,
            "overrides.cpu": "512",
            "overrides.memory": "1024",
            "propagateTags": "TASK_DEFINITION",
        },
        beside=_SERVICE_BESIDE
        | {
            "capacityProviderStrategy": _CABLED
            | {
                "count": 4,
                "capacityProviderStrategy": [
                    {"capacityProvider": "FARGATE_SPOT", "weight": 1},
                    {"capacityProvider": "FARGATE", "weight": 1},
                ],
            },
            "capacityProviderStrategy[].capacityProvider": _CABLED
            | {"capacityProviderStrategy": SPREAD},
            "launchType": _CABLED,
            "overrides.containerOverrides": {
                "overrides": {"containerOverrides": [{"name": "web"}]}
            },
            "overrides.containerOverrides[].environment": {
                "overrides": {
                    "containerOverrides": [{"name": "web", "environment": [{"name": "COLOUR"}]}]
                }
            },
            "overrides.containerOverrides[].environmentFiles": {
                "overrides": {
                    "containerOverrides": [
                        {
                            "name": "web",
                            "environmentFiles": [
                                {"type": "s3", "value": "arn:aws:s3:::files/a.env"}
                            ],
                        }
                    ]
                }
            },
            "overrides.containerOverrides[].resourceRequirements": {
                "overrides": {
                    "containerOverrides": [
                        {
                            "name": "web",
                            "resourceRequirements": [{"type": "GPU", "value": "1"}],
                        }
                    ]
                }
            },
            "overrides.ephemeralStorage": _CABLED | {"launchType": "FARGATE"},
        },
    ),
    Case(
        service="ecs",
        operation="CreateCluster",
        refused=(
            "settings[].name",
            "configuration.managedStorageConfiguration",
            "configuration.executeCommandConfiguration.kmsKeyId",
            f"{_EXEC_LOG}.cloudWatchEncryptionEnabled",
            f"{_EXEC_LOG}.s3EncryptionEnabled",
        ),
        base={"clusterName": "new"},
        values={
            "capacityProviders": ["FARGATE"],
            "defaultCapacityProviderStrategy[].capacityProvider": "FARGATE",
            "settings[].name": "probe",
            "settings[].value": "enabled",
            "serviceConnectDefaults.namespace": "shop",
            "configuration.executeCommandConfiguration.logging": "NONE",
        },
        beside={
            "tags": TAGGED,
            _EXEC_LOG: {
                "configuration": {
                    "executeCommandConfiguration": {
                        "logging": "OVERRIDE",
                        "logConfiguration": {"cloudWatchLogGroupName": "/exec"},
                    }
                }
            },
            "defaultCapacityProviderStrategy": {
                "capacityProviders": ["FARGATE", "FARGATE_SPOT"],
                "defaultCapacityProviderStrategy": SPREAD,
            },
            "settings": {"settings": [{"name": "containerInsights", "value": "disabled"}]},
        },
    ),
    Case(
        service="ecs",
        operation="CreateCapacityProvider",
        refused=(
            "cluster",
            "managedInstancesProvider",
        ),
        base={"name": "new", "autoScalingGroupProvider": {"autoScalingGroupArn": "{machines}"}},
        values={
            "autoScalingGroupProvider.autoScalingGroupArn": "{others}",
            "autoScalingGroupProvider.managedScaling.status": "ENABLED",
            "autoScalingGroupProvider.managedDraining": "DISABLED",
            "autoScalingGroupProvider.managedTerminationProtection": "ENABLED",
        },
        beside={
            "tags": TAGGED,
            "autoScalingGroupProvider.managedTerminationProtection": {
                "autoScalingGroupProvider": {
                    "autoScalingGroupArn": "{machines}",
                    "managedScaling": {"status": "ENABLED"},
                }
            },
        },
    ),
    Case(
        service="elbv2",
        operation="CreateTargetGroup",
        refused=(
            "HealthCheckEnabled",
            "IpAddressType",
            "TargetControlPort",
        ),
        kept={
            "Tags": "DescribeTags shows them",
        },
        base={"Name": "new", "Protocol": "HTTP", "Port": 80, "VpcId": "{vpc}"},
        values={
            "HealthCheckEnabled": False,
            "HealthCheckIntervalSeconds": 9,
            "HealthCheckPath": "/probe",
            "HealthCheckPort": "81",
            "HealthCheckProtocol": "HTTPS",
            "Matcher.HttpCode": "204",
            "Matcher.GrpcCode": "0-12",
            "Protocol": "HTTPS",
            "ProtocolVersion": "GRPC",
            "TargetType": "ip",
            "VpcId": "{other-vpc}",
        },
        beside={"Matcher.GrpcCode": {"ProtocolVersion": "GRPC"}},
    ),
    Case(
        service="elbv2",
        operation="CreateLoadBalancer",
        refused=(
            "SubnetMappings[].AllocationId",
            "SubnetMappings[].PrivateIPv4Address",
            "SubnetMappings[].IPv6Address",
            "SubnetMappings[].SourceNatIpv6Prefix",
            "IpAddressType",
            "CustomerOwnedIpv4Pool",
            "EnablePrefixForIpv6SourceNat",
            "IpamPools",
        ),
        kept={
            "Tags": "DescribeTags shows them",
        },
        base={"Name": "new", "Subnets": ["{subnet-a}", "{subnet-b}"]},
        values={
            "CustomerOwnedIpv4Pool": "ipv4pool-coip-1",
            "IpamPools.Ipv4IpamPoolId": "ipam-pool-1",
            "Scheme": "internal",
            "SecurityGroups": ["{security-group}"],
            "SubnetMappings[].SubnetId": "{subnet-a}",
            "Subnets": ["{subnet-b}", "{subnet-c}"],
            "Type": "network",
        },
        beside={
            "SubnetMappings": {
                "Subnets": None,
                "SubnetMappings": [{"SubnetId": "{subnet-c}"}, {"SubnetId": "{subnet-b}"}],
            }
        },
    ),
    Case(
        service="elbv2",
        operation="CreateListener",
        refused=(
            "Certificates[].IsDefault",
            "DefaultActions[].Type",
            "DefaultActions[].AuthenticateOidcConfig",
            "DefaultActions[].AuthenticateCognitoConfig",
            "DefaultActions[].JwtValidationConfig",
            "MutualAuthentication",
        ),
        kept={
            "Tags": "DescribeTags shows them",
        },
        base={
            "LoadBalancerArn": "{balancer}",
            "Protocol": "HTTP",
            "Port": 81,
            "DefaultActions": FORWARD,
        },
        values={
            "LoadBalancerArn": "{other-balancer}",
        }
        | LISTENED,
        beside=actions("DefaultActions")[1]
        | {
            "Protocol": {
                "LoadBalancerArn": "{network-balancer}",
                "Protocol": "TCP",
                "DefaultActions": [{"Type": "forward", "TargetGroupArn": "{group-flows}"}],
            },
            "AlpnPolicy": {
                "LoadBalancerArn": "{network-balancer}",
                "Protocol": "TLS",
                "Certificates": [{"CertificateArn": "{certificate-one}"}],
                "DefaultActions": [{"Type": "forward", "TargetGroupArn": "{group-raw}"}],
            },
            "SslPolicy": SECURED,
            "Certificates": SECURED,
        },
    ),
    Case(
        service="elbv2",
        operation="CreateRule",
        refused=(
            "Conditions[].Field",
            "Conditions[].SourceIpConfig.IpAddressType",
            "Actions[].Type",
            "Actions[].AuthenticateOidcConfig",
            "Actions[].AuthenticateCognitoConfig",
            "Actions[].JwtValidationConfig",
            "Transforms",
        ),
        kept={
            "Tags": "DescribeTags shows them",
        },
        base={
            "ListenerArn": "{listener}",
            "Priority": 5,
            "Conditions": [{"Field": "path-pattern", "Values": ["/a"]}],
            "Actions": FORWARD,
        },
        values={
            "ListenerArn": "{other-listener}",
            "Conditions[].HostHeaderConfig.Values": ["b.example.com"],
            "Conditions[].HttpRequestMethodConfig.Values": ["POST"],
            "Conditions[].PathPatternConfig.Values": ["/probe"],
            "Conditions[].SourceIpConfig.Values": ["11.0.0.0/8"],
            "Conditions[].Values": ["/probe"],
        }
        | actions("Actions")[0],
        beside=actions("Actions")[1] | conditions(),
    ),
    Case(
        service="servicediscovery",
        operation="RegisterInstance",
        kept={
            "ServiceId": "GetInstance shows it",
            "InstanceId": "GetInstance shows it",
            "CreatorRequestId": "GetInstance shows it",
            "Attributes": "GetInstance shows it",
        },
        base={
            "ServiceId": "{names}",
            "InstanceId": "one",
            "Attributes": {"AWS_INSTANCE_IPV4": "10.0.0.9"},
        },
        values={
            "Attributes": {"AWS_INSTANCE_IPV4": "10.0.0.10"},
            "ServiceId": "{other-names}",
        },
    ),
    Case(
        service="servicediscovery",
        operation="CreateService",
        base={"Name": "new", "NamespaceId": "{namespace}"},
        values={
            "NamespaceId": "{other-namespace}",
            "DnsConfig.NamespaceId": "{dns-namespace}",
            "DnsConfig.DnsRecords[].Type": "AAAA",
            "HealthCheckConfig.Type": "HTTPS",
        },
        beside={
            "HealthCheckConfig": {"HealthCheckConfig": {"Type": "HTTP"}},
            "DnsConfig": {
                "NamespaceId": "{dns-namespace}",
                "DnsConfig": {"DnsRecords": [{"Type": "A", "TTL": 60}]},
            },
        },
    ),
)
