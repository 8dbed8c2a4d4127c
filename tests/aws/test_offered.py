"""Services are loaded when they are asked for, and no package is forgotten."""

from __future__ import annotations

import importlib
import pkgutil
import subprocess
import sys

import pytest

from seaway import aws
from seaway.aws.offered import PACKAGES, Offered

LOOK = """
import sys
from seaway.app import Seaway
from seaway.aws.offered import PACKAGES, Offered
offered = Offered()
assert "ecs" in offered and "dynamodb" not in offered and len(offered) == len(PACKAGES)
before = {name for name in PACKAGES.values() if name in sys.modules}
offered["ssm"]
after = {name for name in PACKAGES.values() if name in sys.modules}
print(sorted(before), sorted(after - before), "seaway.reconcile" in sys.modules)
"""


@pytest.mark.parametrize("service", PACKAGES)
def test_a_package_answers_its_service_and_no_other(service: str) -> None:
    found = importlib.import_module(PACKAGES[service]).operations()
    assert {handler.service for handler in found} == {service}
    assert set(Offered()[service]) == {handler.name for handler in found}


def test_every_package_with_operations_is_offered() -> None:
    with_operations = {
        f"seaway.aws.{found.name}"
        for found in pkgutil.iter_modules(aws.__path__)
        if found.ispkg
        and hasattr(importlib.import_module(f"seaway.aws.{found.name}"), "operations")
    }
    assert with_operations == set(PACKAGES.values())


def test_the_app_loads_a_service_when_it_is_looked_at_and_its_loops_after_the_start() -> None:
    said = subprocess.run(
        [sys.executable, "-c", LOOK], capture_output=True, text=True, check=True
    ).stdout
    # Every call asks STS whose keys it was signed with.
    assert said.split("\n")[0] == "['seaway.aws.sts'] ['seaway.aws.ssm'] False"
