"""The contract of a generation that a store has opened for questions, and what it returns.

Keys of passages and sentences are numbers, from 0 in the order of writing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, Self, get_args

from index.article import Article, ArticleEntry, Passage, Selection, Sentence
from index.errors import ModelMismatch

if TYPE_CHECKING:  # callers that only list what is indexed do not load NumPy
    from index.models.base import BoolArray, Embedder, IntArray, Vectors

RowKind = Literal["passages", "sentences"]
ROW_KINDS: tuple[RowKind, ...] = get_args(RowKind)
FacetKind = Literal["outlet", "category", "language", "author"]

SHORTEST_PREFIX = 4  # minimum characters of an id prefix that matches an id


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage with its key and its article."""

    key: int
    article_id: str
    passage: Passage

    @classmethod
    def in_order(
        cls,
        keys: Sequence[int],
        rows: Iterable[tuple[Any, ...]],
        sentences: Mapping[int, Sequence[tuple[int, int]]],
    ) -> list[StoredPassage]:
        """Passages in the order of `keys`, from rows (key, article, start, stop, heading, text) and
        sentence spans by key. Raises IndexError if a row is missing."""
        passages = {}
        for key, article_id, start, stop, heading, text in rows:
            own = (Sentence(a, b, text[a - start : b - start]) for a, b in sentences.get(key, ()))
            passages[key] = cls(key, article_id, Passage(start, stop, text, heading, tuple(own)))
        try:
            return [passages[int(key)] for key in keys]
        except KeyError as error:
            raise IndexError(f"no passage has row {error}") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildFacts:
    """What a build decides about its generation; see `GenerationFacts`."""

    model: str
    dimension: int
    built_at: datetime
    copies: int = 0
    roots: tuple[str, ...] = ()
    rules: str = ""

    def build_fields(self) -> dict[str, Any]:
        """These fields alone, also in subclasses."""
        return {field.name: getattr(self, field.name) for field in fields(BuildFacts)}


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationFacts(BuildFacts):
    """A generation: how it was built and how much it holds.

    `articles` are the searchable ones, `copies` their duplicates; `languages` counts articles.
    `roots` are the absolute paths indexed, empty if the articles did not come from files.
    `fingerprint` is equal for generations of the same articles, `rules` for those read and cut
    alike (see `index.ingestion.readings`); imports have no rules, since it is unknown how their
    texts were made. `built_at` is UTC.
    """

    id: str
    articles: int
    passages: int
    sentences: int
    languages: Mapping[str, int]
    fingerprint: str

    def as_json(self) -> dict[str, Any]:
        """The fields in JSON types, without those of subclasses."""
        record = {field.name: getattr(self, field.name) for field in fields(GenerationFacts)}
        record["built_at"] = self.built_at.isoformat()
        return record | {"languages": dict(self.languages), "roots": list(self.roots)}

    @classmethod
    def from_json(cls, record: Mapping[str, Any], **more: Any) -> Self:
        """Raises ValueError, KeyError or TypeError for invalid input."""
        moment, roots = datetime.fromisoformat(record["built_at"]), tuple(record["roots"])
        return cls(**{**record, "built_at": moment, "roots": roots, **more})


def is_same_model(facts: BuildFacts, embedder: Embedder) -> bool:
    return (facts.model, facts.dimension) == (embedder.id, embedder.dimension)


def check_model(facts: GenerationFacts, label: str | Path, embedder: Embedder | None) -> None:
    """Raise ModelMismatch if the generation was built with another model, if there is one."""
    if embedder is not None and not is_same_model(facts, embedder):
        raise ModelMismatch(
            "model-mismatch",
            subject=label,
            built=facts.model,
            dimension=facts.dimension,
            model=embedder.id,
            wanted=embedder.dimension,
        )


@dataclass(frozen=True, slots=True, eq=False)
class CandidateQuery:
    """What to retrieve for a question.

    `vector` has shape (d,). Terms are weighted by their IDF among passages or sentences
    (`index.store.postings`). `passages` and `sentences` are how many of each to nominate, among the
    selected articles. Withdrawals set `without`, the keys of passages to leave out.
    """

    vector: Vectors
    passage_terms: Mapping[str, float]
    sentence_terms: Mapping[str, float]
    passages: int
    sentences: int
    among: Selection | None = None
    without: IntArray | None = None


