"""The log router of a task (FireLens): its configuration, and how others reach it.

As the ECS agent makes them: a generated configuration the router reads, a socket that the engine
hands lines to, and a TCP port for programs that speak the Forward protocol themselves.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from seaway.core.names import last_part
from seaway.core.task_definition import ContainerDefinition, LogConfiguration
from seaway.link.messages import Assignment

DRIVER = "awsfirelens"
PORT = 24224
_HEALTH_PORT = 8877
_LONGEST_SOCKET = 107
"""Bytes of a unix socket's path, which the kernel limits."""
_PATHS = {
    "fluentbit": ("/fluent-bit/etc/fluent-bit.conf", "/fluent-bit/etc/external.conf"),
    "fluentd": ("/fluentd/etc/fluent.conf", "/fluentd/etc/external.conf"),
}
_OWN_OPTIONS = ("include-pattern", "exclude-pattern", "log-driver-buffer-limit")
"""Options of awsfirelens that are not the output's."""
_BUFFER_LIMIT = "1048576"
"""Events the engine keeps while the router is away (ECS agent: default buffer limit)."""

Pairs = tuple[tuple[str, str], ...]


class CannotRoute(Exception):
    """The task's logs cannot be routed as asked; the text is the task's reason."""


def router_of(assignment: Assignment) -> ContainerDefinition | None:
    """The container that routes the task's logs, if there is one."""
    return next((c for c in assignment.containers if c.firelens), None)


def is_routed(container: ContainerDefinition) -> bool:
    """Its output goes to the task's router."""
    return container.log is not None and container.log.driver == DRIVER


def write_files(assignment: Assignment, directory: Path, external: str | None) -> None:
    """What the router finds when it starts. ``external`` is the text of its file from S3.

    Raises CannotRoute, OSError.
    """
    router = router_of(assignment)
    if router is None or router.firelens is None:
        return
    place = _socket_directory(directory)
    if len(bytes(place / "fluent.sock")) > _LONGEST_SOCKET:
        raise CannotRoute(f"the path of the log router's socket is too long: {place}/fluent.sock")
    place.mkdir(parents=True, exist_ok=True)
    if (router.user or "").partition(":")[0].isdigit():
        user, _, group = (router.user or "").partition(":")
        os.chown(place, int(user), int(group) if group.isdigit() else -1)
    if external is not None:
        _external(directory).write_text(external, encoding="utf-8")
    elif dict(router.firelens.options).get("config-file-type") == "s3":
        raise CannotRoute("the log router's configuration file in S3 cannot be fetched")
    _config(directory).write_text(configuration(assignment), encoding="utf-8")


def binds(container: ContainerDefinition, directory: Path) -> tuple[str, ...]:
    """What the router sees: its configuration, and the directory of its socket."""
    if container.firelens is None:
        return ()
    path, external = _PATHS[container.firelens.type]
    found = [f"{_config(directory)}:{path}", f"{_socket_directory(directory)}:/var/run"]
    if dict(container.firelens.options).get("config-file-type") == "s3":
        found.append(f"{_external(directory)}:{external}")
    return tuple(found)


def log_driver(
    assignment: Assignment, container: ContainerDefinition, directory: Path
) -> LogConfiguration:
    """How the engine hands a container's output to the router."""
    options = dict(container.log.options) if container.log else {}
    return LogConfiguration(
        driver="fluentd",
        options=(
            ("fluentd-address", f"unix://{_socket_directory(directory)}/fluent.sock"),
            # The container starts, and goes on, whether the router listens or not.
            ("fluentd-async", "true"),
            ("fluentd-sub-second-precision", "true"),
            ("fluentd-buffer-limit", options.get("log-driver-buffer-limit", _BUFFER_LIMIT)),
            ("tag", f"{container.name}-firelens-{last_part(assignment.task)}"),
        ),
    )


