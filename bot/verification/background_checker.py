"""The checker of a process, loaded in the background."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import Future
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from bot.verification.claim import Claim, ClaimVerdict, GivenPassage

if TYPE_CHECKING:
    from bot.verification.checker import FactChecker
    from bot.verification.fact_check import FactCheck


@cache
def shared_checker(cache_dir: Path, threads: int) -> LoadingChecker:
    """One per process."""
    return LoadingChecker(cache_dir, threads)


class LoadingChecker:
    """A checker that loads on a thread of its own; the first use waits for it."""

    def __init__(self, cache_dir: Path, threads: int) -> None:
        self._future: Future[FactChecker] = Future()
        threading.Thread(
            target=self._load, args=(cache_dir, threads), name="checker", daemon=True
        ).start()

    def prepare(self, passages: Sequence[GivenPassage]) -> None:
        self._future.result().prepare(passages)

    def check(self, claim: Claim, passages: Sequence[GivenPassage], question: str) -> ClaimVerdict:
        return self._future.result().check(claim, passages, question)

    def check_fact(self, text: str, passages: Sequence[GivenPassage]) -> FactCheck | None:
        return self._future.result().check_fact(text, passages)

    def _load(self, cache_dir: Path, threads: int) -> None:
        from bot.verification.checker import open_checker

        try:
            self._future.set_result(open_checker(cache_dir, threads=threads or 1))
        except Exception as error:  # raised by the first check
            self._future.set_exception(error)