@dataclass(frozen=True, slots=True, eq=False)
class CandidateSignals:
    """Signals of candidate passages, by ascending key; arrays of equal length.

    `cosines` with the question's vector; `bm25` summed over its terms; `openings`: True for the
    first passage of an article. `sentence_cosines` and `sentence_bm25` are those of all their
    sentences in reading order; candidate i's start at `offsets[i]`.
    """

    keys: IntArray
    cosines: Vectors
    bm25: Vectors
    openings: BoolArray
    sentence_cosines: Vectors
    sentence_bm25: Vectors
    offsets: IntArray


def sort_counts(counts: Mapping[str, int]) -> dict[str, int]:
    """The positive counts, largest first, ties by name."""
    pairs = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return {value: count for value, count in pairs if count > 0}


class StoredGeneration(Protocol):
    """A generation that a store opened for questions: read-only and thread-safe, complete until
    closed, whatever builds do meanwhile. Withdrawn articles are in it (see `OpenGeneration`).

    Any method may raise DamagedIndex when it meets damage.
    """

    @property
    def facts(self) -> GenerationFacts: ...

    def frequencies(
        self, kind: RowKind, terms: Collection[str], among: Selection | None = None
    ) -> Mapping[str, int]:
        """Document frequency of these terms among passages or sentences, without unknown ones."""

    def count_rows(self, among: Selection) -> Mapping[RowKind, int]:
        """Numbers of passages and of sentences of the selected articles."""

    def candidates(self, query: CandidateQuery) -> CandidateSignals:
        """The union of the passages nearest to the vector, those of the nearest sentences, and
        those with the best BM25."""

    def passages_with(
        self, terms: Sequence[Collection[str]], among: Selection | None = None
    ) -> IntArray:
        """Ascending keys of the passages that have one of the alternatives of every term, in their
        text, their heading or their article's title; none without terms."""

    def passage_keys(self, ids: Collection[str]) -> IntArray:
        """Ascending keys of the passages of these articles; copies have none."""

    def passages_by_key(self, keys: Sequence[int]) -> list[StoredPassage]:
        """Passages in the order of `keys`. Raises IndexError."""

    def sentence_vectors_of(self, key: int) -> Vectors:
        """Vectors of a passage's sentences, shape (sentences, d), in reading order."""

    def articles_by_id(self, ids: Sequence[str]) -> Mapping[str, Article]:
        """Articles by id; unknown ids are left out."""

    def entries(self, ids: Collection[str]) -> list[ArticleEntry]:
        """Entries of these articles and copies; unknown ids are left out."""

    def find(self, reference: str, among: Selection | None = None) -> list[ArticleEntry]:
        """Match an id, an id prefix, a path, an address or a title, copies included; the first way
        that matches any article wins."""

    def articles(
        self, among: Selection | None = None, limit: int = -1, skip: int = 0
    ) -> list[ArticleEntry]:
        """Entries of selected articles, newest first; `limit` is unbounded if negative."""

    def count(self, among: Selection | None = None) -> int:
        """Number of selected articles."""

    def facet(self, kind: FacetKind, among: Selection | None = None) -> Mapping[str, int]:
        """Number of selected articles by outlet, category, language or author, largest first."""

    def close(self) -> None:
        """Closing twice is harmless."""


@dataclass(frozen=True, slots=True)
class TermStatistics:
    """Terms of the passages, or of the sentences, of the selected articles of a generation; `size`
    is their number."""

    generation: StoredGeneration
    kind: RowKind
    size: int
    among: Selection | None = None

    def __len__(self) -> int:
        return self.size

    def frequencies(self, terms: Collection[str]) -> Mapping[str, int]:
        return self.generation.frequencies(self.kind, terms, self.among)


class ClosedOnExit:
    """Mixin: a context manager that closes itself."""

    def close(self) -> None:
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()
