"""Searches over the generation in service, switching to newer ones as they appear."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field

from index.article import Article, Period, Selection
from index.errors import DamagedIndex, IndexingError, ModelMismatch
from index.findings import Findings, Hit
from index.models.base import Embedder
from index.search.confidence import ConfidenceModel
from index.search.searcher import Searcher
from index.store.builder_status import BuilderStatus
from index.store.factory import Location, open_store

_CACHED_SEARCHERS = 32  # one for each set of collections that somebody reads

logger = logging.getLogger(__name__)


Closed = tuple[Selection, ...]  # what a caller may not read


@dataclass(frozen=True, slots=True)
class _Service:
    """A searcher with the id of its generation, so that no server need be asked for it."""

    generation: str
    searcher: Searcher
    bounded: dict[Closed, Searcher] = field(default_factory=dict)

    def without(self, closed: Closed) -> Searcher:
        """The searcher of somebody to whom these articles are closed."""
        searcher = self.bounded.get(closed) if closed else self.searcher
        if searcher is None:
            if len(self.bounded) >= _CACHED_SEARCHERS:
                self.bounded.clear()
            searcher = self.bounded[closed] = self.searcher.without(closed)
        return searcher


class LiveIndex:
    """Searches the newest generation; a question in progress keeps the one it started with.

    Thread-safe. `selection` returns the current caller's selection, or None for all articles;
    `closed` returns the articles that the caller must not learn anything of.
    Raises NoIndex, DamagedIndex or ModelMismatch if no generation can be opened; after that, a
    newer one that cannot be opened is logged and skipped. If `may_be_missing`, a missing index is
    no error: until it is built, searches raise NoIndex.
    """

    def __init__(
        self,
        location: Location,
        embedder: Embedder,
        judge: ConfidenceModel,
        selection: Callable[[], Selection | None] = lambda: None,
        closed: Callable[[], Closed] = tuple,
        *,
        may_be_missing: bool = False,
    ) -> None:
        self._store = open_store(location)
        self._selection = selection
        self._closed = closed
        self._embedder = embedder
        self._judge = judge
        self._switching = threading.Lock()  # never held while querying the store
        self._opening: Future[_Service] | None = None
        self._service: _Service | None = None
        self._refused_generation: str | None = None
        self._refusal: IndexingError | None = None
        if not may_be_missing or self._store.current_id() is not None:
            self._service = self._open()

    @property
    def embedder(self) -> Embedder:
        return self._embedder

    def search(self, question: str, limit: int = 10, within: Period | None = None) -> Findings:
        if question.endswith("?"):  # and no subject or request: « liste des pays membres »
            question = question[:1].upper() + question[1:]
        return self.searcher().search(question, limit, within)

    def search_subject(
        self, subject: str, limit: int, within: Period | None = None
    ) -> tuple[Hit, ...]:
        return self.searcher().search_subject(subject, limit, within)

    def generation(self) -> str:
        """Id of the generation in service now, another for each choice of closed articles."""
        return self.searcher().generation.facts.id

    def article(self, article_id: str) -> Article | None:
        return self.searcher().generation.article(article_id)

    def searcher(self) -> Searcher:
        """A searcher over the generation in service, restricted to what the caller may read and to
        their selection. A replaced generation is closed when its last question drops it."""
        selection, searcher = self._selection(), self._newest().without(self._closed())
        return searcher if selection is None else searcher.among(selection)

    def _newest(self) -> _Service:
        service = self._service
        if service is None:
            return self._open_once()
        newest: str | None = None
        try:
            newest = self._store.current_id()
            if newest not in (None, self._refused_generation):
                if newest != service.generation:
                    service = self._open_once(newest)
                self._refused_generation = self._refusal = None
        except IndexingError as error:
            if newest is None or newest != self._refused_generation:
                logger.error("the index stays as it was: %s", error)
            # An unreachable server may come back.
            is_lasting = isinstance(error, DamagedIndex | ModelMismatch)
            self._refused_generation, self._refusal = newest if is_lasting else None, error
        return service

    def _open_once(self, generation: str | None = None) -> _Service:
        """Open the generation in service in one thread; other threads wait, and retry only if the
        result is not the generation they want."""
        while True:
            with self._switching:
                service, opening = self._service, self._opening
                if service is not None and generation in (None, service.generation):
                    return service
                if opening is None:
                    mine = self._opening = Future[_Service]()
                    break
            opening.result()
        try:
            service = self._service = self._open()
        except BaseException as error:
            mine.set_exception(error)
            raise
        else:
            mine.set_result(service)
            return service
        finally:
            self._opening = None

    def check(self) -> None:
        """Raise IndexingError if the newest generation cannot be opened, or no longer exists."""
        self.searcher()
        if self._refusal is not None:
            raise self._refusal
        self._store.facts()

    def builder_status(self) -> BuilderStatus | None:
        return self._store.builder_status()

    def _open(self) -> _Service:
        embedder = self._embedder
        generation = self._store.open(embedder)
        return _Service(generation.facts.id, Searcher(generation, embedder, self._judge))
