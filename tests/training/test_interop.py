from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from index.models.bundled.embedder import load_bundled
from tests.index.models.bundled.test_embedder import PASSAGES
from training.interop import as_sentence_transformer

pytestmark = pytest.mark.soak
TEXTS = [
    *PASSAGES,
    "court",
    "Le conseil municipal a voté mardi, par vingt voix contre sept, la rénovation de la halle. "
    "Les travaux dureront dix-huit mois et coûteront 3,2 millions d’euros, dont un tiers payé "
    "par la région. Les commerçants s’installeront sur la place en attendant.",
]


def test_float32_and_the_runtime_agree(models_dir: Path, tmp_path: Path) -> None:
    embedder = load_bundled(models_dir)
    model = as_sentence_transformer(tmp_path)
    passages = model.encode(TEXTS, prompt_name="passage")
    question = model.encode("Qui a voté ?", prompt_name="query")
    cosines = np.sum(passages * embedder.embed_passages(TEXTS), axis=1)
    assert cosines.mean() > 0.997
    assert cosines.min() > 0.995
    assert float(question @ embedder.embed_question("Qui a voté ?")) > 0.995
    assert not list(tmp_path.iterdir())
