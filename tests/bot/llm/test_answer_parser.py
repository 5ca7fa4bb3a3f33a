from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.llm.answer_parser import AnswerParser, ParsedSentence


def read(text: str, *cuts: int, language: str = "fr", passages: int = 3) -> list[ParsedSentence]:
    """What is read when the text comes in pieces that end at these places."""
    reader = AnswerParser(language, range(1, passages + 1))
    said: list[ParsedSentence] = []
    for start, end in zip((0, *cuts), (*cuts, len(text)), strict=True):
        before = reader.restarts
        found = reader.feed(text[start:end])
        if reader.restarts > before:
            said.clear()
        said += found
    return [*said, *reader.finish()]


def claims(text: str) -> list[tuple[str, tuple[int, ...]]]:
    return [(each.text, each.citations) for each in read(text) if each.kind == "claim"]


@pytest.mark.parametrize(
    ("written", "cited"),
    [
        ("Le pont date de 1901 [1].", (1,)),
        ("Le pont date de 1901.[1][2]", (1, 2)),
        ("Le pont date de 1901 [1-3].", (1, 2, 3)),
        ("Le pont date de 1901 [Passage 2].", (2,)),
        ("Le pont date de 1901【3】.", (3,)),
        ("[2] Le pont date de 1901.", (2,)),
        ("Le pont date de 1901.", ()),
        ("Le pont date de 1901 [0][2].", (2,)),
    ],
)
def test_markers_are_read_however_they_are_written(written: str, cited: tuple[int, ...]) -> None:
    assert claims(written) == [("Le pont date de 1901.", cited)]


def test_a_marker_belongs_to_the_sentence_that_it_stands_behind() -> None:
    text = "Le pont date de 1901 [1]. Il mesure 30 mètres. [2] M. Roche l'a dessiné [1][3]."
    assert claims(text) == [
        ("Le pont date de 1901.", (1,)),
        ("Il mesure 30 mètres.", (2,)),
        ("M. Roche l'a dessiné.", (1, 3)),
    ]


def test_what_a_model_thinks_is_not_what_it_says() -> None:
    for thought in ("<think>Il date de 1850 [1].", "Voyons. Il date de 1850 [1]. Ou pas."):
        assert claims(f"{thought}</think>Il date de 1901 [1].") == [("Il date de 1901.", (1,))]
    assert claims("<think>Il date de 1850 [1]. Sans fin") == []


@pytest.mark.parametrize(
    "text",
    [
        "Je ne sais pas.",
        "I do not know.",
        "Les passages ne précisent pas qui a construit le pont.",
        "D’après les passages fournis, il n’y a pas de réponse.",
        '{"sentences": []}',
    ],
)
def test_not_knowing_is_told_from_claiming(text: str) -> None:
    assert [each.kind for each in read(text)] == ["refusal"]


@pytest.mark.parametrize(
    "text",
    [
        '{"sentences": [{"text": "Il date de 1901.", "citations": [1]},'
        ' {"text": "Il est en fer [3].", "citations": ["[2]", 9]}]}',
        '```json\n{"sentences": [{"text": "Il date de 1901.", "citations": [1]},'
        ' {"sentence": "Il est en fer.", "sources": "3, 2"}]}\n```',
        '[{"text": "Il date de 1901.", "citations": 1},'
        ' {"text": "Il est en fer.", "citations": [3, 2]}]',
        '{"answer": "Il date de 1901 [1]. Il est en fer [3][2]."}',
    ],
)
def test_json_is_read_as_text_is(text: str) -> None:
    assert claims(text) == [("Il date de 1901.", (1,)), ("Il est en fer.", (3, 2))]


def test_half_a_character_in_json_becomes_a_mark() -> None:
    text = '{"text": "Il date de 1901 \\ud83d\\ude00 \\ud83d.", "citations": [1]}'
    assert claims(text) == [("Il date de 1901 😀 \ufffd.", (1,))]


def test_brackets_without_end_say_nothing() -> None:
    assert read('{"text":' + "[" * 3_000) == []


def test_a_sentence_is_given_once_the_next_has_begun_and_not_before() -> None:
    reader = AnswerParser("fr", [1, 2])
    assert reader.feed("Le pont date de 1901 [1]. ") == ()
    assert reader.feed("[2") == ()
    assert reader.feed("] Il") == ()
    assert reader.feed(" mesure 30 mètres") == (ParsedSentence("Le pont date de 1901.", (1, 2)),)


def test_a_sentence_that_the_end_cuts_off_is_known_by_it() -> None:
    assert [each.is_complete for each in read("Il date de 1901 [1]. Il est en")] == [True, False]


ANSWERS = [
    "Né en 1867 [1], il meurt en 1934 [2]. Il a reçu deux prix. [1, 3] Fin.[2]Suite [1][2].",
    "**Réponse :** Le *pont* date de 1901 [1].\n\n- Il mesure 30 m [2]\n- Voir [ici](http://a.b/c)",
    "<think>Bon. [1]</think>M. Dupont dit : « Oui. Non. » [1] Il part av. J.-C. [2] Fin de l",
    "Voyons. Il est là. </think>Le pont date de 1901 (1). Il a (2) arches (3).",
    '{"sentences": [{"text": "Il date de 1901.", "citations": [1]}, {"text": "Il est là [2]."}]}',
    "Je ne sais pas. Les passages disent « le pont » [1]. Il “dort. Il rêve.” [2] Oui ! [3] Non",
]


@settings(max_examples=60)
@given(st.sampled_from(ANSWERS), st.data())
def test_pieces_may_end_anywhere(text: str, data: st.DataObject) -> None:
    places = st.lists(st.integers(1, len(text) - 1), unique=True, max_size=len(text) - 1)
    assert read(text, *sorted(data.draw(places))) == read(text)


@settings(max_examples=60)
@given(st.text(alphabet='ab .,!?[](){}«»"*<>/1239\n:', max_size=120))
def test_anything_at_all_can_be_read(text: str) -> None:
    for said in read(text):
        assert said.text.strip()
        assert set(said.citations) <= {1, 2, 3}
