"""Texts of « Le Quotidien » and « Le Podcast »."""
# mypy: disable-error-code="empty-body"

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, time

from babel.dates import get_day_names

from bot.locale import format
from bot.locale.catalogue import Texts
from index.article import Period


class DigestHelp(Texts, domain="digests", part="help"):
    """Messages of `selon podcast`."""

    def fed(self, path: str) -> str: ...


class ScriptPhrases(Texts, domain="digests", part="script"):
    """The fixed phrases of scripts; none makes a claim about the world.

    `others` are transitions to stories that are neither first nor last.
    """

    # Both
    def headline(self, name: str, day: str, title: str) -> str: ...
    def undated_headline(self, name: str, title: str) -> str: ...
    def own_headline(self, day: str, title: str) -> str: ...
    def bare_headline(self, title: str) -> str: ...
    def also(self, names: str) -> str: ...

    def source_alone(self, name: str) -> str: ...
    def source_of_day(self, name: str, day: str) -> str: ...
    def day_alone(self, day: str) -> str: ...
    def all_from(self, name: str) -> str: ...

    def place_alone(self, place: str) -> str: ...

    def introduce(self, name: str, day: str, title: str, place: str) -> list[str]:
        """Introduce a quote by what was not said yet: « Selon Le Phare, le 29 août 2025 : « Le pont
        rouvre ». », « France. »"""
        if title:
            if name:
                text = (
                    self.headline(name, day, title) if day else self.undated_headline(name, title)
                )
            else:
                text = self.own_headline(day, title) if day else self.bare_headline(title)
        elif name:
            text = self.source_of_day(name, day) if day else self.source_alone(name)
        else:
            text = self.day_alone(day) if day else ""
        return [*filter(None, (text, self.place_alone(place) if place else ""))]

    def nothing_in(self, period: Period) -> str: ...

    # « Le Quotidien »
    first_story: str
    last_story: str
    others: Mapping[str, str]
    headlines: str

    def daily(self, day: date) -> str: ...
    def followed(self, subject: str) -> str: ...
    def day_meant(self, day: date) -> str: ...
    def again(self, titles: str) -> str: ...
    def nothing_on(self, day: date) -> str: ...
    def newest(self, day: date) -> str: ...
    def end_of_daily(self, day: date) -> str: ...

    # « Le Podcast »
    def podcast_on(self, subject: str) -> str: ...
    def podcast_of(self, period: Period) -> str: ...
    def hello(self, title: str) -> str: ...
    def agenda(self, titles: str) -> str: ...
    def nothing_about(self, subject: str) -> str: ...

    no_more: str

    def goodbye(self, title: str) -> str: ...


class SchedulePhrases(Texts, domain="digests", part="schedule"):
    """Replies about the schedule of « Le Quotidien »."""

    usage: str
    start: str
    stop: str
    stopped: str
    not_kept: str
    only_administrators: str
    with_audio: str

    def every_day(self, clock: str) -> str: ...
    def some_days(self, days: str, clock: str) -> str: ...
    def weekday(self, day: str) -> str: ...

    def kept_on(self, days: Sequence[int], clock: time, *, audio: bool = False) -> str:
        """Describe a schedule; in `days`, Monday is 0."""
        hour = format.clock(clock, self.code)
        if len(days) == 7:
            when = self.every_day(hour)
        else:
            names = get_day_names("wide", locale=self.code)
            weekdays = [self.weekday(names[day]) for day in days]
            when = self.some_days(format.listing(weekdays, self.code), hour)
        return f"{when} {self.with_audio}" if audio else when


class FeedPhrases(Texts, domain="digests", part="feed"):
    """Metadata of a podcast feed."""

    title: str
    about: str


class DailyFeedPhrases(Texts, domain="digests", part="daily_feed"):
    """Metadata of the feed of « Le Quotidien »."""

    title: str
    about: str


class DigestPageTexts(Texts, domain="digests", part="page"):
    """Web pages; `daily` and `podcasts` are their names."""

    daily: str
    podcasts: str
    no_podcasts: str
    transcript: str
    day_before: str
    day_after: str
    follow: str

    def news_of(self, day: date) -> str: ...


class RecordingPhrases(Texts, domain="digests", part="recordings"):
    """Recordings on Telegram."""

    listen: str
    silent: str
    stop: str
    stopped: str
    failed: str
    under_way: str
    gone: str

    def failed_because(self, reason: str) -> str: ...
    def progress(self, count: int, of: int) -> str: ...
