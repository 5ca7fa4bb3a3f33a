"""A subject told by two voices, affair by affair: nothing twice, nor what is on something else."""

from __future__ import annotations

from datetime import date
from itertools import groupby

import pytest

from bot.digests.podcast import PodcastRequest, make_podcast
from bot.digests.script import Script
from index.article import Period
from index.search.searcher import Searcher
from tests.bot.digests.made import article
from tests.index.samples import index, live

EARLY, LATE = date(2026, 3, 2), date(2026, 3, 9)
CRASH = "Le ferry de Kersaint a heurté le quai lundi, et 12 passagers ont été blessés."
VIDEO = "La vidéo de l’accident a été vue par des milliers de personnes."
WORDS = "« Le moteur du ferry ne répondait plus à la barre », a déclaré Jeanne Le Goff."
WHY = "Le ferry est sorti de sa route parce que son moteur est tombé en panne près du quai."
MORE = "Le coût des dégâts du ferry a été revu à 11,5 millions d’euros."
AGAIN = "Le ferry de Kersaint a repris ses traversées lundi avec un moteur neuf."
NEXT = "Le ferry de Kersaint sera remplacé en juin 2027 par un navire électrique."
FERRY = (
    article(
        "Le ferry de Kersaint heurte le quai",
        f"{CRASH} Il arrivait de Noirmont. Le port a été fermé jusqu’à la soirée. Une vedette a "
        f"remorqué le navire vers le bassin. {WHY} Les dégâts du ferry sont estimés à 9 millions "
        f"d’euros.\n\nJeanne Le Goff, la commandante du navire, a été entendue mardi. {WORDS}",
        EARLY,
    ),
    article(
        "Le ferry de Kersaint heurte le quai du port",
        "Le ferry de Kersaint a heurté le quai lundi, et 15 passagers ont été blessés. Le trafic a "
        "repris dans la soirée.",
        EARLY,
        "La Gazette",
    ),
    article("Le ferry de Kersaint de nouveau en mer", f"{AGAIN} {NEXT}\n\n{MORE}", LATE),
    article("Le marché de Vaucelles rouvre", "Le marché a rouvert mardi sous la halle.", EARLY),
    article("La rentrée à Vaucelles", "À Vaucelles, 41 élèves ont fait leur rentrée.", LATE),
    article("Les algues", "Que faire des algues vertes ?", None, None),
)


@pytest.fixture(autouse=True)
def _near(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.digests.podcast.LINKED", -1.0)  # of the test vectors


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    folder = tmp_path_factory.mktemp("podcast")
    index(FERRY, folder)
    return live(folder).searcher()


def made(searcher: Searcher, subject: str = "ferry de Kersaint", minutes: float = 5.0) -> Script:
    return make_podcast(searcher, PodcastRequest("fr", subject, minutes=minutes))


def said(script: Script) -> list[str]:
    return [line.text for line in script.lines]


def test_a_subject_is_told_from_the_first_day_on(searcher: Searcher) -> None:
    told = said(made(searcher))
    titles = (f"«\u00a0{FERRY[at].title}\u00a0»" for at in (0, 2))
    assert told[:5] == [
        "Bonjour. Le Podcast\u00a0: ferry de Kersaint.",
        "Source\u00a0: Le Phare.",
        f"Au programme\u00a0: {' et '.join(titles)}.",
        "Le 2 mars 2026.",
        CRASH,
    ]
    at = told.index("Le 9 mars.")
    assert told[at + 1] == AGAIN
    assert not any("Vaucelles" in line for line in told)
    assert told[-1].startswith("C’était Le Podcast\u00a0: ferry de Kersaint.")


def test_an_article_is_read_on(searcher: Searcher) -> None:
    told = said(made(searcher))
    assert told[told.index(CRASH) + 1] == "Il arrivait de Noirmont."
    assert WHY in told


def test_no_sentence_is_said_twice_and_no_voice_says_more_than_four(searcher: Searcher) -> None:
    script = made(searcher)
    quotes = [quote.quote for quote in script.quotes]
    assert len(quotes) == len(set(quotes))
    runs = [len(list(lines)) for _, lines in groupby(line.speaker for line in script.lines)]
    assert max(runs) <= 4
    assert {line.speaker for line in script.lines} == {"first", "second"}


@pytest.mark.parametrize("subject", ["la pêche au thon", "les algues"])
def test_a_subject_without_articles_is_said_to_be_unknown(searcher: Searcher, subject: str) -> None:
    script = made(searcher, subject=subject)
    assert said(script) == [f"Je n’ai pas trouvé d’article sur ce sujet\u00a0: {subject}."]
    assert script.period.first >= EARLY  # as no article is dated, it is of today


def test_a_period_is_told_story_by_story(searcher: Searcher) -> None:
    script = make_podcast(searcher, PodcastRequest("fr", period=Period(EARLY, LATE)))
    told = said(script)
    assert told[2].startswith("Au programme\u00a0: ")
    assert told[2].count("«") == len({quote.article.id for quote in script.quotes}) >= 2
