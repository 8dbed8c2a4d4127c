"""Says back what it is sent: datagrams at one port, and one connection at a time at others."""

from __future__ import annotations

import socket
import sys
import threading


def _connections(port: int) -> None:
    with socket.create_server(("", port)) as server:
        while True:
            connection, _ = server.accept()
            with connection:
                connection.sendall(f"{port} {connection.recv(100).decode()}".encode())


def main() -> None:
    """``echo.py UDP-PORT FIRST-TCP-PORT LAST-TCP-PORT``."""
    udp, first, last = map(int, sys.argv[1:])
    for port in range(first, last + 1):
        threading.Thread(target=_connections, args=(port,), daemon=True).start()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("", udp))
        while True:
            text, sender = server.recvfrom(100)
            server.sendto(b"heard " + text, sender)


if __name__ == "__main__":
    main()
