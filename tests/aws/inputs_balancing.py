"""The requests of test_nothing_ignored.py for changes of load balancers and their parts."""

from __future__ import annotations

from tests.aws.inputs import FORWARD, LISTENED, Case, actions, conditions

SHOWN_ELSEWHERE = "the operation that describes it shows it"
_IDENTITY = ("AuthenticateOidcConfig", "AuthenticateCognitoConfig", "JwtValidationConfig")
_FOREIGN = {"Id": "192.168.7.7", "AvailabilityZone": "us-east-1a"}

BALANCING = (
    Case(
        service="elbv2",
        operation="ModifyLoadBalancerAttributes",
        kept={"LoadBalancerArn": SHOWN_ELSEWHERE},
        base={
            "LoadBalancerArn": "{balancer}",
            "Attributes": [{"Key": "idle_timeout.timeout_seconds", "Value": "70"}],
        },
        values={
            "LoadBalancerArn": "{other-balancer}",
            "Attributes[].Key": "client_keep_alive.seconds",
            "Attributes[].Value": "80",
        },
    ),
    Case(
        service="elbv2",
        operation="ModifyTargetGroupAttributes",
        kept={"TargetGroupArn": SHOWN_ELSEWHERE},
        base={
            "TargetGroupArn": "{group-free}",
            "Attributes": [{"Key": "deregistration_delay.timeout_seconds", "Value": "70"}],
        },
        values={
            "TargetGroupArn": "{group-spare}",
            "Attributes[].Key": "slow_start.duration_seconds",
            "Attributes[].Value": "80",
        },
    ),
    Case(
        service="elbv2",
        operation="ModifyListenerAttributes",
        kept={"ListenerArn": SHOWN_ELSEWHERE},
        base={
            "ListenerArn": "{flow-listener}",
            "Attributes": [{"Key": "tcp.idle_timeout.seconds", "Value": "70"}],
        },
        # A listener has one attribute only that may be set: any other key is refused by name.
        refused=("Attributes[].Key",),
        values={
            "ListenerArn": "{other-flow-listener}",
            "Attributes[].Key": "routing.http.response.server.enabled",
            "Attributes[].Value": "80",
        },
    ),
    Case(
        service="elbv2",
        operation="ModifyTargetGroup",
        refused=("HealthCheckEnabled",),
        base={"TargetGroupArn": "{group-free}"},
        values={
            "TargetGroupArn": "{group-spare}",
            "HealthCheckEnabled": False,
            "HealthCheckIntervalSeconds": 9,
            "HealthCheckPath": "/probe",
            "HealthCheckPort": "81",
            "HealthCheckProtocol": "HTTPS",
            "Matcher.HttpCode": "204",
            "Matcher.GrpcCode": "0-12",
        },
        beside={"Matcher.GrpcCode": {"TargetGroupArn": "{group-calls}"}},
    ),
    Case(
        service="elbv2",
        operation="ModifyListener",
        refused=(
            "Certificates[].IsDefault",
            "DefaultActions[].Type",
            *(f"DefaultActions[].{config}" for config in _IDENTITY),
            "MutualAuthentication",
        ),
        base={"ListenerArn": "{listener}", "DefaultActions": FORWARD},
        values={
            "ListenerArn": "{other-listener}",
        }
        | LISTENED,
        beside=actions("DefaultActions")[1]
        | {
            "Protocol": {
                "ListenerArn": "{flow-listener}",
                "DefaultActions": [{"Type": "forward", "TargetGroupArn": "{group-flows}"}],
            },
            "AlpnPolicy": {
                "ListenerArn": "{flow-listener}",
                "Protocol": "TLS",
                "Certificates": [{"CertificateArn": "{certificate-one}"}],
                "DefaultActions": [{"Type": "forward", "TargetGroupArn": "{group-raw}"}],
            },
            "SslPolicy": {"ListenerArn": "{secure-listener}"},
            "Certificates": {"ListenerArn": "{secure-listener}"},
            "MutualAuthentication": {"ListenerArn": "{secure-listener}"},
        },
    ),
    Case(
        service="elbv2",
        operation="ModifyRule",
        refused=(
            "Conditions[].Field",
            "Conditions[].SourceIpConfig.IpAddressType",
            "Actions[].Type",
            *(f"Actions[].{config}" for config in _IDENTITY),
            "Transforms",
        ),
        effectless={"ResetTransforms": "no rule has transforms, so there are none to take away"},
        base={
            "RuleArn": "{rule}",
            "Conditions": [{"Field": "path-pattern", "Values": ["/a"]}],
            "Actions": FORWARD,
        },
        values={
            "RuleArn": "{other-rule}",
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
        service="elbv2",
        operation="SetRulePriorities",
        base={"RulePriorities": [{"RuleArn": "{rule}", "Priority": 77}]},
        values={
            "RulePriorities[].RuleArn": "{other-rule}",
            "RulePriorities[].Priority": 78,
        },
    ),
    Case(
        service="elbv2",
        operation="SetSecurityGroups",
        refused=("EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic",),
        kept={"LoadBalancerArn": SHOWN_ELSEWHERE},
        base={"LoadBalancerArn": "{balancer}", "SecurityGroups": ["{security-group}"]},
        values={
            "LoadBalancerArn": "{other-balancer}",
            "SecurityGroups": ["{default-security-group}"],
        },
    ),
    Case(
        service="elbv2",
        operation="SetSubnets",
        refused=(
            "SubnetMappings[].AllocationId",
            "SubnetMappings[].IPv6Address",
            "SubnetMappings[].SourceNatIpv6Prefix",
            "IpAddressType",
            "EnablePrefixForIpv6SourceNat",
        ),
        kept={"LoadBalancerArn": SHOWN_ELSEWHERE},
        base={"LoadBalancerArn": "{balancer}", "Subnets": ["{subnet-b}", "{subnet-c}"]},
        values={
            "LoadBalancerArn": "{other-balancer}",
            "Subnets": ["{subnet-a}", "{subnet-c}"],
            "SubnetMappings[].SubnetId": "{subnet-a}",
            "SubnetMappings[].PrivateIPv4Address": "10.0.2.77",
        },
        beside={
            "SubnetMappings": {
                "Subnets": None,
                "SubnetMappings": [{"SubnetId": "{subnet-c}"}, {"SubnetId": "{subnet-b}"}],
            },
            "SubnetMappings[].PrivateIPv4Address": {
                "LoadBalancerArn": "{inner-balancer}",
                "Subnets": None,
                "SubnetMappings": [{"SubnetId": "{subnet-c}"}],
            },
        },
    ),
    Case(
        service="elbv2",
        operation="SetIpAddressType",
        refused=("IpAddressType",),
        effectless={"LoadBalancerArn": "ipv4, which is all there is, is what each of them has"},
        base={"LoadBalancerArn": "{balancer}", "IpAddressType": "ipv4"},
        values={"LoadBalancerArn": "{other-balancer}"},
    ),
    Case(
        service="elbv2",
        operation="RegisterTargets",
        refused=("Targets[].QuicServerId",),
        kept=dict.fromkeys(
            ("TargetGroupArn", "Targets[].Id", "Targets[].Port", "Targets[].AvailabilityZone"),
            SHOWN_ELSEWHERE,
        ),
        base={"TargetGroupArn": "{group-addresses}", "Targets": [_FOREIGN]},
        values={
            "TargetGroupArn": "{other-group-addresses}",
            "Targets[].Id": "192.168.7.8",
            "Targets[].AvailabilityZone": "us-east-1b",
        },
    ),
    Case(
        service="elbv2",
        operation="DeregisterTargets",
        refused=("Targets[].QuicServerId",),
        kept=dict.fromkeys(("TargetGroupArn", "Targets[].Id", "Targets[].Port"), SHOWN_ELSEWHERE),
        effectless={
            "Targets[].AvailabilityZone": "a group's target is known by its id and its port"
        },
        base={"TargetGroupArn": "{group-addresses}", "Targets": [{"Id": "192.168.9.1"}]},
        values={
            "TargetGroupArn": "{other-group-addresses}",
            "Targets[].Id": "192.168.9.2",
            "Targets[].Port": 81,
            "Targets[].AvailabilityZone": "us-east-1b",
        },
    ),
)
