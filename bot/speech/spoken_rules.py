"""What the rules of spoken texts are made of: see `spoken_text`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeVar

from bot.speech.lexicon import Lexicon
from index.text.patterns import SPACE as S
from index.text.patterns import one_of

T = TypeVar("T")
Match = re.Match[str]
# A pattern, and its replacement as a template of `re.sub` or a function.
Rule = tuple[str, str | Callable[[Lexicon, Match], str]]

FREE, END = r"(?<![\w.,/])", r"(?!\w)"  # not within a word or a longer number


def amount_pattern(words: Lexicon) -> str:
    """Pattern of a number with thousands separators and decimals."""
    mark, decimals = (r"\.", "[,.]") if words.language == "fr" else (",", r"\.")
    groups = rf"(?:{S}\d{{3}})+|(?:{mark}\d{{3}})+"
    return rf"(?<!\d)(?:\d{{1,3}}(?:{groups})(?!\d)|\d++)(?:{decimals}\d++)?"


def symbols_pattern(table: Mapping[str, object]) -> str:
    """Pattern of any of the symbols; a space in one matches any space, or none."""
    return one_of(table).replace(r"\ ", f"{S}?")


def entry_of(table: Mapping[str, T], symbol: str) -> T:
    """Look up a match of `symbols_pattern` in a table."""
    if symbol in table:
        return table[symbol]
    bare = re.sub(S, "", symbol)
    return next(value for key, value in table.items() if key.replace(" ", "") == bare)
