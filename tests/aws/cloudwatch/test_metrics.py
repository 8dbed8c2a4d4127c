"""Metrics put, listed and read, through boto3."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.aws.observing import Observed

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock(observed: Observed) -> None:
    observed.now = (NOON + timedelta(minutes=30)).timestamp()


@pytest.fixture
def space(request: pytest.FixtureRequest) -> str:
    """A namespace of the test's own."""
    return f"Test/{request.node.originalname}"


def refusal(error: pytest.ExceptionInfo[ClientError]) -> tuple[str, str]:
    told = error.value.response["Error"]
    return told["Code"], told["Message"]


def minute(number: int) -> datetime:
    return NOON + timedelta(minutes=number)


def put(cloudwatch: Any, space: str, name: str, at: int, value: float, **more: Any) -> None:
    datum = {"MetricName": name, "Timestamp": minute(at), "Value": value, **more}
    cloudwatch.put_metric_data(Namespace=space, MetricData=[datum])


def stat(space: str, name: str, statistic: str = "Sum", period: int = 60, **more: Any) -> Any:
    metric = {"Namespace": space, "MetricName": name, **more}
    return {"Metric": metric, "Period": period, "Stat": statistic}


def read(cloudwatch: Any, *queries: dict[str, Any], **how: Any) -> dict[str, list[float]]:
    """Values by id, oldest first."""
    answer = cloudwatch.get_metric_data(
        MetricDataQueries=list(queries),
        StartTime=NOON,
        EndTime=minute(20),
        **{"ScanBy": "TimestampAscending", **how},
    )
    return {one["Id"]: one["Values"] for one in answer["MetricDataResults"]}


def test_values_of_a_minute_become_its_statistics(cloudwatch: Any, space: str) -> None:
    for value in (1, 2, 6):
        put(cloudwatch, space, "Size", 1, value, Unit="Bytes")
    answer = cloudwatch.get_metric_statistics(
        Namespace=space,
        MetricName="Size",
        StartTime=NOON,
        EndTime=minute(20),
        Period=60,
        Statistics=["Average", "Sum", "Minimum", "Maximum", "SampleCount"],
    )
    assert answer["Label"] == "Size"
    assert answer["Datapoints"] == [
        {
            "Timestamp": minute(1),
            "Unit": "Bytes",
            "Average": 3.0,
            "Sum": 9.0,
            "Minimum": 1.0,
            "Maximum": 6.0,
            "SampleCount": 3.0,
        }
    ]


def test_values_with_counts_have_percentiles(cloudwatch: Any, space: str) -> None:
    datum = {
        "MetricName": "Latency",
        "Timestamp": minute(1),
        "Values": [10.0, 20.0, 100.0],
        "Counts": [50.0, 49.0, 1.0],
    }
    cloudwatch.put_metric_data(Namespace=space, MetricData=[datum])
    answer = cloudwatch.get_metric_statistics(
        Namespace=space,
        MetricName="Latency",
        StartTime=NOON,
        EndTime=minute(20),
        Period=300,
        ExtendedStatistics=["p50", "p99", "p99.9"],
    )
    (point,) = answer["Datapoints"]
    assert point["Timestamp"] == NOON
    assert point["ExtendedStatistics"] == {"p50": 10.0, "p99": 20.0, "p99.9": 100.0}
    assert read(cloudwatch, {"Id": "m", "MetricStat": stat(space, "Latency", "p50")})["m"] == [10]


def test_a_statistic_set_has_statistics_but_no_percentiles(cloudwatch: Any, space: str) -> None:
    datum = {
        "MetricName": "Latency",
        "Timestamp": minute(1),
        "StatisticValues": {"SampleCount": 4, "Sum": 40, "Minimum": 1, "Maximum": 30},
    }
    cloudwatch.put_metric_data(Namespace=space, MetricData=[datum])
    found = read(
        cloudwatch,
        {"Id": "a", "MetricStat": stat(space, "Latency", "Average")},
        {"Id": "p", "MetricStat": stat(space, "Latency", "p90")},
    )
    assert found == {"a": [10], "p": []}


