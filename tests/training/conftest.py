"""What the tests of training share."""

from __future__ import annotations

import pytest

pytest.importorskip("safetensors", reason="needs the extra: pip install -e '.[models,training]'")
pytest.importorskip("torch", reason="needs the extra: pip install -e '.[models,training]'")

from tokenizers import Tokenizer, models, pre_tokenizers

WORDS = (
    "query: claim: passage: qui quand a écrit parlé hier Anne Paul lettre une en 2012 2014 mai 22 "
    "Titre ."
)


@pytest.fixture
def tokenizer() -> Tokenizer:
    """One id a word, from 4 on; unknown words are 3."""
    vocabulary = {"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3}
    for word in WORDS.split():
        vocabulary[word] = len(vocabulary)
    made = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    made.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return made
