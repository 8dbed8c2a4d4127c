"""Traffic health as a client reads it: samples in, the table out, CloudWatch's API between."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from seaway.cli.traffic import traffic_health
from seaway.core.traffic import Row
from seaway.mesh.figures import points
from tests.aws.observing import Observed
from tests.mesh.test_figures import CATS, SPREAD, Counted, sample


def test_a_callers_and_an_owners_health_are_told_apart(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with Observed(tmp_path_factory.mktemp("traffic"), time.time) as observed:
        now = observed.moment().now
        report = [
            sample(Counted.REQUESTS, 10, at=now),
            sample(Counted.RESPONSES_2XX, 8, at=now),
            sample(Counted.RESPONSES_4XX, 2, at=now),
            sample(Counted.RESPONSE_TIME, SPREAD, at=now),
        ]
        for _ in range(3):
            observed.write(lambda tx: tx.series.put_points(points(report)))
        client = observed.client("cloudwatch")
        at = datetime.fromtimestamp(now, UTC)
        told = {
            service: traffic_health(client, "shop", service, 5, at)
            for service in (CATS.service, CATS.target_service, "other")
        }
    assert told["other"] == []
    for service, direction in ((CATS.service, "outgoing"), (CATS.target_service, "incoming")):
        assert told[service] == [
            Row(
                direction=direction,  # type: ignore[arg-type]
                discovery_name="cats",
                requests=30,
                responses_2xx=24,
                responses_3xx=0,
                responses_4xx=6,
                responses_5xx=0,
                latency_average=8.0,
                latency_maximum=25.0,
            )
        ]
