"""A gateway with Elastic Load Balancing, in a network of three subnets in two zones."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from seaway.aws import elbv2
from tests.aws.elbv2.network import Balancing
from tests.aws.wired import Wired


@pytest.fixture
def lb() -> Iterator[Balancing]:
    wired = Wired(elbv2.operations())
    yield Balancing(wired)
    wired.close()
