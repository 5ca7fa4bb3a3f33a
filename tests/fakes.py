"""Stand-ins for the parts that are slow or far away, for tests."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import numpy as np

from bot.library.build_process import IndexBuilder
from index.findings import AnswerSpan, PassageReading
from index.formats.base import Options
from index.ingestion.builder import BuildObserver, BuildReport, build
from index.models.base import Embedder, PassageText, Vectors
from index.store.base import IndexStore
from index.tasks import UNBOUNDED, ProcessBounds


class FakeEmbedder:
    """An `Embedder` without a model: texts that share words have close vectors.

    Each lowercased word is hashed to one dimension; a text is the normalised count of its words.
    The same text has the same vector in every process. `embedded` counts the texts seen so far, so
    that a test can assert that nothing was embedded twice.
    """

    def __init__(self, dimension: int = 64) -> None:
        self.dimension = dimension
        self.embedded = 0

    @property
    def id(self) -> str:
        return f"fake-{self.dimension}"

    def embed_passages(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> Vectors:
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            vectors[row] = self._vector(text)
        if progress is not None and texts:
            progress(len(texts))
        return vectors

    def embed_question(self, text: str) -> Vectors:
        return self._vector(text)

    def _vector(self, text: str) -> Vectors:
        self.embedded += 1
        vector = np.zeros(self.dimension, dtype=np.float32)
        for word in re.findall(r"\w+", text.lower()) or [""]:
            digest = hashlib.blake2b(word.encode(), digest_size=8).digest()
            vector[int.from_bytes(digest, "big") % self.dimension] += 1
        normalised: Vectors = vector / np.linalg.norm(vector)
        return normalised


class FakeReader:
    """A `PassageReader` without a model: the share of the question's words that a passage holds.

    Its span is the first number of the passage, for what is asked that way has one. `read_texts`
    keeps what was read, so that a test can assert that nothing was read twice.
    """

    id = "fake-reader"

    def __init__(self) -> None:
        self.read_texts: list[str] = []

    def read(self, question: str, passages: Sequence[PassageText]) -> list[PassageReading]:
        self.read_texts += [passage.text for passage in passages]
        return [self._reading(question, passage) for passage in passages]

    def _reading(self, question: str, passage: PassageText) -> PassageReading:
        asked = set(re.findall(r"\w+", question.lower()))
        told = set(re.findall(r"\w+", f"{passage.title} {passage.text}".lower()))
        found = re.search(r"\d+", passage.text)
        share = len(asked & told) / len(asked) if asked else 0.0
        spans = (AnswerSpan(*found.span(), 8 * share - 4),) if found else ()
        return PassageReading(8 * share - 4, spans)


def build_here(embedder: Embedder) -> IndexBuilder:
    """An `IndexBuilder` of this process, whose embedder a test can watch and hold."""

    def built(
        paths: Sequence[Path],
        location: Path | IndexStore,
        *,
        options: Options | None = None,
        observer: BuildObserver | None = None,
        stop: Callable[[], bool] | None = None,
        bounds: ProcessBounds = UNBOUNDED,
    ) -> BuildReport:
        return build(paths, location, embedder, options=options, observer=observer, stop=stop)

    return built


def undisturbed(told: list[str]) -> Callable[[], AbstractContextManager[None]]:
    """An `Undisturbed` that says when other work stands still and when it goes on."""

    @contextmanager
    def held() -> Iterator[None]:
        told.append("still")
        yield
        told.append("on")

    return held
