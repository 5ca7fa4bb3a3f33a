"""Assemble the index, the readers, the chat models and the chain from the settings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from bot.answer import Answer
from bot.answering.chain import QuietTime, RetrievalQA
from bot.answering.distress import DistressGate
from bot.answering.extractive import ExtractiveAnswerer
from bot.answering.selection import chosen_articles
from bot.archive.archive import Archive
from bot.archive.request import ArchiveFunction
from bot.archive.summary import summarise_stored
from bot.embedder import open_embedder
from bot.errors import SettingsError
from bot.followups.acts import AnswerActs
from bot.followups.conversation import FollowUpChain
from bot.followups.replies import Coverage, Replies
from bot.help_numbers import parse_help_numbers
from bot.model_choice import parse_choices
from bot.rights import closed_to_reader
from bot.settings import Settings, index_store
from bot.understanding.meaning import Meaning, MessageReader
from bot.understanding.model import MessageEncoder, UnderstandingModel
from index.article import Article, Period
from index.findings import Findings
from index.models.base import BUNDLED, Embedder
from index.models.bundled.embedder import BundledEmbedder, load_bundled
from index.models.bundled.reader import load_bundled_reader
from index.reading.confidence import ReadingConfidence
from index.reading.evidence import UNREAD_LOGIT, EvidenceReader
from index.search.confidence import ConfidenceModel, Thresholds
from index.search.live import LiveIndex
from index.search.searcher import Searcher

if TYPE_CHECKING:
    from bot.evaluation.run import Means
    from bot.llm.factory import ChatModels


_RECENT_READINGS = 16


class RecentReader:
    """A reader with a cache: candidates of a follow-up are read before the chosen one is answered.

    Without a `reader`, findings stay unread.
    """

    def __init__(self, reader: EvidenceReader | None) -> None:
        self._reader = reader
        self._cached_read = lru_cache(_RECENT_READINGS)(reader.read) if reader is not None else None

    def read(self, findings: Findings) -> Findings:
        return self._cached_read(findings) if self._cached_read is not None else findings

    def read_all(self, findings: Findings) -> Findings:
        return self._reader.read_all(findings) if self._reader is not None else findings


def thresholds_of(settings: Settings) -> Thresholds:
    """The thresholds of the settings, by default the calibrated ones.

    Those are the reader's, or the search's without one. Raises SettingsError if sure is below
    perhaps.
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
    if settings.reader == "none":
        return None
    return _open_reader(settings.cache_dir, settings.threads or None)


def evaluation_means(settings: Settings, embedder: Embedder) -> Means:
    """What an evaluation asks. Raises SettingsError, ModelError."""
    from bot.evaluation.run import Means

    thresholds = thresholds_of(settings)
    answerer, reader = ExtractiveAnswerer(thresholds), open_reader(settings)
    return Means(embedder, ConfidenceModel.load(), answerer, thresholds, reader)


@cache
def _open_reader(cache_dir: Path, threads: int | None) -> EvidenceReader:
    reader = load_bundled_reader(cache_dir, threads=threads)
    return EvidenceReader(reader, ReadingConfidence.load(), UNREAD_LOGIT)


def open_gate(settings: Settings, embedder: Embedder) -> DistressGate | None:
    """Open the distress gate, unless the settings disable it. Raises ModelError."""
    numbers = parse_help_numbers(settings.help_numbers)
    if not numbers:
        return None
    return DistressGate(MessageReader(open_understanding(settings, embedder)), numbers)


def open_understanding(settings: Settings, embedder: Embedder) -> UnderstandingModel:
    """Open what tells the meaning of messages, over the bundled embedding model.

    `embedder` is used if it is that one. Raises ModelError.
    """
    if not isinstance(embedder, BundledEmbedder):
        embedder = load_bundled(settings.cache_dir, threads=settings.threads or None, lazy=True)
    return UnderstandingModel(MessageEncoder(embedder))


def coverage_of(searcher: Searcher) -> Coverage:
    """What the articles of a searcher cover."""
    count = searcher.count()
    newest, oldest = searcher.articles(limit=1), None
    first, last = 0, count  # the dated ones stand before the undated
    while first < last:
        middle = (first + last) // 2
        entry = next(iter(searcher.articles(limit=1, skip=middle)), None)
        if entry is not None and entry.published is not None:
            first, oldest = middle + 1, entry.published
        else:
            last = middle
    day = newest[0].published if newest else None
    return Coverage(count, oldest, day, tuple(searcher.generation.facet("outlet")))


def open_index(
    settings: Settings, *, may_be_missing: bool = False, whole: bool = False
) -> LiveIndex:
    """Open the index, by default bounded to what the reader of a task may read; if it
    `may_be_missing`, it can be built later.

    Raises SettingsError, IndexingError.
    """
    closed = tuple if whole else partial(closed_to_reader, settings)
    closed()  # raises before
    thresholds_of(settings)  # raises before seconds are spent on the model
    store = index_store(settings)
    if not may_be_missing and store.current_id() is None:
        store.facts()  # raises NoIndex
    embedder, confidence = open_embedder(settings), ConfidenceModel.load()
    return LiveIndex(
        store, embedder, confidence, chosen_articles, closed, may_be_missing=may_be_missing
    )


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
    understanding = open_understanding(settings, index.embedder)
    archive = Archive(
        index.searcher,
        subject_thresholds(settings),
        reader,
        thresholds,
        lambda message: understanding.read(message).subject,
    )
    extractive = ExtractiveAnswerer(thresholds)
    extractive_chain = RetrievalQA(index, extractive, archive, reader=reader, quiet_time=quiet_time)
    messages = MessageReader(understanding, archive.is_known_name, archive.is_subject)

    def search(question: str, limit: int, within: Period | None = None) -> Findings:
        return reader.read(index.search(question, limit, within))

    def summarise(article: Article) -> Answer:
        return summarise_stored(article, index.searcher().generation)

    chain, rewriter = extractive_chain, None
    if models is not None:
        answerer = models.over(extractive, index.generation)
        chain = RetrievalQA(index, answerer, archive, reader=reader, quiet_time=quiet_time)
        rewriter = models.rewriter()
    return FollowUpChain(
        chain,
        search,
        extractive_chain,
        rewriter,
        open_gate(settings, index.embedder),
        messages,
        Replies(
            lambda: coverage_of(index.searcher()),
            settings.keep_days,
            settings.operator,
            settings.privacy_note,
            _recipients(settings) if parse_choices(settings.chat_model) else (),
        ),
        AnswerActs(index.article, search, extractive, summarise),
        {name: partial(_call_archive, archive, name) for name in get_args(ArchiveFunction)},
    )


def _call_archive(
    archive: Archive, name: ArchiveFunction, meaning: Meaning, message: str
) -> Answer | None:
    """Call a function of the archive; None to answer the message as a question."""
    return archive.serve(name, message, meaning.subject, meaning.language)


def _recipients(settings: Settings) -> Sequence[str]:
    from bot.llm.factory import recipients

    return recipients(settings)


def subject_thresholds(settings: Settings) -> Thresholds:
    """The thresholds for articles on a subject, which are not read. Raises SettingsError."""
    return _thresholds(settings, ConfidenceModel.load().thresholds)


@contextmanager
def open_chain(settings: Settings) -> Iterator[FollowUpChain]:
    """The chain over the whole index of the settings, within a block.

    Raises SettingsError, IndexingError.
    """
    with chat_models_in(settings) as models:
        yield chain_over(open_index(settings, whole=True), settings, models)
