from __future__ import annotations

import os
from functools import partial

import pytest

from index.formats.table import FORMATS
from tests.growth import TIMES, is_linear
from tests.index.formats.constructs import GRAMMARS, pairs, read_whole
from tests.index.formats.hostile import SLOW, read_slow

# Of so many pairs one is tried, with so many of each construct in the short file.
EVERY, COUNT = (1, 1_000) if "FUZZ_EXAMPLES" in os.environ else (30, 125)


@pytest.mark.parametrize("kind", SLOW)
def test_no_file_takes_longer_than_its_length(kind: str) -> None:
    suffix, made = SLOW[kind]
    short, long = made(5_000), made(5_000 * TIMES)
    assert is_linear(lambda data: read_slow(data, suffix), short, long)


def test_every_format_has_its_constructs_or_is_an_archive_of_many_members() -> None:
    repeated = {suffix.removeprefix(".jsonl") or ".jsonl" for suffix, _ in SLOW.values()}
    assert GRAMMARS.keys() | repeated == {form.suffix for form in FORMATS}
    assert all(len(grammar.constructs) > 1 for grammar in GRAMMARS.values())


@pytest.mark.parametrize("suffix", GRAMMARS)
def test_no_pair_of_constructs_takes_longer_than_its_length(suffix: str) -> None:
    read = partial(read_whole, suffix=suffix)
    read(GRAMMARS[suffix].assemble({}))  # what is imported and compiled once
    some = list(pairs(suffix))[::EVERY]
    steep = [name for name, made in some if not is_linear(read, made(COUNT), made(COUNT * TIMES))]
    assert steep == []
