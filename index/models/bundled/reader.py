"""The bundled reader: a `PassageReader` on ONNX Runtime.

Each passage is one run, several in parallel: without padding, a reading does not depend on other
passages. Its embeddings are in the prepared files of the bundled embedding model; `training/` made
the rest.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from importlib.resources import files
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime

from index.errors import ModelError, reason_of
from index.findings import AnswerSpan, PassageReading
from index.models.base import PassageText
from index.models.bundled.cache import prepare_model
from index.models.bundled.embedder import cores
from index.models.bundled.reader_input import encode_head, encode_question, join_input
from index.models.bundled.session import IDS, open_session
from index.models.bundled.tokenizer import Tokenizer

FILE = "reader.onnx"
# The graph's outputs: logits per token, logits per text.
START, END, HAS = "start", "end", "has"

ROW_TOKENS = 400
SPAN_TOKENS = 40
_HEAD_TOKENS = 64  # of a question or a title, before truncation

Floats = npt.NDArray[np.float32]


class BundledReader:
    """Selon's own reader. Thread-safe; the same texts always give the same readings."""

    def __init__(
        self, tokenizer: Tokenizer, session: onnxruntime.InferenceSession, threads: int, name: str
    ) -> None:
        self._tokenizer, self._session = tokenizer, session
        self._threads, self._name = threads, name

    @property
    def id(self) -> str:
        return self._name

    def read(self, question: str, passages: Sequence[PassageText]) -> list[PassageReading]:
        opening = encode_question(self._ids, question)
        one = partial(self._read, opening)
        if self._threads == 1 or len(passages) < 2:
            return [one(passage) for passage in passages]
        with ThreadPoolExecutor(min(self._threads, len(passages))) as pool:
            return list(pool.map(one, passages))

    def _read(self, opening: Sequence[int], passage: PassageText) -> PassageReading:
        head = encode_head(self._ids, passage.title, passage.published)
        text = self._tokenizer.locate(passage.text)
        room = ROW_TOKENS - len(opening) - len(head) - 3
        row = join_input(opening, head, text.ids[:room])
        start, end, has = self._session.run([START, END, HAS], {IDS: np.array([row.ids], np.int64)})
        inside = slice(row.text_start, row.text_end)
        none = float(start[0][0] + end[0][0])
        spans = find_spans(passage, start[0][inside], end[0][inside], text.offsets)
        return PassageReading(
            float(has[0]), tuple(replace(span, logit=span.logit - none) for span in spans)
        )

    def _ids(self, text: str, limit: int = _HEAD_TOKENS) -> list[int]:
        return self._tokenizer.encode(text, limit)[1:-1]


def find_spans(
    passage: PassageText, start: Floats, end: Floats, offsets: Sequence[tuple[int, int]]
) -> list[AnswerSpan]:
    """Return the best span that begins in each sentence, best first; its logit sums both ends.

    `start` and `end` are as for `best_span`, `offsets` the tokens' spans in the text.
    """
    begins = [begin for begin, _ in offsets[: len(start)]]
    spans = []
    for first, last in passage.sentences or ((0, len(passage.text)),):
        own = slice(bisect_left(begins, first), bisect_left(begins, last))
        if own.start == own.stop:
            continue
        reach = slice(own.start, own.stop + SPAN_TOKENS - 1)
        at, until, logit = best_span(start[own], end[reach])
        place = _trim(passage.text, begins[own.start + at], offsets[own.start + until][1])
        if place is not None:
            spans.append(AnswerSpan(*place, logit))
    return sorted(spans, key=lambda span: -span.logit)


def best_span(start: Floats, end: Floats, longest: int = SPAN_TOKENS) -> tuple[int, int, float]:
    """Return the first and last token with the greatest sum of logits, and that sum.

    `start` and `end` are the logits of the text's tokens; `end` may be longer than `start`, where
    the span begins.
    """
    total = start[:, None] + end[None, :]
    mask = np.triu(np.ones_like(total, bool)) & ~np.triu(np.ones_like(total, bool), longest)
    at = int(np.where(mask, total, -np.inf).argmax())
    first, last = divmod(at, len(end))
    return first, last, float(total[first, last])


def load_bundled_reader(cache_dir: Path, *, threads: int | None = None) -> BundledReader:
    """Load the bundled reader; the embedding model is prepared in `cache_dir` on first use.

    `threads` is the number of cores to use. Raises `ModelError`.
    """
    folder = prepare_model(cache_dir)
    try:
        graph = (files("index.models.bundled") / FILE).read_bytes()
        session = open_session(graph, folder)
        tokenizer = Tokenizer.load(folder)
    except Exception as error:  # ONNX Runtime's errors have no other common class
        raise ModelError("bundled-reader-not-loaded", reason=reason_of(error)) from error
    name = f"selon-reader/{hashlib.sha256(graph).hexdigest()[:12]}"
    return BundledReader(tokenizer, session, threads or cores(), name)


def _trim(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Trim spaces and punctuation, except closing signs at the end."""
    words = text[start:end]
    start += len(words) - len(words.lstrip(" \t\n\u00a0\u202f,;:.!?)]»”’'"))
    end -= len(words) - len(words.rstrip(" \t\n\u00a0\u202f,;:.!?([«“"))
    return (start, end) if start < end else None
