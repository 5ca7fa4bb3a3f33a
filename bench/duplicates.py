"""What finding duplicates costs and finds: `python bench/duplicates.py [ARTICLES]`.

Pairs that are one article and pairs that only look like it (tests/index/ingestion/reprints.py), the
time of
a signature, and the time and memory of grouping many, one in twenty of them a reprint; then as many
bulletins of one template, the worst case.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Iterator
from datetime import date

import _clone  # noqa: F401
import numpy as np

from index.article import SignedArticle
from index.ingestion.duplicates import LIKENESS, duplicate_groups, signature, signature_likeness
from tests.index.ingestion.reprints import articles, pairs

_FIRST = date(2005, 1, 1).toordinal()


def found() -> str:
    told = [
        (pair.same, signature_likeness(signature(pair.one), signature(pair.other)) >= LIKENESS)
        for pair in pairs()
    ]
    right = sum(same and alike for same, alike in told)
    same, alike = (sum(column) for column in zip(*told, strict=True))
    return f"{len(told)} pairs: precision {right / alike:.3f}, recall {right / same:.3f}"


def signing() -> str:
    texts = list(articles().values())
    signature(texts[0])
    began = time.perf_counter()
    for text in texts * 20:
        signature(text)
    each = (time.perf_counter() - began) / (20 * len(texts))
    characters = sum(map(len, texts)) / len(texts)
    return f"a signature: {each * 1e6:.0f} µs for {characters:.0f} characters"


def made(count: int, *, template: bool) -> Iterator[SignedArticle]:
    """Signatures at random: one in twenty like the one before, or all alike but in figures."""
    chance = np.random.default_rng(4)
    base = _sketch(chance, 128)
    figures = _sketch(chance, 32)
    for number in range(count):
        reprint = template or number % 20 == 1
        sketch = base.copy() if reprint else _sketch(chance, 128)
        if reprint:
            other = chance.random(128) > (0.72 if template else 0.85)
            sketch[other] = _sketch(chance, int(other.sum()))
        if template or not reprint:
            figures = np.sort(_sketch(chance, 32))
        base = base if template else sketch
        signed = chance.bytes(16) + sketch.tobytes() + figures.tobytes()
        yield SignedArticle(
            f"{number:012x}", signed, date.fromordinal(_FIRST + number // 50), None, 3000
        )


def grouping(count: int, *, template: bool) -> str:
    signed = list(made(count, template=template))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    groups = duplicate_groups(signed)
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    kind = "bulletins of one template" if template else "articles"
    return (
        f"{count:,} {kind}: {len(groups):,} groups in {seconds:.1f} s, "
        f"{(peak - before) / 1024:.0f} MB more than the signatures ({before / 1024:.0f} MB in all)"
    )


def _sketch(chance: np.random.Generator, size: int) -> np.ndarray:
    return chance.integers(0, 2**32 - 1, size=size, dtype=np.uint32)


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 300_000
    print(found())
    print(signing())
    print(grouping(count // 15, template=True))
    print(grouping(count, template=False))
