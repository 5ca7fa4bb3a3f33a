"""The standings in words: a line a writer and one of its record, the effects of form, the parts."""

from __future__ import annotations

import math
from collections.abc import Iterator

from bot.arena.standings import ENOUGH_BATTLES, Standing, Standings
from bot.arena.texts import ArenaPhrases, StandingsPhrases


def board_text(standings: Standings, language: str, *, enough: int = ENOUGH_BATTLES) -> str:
    """All of it, for a message or a terminal."""
    phrases, names = StandingsPhrases.of(language), ArenaPhrases.of(language)
    if not standings.votes:
        return phrases.nothing
    paragraphs = ["\n".join((phrases.title, voters_line(standings, phrases)))]
    if not standings.rated:
        paragraphs.append("\n".join((phrases.too_few, phrases.enough_from(enough))))
    for place, row in enumerate(standings.writers, 1):
        lines = (_rating_line(place, row, phrases, names), f"  {record_line(row, phrases, names)}")
        paragraphs.append("\n".join(lines))
    if standings.effects:
        paragraphs.append("\n".join(_effects(standings, phrases)))
    if standings.parts:
        paragraphs.append("\n".join(_parts(standings, phrases, names)))
    if standings.rated:
        equal = phrases.style_equal if standings.effects else phrases.style_as_is
        paragraphs.append("\n".join((phrases.scale, equal, phrases.means)))
    return "\n\n".join(paragraphs)


def voters_line(standings: Standings, phrases: StandingsPhrases) -> str:
    """« 124 votes de 18 personnes »; judges are said to be no people."""
    if standings.judged == standings.votes:
        return phrases.judgments(standings.votes)
    people = phrases.votes(standings.votes - standings.judged, standings.people)
    return f"{people} + {phrases.judgments(standings.judged)}" if standings.judged else people


def record_line(row: Standing, phrases: StandingsPhrases, names: ArenaPhrases) -> str:
    """« 64 duels, 41 gagnés, 9 nuls · 0,2 s · gratuit »."""
    return phrases.record(
        row.battles, row.wins, row.ties, names.took(row.seconds), names.price(row.micros)
    )


def _rating_line(place: int, row: Standing, phrases: StandingsPhrases, names: ArenaPhrases) -> str:
    writer = names.writer(row.writer)
    if row.rating is None:
        return phrases.unrated(writer)
    rating, interval = row.rating.value, row.rating.interval
    return phrases.rated(place, writer, round(rating), round(interval.low), round(interval.high))


def _effects(standings: Standings, phrases: StandingsPhrases) -> Iterator[str]:
    yield phrases.effects
    for trait, effect in standings.effects.items():
        low, high = effect.interval.low, effect.interval.high
        shares = (phrases.percent(preferred_share(each)) for each in (effect.value, low, high))
        yield f"  {phrases.effect(phrases.traits[trait], *shares)}"


def _parts(standings: Standings, phrases: StandingsPhrases, names: ArenaPhrases) -> Iterator[str]:
    for key, part in standings.parts.items():
        yield phrases.part_of(phrases.part_named(key), part.votes)
        if not part.rated:
            yield f"  {phrases.not_rated}"
        for place, row in enumerate(part.rated, 1):
            yield f"  {_rating_line(place, row, phrases, names)}"


def preferred_share(logits: float) -> float:
    """How often an answer is preferred that has so much more, all else equal."""
    return 1 / (1 + math.exp(-logits))