def environment(assignment: Assignment, container: ContainerDefinition) -> Pairs:
    """Where a routed container's own programs reach the router (ECS guide: FLUENT_HOST)."""
    router = router_of(assignment)
    if router is None or not is_routed(container) or not _has_port(assignment):
        return ()
    host = "127.0.0.1"
    if assignment.network_mode == "bridge":
        host = dict(assignment.addresses).get(router.name, host)
    return (("FLUENT_HOST", host), ("FLUENT_PORT", str(PORT)))


def secret_environment(
    assignment: Assignment, values: Mapping[str, Iterable[tuple[str, str]]]
) -> Pairs:
    """The router's variables with the secret options of others' logs, by container.

    So no file of this machine ever holds them.
    """
    return tuple(
        (_variable(assignment, container, name), value)
        for container in assignment.containers
        if is_routed(container)
        for name, value in values.get(container.name, ())
    )


def configuration(assignment: Assignment) -> str:
    """The router's whole configuration, in Fluent Bit's words or Fluentd's."""
    router = router_of(assignment)
    assert router is not None, "a task without a log router"
    assert router.firelens is not None
    is_bit = router.firelens.type == "fluentbit"
    said = dict(router.firelens.options)
    write = _FluentBit() if is_bit else _Fluentd()
    write.inputs(_listens_on(assignment))
    for container in assignment.containers:
        if is_routed(container):
            write.patterns(f"{container.name}-firelens", _options(container))
    if said.get("enable-ecs-log-metadata", "true") == "true":
        write.metadata(_metadata(assignment))
    kind = said.get("config-file-type")
    if kind:
        _, external = _PATHS[router.firelens.type]
        write.include(external if kind == "s3" else said.get("config-file-value", ""))
    write.no_health_output()
    for container in assignment.containers:
        if is_routed(container):
            write.output(container.name, _options(container), _secrets(assignment, container))
    return "\n".join(write.lines) + "\n"


class _FluentBit:
    def __init__(self) -> None:
        self.lines: list[str] = []

    def inputs(self, address: str | None) -> None:
        health = {"Name": "tcp", "Listen": "127.0.0.1", "Port": str(_HEALTH_PORT)}
        self._section("INPUT", health | {"Tag": "firelens-healthcheck"})
        self._section("INPUT", {"Name": "forward", "unix_path": "/var/run/fluent.sock"})
        if address:
            self._section("INPUT", {"Name": "forward", "Listen": address, "Port": str(PORT)})

    def patterns(self, tag: str, options: Mapping[str, str]) -> None:
        for option, word in (("include-pattern", "Regex"), ("exclude-pattern", "Exclude")):
            if pattern := options.get(option):
                told = {"Name": "grep", "Match": f"{tag}*", word: f"log {pattern}"}
                self._section("FILTER", told)

    def metadata(self, fields: Mapping[str, str]) -> None:
        records = [("Record", f"{key} {value}") for key, value in fields.items()]
        self._section("FILTER", [("Name", "record_modifier"), ("Match", "*"), *records])

    def include(self, path: str) -> None:
        self.lines += [f"@INCLUDE {path}", ""]

    def no_health_output(self) -> None:
        self._section("OUTPUT", {"Name": "null", "Match": "firelens-healthcheck"})

    def output(self, name: str, options: Mapping[str, str], secrets: Mapping[str, str]) -> None:
        told = {k: v for k, v in options.items() if k not in _OWN_OPTIONS}
        if not told and not secrets:
            return  # the included file has an output for it
        if "Name" not in told:
            raise CannotRoute(f"the awsfirelens options of container {name} lack Name")
        hidden = {key: "${" + variable + "}" for key, variable in secrets.items()}
        named = {"Name": told.pop("Name"), "Match": f"{name}-firelens*"}
        self._section("OUTPUT", named | told | hidden)

    def _section(self, kind: str, entries: Mapping[str, str] | Iterable[tuple[str, str]]) -> None:
        pairs = entries.items() if isinstance(entries, Mapping) else entries
        self.lines += [f"[{kind}]", *(f"    {key} {value}" for key, value in pairs), ""]


