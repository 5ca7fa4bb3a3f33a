from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from index.article import embedding_text
from index.ingestion.builder import build_articles
from index.store.base import IndexStore
from index.store.build import VectorSource, as_hashes, text_hash
from index.store.files.saved_vectors import plan_reuse, write_vectors
from index.store.files.vectors import FileVectors, VectorWriter
from tests.fakes import FakeEmbedder
from tests.index.samples import article

texts = st.lists(st.sampled_from([f"phrase numéro {n}" for n in range(12)]), max_size=40)


def _source(lines: list[str]) -> VectorSource:
    vectors = FileVectors.build(FakeEmbedder().embed_passages(lines)).vectors
    return VectorSource(as_hashes(b"".join(map(text_hash, lines))), vectors)


@given(old=texts, older=texts, new=texts)
def test_every_row_has_its_texts_vector_and_only_new_texts_are_missing(
    old: list[str], older: list[str], new: list[str]
) -> None:
    truth = FakeEmbedder()
    hashes = as_hashes(b"".join(map(text_hash, new)))
    plan = plan_reuse(hashes, [_source(old), _source(older)])
    missing = [new[row] for row in plan.missing]
    assert sorted(missing) == sorted(set(new) - set(old) - set(older))
    with TemporaryDirectory() as folder:
        path = Path(folder, "x.faiss")
        write_vectors(plan, hashes, _source(missing), VectorWriter(path, len(new), truth.dimension))
        index = FileVectors.open(path)
    np.testing.assert_array_equal(index.vectors(np.arange(len(new))), truth.embed_passages(new))


def test_hashes_that_end_in_zero_bytes_are_told_apart() -> None:
    ends = [b"\1" * 16, b"\1" * 15 + b"\0", b"\1" * 14 + b"\0\0", b"\0" * 16]
    assert plan_reuse(as_hashes(b"".join(ends)), []).missing.tolist() == [0, 1, 2, 3]


def test_a_passage_and_a_sentence_of_the_same_text_are_embedded_once(store: IndexStore) -> None:
    one = article("a1", "Le pont fut construit en 1901.")
    embedder = FakeEmbedder()
    assert build_articles([one], store, embedder).embedded == embedder.embedded == 1
    with store.open() as generation:
        expected = embedder.embed_passages([embedding_text(one, one.text)])
        np.testing.assert_array_equal(generation.sentence_vectors_of(0), expected)
