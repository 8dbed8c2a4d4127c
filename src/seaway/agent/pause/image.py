"""Images made on the spot: files in, an archive the engine loads out."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from seaway.agent.pause.program import program


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """An image as `docker load` takes it, and the name it will have."""

    name: str
    content: bytes


def pause_image(architecture: str) -> Archive:
    """The pause image; its tag tells its content, so that a new one never meets an old one.

    Raises ValueError for an architecture without a pause program.
    """
    binary = program(architecture)
    tag = hashlib.sha256(binary).hexdigest()[:12]
    # A first process ignores signals it has no handler for; with this one it ends at once.
    return image_archive(
        f"seaway/pause:{tag}", {"pause": binary}, architecture, ("/pause",), stop_signal="SIGKILL"
    )


def image_archive(
    name: str,
    files: Mapping[str, bytes],
    architecture: str,
    entry_point: Sequence[str] = (),
    *,
    command: Sequence[str] = (),
    environment: Sequence[str] = (),
    stop_signal: str | None = None,
) -> Archive:
    """A one-layer image of executable files, the same bytes for the same input."""
    layer = _tar(files, mode=0o755)
    run: dict[str, object] = {
        "Entrypoint": list(entry_point) or None,
        "Cmd": list(command) or None,
        "Env": list(environment),
    }
    if stop_signal:
        run["StopSignal"] = stop_signal
    config = json.dumps(
        {
            "architecture": architecture,
            "os": "linux",
            "config": run,
            "rootfs": {"type": "layers", "diff_ids": [f"sha256:{_digest(layer)}"]},
        }
    ).encode()
    config_name = f"{_digest(config)}.json"
    manifest = [{"Config": config_name, "RepoTags": [name], "Layers": ["layer/layer.tar"]}]
    content = {
        config_name: config,
        "layer/layer.tar": layer,
        "manifest.json": json.dumps(manifest).encode(),
    }
    return Archive(name=name, content=_tar(content, mode=0o644))


def _tar(files: Mapping[str, bytes], mode: int) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(content), mode
            archive.addfile(entry, io.BytesIO(content))
    return out.getvalue()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
