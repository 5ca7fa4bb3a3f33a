"""What each command of the terminal does; each returns its exit code."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text

from bot.console import console_for, encodable, show
from bot.phrases import phrases_for
from bot.phrases.terminal import TerminalPhrases, terminal_phrases_for
from bot.render import answer_json, answer_text, complaint, harmless
from bot.settings import Settings
from index.errors import DamagedIndex
from index.layout import Layout
from index.manifest import Manifest

if TYPE_CHECKING:
    from bot.repl import Ask
    from index.build import BuildReport

DONE = 0
FAILED = 1
MISUSED = 2
NOT_IN_ARTICLES = 3
STANDARD_INPUT = "-"
HISTORY = "history"
"""The file of the data directory that keeps the lines typed."""


def index(settings: Settings, paths: Sequence[Path], *, if_missing: bool) -> int:
    """Build the index of these paths; fails softly when files had to be skipped."""
    from bot.assembly import open_embedder
    from bot.progress import observed
    from index.build import build

    phrases = terminal_phrases_for(settings.language)
    if if_missing and Layout(settings.data_dir).current_id() is not None:
        return DONE
    began = time.monotonic()
    try:
        with observed(console_for(sys.stderr), phrases) as observer:
            embedder = open_embedder(settings, progress=observer.model)
            report = build(
                paths or [settings.corpus_dir], settings.data_dir, embedder, observer=observer
            )
    except KeyboardInterrupt:
        show(console_for(sys.stderr), phrases.index_interrupted)
        return FAILED
    show(console_for(sys.stdout), _report_text(report, time.monotonic() - began, phrases))
    return FAILED if report.skipped else DONE


def ask(settings: Settings, question: str, *, as_json: bool) -> int:
    """Ask one question; without words, or for `-`, it is read from standard input."""
    from bot.assembly import open_chain

    if question == STANDARD_INPUT or not (question or sys.stdin.isatty()):
        question = sys.stdin.read()
    question = encodable(" ".join(question.split()))
    if not question:
        phrases = terminal_phrases_for(settings.language)
        show(console_for(sys.stderr), phrases.error(phrases.no_question))
        return MISUSED
    answer = open_chain(settings).invoke(question)
    out = console_for(sys.stdout)
    if as_json:
        out.file.write(f"{answer_json(answer, phrases_for(answer.language))}\n")
    else:
        show(out, answer_text(answer, phrases_for(settings.language)))
    return DONE if answer.answered else NOT_IN_ARTICLES


def chat(settings: Settings) -> int:
    """Talk: at a prompt when a person is at both ends, line by line otherwise."""
    from bot.repl import chat_piped, chat_typed, new_session

    def open_ask() -> Ask:
        from bot.assembly import open_chain

        return open_chain(settings).invoke

    out, err = console_for(sys.stdout), console_for(sys.stderr)
    if not (sys.stdin.isatty() and out.is_terminal):
        return chat_piped(sys.stdin, open_ask, settings.language, out, err)
    layout = Layout(settings.data_dir)
    generation = layout.current_id()
    if generation is None:
        open_ask()  # says what is missing
        return FAILED
    manifest = Manifest.open(layout.folder(generation))
    welcome = phrases_for(settings.language).repl_welcome(manifest.articles, manifest.passages)
    session = new_session(settings.data_dir / HISTORY)
    return chat_typed(session, open_ask, settings.language, out, err, welcome)


def bot(settings: Settings) -> int:
    """Answer on Telegram until stopped."""
    from bot.messenger import run

    phrases = terminal_phrases_for(settings.language)
    run(settings, lambda name: show(console_for(sys.stderr), phrases.listening(name)))
    return DONE


def status(settings: Settings) -> int:
    """Say what is indexed and check every file of it."""
    from index.store import verify

    phrases = terminal_phrases_for(settings.language)
    layout = Layout(settings.data_dir)
    damage: DamagedIndex | None = None
    try:
        manifest = verify(settings.data_dir)
    except DamagedIndex as error:
        damage = error
        manifest = Manifest.open(layout.folder(layout.current_id() or ""))
    size = sum(file.stat().st_size for file in layout.root.rglob("*") if file.is_file())
    state = phrases.damaged if damage else phrases.whole
    show(console_for(sys.stdout), _status_text(manifest, size, state, phrases))
    if damage:
        show(console_for(sys.stderr), complaint(damage, phrases))
    return FAILED if damage else DONE


def _report_text(report: BuildReport, seconds: float, phrases: TerminalPhrases) -> Text:
    lines = [phrases.indexed(report.articles, report.passages, report.sentences)]
    if report.switched:
        lines += [
            phrases.changes(report.added, report.changed, report.removed, report.unchanged),
            phrases.embedded(report.embedded, seconds),
        ]
    else:
        lines.append(phrases.unchanged)
    if report.skipped:
        lines.append(phrases.skipped(len(report.skipped)))
        lines += [f"  {harmless(each.shown)}: {harmless(each.reason)}" for each in report.skipped]
    return Text("\n".join(lines))


def _status_text(manifest: Manifest, size: int, state: str, phrases: TerminalPhrases) -> Text:
    built = manifest.built_at.astimezone()
    languages = sorted(manifest.languages.items(), key=lambda entry: (-entry[1], entry[0]))
    labels = phrases.status_labels
    rows = (
        (labels.generation, manifest.id),
        (labels.model, harmless(manifest.model)),
        (labels.built, phrases.moment(phrases_for(phrases.code).day(built), f"{built:%H:%M}")),
        (labels.articles, phrases.number(manifest.articles)),
        (labels.passages, phrases.number(manifest.passages)),
        (labels.sentences, phrases.number(manifest.sentences)),
        (labels.languages, ", ".join(f"{code} {phrases.number(n)}" for code, n in languages)),
        (labels.size, phrases.size(size)),
        (labels.state, state),
    )
    width = max(len(label) for label, _ in rows)
    return Text("\n").join(
        Text(f"{label:<{width}}  ", style="dim").append(value, style="not dim")
        for label, value in rows
    )
