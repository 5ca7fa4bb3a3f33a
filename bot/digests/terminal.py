"""`selon daily` and `selon podcast`: scripts as text, Markdown, audio or a feed."""

from __future__ import annotations

import re
import sys
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.style import Style
from rich.text import Text

from bot.answer import Citation, link_to, web_address
from bot.audio import audio_format
from bot.command import DONE, NOT_IN_ARTICLES, CommandLine, OpenSpeech
from bot.digests.texts import DailyFeedPhrases, DigestHelp, FeedPhrases
from bot.errors import UsageError
from bot.export.markdown import escape_markdown
from bot.locale.answers import Phrases
from bot.locale.catalogue import Language
from bot.locale.text import harmless
from bot.settings import Settings
from bot.terminal.console import console_for, encodable, show
from bot.terminal.recording import record
from bot.terminal.render import MARKER, SOURCE, TITLE
from index.article import Period

if TYPE_CHECKING:
    from bot.digests.script import Script
    from bot.digests.script_layout import Paragraph

_LENGTH = re.compile(r"(\d{1,3}(?:[.,]\d)?)\s*(?:m|min|minutes?)?", re.ASCII)


Code = Annotated[
    Language | None,
    typer.Option("--language", metavar="fr|en", help="language", show_default=False),
]
Markdown = Annotated[bool, typer.Option("--markdown", help="markdown")]
Feed = Annotated[Path | None, typer.Option("--feed", metavar="DIR", help="feed")]
FeedUrl = Annotated[str, typer.Option("--feed-url", metavar="URL", help="feed_url")]
Audio = Annotated[Path | None, typer.Option("--audio", metavar="FILE", help="audio")]


def declare(line: CommandLine) -> None:
    texts = line.texts("digests")
    line.command("daily", partial(daily, line.open_speech), texts)
    line.command("podcast", partial(podcast, line.open_speech), texts)


def daily(
    open_speech: OpenSpeech,
    settings: Settings,
    day: Annotated[str | None, typer.Option("--date", metavar="DAY", help="day")] = None,
    since: Annotated[str | None, typer.Option("--since", metavar="DAY", help="since")] = None,
    language: Code = None,
    markdown: Markdown = False,
    audio: Audio = None,
    feed: Feed = None,
    feed_url: FeedUrl = "",
) -> int:
    """Show the news of a day, by default the newest that has some. Raises UsageError, NoIndex,
    DamagedIndex, SpeechError."""
    from bot.digests import clock
    from bot.digests.daily import make_daily, newest_day
    from bot.rights import closed_to_reader
    from bot.terminal.lookup import open_articles

    if feed is not None and not feed_url:
        raise UsageError("feed-no-address")
    today, code = clock.today(), language or settings.language
    asked = _parse_period("--date", day or "0d", today)
    if asked.first != asked.last:
        raise UsageError("day-alone", subject=f"--date {day}")
    closed = closed_to_reader(settings) if feed is not None else ()  # a feed is everybody's
    with open_articles(settings) as whole:
        generation = whole.without(closed)
        last = asked.last if day else newest_day(generation, code, today) or today
        first = _parse_period("--since", since, today).first if since is not None else last
        if first > last:
            raise UsageError("days-crossed", first=f"--since {since}", last=f"--date {day or last}")
        script = make_daily(generation, Period(first, last), code)
    phrases = DailyFeedPhrases.of(script.language)
    return _deliver(settings, script, open_speech, markdown, audio, feed, feed_url, phrases)


def podcast(
    open_speech: OpenSpeech,
    settings: Settings,
    subject: Annotated[list[str] | None, typer.Argument(metavar="SUBJECT", help="subject")] = None,
    period: Annotated[str | None, typer.Option(metavar="DAYS", help="period")] = None,
    length: Annotated[str, typer.Option(metavar="TIME", help="length")] = "5m",
    language: Code = None,
    markdown: Markdown = False,
    audio: Audio = None,
    feed: Feed = None,
    feed_url: FeedUrl = "",
) -> int:
    """Make a podcast on a subject or, by default, on the last seven days. Raises UsageError,
    IndexingError, SpeechError."""
    from bot.assembly import open_index
    from bot.digests import clock
    from bot.digests.podcast import PodcastRequest, make_podcast

    minutes = _parse_minutes(length)
    if feed is not None and not feed_url:
        raise UsageError("feed-no-address")
    today, about = clock.today(), encodable(" ".join(subject or []))
    within = _parse_period("--period", period, today) if period else None
    if not about and within is None:
        within = Period(today - timedelta(days=6), today)
    code = language or settings.language
    request = PodcastRequest(code, about, within, minutes)
    script = make_podcast(open_index(settings, whole=feed is None).searcher(), request)
    phrases = FeedPhrases.of(script.language)
    return _deliver(settings, script, open_speech, markdown, audio, feed, feed_url, phrases)


