"""Two voices: one asks, one answers in the sentences of the articles, and nothing twice."""

from __future__ import annotations

import pytest

from bot.digests.podcast import (
    PodcastRequest,
    is_attributed,
    make_podcast,
    open_questions,
)
from bot.digests.script import Script
from index.build.builder import build
from index.search.confidence import ConfidenceModel, Thresholds
from index.search.live import LiveIndex
from index.search.searcher import Searcher
from tests.fakes import FakeEmbedder

FERRY = (
    ("2026-03-02", "Le Phare", "Le ferry de Kersaint heurte le quai",
     "Le ferry de Kersaint a heurté le quai lundi matin, et 12 passagers ont été blessés. Il "
     "arrivait de Noirmont. Le port a été fermé jusqu’à la soirée. Une vedette a remorqué le "
     "navire vers le bassin.\n\n« Le moteur ne répondait plus à la barre », a déclaré la "
     "commandante Jeanne Le Goff. L’enquête du ferry de Kersaint commence."),
    ("2026-03-02", "La Gazette", "Le ferry de Kersaint heurte le quai du port",
     "Le ferry de Kersaint a heurté le quai lundi, et 15 passagers ont été blessés. Le trafic a "
     "repris dans la soirée."),
    ("2026-03-09", "Le Phare", "Le ferry de Kersaint de nouveau en mer",
     "Le ferry de Kersaint a repris ses traversées lundi avec un moteur neuf."),
    ("2026-03-10", "Le Phare", "Le marché de Vaucelles rouvre",
     "Le marché de Vaucelles a rouvert mardi sous la halle rénovée avec 40 forains."),
)  # fmt: skip


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    folder = tmp_path_factory.mktemp("podcast")
    corpus = folder / "corpus"
    corpus.mkdir()
    for at, (day, outlet, title, text) in enumerate(FERRY):
        facts = f"title: {title}\npublished: {day}\noutlet: {outlet}\nlanguage: fr"
        (corpus / f"{at}.md").write_text(f"---\n{facts}\n---\n\n{text}\n", "utf-8")
    build([corpus], folder / "data", FakeEmbedder())
    return LiveIndex(folder / "data", FakeEmbedder(), ConfidenceModel.load()).searcher()


def made(searcher: Searcher, **asked: object) -> Script:
    request = PodcastRequest("fr", **{"subject": "ferry de Kersaint", **asked})  # type: ignore[arg-type]
    return make_podcast(searcher, Thresholds.at(0.0), request)


def said(script: Script) -> list[str]:
    return [line.text for line in script.lines]


def test_a_subject_is_told_by_the_days_of_its_articles(searcher: Searcher) -> None:
    told = said(made(searcher))
    assert told[0] == "Bonjour. Le Podcast\u00a0: ferry de Kersaint."
    assert told[1] == "Voici ce qu’en disent 3 articles, avec leurs propres phrases."
    first = told.index("Que rapportent les articles du 2 mars 2026\u202f?")
    second = told.index("Et ceux du 9 mars 2026\u202f?")
    assert first < second
    assert (
        "Le ferry de Kersaint a repris ses traversées lundi avec un moteur neuf." in told[second:]
    )
    assert not any("Vaucelles" in each for each in told)
    assert told[-1].startswith("C’était Le Podcast.")


def test_the_first_voice_asks_and_the_second_answers(searcher: Searcher) -> None:
    for line in made(searcher).lines:
        if line.citation is not None:
            assert line.speaker == "second"
        elif line.text.endswith("?"):
            assert line.speaker == "first"


def test_figures_that_differ_are_told_as_such(searcher: Searcher) -> None:
    told = said(made(searcher))
    assert any("12 passagers" in each for each in told)
    assert any("15 passagers" in each for each in told)
    assert "Les articles sont-ils d’accord entre eux\u202f?" in told


def test_no_sentence_is_said_twice_and_every_source_is_named(searcher: Searcher) -> None:
    script = made(searcher)
    quotes = [each.quote for each in script.quotes]
    assert len(quotes) == len(set(quotes))
    for article in {each.article.id: each.article for each in script.quotes}.values():
        assert any(each.startswith(f"{article.title}, {article.outlet}, ") for each in said(script))


def test_what_the_chain_refused_is_said_and_nothing_else(searcher: Searcher) -> None:
    cost, *_ = open_questions("ferry de Kersaint", "fr")
    assert cost == "Ferry de Kersaint\u00a0: combien cela a-t-il coûté\u202f?"
    told = said(made(searcher, unsaid=[cost]))
    assert told[told.index(cost) + 1] == "Les articles ne le disent pas."
    assert "Les articles ne le disent pas." not in said(made(searcher))


def test_an_unknown_subject_is_said_to_be_so(searcher: Searcher) -> None:
    assert said(made(searcher, subject="la pêche au thon")) == [
        "Je n’ai pas trouvé d’article sur ce sujet\u00a0: la pêche au thon."
    ]


def test_words_are_somebody_s_where_a_name_and_a_verb_of_saying_stand_outside_them() -> None:
    assert is_attributed("« Nous avons eu très peur ce matin », a déclaré Jeanne Le Goff.", "fr")
    assert is_attributed("Selon Jeanne Le Goff, « le moteur ne répondait plus du tout ».", "fr")
    assert not is_attributed(
        "Le ferry « Ville de Kersaint » a déclaré une avarie à Noirmont.", "fr"
    )
    assert not is_attributed("« Nous avons eu très peur ce matin dans la rade. »", "fr")
