"""Alarms made, shown and taken away, through boto3; and looked at, as the loop does."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from seaway.core.bus import BusEvent
from seaway.core.scaling import ScalingPolicy
from seaway.reconcile import alarms
from tests.aws.observing import Observed

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HOME = "us-east-1:000000000000"
POLICY = (
    "arn:aws:autoscaling:us-east-1:000000000000:scalingPolicy:1:"
    "resource/ecs/service/default/web:policyName/out"
)


@pytest.fixture(autouse=True)
def clock(observed: Observed) -> None:
    observed.now = NOON.timestamp() + 5


@pytest.fixture
def space() -> str:
    """A namespace, and alarms' prefix, of the test's own."""
    return f"Test-{uuid.uuid4().hex[:8]}"


def put(cloudwatch: Any, space: str, name: str = "high", **more: Any) -> str:
    """An alarm on the namespace's Load: the sum of each minute above 10, once."""
    full = f"{space}-{name}"
    watched = {
        "Namespace": space,
        "MetricName": "Load",
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 10.0,
        "ComparisonOperator": "GreaterThanThreshold",
    }
    given = {key: value for key, value in {**watched, **more}.items() if value is not None}
    cloudwatch.put_metric_alarm(AlarmName=full, **given)
    return full


def load(cloudwatch: Any, space: str, minute: int, value: float) -> None:
    at = NOON + timedelta(minutes=minute)
    datum = {"MetricName": "Load", "Timestamp": at, "Value": value}
    cloudwatch.put_metric_data(Namespace=space, MetricData=[datum])


def look(observed: Observed, name: str) -> float | None:
    arn = f"arn:aws:cloudwatch:{HOME}:alarm:{name}"
    wake: float | None = observed.write(lambda tx: alarms.reconcile(tx, arn, observed.moment()))
    return wake


def shown(cloudwatch: Any, name: str) -> Any:
    (alarm,) = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    return alarm


def refusal(error: pytest.ExceptionInfo[ClientError]) -> tuple[str, str]:
    told = error.value.response["Error"]
    return told["Code"], told["Message"]


def test_a_new_alarm_has_seen_nothing_yet(cloudwatch: Any, space: str) -> None:
    name = put(cloudwatch, space, AlarmDescription="too much", TreatMissingData="ignore")
    alarm = shown(cloudwatch, name)
    assert alarm["AlarmArn"] == f"arn:aws:cloudwatch:{HOME}:alarm:{name}"
    assert alarm["StateValue"] == "INSUFFICIENT_DATA"
    assert alarm["StateReason"] == "Unchecked: Initial alarm creation"
    assert (alarm["AlarmDescription"], alarm["TreatMissingData"]) == ("too much", "ignore")
    assert (alarm["Threshold"], alarm["Period"], alarm["ActionsEnabled"]) == (10.0, 60, True)


def test_an_alarm_goes_off_and_gets_well_again(
    cloudwatch: Any, observed: Observed, space: str
) -> None:
    service, steps = f"arn:aws:ecs:{HOME}:service/default/web", '{"StepAdjustments": [{}]}'
    policy = ScalingPolicy(
        arn=POLICY, name="out", service=service, kind="StepScaling", settings=steps, created_at=1.0
    )
    observed.write(lambda tx: tx.put(policy))
    name = put(cloudwatch, space, AlarmActions=[POLICY])
    load(cloudwatch, space, -1, 20)
    assert look(observed, name) == NOON.timestamp() + 15
    alarm = shown(cloudwatch, name)
    assert alarm["StateValue"] == "ALARM"
    assert alarm["StateReason"] == (
        "Threshold Crossed: 1 out of the last 1 datapoints [20.0 (01/03/26 11:59:00)] was greater "
        "than the threshold (10.0) (minimum 1 datapoint for OK -> ALARM transition)."
    )
    assert json.loads(alarm["StateReasonData"])["recentDatapoints"] == [20.0]
    load(cloudwatch, space, 0, 3)
    observed.now = NOON.timestamp() + 65
    look(observed, name)
    assert shown(cloudwatch, name)["StateValue"] == "OK"
    items = cloudwatch.describe_alarm_history(AlarmName=name, ScanBy="TimestampAscending")
    assert [
        (one["HistoryItemType"], one["HistorySummary"]) for one in items["AlarmHistoryItems"]
    ] == [
        ("ConfigurationUpdate", f'Alarm "{name}" created'),
        ("StateUpdate", "Alarm updated from INSUFFICIENT_DATA to ALARM"),
        ("Action", f"Successfully executed action {POLICY}"),
        ("StateUpdate", "Alarm updated from ALARM to OK"),
    ]


