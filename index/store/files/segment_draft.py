"""The vectors, words and manifest of a segment in files."""

from __future__ import annotations

import numpy as np

from index.store.build_turn import StopCheck
from index.store.disk import translate_disk_errors
from index.store.draft import ArticleDraft
from index.store.files.generation import (
    DAYS_FILE,
    FIRST_SENTENCES,
    LIKENESS_KEYS,
    LIKENESS_NUMBERS,
    OPENINGS,
)
from index.store.files.manifest import GENERATION_FORMAT, Manifest, stamp_files
from index.store.files.previous import VECTORS, WORDS
from index.store.files.vectors import VectorWriter
from index.store.files.words import FileWords
from index.store.generation import BuildFacts, RowKind


class SegmentDraft(ArticleDraft):
    """A folder of articles, vectors and words; whole generations and exports consist of one."""

    def vector_writer(self, kind: RowKind, dimension: int) -> VectorWriter:
        size = self.passages.passages if kind == "passages" else self.passages.sentences
        return VectorWriter(self.folder / VECTORS[kind], size, dimension)

    def write(self, build: BuildFacts, check: StopCheck) -> Manifest:
        """Write what is left once the vectors are written."""
        reader = self.reader
        with translate_disk_errors(self.folder):
            for kind, name in WORDS.items():
                check()
                FileWords.of(self.build_words(kind, check)).save(self.folder / name)
            first = np.append(reader.first_sentences(), self.passages.sentences).astype(np.int64)
            for name, array in (
                (FIRST_SENTENCES, first),
                (OPENINGS, reader.openings()),
                (DAYS_FILE, reader.days()),
            ):
                np.save(self.folder / name, array, allow_pickle=False)
            if (likeness := self.articles.likeness) is not None:
                np.save(self.folder / LIKENESS_KEYS, likeness.keys, allow_pickle=False)
                np.save(self.folder / LIKENESS_NUMBERS, likeness.numbers, allow_pickle=False)
            facts, files = self.facts(build), stamp_files(self.folder)
            manifest = Manifest.from_json(facts.as_json(), format=GENERATION_FORMAT, files=files)
            manifest.save(self.folder)
        return manifest
