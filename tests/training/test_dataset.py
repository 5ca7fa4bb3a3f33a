from __future__ import annotations

from pathlib import Path

import pytest
from tokenizers import Tokenizer

from training.dataset import (
    Sample,
    SampleEncoder,
    answer_tokens,
    parse_sample,
    read_dataset,
    write_dataset,
)

TEXT = "hier Paul a parlé . " * 20 + "Anne a écrit une lettre . " + "hier Paul a parlé . " * 20


def sample(window: float = 0.0) -> Sample:
    start = TEXT.index("une lettre")
    return Sample("answered", "fr", "qui a écrit", TEXT, True, start, start + 10, window=window)


@pytest.mark.parametrize("window", [0.0, 0.3, 1.0])
def test_every_window_of_a_long_text_holds_the_answer(tokenizer: Tokenizer, window: float) -> None:
    encoded = SampleEncoder(tokenizer, 40).encode(sample(window))
    assert len(encoded.ids) == 40
    words = [tokenizer.id_to_token(token) for token in encoded.ids]
    assert words[encoded.start : encoded.end + 1] == ["une", "lettre"]
    left = encoded.offsets[encoded.start - encoded.text_start][0]
    right = encoded.offsets[encoded.end - encoded.text_start][1]
    assert TEXT[left:right] == "une lettre"


def test_a_written_data_set_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "prepared.jsonl"
    write_dataset(path, {"reading": [sample(), sample(0.5)], "reading-dev": []})
    streams = read_dataset(path)
    assert [parse_sample(line) for line in streams["reading"]] == [sample(), sample(0.5)]
    assert streams["reading-dev"] == []


def test_no_answer_is_the_first_token(tokenizer: Tokenizer) -> None:
    encoded = SampleEncoder(tokenizer, 40).encode(
        Sample("mined", "fr", "qui", TEXT, False, window=0.5)
    )
    assert (encoded.start, encoded.end) == (0, 0)
    offsets = [(0, 3), (3, 7), (8, 12)]
    assert answer_tokens(offsets, 4, 9) == (1, 2)
    assert answer_tokens(offsets, 0, 2) == (0, 0)
    assert answer_tokens(offsets, 0, 0) is None