def _parse_period(option: str, typed: str, today: date) -> Period:
    """Parse a day, a month, a year, a number of past days (`7d`), or a range of these (`A..B`).
    Raises UsageError."""
    from bot.library.days import parse_days

    first, _, last = typed.partition("..")
    try:
        start, end = parse_days(first, today), parse_days(last or first, today)
        if not last and option == "--period" and first.strip()[-1:] in "djDJ":
            return Period(start.first, today)
    except (ValueError, OverflowError) as error:
        raise UsageError("day-unclear", subject=f"{option} {typed}") from error
    if start.first > end.last:
        raise UsageError("days-crossed", subject=option, first=first, last=last)
    return Period(start.first, end.last)


def _parse_minutes(typed: str) -> float:
    """Parse « 5m », « 5 min » or « 7,5 ». Raises UsageError."""
    from bot.digests.podcast import MAX_MINUTES, MIN_MINUTES

    match = _LENGTH.fullmatch(typed.strip())
    minutes = float(match[1].replace(",", ".")) if match else 0.0
    if not MIN_MINUTES <= minutes <= MAX_MINUTES:
        raise UsageError("length-unclear", subject=f"--length {typed}", most=f"{MAX_MINUTES:g}")
    return minutes


def _deliver(
    settings: Settings,
    script: Script,
    open_speech: OpenSpeech,
    markdown: bool,
    audio: Path | None,
    feed: Path | None,
    feed_url: str,
    phrases: FeedPhrases | DailyFeedPhrases,
) -> int:
    """Show the script, record it, add it to the feed, and return the exit status."""
    from bot.digests.feed import add_episode, new_episode
    from bot.digests.script import spoken_script

    out, title = console_for(sys.stdout), script.title
    if audio is not None:
        audio_format(audio)
    if markdown:
        out.file.write(f"{script_markdown(script)}\n")
    else:
        show(out, script_text(script))
    if audio is not None:
        record(settings, open_speech, spoken_script(script), audio, title=title)
    if not script.quotes:
        return NOT_IN_ARTICLES
    if feed is not None:
        with new_episode(feed, script) as episode:
            final, lines = feed / episode.name, spoken_script(script)
            recording = record(settings, open_speech, lines, episode, title=title, final=final)
            index = add_episode(feed, script, recording, feed_url, phrases, settings.operator)
        show(console_for(sys.stderr), DigestHelp.of(settings.language).fed(str(index)))
    return DONE


def script_text(script: Script) -> Text:
    """Render chapters with headings, and quotes with their numbers and sources."""
    from bot.digests.script_layout import chapters

    phrases = Phrases.of(script.language)
    blocks = [Text(harmless(script.title), style=TITLE)]
    for chapter in chapters(script):
        if chapter.heading:
            blocks.append(Text(harmless(chapter.heading), style=TITLE))
        for paragraph in chapter.paragraphs:
            blocks.append(_paragraph_text(paragraph, chapter.heading, phrases))
    return Text("\n\n").join(blocks)


def _paragraph_text(paragraph: Paragraph, heading: str, phrases: Phrases) -> Text:
    from bot.digests.script import written_quote
    from bot.digests.script_layout import source_parts

    if not paragraph.quotes:
        return Text(harmless(paragraph.text))
    text = Text()
    for number, citation in enumerate(paragraph.quotes):
        text.append("\n" if number else "")
        text.append(f"{phrases.quote(harmless(written_quote(citation)))}\u00a0")
        text.append(f"[{citation.number}]", style=MARKER)
    first = paragraph.quotes[0]
    link_text, beside = source_parts(paragraph, heading, phrases)
    text.append("\n  — ", style=SOURCE)
    text.append(harmless(link_text), style=Style(link=link_to(first.article.url, first.quote)))
    text.append(harmless(beside), style=SOURCE)
    place = web_address(first.article.url) or first.article.path
    return text.append(f"\n    {harmless(place)}", style=SOURCE)


def script_markdown(script: Script) -> str:
    """Render a script as Markdown; quotes link to articles that are online."""
    from bot.digests.script_layout import chapters

    phrases = Phrases.of(script.language)
    blocks = [f"# {escape_markdown(script.title)}"]
    for chapter in chapters(script):
        if chapter.heading:
            blocks.append(f"## {escape_markdown(chapter.heading)}")
        for paragraph in chapter.paragraphs:
            blocks.append(_paragraph_markdown(paragraph, chapter.heading, phrases))
    return "\n\n".join(blocks)


def _paragraph_markdown(paragraph: Paragraph, heading: str, phrases: Phrases) -> str:
    from bot.digests.script import written_quote
    from bot.digests.script_layout import source_parts

    if not paragraph.quotes:
        return escape_markdown(paragraph.text)
    quotes = " ".join(
        f"{phrases.quote(escape_markdown(written_quote(citation)))}\u00a0{_marker(citation)}"
        for citation in paragraph.quotes
    )
    link_text, beside = map(escape_markdown, source_parts(paragraph, heading, phrases))
    return f"{quotes}  \n— *{link_text}*{beside}"


def _marker(citation: Citation) -> str:
    link = link_to(citation.article.url, citation.quote)
    return f"[\\[{citation.number}\\]](<{link}>)" if link else f"\\[{citation.number}\\]"
