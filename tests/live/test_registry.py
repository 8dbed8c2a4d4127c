"""Docker itself logs in, pushes and pulls; the registry is a program that may be killed."""

from __future__ import annotations

import base64
import hashlib
import http.client
import io
import os
import shutil
import signal
import socket
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import pytest

PROGRAM = Path(__file__).parent.parent / "registry" / "running.py"

pytestmark = pytest.mark.live


class Program:
    """The registry as a process of its own, on one port over its restarts."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        self.token = ""

    def start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(PROGRAM), str(self.directory), str(self.port)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        word, _, self.token = self._process.stdout.readline().strip().partition(" ")
        assert word == "ready"

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.communicate()

    def stop(self) -> None:
        if self._process.poll() is None:
            # The program runs until its input ends.
            self._process.communicate(timeout=20)

    def peak_memory(self) -> int:
        """The most memory the process has ever held, in bytes."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        (line,) = [line for line in status.splitlines() if line.startswith("VmHWM")]
        return int(line.split()[1]) * 1024

    def ecr(self) -> Any:
        return boto3.client(
            "ecr",
            endpoint_url=f"http://127.0.0.1:{self.port}",
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

    @contextmanager
    def ask(
        self, method: str, path: str, body: Any = None, **headers: str
    ) -> Iterator[http.client.HTTPResponse]:
        login = base64.b64encode(f"AWS:{self.token}".encode()).decode()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, {"Authorization": f"Basic {login}", **sent})
        try:
            yield connection.getresponse()
        finally:
            connection.close()


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    directory = tmp_path / "state"
    directory.mkdir()
    running = Program(directory)
    running.start()
    running.ecr().create_repository(repositoryName="web")
    yield running
    running.stop()


class Docker:
    """The docker command with a login file of its own."""

    def __init__(self, config: Path) -> None:
        self._config = config
        self.images: list[str] = []

    def __call__(self, *words: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        environment = {**os.environ, "DOCKER_CONFIG": str(self._config)}
        return subprocess.run(
            ["docker", *words], input=stdin, env=environment, capture_output=True, timeout=120
        )

    def must(self, *words: str, stdin: bytes = b"") -> str:
        done = self(*words, stdin=stdin)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    def make(self, name: str, content: bytes) -> None:
        """An image of one layer that holds one file."""
        archive = io.BytesIO()
        with tarfile.open(fileobj=archive, mode="w") as tar:
            entry = tarfile.TarInfo("file")
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
        self.images.append(self.must("import", "-", name, stdin=archive.getvalue()).strip())


@pytest.fixture
def docker(tmp_path: Path) -> Iterator[Docker]:
    if shutil.which("docker") is None:
        pytest.skip("the docker command is not on this machine")
    command = Docker(tmp_path / "docker")
    if command("version").returncode != 0:
        pytest.skip("Docker Engine does not answer")
    yield command
    for image in command.images:
        command("image", "rm", "--force", image)


def login(docker: Docker, program: Program) -> subprocess.CompletedProcess[bytes]:
    data = program.ecr().get_authorization_token()["authorizationData"][0]
    password = base64.b64decode(data["authorizationToken"]).partition(b":")[2]
    where = f"127.0.0.1:{program.port}"
    return docker("login", "--username", "AWS", "--password-stdin", where, stdin=password)


def test_docker_logs_in_pushes_and_pulls_with_no_engine_setting(
    program: Program, docker: Docker
) -> None:
    image = f"127.0.0.1:{program.port}/web:v1"
    docker.make(image, os.urandom(3_000_000))
    assert b"no basic auth credentials" in docker("push", image).stderr
    assert login(docker, program).returncode == 0
    docker.must("push", image)
    (detail,) = program.ecr().describe_images(repositoryName="web")["imageDetails"]
    assert detail["imageTags"] == ["v1"]
    before = docker.must("image", "inspect", "--format", "{{.Id}}", image)
    docker.must("image", "rm", image)
    docker.must("pull", image)
    assert docker.must("image", "inspect", "--format", "{{.Id}}", image) == before


def test_docker_is_told_why_it_is_refused(program: Program, docker: Docker) -> None:
    where = f"127.0.0.1:{program.port}"
    words = ("login", "--username", "AWS", "--password-stdin", where)
    assert b"401 Unauthorized" in docker(*words, stdin=b"wrong").stderr
    login(docker, program)
    docker.make(f"{where}/unmade:v1", b"content")
    assert (
        "name unknown: The repository with name 'unmade' does not exist "
        "in the registry with id '000000000000'"
    ) in docker("push", f"{where}/unmade:v1").stderr.decode()
    program.ecr().create_repository(repositoryName="firm", imageTagMutability="IMMUTABLE")
    for content in (b"first", b"second"):
        docker.make(f"{where}/firm:v1", content)
        pushed = docker("push", f"{where}/firm:v1")
    assert b"cannot be overwritten because the tag is immutable" in pushed.stderr


def test_a_layer_shared_by_two_repositories_is_mounted(program: Program, docker: Docker) -> None:
    program.ecr().create_repository(repositoryName="cats")
    where = f"127.0.0.1:{program.port}"
    login(docker, program)
    docker.make(f"{where}/web:v1", os.urandom(1000))
    docker.must("push", f"{where}/web:v1")
    docker.must("tag", f"{where}/web:v1", f"{where}/cats:v1")
    assert "Mounted from web" in docker.must("push", f"{where}/cats:v1")


def test_a_large_layer_is_streamed_both_ways(program: Program) -> None:
    block, count = os.urandom(1 << 20), 200
    whole = hashlib.sha256()
    for _ in range(count):
        whole.update(block)
    digest = f"sha256:{whole.hexdigest()}"
    before = program.peak_memory()
    with program.ask("POST", "/v2/web/blobs/uploads/") as answer:
        location = answer.headers["Location"]
    with program.ask("PATCH", location, (block for _ in range(count))) as answer:
        assert answer.status == 202
    with program.ask("PUT", f"{location}?digest={digest}") as answer:
        assert answer.status == 201
    came = hashlib.sha256()
    with program.ask("GET", f"/v2/web/blobs/{digest}") as answer:
        # A slow reader must not make the registry read ahead of it.
        time.sleep(0.5)
        while piece := answer.read(1 << 20):
            came.update(piece)
    assert came.hexdigest() == whole.hexdigest()
    assert program.peak_memory() - before < 30_000_000


def test_a_push_goes_on_after_the_registry_was_killed(program: Program) -> None:
    content = os.urandom(8_000_000)
    digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
    with program.ask("POST", "/v2/web/blobs/uploads/") as answer:
        location = answer.headers["Location"]
    half = content[:5_000_000]
    with program.ask("PATCH", location, half, Content_Range="0-4999999") as answer:
        assert answer.status == 202
    program.kill()
    program.start()
    with program.ask("GET", location) as answer:
        assert answer.headers["Range"] == "0-4999999"
    rest = content[5_000_000:]
    with program.ask("PATCH", location, rest, Content_Range="5000000-7999999") as answer:
        assert answer.status == 202
    with program.ask("PUT", f"{location}?digest={digest}") as answer:
        assert answer.status == 201
    program.kill()
    program.start()
    with program.ask("GET", f"/v2/web/blobs/{digest}") as answer:
        assert answer.read() == content
