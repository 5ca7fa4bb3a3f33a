from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from index.models.base import Embedder
from index.models.bundled.embedder import load_bundled

PASSAGES = [
    "Le phare d’Eckmühl, à Penmarch, a été inauguré en 1897.",
    "La tarte Tatin se cuit à l’envers, les pommes au fond du moule.",
    "The James Webb Space Telescope was launched in December 2021.",
]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Quand le phare a-t-il été inauguré ?", 0),
        ("Comment fait-on la tarte aux pommes renversée ?", 1),
        ("Quand le télescope spatial a-t-il été lancé ?", 2),
        ("How do you bake the upside-down apple tart?", 1),
    ],
)
def test_questions_are_nearest_to_answers(bundled: Embedder, question: str, answer: int) -> None:
    scores = bundled.embed_passages(PASSAGES) @ bundled.embed_question(question)
    assert int(scores.argmax()) == answer


def test_vectors_are_normalised_and_independent_of_their_companions(bundled: Embedder) -> None:
    vectors = bundled.embed_passages([*PASSAGES, "", " ", "x" * 100_000])
    assert vectors.shape == (6, bundled.dimension) == (6, 384)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(6), abs=1e-5)
    assert bundled.embed_question(PASSAGES[0]).shape == (384,)
    question = bundled.embed_question(PASSAGES[0])
    assert float(question @ bundled.embed_passages(PASSAGES[:1])[0]) < 0.99
    together = bundled.embed_passages([*PASSAGES, "un texte bien plus long " * 40])
    alone = np.concatenate([bundled.embed_passages([text]) for text in PASSAGES])
    assert (together[:3] == alone).all()


def test_threads_do_not_change_vectors(models_dir: Path, bundled: Embedder) -> None:
    texts = PASSAGES * 5
    expected = load_bundled(models_dir, threads=1).embed_passages(texts)
    assert (load_bundled(models_dir, threads=3).embed_passages(texts) == expected).all()
    with ThreadPoolExecutor(4) as pool:
        questions = list(pool.map(bundled.embed_question, ["Où est le phare ?"] * 16))
    assert all((vector == questions[0]).all() for vector in questions)
