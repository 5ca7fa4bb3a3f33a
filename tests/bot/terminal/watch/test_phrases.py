"""The texts of `selon add` and `selon watch`: what is counted, what is followed."""

from __future__ import annotations

import pytest

from bot.locale.watch import FeedingPhrases

FR, EN = FeedingPhrases.of("fr"), FeedingPhrases.of("en")


@pytest.mark.parametrize(
    ("counts", "french", "english"),
    [
        (
            (1, 0, 0, 0),
            "Index à jour\u00a0: 1\u00a0article ajouté, en 1,5\u00a0s.",
            "Index up to date: 1 article added, in 1.5 s.",
        ),
        (
            (2, 1, 1, 1),
            "Index à jour\u00a0: 2\u00a0articles ajoutés, 1\u00a0modifié, 1\u00a0retiré, "
            "en 1,5\u00a0s — 1\u00a0fichier de côté (selon index dit pourquoi).",
            "Index up to date: 2 articles added, 1 changed, 1 removed, in 1.5 s; "
            "1 file skipped (selon index names them).",
        ),
        (
            (0, 0, 0, 0),
            "Index à jour\u00a0: mêmes articles, en 1,5\u00a0s.",
            "Index up to date: the same articles, in 1.5 s.",
        ),
    ],
)
def test_a_build_is_told_in_one_line(
    counts: tuple[int, int, int, int], french: str, english: str
) -> None:
    assert FR.rebuilt(*counts, 1.5) == french
    assert EN.rebuilt(*counts, 1.5) == english


def test_what_is_followed_is_told() -> None:
    assert FR.watching(1, 0, 900) == (
        "À l’affût de 1\u00a0fichier ou dossier (Ctrl-C pour arrêter)."
    )
    assert EN.watching(2, 1, 7200) == (
        "Watching 2 files or folders and 1 feed (every 2 h) (Ctrl-C to stop)."
    )
    assert FR.news("f", 2, 1) == "f\u00a0: 2\u00a0nouveaux articles, 1\u00a0mis à jour."
    assert EN.news("f", 1, 0) == "f: 1 new article."
    assert FR.summary({}) == "Adresses\u00a0: aucune."
