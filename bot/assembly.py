"""The parts put together as the settings say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from bot.answering.about import AboutArticles
from bot.answering.base import FindingsReader
from bot.answering.chain import RetrievalQA, Undisturbed
from bot.answering.distress import DistressGate
from bot.answering.extractive import ExtractiveAnswerer
from bot.answering.injection import use_cache_dir
from bot.answering.selection import chosen_articles
from bot.errors import SettingsError
from bot.followups.conversation import FollowUpChain
from bot.followups.message import MessageReader
from bot.help_numbers import parse_help_numbers
from bot.model_choice import parse_choices
from bot.settings import Settings, index_store
from index.findings import Findings
from index.models.base import BUNDLED, Embedder
from index.models.bundled.embedder import BundledEmbedder
from index.models.factory import load_embedder, load_reader
from index.reading.confidence import ReadingConfidence
from index.reading.evidence import SUREST_LOGIT, EvidenceReader
from index.search.confidence import ConfidenceModel, Thresholds
from index.search.live import LiveIndex

if TYPE_CHECKING:
    from bot.llm.factory import Writers


_RECENT_READINGS = 16


class RecentReader:
    """A reader that remembers its last readings: what a follow-up may mean is tried before it is
    answered. Without a `reader`, findings stay unread."""

    def __init__(self, reader: FindingsReader | None) -> None:
        self._read = lru_cache(_RECENT_READINGS)(reader.read) if reader is not None else None

    def read(self, findings: Findings) -> Findings:
        return self._read(findings) if self._read is not None else findings


def thresholds_of(settings: Settings) -> Thresholds:
    """Those of the settings; where none are set, those that the confidence was calibrated with:
    the bundled reader's, or the search's where another reader or none is set.

    Raises SettingsError where an answer would be sure before it may be given.
    """
    judge = ReadingConfidence if settings.reader == BUNDLED else ConfidenceModel
    return _thresholds(settings, judge.load().thresholds)


def _thresholds(settings: Settings, calibrated: Thresholds) -> Thresholds:
    perhaps, sure = settings.min_confidence, settings.sure_confidence
    if perhaps is None:
        perhaps = calibrated.perhaps
    if sure is None:
        sure = max(calibrated.sure, perhaps)
    if sure < perhaps:
        raise SettingsError("sure-below-minimum", sure=sure, minimum=perhaps)
    return Thresholds(perhaps, sure)


def open_embedder(
    settings: Settings, *, progress: Callable[[float, str], None] | None = None
) -> Embedder:
    """The embedding model of the settings; the bundled one is prepared on its first use.

    `progress` gets the part done (0..1) and what is being done. Raises ModelError.
    """
    use_cache_dir(settings.cache_dir)
    return load_embedder(
        settings.embedding_model,
        settings.cache_dir,
        threads=settings.threads or None,
        progress=progress,
    )


def open_reader(settings: Settings) -> EvidenceReader | None:
    """What reads the passages found, one for all who ask in this process. Raises ModelError."""
    return _open_reader(settings.reader, settings.cache_dir, settings.threads or None)


@cache
def _open_reader(name: str, cache_dir: Path, threads: int | None) -> EvidenceReader | None:
    reader = load_reader(name, cache_dir, threads=threads)
    if reader is None:
        return None
    if name != BUNDLED:  # which all is calibrated for
        return EvidenceReader(reader, None)
    return EvidenceReader(reader, ReadingConfidence.load(), SUREST_LOGIT)


def open_gate(settings: Settings, embedder: Embedder) -> DistressGate | None:
    """What recognises messages of distress, for all who ask in this process; None where the
    settings say so. The `embedder` serves if it is the bundled one. Raises ModelError."""
    numbers = parse_help_numbers(settings.help_numbers)
    if not numbers:
        return None
    return DistressGate(bundled_embedder(settings, embedder), numbers)


def bundled_embedder(settings: Settings, embedder: Embedder) -> Embedder:
    """The `embedder` if it is the bundled one, else the bundled one beside it. Raises
    ModelError."""
    if isinstance(embedder, BundledEmbedder):
        return embedder
    return _bundled_embedder(settings.cache_dir, settings.threads or None)


@cache
def _bundled_embedder(cache_dir: Path, threads: int | None) -> Embedder:
    return load_embedder(BUNDLED, cache_dir, threads=threads)


def open_index(settings: Settings, *, awaited: bool = False) -> LiveIndex:
    """The index of the data directory; one that is `awaited` may be built later.

    Raises SettingsError, IndexingError.
    """
    thresholds_of(settings)  # what is wrong is said before seconds go into the model
    store = index_store(settings)
    if not awaited and store.current_id() is None:
        store.facts()  # raises NoIndex
    embedder, judge = open_embedder(settings), ConfidenceModel.load()
    return LiveIndex(store, embedder, judge, chosen_articles, awaited=awaited)


def open_writers(settings: Settings) -> Writers | None:
    """What the chat models of the settings write with; None where answers quote the articles.

    To be closed. Raises SettingsError.
    """
    if not parse_choices(settings.chat_model):
        return None
    from bot.llm.factory import Writers

    return Writers(settings)


def chain_over(
    index: LiveIndex,
    settings: Settings,
    writers: Writers | None = None,
    undisturbed: Undisturbed = nullcontext,
) -> FollowUpChain:
    """The retrieval-QA chain over an open index, which understands follow-ups.

    `writers` write its answers, which quote the articles without them; `undisturbed` is as in
    `RetrievalQA`. Raises SettingsError, ModelError.
    """
    thresholds = thresholds_of(settings)
    reader = RecentReader(open_reader(settings))
    about = AboutArticles(index.searcher, subject_thresholds(settings))
    extractive = ExtractiveAnswerer(thresholds)
    quoting = RetrievalQA(index, extractive, about, reader=reader, undisturbed=undisturbed)
    gate = open_gate(settings, index.embedder)
    messages = MessageReader(bundled_embedder(settings, index.embedder))

    def search(question: str, limit: int) -> Findings:
        return reader.read(index.search(question, limit))

    if writers is None:
        return FollowUpChain(quoting, search, gate=gate, messages=messages)
    answerer = writers.over(extractive, index.generation)
    writing = RetrievalQA(index, answerer, about, reader=reader, undisturbed=undisturbed)
    return FollowUpChain(writing, search, quoting, writers.rewriter(), gate, messages)


def subject_thresholds(settings: Settings) -> Thresholds:
    """Those of articles on a subject, which are searched and not read. Raises SettingsError."""
    return _thresholds(settings, ConfidenceModel.load().thresholds)


@contextmanager
def open_chain(settings: Settings) -> Iterator[FollowUpChain]:
    """The retrieval-QA chain over the index of the data directory, as long as the block lasts.

    Raises SettingsError, IndexingError.
    """
    with ExitStack() as opened:
        writers = open_writers(settings)
        if writers is not None:
            opened.callback(writers.close)
        yield chain_over(open_index(settings), settings, writers)
