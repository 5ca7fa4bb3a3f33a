"""Tokenizer for multilingual-e5-small's Unigram vocabulary.

The `tokenizers` library takes half a second and 300 MB to load the 250,002 pieces, more than the
network; this module, a tenth of a second and 45 MB. The tests compare the ids with `tokenizers`.
"""

from __future__ import annotations

import json
import re
import unicodedata
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import accumulate
from pathlib import Path

from index.models.bundled.weights import Vocabulary

START, END, UNKNOWN_ID = 0, 2, 3
PIECES, SCORES, REPLACEMENTS = "pieces.txt", "scores.f32", "replacements.json"

# Control pieces match no text: "<s>" in an article means these three characters.
_CONTROL = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
_WORD_START = "▁"
_SPACES = re.compile(" {2,}")
_WORD = re.compile(r"\S+")
_UNKNOWN_PENALTY = 10.0
_CACHED_WORDS = 32_768


@dataclass(frozen=True, slots=True)
class LocatedIds:
    """The ids of a text, without marks, and their spans in it.

    If normalisation moves the characters of a word, each of its ids spans the whole word.
    """

    ids: list[int]
    offsets: list[tuple[int, int]]


class Tokenizer:
    """Splits words into their likeliest sequence of pieces. Thread-safe."""

    def __init__(
        self, pieces: Sequence[str], scores: array[float], replacements: dict[int, str]
    ) -> None:
        self._sizes = array("B", (min(len(piece), 255) for piece in pieces))
        self._ids = {piece: number for number, piece in enumerate(pieces)}
        for piece in _CONTROL:
            self._ids.pop(piece, None)
        self._scores = scores
        self._replacements = replacements
        self._longest = max(map(len, self._ids))
        self._unknown_score = min(scores) - _UNKNOWN_PENALTY
        # Words recur: nine in ten are in this cache.
        self._word_ids = lru_cache(_CACHED_WORDS)(self._segment)

    @classmethod
    @cache
    def load(cls, folder: Path) -> Tokenizer:
        """Load the tokenizer that `save` wrote, once per process."""
        scores = array("f")
        scores.frombytes((folder / SCORES).read_bytes())
        replacements = json.loads((folder / REPLACEMENTS).read_text(encoding="utf-8"))
        return cls(
            (folder / PIECES).read_bytes().decode().split("\n"),
            scores,
            {int(code_point): text for code_point, text in replacements.items()},
        )

    def encode(self, text: str, limit: int) -> list[int]:
        """Return at most `limit` ids, including the start and end marks."""
        length = limit * self._longest  # more characters are beyond the last id
        text = unicodedata.normalize("NFC", text[: 4 * length]).translate(self._replacements)
        text = _SPACES.sub(" ", text).removeprefix(" ")[:length]
        ids = [START]
        for word in text.split(" "):
            ids += self._word_ids(_WORD_START + word)
            if len(ids) >= limit:
                del ids[limit - 1 :]
                break
        ids.append(END)
        return ids

    def locate(self, text: str) -> LocatedIds:
        """Return all ids of a text of bounded length."""
        ids: list[int] = []
        offsets: list[tuple[int, int]] = []
        for match in _WORD.finditer(text):
            normal = unicodedata.normalize("NFC", match[0]).translate(self._replacements)
            for word in normal.split():
                word_ids = self._word_ids(_WORD_START + word)
                ids += word_ids
                offsets += self._offsets(match, word, word_ids)
        return LocatedIds(ids, offsets)

    def _offsets(
        self, match: re.Match[str], word: str, ids: tuple[int, ...]
    ) -> Iterator[tuple[int, int]]:
        first, end = match.span()
        sizes = [self._sizes[number] for number in ids]
        if len(word) != end - first or UNKNOWN_ID in ids:
            yield from ((first, end) for _ in ids)
        else:
            # The mark at the word's start is not a character.
            bounds = [max(at - 1, 0) for at in accumulate(sizes, initial=0)]
            yield from ((first + bounds[i], first + bounds[i + 1]) for i in range(len(ids)))

    def _segment(self, word: str) -> tuple[int, ...]:
        """Return the likeliest pieces of a word (Viterbi), one id per run of unknown characters."""
        size = len(word)
        best = [0.0] + [float("-inf")] * size
        origin, ids = [0] * (size + 1), [UNKNOWN_ID] * (size + 1)
        pieces, scores = self._ids, self._scores
        for start in range(size):
            score = best[start]
            for end in range(start + 1, min(size, start + self._longest) + 1):
                piece = pieces.get(word[start:end])
                if piece is not None and score + scores[piece] > best[end]:
                    best[end] = score + scores[piece]
                    origin[end], ids[end] = start, piece
            if score + self._unknown_score > best[start + 1]:
                best[start + 1] = score + self._unknown_score
                origin[start + 1], ids[start + 1] = start, UNKNOWN_ID
        path: list[int] = []
        end = size
        while end > 0:
            if not (path and path[-1] == ids[end] == UNKNOWN_ID):
                path.append(ids[end])
            end = origin[end]
        return tuple(reversed(path))


def save(vocabulary: Vocabulary, folder: Path) -> None:
    """Write the files of `Tokenizer.load`."""
    (folder / PIECES).write_bytes("\n".join(vocabulary.pieces).encode())
    (folder / SCORES).write_bytes(vocabulary.scores.tobytes())
    (folder / REPLACEMENTS).write_text(json.dumps(vocabulary.replacements), encoding="utf-8")