def test_a_second_look_at_the_same_values_changes_nothing(
    cloudwatch: Any, observed: Observed, space: str
) -> None:
    name = put(cloudwatch, space)
    load(cloudwatch, space, -1, 20)
    look(observed, name)
    before = cloudwatch.describe_alarm_history(AlarmName=name)["AlarmHistoryItems"]
    observed.now = NOON.timestamp() + 15
    look(observed, name)
    assert cloudwatch.describe_alarm_history(AlarmName=name)["AlarmHistoryItems"] == before


def test_values_somewhat_older_stand_in_for_missing_ones(
    cloudwatch: Any, observed: Observed, space: str
) -> None:
    name = put(cloudwatch, space, EvaluationPeriods=3)
    for minute in (-5, -4, -2):
        load(cloudwatch, space, minute, 20)
    look(observed, name)
    assert shown(cloudwatch, name)["StateValue"] == "ALARM"


def test_the_bus_hears_of_a_change_of_state(
    cloudwatch: Any, observed: Observed, space: str
) -> None:
    name = put(cloudwatch, space)
    load(cloudwatch, space, -1, 20)
    look(observed, name)
    events = observed.write(lambda tx: tx.where(BusEvent))
    (event,) = [one for one in events if one.resources[0].endswith(name)]
    assert (event.source, event.detail_type) == ("aws.cloudwatch", "CloudWatch Alarm State Change")
    detail = json.loads(event.detail)
    assert detail["state"]["value"] == "ALARM"
    assert detail["previousState"]["value"] == "INSUFFICIENT_DATA"
    assert detail["configuration"]["metrics"][0]["metricStat"]["stat"] == "Sum"


def test_an_alarm_on_an_expression_of_two_metrics(
    cloudwatch: Any, observed: Observed, space: str
) -> None:
    stats = [
        {
            "Id": id,
            "MetricStat": {
                "Metric": {"Namespace": space, "MetricName": name},
                "Period": 60,
                "Stat": "Sum",
            },
            "ReturnData": False,
        }
        for id, name in (("m1", "Load"), ("m2", "Hosts"))
    ]
    name = put(
        cloudwatch,
        space,
        Metrics=[*stats, {"Id": "e1", "Expression": "m1 / m2", "Label": "per host"}],
        **dict.fromkeys(("Namespace", "MetricName", "Statistic", "Period")),
    )
    load(cloudwatch, space, -1, 44)
    at = NOON - timedelta(minutes=1)
    datum = {"MetricName": "Hosts", "Timestamp": at, "Value": 4}
    cloudwatch.put_metric_data(Namespace=space, MetricData=[datum])
    look(observed, name)
    alarm = shown(cloudwatch, name)
    assert alarm["StateValue"] == "ALARM"
    assert json.loads(alarm["StateReasonData"])["recentDatapoints"] == [11.0]
    assert alarm["Metrics"][2]["Expression"] == "m1 / m2"


def test_a_state_set_by_hand_lasts_until_the_next_look(
    cloudwatch: Any, observed: Observed, space: str
) -> None:
    name = put(cloudwatch, space)
    load(cloudwatch, space, -1, 3)
    look(observed, name)
    cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="a drill")
    look(observed, name)
    alarm = shown(cloudwatch, name)
    assert (alarm["StateValue"], alarm["StateReason"]) == ("ALARM", "a drill")
    observed.now = NOON.timestamp() + 15
    look(observed, name)
    assert shown(cloudwatch, name)["StateValue"] == "OK"
    items = cloudwatch.describe_alarm_history(AlarmName=name, HistoryItemType="StateUpdate")
    assert len(items["AlarmHistoryItems"]) == 3


