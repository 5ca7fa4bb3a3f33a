"""What can be read in the replies of models that are asked for numbers."""

from __future__ import annotations

import pytest

from bot.llm.choice_parser import parse_choice

SENTENCES = [f"Les travaux du phare de {name} ont coûté cher." for name in "ABCDEFGHIJ"]


@pytest.mark.parametrize(
    ("reply", "numbers"),
    [
        ("3", (3,)),
        ("[3], [5]", (3, 5)),
        ("3-5", (3, 4, 5)),
        ("5-3", (5, 3)),
        ("- 2\n- 4", (2, 4)),
        ("4, 4, 2, 4", (4, 2)),
        ("3, 99", (3,)),
        ("Les phrases 3 et 5.", (3, 5)),
        ("The answer is 3.", (3,)),
        ("sentence 2 and sentence 6", (2, 6)),
        ("La phrase 3 répond : ils ont coûté 2,3 millions.", (3,)),
        (SENTENCES[4], (5,)),
        ("les travaux du phare de E ont coûté cher", (5,)),
        ("<think>3 ? non, 4</think>\n7", (7,)),
        ("3 ? non\n</think>7", (7,)),
        ('{"sentences": [3, "5", 99, 3]}', (3, 5)),
        ('{"numbers": "3-5"}', (3, 4, 5)),
        ('```json\n{"sentences": [4]}\n```', (4,)),
        ("[2, 4]", (2, 4)),
        ('{"sentences": [1, 1, 1, 1,', (1,)),
    ],
)
def test_numbers_are_read_wherever_they_stand(reply: str, numbers: tuple[int, ...]) -> None:
    assert parse_choice(reply, SENTENCES) == numbers


NONE = ("aucune", "Aucune des phrases 1 à 5 ne répond.", "None.", "0", "[]", '{"sentences": []}')
UNCLEAR = ("", "99", "14 mois", "2,3 millions d’euros", "Le 3 mai 2012.", "Je ne sais pas.")
UNFINISHED = ('{"sentences": [', "[" * 3_900)


@pytest.mark.parametrize(
    ("reply", "choice"),
    [
        *((reply, ()) for reply in NONE),
        *((reply, None) for reply in (*UNCLEAR, *UNFINISHED)),
    ],
)
def test_none_is_a_choice_unlike_nonsense(reply: str, choice: tuple[int, ...] | None) -> None:
    assert parse_choice(reply, SENTENCES) == choice
