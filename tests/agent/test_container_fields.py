"""A worker's story where containers hang together, are given secrets, or are started again."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from seaway.agent.containers import SHARED, container_name
from seaway.agent.engine import (
    ContainerSpec,
    Credentials,
    EngineError,
    ImageFacts,
    OutputLine,
    VolumeSpec,
)
from seaway.agent.restart_counts import RestartCounts
from seaway.core.task import TaskStatus
from seaway.core.task_definition import (
    ContainerDefinition,
    DockerVolume,
    Firelens,
    LogConfiguration,
    RestartPolicy,
    Secret,
    Volume,
    VolumeFrom,
)
from seaway.link.asking import ControlPlane
from seaway.link.messages import Assignment, LogBatch, Material, Report
from tests.agent.builders import (
    MemoryControl,
    MemoryLink,
    a_container,
    a_stream,
    an_agent,
    an_assignment,
    an_engine,
)
from tests.agent.fake_engine import FakeEngine
from tests.agent.test_worker import Story, short

STOPPED = TaskStatus.STOPPED
SECRET = Secret(name="PASSWORD", value_from="arn:aws:ssm:us-east-1:000000000000:parameter/p")


def play(
    engine: FakeEngine,
    directory: Path,
    task: Assignment,
    story: Story,
    control: ControlPlane | None = None,
) -> MemoryLink:
    async def played() -> MemoryLink:
        link = MemoryLink()
        link.to_host.put_nowait(task)
        job = asyncio.create_task(an_agent(engine, link, directory, control=control).run())
        try:
            await story(link)
        finally:
            job.cancel()
            await asyncio.wait({job})
        return link

    return asyncio.run(played())


async def is_running(link: MemoryLink) -> None:
    await link.report(TaskStatus.RUNNING)


def refused(
    engine: FakeEngine, directory: Path, task: Assignment, control: ControlPlane | None = None
) -> str:
    """Why the task failed to start; nothing of it is left."""
    reasons = []

    async def story(link: MemoryLink) -> None:
        stopped = await link.report(STOPPED)
        assert stopped.stop_code == "TaskFailedToStart"
        reasons.append(stopped.reason or "")

    play(engine, directory, task, story, control)
    assert engine.specs == {}
    return reasons[0]


def spec_of(engine: FakeEngine, task: Assignment, container: str) -> ContainerSpec:
    return engine.specs[f"id-{container_name(task, container)}"]


# What is not written down


def test_secrets_are_asked_for_once_and_only_where_there_are_any(tmp_path: Path) -> None:
    files = ("arn:aws:s3:::b/f.env",)
    web = a_container(secrets=(SECRET,), environment_files=files, environment=(("COLOUR", "red"),))
    task, engine = an_assignment(web, a_container("side")), an_engine()
    given = (("COLOUR", "of the file"), ("PLACE", "here"), ("PASSWORD", "hunter2"))
    control = MemoryControl(Material(container="web", environment=given))
    play(engine, tmp_path, task, is_running, control)
    assert dict(spec_of(engine, task, "web").environment) == {
        "PLACE": "here",
        "COLOUR": "red",
        "PASSWORD": "hunter2",
    }
    assert spec_of(engine, task, "side").environment == ()
    assert control.asked == [task.task]
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not [path for path in written if b"hunter2" in path.read_bytes()]

    play(engine, tmp_path, task, is_running, control)  # adopted: nothing is made
    play(an_engine(), tmp_path / "other", an_assignment(), is_running, control)
    assert control.asked == [task.task]


def test_a_secret_nobody_hands_out_fails_the_task_with_the_reason_given(tmp_path: Path) -> None:
    said = "ResourceInitializationError: unable to pull secrets or registry auth: no"
    task = an_assignment(a_container(secrets=(SECRET,)))
    assert refused(an_engine(), tmp_path, task, MemoryControl(refusal=said)) == said
    assert refused(an_engine(), tmp_path / "b", task) == (
        "ResourceInitializationError: there is nobody to ask for secrets"
    )


def test_a_private_image_is_pulled_as_its_user_each_time(tmp_path: Path) -> None:
    name = "registry.example:5000/cats:1"
    engine, arn = an_engine(name), "arn:aws:secretsmanager:us-east-1:000000000000:secret:r"
    engine.pullable[name] = ImageFacts(id="sha256:1", digests=())
    task = an_assignment(a_container(image=name, repository_credentials=arn))
    control = MemoryControl(Material(container="web", registry=("cat", "paw")))
    play(engine, tmp_path, task, is_running, control)
    expected = Credentials(user="cat", password="paw", server="registry.example:5000")
    assert engine.pulled_as == [expected]

    del engine.pullable[name]  # the registry does not let them in any more
    again = replace(task, task=task.task + "b")
    play(engine, tmp_path, replace(task, desired_status=STOPPED), is_stopped, control)
    assert refused(engine, tmp_path, again, control).startswith("CannotPullContainerError: ")


async def is_stopped(link: MemoryLink) -> None:
    await link.report(STOPPED)


def test_secret_options_are_the_log_drivers(tmp_path: Path) -> None:
    log = LogConfiguration(
        driver="splunk",
        options=(("splunk-url", "https://s"),),
        secrets=(Secret(name="splunk-token", value_from=SECRET.value_from),),
    )
    task, engine = an_assignment(a_container(log=log)), an_engine()
    control = MemoryControl(Material(container="web", log_options=(("splunk-token", "t"),)))
    play(engine, tmp_path, task, is_running, control)
    told = spec_of(engine, task, "web").log
    assert told == LogConfiguration(
        driver="splunk",
        options=(
            ("splunk-url", "https://s"),
            ("mode", "non-blocking"),
            ("max-buffer-size", "10m"),
            ("splunk-token", "t"),
        ),
    )


# Containers that hang together


def test_a_linked_container_starts_first_and_is_in_the_hosts_file(tmp_path: Path) -> None:
    web = a_container("web", links=("db:store", "cache"))
    task, engine = an_assignment(web, a_container("db"), a_container("cache")), an_engine()
    play(engine, tmp_path, task, is_running)
    hosts = (tmp_path / "tasks" / "0123" / "hosts-web").read_text().splitlines()
    assert [line for line in hosts if line.startswith("10.0.0.1")][1:] == [
        "10.0.0.11\tstore",
        "10.0.0.11\tdb",
        "10.0.0.12\tcache",
    ]
    starts = [line for line in short(engine.done) if line.startswith("start ") and "-" not in line]
    assert starts[-1] == "start web"


def test_a_container_is_made_after_those_whose_volumes_it_sees(tmp_path: Path) -> None:
    web = a_container("web", volumes_from=(VolumeFrom(container="data", read_only=True),))
    task, engine = an_assignment(web, a_container("data")), an_engine()
    play(engine, tmp_path, task, is_running)
    source = f"id-{container_name(task, 'data')}"
    assert spec_of(engine, task, "web").volumes_from == (f"{source}:ro",)
    made = short(engine.done)
    assert made.index("create data") < made.index("create web")


@pytest.mark.parametrize("mode", ["bridge", "awsvpc", "host"])
def test_shared_processes_are_those_of_one_more_pause(tmp_path: Path, mode: str) -> None:
    engine = an_engine()
    addresses = {"awsvpc": (("", "10.0.0.5"),), "host": ()}.get(mode)
    task = an_assignment(a_container("web"), a_container("side"), network_mode=mode)
    task = replace(
        task,
        pid_mode="task",
        ipc_mode="none",
        addresses=task.addresses if addresses is None else addresses,
    )
    play(engine, tmp_path, task, is_running)
    shared = next(
        id for id, spec in engine.specs.items() if ("seaway.container", SHARED) in spec.labels
    )
    assert engine.specs[shared].ipc_mode == "shareable"
    for name in ("web", "side"):
        spec = spec_of(engine, task, name)
        assert (spec.pid_mode, spec.ipc_mode) == (f"container:{shared}", "none")
    engine.done.clear()
    play(engine, tmp_path, task, is_running)
    assert not [line for line in short(engine.done) if line.startswith("create")]
    play(engine, tmp_path, replace(task, desired_status=STOPPED), is_stopped)
    assert engine.specs == {}


def test_a_container_without_networking_has_no_namespace_of_ours(tmp_path: Path) -> None:
    alone = a_container("alone", disable_networking=True)
    task, engine = an_assignment(alone, a_container("web")), an_engine()
    link = play(engine, tmp_path, task, is_running)
    reports = [m for m in link.said if isinstance(m, Report)]
    assert [s.container for s in reports[-1].sandboxes] == ["web"]
    spec = spec_of(engine, task, "alone")
    assert (spec.network, spec.network_disabled) == ("none", True)


# Volumes and disk


def test_a_shared_volume_is_made_where_it_may_be_and_stays(tmp_path: Path) -> None:
    docker = DockerVolume(
        scope="shared", autoprovision=True, driver="local", labels=(("team", "cats"),)
    )
    task = an_assignment(volumes=(Volume(name="data", docker=docker),))
    engine = an_engine()
    play(engine, tmp_path, task, is_running)
    expected = VolumeSpec(name="data", labels=(("team", "cats"),), driver="local")
    assert engine.made_volumes == {"data": expected}
    play(engine, tmp_path, replace(task, desired_status=STOPPED), is_stopped)
    assert engine.made_volumes == {"data": expected}

    other = replace(docker, labels=(("team", "dogs"),))
    unlike = replace(task, task=task.task + "b", volumes=(Volume(name="data", docker=other),))
    assert "its labels are {'team': 'cats'}" in refused(engine, tmp_path, unlike)


def test_a_shared_volume_that_is_not_there_fails_the_task(tmp_path: Path) -> None:
    absent = Volume(name="data", docker=DockerVolume(scope="shared"))
    task = an_assignment(volumes=(absent,))
    assert refused(an_engine(), tmp_path, task) == (
        "ResourceInitializationError: initialize volume: volume detection failed, volume 'data' "
        "does not exist and autoprovision is set to false"
    )


def test_a_task_is_refused_the_disk_that_the_machine_does_not_have(tmp_path: Path) -> None:
    play(an_engine(), tmp_path, an_assignment(ephemeral_storage=50), is_running)
    task = an_assignment(ephemeral_storage=51)
    assert refused(an_engine(), tmp_path / "b", task) == (
        "ResourceInitializationError: the task asks for 51 GiB of ephemeral storage, and 50.0 GiB "
        "are free where the container engine keeps its data"
    )


# Started again


def restarting(**more: object) -> ContainerDefinition:
    return a_container(restart=RestartPolicy(attempt_period=60), **more)


def end(engine: FakeEngine, task: Assignment, *, after: float, code: int = 1) -> None:
    """The container ends, having run so long."""
    name = container_name(task, "web")
    began = engine.state[f"id-{name}"].started_at or 0.0
    engine.end(name, code, finished_at=began + after)


async def restarted(link: MemoryLink, times: int) -> Report:
    def is_it(message: object) -> bool:
        return isinstance(message, Report) and message.containers[0].restarts == times

    found = await link.until(is_it)
    assert isinstance(found, Report)
    return found


def test_a_container_with_a_policy_is_started_again_where_it_was(tmp_path: Path) -> None:
    task, engine = an_assignment(restarting(), logs=(a_stream("web"),)), an_engine()
    written = engine.written.setdefault(f"id-{container_name(task, 'web')}", [])

    async def story(link: MemoryLink) -> None:
        await link.report(TaskStatus.RUNNING)
        written.append(OutputLine(at=1, text="one"))
        end(engine, task, after=60)
        again = await restarted(link, 1)
        written.append(OutputLine(at=2, text="two"))
        assert (again.status, again.containers[0].status) == (TaskStatus.RUNNING,) * 2
        assert again.containers[0].exit_code is None
        end(engine, task, after=59, code=5)
        stopped = await link.report(STOPPED)
        assert stopped.stop_code == "EssentialContainerExited"
        assert (stopped.containers[0].exit_code, stopped.containers[0].restarts) == (5, 1)

    link = play(engine, tmp_path, task, story)
    seen = [m.containers[0] for m in link.said if isinstance(m, Report)]
    assert 1 not in {c.exit_code for c in seen}  # an end that is answered is not shown as one
    lines = [line.text for m in link.said if isinstance(m, LogBatch) for line in m.lines]
    assert lines == ["one", "two"]
    assert short(engine.done)[3:] == [
        "create web",
        "start web",
        "start web",
        "remove web",
        "remove pause-web",
    ]


def test_a_container_that_cannot_be_started_again_is_lost(tmp_path: Path) -> None:
    task, engine = an_assignment(restarting()), an_engine()

    async def story(link: MemoryLink) -> None:
        await link.report(TaskStatus.RUNNING)
        engine.refuses["start", container_name(task, "web")] = EngineError("no such device")
        end(engine, task, after=61)
        stopped = await link.report(STOPPED)
        assert stopped.stop_code == "EssentialContainerExited"
        assert stopped.containers[0].reason == (
            "CannotStartContainerError: Error response from daemon: no such device"
        )

    play(engine, tmp_path, task, story)


def test_a_task_that_is_to_stop_starts_nothing_again(tmp_path: Path) -> None:
    task, engine = an_assignment(restarting()), an_engine()

    async def story(link: MemoryLink) -> None:
        await link.report(TaskStatus.RUNNING)
        link.to_host.put_nowait(replace(task, desired_status=STOPPED, may_stop=False))
        await asyncio.sleep(0)
        end(engine, task, after=61)
        await link.until(lambda m: isinstance(m, Report) and m.containers[0].status is STOPPED)
        link.to_host.put_nowait(replace(task, desired_status=STOPPED))
        stopped = await link.report(STOPPED)
        assert stopped.containers[0].restarts == 0

    play(engine, tmp_path, task, story)


def test_what_ended_while_nobody_looked_is_started_again_and_counted_once(tmp_path: Path) -> None:
    task, engine = an_assignment(restarting()), an_engine()
    play(engine, tmp_path, task, is_running)
    end(engine, task, after=61)
    # An agent that was killed between writing the restart down and doing it:
    ended = engine.state[f"id-{container_name(task, 'web')}"].finished_at
    assert ended is not None
    assert RestartCounts(tmp_path / "tasks" / "0123").count("web", ended) == 1

    async def story(link: MemoryLink) -> None:
        await link.report(TaskStatus.RUNNING)
        while not engine.state[f"id-{container_name(task, 'web')}"].running:
            await asyncio.sleep(0)
        end(engine, task, after=1)
        stopped = await link.report(STOPPED)
        assert stopped.containers[0].restarts == 1

    play(engine, tmp_path, task, story)
    assert short(engine.done).count("start web") == 2


# The log router


def test_the_router_is_started_first_and_gets_its_files_before(tmp_path: Path) -> None:
    routed = LogConfiguration(driver="awsfirelens", options=(("Name", "stdout"),))
    router = a_container("router", firelens=Firelens(type="fluentbit"))
    task, engine = an_assignment(a_container("web", log=routed), router), an_engine()

    async def story(link: MemoryLink) -> None:
        await link.report(TaskStatus.RUNNING)
        link.to_host.put_nowait(replace(task, desired_status=STOPPED))
        await link.report(STOPPED)

    play(engine, tmp_path, task, story)
    done = short(engine.done)
    assert done.index("start router") < done.index("start web")
    assert done.index("stop web") < done.index("stop router")
    assert list((tmp_path / "tasks" / "0123").iterdir()) == [
        tmp_path / "tasks" / "0123" / "report.json"
    ]


def test_a_router_whose_file_is_not_to_be_had_fails_the_task(tmp_path: Path) -> None:
    options = (("config-file-type", "s3"), ("config-file-value", "arn:aws:s3:::b/c"))
    router = a_container("router", firelens=Firelens(type="fluentbit", options=options))
    reason = refused(an_engine(), tmp_path, an_assignment(router), MemoryControl())
    assert reason == (
        "ResourceInitializationError: the log router's configuration file in S3 cannot be fetched"
    )