def test_a_percentile_of_too_few_samples_leaves_the_state_as_it_is(
    cloudwatch: Any, observed: Observed, space: str
) -> None:
    low = {"Statistic": None, "ExtendedStatistic": "p90"}
    calm = put(cloudwatch, space, "calm", EvaluateLowSampleCountPercentile="ignore", **low)
    keen = put(cloudwatch, space, "keen", **low)
    load(cloudwatch, space, -1, 20)
    look(observed, calm)
    look(observed, keen)
    assert shown(cloudwatch, calm)["StateValue"] == "INSUFFICIENT_DATA"
    assert shown(cloudwatch, keen)["StateValue"] == "ALARM"


def test_changing_an_alarm_keeps_its_state_and_tags(
    cloudwatch: Any, observed: Observed, space: str
) -> None:
    name = put(cloudwatch, space, Tags=[{"Key": "team", "Value": "cats"}])
    load(cloudwatch, space, -1, 20)
    look(observed, name)
    put(cloudwatch, space, Threshold=30.0, Tags=[{"Key": "team", "Value": "dogs"}])
    alarm = shown(cloudwatch, name)
    assert (alarm["Threshold"], alarm["StateValue"]) == (30.0, "ALARM")
    tags = cloudwatch.list_tags_for_resource(ResourceARN=alarm["AlarmArn"])["Tags"]
    assert tags == [{"Key": "team", "Value": "cats"}]


def test_alarms_are_found_by_prefix_state_action_and_metric(cloudwatch: Any, space: str) -> None:
    one = put(cloudwatch, space, "one", AlarmActions=[POLICY])
    two = put(cloudwatch, space, "two", Dimensions=[{"Name": "a", "Value": "b"}])

    def names(**asked: Any) -> list[str]:
        found = cloudwatch.describe_alarms(AlarmNamePrefix=space, **asked)["MetricAlarms"]
        return [alarm["AlarmName"] for alarm in found]

    assert names() == [one, two]
    assert names(StateValue="OK") == []
    assert names(ActionPrefix="arn:aws:autoscaling") == [one]
    first = cloudwatch.describe_alarms(AlarmNamePrefix=space, MaxRecords=1)
    assert names(MaxRecords=1, NextToken=first["NextToken"]) == [two]
    found = cloudwatch.describe_alarms_for_metric(
        Namespace=space, MetricName="Load", Dimensions=[{"Name": "a", "Value": "b"}]
    )["MetricAlarms"]
    assert [alarm["AlarmName"] for alarm in found] == [two]


def test_actions_can_be_switched_off_and_tags_changed(cloudwatch: Any, space: str) -> None:
    name = put(cloudwatch, space)
    cloudwatch.disable_alarm_actions(AlarmNames=[name, "nobody"])
    arn = shown(cloudwatch, name)["AlarmArn"]
    assert shown(cloudwatch, name)["ActionsEnabled"] is False
    cloudwatch.enable_alarm_actions(AlarmNames=[name])
    assert shown(cloudwatch, name)["ActionsEnabled"] is True
    cloudwatch.tag_resource(ResourceARN=arn, Tags=[{"Key": "a", "Value": "1"}])
    cloudwatch.tag_resource(ResourceARN=arn, Tags=[{"Key": "b", "Value": "2"}])
    cloudwatch.untag_resource(ResourceARN=arn, TagKeys=["a"])
    assert cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"] == [
        {"Key": "b", "Value": "2"}
    ]


