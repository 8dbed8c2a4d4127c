#!/bin/sh
# Makes sure that a Docker Engine answers; as root it installs and starts what is missing.
#   tools/ensure_docker.sh              an engine that it starts stays running
#   tools/ensure_docker.sh COMMAND ...  runs the command, then stops the engine if it started one
set -eu
data=${SEAWAY_DATA_DIR:-/var/lib/seaway}
log=$data/dockerd.log
pid_file=/var/run/docker.pid
started=no

fail() { echo "$*" >&2; exit 1; }

answers() { timeout 20 docker version --format '{{.Server.Version}}' >/dev/null 2>&1; }

has_systemd() { [ -d /run/systemd/system ]; }

install_engine() {
    command -v apt-get >/dev/null || fail "Docker Engine is not installed: install it, then run this again."
    echo "Installing Docker Engine with apt-get (docker.io)"
    packages="docker.io iptables iproute2 nftables"
    export DEBIAN_FRONTEND=noninteractive
    apt-get -qq update
    # Newer distributions have the docker program in a package of its own.
    if apt-cache show docker-cli >/dev/null 2>&1; then packages="$packages docker-cli"; fi
    # Without systemd the engine is started below, and not by the package: so it can be stopped again.
    has_systemd || export RUNLEVEL=1
    # shellcheck disable=SC2086  # one word per package
    apt-get -qq install -y --no-install-recommends $packages >"$data/install.log" 2>&1 ||
        { tail -n 5 "$data/install.log" >&2; fail "Could not install Docker Engine; the whole story is in $data/install.log."; }
}

start_engine() {
    if has_systemd; then
        systemctl start docker
    else
        setsid dockerd --pidfile "$pid_file" >"$log" 2>&1 </dev/null &
        started=yes
    fi
    tries=0
    until answers; do
        tries=$((tries + 1))
        if [ "$tries" -gt 60 ]; then
            if [ -f "$log" ]; then tail -n 5 "$log" >&2; fi
            fail "Docker Engine does not answer a minute after its start; see $log or the system's journal."
        fi
        sleep 1
    done
}

stop_engine() {
    if [ "$started" = no ] || [ ! -f "$pid_file" ]; then return; fi
    pid=$(cat "$pid_file")
    kill "$pid" 2>/dev/null || return 0
    while kill -0 "$pid" 2>/dev/null; do sleep 0.2; done
    echo "Stopped the Docker Engine that was started for this."
}

if ! answers; then
    [ "$(id -u)" = 0 ] || fail "Docker Engine does not answer $(id -un): install and start it, or run this as root."
    mkdir -p "$data"
    if ! command -v dockerd >/dev/null || ! command -v docker >/dev/null; then install_engine; fi
    if ! answers; then start_engine; fi
    if [ "$started" = no ]; then
        echo "Started Docker Engine as this system's own service; it stays running."
    elif [ $# = 0 ]; then
        echo "Started Docker Engine (log: $log); it stays running. To stop it: kill \$(cat $pid_file)"
    else
        echo "Started Docker Engine (log: $log); it is stopped again at the end."
    fi
fi

if [ $# -gt 0 ]; then
    trap stop_engine EXIT
    trap 'exit 130' INT TERM
    "$@"
fi