def test_metrics_are_listed_by_namespace_name_and_dimensions(cloudwatch: Any, space: str) -> None:
    web = [{"Name": "Service", "Value": "web"}, {"Name": "Cluster", "Value": "c"}]
    put(cloudwatch, space, "Size", 1, 1, Dimensions=web)
    put(cloudwatch, space, "Size", 1, 1, Dimensions=[{"Name": "Service", "Value": "api"}])
    put(cloudwatch, space, "Weight", 1, 1)

    def listed(**how: Any) -> list[tuple[str, int]]:
        found = cloudwatch.list_metrics(Namespace=space, **how)["Metrics"]
        return [(one["MetricName"], len(one["Dimensions"])) for one in found]

    assert listed() == [("Size", 2), ("Size", 1), ("Weight", 0)]
    assert listed(MetricName="Weight") == [("Weight", 0)]
    assert listed(Dimensions=[{"Name": "Service"}]) == [("Size", 2), ("Size", 1)]
    assert listed(Dimensions=web) == [("Size", 2)]
    assert listed(Dimensions=[{"Name": "Service", "Value": "db"}]) == []


def test_recently_active_leaves_out_the_others(
    observed: Observed, cloudwatch: Any, space: str
) -> None:
    put(cloudwatch, space, "Old", -300, 1)
    put(cloudwatch, space, "New", 0, 1)

    def names(**how: Any) -> list[str]:
        found = cloudwatch.list_metrics(Namespace=space, **how)["Metrics"]
        return [one["MetricName"] for one in found]

    assert names() == ["New", "Old"]
    assert names(RecentlyActive="PT3H") == ["New"]
    observed.now = (NOON + timedelta(days=20)).timestamp()
    assert names() == []


def test_metrics_are_listed_five_hundred_at_a_time(cloudwatch: Any, space: str) -> None:
    data = [
        {"MetricName": f"m{number:04d}", "Value": 1.0, "Timestamp": NOON} for number in range(501)
    ]
    cloudwatch.put_metric_data(Namespace=space, MetricData=data)
    pages = list(cloudwatch.get_paginator("list_metrics").paginate(Namespace=space))
    assert [len(page["Metrics"]) for page in pages] == [500, 1]
    names = {metric["MetricName"] for page in pages for metric in page["Metrics"]}
    assert len(names) == 501


def test_dimensions_are_the_same_in_any_order_and_other_ones_another_metric(
    cloudwatch: Any, space: str
) -> None:
    one = [{"Name": "A", "Value": "1"}, {"Name": "B", "Value": "2"}]
    put(cloudwatch, space, "Size", 1, 1, Dimensions=one)
    put(cloudwatch, space, "Size", 1, 2, Dimensions=one[::-1])
    put(cloudwatch, space, "Size", 1, 100)
    metric = stat(space, "Size", Dimensions=one)
    assert read(cloudwatch, {"Id": "m", "MetricStat": metric})["m"] == [3]


@pytest.mark.parametrize(
    ("datum", "code"),
    [
        ({}, "MissingParameter"),
        ({"Value": 1.0, "Values": [1.0]}, "InvalidParameterCombination"),
        ({"Value": float("nan")}, "InvalidParameterValue"),
        ({"Values": [1.0, 2.0], "Counts": [1.0]}, "InvalidParameterValue"),
        ({"Values": [1.0] * 151}, "InvalidParameterValue"),
        ({"Value": 1.0, "StorageResolution": 5}, "InvalidParameterValue"),
        ({"Value": 1.0, "Timestamp": NOON - timedelta(days=15)}, "InvalidParameterValue"),
        ({"Value": 1.0, "Timestamp": NOON + timedelta(hours=3)}, "InvalidParameterValue"),
        (
            {"StatisticValues": {"SampleCount": 0, "Sum": 1, "Minimum": 1, "Maximum": 1}},
            "InvalidParameterValue",
        ),
    ],
)
def test_data_that_is_none_is_refused_and_nothing_kept(
    cloudwatch: Any, space: str, datum: dict[str, Any], code: str
) -> None:
    good = {"MetricName": "Good", "Value": 1.0}
    with pytest.raises(ClientError, match=r"MetricData\.member\.2") as error:
        cloudwatch.put_metric_data(
            Namespace=space, MetricData=[good, {"MetricName": "Bad", **datum}]
        )
    assert refusal(error)[0] == code
    assert cloudwatch.list_metrics(Namespace=space)["Metrics"] == []


