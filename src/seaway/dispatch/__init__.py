"""Hands over: assignments out to hosts, reports in. Never chooses where a task runs."""
