"""Tells Envoy: a snapshot per proxy, served over xDS. Never invents a route."""

import os

# gRPC would otherwise stop its threads around every child process the agent starts.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "false")
