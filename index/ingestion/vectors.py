"""The vectors of a new generation: those that no earlier build has, saved batch by batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from index.article import embedding_text
from index.errors import ModelError
from index.models.base import Embedder, IntArray
from index.store.build import Hashes, batches
from index.store.generation import ROW_KINDS, RowKind
from index.store.writer import GenerationWriter

EmbedProgress = Callable[[int, int], None]  # receives the texts done and the total
_BATCH = 2_048  # texts sorted by length together

# Most characters per call of the embedder: seconds of the bundled model's time, which a stop waits
# for and a kill loses.
BATCH_CHARACTERS = 50_000


def _group_by_size(texts: Sequence[str]) -> Iterator[list[int]]:
    """Yield groups of positions, longest texts first, of at most `BATCH_CHARACTERS` each."""
    group: list[int] = []
    size = 0
    for at in sorted(range(len(texts)), key=lambda at: -len(texts[at])):
        if group and size + len(texts[at]) > BATCH_CHARACTERS:
            yield group
            group, size = [], 0
        group.append(at)
        size += len(texts[at])
    if group:
        yield group


@dataclass(frozen=True, slots=True)
class EmbeddingWork:
    """The means of embedding. `check` is called before each batch with the number of vectors that
    are kept for the next build, and may raise to stop; `progress` receives the texts done and the
    total."""

    embedder: Embedder
    check: Callable[[int], None]
    progress: EmbedProgress


@dataclass(frozen=True, slots=True)
class Embedded:
    """How many texts were embedded now, and how many had vectors that an unfinished build saved."""

    texts: int
    saved_texts: int


def embed_missing(writer: GenerationWriter, work: EmbeddingWork) -> Embedded:
    """Embed the texts whose vectors are nowhere yet, and save each batch before the next. Raises
    ModelError, StoreError, and what `check` raises."""
    missing: dict[RowKind, IntArray] = {}
    seen: Hashes | None = None
    saved_texts = 0
    for kind in ROW_KINDS:
        work.check(0)
        found = writer.find_vectors(kind)
        rows, own = found.rows, writer.hashes(kind)[found.rows]
        if seen is not None:  # a passage of one sentence has the text of that sentence
            rows = rows[~np.isin(own, seen)]
        saved_texts += found.saved_texts
        missing[kind], seen = rows, own
    embedder = _SavingEmbedder(writer, work, saved_texts, sum(map(len, missing.values())))
    for kind, rows in missing.items():
        for batch in batches(len(rows), _BATCH):
            texts = [
                embedding_text(article, text)
                for article, _, text in writer.texts(kind, rows[batch], in_context=True)
            ]
            for group in _group_by_size(texts):
                own = writer.hashes(kind)[rows[batch][group]]
                embedder.embed(own, [texts[at] for at in group])
    return Embedded(embedder.done_texts, saved_texts)


class _SavingEmbedder:
    """Embeds texts, rejects unsearchable vectors, and saves each batch before the next."""

    def __init__(
        self, writer: GenerationWriter, work: EmbeddingWork, saved_texts: int, total: int
    ) -> None:
        self._writer = writer
        self._work = work
        self._saved_texts = saved_texts
        self._total = total
        self.done_texts = 0

    def embed(self, hashes: Hashes, texts: list[str]) -> None:
        self._work.check(self._saved_texts + self.done_texts)
        before, embedder = self.done_texts, self._work.embedder
        vectors = embedder.embed_passages(texts, progress=self._advance)
        expected = (len(texts), embedder.dimension)
        if vectors.shape != expected or not np.isfinite(vectors).all():
            raise ModelError(
                "model-vectors", model=embedder.id, shape=str(vectors.shape), expected=str(expected)
            )
        self.done_texts = before + len(texts)
        self._writer.save_vectors(hashes, vectors)

    def _advance(self, count: int) -> None:
        self.done_texts += count
        self._work.progress(self.done_texts, self._total)
