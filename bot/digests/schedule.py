"""Schedules of « Le Quotidien »: « 7h30 », « lundi jeudi 18h audio », "weekdays 07:30"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.answering.time_range import day_range
from index.text.dates import WEEKDAY_NUMBERS, month_names, weekday_names
from index.text.folding import fold_phrase
from index.text.patterns import one_of

EVERY_DAY = tuple(range(7))

_MAX_CHARACTERS = 100
_TIME = re.compile(
    r"\b(?:(?:a|at) )?(?P<hour>\d{1,2})(?: ?h(?:eures?)?(?: ?(?P<past>\d\d))?|:(?P<minute>\d\d))"
    r"(?: ?(?P<half>[ap])\.?m\b\.?)?(?!\w)"
)
_DAY = rf"(?:{one_of(weekday_names('fr', 'en'))})s?"
_RANGE = re.compile(rf"\b(?:du |from )?({_DAY})(?: ?- ?| au | a | to )({_DAY})\b")
_ONE = re.compile(rf"\b{_DAY}\b")
_GROUPS = (
    (re.compile(r"\b(?:en semaine|weekdays?|jours ouvres)\b"), (0, 1, 2, 3, 4)),
    (re.compile(r"\b(?:le |on )?week-?ends?\b"), (5, 6)),
    (
        re.compile(r"\b(?:(?:tous les|chaque) (?:jours?|matins?|soirs?)|every day|daily)\b"),
        EVERY_DAY,
    ),
)
_MONTH = one_of(month_names("fr", "en"))
_PAST_DAY = re.compile(
    rf"\b(?:(?P<weekday>{_DAY})(?: (?:dernier|passe))?\b(?! ?\d)|(?:{_DAY} )?(?P<date>"
    rf"avant[- ]hier|hier|yesterday|aujourd'hui|today|\d{{4}}-\d\d-\d\d|\d\d?/\d\d?/\d{{4}}"
    rf"|\d{{1,2}}(?:er|st|nd|rd|th)? (?:{_MONTH})(?: \d{{4}})?)\b"
    rf"|(?P<month>{_MONTH}) (?P<day>\d{{1,2}})\b)"
)
_BEFORE_DAY = re.compile(r"(?:(?:le|du|de|the|of|on|from|last) |d'|l')*")
_AUDIO = re.compile(r"\b(?:avec |en |with |in )?audio\b|\ba (?:voix haute|haute voix)\b|\baloud\b")
_AND = re.compile(r"(?:\b(?:le|les|et|on|and|every|chaque|tous)\b|[ ,;])*")


@dataclass(frozen=True, slots=True)
class Schedule:
    """`minute` counts from midnight; in `days`, Monday is 0; `audio` adds a recording."""

    minute: int
    days: tuple[int, ...] = EVERY_DAY
    audio: bool = False

    @property
    def clock(self) -> time:
        return time(*divmod(self.minute, 60))


def parse_schedule(typed: str) -> Schedule | None:
    """Parse a schedule, by default for every day; return None if any word is left over."""
    plain = fold_phrase(" ".join(typed.split()))
    match = _TIME.search(plain) if len(plain) <= _MAX_CHARACTERS else None
    if match is None:
        return None
    hour, minute = int(match["hour"]), int(match["past"] or match["minute"] or 0)
    if match["half"]:
        hour = hour % 12 + 12 * (match["half"] == "p")
    rest = plain[: match.start()] + " " + plain[match.end() :]
    rest, mentions = _AUDIO.subn(" ", rest)
    days: set[int] = set()
    for pattern, group in _GROUPS:
        if pattern.search(rest):
            days.update(group)
            rest = pattern.sub(" ", rest)
    for span in _RANGE.finditer(rest):
        first, last = (WEEKDAY_NUMBERS[name.rstrip("s")] for name in span.groups())
        days.update((first + step) % 7 for step in range((last - first) % 7 + 1))
    rest = _RANGE.sub(" ", rest)
    days.update(WEEKDAY_NUMBERS[name.rstrip("s")] for name in _ONE.findall(rest))
    rest = _ONE.sub(" ", rest)
    if hour >= 24 or minute >= 60 or not _AND.fullmatch(rest):
        return None
    return Schedule(60 * hour + minute, tuple(sorted(days)) or EVERY_DAY, mentions > 0)


def parse_day(words: str, today: date, *, anywhere: bool = False) -> date | None:
    """Parse a day that has begun: « hier », « lundi », « 3 mars »; `anywhere` in other words."""
    plain = fold_phrase(" ".join(words[:_MAX_CHARACTERS].split())).strip(" ?!.")
    start = _BEFORE_DAY.match(plain)
    match = _PAST_DAY.search(plain) if anywhere else None
    if start is not None and not anywhere:
        match = _PAST_DAY.fullmatch(plain, start.end())
    if match is None:
        return None
    if match["weekday"]:
        weekday = WEEKDAY_NUMBERS[match["weekday"].removesuffix("s")]
        return today - timedelta(days=(today.weekday() - weekday) % 7)
    period = day_range(match["date"] or f"{match['day']} {match['month']}", today)
    return period.first if period is not None and period.first <= today else None


def due_day(schedule: Schedule, last_day: date, now: datetime) -> date | None:
    """Return today if its digest is due, else None.

    Each day has one digest, even when a clock change skips or repeats the scheduled time; days
    missed are not made up. `now` is in the readers' time zone.
    """
    today = now.date()
    if today <= last_day or today.weekday() not in schedule.days:
        return None
    return today if now.time() >= schedule.clock else None


def day_before_first(schedule: Schedule, now: datetime) -> date:
    """Return the initial `last_day` of a schedule: today if its time has passed, else yesterday."""
    return now.date() - timedelta(days=now.time() < schedule.clock)
