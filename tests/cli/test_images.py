"""Images for the demo: what is taken from packages, what the builder gets, what an engine makes."""

from __future__ import annotations

import asyncio
import io
import os
import tarfile
from pathlib import Path

import pytest
from aiodocker import Docker

from seaway.cli.demo import distribution, images

EXAMPLES = Path(__file__).parents[2] / "examples" / "catsdogs"


def members(packed: bytes) -> dict[str, tarfile.TarInfo]:
    with tarfile.open(fileobj=io.BytesIO(packed)) as tar:
        return {member.name: member for member in tar.getmembers()}


def test_the_same_files_are_the_same_context_whenever_they_were_written(tmp_path: Path) -> None:
    contexts = []
    for name, mtime in (("first", 1), ("second", 2_000_000_000)):
        directory = tmp_path / name
        directory.mkdir()
        (directory / "Dockerfile").write_text("FROM scratch\n")
        os.utime(directory / "Dockerfile", (mtime, mtime))
        contexts.append(images._context(directory))
    assert contexts[0] == contexts[1]
    assert list(members(contexts[0])) == ["Dockerfile"]


def test_a_root_holds_programs_links_and_directories_in_an_order_that_unpacks(
    tmp_path: Path,
) -> None:
    program = tmp_path / "nginx"
    program.write_bytes(b"\x7fELF")
    program.chmod(0o755)
    root = distribution._Root(files={"usr/sbin/nginx": program})
    found = members(distribution._pack(root))
    assert found["usr/sbin/nginx"].mode == 0o755
    assert found["bin"].linkname == "usr/bin"
    assert found["tmp"].mode == 0o1777
    assert found["var/log/nginx/access.log"].linkname == "/dev/stdout"
    names = list(found)
    assert names.index("usr") < names.index("usr/sbin") < names.index("usr/sbin/nginx")


def test_a_package_command_that_fails_says_why_and_what_to_do() -> None:
    with pytest.raises(images.CannotMakeImage, match=r"no such thing.*--base-image"):
        distribution._run("sh", "-c", "echo no such thing >&2; exit 1")


@pytest.mark.parametrize("name", ["cats", "dogs", "web"])
def test_every_example_takes_its_base_image_as_an_argument(name: str) -> None:
    dockerfile = (EXAMPLES / name / "Dockerfile").read_text()
    assert "ARG BASE_IMAGE=nginx\nFROM ${BASE_IMAGE}\n" in dockerfile


@pytest.mark.live
def test_the_distributions_nginx_serves_cats_and_a_second_run_builds_nothing() -> None:
    if not distribution.available():
        pytest.skip("no apt on this machine to take nginx from")
    asyncio.run(_serve_cats())


async def _serve_cats() -> None:
    said: list[str] = []
    async with Docker() as docker:
        base = await images.ensure_base(docker, said.append)
        cats = await images.build(docker, "seaway-test/cats", EXAMPLES / "cats", base, said.append)
        said.clear()
        assert await images.ensure_base(docker, said.append) == base
        assert len(said) == 1
        again = await images.build(docker, "seaway-test/cats", EXAMPLES / "cats", base, said.append)
        assert again == cats
        container = await docker.containers.create({"Image": cats})
        try:
            await container.start()
            ask = "until curl -sf http://localhost/cats/whoami; do sleep 0.05; done"
            execution = await container.exec(["timeout", "20", "sh", "-c", ask])
            async with execution.start(detach=False) as output:
                answer = await output.read_out()
            assert answer is not None
            assert answer.data.decode().startswith(f"cats {container.id[:12]} ")
        finally:
            await container.delete(force=True)
            await docker.images.delete("seaway-test/cats")


@pytest.mark.live
def test_a_dockerfile_that_fails_is_told_in_the_builders_words(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM scratch\nCOPY nothing /\n")

    async def build() -> None:
        async with Docker() as docker:
            await images.build(docker, "seaway-test/none", tmp_path, "scratch", lambda _: None)

    with pytest.raises(images.CannotMakeImage, match=r"seaway-test/none.*nothing"):
        asyncio.run(build())
