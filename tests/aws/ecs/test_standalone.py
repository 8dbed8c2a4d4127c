"""Tasks that were run by hand call Service Connect's names too."""

from __future__ import annotations

from typing import Any

import pytest

from seaway.core.task import Task
from tests.aws.ecs.story import Ecs, an_ecs, refusal
from tests.builders import NAMESPACE, a_cluster, a_namespace, an_instance

OTHER = NAMESPACE.replace("aaaaaaaa", "bbbbbbbb")


def with_default_namespace(**fields: Any) -> Ecs:
    ecs = an_ecs()
    ecs.register()
    other = a_namespace("zoo", arn=OTHER, id="ns-bbbbbbbbaaaaaaaa")
    ecs.put(a_cluster(namespace=NAMESPACE, **fields), other, an_instance())
    return ecs


def run(ecs: Ecs, **fields: Any) -> Task:
    ecs.RunTask(**{"taskDefinition": "web", **fields})
    (task,) = ecs.all(Task)
    assert isinstance(task, Task)
    return task


def test_a_task_that_is_run_joins_its_clusters_namespace_as_a_client() -> None:
    task = run(with_default_namespace())
    assert (task.namespace, task.uses_mesh) == (NAMESPACE, True)


def test_so_does_one_that_is_started_on_an_instance() -> None:
    ecs = with_default_namespace()
    ecs.StartTask(taskDefinition="web", containerInstances=[an_instance().arn])
    assert ecs.all(Task)[0].namespace == NAMESPACE


def test_a_tag_chooses_another_namespace_or_none() -> None:
    tags = [{"key": "seaway:namespace", "value": "zoo"}]
    assert run(with_default_namespace(), tags=tags).namespace == OTHER
    tags = [{"key": "seaway:namespace", "value": "none"}]
    task = run(with_default_namespace(), tags=tags)
    assert (task.namespace, task.uses_mesh) == (None, False)


def test_a_namespace_that_is_not_there_is_refused_by_name() -> None:
    tags = [{"key": "seaway:namespace", "value": "moon"}]
    code, message = refusal(lambda: run(with_default_namespace(), tags=tags))
    assert code == "InvalidParameterException"
    assert "moon" in message


def test_without_a_namespace_or_in_a_faithful_cluster_nobody_joins() -> None:
    ecs = with_default_namespace()
    ecs.put(a_cluster())
    assert not run(ecs).uses_mesh
    faithful = with_default_namespace(settings=(("faithful", "enabled"),))
    assert run(faithful).namespace is None


@pytest.mark.parametrize("mode", ["host", "none"])
def test_without_a_network_of_its_own_a_task_runs_as_ever(mode: str) -> None:
    ecs = with_default_namespace()
    container = {"name": "plain", "image": "plain:1"}
    ecs.register("plain", networkMode=mode, containerDefinitions=[container])
    assert not run(ecs, taskDefinition="plain").uses_mesh
