"""What is refused in plain words, since doing nothing would look like having done it."""

from __future__ import annotations

from typing import Any

from seaway.aws.autoscaling.errors import ValidationError
from seaway.aws.call import Call
from seaway.aws.operation import operation
from seaway.store.transaction import Transaction


@operation("autoscaling")
def attach_load_balancer_target_groups(tx: Transaction, call: Call, request: Any) -> Any:
    """Refused: instances of a group are not registered as targets."""
    raise ValidationError(
        "Attaching target groups to an Auto Scaling group is not supported by Seaway; let the "
        "ECS service register its tasks in the target group."
    )


@operation("autoscaling")
def put_lifecycle_hook(tx: Transaction, call: Call, request: Any) -> Any:
    """Refused: instances start and end without waiting for anybody."""
    raise ValidationError("Lifecycle hooks are not supported by Seaway yet.")
