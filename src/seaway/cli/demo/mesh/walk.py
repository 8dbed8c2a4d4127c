"""The seven chapters, on top of cats, dogs and web as the first demo leaves them."""

from __future__ import annotations

from collections.abc import Callable

from seaway.cli.demo.clients import Aws
from seaway.cli.demo.mesh.asking import Program
from seaway.cli.demo.mesh.everyone import everyone_calls
from seaway.cli.demo.mesh.kittens import KITTENS, live_names, name_goes
from seaway.cli.demo.mesh.rules import intentions, policies
from seaway.cli.demo.mesh.tracing import tracing
from seaway.cli.demo.mesh.watching import explanations, passing
from seaway.cli.demo.stage import Stage

CHAPTERS = 8


class MeshWalk:
    """What Service Connect does here beyond AWS, each on running tasks and by AWS's own calls."""

    def __init__(self, aws: Aws, stage: Stage, seaway: Program) -> None:
        self._aws = aws
        self._stage = stage
        self._seaway = seaway

    def through(self, prepare: Callable[[], None] | None) -> None:
        """All chapters; ``prepare`` brings cats, dogs and web up first. Raises as they do."""
        if prepare is not None:
            prepare()
        aws, stage, seaway = self._aws, self._stage, self._seaway
        step = stage.step
        with step("Live names", f"The service {KITTENS} is made now; a task of web that runs "
                  "already calls it by name. On AWS it had to be redeployed."):  # fmt: skip
            live_names(aws, stage)
        with step("Everyone may call", "A task started by RunTask, and a program on this machine, "
                  "use the same names."):  # fmt: skip
            everyone_calls(aws, stage)
        with step("Why can't web reach it?", "One command walks the whole way and says where it "
                  "breaks."):  # fmt: skip
            explanations(aws, stage, seaway)
        with step("Policy", "Split, faults, retries, rates: tags on a service, in force at once in "
                  "tasks that run."):  # fmt: skip
            policies(aws, stage, seaway)
        with step("Who may call whom", "web may no longer call dogs: not by its name, and not by "
                  "its address."):  # fmt: skip
            intentions(aws, stage)
        with step("Tracing", "Spans go to any OTLP collector, and go on with the caller's trace."):
            tracing(aws, stage)
        with step("See it", "Requests as they pass, rates by edge, and Prometheus."):
            passing(aws, stage, seaway)
        with step("A name goes", f"{KITTENS} is deleted; running tasks know it no more."):
            name_goes(aws, stage)
        stage.summary()
