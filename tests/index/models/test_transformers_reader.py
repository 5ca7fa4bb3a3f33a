from __future__ import annotations

from pathlib import Path

import pytest

from index.errors import ModelError
from index.models.base import NONE, PassageText
from index.models.factory import load_reader

WORDS = "[PAD] [UNK] [CLS] [SEP] [MASK] quand le phare allumé en 1849".split()  # noqa: SIM905
PASSAGES = [PassageText("Phare", None, "le phare allumé en 1849"), PassageText("", None, "le")]


def save_model(folder: Path, kind: str) -> str:
    """A tiny BERT with random weights and a head of this kind."""
    import torch
    import transformers

    folder.mkdir()
    (folder / "vocab.txt").write_text("\n".join(WORDS), encoding="utf-8")
    transformers.BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(str(folder))
    config = transformers.BertConfig(
        vocab_size=len(WORDS),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        num_labels=1 if "Sequence" in kind else 2,
    )
    torch.manual_seed(0)
    getattr(transformers, kind)(config).save_pretrained(str(folder))
    return str(folder)


def test_a_question_answering_model_finds_words(tmp_path: Path) -> None:
    name = save_model(tmp_path / "qa", "BertForQuestionAnswering")
    reader = load_reader(name, tmp_path, threads=1)
    assert reader is not None
    assert reader.id.startswith("qa/")
    readings = list(reader.read("quand", PASSAGES))
    for passage, reading in zip(PASSAGES, readings, strict=True):
        assert reading.span is not None
        assert reading.span.words(passage.text).strip()
        assert reading.logit == reading.span.logit


def test_a_cross_encoder_tells_how_well_a_passage_answers(tmp_path: Path) -> None:
    name = save_model(tmp_path / "cross", "BertForSequenceClassification")
    reader = load_reader(name, tmp_path, threads=1)
    assert reader is not None
    first, second = reader.read("quand", PASSAGES)
    assert first.span is None
    assert first.logit != second.logit
    assert list(reader.read("quand", [])) == []


def test_there_may_be_none_but_no_folder_without_a_model(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="reader-no-folder"):
        load_reader(str(tmp_path / "absent"), tmp_path)
    with pytest.raises(ModelError, match="reader-not-loaded"):
        load_reader(str(tmp_path), tmp_path)
    assert load_reader(NONE, Path("cache")) is None
