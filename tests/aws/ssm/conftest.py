"""A gateway with Systems Manager's operations only."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from seaway.aws.ssm import operations
from tests.aws.wired import Wired


@pytest.fixture
def wired() -> Iterator[Wired]:
    made = Wired(operations(), time.time())
    yield made
    made.close()


@pytest.fixture
def ssm(wired: Wired) -> Any:
    return wired.client("ssm")
