"""Whatever bytes a file holds, it gives articles or says in one line why not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given

from index.formats.table import FORMAT_OF_SUFFIX
from tests.fuzz import fuzzed
from tests.index.formats.test_any_bytes import SAMPLES, _found, _mutations


@pytest.mark.parametrize("suffix", FORMAT_OF_SUFFIX)
@given(mutate=_mutations())
@fuzzed(3)
def test_every_format(tmp_path: Path, suffix: str, mutate: Callable[[bytes], bytes]) -> None:
    _found(tmp_path, suffix, mutate(SAMPLES[suffix]))
