"""Traffic health from fetched figures."""

from __future__ import annotations

from seaway.core.traffic import Direction, Fetched, Figure, rows


def fetched(direction: Direction, name: str, **figures: list[float]) -> list[Fetched]:
    return [
        Fetched(
            direction=direction, discovery_name=name, figure=Figure[figure.upper()], values=values
        )
        for figure, values in figures.items()
    ]


def test_minutes_add_up_and_latency_is_weighed_by_requests() -> None:
    (row,) = rows(
        fetched(
            Direction.INCOMING,
            "cats",
            requests=[10, 30],
            responses_2xx=[9, 30],
            responses_5xx=[1],
            time_sum=[100, 60],
            time_count=[10, 30],
            time_maximum=[40, 4],
        )
    )
    assert (row.requests, row.responses_2xx, row.responses_4xx, row.responses_5xx) == (40, 39, 0, 1)
    assert (row.latency_average, row.latency_maximum) == (4, 40)


def test_outgoing_requests_are_counted_by_their_answers() -> None:
    (row,) = rows(fetched(Direction.OUTGOING, "dogs", responses_2xx=[3], responses_4xx=[2]))
    assert row.requests == 5
    assert row.latency_average is None


def test_outgoing_requests_over_grpc_are_counted_by_their_times() -> None:
    (row,) = rows(fetched(Direction.OUTGOING, "rpc", time_sum=[8], time_count=[4]))
    assert (row.requests, row.responses_2xx, row.latency_average) == (4, 0, 2)


def test_names_without_traffic_have_no_row_and_incoming_comes_first() -> None:
    found = rows(
        [
            *fetched(Direction.OUTGOING, "b", responses_2xx=[1]),
            *fetched(Direction.OUTGOING, "a", responses_2xx=[1]),
            *fetched(Direction.INCOMING, "c", requests=[1]),
            *fetched(Direction.INCOMING, "idle", requests=[]),
        ]
    )
    assert [(row.direction, row.discovery_name) for row in found] == [
        ("incoming", "c"),
        ("outgoing", "a"),
        ("outgoing", "b"),
    ]
