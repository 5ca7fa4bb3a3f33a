"""The standings as text: writers with their records, the effects of style, the parts."""

from __future__ import annotations

import math
from collections.abc import Iterator

from bot.arena.standings import ENOUGH_BATTLES, Standing, Standings
from bot.arena.texts import ArenaPhrases, StandingsPhrases


def board_text(standings: Standings, language: str, *, enough: int = ENOUGH_BATTLES) -> str:
    """Render the standings for a message or a terminal."""
    phrases, names = StandingsPhrases.of(language), ArenaPhrases.of(language)
    if not standings.votes:
        return phrases.nothing
    paragraphs = ["\n".join((phrases.title, voters_line(standings, phrases)))]
    if not standings.rated:
        paragraphs.append("\n".join((phrases.too_few, phrases.enough_from(enough))))
    for place, row in enumerate(standings.writers, 1):
        record = record_line(row, phrases, names)
        paragraphs.append(f"{_rating_line(place, row, phrases, names)}\n  {record}")
    if standings.effects:
        lines = [phrases.effects]
        for trait, effect in standings.effects.items():
            bounds = (effect.value, effect.interval.low, effect.interval.high)
            shares = (phrases.percent(preferred_share(bound)) for bound in bounds)
            lines.append(f"  {phrases.effect(phrases.traits[trait], *shares)}")
        paragraphs.append("\n".join(lines))
    if standings.parts:
        paragraphs.append("\n".join(_parts(standings, phrases, names)))
    if standings.rated:
        equal = phrases.style_equal if standings.effects else phrases.style_as_is
        paragraphs.append("\n".join((phrases.scale, equal, phrases.means)))
    return "\n\n".join(paragraphs)


def voters_line(standings: Standings, phrases: StandingsPhrases) -> str:
    """Render « 124 votes de 18 personnes », counting model judges apart."""
    if standings.judged == standings.votes:
        return phrases.judgments(standings.votes)
    people = phrases.votes(standings.votes - standings.judged, standings.people)
    return f"{people} + {phrases.judgments(standings.judged)}" if standings.judged else people


def record_line(row: Standing, phrases: StandingsPhrases, names: ArenaPhrases) -> str:
    """Render « 64 duels, 41 gagnés, 9 nuls · 0,2 s · gratuit »."""
    return phrases.record(
        row.battles, row.wins, row.ties, names.took(row.seconds), names.price(row.micros)
    )


def _rating_line(place: int, row: Standing, phrases: StandingsPhrases, names: ArenaPhrases) -> str:
    writer = names.writer(row.writer)
    if row.rating is None:
        return phrases.unrated(writer)
    rating, interval = row.rating.value, row.rating.interval
    return phrases.rated(place, writer, round(rating), round(interval.low), round(interval.high))


def _parts(standings: Standings, phrases: StandingsPhrases, names: ArenaPhrases) -> Iterator[str]:
    for key, part in standings.parts.items():
        yield phrases.part_of(phrases.part_named(key), part.votes)
        if not part.rated:
            yield f"  {phrases.not_rated}"
        for place, row in enumerate(part.rated, 1):
            yield f"  {_rating_line(place, row, phrases, names)}"


def preferred_share(logits: float) -> float:
    """Convert an effect in logits to the share of votes for the answer that has it."""
    return 1 / (1 + math.exp(-logits))
