"""The texts of the terminal: numbers and plurals."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.locale.articles import KeepingPhrases
from bot.locale.terminal import TerminalPhrases

FRENCH, ENGLISH = TerminalPhrases.of("fr"), TerminalPhrases.of("en")


def test_an_unknown_language_is_answered_in_french() -> None:
    assert TerminalPhrases.of("de") is FRENCH


@pytest.mark.parametrize(
    ("phrases", "texts"),
    [
        (
            FRENCH,
            (
                "0 article, 1 passage, 2 phrases.",
                "1\u202f234 vecteurs calculés, en 2,5\u00a0s.",
                "1 vecteur calculé, en 2\u00a0min 05\u00a0s.",
                "1 fichier laissé de côté\u00a0:",
                "3 fichiers laissés de côté\u00a0:",
            ),
        ),
        (
            ENGLISH,
            (
                "0 articles, 1 passage, 2 sentences.",
                "1,234 vectors computed in 2.5 s.",
                "1 vector computed in 2 min 05 s.",
                "1 file skipped:",
                "3 files skipped:",
            ),
        ),
    ],
)
def test_counts_agree_with_their_nouns(phrases: TerminalPhrases, texts: tuple[str, ...]) -> None:
    assert phrases.indexed(0, 1, 2) == texts[0]
    assert phrases.embedded(1234, 2.5) == texts[1]
    assert phrases.embedded(1, 125.2) == texts[2]
    assert (phrases.skipped(1), phrases.skipped(3)) == texts[3:]


@pytest.mark.parametrize(
    ("size", "french", "english"),
    [
        (0, "0\u00a0octet", "0 bytes"),
        (1, "1\u00a0octet", "1 byte"),
        (999, "999\u00a0octets", "999 bytes"),
        (1_500, "1,5\u00a0ko", "1.5 kB"),
        (73_400_000, "73,4\u00a0Mo", "73.4 MB"),
        (2_000_000_000, "2,0\u00a0Go", "2.0 GB"),
    ],
)
def test_sizes_are_told_in_the_unit_that_suits(size: int, french: str, english: str) -> None:
    assert (FRENCH.size(size), ENGLISH.size(size)) == (french, english)


def test_a_plural_that_is_there_already_is_left() -> None:
    keeping = KeepingPhrases.of("fr")
    assert keeping.resumed(2) == "2 vecteurs repris d’une construction interrompue ou de parts."
    assert keeping.left_out(2) == "2 articles écartés par vous\u00a0: selon list --removed"


@pytest.mark.parametrize(
    ("seconds", "french", "english"),
    [
        (0.2, "5\u00a0s", "5 s"),
        (41, "45\u00a0s", "45 s"),
        (56, "1\u00a0min", "1 min"),
        (179, "3\u00a0min", "3 min"),
        (4790, "1\u00a0h\u00a020", "1 h 20"),
    ],
)
def test_the_time_left_is_told_as_a_person_would(seconds: float, french: str, english: str) -> None:
    assert FRENCH.pace("read", 3.25, seconds) == f"3,2 fichiers/s, encore {french}"
    assert ENGLISH.pace("embed", 1200, seconds) == f"1,200 texts/s, {english} left"


def test_both_languages_offer_the_same_commands_in_the_same_order() -> None:
    def known(phrases: TerminalPhrases) -> list[str]:
        aliases = {
            "/langue": "/language",
            "/aide": "/help",
            "/quitter": "/quit",
            "/nouveau": "/new",
        }
        return [aliases.get(command, command) for command, _ in phrases.commands]

    assert known(FRENCH) == known(ENGLISH)


@pytest.mark.parametrize(
    ("welcome", "one", "many"),
    [
        (FRENCH.repl_welcome, "1 article (1 passage)", "24 articles (91 passages)"),
        (ENGLISH.repl_welcome, "1 article (1 passage)", "24 articles (91 passages)"),
    ],
)
def test_the_welcome_counts(welcome: Callable[[int, int], str], one: str, many: str) -> None:
    assert one in welcome(1, 1)
    assert many in welcome(24, 91)
