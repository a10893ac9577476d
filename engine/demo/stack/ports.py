"""Free and taken TCP ports of this machine."""

import socket
from contextlib import ExitStack


def is_free(port: int, *, host: str = "127.0.0.1") -> bool:
    """Return whether something could listen on the port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def find_free(count: int) -> list[int]:
    """Return ``count`` different free ports below 30000, so that a server may add 10000 for its second port."""
    found: list[int] = []
    with ExitStack() as held:
        for port in range(20_000 + (hash(object()) % 5_000), 30_000):
            if len(found) == count:
                break
            probe = held.enter_context(socket.socket())
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            if is_free(port + 10_000):
                found.append(port)
    if len(found) < count:
        raise OSError(f"no {count} free ports between 20000 and 30000")
    return found


def answers(port: int, *, host: str = "127.0.0.1") -> bool:
    """Return whether something accepts connections on the port."""
    try:
        socket.create_connection((host, port), timeout=0.5).close()
    except OSError:
        return False
    return True
