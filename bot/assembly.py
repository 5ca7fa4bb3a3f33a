"""Assemble the index, the readers, the chat models and the chain from the settings."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from bot.answering.base import FindingsReader
from bot.answering.chain import QuietTime, RetrievalQA
from bot.answering.distress import DistressGate
from bot.answering.extractive import ExtractiveAnswerer
from bot.answering.injection import use_cache_dir
from bot.answering.selection import chosen_articles
from bot.archive.archive import Archive
from bot.embedder import open_embedder
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
from index.reading.evidence import UNREAD_LOGIT, EvidenceReader
from index.search.confidence import ConfidenceModel, Thresholds
from index.search.live import LiveIndex

if TYPE_CHECKING:
    from bot.llm.factory import ChatModels


_RECENT_READINGS = 16


class RecentReader:
    """A reader with a cache: candidates of a follow-up are read before the chosen one is answered.

    Without a `reader`, findings stay unread.
    """

    def __init__(self, reader: FindingsReader | None) -> None:
        self._cached_read = lru_cache(_RECENT_READINGS)(reader.read) if reader is not None else None

    def read(self, findings: Findings) -> Findings:
        return self._cached_read(findings) if self._cached_read is not None else findings


def thresholds_of(settings: Settings) -> Thresholds:
    """The thresholds of the settings, by default the calibrated ones.

    Those are the bundled reader's, or the search's with another reader or none. Raises
    SettingsError if sure is below perhaps.
    """
    model = ReadingConfidence if settings.reader == BUNDLED else ConfidenceModel
    return _thresholds(settings, model.load().thresholds)


def _thresholds(settings: Settings, defaults: Thresholds) -> Thresholds:
    perhaps, sure = settings.min_confidence, settings.sure_confidence
    if perhaps is None:
        perhaps = defaults.perhaps
    if sure is None:
        sure = max(defaults.sure, perhaps)
    if sure < perhaps:
        raise SettingsError("sure-below-minimum", sure=sure, minimum=perhaps)
    return Thresholds(perhaps, sure)


def open_reader(settings: Settings) -> EvidenceReader | None:
    """Open the reader, once per process. Raises ModelError."""
    return _open_reader(settings.reader, settings.cache_dir, settings.threads or None)


@cache
def _open_reader(name: str, cache_dir: Path, threads: int | None) -> EvidenceReader | None:
    reader = load_reader(name, cache_dir, threads=threads)
    if reader is None:
        return None
    if name != BUNDLED:  # not calibrated
        return EvidenceReader(reader, None)
    return EvidenceReader(reader, ReadingConfidence.load(), UNREAD_LOGIT)


def open_gate(settings: Settings, embedder: Embedder) -> DistressGate | None:
    """Open the distress gate, unless the settings disable it. Raises ModelError."""
    numbers = parse_help_numbers(settings.help_numbers)
    if not numbers:
        return None
    return DistressGate(bundled_embedder(settings, embedder), numbers)


def bundled_embedder(settings: Settings, embedder: Embedder) -> Embedder:
    """The given embedder if it is the bundled one, else the bundled one. Raises ModelError."""
    if isinstance(embedder, BundledEmbedder):
        return embedder
    return _bundled_embedder(settings.cache_dir, settings.threads or None)


@cache
def _bundled_embedder(cache_dir: Path, threads: int | None) -> Embedder:
    return load_embedder(BUNDLED, cache_dir, threads=threads)


def open_index(settings: Settings, *, may_be_missing: bool = False) -> LiveIndex:
    """Open the index; if it `may_be_missing`, it can be built later.

    Raises SettingsError, IndexingError.
    """
    thresholds_of(settings)  # raises before seconds are spent on the model
    store = index_store(settings)
    if not may_be_missing and store.current_id() is None:
        store.facts()  # raises NoIndex
    use_cache_dir(settings.cache_dir)
    embedder, confidence = open_embedder(settings), ConfidenceModel.load()
    return LiveIndex(store, embedder, confidence, chosen_articles, may_be_missing=may_be_missing)


def open_chat_models(settings: Settings) -> ChatModels | None:
    """Open the chat models; None if answers are extractive. The caller closes them.

    Raises SettingsError.
    """
    if not parse_choices(settings.chat_model):
        return None
    from bot.llm.factory import ChatModels

    return ChatModels(settings)


@contextmanager
def chat_models_in(settings: Settings) -> Iterator[ChatModels | None]:
    """Like `open_chat_models`, within a block."""
    models = open_chat_models(settings)
    try:
        yield models
    finally:
        if models is not None:
            models.close()


def chain_over(
    index: LiveIndex,
    settings: Settings,
    models: ChatModels | None = None,
    quiet_time: QuietTime = nullcontext,
) -> FollowUpChain:
    """Build the chain over an open index; without `models`, answers are extractive.

    `quiet_time` is as in `RetrievalQA`. Raises SettingsError, ModelError.
    """
    thresholds = thresholds_of(settings)
    reader = RecentReader(open_reader(settings))
    archive = Archive(index.searcher, subject_thresholds(settings))
    extractive = ExtractiveAnswerer(thresholds)
    extractive_chain = RetrievalQA(index, extractive, archive, reader=reader, quiet_time=quiet_time)
    gate = open_gate(settings, index.embedder)
    messages = MessageReader(bundled_embedder(settings, index.embedder), archive.is_known_name)

    def search(question: str, limit: int) -> Findings:
        return reader.read(index.search(question, limit))

    if models is None:
        return FollowUpChain(extractive_chain, search, gate=gate, messages=messages)
    answerer = models.over(extractive, index.generation)
    chain = RetrievalQA(index, answerer, archive, reader=reader, quiet_time=quiet_time)
    return FollowUpChain(chain, search, extractive_chain, models.rewriter(), gate, messages)


def subject_thresholds(settings: Settings) -> Thresholds:
    """The thresholds for articles on a subject, which are not read. Raises SettingsError."""
    return _thresholds(settings, ConfidenceModel.load().thresholds)


@contextmanager
def open_chain(settings: Settings) -> Iterator[FollowUpChain]:
    """The chain over the index of the settings, within a block.

    Raises SettingsError, IndexingError.
    """
    with chat_models_in(settings) as models:
        yield chain_over(open_index(settings), settings, models)
