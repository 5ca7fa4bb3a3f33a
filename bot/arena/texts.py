"""Texts of the arena."""
# mypy: disable-error-code="empty-body"

from __future__ import annotations

from collections.abc import Mapping

from bot.locale import format
from bot.locale.catalogue import Texts
from bot.model_choice import parse_writer
from index.errors import RefusedValue


class ArenaPhrases(Texts, domain="arena", part="arena"):
    """Battles on Telegram.

    `choices` are the possible votes, `no_battle` reasons by code, `outcomes` those of votes that
    are not counted.
    """

    usage: str
    closed: str
    answers: Mapping[str, str]
    doubtful: str
    unknown: str
    which: str
    choices: Mapping[str, str]
    take_back: str
    taken_back: str
    too_late: str
    no_battle: Mapping[str, str]
    all_met: str
    voted: str
    outcomes: Mapping[str, str]
    articles: str
    free: str
    cost_unknown: str

    def read_by(self, writer: str, reader: str) -> str: ...
    def cost(self, amount: float) -> str: ...
    def revealed(self, answer: str, writer: str, took: str, cost: str) -> str: ...

    def writer(self, name: str) -> str:
        """Describe a writer, such as « les phrases des articles ». Names that are not valid in the
        settings are returned unchanged."""
        try:
            choice = parse_writer(name)
        except RefusedValue:
            return name
        text = choice.model.name if choice.model is not None else self.articles
        return self.read_by(text, choice.reader) if choice.reader else text

    def reveal(self, answer: str, writer: str, seconds: float | None, micros: float | None) -> str:
        """Describe the writer, duration and cost of the "first" or the "second" answer."""
        name = self.answers[answer]
        return self.revealed(name, self.writer(writer), self.took(seconds), self.price(micros))

    def took(self, seconds: float | None) -> str:
        return "–" if seconds is None else format.milliseconds(1000 * seconds, self.code)

    def price(self, micros: float | None) -> str:
        """Format a cost in the operator's currency."""
        if micros is None:
            return self.cost_unknown
        return self.cost(micros / 1_000_000) if micros else self.free


class StandingsPhrases(Texts, domain="arena", part="standings"):
    """The standings; `kinds` are those of questions."""

    title: str
    nothing: str
    too_few: str
    not_rated: str
    scale: str
    means: str
    languages: Mapping[str, str]
    kinds: Mapping[str, str]

    def votes(self, votes: int, voters: int) -> str: ...
    def rated(self, place: int, writer: str, rating: int, low: int, high: int) -> str: ...
    def unrated(self, writer: str) -> str: ...
    def record(self, battles: int, wins: int, ties: int, took: str, cost: str) -> str: ...
    def part_of(self, name: str, votes: int) -> str: ...
    def enough_from(self, count: int) -> str: ...

    def part_named(self, key: str) -> str:
        """Name a part of the standings, such as `language fr` or `kind dated`."""
        sort, _, value = key.partition(" ")
        return (self.languages if sort == "language" else self.kinds).get(value, value)


class ArenaPageTexts(Texts, domain="arena", part="page"):
    """The web page; `name` is its title in menus."""

    name: str
    nothing: str
    place: str
    writer: str
    points: str
    votes: str

    def rated(self, rating: int, low: int, high: int) -> str: ...
