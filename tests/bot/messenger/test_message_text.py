"""What of a message is a question, where text is cut, buttons, and what is sent after a refusal."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram.error import BadRequest

from bot.conversation.passage_refs import PassageRef
from bot.messenger.inbound.addressee import points_at
from bot.messenger.outbound.keyboard import NeighbourStep
from bot.messenger.outbound.message_text import (
    MESSAGE_LIMIT,
    StyledBlock,
    StyledSpan,
    split_messages,
    to_html,
    units,
)
from bot.messenger.outbound.repair import repair_letter
from bot.state.deliveries import Letter, Part
from tests.bot.messenger.samples import FRESNEL, LENS, cite
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


POINTING = (
    *("", "?", "👆", "C’est vrai ?", "Vrai ou faux ?", "Tu confirmes ?", "Vérifie, stp"),
    *("Pouvez-vous répondre ?", "Une source ?", "Qu’en pensez-vous ?", "Is that true?"),
    *("Can you check this?", "Any source?"),
)
ASKING = ("Quand est-il mort ?", "La source est à Vals ?", "Et en 2024 ?", "Who said so?")


@pytest.mark.parametrize("text", [*POINTING, *ASKING])
def test_what_only_points_at_a_message_is_told_from_what_asks_something_itself(text: str) -> None:
    assert points_at(text) is (text in POINTING)


PLACES = st.integers(0, 999_999_999)
SIZES = st.integers(0, 99_999)


@given(st.text("0123456789abcdef", min_size=12, max_size=12), PLACES, SIZES, SIZES, SIZES)
def test_what_a_button_carries_comes_back_and_fits(
    article_id: str, start: int, before: int, quote: int, after: int
) -> None:
    first = start + before
    last = first + quote
    reference = PassageRef(article_id, start, last + after, first, last, "0123abcd")
    step = NeighbourStep(article_id, start, *((first, last) if quote else ()))
    for data in (reference, step):
        assert len(data.encode().encode()) <= 64
        assert type(data).decode(data.encode()) == data


@pytest.mark.parametrize(
    "data",
    [
        *("", "p", "p:0123456789ab:1:2:3:4", "q:0123456789ab:1:2:0:1:0123abcd"),
        *("p:x:-1:2:0:1:0123abcd", "w:0123456789ab", "w:0123456789ab:1:2"),
        *("w:0123456789ab:1:2:", "w:x:1"),
    ],
)
def test_data_that_no_button_carries_is_no_place(data: str) -> None:
    assert PassageRef.decode(data) is NeighbourStep.decode(data) is None


def test_forged_offsets_give_no_passage() -> None:
    digest = PassageRef.of(cite(1, LENS)).encode().rpartition(":")[2]
    reference = PassageRef.decode(f"p:{FRESNEL.id}:0:5:9:1:{digest}")
    assert reference is not None
    assert reference.excerpt(FRESNEL) is None


KEYBOARD = {"inline_keyboard": [[{"text": "1", "callback_data": "p"}]]}
LETTER = Letter(5, 9, (Part("<b>un</b>"), Part("<i>deux</i>")), KEYBOARD, 3)


@pytest.mark.parametrize(
    ("reason", "change"),
    [
        ("TOPIC_CLOSED", {"thread_id": 0}),
        ("REPLY_MESSAGE_ID_INVALID", {"reply_to": None}),
        ("Can't parse reply keyboard markup JSON object", {"keyboard": None}),
        ("Can't parse entities: end tag", {"parts": (Part("un", False), Part("deux", False))}),
    ],
)
def test_only_what_is_refused_is_left_out(reason: str, change: dict[str, object]) -> None:
    assert repair_letter(LETTER, 0, BadRequest(reason)) == replace(LETTER, **change)  # type: ignore[arg-type]


def test_what_one_person_alone_cannot_be_told_is_told_to_all() -> None:
    alone = replace(LETTER, only_for=42)
    assert repair_letter(alone, 0, BadRequest("BOT_NOT_ADMIN")) == LETTER


def test_what_was_taken_already_keeps_its_place() -> None:
    long = replace(LETTER, parts=(Part("<b>un</b>"), Part("mot " * 2_000)))
    shorter = repair_letter(long, 1, BadRequest("Message is too long"))
    assert shorter is not None
    assert shorter.parts[0] == Part("<b>un</b>")
    assert len(shorter.parts) == 3


@given(st.text(st.sampled_from("aé😀 \n"), min_size=1, max_size=40), st.integers(200, 700))
def test_no_word_is_lost_where_a_text_is_cut(words: str, times: int) -> None:
    text = "é" + words * times
    letter = Letter(5, 0, (Part(text, False),))
    parts = (repair_letter(letter, 0, BadRequest("Message is too long")) or letter).parts
    assert all(0 < units(part.text) <= MESSAGE_LIMIT for part in parts)
    kept = "".join(part.text for part in parts)
    assert "".join(kept.split()) == "".join(text.split())
