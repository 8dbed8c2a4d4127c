"""Where programs inside a task find the host's agent."""

from __future__ import annotations

ADDRESS = "169.254.170.2"
"""The link-local address that AWS's SDKs know (ECS guide: task metadata endpoint, task roles)."""

PORT = 80
API_PORT = 4566
"""At the same address: the AWS API, for tasks that have a task role."""

LISTENING = 61010
API_LISTENING = 61011
"""Where we listen in a task's namespace: port 80 itself may be the task's own on all addresses."""

LED = ((PORT, LISTENING), (API_PORT, API_LISTENING))
"""(called port, port we listen on): the namespace's packet rules lead from one to the other."""
