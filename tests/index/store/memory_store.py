"""A whole store in memory: what a second adapter must do for builds, and no more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path

import numpy as np

from index.article import (
    Article,
    Copy,
    DuplicateGroup,
    Passage,
    SignedArticle,
    corpus_fingerprint,
)
from index.errors import BuildLocked, ModelMismatch, NoIndex, StoreError
from index.models.base import IntArray, Vectors
from index.store.article_writer import ArticleChanges, UncutArticle
from index.store.articles import SourceRow
from index.store.base import Removable, RemovedArticle, RemovedArticles, StoreCheck
from index.store.build_turn import (
    GenerationWriter,
    Hashes,
    StopCheck,
    StoredVectors,
    VectorSource,
    as_hashes,
)
from index.store.reader import BuildTerms, GenerationFacts, RowKind, StoredPassage
from index.store.withdrawals import VisibleGeneration
from index.text.antecedents import sentences_in_context
from tests.index.store.memory_generation import MemoryGeneration


class MemoryRows:
    """Vectors by row, written and read."""

    def __init__(self, size: int, dimension: int) -> None:
        self.array = np.zeros((size, dimension), dtype=np.float32)

    def put(self, rows: IntArray, vectors: Vectors) -> None:
        self.array[rows] = vectors

    def put_again(self, rows: IntArray, stored: StoredVectors, kept_from: IntArray) -> None:
        self.put(rows, stored.vectors(kept_from))

    def get(self, rows: IntArray) -> Vectors:
        return self.array[rows]

    vectors = get

    def finish(self) -> None:
        pass


class MemoryArticles:
    """See `index.store.article_writer.ArticleWriter`; takes nothing from the generation before."""

    def __init__(self, before: dict[str, bytes]) -> None:
        self._before = before
        self._articles: dict[str, Article] = {}
        self.told: dict[str, bytes] = {}
        self._signatures: dict[str, bytes] = {}
        self._copies: dict[str, str] = {}
        self._left_out: set[str] = set()

    def holds(self, article_id: str) -> bool:
        return article_id in self._articles

    def add(self, article: Article, told: bytes, signature: bytes) -> None:
        self._articles[article.id] = article
        self.told[article.id], self._signatures[article.id] = told, signature

    def signature(self, article_id: str, told: bytes) -> bytes | None:
        return None

    def add_again(self, ids: Sequence[str], was: str, now: str) -> bool:
        return False

    def leave_out(self, article_id: str) -> None:
        self._left_out.add(article_id)

    def signed(self) -> Iterator[SignedArticle]:
        for each in self._articles.values():
            sign = self._signatures[each.id]
            title = "" if ("title", "file name") in each.origins else each.title
            facts = sum(map(bool, (each.author, each.outlet, each.url)))
            days = each.published, each.updated
            yield SignedArticle(each.id, sign, *days, len(each.text), title, each.outlet, facts)

    def unite(self, groups: Iterable[DuplicateGroup]) -> int:
        for group in groups:
            self._copies |= dict.fromkeys(group.copies, group.kept)
            copies = (self._articles[each] for each in group.copies)
            told = [Copy(e.id, e.title, e.path, e.outlet, e.published, e.url) for e in copies]
            kept = self._articles[group.kept]
            url = kept.url or next((copy.url for copy in told if copy.url), None)
            self._articles[group.kept] = replace(kept, copies=tuple(told), url=url)
        return len(self._copies)

    def fingerprint(self) -> str:
        return corpus_fingerprint(
            (key, self.told[key], each.path, self._copies.get(key), str(each.copies))
            for key, each in sorted(self._articles.items())
        )

    def answered(self) -> list[Article]:
        return [each for each in self._articles.values() if each.id not in self._copies]

    def count(self) -> int:
        return len(self.answered())

    def left_out(self) -> int:
        return len(self._left_out)

    def changes(self) -> ArticleChanges:
        now = {each.id: self.told[each.id] for each in self.answered()}
        both = now.keys() & self._before.keys()
        same = sum(now[each] == self._before[each] for each in both)
        return ArticleChanges(
            len(now) - len(both), len(both) - same, len(self._before) - len(both), same
        )

    def uncut(self) -> Iterator[UncutArticle]:
        return (UncutArticle(number, None) for number in range(self.count()))

    def article(self, number: int) -> Article:
        return self.answered()[number]


class MemoryPassages:
    """See `index.store.article_writer.PassageWriter`."""

    def __init__(self, articles: MemoryArticles) -> None:
        self._articles = articles
        self.stored: list[StoredPassage] = []
        self.hashes: dict[RowKind, bytearray] = {"passages": bytearray(), "sentences": bytearray()}

    @property
    def passages(self) -> int:
        return len(self.stored)

    @property
    def sentences(self) -> int:
        return sum(len(each.passage.sentences) for each in self.stored)

    def add(
        self,
        article: int,
        language: str,
        passages: Sequence[Passage],
        hashes: Sequence[tuple[bytes, Sequence[bytes]]],
    ) -> None:
        owner = self._articles.article(article).id
        for passage, (own, of_sentences) in zip(passages, hashes, strict=True):
            self.stored.append(StoredPassage(len(self.stored), owner, passage))
            self.hashes["passages"] += own
            self.hashes["sentences"] += b"".join(of_sentences)

    def add_again(self, article: int, before: int) -> None:
        raise AssertionError("nothing is known of an article before")


class MemoryDraft:
    """See `index.store.build_turn.GenerationWriter`."""

    def __init__(self, generation: str, before: dict[str, bytes]) -> None:
        self.id = generation
        self.articles = MemoryArticles(before)
        self.passages = MemoryPassages(self.articles)
        self._sources: list[SourceRow] = []
        self._vectors: dict[RowKind, MemoryRows] = {}
        self.sealed: MemoryKnown | None = None

    def note(self, source: SourceRow) -> None:
        self._sources.append(source)

    def end_texts(self) -> None:
        pass

    def hashes(self, kind: RowKind) -> Hashes:
        return as_hashes(self.passages.hashes[kind])

    def texts(
        self, kind: RowKind, rows: IntArray | None = None, *, in_context: bool = False
    ) -> Iterator[tuple[Article, str, str]]:
        found = [
            (article, each.passage.heading, text)
            for each in self.passages.stored
            for article in self.articles.answered()
            if article.id == each.article_id
            for text in _texts(kind, each.passage, article.language, in_context)
        ]
        return iter(found if rows is None else [found[row] for row in rows])

    def vectors(self, kind: RowKind, model: str, dimension: int) -> MemoryRows:
        size = self.passages.passages if kind == "passages" else self.passages.sentences
        self._vectors[kind] = MemoryRows(size, dimension)
        return self._vectors[kind]

    def seal(self, terms: BuildTerms, check: StopCheck) -> GenerationFacts:
        articles = self.articles.answered()
        facts = GenerationFacts(
            **asdict(terms),
            id=self.id,
            articles=len(articles),
            passages=self.passages.passages,
            sentences=self.passages.sentences,
            languages=dict(Counter(each.language for each in articles).most_common()),
            fingerprint=self.articles.fingerprint(),
        )
        self.sealed = MemoryKnown(facts, self, self._vectors)
        return facts

    def sources(self) -> Iterator[SourceRow]:
        return iter(sorted(self._sources))


class MemoryKnown:
    """See `index.store.build_turn.KnownGeneration`; `reader` opens it for questions."""

    def __init__(
        self, facts: GenerationFacts, draft: MemoryDraft, vectors: dict[RowKind, MemoryRows]
    ) -> None:
        self.facts = facts
        self._draft = draft
        self._vectors = vectors

    def sources(self) -> Iterator[SourceRow]:
        return self._draft.sources()

    def left_out(self) -> frozenset[str]:
        return frozenset(self._draft.articles._left_out)

    def holds(self, article_id: str) -> bool:
        return self._draft.articles.holds(article_id)

    def vector_source(self, kind: RowKind) -> VectorSource:
        return VectorSource(self._draft.hashes(kind), self._vectors[kind])

    def told(self) -> dict[str, bytes]:
        articles = self._draft.articles
        return {each.id: articles.told[each.id] for each in articles.answered()}

    def reader(self) -> MemoryGeneration:
        draft, vectors = self._draft, self._vectors
        return MemoryGeneration(
            self.facts,
            draft.articles.answered(),
            draft.passages.stored,
            vectors["passages"].array,
            vectors["sentences"].array,
        )


class MemoryKept:
    """See `index.store.build_turn.KeptVectors`."""

    def __init__(self) -> None:
        self._hashes = bytearray()
        self._vectors: list[Vectors] = []

    def __len__(self) -> int:
        return sum(map(len, self._vectors))

    def source(self) -> VectorSource:
        kept = MemoryRows(0, 0)
        if self._vectors:
            kept.array = np.concatenate(self._vectors)
        return VectorSource(as_hashes(bytes(self._hashes)), kept)

    def add(self, hashes: bytes, vectors: Vectors) -> None:
        self._hashes += hashes
        self._vectors.append(vectors)

    def close(self) -> None:
        pass


class MemoryTurn:
    """See `index.store.build_turn.BuildTurn`."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self.previous = store.generations[-1] if store.generations else None

    @contextmanager
    def put_aside(self) -> Iterator[MemoryKnown | None]:
        yield self._store.aside

    def kept_vectors(self, model: str, dimension: int) -> MemoryKept:
        return self._store.kept.setdefault((model, dimension), MemoryKept())

    @contextmanager
    def draft(self, *, alike: bool) -> Iterator[MemoryDraft]:
        self._store.drafted += 1
        before = self.previous.told() if self.previous else {}
        yield MemoryDraft(f"20250101T000000.{self._store.drafted:06}Z", before)

    def adopt(self, draft: GenerationWriter) -> None:
        assert isinstance(draft, MemoryDraft)
        assert draft.sealed is not None

    def switch(self, draft: GenerationWriter) -> None:
        assert isinstance(draft, MemoryDraft)
        assert draft.sealed is not None
        self._store.generations.append(draft.sealed)
        self._store.kept.clear()

    def clean(self) -> None:
        del self._store.generations[:-2]
        self._store.aside = None


