"""A task's guards, ingress and names, from the control plane's word to its namespaces."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from seaway.agent.containers import container_name
from seaway.agent.hosts import write_block
from seaway.agent.rules import Rules
from seaway.core.task import TaskStatus
from seaway.link.messages import Assignment, Guard, HostPlan, Ingress, PlanProblem, Refused
from tests.agent.builders import (
    MemoryFirewall,
    MemoryLink,
    a_container,
    an_agent,
    an_assignment,
    an_engine,
)
from tests.agent.fake_engine import FakeEngine

Story = Callable[[MemoryLink, MemoryFirewall], Awaitable[None]]
PAIR = (a_container("web"), a_container("log"))
NAMES = (("cats", "127.255.0.1"), ("cats", "2600:f0f0::1"))


def play(directory: Path, story: Story, engine: FakeEngine | None = None) -> None:
    """Run an agent with a firewall that is only written down, and the story beside it."""

    async def played() -> None:
        link, firewall = MemoryLink(), MemoryFirewall()
        machine = directory / "machine-hosts"
        agent = an_agent(engine or an_engine(), link, directory, firewall, machine)
        job = asyncio.create_task(agent.run())
        try:
            await story(link, firewall)
        finally:
            job.cancel()
            await asyncio.wait({job})

    asyncio.run(played())


def sandbox(task: Assignment, space: str) -> str:
    return "/netns/" + container_name(task, f"~internal~ecs~pause-{space}".rstrip("-"))


def hosts(directory: Path, space: str) -> str:
    return (directory / "tasks" / "0123" / f"hosts-{space}").read_text()


def test_each_namespace_of_a_bridge_task_has_its_own_containers_rules(tmp_path: Path) -> None:
    task = an_assignment(
        *PAIR,
        uses_mesh=True,
        guards=(Guard(container="web", port=80, sources=("10.0.9.9",)),),
        ingress=(Ingress(container="log", port=81, listener=61002),),
    )

    async def story(link: MemoryLink, firewall: MemoryFirewall) -> None:
        link.to_host.put_nowait(task)
        await link.report(TaskStatus.RUNNING)
        assert firewall.there == {
            sandbox(task, "web"): Rules(
                address="10.0.0.10",
                machine=("10.0.0.1",),
                guards=((80, ("10.0.9.9",)),),
                calls=True,
            ),
            sandbox(task, "log"): Rules(
                address="10.0.0.11", machine=("10.0.0.1",), ingress=((81, 61002),), calls=True
            ),
        }

    play(tmp_path, story)


def test_rules_change_while_the_task_runs_and_one_failure_is_not_the_end(tmp_path: Path) -> None:
    task = an_assignment()

    async def story(link: MemoryLink, firewall: MemoryFirewall) -> None:
        link.to_host.put_nowait(task)
        await link.report(TaskStatus.RUNNING)
        guards = (Guard(container="web", port=80, sources=()),)
        link.to_host.put_nowait(replace(task, guards=guards))
        await firewall.until(sandbox(task, "web"), lambda rules: rules.guards == ((80, ()),))
        firewall.fails.append(OSError("busy"))
        link.to_host.put_nowait(task)
        await firewall.until(sandbox(task, "web"), lambda rules: rules.guards == ())

    play(tmp_path, story)


def test_a_task_whose_guards_cannot_be_set_does_not_start(tmp_path: Path) -> None:
    async def story(link: MemoryLink, firewall: MemoryFirewall) -> None:
        firewall.fails.append(OSError("the program nft is not installed"))
        link.to_host.put_nowait(an_assignment())
        stopped = await link.report(TaskStatus.STOPPED)
        assert stopped.stop_code == "TaskFailedToStart"
        assert stopped.reason == "ResourceInitializationError: the program nft is not installed"

    play(tmp_path, story)


def test_the_next_agent_sets_the_rules_of_what_it_adopts_again(tmp_path: Path) -> None:
    engine, task = an_engine(), an_assignment()
    guarded = replace(task, guards=(Guard(container="web", port=80),))

    async def first(link: MemoryLink, firewall: MemoryFirewall) -> None:
        link.to_host.put_nowait(task)
        await link.report(TaskStatus.RUNNING)

    async def second(link: MemoryLink, firewall: MemoryFirewall) -> None:
        link.to_host.put_nowait(guarded)
        await firewall.until(sandbox(task, "web"), lambda rules: rules.guards == ((80, ()),))

    play(tmp_path, first, engine)
    play(tmp_path, second, engine)


def test_ipv6_lines_are_in_the_hosts_file_where_ipv6_calls_reach_the_proxy(tmp_path: Path) -> None:
    task = an_assignment(uses_mesh=True, names=NAMES)

    async def story(link: MemoryLink, firewall: MemoryFirewall) -> None:
        link.to_host.put_nowait(task)
        await link.report(TaskStatus.RUNNING)
        assert "2600:f0f0::1\tcats\n" in hosts(tmp_path, "web")
        more = (*NAMES, ("dogs", "2600:f0f0::2"))
        link.to_host.put_nowait(replace(task, names=more, guards=(Guard(container="web", port=1),)))
        await firewall.until(sandbox(task, "web"), lambda rules: rules.guards != ())
        assert "2600:f0f0::2\tdogs\n" in hosts(tmp_path, "web")

    play(tmp_path, story)


def test_without_ipv6_only_the_ipv4_lines_are_there(tmp_path: Path) -> None:
    async def story(link: MemoryLink, firewall: MemoryFirewall) -> None:
        firewall.has_ipv6 = False
        link.to_host.put_nowait(an_assignment(uses_mesh=True, names=NAMES))
        await link.report(TaskStatus.RUNNING)
        assert "127.255.0.1\tcats\n" in hosts(tmp_path, "web")
        assert "f0f0" not in hosts(tmp_path, "web")

    play(tmp_path, story)


def test_what_a_guard_refused_is_told_with_its_source(tmp_path: Path) -> None:
    task = an_assignment(guards=(Guard(container="web", port=80),))

    async def story(link: MemoryLink, firewall: MemoryFirewall) -> None:
        link.to_host.put_nowait(task)
        await link.report(TaskStatus.RUNNING)
        firewall.refusals[sandbox(task, "web")] = {("10.0.9.9", 80): 3}
        said = await link.until(lambda message: isinstance(message, Refused))
        assert said == Refused(task=task.task, port=80, source="10.0.9.9", count=3)

    play(tmp_path, story)


def test_the_machines_own_programs_call_names_as_the_plan_says(tmp_path: Path) -> None:
    async def story(link: MemoryLink, firewall: MemoryFirewall) -> None:
        for wanted in (True, False):
            link.to_host.put_nowait(HostPlan(calls_names=wanted))
            await firewall.until_calls(wanted)

    play(tmp_path, story)


def test_what_a_plan_found_in_the_way_is_told_once_and_tried_again_without_a_new_plan(
    tmp_path: Path,
) -> None:
    problem = PlanProblem(subject="127.254.0.0/16", message="another Seaway has them")

    async def story(link: MemoryLink, firewall: MemoryFirewall) -> None:
        firewall.in_the_way += [problem, problem, problem]
        link.to_host.put_nowait(HostPlan(calls_names=True))
        async with asyncio.timeout(5):
            while firewall.in_the_way:
                await asyncio.sleep(0.005)
        assert link.said.count(problem) == 1

    play(tmp_path, story)


@pytest.mark.skipif(os.geteuid() != 0, reason="the machine's hosts file is root's")
def test_the_machine_has_no_names_by_which_it_would_call_another_seaways(tmp_path: Path) -> None:
    problem = PlanProblem(subject="127.254.0.0/16", message="another Seaway has them")
    names = (("registry.localhost", "127.0.0.1"), ("cats.pets", "127.254.0.1"))

    async def story(link: MemoryLink, firewall: MemoryFirewall) -> None:
        machine = tmp_path / "machine-hosts"

        async def known(name: str) -> None:
            async with asyncio.timeout(5):
                while not machine.exists() or name not in machine.read_text():
                    await asyncio.sleep(0.005)

        write_block(machine, "killed", (("birds.pets", "127.254.0.1"),))
        firewall.in_the_way += [problem] * 3
        link.to_host.put_nowait(HostPlan(names=names, calls_names=True))
        await known("registry.localhost")
        assert "cats.pets" not in machine.read_text()
        assert "birds.pets" in machine.read_text()
        await known("cats.pets")
        async with asyncio.timeout(5):
            while "birds.pets" in machine.read_text():  # it would lead to our cats
                await asyncio.sleep(0.005)

    play(tmp_path, story)


def test_a_resolver_that_moves_is_asked_at_its_new_place(tmp_path: Path) -> None:
    task = an_assignment(resolver="10.0.0.2")

    async def story(link: MemoryLink, firewall: MemoryFirewall) -> None:
        file = tmp_path / "tasks" / "0123" / "resolv-web"
        link.to_host.put_nowait(task)
        await link.report(TaskStatus.RUNNING)
        assert file.read_text().startswith("nameserver 10.0.0.2\n")
        moved = replace(task, resolver="10.0.0.3", guards=(Guard(container="web", port=1),))
        link.to_host.put_nowait(moved)
        await firewall.until(sandbox(task, "web"), lambda rules: rules.guards != ())
        assert file.read_text().startswith("nameserver 10.0.0.3\n")

    play(tmp_path, story)