def test_deleting_takes_all_or_none(cloudwatch: Any, space: str) -> None:
    name = put(cloudwatch, space)
    with pytest.raises(ClientError) as error:
        cloudwatch.delete_alarms(AlarmNames=[name, f"{space}-nobody"])
    assert refusal(error)[0] == "ResourceNotFound"
    assert shown(cloudwatch, name)
    cloudwatch.delete_alarms(AlarmNames=[name])
    assert cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"] == []


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"Period": 45}, "Period"),
        ({"EvaluationPeriods": 2, "DatapointsToAlarm": 3}, "DatapointsToAlarm"),
        ({"EvaluationPeriods": 1441}, "EvaluationPeriods"),
        ({"TreatMissingData": "whatever"}, "TreatMissingData"),
        ({"ThresholdMetricId": "ad1"}, "ThresholdMetricId"),
        ({"ComparisonOperator": "GreaterThanUpperThreshold"}, "ComparisonOperator"),
        ({"AlarmActions": ["arn:aws:sns:us-east-1:0:topic"]}, "AlarmActions"),
        ({"Statistic": None}, "Statistic"),
        ({"Threshold": None}, "Threshold"),
        ({"EvaluationInterval": 10}, "EvaluationInterval"),
    ],
)
def test_what_is_wrong_is_refused_by_name(
    cloudwatch: Any, space: str, given: dict[str, Any], word: str
) -> None:
    with pytest.raises(ClientError) as error:
        put(cloudwatch, space, **given)
    assert word in refusal(error)[1]


def test_a_composite_alarm_follows_its_rule(
    cloudwatch: Any, observed: Observed, space: str
) -> None:
    one, two = put(cloudwatch, space, "one"), put(cloudwatch, space, "two", Threshold=100.0)
    both = f"{space}-both"
    rule = f'ALARM("{one}") AND NOT ALARM({two})'
    cloudwatch.put_composite_alarm(AlarmName=both, AlarmRule=rule, AlarmDescription="both")

    def composite() -> Any:
        found = cloudwatch.describe_alarms(AlarmNames=[both], AlarmTypes=["CompositeAlarm"])
        return found["CompositeAlarms"][0]

    assert (composite()["StateValue"], composite()["AlarmRule"]) == ("INSUFFICIENT_DATA", rule)
    assert cloudwatch.describe_alarms(AlarmNames=[both])["MetricAlarms"] == []
    load(cloudwatch, space, -1, 20)
    for name in (one, two, both):
        look(observed, name)
    assert composite()["StateValue"] == "ALARM"
    assert composite()["StateReason"].startswith(f"arn:aws:cloudwatch:{HOME}:alarm:{space}-")
    assert json.loads(composite()["StateReasonData"])["triggeringAlarms"][0]["arn"].endswith(one)
    load(cloudwatch, space, 0, 200)
    observed.now = NOON.timestamp() + 65
    for name in (one, two, both):
        look(observed, name)
    assert composite()["StateValue"] == "OK"
    children = cloudwatch.describe_alarms(ChildrenOfAlarmName=both)["MetricAlarms"]
    assert [alarm["AlarmName"] for alarm in children] == [one, two]
    parents = cloudwatch.describe_alarms(ParentsOfAlarmName=one)["CompositeAlarms"]
    assert [alarm["AlarmName"] for alarm in parents] == [both]
    items = cloudwatch.describe_alarm_history(AlarmName=both, AlarmTypes=["CompositeAlarm"])
    assert len(items["AlarmHistoryItems"]) == 3


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"AlarmRule": "LOUD(x)"}, "AlarmRule"),
        ({"AlarmRule": "ALARM(nobody)"}, "nobody"),
        ({"AlarmActions": [POLICY]}, "AlarmActions"),
        ({"ActionsSuppressor": "x"}, "ActionsSuppressor"),
    ],
)
def test_a_composite_alarm_that_nothing_would_come_of_is_refused(
    cloudwatch: Any, space: str, given: dict[str, Any], word: str
) -> None:
    one = put(cloudwatch, space, "one")
    with pytest.raises(ClientError) as error:
        cloudwatch.put_composite_alarm(
            **{"AlarmName": f"{space}-c", "AlarmRule": f"ALARM({one})", **given}
        )
    assert word in refusal(error)[1]
