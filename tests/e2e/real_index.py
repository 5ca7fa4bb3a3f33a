"""A bot over a real index, with the chain that quotes it; only the embedding is a stand-in."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from bot.answering.chain import RetrievalQA
from bot.answering.extractive import ExtractiveAnswerer
from bot.answering.selection import chosen_articles
from bot.archive.archive import Archive
from bot.followups.conversation import FollowUpChain
from bot.library.articles import Library
from bot.library.build_process import IndexBuilder
from bot.library.documents import Documents
from bot.rights import closed_to_reader
from bot.settings import load_settings
from index.ingestion.builder import BuildReport
from index.search.confidence import ConfidenceModel, Thresholds
from index.search.live import LiveIndex
from index.store.factory import Location
from tests.botapi.server import BotServer
from tests.e2e.telegram import running
from tests.fakes import FakeEmbedder, build_here

INVENTION = "Qui a inventé la lentille à échelons de Cordouan ?"
INVENTOR = "Augustin Fresnel a inventé la lentille à échelons de Cordouan."
DOCUMENT = f"La lentille de Cordouan\n\n{INVENTOR} Elle porte loin dans la nuit de l’estuaire."
CANAL = "Le canal relie la ville à la mer depuis 1820."


class Held:
    """Work that ends when it is let."""

    def __init__(self) -> None:
        self.let = threading.Event()

    def hold(self) -> None:
        assert self.let.wait(60)

    def build(self, *paths: Any, **more: Any) -> BuildReport:
        """An `IndexBuilder`."""
        self.hold()
        return build_here(FakeEmbedder())(*paths, **more)


@asynccontextmanager
async def running_over(
    server: BotServer,
    location: Location,
    confidence: float = 0.05,
    builder: IndexBuilder | None = None,
    documents: type[Documents] = Documents,
    **more: object,
) -> AsyncIterator[None]:
    """As `running`; quotes what is found with this confidence, and builds in this process unless
    there is another `builder`."""
    settings = load_settings(min_confidence=confidence, sure_confidence=confidence)
    closed = partial(closed_to_reader, settings)
    index = LiveIndex(location, FakeEmbedder(), ConfidenceModel.load(), chosen_articles, closed)
    about = Archive(index.searcher, Thresholds.at(confidence))
    answering = RetrievalQA(index, ExtractiveAnswerer(Thresholds.at(confidence)), about)
    chain = FollowUpChain(answering, index.search)
    received = documents(settings, FakeEmbedder(), builder or build_here(FakeEmbedder()))
    async with running(server, chain, Library(index), documents=received, **more):  # type: ignore[arg-type]
        yield
