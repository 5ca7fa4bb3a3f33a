"""A real index and the real chain, with chat models that follow a script."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from bot.assembly import chain_over, open_chat_models
from bot.embedder import open_embedder
from bot.followups.conversation import FollowUpChain
from bot.settings import Settings
from index.ingestion.builder import build
from index.search.confidence import ConfidenceModel
from index.search.live import LiveIndex
from tests.bot.llm.server import Behaviour, Scripted, serving

ARTICLES = {
    "orphee.md": """\
---
title: Le modèle Orphée
author: Camille Roche
published: 2025-08-29
language: fr
---

L’institut Verdier a présenté le modèle Orphée à Lyon. Il alimente le journal parlé de la radio.

L’entraînement d’Orphée a demandé 15 000 puces pendant trois mois. Il a coûté 12 millions d’euros.
""",
    "phare.md": """\
---
title: Le phare de Sainte-Anne
published: 2024-05-12
language: fr
---

Le phare de Sainte-Anne mesure quarante-deux mètres. Il a été allumé pour la première fois en 1864.

Yvon Le Tallec a gardé le phare de Sainte-Anne pendant vingt-six ans.
""",
}
QUESTION = "Combien de puces l’entraînement d’Orphée a-t-il demandé ?"
QUOTE = "L’entraînement d’Orphée a demandé 15 000 puces pendant trois mois."
OTHER_QUOTE = "Il a coûté 12 millions d’euros."
RIGHT, GOOD = "3", "4, 3"
"""Numbers of QUOTE, and of the other sentence before it."""


@dataclass(frozen=True, slots=True)
class Library:
    data_dir: Path
    index: LiveIndex

    @contextmanager
    def asked(self, url: str, state: Path, **settings: object) -> Iterator[FollowUpChain]:
        """The chain with the chat models of an address; `state` is where people leave theirs."""
        chosen: dict[str, object] = {
            "chat_model": "openai:scripted",
            "chat_base_url": url,
            "chat_retries": 0,
            "data_dir": state,
            **settings,
        }
        opened = Settings(_env_file=None, **chosen)  # type: ignore[arg-type]
        models = open_chat_models(opened)
        try:
            yield chain_over(self.index, opened, models)
        finally:
            if models is not None:
                models.close()


def library(folder: Path) -> Library:
    """A library over the articles, indexed in this folder by the bundled model."""
    corpus, data = folder / "corpus", folder / "data"
    corpus.mkdir()
    for name, text in ARTICLES.items():
        (corpus / name).write_text(text, encoding="utf-8")
    embedder = open_embedder(Settings(_env_file=None))
    build([corpus], data, embedder)
    return Library(data, LiveIndex(data, embedder, ConfidenceModel.load()))


@asynccontextmanager
async def asking(
    shelf: Library, state: Path, *behaviours: Behaviour, **settings: object
) -> AsyncIterator[tuple[FollowUpChain, Scripted]]:
    async with serving(*behaviours) as server:
        with shelf.asked(server.url, state, **settings) as chain:
            yield chain, server


def by_model(**behaviours: Behaviour) -> Behaviour:
    async def behave(request: web.Request) -> web.StreamResponse:
        body = await request.json()
        return await behaviours[body["model"]](request)

    return behave
