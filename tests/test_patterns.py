"""No text makes a regular expression of the product slow."""

from __future__ import annotations

import re
from functools import cache

import pytest

from bot.answering.metadata_question import LONGEST_QUESTION
from tests.patterns import PACKAGES, FoundPattern, complaints, find_patterns

# The length of the longest text that these meet: whoever uses them asks for it first.
BOUNDS = {
    "bot.answering.metadata_question:_NAMED": LONGEST_QUESTION,
    "bot.answering.metadata_question:_RULES": LONGEST_QUESTION,
    "bot.answering.comparison:_COMPARING": LONGEST_QUESTION,
    "bot.answering.comparison:_OVERVIEW": LONGEST_QUESTION,
    "bot.answering.comparison:_TIMELINE": LONGEST_QUESTION,
}
# How the root of a page was found once: it took 4 seconds for 24 comments.
EXPONENTIAL = (
    r"\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*|<!DOCTYPE[^>\[]*(?:\[.*?\])?\s*>\s*)*<(?:[\w.-]+:)?([\w.-]+)"
)

found_patterns = cache(find_patterns)


@pytest.mark.parametrize(
    ("pattern", "method", "is_slow"),
    [
        (EXPONENTIAL, "match", True),
        ("(?:a|aa)+b", "fullmatch", True),
        (r"\s+$", "search", True),
        (r"\s*:?\s*x", "match", True),
        ("<!--.*?-->", "sub", True),
        ("a+b", "match", False),
        (r"(?<!\s)\s++$", "search", False),
        (r"\s*+:?\s*+x", "match", False),
        ("<!--.{0,100}?-->", "sub", False),
    ],
)
def test_a_slow_pattern_is_noticed(pattern: str, method: str, is_slow: bool) -> None:
    found = FoundPattern("here", re.compile(pattern, re.DOTALL), frozenset({method}))
    assert bool(complaints(found)) is is_slow


@pytest.mark.parametrize("package", PACKAGES)
def test_every_pattern_is_linear(package: str) -> None:
    assert [
        told
        for found in found_patterns()
        if found.place.startswith(f"{package}.")
        for told in complaints(found, BOUNDS.get(found.place))
    ] == []


def test_every_bound_is_of_a_pattern_that_needs_one() -> None:
    known = {found.place: found for found in found_patterns()}
    assert all(place in known for place in BOUNDS)