class MemoryRemoved(RemovedArticles):
    """Nothing is written anywhere."""

    def __init__(self) -> None:
        self._articles = {}

    def add(self, articles: Iterable[Removable], day: date | None = None) -> None:
        for each in articles:
            when = day or date(2025, 1, 1)
            self._articles[each.id] = RemovedArticle(each.id, each.title, each.path, when)

    def restore(self, reference: str) -> tuple[RemovedArticle, ...]:
        return tuple(self._articles.pop(each.id) for each in self.find(reference))


class MemoryStore:
    """See `index.store.base.IndexStore`."""

    folder: Path | None = None

    def __init__(self) -> None:
        self.generations: list[MemoryKnown] = []
        self.aside: MemoryKnown | None = None
        self.kept: dict[tuple[str, int], MemoryKept] = {}
        self.drafted = 0
        self._removed = MemoryRemoved()
        self._busy = False

    def current_id(self) -> str | None:
        return self.generations[-1].facts.id if self.generations else None

    def facts(self) -> GenerationFacts:
        if not self.generations:
            raise NoIndex("no-index", shown="memory")
        return self.generations[-1].facts

    def open(self, *, model: str, dimension: int) -> VisibleGeneration:
        facts = self.facts()
        if (facts.model, facts.dimension) != (model, dimension):
            raise ModelMismatch("model-mismatch")
        return self.browse()

    def browse(self) -> VisibleGeneration:
        self.facts()
        return VisibleGeneration(self.generations[-1].reader(), lambda: self._removed.ids)

    def check(self) -> StoreCheck:
        before = self.generations[-2].facts.id if len(self.generations) > 1 else None
        return StoreCheck(self.facts(), before, 0, None)

    def roll_back(self) -> GenerationFacts:
        if len(self.generations) < 2:
            raise StoreError("no-generation-before")
        self.aside = self.generations.pop()
        return self.facts()

    def export(self, folder: Path) -> GenerationFacts:
        raise StoreError("memory-stays")

    def take(self, folder: Path) -> GenerationFacts:
        raise StoreError("memory-stays")

    def removed(self) -> MemoryRemoved:
        return self._removed

    @contextmanager
    def build_turn(self) -> Iterator[MemoryTurn]:
        if self._busy:
            raise BuildLocked("build-locked")
        self._busy = True
        try:
            yield MemoryTurn(self)
        finally:
            self._busy = False


def _texts(kind: RowKind, passage: Passage, language: str, context: bool) -> Sequence[str]:
    if kind == "passages":
        return [passage.text]
    return (
        sentences_in_context(passage, language) if context else [s.text for s in passage.sentences]
    )
