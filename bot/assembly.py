"""The parts put together as the settings say."""

from __future__ import annotations

from collections.abc import Callable

from bot.about import AboutArticles
from bot.chain import RetrievalQA
from bot.conversation.chain import Conversing
from bot.extract import Extractive
from bot.settings import Settings
from index.confidence import ConfidenceModel
from index.embedding import Embedder, load_embedder
from index.errors import NoIndex
from index.live import LiveIndex
from index.store import current_id


def open_embedder(
    settings: Settings, *, progress: Callable[[float, str], None] | None = None
) -> Embedder:
    """The embedding model of the settings; the bundled one is prepared on its first use.

    `progress` gets the part done (0..1) and what is being done. Raises ModelError.
    """
    return load_embedder(
        settings.embedding_model,
        settings.cache_dir,
        threads=settings.threads or None,
        progress=progress,
    )


def open_index(settings: Settings) -> LiveIndex:
    """The index of the data directory. Raises IndexingError."""
    if current_id(settings.data_dir) is None:  # said before seconds go into the model
        raise NoIndex(f"{settings.data_dir}: nothing is indexed here yet; run `selon index`")
    return LiveIndex(settings.data_dir, open_embedder(settings), ConfidenceModel.load())


def chain_over(index: LiveIndex, settings: Settings) -> Conversing:
    """The retrieval-QA chain over an open index, which understands follow-ups."""
    threshold = settings.min_confidence
    if threshold is None:
        threshold = ConfidenceModel.load().threshold
    about = AboutArticles(index.searcher, threshold)
    return Conversing(RetrievalQA(index, Extractive(threshold), about), index.search)


def open_chain(settings: Settings) -> Conversing:
    """The retrieval-QA chain over the index of the data directory. Raises IndexingError."""
    return chain_over(open_index(settings), settings)
