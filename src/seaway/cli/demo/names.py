"""What the walk-through makes, by name."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from seaway.cli.demo.failure import DemoFailed

STACK = "catsdogs-network"
CLUSTER = "demo"
INSTANCES = "demo-instances"
"""The launch template, the Auto Scaling group and, as far as AWS allows, what belongs to them."""
PROVIDER = "demo-capacity"
EXECUTION_ROLE = "ecsTaskExecutionRole"
BALANCER = "demo-alb"
NAMESPACE = "catsdogs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One of the three services. ``path`` is where it answers behind the load balancer."""

    name: str
    path: str
    fargate: bool = False
    priority: int | None = None
    """Of its rule at the listener; None for the one that gets everything else."""

    @property
    def family(self) -> str:
        """Its task definition's family."""
        return f"{self.name}def"

    @property
    def port_name(self) -> str:
        """The name of its port, which Service Connect goes by."""
        return f"{self.name}-80-tcp"

    @property
    def log_group(self) -> str:
        """Where its containers' output goes."""
        return f"/ecs/{self.name}"

    @property
    def whoami(self) -> str:
        """The path that answers with one line: who it is."""
        return f"{self.path}whoami"


WEB = Part(name="web", path="/")
CATS = Part(name="cats", path="/cats/", priority=10)
DOGS = Part(name="dogs", path="/dogs/", priority=20, fargate=True)
PARTS = (WEB, CATS, DOGS)
SERVERS = (CATS, DOGS)


def examples() -> Path:
    """The directory of the example: beside the source, or packed into the program.

    Raises DemoFailed.
    """
    here = Path(__file__).resolve()
    for place in (here.parents[4] / "examples" / "catsdogs", here.parent / "catsdogs"):
        if (place / "network.yaml").is_file():
            return place
    raise DemoFailed("The example's files (examples/catsdogs) are not there.")
