"""English texts of the terminal."""

from __future__ import annotations

from math import ceil

from bot.locale.terminal import StatusLabels, TerminalPhrases

_UNITS = {"read": "file", "cut": "article"}


def _size(size: int) -> str:
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= factor:
            return f"{size / factor:.1f} {unit}"
    return f"{size} byte{'' if size == 1 else 's'}"


def number(count: int) -> str:
    """12,345."""
    return f"{count:,}"


def count(many: int, word: str) -> str:
    """ "1 article", "2,000 articles"."""
    return f"{many:,} {word}{'' if many == 1 else 's'}"


def _seconds(seconds: float) -> str:
    if seconds >= 60:
        return f"{round(seconds) // 60} min {round(seconds) % 60:02d} s"
    return f"{seconds:.1f} s"


def _rate(per_second: float) -> str:
    return number(round(per_second)) if per_second >= 10 else f"{per_second:.1f}"


def _left(seconds: float) -> str:
    """About how long: nobody believes the seconds of an hour."""
    if seconds <= 55:
        return f"{max(5, 5 * ceil(seconds / 5))} s"
    minutes = ceil(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d}"


TERMINAL_EN = TerminalPhrases(
    code="en",
    about="Answers questions about your articles with their own words, every claim cited.",
    index="Index these files and folders of articles (by default corpus/).",
    ask="Ask one question, and print the answer with its sources.",
    chat="Talk, at the keyboard or by sending questions to standard input.",
    bot="Run the Telegram bot (setting SELON_TELEGRAM_TOKEN).",
    status="Say what is indexed, by which model, since when, and whether the index is whole.",
    evaluation="Measure the answers to questions whose answers are known.",
    paths="Files and folders to read.",
    question="The question; “-” reads it from standard input.",
    data_dir="Folder of the index (by default SELON_DATA_DIR, else .selon).",
    if_missing="Do nothing when there is an index already.",
    json="Print the answer as one JSON object.",
    version="Print the version.",
    library_words=((r" <[\w\[\]]+>", ""),),
    error=lambda message: f"Error: {message}",
    unexpected=lambda kind, message: (
        f"Unexpected error ({kind}): {message} — SELON_LOG_LEVEL=DEBUG shows where."
    ),
    see_help=lambda command: f"Help: {command} --help",
    no_question='what is your question? For example: selon ask "Who invented braille?"',
    interrupted="Interrupted.",
    index_interrupted="Interrupted: the index in place has not changed.",
    model="Preparing the model",
    steps={
        "lock": "Reserving the index",
        "read": "Reading the articles",
        "cut": "Cutting into passages",
        "embed": "Computing the vectors",
        "write": "Writing the index",
        "switch": "Putting it in service",
        "clean": "Cleaning up",
    },
    progress=lambda step, done, total: (
        f"{number(done)} of {count(total, _UNITS.get(step, 'text'))}"
    ),
    pace=lambda step, per_second, left: (
        f"{_rate(per_second)} {_UNITS.get(step, 'text')}s/s, {_left(left)} left"
    ),
    number=number,
    size=_size,
    moment=lambda day, clock: f"{day} at {clock}",
    indexed=lambda articles, passages, sentences: (
        f"{count(articles, 'article')}, {count(passages, 'passage')}, "
        f"{count(sentences, 'sentence')}."
    ),
    changes=lambda added, changed, removed, unchanged: (
        f"Added: {added:,}; changed: {changed:,}; removed: {removed:,}; unchanged: {unchanged:,}."
    ),
    embedded=lambda texts, seconds: f"{count(texts, 'vector')} computed in {_seconds(seconds)}.",
    unchanged="Nothing to do: the index is up to date.",
    skipped=lambda files: f"{count(files, 'file')} skipped:",
    status_labels=StatusLabels(
        generation="Generation",
        model="Model",
        built="Built",
        articles="Articles",
        passages="Passages",
        sentences="Sentences",
        languages="Languages",
        roots="Folders",
        copies="Duplicates",
        removed="Removed",
        before="Before",
        size="On disk",
        state="State",
    ),
    whole="whole",
    damaged="damaged",
    listening=lambda name: f"Listening: https://t.me/{name} (Ctrl-C to stop)",
    meant=lambda name: f"Did you mean {name}?",
    cancelled="Question cancelled.",
    commands=(
        ("/sources", "the sources of the last answer"),
        ("/passage", "the whole passage of source N"),
        ("/language", "the language of these messages"),
        ("/help", "help"),
        ("/quit", "leave"),
    ),
)
