"""The contract of a generation opened for questions, and what it returns.

Its passages are numbered from 0 in the order of writing, and so are its sentences, passage by
passage: these numbers are their keys.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, Self

from index.article import Article, ArticleEntry, Passage, Period, Selection, Sentence
from index.errors import ModelMismatch

if TYPE_CHECKING:  # NumPy is not loaded for those who only ask what is indexed
    from index.models.base import BoolArray, IntArray, Vectors

RowKind = Literal["passages", "sentences"]
FacetKind = Literal["outlet", "category", "language"]

SHORTEST_PREFIX = 4  # minimum length of an id prefix that stands for the id


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
        """The passages of these keys, from rows of key, article, start, stop, heading and text, and
        the spans of their sentences by key. Raises IndexError where a row is missing."""
        passages = {}
        for key, article_id, start, stop, heading, text in rows:
            own = (Sentence(a, b, text[a - start : b - start]) for a, b in sentences.get(key, ()))
            passages[key] = cls(key, article_id, Passage(start, stop, text, heading, tuple(own)))
        try:
            return [passages[int(key)] for key in keys]
        except KeyError as error:
            raise IndexError(f"no passage has row {error}") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildTerms:
    """What a generation is built by; the fields of `GenerationFacts` have them too."""

    model: str
    dimension: int
    built_at: datetime
    copies: int = 0
    roots: tuple[str, ...] = ()
    rules: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationFacts(BuildTerms):
    """One generation: what it was built from and by, and how much it holds.

    `articles` are those that questions are answered from, `copies` those that say the same as one
    of them; `languages` counts articles. `roots` are the absolute paths that were indexed, none
    where the articles did not come from files. `fingerprint` is equal for two generations of the
    same articles, `rules` for two that were read and cut alike (see `index.build.fingerprint`);
    an imported one has none, for nobody here knows how its texts were made.
    `built_at` is UTC.
    """

    id: str
    articles: int
    passages: int
    sentences: int
    languages: Mapping[str, int]
    fingerprint: str

    def as_json(self) -> dict[str, Any]:
        """Of types that JSON has; a subclass's own fields are left out."""
        written = {each.name: getattr(self, each.name) for each in fields(GenerationFacts)}
        written["built_at"] = self.built_at.isoformat()
        return written | {"languages": dict(self.languages), "roots": list(self.roots)}

    @classmethod
    def from_json(cls, written: Mapping[str, Any], **more: Any) -> Self:
        """Raises ValueError, KeyError or TypeError for what `as_json` has not written."""
        moment, roots = datetime.fromisoformat(written["built_at"]), tuple(written["roots"])
        return cls(**{**written, "built_at": moment, "roots": roots, **more})


def check_model(facts: GenerationFacts, shown: str | Path, model: str, dimension: int) -> None:
    """Raises ModelMismatch if the generation was built by another model."""
    if (facts.model, facts.dimension) != (model, dimension):
        raise ModelMismatch(
            "model-mismatch",
            shown=shown,
            built=facts.model,
            dimension=facts.dimension,
            model=model,
            wanted=dimension,
        )


@dataclass(frozen=True, slots=True, eq=False)
class CandidateQuery:
    """A question's vector, shape (d,), and its terms with their weights.

    A weight is the term's IDF among the passages, or among the sentences (`index.store.postings`).
    """

    vector: Vectors
    passage_terms: Mapping[str, float]
    sentence_terms: Mapping[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class CandidateFeatures:
    """Features of the passages that may answer, by ascending key; arrays of equal length.

    `cosines` are with the question's vector, `bm25` sums the BM25 of its terms, `openings` marks
    the first passages of articles. `sentence_cosines` and `sentence_bm25` join the features of
    their sentences in reading order; those of candidate i start at `offsets[i]`.
    """

    keys: IntArray
    cosines: Vectors
    bm25: Vectors
    openings: BoolArray
    sentence_cosines: Vectors
    sentence_bm25: Vectors
    offsets: IntArray


class TermStatistics(Protocol):
    """The terms of all passages, or of all sentences, of a generation."""

    def __len__(self) -> int:
        """How many passages, or sentences, there are."""
        ...

    def frequencies(self, terms: Collection[str]) -> Mapping[str, int]:
        """How many hold each of these terms; terms that none holds are left out."""
        ...

    def letters(self, language: str) -> str:
        """Every character that a term of the language has."""
        ...


class GenerationReader(Protocol):
    """A generation opened for questions: read-only, usable from several threads at once.

    It stays complete until it is closed, whatever builds do meanwhile, but hides withdrawn articles
    (see `index.store.withdrawals`). Every method may raise DamagedIndex, for damage that only
    reading finds.
    """

    @property
    def facts(self) -> GenerationFacts: ...

    def term_statistics(self, kind: RowKind) -> TermStatistics: ...

    def candidates(
        self,
        query: CandidateQuery,
        passages: int,
        sentences: int,
        within: Period | None = None,
        among: Selection | None = None,
    ) -> CandidateFeatures:
        """Passages worth scoring, without repeats: the `passages` nearest to the vector, those that
        hold the `sentences` nearest sentences, and the `passages` with the best BM25.

        `within` and `among` restrict them to articles published then, or selected.
        """
        ...

    def stored(self, keys: Sequence[int]) -> list[StoredPassage]:
        """The passages of these keys, in this order, except those of articles withdrawn since.

        Raises IndexError.
        """
        ...

    def sentence_vectors_of(self, key: int) -> Vectors:
        """The vectors of a passage's sentences, shape (sentences, d), in reading order."""
        ...

    def passage_at(self, article_id: str, start: int) -> StoredPassage | None:
        """The passage of the article that holds the character at this offset."""
        ...

    def opening(self, article_id: str) -> StoredPassage | None:
        """The first passage of the article; None where it has no words of its own."""
        ...

    def count_passages(self, article_id: str) -> int:
        """How many passages the article has; 0 for a copy."""
        ...

    def article(self, article_id: str) -> Article | None: ...

    def articles_by_id(self, ids: Sequence[str]) -> Mapping[str, Article]:
        """Articles by id; unknown ids are left out."""
        ...

    def find(self, reference: str) -> list[ArticleEntry]:
        """Match an id, an id prefix, a path, an address or a title, copies included; the first kind
        that matches any article decides."""
        ...

    def articles(
        self,
        within: Period | None = None,
        limit: int = -1,
        among: Selection | None = None,
        skip: int = 0,
    ) -> list[ArticleEntry]:
        """Entries, newest first, at most `limit` unless negative, of a period or a selection, from
        the one after `skip` others."""
        ...

    def copied(self) -> list[ArticleEntry]:
        """Entries of the articles that have copies."""
        ...

    def count(self, within: Period | None = None, among: Selection | None = None) -> int:
        """Number of articles, of a period or a selection."""
        ...

    def facet(self, kind: FacetKind) -> Mapping[str, int]:
        """Number of articles by outlet, category or language, the largest first."""
        ...

    def close(self) -> None:
        """Close it; closing twice is harmless."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *error: object) -> None: ...


class ClosedOnExit:
    """A context manager that closes itself."""

    def close(self) -> None:
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()
