"""Cutting text to messages: nothing lost, nothing broken, nothing too long."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.messenger.outbound.message_text import (
    StyledBlock,
    StyledSpan,
    split_messages,
    to_html,
    units,
)
from tests.botapi.entities import utf16_length
from tests.botapi.html import parse_html

TEXTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n <&>\"'😀é. "), max_size=60
)
SPANS = st.builds(
    StyledSpan,
    TEXTS,
    st.sampled_from(["", "b", "i"]),
    st.sampled_from([None, "https://exemple.fr/?a=1&b='2'"]),
    st.booleans(),
)
BLOCKS = st.lists(st.builds(StyledBlock, st.lists(SPANS, max_size=4).map(tuple)), max_size=8)


@given(BLOCKS, st.integers(20, 200))
def test_every_message_is_short_enough_and_well_formed(
    blocks: list[StyledBlock], limit: int
) -> None:
    cut = split_messages(blocks, "fr", limit)
    for spans in cut:
        shown = parse_html(to_html(spans))
        assert 0 < utf16_length(shown.text) <= limit
    said = "".join(block.text for block in blocks)
    assert _letters("".join(span.text for spans in cut for span in spans)) == _letters(said)


def _letters(text: str) -> str:
    return "".join(text.split())


def plain(cut: tuple[tuple[StyledSpan, ...], ...]) -> list[str]:
    return ["".join(span.text for span in spans) for spans in cut]


def test_blocks_share_messages_while_they_fit() -> None:
    blocks = [StyledBlock((StyledSpan(letter * 8),), " ") for letter in "abc"]
    assert plain(split_messages(blocks, "fr", 17)) == ["aaaaaaaa bbbbbbbb", "cccccccc"]
    assert plain(split_messages(blocks, "fr", 16)) == ["a" * 8, "b" * 8, "c" * 8]


def test_cuts_at_sentence_ends() -> None:
    block = StyledBlock(
        (StyledSpan("Une phrase. Une autre phrase. "), StyledSpan("La dernière phrase.", "b"))
    )
    cut = split_messages([block], "fr", 40)
    assert plain(cut) == ["Une phrase. Une autre phrase.", "La dernière phrase."]
    assert cut[1] == (StyledSpan("La dernière phrase.", "b"),)


def test_cuts_inside_a_word_when_it_must_but_not_inside_a_character() -> None:
    family = "\U0001f469\u200d\U0001f469\u200d\U0001f467"
    cut = split_messages([StyledBlock((StyledSpan("ab" + family * 3),))], "fr", 20)
    assert plain(cut) == ["ab" + family * 2, family]
    accents = "e\u0301" * 12
    cut = split_messages([StyledBlock((StyledSpan(accents),))], "fr", 21)
    assert plain(cut) == ["e\u0301" * 10, "e\u0301" * 2]


def test_no_message_has_more_links_than_telegram_keeps() -> None:
    blocks = [
        StyledBlock((StyledSpan(f"{n}", "b", "https://exemple.fr/"),), " ") for n in range(120)
    ]
    cut = split_messages(blocks, "fr")
    assert len(cut) == 3
    for spans in cut:
        parse_html(to_html(spans))


@pytest.mark.parametrize(("text", "length"), [("", 0), ("été", 3), ("😀", 2)])
def test_length_is_counted_in_utf16_units(text: str, length: int) -> None:
    assert units(text) == length
