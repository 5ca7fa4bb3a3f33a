"""What strangers send, made up: each harness holds one promise over generated input.

`make test` runs some hundred examples of each, `make fuzz EXAMPLES=100000` as many as one likes.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

_ASKED = int(os.environ.get("FUZZ_EXAMPLES", "0"))


def fuzzed(examples: int) -> settings:
    """So many examples, or as many as FUZZ_EXAMPLES says."""
    checks = list(HealthCheck)
    return settings(max_examples=_ASKED or examples, deadline=None, suppress_health_check=checks)


_PIECES = st.sampled_from(
    (
        *("le", "12", "mai", "1999", "«", "»", "ne", "pas", "n’a", "15", "000", "k€", "3,5", "%"),
        *("XIXe", "1/2", "d’Élise", "Marchand", "[1]", "−7", "de", "à", "selon", "M.", "Hugo"),
        *("12/34/5678", "𝟙𝟚", "½", "①", "﷽", "İ", "ß", "\u202e", "\u200b", "\0", "😀"),
        *("hier", "la semaine dernière", "publiés en", "depuis", "août", "2025", "0000-00-00"),
        *("et lui ?", "Et en 2019 ?", "Non,", "articles", "the last", "days", "99999999999999"),
        *("<b>", "</b>", "&lt;", "&", "<a href='javascript:x'>", '"', "'", "<blockquote>", "\n"),
        *("?", "!", "…", ".", ";", ":", "\u00a0", "\u2028", "É.", "M. É", "http://a.fr/?a=1&b"),
    )
)
PROSE = st.lists(_PIECES, max_size=40).map(" ".join)
TEXTS = st.one_of(st.text(max_size=300), PROSE, st.lists(_PIECES, max_size=40).map("".join))
