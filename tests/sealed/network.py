"""A network namespace with loopback and one way out, every packet on which is recorded.

The way out leads nowhere: it is one end of a virtual cable. A process of the namespace that looks
up a name or calls another machine is seen doing so, and reaches nobody.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import socket
import struct
import subprocess
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import Self, TypeVar

Result = TypeVar("Result")

_CLONE_NEWNET = 0x40000000
_EVERY_PROTOCOL, _IPV4, _IPV6 = 0x0003, 0x0800, 0x86DD
_TCP, _UDP = 6, 17
_DNS = 53
_LINKS = """
ip link set lo up
ip link add out type veth peer name nowhere
ip link set out arp off
ip link set nowhere arp off
ip link set nowhere up
ip addr add 192.0.2.1/24 dev out
ip link set out up
ip route add default via 192.0.2.2 dev out
ip -6 addr add 2001:db8::1/64 dev out nodad
ip -6 route add default dev out
"""


@dataclass(frozen=True, slots=True)
class Packet:
    """A TCP or UDP packet that left for another machine, or asked for a name."""

    destination: IPv4Address | IPv6Address
    port: int


class SealedNetwork:
    """Use as a context manager; `run` does its work inside, and so do the processes it starts.

    A namespace belongs to a thread and is inherited by what that thread starts; this one lives in
    a thread of its own, and the rest of the test stays outside.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sealed")
        self._packets: list[Packet] = []

    def __enter__(self) -> Self:
        self._capture = self.run(_enter)
        self._capture.settimeout(0.2)
        self._done = threading.Event()
        self._recorder = threading.Thread(target=self._record)
        self._recorder.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._recorder.join()
        self._capture.close()
        self._thread.shutdown()

    def run(self, work: Callable[[], Result]) -> Result:
        return self._thread.submit(work).result()

    def packets(self) -> list[Packet]:
        """Return what has left so far; the capture is read to its end before."""
        self._done.set()
        self._recorder.join()
        return self._packets

    def _record(self) -> None:
        while True:
            try:
                data, address = self._capture.recvfrom(256)
            except TimeoutError:
                if self._done.is_set():
                    return
                continue
            packet = _read_packet(address[1], data)
            if packet is not None:
                self._packets.append(packet)


def why_unavailable() -> str | None:
    """Return why no network can be sealed here, or None if one can be."""
    if not hasattr(socket, "AF_PACKET"):
        return "network namespaces are Linux's"
    if os.geteuid() != 0:
        return "only root makes a network namespace"
    if shutil.which("ip") is None:
        return "the command `ip` (iproute2) is missing"
    return None


def _enter() -> socket.socket:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    # Written below /proc of this thread, so that nothing outside the namespace changes.
    capture = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(_EVERY_PROTOCOL))
    for line in _LINKS.strip().splitlines():
        subprocess.run(line.split(), check=True, capture_output=True)
    return capture


def _read_packet(protocol: int, data: bytes) -> Packet | None:
    """Parse an IP packet; None if it stays on this machine and asks for no name."""
    if protocol == _IPV4 and len(data) >= 20:
        header, kind = (data[0] & 0x0F) * 4, data[9]
        destination = ip_address(data[16:20])
    elif protocol == _IPV6 and len(data) >= 40:
        header, kind = 40, data[6]
        destination = ip_address(data[24:40])
    else:
        return None
    if kind not in (_TCP, _UDP) or len(data) < header + 4:
        return None
    (port,) = struct.unpack_from("!H", data, header + 2)
    if destination.is_loopback and port != _DNS:
        return None
    return Packet(destination, port)


def files_of_group(group: int, since: Path, *places: Path) -> list[Path]:
    """List every file and folder below `places` that belongs to a group and is newer than another,
    on their file systems."""
    found = ["-gid", str(group), "-cnewer", str(since)]
    command = ["find", *map(str, places), "-xdev", *found, "-print0"]
    listing = subprocess.run(command, capture_output=True, check=False).stdout
    return [Path(os.fsdecode(name)) for name in listing.split(b"\0") if name]
