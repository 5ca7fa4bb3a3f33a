"""The passages and sentences of a generation being written."""

from __future__ import annotations

from collections.abc import Sequence

from index.antecedents import leads
from index.build.passages import Passage, Sentence
from index.store.files.article_writer_index_sheet import Sheet


class PassageWriter:
    """Passages go in article by article; their rows count from 0, as do those of their sentences.

    Raises StoreError.
    """

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self.passages = 0
        self.sentences = 0

    def add(
        self,
        article: int,
        language: str,
        passages: Sequence[Passage],
        hashes: Sequence[tuple[bytes, Sequence[bytes]]],
    ) -> None:
        """Those of the article of this number.

        `hashes` holds, for each passage, its own and those of its sentences.
        """
        for passage, (own, of_sentences) in zip(passages, hashes, strict=True):
            self._sheet.run(
                "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                self.passages,
                article,
                passage.start,
                passage.end,
                passage.heading,
                self.sentences,
                len(passage.sentences),
                own,
            )
            self._add_sentences(passage, leads(passage, language), of_sentences)
            self.passages += 1

    def _add_sentences(
        self, passage: Passage, leaned_on: Sequence[Sentence | None], hashes: Sequence[bytes]
    ) -> None:
        rows = {sentence: row for row, sentence in enumerate(passage.sentences, self.sentences)}
        self._sheet.run_each(
            "INSERT INTO sentences VALUES (?, ?, ?, ?, ?, ?)",
            (
                (rows[each], self.passages, each.start, each.end, rows[lead] if lead else None, own)
                for each, lead, own in zip(passage.sentences, leaned_on, hashes, strict=True)
            ),
        )
        self.sentences += len(passage.sentences)

    def add_again(self, article: int, before: int) -> None:
        """Those that the article had in the generation before, under that number."""
        [(row, passages, sentence, sentences)] = self._sheet.rows(
            "SELECT min(row), count(*), min(first_sentence), sum(sentences) "
            "FROM previous.passages WHERE article = ?",
            before,
        )
        if not passages:
            return
        moved, shifted = self.passages - row, self.sentences - sentence
        self._sheet.run(
            "INSERT INTO passages SELECT row + ?, ?, start, stop, heading, first_sentence + ?, "
            "sentences, hash FROM previous.passages WHERE row BETWEEN ? AND ?",
            *(moved, article, shifted, row, row + passages - 1),
        )
        self._sheet.run(
            "INSERT INTO sentences SELECT row + ?, passage + ?, start, stop, lead + ?, hash "
            "FROM previous.sentences WHERE row BETWEEN ? AND ?",
            *(shifted, moved, shifted, sentence, sentence + sentences - 1),
        )
        self.passages += passages
        self.sentences += sentences
