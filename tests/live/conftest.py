"""What several live tests stand on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.live.envoy_stage import a_namespace


@pytest.fixture
def namespace() -> Iterator[str]:
    """A network namespace of its own; the path of its file."""
    with a_namespace() as path:
        yield path
