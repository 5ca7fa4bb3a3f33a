"""The bundled weights as a `SentenceTransformer`, in float32, for other programs."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from index.models.bundled.weights import Floats, Q4File, Vocabulary, read_weights

if TYPE_CHECKING:
    import torch
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer

LAYER_PARTS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}  # names of a layer's parts in the file and in Hugging Face's `BertModel`
_UNKNOWN_ID = 3


def as_sentence_transformer(workshop: Path | None = None) -> SentenceTransformer:
    """Convert the bundled model for the Sentence Transformers library, with its prompts.

    Needs 600 MB of disk in `workshop` (by default the system's temporary folder) meanwhile, and
    twice as much memory. Raises `ModelError`.
    """
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer

    source = read_weights()
    with tempfile.TemporaryDirectory(dir=workshop) as folder, _no_progress_bars():
        _save_network(source, folder)
        _save_tokenizer(source, folder)
        network = Transformer(folder, max_seq_length=source.shape.positions)
    return SentenceTransformer(
        modules=[network, Pooling(source.shape.hidden, pooling_mode="mean"), Normalize()],
        prompts={"query": "query: ", "passage": "passage: "},
        device="cpu",
    )


def unigram(vocabulary: Vocabulary) -> Tokenizer:
    """Convert the vocabulary for the `tokenizers` library, with start and end marks."""
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

    pieces = list(zip(vocabulary.pieces, map(float, vocabulary.scores), strict=True))
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=_UNKNOWN_ID))
    # The replacements are NFKC except for control characters and rare spaces.
    dropped, blank = _character_class(vocabulary, ""), _character_class(vocabulary, " ")
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(Regex(dropped), ""),
            normalizers.Replace(Regex(blank), " "),
            normalizers.NFKC(),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    return tokenizer


@contextmanager
def _no_progress_bars() -> Iterator[None]:
    from transformers.utils import logging

    enabled = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        if enabled:
            logging.enable_progress_bar()  # type: ignore[no-untyped-call]


def _character_class(vocabulary: Vocabulary, replacement: str) -> str:
    points = [point for point, text in vocabulary.replacements.items() if text == replacement]
    return "[" + "".join(f"\\x{{{point:x}}}" for point in points) + "]"


def _save_tokenizer(source: Q4File, folder: str) -> None:
    from transformers import PreTrainedTokenizerFast

    PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=unigram(source.vocabulary),
        model_max_length=source.shape.positions,
        bos_token="<s>",
        eos_token="</s>",
        cls_token="<s>",
        sep_token="</s>",
        unk_token="<unk>",
        pad_token="<pad>",
        mask_token="<mask>",
    ).save_pretrained(folder)


def _save_network(source: Q4File, folder: str) -> None:
    from transformers import BertConfig, BertModel

    shape = source.shape
    network = BertModel(
        BertConfig(
            vocab_size=shape.vocabulary,
            hidden_size=shape.hidden,
            num_hidden_layers=shape.layers,
            num_attention_heads=shape.heads,
            intermediate_size=shape.inner,
            max_position_embeddings=shape.positions,
            layer_norm_eps=shape.epsilon,
        )
    )
    network.load_state_dict(bert_state(source), strict=False)
    network.save_pretrained(folder)


def bert_state(source: Q4File) -> dict[str, torch.Tensor]:
    """Return the weights in float32 under the names of Hugging Face's `BertModel`."""
    import torch

    shape = source.shape
    arrays: dict[str, Floats] = {
        "embeddings.word_embeddings.weight": source.weights("emb.word", shape.hidden),
        "embeddings.position_embeddings.weight": _table(source, "emb.pos"),
        "embeddings.token_type_embeddings.weight": _table(source, "emb.type"),
        "embeddings.LayerNorm.weight": source.floats("emb.ln.w"),
        "embeddings.LayerNorm.bias": source.floats("emb.ln.b"),
        # Unused by mean pooling, but part of the architecture.
        "pooler.dense.weight": np.zeros((shape.hidden, shape.hidden), np.float32),
        "pooler.dense.bias": np.zeros(shape.hidden, np.float32),
    }
    for layer in range(shape.layers):
        for part, name in LAYER_PARTS.items():
            stem, target = f"l{layer}.{part}", f"encoder.layer.{layer}.{name}"
            width = shape.inner if part == "fo" else shape.hidden
            normalises = part.endswith("ln")
            arrays[f"{target}.weight"] = (
                source.floats(f"{stem}.w") if normalises else source.weights(f"{stem}.w", width)
            )
            arrays[f"{target}.bias"] = source.floats(f"{stem}.b")
    return {name: torch.from_numpy(np.array(values)) for name, values in arrays.items()}


def _table(source: Q4File, name: str) -> Floats:
    return source.floats(name).reshape(-1, source.shape.hidden)
