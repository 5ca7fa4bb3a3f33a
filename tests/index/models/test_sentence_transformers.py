"""Models of Sentence Transformers and Transformers; in one file, for PyTorch is loaded once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from index.errors import ModelError
from index.models.base import BUNDLED, Prompts
from index.models.factory import load_embedder
from index.models.sentence_transformers import prompts_of

WORDS = ["[UNK]", "phare", "tarte", "mer", "query", "passage", ":", "search"]


def save_model(folder: Path, *, prompts: dict[str, str] | None = None, seed: int = 0) -> str:
    """A tiny model of Sentence Transformers: one vector a word, averaged."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Tokenizer, models, pre_tokenizers

    vocabulary = {word: number for number, word in enumerate(WORDS)}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    torch.manual_seed(seed)
    module = StaticEmbedding(tokenizer, embedding_dim=8)
    SentenceTransformer(modules=[module], prompts=prompts, device="cpu").save(
        str(folder), create_model_card=False
    )
    return str(folder)


def test_a_model_is_loaded_by_its_path(tmp_path: Path) -> None:
    embedder = load_embedder(save_model(tmp_path / "small"), tmp_path, threads=2)
    counts: list[int] = []
    vectors = embedder.embed_passages(["phare", "tarte"] * 200, progress=counts.append)
    assert vectors.shape == (400, embedder.dimension) == (400, 8)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(400), abs=1e-5)
    assert vectors[0] == pytest.approx(embedder.embed_question("phare"))
    assert sum(counts) == 400
    assert embedder.embed_passages([]).shape == (0, 8)


def test_the_id_follows_weights_and_prompts_but_not_the_folder(tmp_path: Path) -> None:
    def loaded(place: str, **options: object) -> str:
        folder = tmp_path / place / "small"
        return load_embedder(save_model(folder, **options), folder).id  # type: ignore[arg-type]

    first = loaded("a")
    assert first.startswith("small/")
    assert loaded("b") == first
    assert loaded("c", seed=1) != first
    assert loaded("d", prompts={"query": "search: "}) != first


def test_the_prompts_of_a_model_are_used(tmp_path: Path) -> None:
    prompts = {"query": "query : ", "document": "passage : "}
    plain = load_embedder(save_model(tmp_path / "plain"), tmp_path)
    prompted = load_embedder(save_model(tmp_path / "prompted", prompts=prompts), tmp_path)
    assert prompted.embed_question("mer") == pytest.approx(plain.embed_question("query : mer"))
    (passage,) = prompted.embed_passages(["mer"])
    assert passage == pytest.approx(plain.embed_passages(["passage : mer"])[0])


@pytest.mark.parametrize(
    ("name", "prompts", "expected"),
    [
        ("intfloat/multilingual-e5-large", {}, Prompts("query: ", "passage: ")),
        ("intfloat/e5-base-v2", {"query": "", "document": ""}, Prompts("query: ", "passage: ")),
        ("acme/model-e512", {}, Prompts("", "")),
        ("intfloat/multilingual-e5-large-instruct", {}, Prompts("", "")),
        ("acme/e5-own", {"query": "q> ", "passage": "p> "}, Prompts("q> ", "p> ")),
        ("acme/other", {"query": "q> ", "document": "d> "}, Prompts("q> ", "d> ")),
    ],
)
def test_prompts_are_the_models_own_or_its_familys(
    name: str, prompts: dict[str, str | None], expected: Prompts
) -> None:
    assert prompts_of(name, prompts) == expected


def test_a_folder_without_a_model_or_none_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="embedding-model-not-loaded") as caught:
        load_embedder(str(tmp_path), tmp_path)
    assert "\n" not in str(caught.value)
    assert BUNDLED in str(caught.value)
    with pytest.raises(ModelError, match="embedding-model-no-folder"):
        load_embedder(str(tmp_path / "absent"), tmp_path)
