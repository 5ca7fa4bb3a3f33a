"""The real application, run against the Bot API server of the tests."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import Any, cast

import numpy as np
from sqlalchemy import text
from telegram.ext import Application, BaseHandler

from bot.answer import Answer, Citation
from bot.answering.distress import DistressGate
from bot.archive.summary import article_sentences, summarise
from bot.audio import SpeechService
from bot.feature import Feature
from bot.features import FEATURES
from bot.followups.base import ConversationChain
from bot.followups.turn import History, Turn, TurnText
from bot.library.articles import Library, SubjectArticles
from bot.library.documents import Documents
from bot.messenger.asker import TelegramApplication
from bot.messenger.feature import AnyJob
from bot.messenger.handlers.registration import CORE_MENUS, LAST, register_handlers
from bot.messenger.menus import MenuCommand
from bot.messenger.running.application import run_with, serve
from bot.messenger.services import BotServices
from bot.operations.statistics import Holdings
from bot.settings import Settings, load_settings
from bot.state.database import State, state_url
from index.article import Article, ArticleEntry, Selection
from index.ingestion.passages import cut
from index.models.base import Embedder, Vectors
from index.search.live import LiveIndex
from index.store.builder_status import BuilderStatus
from index.store.generation import FacetKind
from tests.bot.messenger.samples import BIRTH, FRESNEL, INSTALLED, answered, cite, refused
from tests.botapi.server import BotServer
from tests.e2e.database import open_database

QUESTION, SECOND = "Quand Fresnel est-il né ?", "Où fut installé le premier appareil ?"
ANSWER = f"«\u00a0{BIRTH}"
"""How the answer to QUESTION begins."""


def spaced(text: str) -> str:
    """With plain spaces, so that tests can be read."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


class StubChain:
    """Answers from a table, in a worker thread like the real chain; unknown questions are refused.

    A value that is an exception is raised, one that can be called is called.
    """

    def __init__(self, **answers: Answer | Exception | Callable[[], Answer]) -> None:
        self.answers: dict[str, Answer | Exception | Callable[[], Answer]] = dict(answers)
        self.questions: list[str] = []
        self.said: list[TurnText] = []

    async def ainvoke(self, input: TurnText) -> Answer:
        return await asyncio.to_thread(self._invoke, input)

    async def restore(self, question: str, earlier: Sequence[str], now: datetime) -> History:
        """As if every question referred to all before it."""
        return tuple(Turn(question, question, "fr", now) for question in earlier)

    def _invoke(self, said: TurnText) -> Answer:
        question = said.question
        self.said.append(said)
        self.questions.append(question)
        answer = self.answers.get(question, refused(question, FRESNEL))
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, Answer) else answer()


def fresnel_chain() -> StubChain:
    """Quotes a sentence to QUESTION and another to SECOND."""
    first, second = answered(QUESTION, cite(1, BIRTH)), answered(SECOND, cite(1, INSTALLED))
    return StubChain(**{QUESTION: first, SECOND: second})


class Shelf:
    """Articles by id."""

    def __init__(self, *articles: Article) -> None:
        self.articles = {article.id: article for article in articles}
        self.current = "20260301T120000.000000Z"

    def article(self, article_id: str) -> Article | None:
        return self.articles.get(article_id)

    def generation(self) -> str:
        return self.current

    def check(self) -> None:
        """It is always open."""

    def builder_status(self) -> BuilderStatus | None:
        return BuilderStatus(1_772_370_000.0, 1_772_366_400.0, 2.5, "switched", len(self.articles))

    def holdings(self) -> Holdings:
        built = datetime(2026, 3, 1, 12, tzinfo=UTC)
        return Holdings(self.current, len(self.articles), 3 * len(self.articles), built)

    @property
    def model(self) -> str:
        return "first words"

    def embed(self, question: str) -> Vectors:
        """A direction of its own for each first word."""
        vector = np.zeros(64, dtype=np.float32)
        vector[sum(question.split()[0].strip(",.?").casefold().encode()) % 64] = 1
        return vector

    def newest(
        self, limit: int, skip: int = 0, among: Selection | None = None
    ) -> Sequence[ArticleEntry]:
        known = [own for own in self.articles.values() if among is None or own in among]
        ordered = sorted(known, key=lambda own: own.published or date.min, reverse=True)
        return [_entry(article) for article in ordered[skip : skip + limit]]

    def opening_lines(self, entries: Sequence[ArticleEntry]) -> Mapping[str, str]:
        articles = [self.articles[entry.id] for entry in entries]
        return {own.id: cut(own)[0].sentences[0].text for own in articles}

    def rank(self, words: str) -> Sequence[Article]:
        return [
            article for article in self.articles.values() if words.lower() in article.text.lower()
        ]

    def find(self, reference: str) -> Sequence[ArticleEntry]:
        known = self.articles.values()
        return [
            _entry(article)
            for article in known
            if reference in {article.id, article.title, article.path}
        ]

    def on_subject(self, subject: str) -> SubjectArticles:
        """The first sentence of each article that has the words."""
        cited = []
        for number, article in enumerate(self.rank(subject), start=1):
            passage = cut(article)[0]
            first = passage.sentences[0]
            cited.append(Citation(number, first.text, first.start, first.end, passage, article))
        return SubjectArticles(tuple(cited), frozenset(self.articles))

    def count(self, selection: Selection | None = None) -> int:
        known = self.articles.values()
        return sum(selection is None or article in selection for article in known)

    def facet(self, kind: FacetKind) -> Mapping[str, int]:
        values = (getattr(article, kind) for article in self.articles.values())
        return dict(Counter(value for value in values if value).most_common())

    def summarise(self, article: Article) -> Answer:
        sentences = article_sentences(article, cut(article))
        return summarise(article, sentences, np.ones((len(sentences), 1), dtype=np.float32))


