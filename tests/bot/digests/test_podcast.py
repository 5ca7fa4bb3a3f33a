"""Two voices: one names each article and asks what it answers, one reads, and nothing twice."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import pytest

from bot.answering.base import FindingsReader
from bot.digests.podcast import PodcastRequest, make_podcast
from bot.digests.podcast_questions import Interview
from bot.digests.script import Script
from bot.digests.texts import ScriptPhrases
from index.findings import Findings
from index.search.confidence import Thresholds
from index.search.searcher import Searcher
from tests.bot.digests.made import article
from tests.index.samples import index, live

EARLY = date(2026, 3, 2)
WORDS = "« Le moteur ne répondait plus à la barre », a déclaré la commandante Jeanne Le Goff."
BEGINS = "L’enquête du ferry de Kersaint commence."
LOSSES = "Les dégâts du ferry sont estimés à 9 millions d’euros."
MORE = "Le coût des dégâts du ferry a été revu à 11,5 millions d’euros."
AGAIN = "Le ferry de Kersaint a repris ses traversées lundi avec un moteur neuf."
FERRY = (
    article(
        "Le ferry de Kersaint heurte le quai",
        "Le ferry de Kersaint a heurté le quai lundi, et 12 passagers ont été blessés. Il arrivait "
        "de Noirmont. Le port a été fermé jusqu’à la soirée. Une vedette a remorqué le navire vers "
        f"le bassin.\n\n{WORDS} {BEGINS} {LOSSES}",
        EARLY,
    ),
    article(
        "Le ferry de Kersaint heurte le quai du port",
        "Le ferry de Kersaint a heurté le quai lundi, et 15 passagers ont été blessés. Le trafic a "
        "repris dans la soirée.",
        EARLY,
        "La Gazette",
    ),
    article("Le ferry de Kersaint de nouveau en mer", f"{AGAIN}\n\n{MORE}", date(2026, 3, 9)),
    article("Le marché de Vaucelles rouvre", "Le marché a rouvert mardi sous la halle.", EARLY),
    article("Les algues", "Que faire des algues vertes ?", None, None),
)


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    folder = tmp_path_factory.mktemp("podcast")
    index(FERRY, folder)
    return live(folder).searcher()


@dataclass(frozen=True)
class MadeReader:
    """Reads the passage with these words first, as surely as it is told."""

    words: str = WORDS
    confidence: float = 1.0

    def read(self, findings: Findings) -> Findings:
        hits = []
        for hit in findings.hits:
            ranks = tuple(float(ranked.sentence.text == self.words) for ranked in hit.sentences)
            hits.append(replace(hit, ranks=ranks))
        hits.sort(key=lambda hit: max(hit.ranks), reverse=True)
        return replace(findings, hits=tuple(hits), confidence=self.confidence)


def made(searcher: Searcher, reader: FindingsReader | None = None, **asked: object) -> Script:
    interview = Interview(searcher, reader, 0.9, ScriptPhrases.of("fr"))
    request = PodcastRequest("fr", **{"subject": "ferry de Kersaint", **asked})  # type: ignore[arg-type]
    return make_podcast(interview, Thresholds.at(0.0), request)


def said(script: Script) -> list[str]:
    return [line.text for line in script.lines]


def test_articles_are_named_first_and_differing_figures_told_as_such(searcher: Searcher) -> None:
    told = said(made(searcher))
    assert told[0] == "Bonjour. Le Podcast\u00a0: ferry de Kersaint."
    title = "Le ferry de Kersaint de nouveau en mer"
    second = told.index(f"Selon Le Phare, le 9 mars 2026\u00a0: «\u00a0{title}\u00a0».")
    assert told[second + 1] == AGAIN
    assert any("le 2 mars 2026" in line for line in told[:second])
    assert not any("Vaucelles" in line for line in told)
    assert told[-1] == "Merci de votre écoute\u202f!"
    at = told.index("Les articles ne donnent pas le même chiffre\u00a0:")
    assert told[at + 1].startswith("Selon L")
    assert {"12", "15"} <= {word for line in told for word in line.split()}


def test_a_figure_that_a_later_article_corrects_is_told_with_the_correction(
    searcher: Searcher,
) -> None:
    told = said(made(searcher, MadeReader(LOSSES)))
    assert told[told.index(LOSSES) - 1] == "Quel est le montant\u202f?"
    assert told[told.index(MORE) - 1] == "Les articles ne donnent pas le même chiffre\u00a0:"
    assert told.index(AGAIN) < told.index(MORE)


def test_a_voice_asks_what_a_sentence_surely_answers_another_answers(searcher: Searcher) -> None:
    script = made(searcher, MadeReader())
    told = said(script)
    assert told[told.index("Que dit Jeanne Le Goff\u202f?") + 1] == WORDS
    for line in script.lines:
        assert line.speaker == ("first" if line.citation is None else "second")


@pytest.mark.parametrize("reader", [None, MadeReader(confidence=0.89), MadeReader(BEGINS)])
def test_no_question_is_asked_that_the_reader_answers_otherwise_or_unsurely(
    searcher: Searcher, reader: FindingsReader | None
) -> None:
    told = said(made(searcher, reader))
    assert not any(line.endswith("?") for line in told)
    assert WORDS not in told


def test_no_sentence_is_said_twice_and_every_source_is_named(searcher: Searcher) -> None:
    script = made(searcher, MadeReader())
    quotes = [quote.quote for quote in script.quotes]
    assert len(quotes) == len(set(quotes))
    for source in {quote.article.id: quote.article for quote in script.quotes}.values():
        assert any(
            line.startswith(f"Selon {source.outlet}, ") and source.title in line
            for line in said(script)
        )


def test_that_there_is_little_material_is_said_beforehand(searcher: Searcher) -> None:
    short = "Les articles n’en disent pas long\u00a0: une minute à peine."
    assert said(made(searcher, minutes=5.0))[2] == short
    assert short not in said(made(searcher, minutes=0.3))


@pytest.mark.parametrize("subject", ["la pêche au thon", "les algues"])
def test_a_subject_without_articles_is_said_to_be_unknown(searcher: Searcher, subject: str) -> None:
    script = made(searcher, subject=subject)
    assert said(script) == [f"Je n’ai pas trouvé d’article sur ce sujet\u00a0: {subject}."]
    assert script.period.first >= EARLY  # as no article is dated, it is of today
