from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from index.ingestion.vectors import fill_vectors, plan_reuse
from index.models.base import IntArray, Vectors
from index.store.build_turn import VectorSource, as_hashes, text_hash
from index.store.files.faiss_vectors import FaissVectors, FaissWriter
from tests.fakes import FakeEmbedder

texts = st.lists(st.sampled_from([f"phrase numéro {n}" for n in range(12)]), max_size=40)


def _hashes(lines: list[str]) -> bytes:
    return b"".join(map(text_hash, lines))


@given(old=texts, older=texts, new=texts)
def test_every_row_has_its_texts_vector_and_only_new_texts_are_embedded(
    old: list[str], older: list[str], new: list[str]
) -> None:
    truth = FakeEmbedder()
    source, other = (
        VectorSource(
            as_hashes(_hashes(lines)), FaissVectors.build(truth.embed_passages(lines)).vectors
        )
        for lines in (old, older)
    )
    seen: list[str] = []

    def embed(rows: IntArray, batch: list[str]) -> Vectors:
        assert batch == texts_of(rows)
        seen.extend(batch)
        return truth.embed_passages(batch)

    def texts_of(rows: IntArray) -> list[str]:
        return [new[row] for row in rows]

    with TemporaryDirectory() as folder:
        path = Path(folder, "x.faiss")
        builder = FaissWriter(path, len(new), truth.dimension)
        fill_vectors(plan_reuse(as_hashes(_hashes(new)), [source, other]), builder, texts_of, embed)
        builder.finish()
        index = FaissVectors.open(path)
    np.testing.assert_array_equal(index.vectors(np.arange(len(new))), truth.embed_passages(new))
    assert sorted(seen) == sorted(set(new) - set(old) - set(older))


def test_hashes_that_end_in_zero_bytes_are_told_apart() -> None:
    ends = [b"\1" * 16, b"\1" * 15 + b"\0", b"\1" * 14 + b"\0\0", b"\0" * 16]
    assert plan_reuse(as_hashes(b"".join(ends)), []).fresh.tolist() == [0, 1, 2, 3]