def test_awss_own_namespaces_are_not_written(cloudwatch: Any) -> None:
    with pytest.raises(ClientError) as error:
        put(cloudwatch, "AWS/ECS", "RequestCount", 1, 1)
    assert refusal(error) == (
        "InvalidParameterValue",
        "The value AWS/ for parameter Namespace is invalid.",
    )


@pytest.mark.parametrize(
    ("asked", "code", "told"),
    [
        ({"EndTime": NOON}, "InvalidParameterValue", "StartTime must be less than"),
        ({"Period": 90}, "InvalidParameterValue", "multiple of 60"),
        ({"EndTime": NOON + timedelta(days=2)}, "InvalidParameterCombination", "up to 2,880"),
        ({"Statistics": []}, "MissingParameter", "either Statistics or"),
        ({"ExtendedStatistics": ["p50"]}, "InvalidParameterCombination", "together"),
        ({"Statistics": [], "ExtendedStatistics": ["p101"]}, "InvalidParameterValue", "p101"),
    ],
)
def test_statistics_are_not_given_for_a_wrong_question(
    observed: Observed, space: str, asked: dict[str, Any], code: str, told: str
) -> None:
    client = observed.client("cloudwatch")
    question = {
        "Namespace": space,
        "MetricName": "Size",
        "StartTime": NOON,
        "EndTime": minute(20),
        "Period": 60,
        "Statistics": ["Sum"],
        **asked,
    }
    if not question["Statistics"]:
        del question["Statistics"]
    with pytest.raises(ClientError, match=told) as error:
        client.get_metric_statistics(**question)
    assert refusal(error)[0] == code


def test_a_point_of_a_second_is_kept_when_asked_for(cloudwatch: Any, space: str) -> None:
    for second in (1, 2):
        datum = {
            "MetricName": "Fine",
            "Timestamp": NOON + timedelta(seconds=second),
            "Value": float(second),
            "StorageResolution": 1,
        }
        cloudwatch.put_metric_data(Namespace=space, MetricData=[datum])
    fine = {"Id": "m", "MetricStat": stat(space, "Fine", period=1)}
    assert read(cloudwatch, fine)["m"] == [1, 2]


def test_another_region_has_other_metrics(observed: Observed, cloudwatch: Any, space: str) -> None:
    put(cloudwatch, space, "Size", 1, 1)
    there = observed.client("cloudwatch", "eu-west-1")
    assert there.list_metrics(Namespace=space)["Metrics"] == []
    assert read(there, {"Id": "m", "MetricStat": stat(space, "Size")})["m"] == []


def test_data_comes_newest_first_unless_asked_otherwise(cloudwatch: Any, space: str) -> None:
    for at in (1, 2, 3):
        put(cloudwatch, space, "Size", at, at)
    query = {"Id": "m", "MetricStat": stat(space, "Size"), "Label": "How large"}
    answer = cloudwatch.get_metric_data(
        MetricDataQueries=[query], StartTime=NOON, EndTime=minute(3)
    )
    (result,) = answer["MetricDataResults"]
    assert result["Values"] == [2, 1]
    assert result["Timestamps"] == [minute(2), minute(1)]
    assert (result["Label"], result["StatusCode"]) == ("How large", "Complete")
    assert read(cloudwatch, query)["m"] == [1, 2, 3]


