"""Adapter for readers of the Transformers library: QA models and cross-encoders.

A model for extractive question answering (trained on SQuAD 2.0, FQuAD, PIAF…) finds the answer's
words; a cross-encoder only scores the passage.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from index.errors import ModelError
from index.findings import PassageReading
from index.models.base import BUNDLED, PassageReader, PassageText
from index.models.bundled.reader import find_spans
from index.models.identity import is_missing_folder, load_failure, model_fingerprint, short_name

_TOKENS = 512
_ANSWERING = "ForQuestionAnswering"


class QuestionAnsweringReader:
    """A model with logits of start and end for each token; the first token means no answer."""

    def __init__(self, name: str, tokenizer: Any, model: Any) -> None:
        self._tokenizer, self._model = tokenizer, model
        self._id = f"{short_name(name)}/{model_fingerprint(model)}"

    @property
    def id(self) -> str:
        return self._id

    def read(self, question: str, passages: Sequence[PassageText]) -> list[PassageReading]:
        return [self._read(question, passage) for passage in passages]

    def _read(self, question: str, passage: PassageText) -> PassageReading:
        import torch

        row = self._tokenizer(
            question,
            passage.text,
            truncation="only_second",
            max_length=min(_TOKENS, self._tokenizer.model_max_length),
            return_offsets_mapping=True,
            return_tensors="pt",
        )
        offsets = row.pop("offset_mapping")[0].tolist()
        inside = [at for at, part in enumerate(row.sequence_ids(0)) if part == 1]
        with torch.inference_mode():
            output = self._model(**row)
        start, end = output.start_logits[0].numpy(), output.end_logits[0].numpy()
        none = float(start[0] + end[0])
        spans = find_spans(passage, start[inside], end[inside], [offsets[at] for at in inside])
        spans = [replace(span, logit=span.logit - none) for span in spans]
        return PassageReading(spans[0].logit if spans else float("-inf"), tuple(spans))


class CrossEncoderReader:
    """A model with one score for a question and a passage."""

    def __init__(self, name: str, model: Any) -> None:
        self._model = model
        self._id = f"{short_name(name)}/{model_fingerprint(model.model)}"

    @property
    def id(self) -> str:
        return self._id

    def read(self, question: str, passages: Sequence[PassageText]) -> list[PassageReading]:
        if not passages:
            return []
        import torch

        pairs = [(question, f"{passage.title}. {passage.text}") for passage in passages]
        scores = self._model.predict(
            pairs, activation_fn=torch.nn.Identity(), show_progress_bar=False
        )
        return [PassageReading(float(np.ravel(score)[-1])) for score in scores]


def load_transformers_reader(name: str, *, threads: int | None = None) -> PassageReader:
    """Load a reader by hub name or path. Raises ModelError, also if the library is missing."""
    if is_missing_folder(name):
        raise ModelError("reader-no-folder", name=name)
    try:
        import torch
        from sentence_transformers import CrossEncoder
        from transformers import AutoConfig, AutoModelForQuestionAnswering, AutoTokenizer
    except ImportError as error:
        raise ModelError("reader-no-library", name=name, package=error.name or "torch") from error
    if threads is not None:
        torch.set_num_threads(threads)
    try:
        kinds = AutoConfig.from_pretrained(name).architectures or []
        if any(kind.endswith(_ANSWERING) for kind in kinds):
            model = AutoModelForQuestionAnswering.from_pretrained(name).eval()
            return QuestionAnsweringReader(name, AutoTokenizer.from_pretrained(name), model)
        return CrossEncoderReader(name, CrossEncoder(name, max_length=_TOKENS))
    except Exception as error:
        reason = load_failure(error)
        raise ModelError("reader-not-loaded", name=name, reason=reason, bundled=BUNDLED) from error
