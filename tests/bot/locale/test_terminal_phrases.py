"""The texts of the terminal: numbers and plurals."""

from __future__ import annotations

import pytest

from bot.locale.terminal import TerminalPhrases

FRENCH, ENGLISH = TerminalPhrases.of("fr"), TerminalPhrases.of("en")


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
