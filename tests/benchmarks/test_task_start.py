from __future__ import annotations

from benchmarks.figures import Report

from benchmarks import task_start


def reported(**changed: list[float]) -> Report:
    """A report on rounds in which docker run takes 0.2 and 0.4 seconds, all the rest the same."""
    asked = task_start.parser().parse_args(["--rounds", "2", "--burst-rounds", "2"])
    names = (*task_start.SINGLE, *task_start.SERVICES)
    samples = {name: [0.2, 0.4] for name in names} | {
        "handed": [0.05],
        "burst": [10.0, 20.0],
        "burst engine": [10.0, 20.0],
    }
    return task_start.report(asked, samples | changed)


def verdicts(report: Report) -> dict[str, bool]:
    return {verdict.what.partition(",")[0]: verdict.met for verdict in report.verdicts}


def test_starts_are_compared_with_docker_run_in_the_same_round() -> None:
    (warm,) = [
        verdict
        for verdict in reported(**{task_start.WARM: [0.1, 0.2]}).verdicts
        if verdict.what.startswith(task_start.WARM)
    ]
    assert (warm.reached, warm.met) == (0.5, True)
    assert [v.met for v in reported().verdicts if v.what.startswith(task_start.WARM)] == [False]


def test_a_burst_reaches_its_bound_by_tasks_in_a_time() -> None:
    name = "50 tasks at once"
    assert verdicts(reported())[name]
    assert verdicts(reported(burst=[11.0, 22.0]))[name]
    assert not verdicts(reported(burst=[12.0, 24.0]))[name]
    assert name not in verdicts(reported(**{"burst": [], "burst engine": []}))


def test_two_tasks_of_a_service_have_a_time_of_their_own() -> None:
    what = "CreateService with 2 tasks"
    assert verdicts(reported())[what]
    assert not verdicts(reported(**{task_start.SERVICE: [0.9, 0.9]}))[what]


def test_it_has_defaults_and_takes_its_arguments() -> None:
    asked = task_start.parser().parse_args([])
    assert (asked.burst, asked.rounds > 3, asked.cidr) == (50, True, None)
    assert task_start.parser().parse_args(["--cidr", "10.9.0.0/16", "--json"]).json
