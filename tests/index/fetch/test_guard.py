from __future__ import annotations

import socket
from collections.abc import Sequence
from contextlib import nullcontext

import pytest

from index.errors import FetchError
from index.fetch.guard import Guard, is_public, parse_allowed

PRIVATE = [
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.127.255.255", "127.0.0.1",
    "127.255.255.254", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1",
    "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1",
    "239.255.255.255", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::127.0.0.1",
    "64:ff9b::10.0.0.1", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::",
    "2002:a00:1::1", "3fff::1", "fc00::1", "fd12:3456::1", "fe80::1", "fe80::1%eth0", "fec0::1",
    "ff02::1", "not an address",
]  # fmt: skip
PUBLIC = [
    "8.8.8.8", "100.63.255.255", "100.128.0.1", "172.15.0.1", "172.32.0.1",
    "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_what_is_not_public_is_refused(address: str) -> None:
    assert not is_public(address)
    with pytest.raises(FetchError) as refusal:
        Guard(resolver=lambda host, port: [address]).addresses("exemple.fr", 80)
    assert refusal.value.code == "address-private"
    assert address in str(refusal.value)


@pytest.mark.parametrize("address", PUBLIC)
def test_what_is_public_is_reached(address: str) -> None:
    assert is_public(address)
    guard = Guard(resolver=lambda host, port: [address])
    assert guard.addresses("exemple.fr", 8443) == (address,)


@pytest.mark.parametrize(
    ("allowed", "host", "port", "reached"),
    [
        ("intranet", "intranet", 80, True),
        ("Intranet", "intranet", 8080, True),
        ("intranet:8080", "intranet", 8080, True),
        ("intranet:8080", "intranet", 80, False),
        ("intranet", "autre.intranet", 80, False),
        ("10.0.0.1", "10.0.0.1", 80, True),
        ("10.0.0.1", "intranet", 80, False),
        ("[::1]:8080", "::1", 8080, True),
    ],
)
def test_only_hosts_named_are_reached(allowed: str, host: str, port: int, reached: bool) -> None:
    guard = Guard([allowed], resolver=lambda host, port: ["10.0.0.1"])
    with nullcontext() if reached else pytest.raises(FetchError):
        assert guard.addresses(host, port) == ("10.0.0.1",)


@pytest.mark.parametrize("text", ["", "a b", "http://a", "a:b", "a:0", "a:70000", "a@b", "[a"])
def test_what_names_no_host_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"host|port"):
        parse_allowed(text)


def test_hosts_that_do_not_exist_or_are_private_among_others_are_refused() -> None:
    def unknown(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror(socket.EAI_NONAME, "no such host")

    for resolver in (unknown, lambda host, port: []):
        with pytest.raises(FetchError) as refusal:
            Guard(resolver=resolver).addresses("absent.exemple", 80)
        assert refusal.value.code == "address-unknown-host"
        assert not refusal.value.is_transient
    mixed = Guard(resolver=lambda host, port: ["8.8.8.8", "10.0.0.1"])
    hosts = [(Guard(), host) for host in ("127.0.0.1", "localhost", "::1")]
    for guard, host in ((mixed, "exemple.fr"), *hosts):
        with pytest.raises(FetchError) as refusal:
            guard.addresses(host, 80)
        assert refusal.value.code == "address-private"
