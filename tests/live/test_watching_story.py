"""What starts tasks without being asked: rules, schedules, alarms, new machines."""

from __future__ import annotations
