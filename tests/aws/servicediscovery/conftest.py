"""A gateway with Cloud Map, and one VPC."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from seaway.aws import servicediscovery
from tests.aws.servicediscovery.mapping import Mapping
from tests.aws.wired import Wired


@pytest.fixture
def sd() -> Iterator[Mapping]:
    wired = Wired(servicediscovery.operations())
    yield Mapping(wired)
    wired.close()
