"""Several processes that train one network, each on its share of every step's samples.

On a processor, two processes of one thread are as fast as one of two threads when nothing else
runs, and much faster when something does: they wait for each other once a step, not at every
product.
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
        """Whether this process writes files."""
        return self.rank == 0

    def share(self, items: Sequence[Item]) -> list[Item]:
        """Every `size`-th of the items, this process's own."""
        return list(items[self.rank :: self.size])

    def merge(self, items: list[Item]) -> list[Item]:
        """All processes' items in the order that `share` took them from."""
        if self.size == 1:
            return items
        parts: list[list[Item]] = [[] for _ in range(self.size)]
        distributed.all_gather_object(parts, items)
        return [
            parts[at % self.size][at // self.size] for at in range(sum(len(part) for part in parts))
        ]

    def agree(self, value: float) -> float:
        """The first process's value, in all."""
        if self.size == 1:
            return value
        shared = torch.tensor([value], dtype=torch.float64)
        distributed.broadcast(shared, 0)
        return float(shared)

    def average(self, tensors: Iterable[Tensor]) -> None:
        """Replace tensors by their mean over all processes."""
        if self.size == 1:
            return
        kept = list(tensors)
        flat = torch.cat([tensor.reshape(-1) for tensor in kept])
        distributed.all_reduce(flat)
        flat /= self.size
        parts = torch.split(flat, [tensor.numel() for tensor in kept])
        for tensor, part in zip(kept, parts, strict=True):
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
