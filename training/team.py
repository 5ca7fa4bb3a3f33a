"""Data-parallel training in several processes.

On a CPU, two processes of one thread are as fast as one of two threads, and much faster under other
load: they wait for each other once per step, not at every product.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

import torch
from torch import Tensor, distributed
from torch.multiprocessing.spawn import spawn

Item = TypeVar("Item")

_WAIT = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Team:
    """This process's place among `size`; alone by default."""

    rank: int = 0
    size: int = 1

    @property
    def is_first(self) -> bool:
        """True if this process writes the files."""
        return self.rank == 0

    def share(self, items: Sequence[Item]) -> list[Item]:
        """Return this process's items, every `size`-th."""
        return list(items[self.rank :: self.size])

    def merge(self, items: list[Item]) -> list[Item]:
        """Merge all processes' items in their order before `share`."""
        if self.size == 1:
            return items
        parts: list[list[Item]] = [[] for _ in range(self.size)]
        distributed.all_gather_object(parts, items)
        return [parts[at % self.size][at // self.size] for at in range(sum(map(len, parts)))]

    def agree(self, value: float) -> float:
        """Return the first process's value in all processes."""
        if self.size == 1:
            return value
        shared = torch.tensor([value], dtype=torch.float64)
        distributed.broadcast(shared, 0)
        return float(shared)

    def average(self, tensors: Iterable[Tensor]) -> None:
        """Replace tensors by their mean over all processes."""
        if self.size == 1:
            return
        tensors = list(tensors)
        flat = torch.cat([tensor.reshape(-1) for tensor in tensors])
        distributed.all_reduce(flat)
        flat /= self.size
        parts = torch.split(flat, [tensor.numel() for tensor in tensors])
        for tensor, part in zip(tensors, parts, strict=True):
            tensor.copy_(part.view_as(tensor))


def run_team(size: int, work: Callable[[Team], None]) -> None:
    """Run `work`, which must be picklable, in `size` processes of one thread each."""
    if size == 1:
        work(Team())
        return
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    spawn(_join, (size, port, work), size)  # type: ignore[no-untyped-call]


def _join(rank: int, size: int, port: int, work: Callable[[Team], None]) -> None:
    os.environ |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    torch.set_num_threads(1)
    distributed.init_process_group("gloo", rank=rank, world_size=size, timeout=_WAIT)
    try:
        work(Team(rank, size))
    finally:
        distributed.destroy_process_group()
