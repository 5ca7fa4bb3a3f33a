"""What matters to a listener, told by the bundled model's vectors."""

from __future__ import annotations

from bot.digests.stories import news_value
from index.article import embedding_text
from index.ingestion.passages import cut
from index.models.base import Embedder
from tests.bot.digests.made import article

ATTACK = article("Fusillade à Noirmont : dix morts", "Un homme a tué dix personnes dans une gare.")
BUDGET = article("Le Parlement adopte le budget", "Les députés ont adopté mercredi le budget.")
QUAKE = article("Strong earthquake hits coast", "An earthquake has killed hundreds of people.")
FESTIVAL = article("Le festival a vingt ans", "Kersaint accueille ses marionnettes ce week-end.")
MATCH = article("Handball: Kersaint draw at home", "Kersaint drew 24-24 with Noirmont on Saturday.")


def value(of, embedder: Embedder, model: str | None = None) -> float:  # type: ignore[no-untyped-def]
    opening = cut(of)[0]
    vectors = embedder.embed_passages([embedding_text(of, s.text) for s in opening.sentences])
    return news_value(of, opening, vectors, model or embedder.id)


def test_what_is_grave_is_worth_more_than_what_is_light(bundled: Embedder) -> None:
    attack, budget, quake, festival, match = (
        value(story, bundled) for story in (ATTACK, BUDGET, QUAKE, FESTIVAL, MATCH)
    )
    assert min(attack, quake) > budget > max(festival, match)


def test_of_another_models_vectors_only_the_dead_tell(bundled: Embedder) -> None:
    harmless = (
        BUDGET,
        article("Mort d’un acteur à 84 ans", "Il jouait souvent."),
        article("La vingtième mort de Kersaint", "Il jouait souvent."),
    )
    assert value(ATTACK, bundled, "another") > 0
    assert [value(story, bundled, "another") for story in harmless] == [0, 0, 0]
