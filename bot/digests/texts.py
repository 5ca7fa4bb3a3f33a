"""The texts of « Le Quotidien » and « Le Podcast »: what is said around the articles' sentences."""
# mypy: disable-error-code="empty-body"

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, time

from babel.dates import get_day_names

from bot.locale import format
from bot.locale.catalogue import Texts
from index.article import Period


class DigestHelp(Texts, domain="digests", part="help"):
    """What `selon podcast` says, beside its help."""

    def fed(self, path: str) -> str: ...


class ScriptPhrases(Texts, domain="digests", part="script"):
    """All that a script may say beside the articles' sentences; none claims anything of the world.

    `others` are what stands before a story that is neither the first nor the last.
    """

    # Both
    def source(self, name: str, day: date) -> str: ...
    def undated_source(self, name: str) -> str: ...
    def also(self, names: str) -> str: ...

    differs: str

    def nothing_in(self, period: Period) -> str: ...

    # « Le Quotidien »
    first_story: str
    last_story: str
    others: Mapping[str, str]

    def daily(self, day: date) -> str: ...
    def stories(self, count: int) -> str: ...
    def followed(self, subject: str) -> str: ...
    def more_stories(self, count: int) -> str: ...
    def nothing_on(self, day: date) -> str: ...
    def newest(self, day: date) -> str: ...
    def end_of_daily(self, day: date) -> str: ...

    # « Le Podcast »
    chapters: Mapping[str, str]
    what_happened: str
    what_else: str
    what_more: str
    who_said: str
    who_else: str
    do_they_agree: str
    they_do_not_say: str
    which_sources: str
    goodbye: str

    def podcast_on(self, subject: str) -> str: ...
    def podcast_of(self, period: Period) -> str: ...
    def hello(self, title: str) -> str: ...
    def from_articles(self, count: int) -> str: ...
    def nothing_about(self, subject: str) -> str: ...
    def told_on(self, day: date) -> str: ...
    def and_on(self, day: date) -> str: ...
    def writes(self, name: str) -> str: ...
    def titled(self, title: str, name: str, day: date) -> str: ...
    def titled_undated(self, title: str, name: str) -> str: ...
    def asks_cost(self, subject: str) -> str: ...
    def asks_end(self, subject: str) -> str: ...
    def asks_next(self, subject: str) -> str: ...
    def asks_critics(self, subject: str) -> str: ...
    def asks_number(self, subject: str) -> str: ...
    def asks_cause(self, subject: str) -> str: ...


class SchedulePhrases(Texts, domain="digests", part="schedule"):
    """What the bot says of when « Le Quotidien » is sent."""

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
        """On which days (Monday being 0) it is sent, at what time, and whether aloud too."""
        told = format.clock(clock, self.code)
        if len(days) == 7:
            said = self.every_day(told)
        else:
            names = get_day_names("wide", locale=self.code)
            named = [self.weekday(names[day]) for day in days]
            said = self.some_days(format.listing(named, self.code), told)
        return f"{said} {self.with_audio}" if audio else said


class FeedPhrases(Texts, domain="digests", part="feed"):
    """What a podcast feed says of itself."""

    title: str
    about: str


class DigestPageTexts(Texts, domain="digests", part="page"):
    """The pages of « Le Quotidien » and « Le Podcast »; `daily` and `podcasts` are their names."""

    daily: str
    podcasts: str
    no_podcasts: str
    transcript: str
    day_before: str
    day_after: str
    follow: str

    def news_of(self, day: date) -> str: ...


class RecordingPhrases(Texts, domain="digests", part="recordings"):
    """Dailies and podcasts read aloud on Telegram."""

    listen: str
    silent: str
    stop: str
    stopped: str
    failed: str

    def progress(self, done: int, of: int) -> str: ...
