"""The host agent on a real Docker Engine."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from seaway.agent.cgroup import cgroups_for
from seaway.agent.containers import INSTALLATION, TASK
from seaway.agent.docker import DockerEngine
from seaway.agent.hosts import remove_block, write_block
from seaway.agent.images import Registry
from seaway.core.task import Health, TaskStatus
from seaway.core.task_definition import (
    Dependency,
    HealthCheck,
    MountPoint,
    PortMapping,
    Volume,
)
from seaway.link.messages import HostPlan, Network, PlanProblem, Report, Usage
from tests.live.agent_process import counting
from tests.live.machine import (
    IMAGE,
    LOOP,
    NETWORK,
    PLAN,
    Machine,
    a_running_agent,
    a_task,
    an_engine,
    shell,
)
from tests.registry.running import Running

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(
        os.geteuid() != 0 or shutil.which("docker") is None, reason="needs root and Docker Engine"
    ),
]

SCOPE = f"test{os.getpid()}"
Story = Callable[[Machine], Awaitable[None]]


@asynccontextmanager
async def a_machine(directory: Path) -> AsyncIterator[Machine]:
    async with (
        an_engine(directory, SCOPE) as engine,
        a_running_agent(engine, directory, SCOPE) as machine,
    ):
        machine.assign(PLAN)
        yield machine


def play(directory: Path, story: Story) -> None:
    async def played() -> None:
        async with a_machine(directory) as machine:
            await story(machine)

    asyncio.run(played())


async def left_of(engine: DockerEngine, task: str) -> int:
    return len(await engine.containers(((INSTALLATION, SCOPE), (TASK, task))))


def test_a_bridge_task_runs_limited_named_and_addressed_and_leaves_nothing(tmp_path: Path) -> None:
    async def story(machine: Machine) -> None:
        web = shell("web", f"echo hello; {LOOP}", memory=64, cpu=128)
        task = replace(a_task(1, web), cpu=512, memory=128, names=(("cats", "127.255.0.1"),))
        machine.assign(task)
        activating = await machine.report(task, TaskStatus.ACTIVATING)
        assert os.path.ismount(activating.sandboxes[0].path)
        running = await machine.report(task, TaskStatus.RUNNING)
        assert running.sandboxes == activating.sandboxes
        assert "10.203.1.10" in await machine.inside(running, "getent", "hosts", "10.203.1.10")
        assert "127.255.0.1" in await machine.inside(running, "getent", "hosts", "cats")
        group = Path("/sys/fs/cgroup/cpu/seaway") / SCOPE / f"{1:032x}" / "cpu.cfs_quota_us"
        if group.parent.exists():  # control groups version 1
            assert group.read_text() == "50000\n"
        assert "hello" in await machine.lines("hello")
        usage = await machine.link.heard(Usage, lambda u: u.task == task.task and u.memory > 0)
        assert usage.cpu < 600

        machine.assign(replace(task, desired_status=TaskStatus.STOPPED))
        stopped = await machine.report(task, TaskStatus.STOPPED)
        assert stopped.containers[0].exit_code == 0
        assert stopped.stop_code is None
        assert "asked" in machine.output()
        assert await left_of(machine.engine, task.task) == 0
        facts = await machine.engine.about()
        assert cgroups_for(facts, SCOPE).usage(f"{1:032x}") is None

    play(tmp_path, story)


def test_containers_of_an_awsvpc_task_share_an_address_and_loopback(tmp_path: Path) -> None:
    async def story(machine: Machine) -> None:
        pair = (shell("web", LOOP), shell("side", LOOP))
        task = a_task(2, *pair, mode="awsvpc")
        machine.assign(task)
        running = await machine.report(task, TaskStatus.RUNNING)
        assert [sandbox.container for sandbox in running.sandboxes] == [""]
        for container in (0, 1):
            said = await machine.inside(running, "hostname", container=container)
            assert said.strip() == "ip-10-203-2-10.us-east-1.compute.internal"

    play(tmp_path, story)


def test_a_task_is_said_to_listen_when_somebody_does(tmp_path: Path) -> None:
    async def story(machine: Machine) -> None:
        named = (PortMapping(container_port=80, name="web"),)
        task = a_task(21, shell("web", LOOP, ports=named))
        machine.assign(task)
        report = await machine.report(task, TaskStatus.RUNNING)
        assert report.listening is False
        (sandbox,) = report.sandboxes
        words = ("nsenter", f"--net={sandbox.path}", sys.executable, "-m", "http.server", "80")
        server = await asyncio.create_subprocess_exec(*words, stderr=asyncio.subprocess.DEVNULL)
        try:
            await machine.link.heard(Report, lambda r: r.task == task.task and bool(r.listening))
        finally:
            server.kill()
            await server.wait()

    play(tmp_path, story)


def test_tasks_reach_each_other_and_the_machine_and_an_address_may_be_given_again(
    tmp_path: Path,
) -> None:
    async def story(machine: Machine) -> None:
        with socket.create_server(("0.0.0.0", 0)) as server:
            server.settimeout(10)
            port = server.getsockname()[1]
            for number in (16, 17):
                call = f"exec 3<>/dev/tcp/10.203.0.1/{port}; sleep 1"
                web = replace(shell("web", LOOP), command=("bash", "-c", call))
                task = replace(a_task(number, web), addresses=(("web", "10.203.16.10"),))
                machine.assign(task)
                connection, (caller, _) = await asyncio.to_thread(server.accept)
                connection.close()
                assert caller == "10.203.16.10"
                await machine.report(task, TaskStatus.STOPPED)

    play(tmp_path, story)


def test_no_container_starts_before_it_may_and_namespaces_stay_until_they_may_go(
    tmp_path: Path,
) -> None:
    async def story(machine: Machine) -> None:
        held = replace(a_task(3, shell("web", LOOP)), may_start=False, may_release=False)
        machine.assign(held)
        activating = await machine.report(held, TaskStatus.ACTIVATING)
        assert activating.started_at is None
        machine.assign(replace(held, may_start=True))
        await machine.report(held, TaskStatus.RUNNING)
        stopping = replace(held, may_start=True, desired_status=TaskStatus.STOPPED)
        machine.assign(stopping)
        waiting = await machine.report(held, TaskStatus.DEPROVISIONING)
        assert os.path.ismount(waiting.sandboxes[0].path)
        machine.assign(replace(stopping, may_release=True))
        await machine.report(held, TaskStatus.STOPPED)
        assert not os.path.ismount(waiting.sandboxes[0].path)

    play(tmp_path, story)


def test_an_essential_container_that_ends_takes_the_others_along(tmp_path: Path) -> None:
    async def story(machine: Machine) -> None:
        task = a_task(4, shell("web", "exit 7"), shell("side", LOOP))
        machine.assign(task)
        stopped = await machine.report(task, TaskStatus.STOPPED)
        assert stopped.stop_code == "EssentialContainerExited"
        assert stopped.reason == "Essential container in task exited"
        assert [c.exit_code for c in stopped.containers] == [7, 0]

    play(tmp_path, story)


@pytest.mark.parametrize("own", [16, None])
def test_a_container_over_its_own_or_its_tasks_memory_is_killed_and_says_so(
    tmp_path: Path, own: int | None
) -> None:
    async def story(machine: Machine) -> None:
        # The shell itself grows, as it is what the engine watches.
        greedy = shell("web", 'x=0123456789abcdef; while :; do x="$x$x"; done', memory=own)
        task = replace(a_task(5, greedy), memory=32)
        machine.assign(task)
        stopped = await machine.report(task, TaskStatus.STOPPED)
        assert stopped.containers[0].exit_code == 137
        assert stopped.containers[0].reason == (
            "OutOfMemoryError: Container killed due to memory usage"
        )

    play(tmp_path, story)


def test_a_task_gets_no_more_cpu_than_it_was_given(tmp_path: Path) -> None:
    async def story(machine: Machine) -> None:
        task = replace(a_task(18, shell("web", "while :; do :; done")), cpu=256)
        machine.assign(task)
        await machine.report(task, TaskStatus.RUNNING)
        seen = len(machine.link.said)
        await until(lambda: sum(isinstance(m, Usage) for m in machine.link.said[seen:]) >= 3)
        usages = [m.cpu for m in machine.link.said[seen:] if isinstance(m, Usage)]
        assert 0 < usages[-1] < 300  # how much of its 256 it gets is the machine's business

    play(tmp_path, story)


def test_a_new_name_is_usable_in_a_running_task_at_once(tmp_path: Path) -> None:
    async def story(machine: Machine) -> None:
        task = replace(a_task(6, shell("web", LOOP)), names=(("cats", "127.255.0.1"),))
        machine.assign(task)
        running = await machine.report(task, TaskStatus.RUNNING)
        wait = "until getent hosts dogs; do sleep 0.05; done"
        asked = asyncio.create_task(machine.inside(running, "sh", "-c", wait))
        machine.assign(replace(task, names=(*task.names, ("dogs", "127.255.0.2"))))
        async with asyncio.timeout(10):
            assert "127.255.0.2" in await asked
        assert "127.255.0.1" in await machine.inside(running, "getent", "hosts", "cats")

    play(tmp_path, story)


def test_containers_start_in_dependency_order_and_stop_in_reverse(tmp_path: Path) -> None:
    async def story(machine: Machine) -> None:
        healthy = HealthCheck(command=("CMD", "cat", "/tmp/ready"), interval=5, retries=1)
        db = shell("db", f"echo >/tmp/ready; {LOOP}", health_check=replace(healthy, interval=1))
        init = shell("init", "exit 0", essential=False)
        needs = (
            Dependency(container="db", condition="HEALTHY"),
            Dependency(container="init", condition="SUCCESS"),
        )
        web = shell("web", f"cat /data/mark; {LOOP}", depends_on=needs)
        shared = (MountPoint(volume="data", path="/data"), MountPoint(volume="tmp", path="/tmp"))
        init = replace(init, command=("sh", "-c", "echo made >/data/mark"), mounts=shared)
        both = (replace(web, mounts=shared), replace(db, mounts=shared), init)
        task = replace(a_task(7, *both), volumes=(Volume(name="data"), Volume(name="tmp")))
        machine.assign(task)
        running = await machine.report(task, TaskStatus.RUNNING)
        assert running.containers[1].health is Health.HEALTHY
        assert "made" in await machine.lines("made")
        machine.assign(replace(task, desired_status=TaskStatus.STOPPED))
        await machine.report(task, TaskStatus.STOPPED)
        seen = [
            tuple(c.status is TaskStatus.STOPPED for c in report.containers[:2])
            for report in machine.link.said
            if isinstance(report, Report) and report.status is TaskStatus.STOPPING
        ]
        assert (False, True) not in seen  # the database never ended before its user
        assert await machine.engine.volumes(((INSTALLATION, SCOPE),)) == ()

    play(tmp_path, story)


def test_what_the_engine_refuses_is_told_in_aws_words(tmp_path: Path) -> None:
    async def story(machine: Machine) -> None:
        fine = shell("web", LOOP)
        unknown = a_task(10, replace(fine, image="127.0.0.1:1/no/such:1"))
        no_program = a_task(11, replace(fine, command=("no-such-program",)))
        strange = a_task(12, fine)
        strange = replace(strange, addresses=(("web", "10.250.0.1"),))
        said = {}
        for task in (unknown, no_program, strange):
            machine.assign(task)
        for task in (unknown, no_program, strange):
            stopped = await machine.report(task, TaskStatus.STOPPED)
            assert stopped.stop_code == "TaskFailedToStart"
            assert stopped.containers[0].exit_code is None
            said[task.task] = (stopped.reason or "").partition(": ")
        assert [kind for kind, _, _ in said.values()] == [
            "CannotPullContainerError",
            "CannotStartContainerError",
            "ResourceInitializationError",
        ]
        assert said[unknown.task][2].startswith("Error response from daemon: ")
        assert said[strange.task][2] == "the address 10.250.0.1 is not in the range 10.203.0.0/16"
        assert "no-such-program" in said[no_program.task][2]

    play(tmp_path, story)


def test_addresses_of_the_machine_come_and_go_with_the_plan(tmp_path: Path) -> None:
    async def story(machine: Machine) -> None:
        (tmp_path / "machine-hosts").touch()
        two = (("vpc-0agent", "10.203.0.200"), ("vpc-0agent", "10.203.0.201"))
        names = (("cats.example.test", "10.203.0.200"),)
        machine.assign(HostPlan(networks=(NETWORK,), addresses=two, names=names))
        await until(lambda: all(is_here(address) for _, address in two))
        await until(lambda: "cats.example.test" in (tmp_path / "machine-hosts").read_text())
        machine.assign(HostPlan(networks=(NETWORK,), addresses=two[:1]))
        await until(lambda: not is_here("10.203.0.201"))
        assert is_here("10.203.0.200")
        assert is_here("10.203.0.1")

    play(tmp_path, story)


def test_a_range_that_is_taken_is_told_in_one_sentence(tmp_path: Path) -> None:
    async def story(machine: Machine) -> None:
        other = Network(vpc="vpc-0other", cidr="10.203.128.0/24")
        machine.assign(HostPlan(networks=(NETWORK, other)))
        problem = await machine.link.heard(PlanProblem)
        assert problem.subject == "vpc-0other"
        assert problem.message.startswith("The range 10.203.128.0/24 of vpc-0other overlaps")

    play(tmp_path, story)


def test_after_kill_9_tasks_are_adopted_and_no_line_is_lost_or_doubled(tmp_path: Path) -> None:
    async def story() -> None:
        command = [sys.executable, "-m", "tests.live.agent_process", str(tmp_path), SCOPE]
        async with an_engine(tmp_path, SCOPE) as engine:
            root = Path(__file__).parents[2]
            process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root)
            assert process.stdout is not None
            before: list[str] = []
            while "RUNNING" not in before or len(before) < 50:
                before.append((await asyncio.to_thread(process.stdout.readline)).strip())
            process.send_signal(signal.SIGKILL)
            before += process.stdout.read().split()
            process.wait()
            process.stdout.close()
            before.remove("RUNNING")
            found = await engine.containers(((INSTALLATION, SCOPE),))
            async with a_running_agent(engine, tmp_path, SCOPE) as machine:
                machine.assign(PLAN)
                machine.assign(counting())
                running = await machine.report(counting(), TaskStatus.RUNNING)
                await machine.lines(str(int(before[-1]) + 60))
                assert await engine.containers(((INSTALLATION, SCOPE),)) == found
                assert running.containers[0].runtime_id in {c.id for c in found}
                assert running.pull_started_at is not None
                machine.assign(replace(counting(), desired_status=TaskStatus.STOPPED))
                await machine.report(counting(), TaskStatus.STOPPED)
                numbers = [line for line in before + machine.output() if line != "asked"]
                assert numbers == [str(n) for n in range(len(numbers))]

    asyncio.run(story())


def test_a_task_takes_a_pause_that_runs_and_another_agent_finds_both_again(tmp_path: Path) -> None:
    prefix = f"seaway-{SCOPE}-warm-"

    async def waiting(engine: DockerEngine) -> dict[str, str]:
        there = await engine.containers(((INSTALLATION, SCOPE),))
        return {c.id: c.name for c in there if c.name.startswith(prefix)}

    async def full(engine: DockerEngine) -> dict[str, str]:
        async with asyncio.timeout(20):
            while len(found := await waiting(engine)) < 2:
                await asyncio.sleep(0.02)
        return found

    async def story() -> None:
        first, second = (
            replace(a_task(number, shell("web", LOOP)), resolver="10.203.0.2")
            for number in (21, 22)
        )
        async with an_engine(tmp_path, SCOPE) as engine:
            async with a_running_agent(engine, tmp_path, SCOPE, warm_pauses=2) as machine:
                machine.assign(PLAN)
                machine.assign(first)
                await machine.report(first, TaskStatus.RUNNING)
                ready = await full(engine)
                machine.assign(second)
                running = await machine.report(second, TaskStatus.RUNNING)
                (pause,) = ready.keys() - (await waiting(engine)).keys()
                assert (await machine.inside(running, "hostname")).strip() == pause[:12]
                said = await machine.inside(running, "getent", "hosts", pause[:12])
                assert said.startswith("10.203.22.10")
                assert "10.203.0.2" in await machine.inside(running, "cat", "/etc/resolv.conf")
                await full(engine)
            async with a_running_agent(engine, tmp_path, SCOPE, warm_pauses=2) as machine:
                kept = await waiting(engine)
                machine.assign(PLAN)
                for task in (first, second):
                    machine.assign(task)
                    await machine.report(task, TaskStatus.RUNNING)
                    machine.assign(replace(task, desired_status=TaskStatus.STOPPED))
                    await machine.report(task, TaskStatus.STOPPED)
                left = await engine.containers(((INSTALLATION, SCOPE),))
                assert {c.id: c.name for c in left} == kept
                assert len(kept) == 2

    asyncio.run(story())


def test_a_task_that_ended_unseen_is_told_and_an_unknown_one_is_taken_away(tmp_path: Path) -> None:
    async def story() -> None:
        ended, orphan = a_task(13, shell("web", LOOP)), a_task(14, shell("web", LOOP))
        async with an_engine(tmp_path, SCOPE) as engine:
            async with a_running_agent(engine, tmp_path, SCOPE) as machine:
                machine.assign(PLAN)
                machine.assign(ended)
                machine.assign(orphan)
                running = await machine.report(ended, TaskStatus.RUNNING)
                await machine.report(orphan, TaskStatus.RUNNING)
            assert running.containers[0].runtime_id is not None
            await engine.stop(running.containers[0].runtime_id, 5)
            async with a_running_agent(engine, tmp_path, SCOPE) as machine:
                machine.assign(PLAN)
                machine.assign(ended)
                stopped = await machine.report(ended, TaskStatus.STOPPED)
                assert stopped.stop_code == "EssentialContainerExited"
                assert stopped.started_at == running.started_at
                async with asyncio.timeout(20):
                    while await left_of(engine, orphan.task):
                        await asyncio.sleep(0.1)
            async with a_running_agent(engine, tmp_path, SCOPE) as machine:
                machine.assign(ended)
                again = await machine.report(ended, TaskStatus.STOPPED)
                assert again == stopped

    asyncio.run(story())


def test_an_image_named_by_its_ecr_address_comes_from_our_registry(tmp_path: Path) -> None:
    name = "000000000000.dkr.ecr.us-east-1.localhost"

    async def story(registry: Running) -> None:
        local = f"{name}:{registry.port}/cats:1"
        token = registry.token
        async with an_engine(tmp_path, SCOPE) as engine:
            login = ["docker", "--config", str(tmp_path / "docker")]
            for words in (
                ["login", "-u", "AWS", "-p", token, f"{name}:{registry.port}"],
                ["tag", IMAGE, local],
                ["push", local],
                ["image", "rm", local],
            ):
                command = [*login, *words]
                await asyncio.to_thread(subprocess.run, command, capture_output=True, check=True)
            here = Registry(address=f"127.0.0.1:{registry.port}", token=lambda: token)
            async with a_running_agent(engine, tmp_path, SCOPE, here) as machine:
                machine.assign(PLAN)
                address = "000000000000.dkr.ecr.us-east-1.amazonaws.com/cats:1"
                task = a_task(15, replace(shell("web", LOOP), image=address))
                machine.assign(task)
                running = await machine.report(task, TaskStatus.RUNNING)
                assert running.containers[0].image == address
                pushed = ecr.describe_images(repositoryName="cats")["imageDetails"]
                assert running.containers[0].image_digest == pushed[0]["imageDigest"]
            subprocess.run(["docker", "image", "rm", "-f", local], capture_output=True, check=False)

    (tmp_path / "state").mkdir()
    with Running(tmp_path / "state") as registry:
        ecr = registry.ecr()
        ecr.create_repository(repositoryName="cats")
        write_block(Path("/etc/hosts"), SCOPE, ((name, "127.0.0.1"),))
        try:
            asyncio.run(story(registry))
        finally:
            remove_block(Path("/etc/hosts"), SCOPE)


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not is_so():
            await asyncio.sleep(0.05)


def is_here(address: str) -> bool:
    """The machine has the address: something can listen on it."""
    with socket.socket() as probe:
        try:
            probe.bind((address, 0))
        except OSError:
            return False
        return True
