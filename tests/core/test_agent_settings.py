"""What an instance's user data says of it."""

from __future__ import annotations

import base64

import pytest

from seaway.core.agent_settings import attributes_in


@pytest.mark.parametrize(
    "text",
    [
        'echo ECS_INSTANCE_ATTRIBUTES={\\"stack\\":\\"blue\\"} >> /etc/ecs/ecs.config',
        """echo 'ECS_INSTANCE_ATTRIBUTES={"stack": "blue"}' >> /etc/ecs/ecs.config""",
        'echo "ECS_INSTANCE_ATTRIBUTES={\\"stack\\": \\"blue\\"}" >> /etc/ecs/ecs.config',
        'cat <<EOF >> ecs.config\nECS_CLUSTER=a\nECS_INSTANCE_ATTRIBUTES={"stack":"blue"}\nEOF',
        'ECS_INSTANCE_ATTRIBUTES={"stack":"old"}\nECS_INSTANCE_ATTRIBUTES={"stack":"blue"}\n',
        'ECS_INSTANCE_ATTRIBUTES={"stack":"blue","ecs.os-type":"mine","number":1}',
    ],
)
def test_an_instance_s_own_attributes_are_read_as_a_shell_would_write_them(text: str) -> None:
    assert attributes_in(base64.b64encode(text.encode()).decode()) == (("stack", "blue"),)
    assert attributes_in(text) == (("stack", "blue"),)


@pytest.mark.parametrize("text", ["", "ECS_CLUSTER=a", "ECS_INSTANCE_ATTRIBUTES={stack: blue}"])
def test_without_readable_attributes_there_are_none(text: str) -> None:
    assert attributes_in(text) == ()
