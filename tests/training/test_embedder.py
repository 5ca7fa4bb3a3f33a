"""The embedding model's training: who asks for which passage, and what is learned beside it."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import cast

import numpy as np
import pytest
import torch

from training.bundled import EmbeddedText, EmbedderRows
from training.contrast import (
    Topic,
    contrast_loss,
    embed_rows,
    gather,
    join_topics,
    score_passages,
    split_topics,
)
from training.embedder import RATE, learning_rate, load_run, save_run
from training.low_rank import LowRank, add_low_rank, load_factors, save_factors
from training.model import Reader, ReaderShape
from training.sources import TrainingQuestion

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

    assert [(each.passages, each.sentences) for each in first.asked] == [
        ((0,), (1,)),
        ((1,), (3,)),  # an answer of two sentences counts where it begins
        ((2,), (6,)),
    ]
    assert first.owners == [0, 0, 0, 1, 1, 2, 2]
    # No passage holds the last answer whole: nobody is asked for it.
    assert [each.passages for each in second.asked] == [(1,)]


def test_articles_that_are_joined_keep_their_own_places() -> None:
    whole = join_topics(topics())

    asked = whole.asked[-1]
    assert whole.passages[asked.passages[0]] == _ids("bcd.efg")
    assert whole.sentences[asked.sentences[0]] == _ids("efg")
    assert whole.owners[asked.sentences[0]] == asked.passages[0]


def test_a_part_of_an_article_has_the_questions_that_it_answers() -> None:
    part = topics()[0].part([1, 2], 9, Random(1))

    assert part.passages == [_ids("jkl.mno"), _ids("pqr.stu")]
    assert part.owners == [0, 0, 1, 1]
    assert sorted((each.passages, each.sentences) for each in part.asked) == [
        ((0,), (0,)),
        ((1,), (3,)),
    ]


def test_parts_are_all_of_the_articles() -> None:
    made = split_topics(topics(), Random(1))
    assert sorted(len(part.asked) for part in made) == [1, 3]


def test_a_passage_counts_as_itself_and_as_its_best_sentence() -> None:
    questions = torch.tensor([[1.0, 0.0]])
    passages = torch.tensor([[0.6, 0.8], [0.8, 0.6]])
    sentences = torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.8, 0.6]])

    scores, cosines = score_passages(questions, passages, sentences, [0, 0, 1])

    assert torch.allclose(cosines, torch.tensor([[1.0, 0.0, 0.8]]))
    assert torch.allclose(scores, torch.tensor([[0.6 + 1.3, 0.8 + 1.3 * 0.8]]) / 2.3)


def test_a_vector_does_not_depend_on_its_companions() -> None:
    rows = [_ids("abc"), _ids("d"), _ids("abcdefgh")]
    reader = network()

    together = embed_rows(reader, rows)

    assert torch.allclose(together.norm(dim=1), torch.ones(3))
    for row, vector in zip(rows, together, strict=True):
        assert torch.allclose(embed_rows(reader, [row])[0], vector, atol=2e-2)


def test_nothing_changes_before_something_is_learned() -> None:
    rows = [_ids("abc"), _ids("def")]
    plain = embed_rows(network(), rows)
    reader = network()
    layers = add_low_rank(reader, NAMES, 4)

    assert torch.equal(embed_rows(reader, rows), plain)
    assert set(layers) == {"l1.q.w", "l1.fo.w"}
    learned = {name for name, each in reader.named_parameters() if each.requires_grad}
    assert {name.rpartition(".")[2] for name in learned} == {"inward", "outward"}


def test_learning_brings_questions_to_their_passages_and_is_kept(tmp_path: Path) -> None:
    reader, layers, optimizer = beginning()
    batch = join_topics(topics())
    before = contrast_loss(reader, batch).item()
    after = steps(reader, optimizer, 20)
    assert after < before / 2

    save_factors(tmp_path / "embedder.npz", layers)
    again = network()
    load_factors(tmp_path / "embedder.npz", add_low_rank(again, NAMES, 4))
    assert contrast_loss(again, batch).item() == pytest.approx(after, rel=0.1)
    with np.load(tmp_path / "embedder.npz") as arrays:
        assert arrays["l1.fo.w/out"].shape == (32, 4)
        assert arrays["l1.fo.w/in"].shape == (4, 64)


def steps(reader: Reader, optimizer: torch.optim.Optimizer, count: int) -> float:
    for _ in range(count):
        optimizer.zero_grad()
        contrast_loss(reader, join_topics(topics())).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    return contrast_loss(reader, join_topics(topics())).item()


def beginning() -> tuple[Reader, dict[str, LowRank], torch.optim.Optimizer]:
    reader = network()
    layers = add_low_rank(reader, NAMES, 4)
    learned = [each for each in reader.parameters() if each.requires_grad]
    return reader, layers, torch.optim.AdamW(learned, lr=0.02)


def test_a_run_goes_on_as_if_it_had_never_stopped(tmp_path: Path) -> None:
    reader, layers, optimizer = beginning()
    whole = steps(reader, optimizer, 6)
    reader, layers, optimizer = beginning()
    steps(reader, optimizer, 3)
    save_run(tmp_path, layers, optimizer, 3)

    reader, layers, optimizer = beginning()
    assert load_run(tmp_path / "embedder.pt", layers, optimizer) == 3

    assert steps(reader, optimizer, 3) == whole


def test_texts_are_embedded_as_the_index_embeds_them() -> None:
    rows = EmbedderRows()
    ((passage, sentences),) = rows.of_text("Le phare", "Il fut allumé. Il brûla.", "fr")

    assert (passage.start, passage.end) == (0, 24)
    assert [(each.start, each.end) for each in sentences] == [(0, 14), (15, 24)]
    asked = rows.of_question("Quand ?")
    assert passage.ids[0] == asked[0] == 0
    assert passage.ids[-1] == asked[-1] == 2
    # The title stands before each, so all begin alike, and not as a question does.
    assert passage.ids[:4] == sentences[0].ids[:4] == sentences[1].ids[:4] != asked[:4]


def test_the_rate_rises_and_falls() -> None:
    rates = [learning_rate(step, 200) for step in range(200)]
    assert rates[0] < rates[10] < max(rates) <= RATE
    assert rates[19] > rates[100] > rates[199] > 0
