"""Where text is cut to messages; that nothing is lost is in `tests/fuzz/test_messages.py`."""

from __future__ import annotations

from bot.messenger.outbound.message_text import (
    StyledBlock,
    StyledSpan,
    split_messages,
    to_html,
)
from tests.botapi.html import parse_html


def plain(cut: tuple[tuple[StyledSpan, ...], ...]) -> list[str]:
    return ["".join(span.text for span in spans) for spans in cut]


def test_blocks_share_messages_while_they_fit() -> None:
    blocks = [StyledBlock((StyledSpan(letter * 8),), " ") for letter in "abc"]
    assert plain(split_messages(blocks, "fr", 17)) == ["aaaaaaaa bbbbbbbb", "cccccccc"]
    assert plain(split_messages(blocks, "fr", 16)) == ["a" * 8, "b" * 8, "c" * 8]


def test_cuts_at_sentence_ends() -> None:
    last = StyledSpan("La dernière phrase.", "b")
    block = StyledBlock((StyledSpan("Une phrase. Une autre phrase. "), last))
    cut = split_messages([block], "fr", 40)
    assert plain(cut) == ["Une phrase. Une autre phrase.", "La dernière phrase."]
    assert cut[1] == (last,)


def test_cuts_inside_a_word_when_it_must_but_not_inside_a_character() -> None:
    family = "\U0001f469\u200d\U0001f469\u200d\U0001f467"
    cut = split_messages([StyledBlock((StyledSpan("ab" + family * 3),))], "fr", 20)
    assert plain(cut) == ["ab" + family * 2, family]
    accents = "e\u0301" * 12
    cut = split_messages([StyledBlock((StyledSpan(accents),))], "fr", 21)
    assert plain(cut) == ["e\u0301" * 10, "e\u0301" * 2]


def test_no_message_has_more_links_than_telegram_keeps() -> None:
    blocks = [StyledBlock((StyledSpan(f"{n}", "b", "https://a.fr/"),), " ") for n in range(120)]
    cut = split_messages(blocks, "fr")
    assert len(cut) == 3
    for spans in cut:
        parse_html(to_html(spans))
