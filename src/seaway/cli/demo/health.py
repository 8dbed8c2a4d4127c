"""The last chapter: each service's traffic health, from CloudWatch."""

from __future__ import annotations
