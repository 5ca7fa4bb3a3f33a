"""The state of the index and of the day's work in words, wherever operators look."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.locale import format
from bot.locale.administration import AdministrationPhrases
from bot.locale.answers import Phrases
from bot.locale.catalogue import part_texts
from bot.locale.terminal import TerminalPhrases
from bot.locale.text import harmless
from bot.model_choice import parse_choices
from bot.operations.statistics import Today, midnight, used_memory
from bot.settings import Settings
from bot.state import spending, statistics
from index.store.generation import GenerationFacts


def built_text(built_at: datetime, language: str) -> str:
    """Render « 29 août 2025 à 18:30 », in local time."""
    here = built_at.astimezone()
    day = Phrases.of(language).day(here)
    return TerminalPhrases.of(language).moment(day, f"{here:%H:%M}")


def index_rows(
    facts: GenerationFacts,
    removal_count: int,
    language: str,
    before: str | None = None,
    size: int = 0,
) -> list[tuple[str, str]]:
    """Labels and values of what an index holds; a row without label continues the one before."""
    phrases, labels = TerminalPhrases.of(language), part_texts("terminal", "status", language)
    before_text = ""
    if before is not None:  # an ID is the start time of its generation
        before_text = built_text(datetime.strptime(before, "%Y%m%dT%H%M%S.%f%z"), language)
    languages = sorted(facts.languages.items(), key=lambda entry: (-entry[1], entry[0]))

    def number(count: int) -> str:
        return format.number(count, phrases.code) if count else ""

    lines = [
        (labels["generation"], facts.id),
        (labels["model"], harmless(facts.model)),
        (labels["built"], built_text(facts.built_at, language)),
        (labels["before"], _add_hint(before_text, "rollback")),
        *(("" if n else labels["roots"], harmless(root)) for n, root in enumerate(facts.roots)),
        (labels["articles"], format.number(facts.articles, phrases.code)),
        (labels["copies"], _add_hint(number(facts.copies), "status --duplicates")),
        (labels["removed"], _add_hint(number(removal_count), "list --removed")),
        (labels["passages"], format.number(facts.passages, phrases.code)),
        (labels["sentences"], format.number(facts.sentences, phrases.code)),
        (
            labels["languages"],
            ", ".join(f"{code} {format.number(n, phrases.code)}" for code, n in languages),
        ),
        (labels["size"], format.size(size, phrases.code) if size else ""),
    ]
    return [(label, value) for label, value in lines if value]


def day_lines(
    session: Session,
    settings: Settings,
    now: datetime,
    phrases: AdministrationPhrases,
    uptime: timedelta | None = None,
) -> list[str]:
    """The day's questions, and what this process and the chat models use."""
    today = Today.of(list(statistics.questions(session, midnight(now))))
    lines = [phrases.nothing_asked]
    if today.questions:
        lines = [phrases.asked_today(today.questions, today.answered)]
        lines.append(phrases.answer_times(today.median, today.p95))
    if uptime is not None:
        lines.append(phrases.running_since(uptime))
    if (memory := used_memory()) is not None:
        lines.append(phrases.memory(memory))
    if models := [choice.name for choice in parse_choices(settings.chat_model)]:
        tokens = spending.on(session, now.date()).tokens
        lines.append(phrases.models_used(", ".join(models), tokens))
    return lines


def _add_hint(value: str, command: str) -> str:
    """Render a value and the command for details; empty without a value."""
    return f"{value} (selon {command})" if value else ""
