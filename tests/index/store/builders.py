"""Builders in processes of their own, from a server that knows already what every build computes
once: a process that is killed is then killed at work."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing.process import BaseProcess
from pathlib import Path

from index.article import Article
from index.build.builder import build_articles
from index.build.fingerprint import rules
from index.errors import IndexingError
from index.store.postgres import turn
from tests.fakes import FakeEmbedder
from tests.index.store.postgres_stores import opened

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload([__name__])
rules(None)


def builder(
    articles: Sequence[Article], addresses: Sequence[str], folder: Path, *, doomed: bool = False
) -> BaseProcess:
    """A builder at work; a `doomed` one dies between its commits and the switch."""
    process = _CONTEXT.Process(target=build_in_process, args=(articles, addresses, folder, doomed))
    process.start()
    return process


def build_in_process(
    articles: Sequence[Article], addresses: Sequence[str], folder: Path, doomed: bool
) -> None:
    if doomed:
        turn.put_in_service = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
    with suppress(IndexingError), opened(addresses, folder) as store:
        build_articles(articles, store, FakeEmbedder())
