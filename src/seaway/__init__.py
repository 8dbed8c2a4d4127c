"""Seaway: Amazon ECS with Service Connect, on machines you own."""

__version__ = "0.1.0"
