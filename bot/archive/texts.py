"""Texts of the archive."""
# mypy: disable-error-code="empty-body"

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from bot.locale import format
from bot.locale.catalogue import Texts
from index.article import Period
from index.text.event_days import EventDay


class ArticlesPhrases(Texts, domain="archive", part="articles"):
    """Lists and counts of articles."""

    def all_of(self, count: int) -> str: ...
    def first_of(self, count: int, last: int, page: int) -> str: ...
    def from_to(self, count: int, first: int, last: int, page: int) -> str: ...
    def last_of(self, count: int, first: int, last: int) -> str: ...
    def named(self, subject: str, count: int) -> str: ...
    def mentioned(self, count: int) -> str: ...

    rule: str
    near: str

    def heading(self, total: int, first: int, last: int, page: int) -> str:
        """Say how many articles there are, which of them follow on this page, and how to go on."""
        if last - first + 1 == total:
            return self.all_of(total)
        if last == total:
            return self.last_of(total, first, last)
        if first == 1:
            return self.first_of(total, last, page + 1)
        return self.from_to(total, first, last, page + 1)

    def naming(self, subject: str, total: int, mentions: int, *, is_ruled: bool) -> str:
        """Count the articles that name a subject, and say the rule unless the question does."""
        rule = "" if is_ruled else self.rule
        parts = [self.named(subject, total), rule, self.others(mentions)]
        return " ".join(filter(None, parts))

    def others(self, mentions: int) -> str:
        """How many other articles only mention the subject; "" for none."""
        return self.mentioned(mentions) if mentions else ""


class ChronologyPhrases(Texts, domain="archive", part="chronology"):
    """The heading of a chronology and the days of its lines."""

    season: Mapping[str, str]

    def all_dates(self, count: int, articles: str) -> str: ...
    def some_dates(self, shown: int, count: int, articles: str) -> str: ...
    def from_articles(self, count: int) -> str: ...
    def on(self, day: date) -> str: ...
    def told(self, day: date) -> str: ...
    def week(self, day: date) -> str: ...
    def early(self, month: str) -> str: ...
    def mid(self, month: str) -> str: ...
    def late(self, month: str) -> str: ...
    def differs(self, day: str) -> str: ...
    def gap(self, first: date, last: date) -> str: ...

    def heading(self, shown: int, total: int, articles: Collection[str]) -> str:
        """Say how many events follow, of how many articles, and how many are left out."""
        sources = self.from_articles(len(articles))
        if shown < total:
            return self.some_dates(shown, total - shown, sources)
        return self.all_dates(total, sources)

    def label(self, period: Period, day: EventDay | None) -> str:
        """The days of an event, as exact as they are known."""
        first = period.first
        if day is None:
            return self.told(first)
        if day.exactness == "day":
            return self.on(first)
        if day.exactness == "week":
            return self.week(first)
        if day.exactness == "year":
            return str(first.year)
        if day.exactness == "season":
            return f"{self.season[str(first.month)]} {first.year}"
        month = format.month(first, self.code)
        if day.exactness == "month":
            return month
        return {1: self.early, 11: self.mid}.get(first.day, self.late)(month)


class QuotesPhrases(Texts, domain="archive", part="quotes"):
    """The heading of a person's quotes, and their days."""

    def of_person(self, name: str, count: int) -> str: ...
    def on_subject(self, name: str, subject: str, count: int) -> str: ...
    def off_subject(self, name: str, subject: str) -> str: ...
    def on(self, day: date) -> str: ...

    def heading(self, name: str, subject: str, count: int) -> str:
        if subject:
            return self.on_subject(name, subject, count)
        return self.of_person(name, count)

    def day(self, day: date | None) -> str:
        return self.on(day) if day else ""


class LatestPhrases(Texts, domain="archive", part="latest"):
    """The headings of the latest on a subject."""

    def newest(self, day: date) -> str: ...
    def before(self, day: date) -> str: ...


class OverviewPhrases(Texts, domain="archive", part="overview"):
    """The headings of an overview."""

    newest: str
    history: str
    positions: str
    background: str


class DossierPhrases(Texts, domain="archive", part="dossier"):
    """The headings of a dossier."""

    dates: str
    figures: str
    of_it: str
    rest: str

    aspect: Mapping[str, str]

    def identity(self, subject: str, count: int) -> str: ...
    def unsaid(self, aspects: str) -> str: ...
    def words(self, subject: str) -> str: ...


class ComparisonPhrases(Texts, domain="archive", part="comparison"):
    """The headings of a comparison."""

    both: str
    second: str

    def newest(self, subject: str) -> str: ...
    def history(self, subject: str) -> str: ...
    def figures(self, subject: str) -> str: ...


class PositionsPhrases(Texts, domain="archive", part="positions"):
    """The heading of the positions on a subject."""

    def heading(self, subject: str, count: int) -> str: ...


class SubjectPhrases(Texts, domain="archive", part="subject"):
    """What is said of a subject before its lines."""

    def homonyms(self, count: int, title: str) -> str: ...
