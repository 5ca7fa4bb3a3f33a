"""The process's checker, loaded in the background."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import Future
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from bot.verification.claim import Claim, ClaimVerdict, NumberedPassage

if TYPE_CHECKING:
    from bot.verification.checker import FactChecker


@cache
def shared_checker(cache_dir: Path, threads: int) -> BackgroundChecker:
    return BackgroundChecker(cache_dir, threads)


class BackgroundChecker:
    """A checker that loads on its own thread; the first use waits for it, or raises its error."""

    def __init__(self, cache_dir: Path, threads: int) -> None:
        self._future: Future[FactChecker] = Future()
        threading.Thread(
            target=self._load, args=(cache_dir, threads), name="checker", daemon=True
        ).start()

    def prepare(self, passages: Sequence[NumberedPassage]) -> None:
        self._future.result().prepare(passages)

    def check(
        self, claim: Claim, passages: Sequence[NumberedPassage], question: str
    ) -> ClaimVerdict:
        return self._future.result().check(claim, passages, question)

    def _load(self, cache_dir: Path, threads: int) -> None:
        from bot.verification.checker import open_checker

        try:
            self._future.set_result(open_checker(cache_dir, threads=threads or 1))
        except Exception as error:
            self._future.set_exception(error)
