"""Elastic Load Balancing's quotas (guide: quotas for your Application Load Balancers)."""

from __future__ import annotations

LOAD_BALANCERS = 50
LISTENERS_PER_LOAD_BALANCER = 50
RULES_PER_LOAD_BALANCER = 100
TARGET_GROUPS = 3000
TARGET_GROUPS_PER_LOAD_BALANCER = 100
TARGET_GROUPS_PER_ACTION = 5
ACTIONS_PER_RULE = 5
VALUES_PER_RULE = 5
WILDCARDS_PER_RULE = 5
TARGETS_PER_GROUP = 1000
TARGETS_PER_LOAD_BALANCER = 1000
TAGS_PER_RESOURCE = 50
CERTIFICATES_PER_LOAD_BALANCER = 25
NETWORK_LOAD_BALANCERS = 50

ACCOUNT = (
    ("target-groups", TARGET_GROUPS),
    ("targets-per-application-load-balancer", TARGETS_PER_LOAD_BALANCER),
    ("listeners-per-application-load-balancer", LISTENERS_PER_LOAD_BALANCER),
    ("rules-per-application-load-balancer", RULES_PER_LOAD_BALANCER),
    ("application-load-balancers", LOAD_BALANCERS),
    ("target-groups-per-action-on-application-load-balancer", TARGET_GROUPS_PER_ACTION),
    ("target-groups-per-application-load-balancer", TARGET_GROUPS_PER_LOAD_BALANCER),
    ("certificates-per-application-load-balancer", CERTIFICATES_PER_LOAD_BALANCER),
    ("network-load-balancers", NETWORK_LOAD_BALANCERS),
    ("certificates-per-network-load-balancer", CERTIFICATES_PER_LOAD_BALANCER),
    ("listeners-per-network-load-balancer", LISTENERS_PER_LOAD_BALANCER),
    ("condition-values-per-alb-rule", VALUES_PER_RULE),
    ("condition-wildcards-per-alb-rule", WILDCARDS_PER_RULE),
)
"""What DescribeAccountLimits lists: the quotas kept here, by AWS's names."""
