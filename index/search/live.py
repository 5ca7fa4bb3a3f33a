"""The index in service, followed from one generation to the next."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from index.article import Article, Period, Selection
from index.errors import DamagedIndex, IndexingError, ModelMismatch
from index.findings import Findings, Hit
from index.models.base import Embedder
from index.search.confidence import ConfidenceModel
from index.search.searcher import Searcher
from index.store.factory import Location, open_store

logger = logging.getLogger(__name__)


class LiveIndex:
    """Answers from the newest generation; a question under way keeps the one it began with.

    Safe to call from several threads. `chosen` tells which articles may be found by whoever asks at
    this moment, all where it tells none. Raises NoIndex, DamagedIndex or ModelMismatch where no
    generation can be opened; once one is open, a newer one that cannot be opened is logged and
    passed over. One that is `awaited` may be built later: until then, whoever asks gets NoIndex.
    """

    def __init__(
        self,
        location: Location,
        embedder: Embedder,
        judge: ConfidenceModel,
        chosen: Callable[[], Selection | None] = lambda: None,
        *,
        awaited: bool = False,
    ) -> None:
        self._store = open_store(location)
        self._chosen = chosen
        self._embedder = embedder
        self._judge = judge
        self._switching = threading.Lock()
        self._refused: str | None = None
        self._refusal: IndexingError | None = None
        self._searcher: Searcher | None = None
        if not awaited or self._store.current_id() is not None:
            self._searcher = self._open()

    @property
    def embedder(self) -> Embedder:
        return self._embedder

    def search(self, question: str, limit: int = 10, within: Period | None = None) -> Findings:
        return self.searcher().search(question, limit, within)

    def search_subject(
        self, subject: str, limit: int, within: Period | None = None
    ) -> tuple[Hit, ...]:
        return self.searcher().search_subject(subject, limit, within)

    def generation(self) -> str:
        """The id of the generation in service at this moment."""
        return self.searcher().generation.facts.id

    def article(self, article_id: str) -> Article | None:
        return self.searcher().generation.article(article_id)

    def searcher(self) -> Searcher:
        """Over the generation in service at this moment, or what is chosen of it.

        The one it replaces is closed when its last question lets go of it.
        """
        selection, searcher = self._chosen(), self._newest()
        return searcher if selection is None else searcher.among(selection)

    def _newest(self) -> Searcher:
        with self._switching:
            if self._searcher is None:
                self._searcher = self._open()
            try:
                newest = self._store.current_id()
                if newest not in (None, self._refused):
                    self._refused = newest  # until it has been opened
                    if newest != self._searcher.generation.facts.id:
                        self._searcher = self._open()
                    self._refused = self._refusal = None
            except IndexingError as error:
                if not isinstance(error, DamagedIndex | ModelMismatch):
                    self._refused = None  # a server that does not answer may do so soon
                self._refusal = error
                logger.error("the index stays as it was: %s", error)
            return self._searcher

    def check(self) -> None:
        """Raises IndexingError where no generation can be opened, the newest cannot, or the store
        has lost the one in service."""
        self.searcher()
        if self._refusal is not None:
            raise self._refusal
        self._store.facts()

    def _open(self) -> Searcher:
        embedder = self._embedder
        generation = self._store.open(model=embedder.id, dimension=embedder.dimension)
        return Searcher(generation, embedder, self._judge)