def test_expressions_reckon_with_metrics(cloudwatch: Any, space: str) -> None:
    for at, good, bad in ((1, 8, 2), (2, 5, 5)):
        put(cloudwatch, space, "Good", at, good)
        put(cloudwatch, space, "Bad", at, bad)
    put(cloudwatch, space, "Good", 3, 1)
    found = read(
        cloudwatch,
        {"Id": "m1", "MetricStat": stat(space, "Good"), "ReturnData": False},
        {"Id": "m2", "MetricStat": stat(space, "Bad"), "ReturnData": False},
        {"Id": "all", "Expression": "SUM([m1,m2])"},
        {"Id": "share", "Expression": "100 * m2 / (m1 + m2)"},
        {"Id": "twice", "Expression": "all * 2"},
        {"Id": "many", "Expression": "SUM(METRICS())"},
        {"Id": "none", "Expression": "m1 / (m2 - m2)"},
    )
    assert found == {
        "all": [10, 10, 1],
        "share": [20, 50],
        "twice": [20, 20, 2],
        "many": [10, 10, 1],
        "none": [],
    }


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("SEARCH(' {AWS/ECS} ', 'Sum')", "'SEARCH' is not supported"),
        ("__import__('os')", "'__import__' is not supported"),
        ("m1 +", "ends too early"),
        ("m9", "no query has the id 'm9'"),
        ("e", "refers to itself"),
        ("1 + 1", "must return a time series"),
    ],
)
def test_an_expression_that_means_nothing_is_refused(
    cloudwatch: Any, space: str, expression: str, told: str
) -> None:
    with pytest.raises(ClientError, match=f"Error in expression 'e': .*{told}") as error:
        read(
            cloudwatch,
            {"Id": "m1", "MetricStat": stat(space, "Size")},
            {"Id": "e", "Expression": expression},
        )
    assert refusal(error)[0] == "ValidationError"


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ({"Id": "M1"}, "lower-case letter"),
        ({"Id": "m"}, "either MetricStat or Expression"),
        ({"Id": "m", "MetricStat": stat("x", "y", "tm99")}, "tm99"),
        ({"Id": "m", "MetricStat": stat("x", "y", period=90)}, "multiple of 60"),
    ],
)
def test_a_query_that_is_none_is_refused(cloudwatch: Any, query: dict[str, Any], told: str) -> None:
    with pytest.raises(ClientError, match=told) as error:
        read(cloudwatch, query)
    assert refusal(error)[0] == "ValidationError"


@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(size=st.integers(1, 9), ascending=st.booleans())
def test_pages_of_data_give_every_point_exactly_once(
    cloudwatch: Any, space: str, size: int, ascending: bool
) -> None:
    if not cloudwatch.list_metrics(Namespace=space)["Metrics"]:
        for name, count in (("A", 5), ("B", 0), ("C", 4)):
            for at in range(count):
                put(cloudwatch, space, name, at, at)
    pages = cloudwatch.get_paginator("get_metric_data").paginate(
        MetricDataQueries=[{"Id": name.lower(), "MetricStat": stat(space, name)} for name in "ABC"],
        StartTime=NOON,
        EndTime=minute(20),
        MaxDatapoints=size,
        ScanBy="TimestampAscending" if ascending else "TimestampDescending",
    )
    seen: dict[str, list[float]] = {}
    for page in pages:
        assert sum(len(one["Values"]) for one in page["MetricDataResults"]) <= size
        for one in page["MetricDataResults"]:
            seen.setdefault(one["Id"], []).extend(one["Values"])
    step = 1 if ascending else -1
    assert seen == {"a": [0, 1, 2, 3, 4][::step], "b": [], "c": [0, 1, 2, 3][::step]}


def test_dashboards_are_said_not_to_be_built(cloudwatch: Any) -> None:
    with pytest.raises(ClientError, match="ListDashboards of cloudwatch is not built"):
        cloudwatch.list_dashboards()
