from __future__ import annotations

from pathlib import Path
from typing import cast

import numpy as np
import pytest
import torch

from training.bundled import EmbeddedText, EmbedderRows
from training.contrast import Topic, contrast_loss, gather, join_topics
from training.low_rank import add_low_rank, load_factors, save_factors
from training.model import Reader, ReaderShape
from training.sources import TrainingQuestion

pytestmark = pytest.mark.soak
SHAPE = ReaderShape(hidden=32, layers=2, heads=2, inner=64, vocabulary=40, positions=64)
NAMES = {
    "encoder.layer.1.attention.self.query": "l1.q.w",
    "encoder.layer.1.output.dense": "l1.fo.w",
}


class LineRows:
    """A passage a line, a sentence up to each point; a text's ids are its letters'."""

    def of_question(self, question: str) -> list[int]:
        return _ids(question)

    def of_text(
        self, title: str, text: str, language: str
    ) -> list[tuple[EmbeddedText, list[EmbeddedText]]]:
        found, start = [], 0
        for line in text.split("\n"):
            sentences, at = [], start
            for sentence in line.split("."):
                end = at + len(sentence)
                sentences.append(EmbeddedText(at, end, _ids(sentence)))
                at = end + 1
            found.append((EmbeddedText(start, start + len(line), _ids(line)), sentences))
            start += len(line) + 1
        return found


def _ids(text: str) -> list[int]:
    return [0, *(4 + ord(letter) % 32 for letter in text), 2]


def question(title: str, text: str, asked: str, answer: str) -> TrainingQuestion:
    return TrainingQuestion("made", "fr", title, text, asked, ((answer, text.index(answer)),))


QUESTIONS = [
    question("un", "abc.def.ghi\njkl.mno", "qd", "def"),
    question("un", "abc.def.ghi\njkl.mno", "qj", "jkl.mno"),
    question("un", "pqr.stu", "qs", "stu"),
    question("deux", "vwx.yza\nbcd.efg", "qe", "efg"),
    question("deux", "vwx.yza\nbcd.efg", "qx", "yza\nbcd"),
]


def topics() -> list[Topic]:
    return gather(QUESTIONS, cast(EmbedderRows, LineRows()))


def network() -> Reader:
    torch.manual_seed(1)
    return Reader(SHAPE)


def test_a_question_stands_beside_the_passage_and_the_sentence_that_answer_it() -> None:
    first, second = topics()
    assert [(each.passages, each.sentences) for each in first.questions] == [
        ((0,), (1,)),
        ((1,), (3,)),  # an answer of two sentences counts where it begins
        ((2,), (6,)),
    ]
    assert first.owners == [0, 0, 0, 1, 1, 2, 2]
    # No passage holds the last answer whole: nobody is asked for it.
    assert [each.passages for each in second.questions] == [(1,)]


def test_learning_brings_questions_to_their_passages_and_is_kept(tmp_path: Path) -> None:
    reader, batch = network(), join_topics(topics())
    layers = add_low_rank(reader, NAMES, 4)
    optimizer = torch.optim.AdamW([p for p in reader.parameters() if p.requires_grad], lr=0.02)
    before = contrast_loss(reader, batch).item()
    for _ in range(20):
        optimizer.zero_grad()
        contrast_loss(reader, batch).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    after = contrast_loss(reader, batch).item()
    assert after < before / 2
    save_factors(tmp_path / "embedder.npz", layers)
    again = network()
    load_factors(tmp_path / "embedder.npz", add_low_rank(again, NAMES, 4))
    assert contrast_loss(again, batch).item() == pytest.approx(after, rel=0.1)
    with np.load(tmp_path / "embedder.npz") as arrays:
        assert arrays["l1.fo.w/out"].shape == (32, 4)
        assert arrays["l1.fo.w/in"].shape == (4, 64)
