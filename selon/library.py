"""The library API: ask, search and build an index of articles."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from bot.answering.background_loop import background_loop
from bot.errors import SettingsError
from bot.settings import Settings, index_store, load_language, load_settings

# Everything else takes seconds to import, so it is imported on use.
if TYPE_CHECKING:
    from bot.answer import Answer
    from bot.followups.conversation import FollowUpChain
    from bot.llm.factory import ChatModels
    from index.findings import Hit
    from index.ingestion.builder import BuildReport
    from index.search.live import LiveIndex
    from selon.retriever import ArticleRetriever
    from selon.runnable import AnswerRunnable
from collections.abc import Iterator
from contextlib import contextmanager

from bot.locale.errors import error_sentence
from index.errors import CodedError, RefusedValue


@contextmanager
def readable_errors(language: str) -> Iterator[None]:
    """Let `str()` of an error be its sentence in a language."""
    try:
        yield
    except CodedError as error:
        error.sentence = error.sentence or error_sentence(error, language)
        raise


def check_question(question: object) -> str:
    """Raises RefusedValue, which is a ValueError."""
    if not isinstance(question, str):
        raise RefusedValue("question-not-text", kind=type(question).__name__)
    if not question.strip():
        raise RefusedValue("web-question-empty")
    return question


def open(location: str | os.PathLike[str] | None = None, **settings: Any) -> Selon:
    """Open the index in a folder, or at a `postgresql://` address.

    `settings` are those of docs/settings.md in lower case without `SELON_`; the others come from
    the environment and `.env`. Nothing is loaded yet, and the index need not exist: `index()`
    builds it. Raises SettingsError for an unknown or refused setting.
    """
    with readable_errors(str(settings.get("language") or load_language())):
        unknown = settings.keys() - Settings.model_fields.keys()
        if unknown:
            raise SettingsError("settings-unknown", settings=tuple(sorted(unknown)))
        if location is not None:
            name = os.fspath(location)
            settings["index_url" if "://" in name else "data_dir"] = name
        return Selon(load_settings(**settings))


class Selon:
    """An index of articles and the chain that answers from it. Thread-safe.

    Methods that begin with `a` are for async callers. The first call loads the models, which takes
    seconds; a new generation of the index is used at once. `close`, or the end of a `with` block,
    closes the connections to chat models. `str()` of an error is a sentence in the language of the
    settings.
    """

    def __init__(self, settings: Settings) -> None:
        index_store(settings)  # raises for an invalid address
        self.settings = settings
        self._lock = threading.RLock()
        self._models: ChatModels | None = None

    def ask(self, question: str, history: Sequence[str | Answer] = ()) -> Answer:
        """Answer a question with its citations.

        `history` are earlier questions of a conversation, or their answers, oldest first: the last
        three at most are asked again, if the question refers to them. Raises RefusedValue for a
        question that is no text or empty, NoIndex, ModelError, StoreError.
        """
        return background_loop().run(self.aask(question, history))

    async def aask(self, question: str, history: Sequence[str | Answer] = ()) -> Answer:
        from bot.followups.turn import TurnText
        from bot.state.clock import utc_now

        with readable_errors(self.settings.language):
            earlier = [
                check_question(item if isinstance(item, str) else item.question) for item in history
            ]
            check_question(question)
            chain = await asyncio.to_thread(self._open_chain)
            turns = await chain.restore(question, earlier, utc_now()) if earlier else ()
            return await chain.ainvoke(TurnText(question, turns))

    def search(self, question: str, limit: int = 10) -> tuple[Hit, ...]:
        """Find the nearest passages, best first, unread. Raises as `ask`."""
        with readable_errors(self.settings.language):
            return self._open_index().search(check_question(question), limit).hits

    async def asearch(self, question: str, limit: int = 10) -> tuple[Hit, ...]:
        return await asyncio.to_thread(self.search, question, limit)

    def index(self, *paths: str | os.PathLike[str]) -> BuildReport:
        """Build the index from files and folders; by default, from the setting `corpus_dir`.

        Only changes are read and embedded. Raises IndexingError, and keeps the current index then.
        """
        with readable_errors(self.settings.language):
            return self._build(paths)

    def _build(self, paths: Sequence[str | os.PathLike[str]]) -> BuildReport:
        from bot.library.format_options import load_format_options
        from bot.library.paths import corpus_paths
        from index.ingestion.builder import build

        sources = corpus_paths(self.settings, [Path(path) for path in paths])
        options = load_format_options(self.settings.data_dir)
        embedder = self._open_index().embedder
        return build(sources, index_store(self.settings), embedder, options=options)

    async def aindex(self, *paths: str | os.PathLike[str]) -> BuildReport:
        return await asyncio.to_thread(self.index, *paths)

    def as_runnable(self) -> AnswerRunnable:
        """The chain as a LangChain Runnable from a question to an Answer."""
        from selon.runnable import AnswerRunnable

        with readable_errors(self.settings.language):
            return AnswerRunnable(self._open_chain(), self.settings.language)

    def as_retriever(self, k: int = 5) -> ArticleRetriever:
        """The search as a LangChain retriever of Documents."""
        from selon.retriever import ArticleRetriever

        with readable_errors(self.settings.language):
            language = self.settings.language
            return ArticleRetriever(index=self._open_index(), k=k, language=language)

    def close(self) -> None:
        with self._lock:
            models, self._models = self._models, None
            self.__dict__.pop("_chain", None)
        if models is not None:
            models.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *raised: object) -> None:
        await asyncio.to_thread(self.close)

    def _open_chain(self) -> FollowUpChain:
        with self._lock:
            return self._chain

    def _open_index(self) -> LiveIndex:
        with self._lock:
            return self._index

    @cached_property
    def _index(self) -> LiveIndex:
        from bot.assembly import open_index

        return open_index(self.settings, may_be_missing=True, whole=True)

    @cached_property
    def _chain(self) -> FollowUpChain:
        from bot.assembly import chain_over, open_chat_models

        self._index.searcher()  # raises NoIndex before the other models are loaded
        self._models = open_chat_models(self.settings)
        return chain_over(self._index, self.settings, self._models)
