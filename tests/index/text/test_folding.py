from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from index.text.folding import fold_phrase


@given(st.text())
def test_folding_keeps_every_place(text: str) -> None:
    assert len(fold_phrase(text)) == len(text)
    assert fold_phrase("L’ÉTÉ\u00a0: où ?") == "l'ete : ou ?"