class _Fluentd:
    def __init__(self) -> None:
        self.lines: list[str] = []

    def inputs(self, address: str | None) -> None:
        health = {"@type": "tcp", "bind": "127.0.0.1", "port": str(_HEALTH_PORT)}
        parse = ("    <parse>", "        @type none", "    </parse>")
        self._block("source", "", health | {"tag": "firelens-healthcheck"}, parse)
        self._block("source", "", {"@type": "unix", "path": "/var/run/fluent.sock"})
        if address:
            told = {"@type": "forward", "bind": address, "port": str(PORT)}
            self._block("source", "", told)

    def patterns(self, tag: str, options: Mapping[str, str]) -> None:
        for option, word in (("include-pattern", "regexp"), ("exclude-pattern", "exclude")):
            if pattern := options.get(option):
                inner = (
                    f"    <{word}>",
                    "        key log",
                    f"        pattern {pattern}",
                    f"    </{word}>",
                )
                self._block("filter", f"{tag}**", {"@type": "grep"}, inner)

    def metadata(self, fields: Mapping[str, str]) -> None:
        records = [f"        {key} {value}" for key, value in fields.items()]
        inner = ("    <record>", *records, "    </record>")
        self._block("filter", "**", {"@type": "record_transformer"}, inner)

    def include(self, path: str) -> None:
        self.lines += [f"@include {path}", ""]

    def no_health_output(self) -> None:
        self._block("match", "firelens-healthcheck", {"@type": "null"})

    def output(self, name: str, options: Mapping[str, str], secrets: Mapping[str, str]) -> None:
        told = {k: v for k, v in options.items() if k not in _OWN_OPTIONS}
        if not told and not secrets:
            return  # the included file has an output for it
        if "@type" not in told:
            raise CannotRoute(f"the awsfirelens options of container {name} lack @type")
        hidden = {key: f"\"#{{ENV['{variable}']}}\"" for key, variable in secrets.items()}
        self._block("match", f"{name}-firelens**", told | hidden)

    def _block(
        self, kind: str, about: str, entries: Mapping[str, str], inner: Iterable[str] = ()
    ) -> None:
        opening = f"<{kind} {about}>" if about else f"<{kind}>"
        told = [f"    {key} {value}" for key, value in entries.items()]
        self.lines += [opening, *told, *inner, f"</{kind}>", ""]


def _options(container: ContainerDefinition) -> dict[str, str]:
    return dict(container.log.options) if container.log else {}


def _secrets(assignment: Assignment, container: ContainerDefinition) -> dict[str, str]:
    secrets = container.log.secrets if container.log else ()
    return {secret.name: _variable(assignment, container, secret.name) for secret in secrets}


def _variable(assignment: Assignment, container: ContainerDefinition, option: str) -> str:
    """The variable that holds a secret option, named as the ECS agent does."""
    return f"{option}_{assignment.containers.index(container)}"


def _metadata(assignment: Assignment) -> dict[str, str]:
    return {
        "ecs_cluster": last_part(assignment.cluster),
        "ecs_task_arn": assignment.task,
        "ecs_task_definition": f"{assignment.family}:{assignment.revision}",
    }


def _has_port(assignment: Assignment) -> bool:
    return assignment.network_mode in ("bridge", "awsvpc")


def _listens_on(assignment: Assignment) -> str | None:
    if not _has_port(assignment):
        return None
    return "0.0.0.0" if assignment.network_mode == "bridge" else "127.0.0.1"


def _config(directory: Path) -> Path:
    return directory / "fluent.conf"


def _external(directory: Path) -> Path:
    return directory / "fluent-external.conf"


def _socket_directory(directory: Path) -> Path:
    return directory / "router"
