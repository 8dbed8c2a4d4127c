from __future__ import annotations

import json

import pytest
from benchmarks.figures import Report, Table, Verdict, percentile, ratios, rotated, show, spread


def test_a_percentile_is_a_sample_by_nearest_rank() -> None:
    samples = [float(n) for n in range(100, 0, -1)]
    assert percentile(samples, 50) == 50
    assert percentile(samples, 99) == 99
    assert percentile(samples, 100) == 100
    assert percentile([7.0], 99) == 7
    with pytest.raises(ValueError):
        percentile([], 50)


def test_ratios_are_taken_round_by_round() -> None:
    assert ratios([10, 30], [5, 10]) == [2, 3]
    with pytest.raises(ValueError):
        ratios([1], [1, 2])


def test_a_spread_names_median_smallest_and_largest() -> None:
    assert spread([3, 1, 2]) == "2 (1-3)"
    assert spread([1.25], ".2f") == "1.25"


def test_a_target_is_met_on_its_own_side_of_the_bound() -> None:
    assert Verdict("throughput", 2.0, 2, at_least=True).met
    assert not Verdict("throughput", 1.99, 2, at_least=True).met
    assert Verdict("p50", 10, 10, at_least=False).met
    assert not Verdict("p50", 10.1, 10, at_least=False).met
    assert str(Verdict("p50", 10.1, 10, at_least=False, unit=" ms")).startswith("MISSED p50")


def test_everybody_begins_a_round_once() -> None:
    assert [rotated("abc", n)[0] for n in range(4)] == ["a", "b", "c", "a"]
    assert sorted(rotated("abc", 1)) == ["a", "b", "c"]


def test_a_report_is_told_to_people_and_to_programs(capsys: pytest.CaptureFixture[str]) -> None:
    report = Report("some", samples={"x": [1.0]})
    report.tables.append(Table("Title", ("who", "what"), (("seaway", "12"), ("bare", "3"))))
    report.verdicts.append(Verdict("p50", 1, 2, at_least=False))
    show([report], as_json=False)
    assert "| seaway | 12   |" in capsys.readouterr().out
    show([report], as_json=True)
    (told,) = json.loads(capsys.readouterr().out)
    assert told["verdicts"][0]["met"] is True
    assert told["samples"] == {"x": [1.0]}
