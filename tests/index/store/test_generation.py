from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np

from tests.index.samples import opened


def test_an_open_generation_answers_after_its_files_are_gone(data_dir: Path) -> None:
    with opened(data_dir) as generation:
        shutil.rmtree(data_dir)
        [stored] = generation.passages_by_key([0])
        written = generation.article(stored.article_id)
        assert written is not None
        assert stored.passage.text in written.text
        assert len(generation.passage_vectors.vectors(np.array([0]))) == 1
