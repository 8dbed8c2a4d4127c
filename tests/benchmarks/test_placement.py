from __future__ import annotations

from benchmarks.figures import Report

from benchmarks import placement


def seen(placed: float = 20.0, memory: float = 500.0, slowest: float = 10.0) -> placement.Seen:
    """A round in which every answer took a millisecond, but some to ListTasks meanwhile."""
    times = (placement.WHILE_PLACED, placement.UNTIL_RUNNING, placement.IDLE)
    answers = {call: {time: [1.0] for time in times} for call in placement.CALLS}
    answers["ListTasks"][placement.WHILE_PLACED] = [1.0] * 9 + [slowest]
    return placement.Seen(placed, placed + 5, placed, 90, memory, 0.5, answers)


def reported(*rounds: placement.Seen) -> Report:
    return placement.report(placement.parser().parse_args([]), list(rounds))


def verdicts(*rounds: placement.Seen) -> list[bool]:
    return [verdict.met for verdict in reported(*rounds).verdicts]


def test_the_median_of_the_rounds_is_held_against_the_design() -> None:
    assert verdicts(seen()) == [True, True, True]
    assert verdicts(seen(placed=31)) == [False, True, True]
    assert verdicts(seen(placed=31), seen(), seen()) == [True, True, True]
    assert verdicts(seen(memory=601)) == [True, False, True]


def test_the_slowest_of_the_calls_is_the_one_that_counts() -> None:
    assert verdicts(seen(slowest=21)) == [True, True, False]
    (_, _, answers) = reported(seen(slowest=21)).tables
    row = ("ListTasks", placement.WHILE_PLACED, "1.00", "21.0", "21")
    assert row in answers.rows


def test_services_share_the_tasks_as_evenly_as_it_goes() -> None:
    assert list(placement.shares(["a", "b", "c"], 8)) == [("a", 3), ("b", 3), ("c", 2)]
