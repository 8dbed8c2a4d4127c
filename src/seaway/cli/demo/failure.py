"""How a step of the demo ends when it can't go on."""

from __future__ import annotations


class DemoFailed(Exception):
    """A step can't go on; one sentence says why, ``look`` where to look (commands, lines)."""

    def __init__(self, sentence: str, *look: str) -> None:
        super().__init__(sentence)
        self.look = look
