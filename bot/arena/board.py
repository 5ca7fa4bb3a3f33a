"""The standings as text: writers with their records, and the parts."""

from __future__ import annotations

from collections.abc import Iterator

from bot.arena.standings import ENOUGH_BATTLES, Standing, Standings
from bot.arena.texts import ArenaPhrases, StandingsPhrases


def board_text(standings: Standings, language: str) -> str:
    """Render the standings for a message or a terminal."""
    phrases, names = StandingsPhrases.of(language), ArenaPhrases.of(language)
    if not standings.votes:
        return phrases.nothing
    paragraphs = ["\n".join((phrases.title, phrases.votes(standings.votes, standings.people)))]
    if not standings.rated:
        paragraphs.append("\n".join((phrases.too_few, phrases.enough_from(ENOUGH_BATTLES))))
    for place, row in enumerate(standings.writers, 1):
        record = record_line(row, phrases, names)
        paragraphs.append(f"{_rating_line(place, row, phrases, names)}\n  {record}")
    if standings.parts:
        paragraphs.append("\n".join(_parts(standings, phrases, names)))
    if standings.rated:
        paragraphs.append("\n".join((phrases.scale, phrases.means)))
    return "\n\n".join(paragraphs)


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
