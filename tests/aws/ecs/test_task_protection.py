"""Which tasks a service leaves running, and until when."""

from __future__ import annotations

from typing import Any

from seaway.core.task import TaskStatus
from tests.aws.ecs.story import Ecs, an_ecs, refusal
from tests.builders import a_service, a_task

SERVED = a_task(1, service=a_service().arn, last_status=TaskStatus.RUNNING)
ALONE = a_task(2, last_status=TaskStatus.RUNNING)
ENDED = a_task(3, service=a_service().arn, last_status=TaskStatus.STOPPED)


def protect(ecs: Ecs, *tasks: str, enabled: bool = True, **more: Any) -> Any:
    return ecs.UpdateTaskProtection(
        cluster="default", tasks=list(tasks), protectionEnabled=enabled, **more
    )


def an_ecs_with_tasks() -> Ecs:
    ecs = an_ecs()
    ecs.put(SERVED, ALONE, ENDED)
    return ecs


def minutes_left(ecs: Ecs, shape: dict[str, Any]) -> float:
    return float(shape["expirationDate"].timestamp() - ecs.api.now) / 60


def test_a_task_of_a_service_is_kept_for_two_hours_unless_said_otherwise() -> None:
    ecs = an_ecs_with_tasks()
    (kept,) = protect(ecs, SERVED.id)["protectedTasks"]
    assert (kept["taskArn"], kept["protectionEnabled"]) == (SERVED.arn, True)
    assert minutes_left(ecs, kept) == 120
    (kept,) = protect(ecs, SERVED.arn, expiresInMinutes=5)["protectedTasks"]
    assert minutes_left(ecs, kept) == 5, "asking again counts anew"
    (read,) = ecs.GetTaskProtection(cluster="default", tasks=[SERVED.id])["protectedTasks"]
    assert read == kept


def test_a_protection_ends_by_its_time_or_by_hand() -> None:
    ecs = an_ecs_with_tasks()
    protect(ecs, SERVED.id, expiresInMinutes=5)
    ecs.api.now += 300
    (read,) = ecs.GetTaskProtection(cluster="default", tasks=[SERVED.id])["protectedTasks"]
    assert read == {"taskArn": SERVED.arn, "protectionEnabled": False}
    protect(ecs, SERVED.id)
    (freed,) = protect(ecs, SERVED.id, enabled=False)["protectedTasks"]
    assert freed == {"taskArn": SERVED.arn, "protectionEnabled": False}


def test_what_is_no_living_task_of_a_service_fails_alone() -> None:
    ecs = an_ecs_with_tasks()
    answer = protect(ecs, SERVED.id, ALONE.id, ENDED.id, "nowhere")
    assert [task["taskArn"] for task in answer["protectedTasks"]] == [SERVED.arn]
    assert [failure["reason"] for failure in answer["failures"]] == [
        "TASK_NOT_VALID",
        "MISSING",
        "MISSING",
    ]


def test_without_names_all_tasks_of_services_are_told() -> None:
    ecs = an_ecs_with_tasks()
    told = ecs.GetTaskProtection(cluster="default")
    assert [task["taskArn"] for task in told["protectedTasks"]] == [SERVED.arn]


def test_limits_are_kept() -> None:
    ecs = an_ecs_with_tasks()
    for minutes in (0, 2881):
        code, message = refusal(lambda m=minutes: protect(ecs, SERVED.id, expiresInMinutes=m))
        assert (code, "expiresInMinutes" in message) == ("InvalidParameterException", True)
    many = [str(number) for number in range(11)]
    assert refusal(lambda: protect(ecs, *many))[0] == "InvalidParameterException"
    assert refusal(lambda: protect(ecs))[0] == "InvalidParameterException"
