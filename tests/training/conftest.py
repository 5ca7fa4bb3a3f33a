"""What the tests of training share."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

pytest.importorskip("tokenizers", reason="needs the extra: pip install -e '.[models,training]'")

from tokenizers import Tokenizer, models, pre_tokenizers

TORCH = {f"test_{name}.py" for name in ("embedder", "graph", "interop", "rank_sentences", "train")}

WORDS = (
    "query: passage: qui quand a écrit parlé hier Anne Paul lettre une en 2012 2014 mai 22 Titre ."
)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """`make soak` runs what needs PyTorch: to list it, each worker loads that for seconds."""
    if collection_path.name not in TORCH:
        return None
    here = all(map(find_spec, ("torch", "safetensors")))
    return True if not here or config.getoption("markexpr") == "not soak" else None


@pytest.fixture
def tokenizer() -> Tokenizer:
    """One id a word, from 4 on; unknown words are 3."""
    vocabulary = {"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3}
    for word in WORDS.split():
        vocabulary[word] = len(vocabulary)
    made = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    made.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return made
