"""A TCP relay before a server, whose link can be cut: it falls silent, and nothing is closed.

Where the machine lets its tests make network namespaces, the relay listens in one of its own behind
a pair of virtual interfaces, of which one goes down: packets are lost as on a cable that is cut.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_NEW_NETWORK = 0x40000000  # CLONE_NEWNET
_OUTSIDE, _INSIDE = "198.18.77.1", "198.18.77.2"
"""Of the range that is kept for tests of networks."""


class Relay:
    """Hands on what comes to `port` of `host`, to a port of 127.0.0.1 and back."""

    def __init__(self, listening: socket.socket, target: int) -> None:
        self.host, self.port = listening.getsockname()
        self._listening = listening
        self._target = target
        self._open = threading.Event()
        self._open.set()
        self._sockets: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    @contextmanager
    def silent(self) -> Iterator[None]:
        """What comes is acknowledged, and goes no further while the block lasts."""
        self._open.clear()
        try:
            yield
        finally:
            self._open.set()

    def close(self) -> None:
        self._open.set()
        for each in (self._listening, *self._sockets):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listening.accept()
                far = socket.create_connection(("127.0.0.1", self._target))
                self._sockets += (near, far)
                for pair in ((near, far), (far, near)):
                    threading.Thread(target=self._hand_on, args=pair, daemon=True).start()

    def _hand_on(self, here: socket.socket, there: socket.socket) -> None:
        with suppress(OSError):
            while data := here.recv(65_536):
                self._open.wait()
                there.sendall(data)
        for each in (here, there):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


@contextmanager
def relayed(target: int) -> Iterator[Relay]:
    """A relay on 127.0.0.1."""
    relay = Relay(socket.create_server(("127.0.0.1", 0)), target)
    try:
        yield relay
    finally:
        relay.close()


def without_namespaces() -> str | None:
    """Why no network namespace can be made here, if none can."""
    if shutil.which("ip") is None:
        return "iproute2 is not installed here (apt-get install iproute2)"
    name = f"selon-{os.getpid()}-trial"
    if _ip("netns", "add", name, check=False):
        return "no network namespace can be made here: that takes CAP_NET_ADMIN"
    _ip("netns", "del", name)
    return None


@contextmanager
def relayed_apart(target: int) -> Iterator[tuple[Relay, Callable[[str], None]]]:
    """A relay in a network namespace of its own, and what sets its end of the link `up` or
    `down`."""
    name, near, far = f"selon-{os.getpid()}", f"sn{os.getpid()}", f"sf{os.getpid()}"
    _ip("netns", "add", name)
    try:
        _ip("link", "add", near, "type", "veth", "peer", "name", far, "netns", name)
        _ip("address", "add", f"{_OUTSIDE}/30", "dev", near)
        _ip("link", "set", near, "up")
        _ip("-n", name, "address", "add", f"{_INSIDE}/30", "dev", far)
        _ip("-n", name, "link", "set", far, "up")
        relay = Relay(_listening_in(Path("/run/netns", name)), target)
        try:
            yield relay, lambda state: _ip("-n", name, "link", "set", far, state) and None
        finally:
            relay.close()
    finally:
        _ip("netns", "del", name)


def _listening_in(namespace: Path) -> socket.socket:
    """A thread is in a namespace by itself, and a socket stays in that of its thread."""
    made: list[socket.socket] = []

    def make() -> None:
        with namespace.open() as file:
            assert ctypes.CDLL(None).setns(file.fileno(), _NEW_NETWORK) == 0
        made.append(socket.create_server((_INSIDE, 0)))

    thread = threading.Thread(target=make)
    thread.start()
    thread.join()
    return made[0]


def _ip(*arguments: str, check: bool = True) -> int:
    done = subprocess.run(
        ["ip", *arguments], capture_output=True, text=True, timeout=10, check=False
    )
    assert not check or done.returncode == 0, f"ip {' '.join(arguments)}: {done.stderr}"
    return done.returncode
