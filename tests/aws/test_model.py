"""What we read of the service models."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from seaway.aws.model import Models, load

ROOT = Path(__file__).resolve().parents[2]


def test_a_service_says_how_it_is_spoken_to() -> None:
    ecs = load("ecs")
    assert ecs.protocols == ("json",)
    assert (ecs.target_prefix, ecs.json_version) == ("AmazonEC2ContainerServiceV20141113", "1.1")
    assert ecs.signing_name == "ecs"
    elbv2 = load("elbv2")
    assert (elbv2.signing_name, elbv2.api_version) == ("elasticloadbalancing", "2015-12-01")
    assert elbv2.operations["CreateRule"].result_wrapper == "CreateRuleResult"
    assert load("cloudwatch").query_compatible


def test_the_newest_of_several_versions_is_read() -> None:
    assert load("ec2", ["DescribeVpcs"]).api_version == "2016-11-15"


def test_only_the_shapes_of_wanted_operations_are_kept() -> None:
    ec2 = Models({"ec2": {"DescribeVpcs"}}).service("ec2")
    assert set(ec2.operations) == {"DescribeVpcs"}
    assert "DescribeVpcsRequest" in ec2.shapes
    assert "Vpc" in ec2.shapes
    assert "RunInstancesRequest" not in ec2.shapes
    assert len(ec2.shapes) < 50
    assert "RunInstances" in ec2.known


def test_a_service_is_read_once() -> None:
    models = Models()
    assert models.service("sts") is models.service("sts")


def test_a_service_without_a_model_is_a_lookup_error() -> None:
    with pytest.raises(LookupError, match="no model"):
        load("no-such-service")


def test_a_wanted_operation_the_model_has_not_is_a_lookup_error() -> None:
    with pytest.raises(LookupError, match="ecs has no operation RunTusk"):
        load("ecs", ["RunTask", "RunTusk"])


def test_members_know_their_names_on_the_wires() -> None:
    filters = load("ec2", ["DescribeVpcs"]).shapes["DescribeVpcsRequest"].members["Filters"]
    assert filters.location_name == "Filter"
    limit = load("ecs").shapes["ListTasksRequest"]
    assert limit.required == ()
    assert load("ecs").shapes["RunTaskRequest"].required == ("taskDefinition",)


def test_the_unsigned_operations_are_known() -> None:
    sts = load("sts")
    assert {op.name for op in sts.operations.values() if op.unsigned} == {
        "AssumeRoleWithSAML",
        "AssumeRoleWithWebIdentity",
    }


def test_reading_models_loads_nothing_else_of_botocore() -> None:
    code = (
        "import sys; from seaway.aws.model import load; load('ecs');"
        "import seaway.aws.gateway;"
        "print([name for name in sys.modules if name.startswith('botocore.')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def _tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("shapes", ROOT / "tools" / "generate_shapes.py")
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    return tool


def test_the_generated_shapes_are_what_the_models_say() -> None:
    tool = _tool()
    for name in tool.WANTED:
        written = tool.path_of(name).read_text()
        assert written == tool.generate(name), f"run tools/generate_shapes.py {name}"


def test_the_generator_asks_for_no_operation_that_does_not_exist() -> None:
    tool = _tool()
    for name in ("ec2", "iam"):
        wanted = tool.WANTED[name]
        assert set(wanted) <= load(name, []).known