def _entry(article: Article) -> ArticleEntry:
    names = ("id", "title", "author", "published", "url", "language", "path")
    return ArticleEntry(**{name: getattr(article, name) for name in names})


async def settled(updates: int = 1, url: str = "") -> None:
    """Wait until this many updates were written down, and all of them are done."""
    with open_database(url) as engine:
        async with asyncio.timeout(60):
            while True:
                with engine.connect() as connection:
                    done = connection.execute(text("SELECT done_at FROM updates")).scalars().all()
                if len(done) >= updates and all(done):
                    return
                await asyncio.sleep(0.02)


def held(answer: Answer, let: threading.Event) -> Callable[[], Answer]:
    """An answer that comes when it is let."""

    def wait() -> Answer:
        let.wait(60)
        return answer

    return wait


def slowly(answer: Answer, seconds: float) -> Callable[[], Answer]:
    """An answer that takes its time."""

    def wait() -> Answer:
        time.sleep(seconds)
        return answer

    return wait


def register_all(state: State) -> tuple[list[BaseHandler[Any, Any, Any]], Sequence[AnyJob]]:
    """The handlers of commands, buttons and messages in their order, and the recurring jobs."""
    settings = load_settings()
    documents = Documents(settings, cast("Embedder", None))
    services = BotServices(StubChain(), cast("Library", Shelf()), state, settings, documents)
    application: TelegramApplication = Application.builder().token("1:a").build()
    jobs = register_handlers(application, services, [feature.telegram for feature in FEATURES])
    return [handler for group in application.handlers.values() for handler in group], jobs


def settings_for(server: BotServer, token: str | None = None, **more: object) -> Settings:
    return load_settings(telegram_token=token or server.token, telegram_api_url=server.url, **more)


@asynccontextmanager
async def running(
    server: BotServer,
    chain: ConversationChain | None = None,
    library: Library | None = None,
    patience: tuple[float, ...] = (),
    documents: Documents | None = None,
    speech: SpeechService | None = None,
    gate: DistressGate | None = None,
    features: Sequence[Feature] = FEATURES,
    index: LiveIndex | None = None,
    **more: object,
) -> AsyncIterator[None]:
    """The application at work, stopped as by a signal when the block ends.

    Where nothing else is given, it has one article and answers QUESTION and SECOND from it; `more`
    are settings.
    """
    stop = asyncio.Event()
    ready = asyncio.Event()
    settings = settings_for(server, **more)
    url = state_url(settings.database_url, settings.data_dir)
    server.settled = partial(settled, 0, url)  # type: ignore[method-assign]
    task = asyncio.create_task(
        serve(
            settings,
            chain or fresnel_chain(),
            library or Shelf(FRESNEL),
            stop,
            lambda username: ready.set(),
            patience,
            features=[feature.telegram for feature in features],
            documents=documents,
            speech=speech,
            gate=gate,
            index=index,
        )
    )
    waiting = asyncio.create_task(ready.wait())
    await asyncio.wait([task, waiting], timeout=60, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    try:
        if not task.done():
            yield
    finally:
        stop.set()
        await asyncio.wait_for(task, 60)


def run_bot(chain: StubChain | None = None, article: Article = FRESNEL) -> None:
    """Run a bot of one article until this process is told to stop."""
    run_with(load_settings(), chain or fresnel_chain(), Shelf(article))


def feature_packages() -> list[ModuleType]:
    return [import_module(type(feature).__module__.rpartition(".")[0]) for feature in FEATURES]


def feature_commands() -> list[MenuCommand]:
    """The commands that the features declare, whether or not a bot offers them."""
    modules = [
        import_module(f"{package.__name__}.{module.name}")
        for package in feature_packages()
        for module in iter_modules(package.__path__)
        if module.name.startswith("telegram")
    ]
    named = (value for module in modules for value in vars(module).values())
    return list(dict.fromkeys(value for value in named if isinstance(value, MenuCommand)))


def all_commands() -> list[MenuCommand]:
    """Every command, those of administrators last."""
    everybody = (*CORE_MENUS.everybody, *LAST, *feature_commands())
    return list(replace(CORE_MENUS, everybody=everybody).commands)
