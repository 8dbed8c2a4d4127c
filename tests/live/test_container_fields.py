"""What a container definition says, seen from inside real containers."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from seaway.agent.containers import INSTALLATION
from seaway.agent.engine import NotThere
from seaway.core.task import TaskStatus
from seaway.core.task_definition import (
    Device,
    DockerVolume,
    LogConfiguration,
    MountPoint,
    RestartPolicy,
    Secret,
    Tmpfs,
    Volume,
    VolumeFrom,
)
from seaway.link.asking import CannotFetch, ControlPlane
from seaway.link.messages import Assignment, Material, Report
from tests.live.fields_stage import HAND_OUT, PLAN, Vault, a_task
from tests.live.machine import LOOP, Machine, a_running_agent, an_engine, shell

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(
        os.geteuid() != 0 or shutil.which("docker") is None, reason="needs root and Docker Engine"
    ),
]

SCOPE = f"fields{os.getpid()}"
Story = Callable[[Machine], Awaitable[None]]


def play(directory: Path, story: Story, control: ControlPlane | None = None) -> None:
    async def played() -> None:
        async with (
            an_engine(directory, SCOPE) as engine,
            a_running_agent(engine, directory, SCOPE, control=control) as machine,
        ):
            machine.assign(PLAN)
            await story(machine)

    asyncio.run(played())


async def running(machine: Machine, task: Assignment) -> Report:
    machine.assign(task)
    return await machine.report(task, TaskStatus.RUNNING)


async def refusal(machine: Machine, task: Assignment) -> str:
    machine.assign(task)
    stopped = await machine.report(task, TaskStatus.STOPPED)
    assert stopped.stop_code == "TaskFailedToStart"
    return stopped.reason or ""


def test_a_linked_container_starts_first_and_is_known_by_its_alias(tmp_path: Path) -> None:
    async def story(machine: Machine) -> None:
        linking = shell("web", LOOP, links=("db:store", "side"))
        task = a_task(1, linking, shell("db", LOOP), shell("side", LOOP))
        report = await running(machine, task)
        for name, address in (("store", 11), ("db", 11), ("side", 12)):
            said = await machine.inside(report, "getent", "hosts", name)
            assert said.split()[0] == f"10.102.1.{address}"
        said = await machine.inside(
            report, "sh", "-c", "getent hosts web || echo none", container=1
        )
        assert said.strip() == "none"  # a link is one way

    play(tmp_path, story)


def test_volumes_of_another_container_of_the_task_of_the_engine_and_in_memory(
    tmp_path: Path,
) -> None:
    shared = f"shared-{SCOPE}"

    async def story(machine: Machine) -> None:
        mounts = (
            MountPoint(volume="own", path="/own"),
            MountPoint(volume=shared, path="/shared"),
            MountPoint(volume="host", path="/host", read_only=True),
        )
        (tmp_path / "given").mkdir()
        (tmp_path / "given" / "mark").write_text("of the host\n")
        keeper = shell("keeper", f"echo kept >/own/mark; echo stays >/shared/mark; {LOOP}")
        keeper = replace(keeper, mounts=mounts)
        user = shell(
            "user",
            LOOP,
            volumes_from=(VolumeFrom(container="keeper", read_only=True),),
            tmpfs=(Tmpfs(path="/memory", size=8, options=("noexec",)),),
            devices=(Device(host_path="/dev/fuse", container_path="/dev/wall"),)
            if Path("/dev/fuse").exists()
            else (),
        )
        labelled = DockerVolume(scope="task", driver="local", labels=(("team", "cats"),))
        forever = DockerVolume(scope="shared", autoprovision=True)
        task = replace(
            a_task(2, user, keeper),
            volumes=(
                Volume(name="own", docker=labelled),
                Volume(name=shared, docker=forever),
                Volume(name="host", host_path=str(tmp_path / "given")),
            ),
        )
        report = await running(machine, task)
        said = await machine.inside(report, "sh", "-c", "until cat /own/mark; do sleep 0.05; done")
        assert "kept" in said
        said = await machine.inside(report, "cat", "/shared/mark", "/host/mark")
        assert said.split() == ["stays", "of", "the", "host"]
        said = await machine.inside(report, "sh", "-c", "echo no >/own/mark || echo read-only")
        assert "read-only" in said.lower()
        mounted = await machine.inside(report, "grep", " /memory ", "/proc/mounts")
        assert mounted.startswith("tmpfs /memory tmpfs")
        assert "size=8192k" in mounted
        assert "noexec" in mounted
        if user.devices:
            assert (
                await machine.inside(report, "sh", "-c", "test -c /dev/wall && echo is") == "is\n"
            )
        own = await machine.engine.volumes((("team", "cats"), (INSTALLATION, SCOPE)))
        assert len(own) == 1
        machine.assign(replace(task, desired_status=TaskStatus.STOPPED))
        await machine.report(task, TaskStatus.STOPPED)
        with pytest.raises(NotThere):
            await machine.engine.volume(own[0])
        assert (await machine.engine.volume(shared)).labels == {}

        # The next task finds the shared volume, without asking for it to be made.
        reader = shell("reader", LOOP, mounts=(MountPoint(volume=shared, path="/shared"),))
        found = Volume(name=shared, docker=DockerVolume(scope="shared"))
        again = replace(a_task(3, reader), volumes=(found,))
        report = await running(machine, again)
        assert await machine.inside(report, "cat", "/shared/mark") == "stays\n"

        other = DockerVolume(scope="shared", autoprovision=True, labels=(("team", "dogs"),))
        unlike = replace(a_task(4, reader), volumes=(Volume(name=shared, docker=other),))
        assert "its labels are {}, not {'team': 'dogs'}" in await refusal(machine, unlike)
        nowhere = Volume(name="nowhere", docker=DockerVolume(scope="shared"))
        absent = replace(a_task(5, replace(reader, mounts=())), volumes=(nowhere,))
        assert await refusal(machine, absent) == (
            "ResourceInitializationError: initialize volume: volume detection failed, volume "
            "'nowhere' does not exist and autoprovision is set to false"
        )

    try:
        play(tmp_path, story)
    finally:
        subprocess.run(["docker", "volume", "rm", shared], capture_output=True, check=False)


@pytest.mark.parametrize("mode", ["bridge", "awsvpc", "host"])
def test_containers_of_a_task_share_their_processes_and_memory_when_it_says_so(
    tmp_path: Path, mode: str
) -> None:
    async def story(machine: Machine) -> None:
        pair = (shell("web", LOOP), shell("side", f"{LOOP} # here"))
        task = replace(a_task(6, *pair, mode=mode), pid_mode="task", ipc_mode="task")
        report = await running(machine, task)
        seen = [
            await machine.inside(report, "sh", "-c", "cat /proc/[0-9]*/cmdline", container=n)
            for n in (0, 1)
        ]
        assert all("# here" in said for said in seen)
        kinds = [await spaces_of(machine, report, n) for n in (0, 1)]
        assert kinds[0] == kinds[1]
        own = await running(machine, a_task(7, *pair))
        assert len({await spaces_of(machine, own, n) for n in (0, 1)}) == 2
        machine.assign(replace(task, desired_status=TaskStatus.STOPPED))
        stopped = await machine.report(task, TaskStatus.STOPPED)
        assert [c.exit_code for c in stopped.containers] == [0, 0]

    play(tmp_path, story)


async def spaces_of(machine: Machine, report: Report, container: int) -> tuple[str, str]:
    """The process and the IPC namespace that a container is in."""
    id = report.containers[container].runtime_id
    assert id is not None
    process = (await machine.engine.details(id)).process
    pid, ipc = (os.readlink(f"/proc/{process}/ns/{kind}") for kind in ("pid", "ipc"))
    return pid, ipc


def test_a_container_without_networking_has_loopback_and_nothing_else(tmp_path: Path) -> None:
    async def story(machine: Machine) -> None:
        alone = shell("alone", LOOP, disable_networking=True)
        report = await running(machine, a_task(8, alone, shell("web", LOOP)))
        assert [sandbox.container for sandbox in report.sandboxes] == ["web"]
        devices = await machine.inside(report, "grep", "-c", ":", "/proc/net/dev")
        assert devices.strip() == "1"

    play(tmp_path, story)


def test_swap_and_security_options_are_the_kernels(tmp_path: Path) -> None:
    async def story(machine: Machine) -> None:
        web = shell(
            "web",
            LOOP,
            memory=32,
            max_swap=32,
            swappiness=7,
            security_options=("no-new-privileges",),
            init_process=True,
        )
        report = await running(machine, a_task(9, web))
        said = await machine.inside(report, "grep", "NoNewPrivs", "/proc/1/status")
        assert said.split() == ["NoNewPrivs:", "1"]
        assert "docker-init" in await machine.inside(report, "cat", "/proc/1/cmdline")
        id = report.containers[0].runtime_id
        kept = subprocess.run(
            ["docker", "inspect", "-f", "{{json .HostConfig}}", str(id)],
            capture_output=True,
            check=True,
        )
        config = json.loads(kept.stdout)
        assert config["MemorySwap"] == 64 << 20
        assert config["MemorySwappiness"] == 7

    play(tmp_path, story)


def test_secrets_and_files_reach_the_program_and_no_file_of_ours(tmp_path: Path) -> None:
    secret = Secret(name="PASSWORD", value_from="arn:aws:ssm:us-east-1:000000000000:parameter/p")
    web = shell(
        "web",
        f"echo $PASSWORD $PLACE $COLOUR; {LOOP}",
        secrets=(secret,),
        environment_files=("arn:aws:s3:::b/f.env",),
        environment=(("COLOUR", "of the definition"),),
    )
    task = a_task(10, web)
    variables = (("COLOUR", "of the file"), ("PLACE", "here"), ("PASSWORD", "hunter-2"))
    vault = Vault({task.task: (Material(container="web", environment=variables),)})

    async def story(machine: Machine) -> None:
        await running(machine, task)
        await machine.lines("hunter-2 here of the definition")
        written = [path for path in tmp_path.rglob("*") if path.is_file()]
        assert written
        assert not [path for path in written if b"hunter-2" in path.read_bytes()]
        assert vault.asked == [task.task]

        unknown = replace(a_task(11, web))
        vault.refusals[unknown.task] = CannotFetch(HAND_OUT)
        assert await refusal(machine, unknown) == HAND_OUT

    play(tmp_path, story, vault)


def test_a_task_that_wants_more_disk_than_is_free_does_not_start(tmp_path: Path) -> None:
    async def story(machine: Machine) -> None:
        greedy = replace(a_task(12, shell("web", LOOP)), ephemeral_storage=1 << 20)
        reason = await refusal(machine, greedy)
        assert reason.startswith(
            "ResourceInitializationError: the task asks for 1048576 GiB of ephemeral storage, and "
        )
        assert await running(machine, replace(a_task(13, shell("web", LOOP)), ephemeral_storage=1))

    play(tmp_path, story)


def test_lines_that_belong_together_are_one_event(tmp_path: Path) -> None:
    async def story(machine: Machine) -> None:
        script = "echo '2026-01-02 oops'; echo '  at web'; echo '2026-01-03 fine'"
        options = (("awslogs-group", "live"), ("awslogs-datetime-format", "%Y-%m-%d"))
        web = shell("web", script, log=LogConfiguration(driver="awslogs", options=options))
        task = a_task(14, web)
        machine.assign(task)
        await machine.report(task, TaskStatus.STOPPED)
        assert machine.output() == ["2026-01-02 oops\n  at web", "2026-01-03 fine"]

    play(tmp_path, story)


def a_restarting_task(number: int, *, starts: int = 1000) -> Assignment:
    """It says which start it was and ends after its attempt period; the last one ends at once."""
    count = "echo x >>/data/starts; n=$(grep -c x /data/starts); echo $n"
    web = shell(
        "web",
        f"{count}; [ $n = {starts} ] && exit 4; sleep 1.2; exit 3",
        mounts=(MountPoint(volume="data", path="/data"),),
        restart=RestartPolicy(attempt_period=1),
    )
    return replace(a_task(number, web), volumes=(Volume(name="data"),))


def test_a_container_that_ends_is_started_again_in_place_until_it_ends_too_early(
    tmp_path: Path,
) -> None:
    async def story(machine: Machine) -> None:
        task = a_restarting_task(15, starts=3)
        first = await running(machine, task)
        again = await machine.link.heard(
            Report, lambda r: r.task == task.task and r.containers[0].restarts == 1
        )
        assert again.containers[0].runtime_id == first.containers[0].runtime_id
        assert again.status is TaskStatus.RUNNING
        assert again.containers[0].exit_code is None
        assert (await machine.lines("3"))[:3] == ["1", "2", "3"]
        stopped = await machine.report(task, TaskStatus.STOPPED)
        assert stopped.stop_code == "EssentialContainerExited"
        assert stopped.containers[0].exit_code == 4
        assert stopped.containers[0].restarts == 2
        told = [m for m in machine.link.said if isinstance(m, Report) and m.task == task.task]
        ended = [m for m in told if m.containers[0].status is TaskStatus.STOPPED]
        assert {m.containers[0].exit_code for m in ended} == {4}  # no restarted end was shown

    play(tmp_path, story)


def test_an_exit_code_to_be_ignored_is_the_end(tmp_path: Path) -> None:
    async def story(machine: Machine) -> None:
        policy = RestartPolicy(attempt_period=0, ignored_exit_codes=(7,))
        task = a_task(16, shell("web", "sleep 0.2; exit 7", restart=policy))
        machine.assign(task)
        stopped = await machine.report(task, TaskStatus.STOPPED)
        assert stopped.containers[0].exit_code == 7
        assert stopped.containers[0].restarts == 0

    play(tmp_path, story)


def test_restarts_go_on_after_kill_9_and_each_is_counted_once(tmp_path: Path) -> None:
    async def story() -> None:
        command = [sys.executable, "-m", "tests.live.fields_stage", str(tmp_path), SCOPE]
        async with an_engine(tmp_path, SCOPE) as engine:
            root = Path(__file__).parents[2]
            for restarts in ("1", "2"):
                process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root)
                assert process.stdout is not None
                while (line := await asyncio.to_thread(process.stdout.readline)) != f"{restarts}\n":
                    assert line, "the agent's process has ended"
                process.send_signal(signal.SIGKILL)
                process.wait()
                process.stdout.close()
            async with a_running_agent(engine, tmp_path, SCOPE) as machine:
                machine.assign(PLAN)
                task = a_restarting_task(20)
                machine.assign(task)
                again = await machine.link.heard(Report, lambda r: r.containers[0].restarts >= 3)
                await machine.lines(str(again.containers[0].restarts + 1))
                machine.assign(replace(task, desired_status=TaskStatus.STOPPED))
                stopped = await machine.report(task, TaskStatus.STOPPED)
                starts = max(int(line) for line in machine.output() if line.isdigit())
                assert stopped.containers[0].restarts == starts - 1

    asyncio.run(story())
