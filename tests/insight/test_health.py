"""Traffic health from the points that are kept is what the CloudWatch API would give."""

from __future__ import annotations

import asyncio
from pathlib import Path

from seaway.core.mesh.proxy import Labels, Purpose
from seaway.core.mesh.sample import Metric, Side, Spread, TrafficSample
from seaway.core.traffic import Direction, Row
from seaway.insight.health import traffic_health
from seaway.mesh.figures import points
from seaway.store.series import Series

CATS = Labels(
    purpose=Purpose.CONNECT,
    cluster="shop",
    service="web",
    discovery_name="cats",
    target_cluster="shop",
    target_service="catsvc",
    protocol="http",
)
SPREAD = Spread(10, 80.0, 5.0, 25.0, (5.0, 10.0, 25.0), (0, 8, 2, 0))
COUNTED = {
    Metric.REQUESTS: 12,
    Metric.RESPONSES_2XX: 8,
    Metric.RESPONSES_4XX: 2,
    Metric.RESPONSE_TIME: SPREAD,
}


def test_a_caller_has_outgoing_and_a_target_incoming_traffic(tmp_path: Path) -> None:
    series = Series(tmp_path / "series.db")
    series.open()
    for at in (600.0, 660.0, 60.0):
        series.put_points(
            points(
                TrafficSample(labels=CATS, side=Side.UPSTREAM, metric=metric, value=value, at=at)
                for metric, value in COUNTED.items()
            )
        )
    asyncio.run(series.flushed())
    told = {
        service: traffic_health(series, "shop", service, 3, 700.0)
        for service in ("web", "catsvc", "other")
    }
    series.close()

    def a_row(direction: Direction, requests: int) -> Row:
        return Row(
            direction=direction,
            discovery_name="cats",
            requests=requests,
            responses_2xx=16,
            responses_3xx=0,
            responses_4xx=4,
            responses_5xx=0,
            latency_average=8.0,
            latency_maximum=25.0,
        )

    # A server counts every try, a caller the answers it saw the targets give.
    assert told["web"] == [a_row(Direction.OUTGOING, 20)]
    assert told["catsvc"] == [a_row(Direction.INCOMING, 24)]
    assert told["other"] == []
