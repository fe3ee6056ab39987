"""Which loopback ports are free, and who holds one that is not."""

import random
import socket

import psutil

from deploy.local.errors import LocalError

LOOPBACK = "127.0.0.1"
# Below every common ephemeral range, so that an outgoing connection does not take a port between choice and use.
_FIRST, _LAST = 20000, 32000


def is_free(port: int) -> bool:
    """True when a server could listen on the loopback `port` now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def free_ports(count: int) -> list[int]:
    """`count` different loopback ports that nobody listens on now."""
    found: list[int] = []
    candidates = random.SystemRandom()
    while len(found) < count:
        port = candidates.randrange(_FIRST, _LAST)
        if port not in found and is_free(port):
            found.append(port)
    return found


def owner(port: int) -> str:
    """The process that listens on `port`, in words; says so when the system does not tell."""
    try:
        connections = psutil.net_connections("tcp")
        listening = [c for c in connections if c.status == psutil.CONN_LISTEN and c.laddr and c.laddr[1] == port]
    except psutil.AccessDenied:
        listening = []
    for connection in listening:
        if connection.pid is None:
            continue
        try:
            process = psutil.Process(connection.pid)
            return f"{process.name()} (pid {process.pid}): {' '.join(process.cmdline())[:120]}"
        except psutil.Error:
            continue
    return "a process that this user may not see"


def require_free(port: int, what: str, setting: str) -> None:
    """Raise LocalError, naming the owner and the setting that moves `what`, unless `port` is free."""
    if not is_free(port):
        raise LocalError(f"Port {port} for {what} is taken by {owner(port)}. Stop it, or set {setting} to a free port.")
