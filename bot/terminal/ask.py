"""The commands that answer: `selon ask`, `selon chat` and `selon bot`."""

from __future__ import annotations

import asyncio
import inspect
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from bot.answer import Answer, Outcome
from bot.command import (
    DONE,
    FAILED,
    MISUSED,
    NOT_IN_ARTICLES,
    PERHAPS_IN_ARTICLES,
    CommandLine,
    OpenSpeech,
)
from bot.errors import QuestionFileError, SettingsError, UsageError
from bot.export import EXPORT_FORMATS, export_format
from bot.feature import AskOption, Feature
from bot.json_records import answer_json, answer_record, json_line
from bot.library.days import parse_period
from bot.locale.administration import CheckingPhrases
from bot.locale.answers import Phrases
from bot.locale.catalogue import part_texts
from bot.locale.errors import error_text
from bot.locale.terminal import TerminalPhrases
from bot.locale.text import harmless
from bot.settings import Settings, index_store
from bot.terminal.console import REPLACEMENT, console_for, encodable, show, show_wait, write_file
from bot.terminal.render import answer_text, citation_place, explained_text
from bot.terminal.web import serve_pages
from bot.understanding.intents import COMMAND_INTENTS
from bot.understanding.texts import CommandPhrases
from index.errors import CodedError

if TYPE_CHECKING:
    from bot.terminal.repl import Ask


STANDARD_INPUT = "-"

_MARKS = {
    "well": ("✓", "green"),
    "note": ("!", "yellow"),
    "wrong": ("✗", "bold red"),
    "setting": ("✗", "bold red"),
}

_EXIT_CODES: Mapping[Outcome, int] = {
    "sure": DONE,
    "no": NOT_IN_ARTICLES,
    "perhaps": PERHAPS_IN_ARTICLES,
    "help": DONE,
    "reply": DONE,
}

Markdown = Annotated[bool, typer.Option("--markdown", help="markdown")]
Whole = Annotated[bool, typer.Option("--all", help="all")]
Output = Annotated[Path | None, typer.Option("--output", metavar="FILE", help="output")]

LISTED_BY_OPTIONS = "articles"  # `selon list` has options of its own

HISTORY = "history"  # the file of the data directory that keeps the lines typed


def declare(line: CommandLine, features: Sequence[Feature]) -> None:
    """Declare the commands; `features` may add options to `ask` and parts of the bot."""
    code, texts = line.phrases.code, line.texts("answers", "choice")
    options = [option for feature in features for option in feature.ask_options(code)]
    line.command("ask", _with_options(ask, options), texts)
    spoken = [option for option in options if option.question is None]
    functions = {**texts, **part_texts("understanding", "command", code)}
    for intent in COMMAND_INTENTS:
        if intent.name != LISTED_BY_OPTIONS:
            run = _with_options(partial(call_function, intent.name), spoken)
            line.command(intent.commands[1], run, functions, f"about.{intent.name}")
    line.command("chat", chat, texts)
    line.command("chat-model", chat_model, line.texts("models", "model"), "command")
    line.command(
        "bot", partial(bot, features, line.open_speech), line.texts("administration", "checking")
    )


def _with_options(command: Callable[..., int], options: Sequence[AskOption]) -> Callable[..., int]:
    """Add `options` to the signature of a command, in place of its parameter of that name."""
    signature = inspect.signature(command, eval_str=True)
    *own, _ = signature.parameters.values()
    extra_options = [
        inspect.Parameter(
            option.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=None,
            annotation=Annotated[
                Path | None, typer.Option(f"--{option.name}", metavar="FILE", help=option.help)
            ],
        )
        for option in options
    ]

    def run(settings: Settings, **typed: Any) -> int:
        paths = [
            (option, path) for option in options if (path := typed.pop(option.name)) is not None
        ]
        return command(settings, **typed, options=paths)

    run.__signature__ = signature.replace(parameters=[*own, *extra_options])  # type: ignore[attr-defined]
    return run


def ask(
    settings: Settings,
    words: Annotated[list[str] | None, typer.Argument(metavar="QUESTION", help="question")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="json")] = False,
    as_lines: Annotated[bool, typer.Option("--jsonl", help="jsonl")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="explain")] = False,
    whole: Whole = False,
    markdown: Markdown = False,
    output: Output = None,
    options: Sequence[tuple[AskOption, Path]] = (),
) -> int:
    """Answer one question, by default or for `-` from standard input. `options` are the paths typed
    for options of features."""
    question = " ".join(words or ())
    if as_lines:
        if question or as_json or markdown or output or options:
            raise SettingsError("jsonl-alone", subject="--jsonl")
        return _ask_lines(settings)
    from bot.assembly import open_chain
    from bot.followups.turn import TurnText

    if output is not None:
        export_format(output)  # fail early
        if not output.absolute().parent.is_dir():
            raise UsageError("output-no-folder", subject=output, folder=output.parent)
    for option, path in options:
        if option.check is not None:
            option.check(path)
    sources = [(option.question, path) for option, path in options if option.question is not None]
    if sources:
        read_source, path = sources[0]
        source = read_source(settings, path)
        question = source.text
        if not question:
            return MISUSED
        if not source.is_sure:
            if as_json:
                sys.stdout.write(f"{json_line({'heard': question, 'sure': False})}\n")
            return PERHAPS_IN_ARTICLES
    elif question == STANDARD_INPUT or not (question or sys.stdin.isatty()):
        question = sys.stdin.read()
    question = encodable(" ".join(question.split()))
    if not question:
        terminal = TerminalPhrases.of(settings.language)
        show(console_for(sys.stderr), terminal.error(terminal.no_question))
        return MISUSED
    out, err = console_for(sys.stdout), console_for(sys.stderr)
    terminal = TerminalPhrases.of(settings.language)
    with show_wait(err, terminal.searching), open_chain(settings) as chain:
        answer = chain.invoke(TurnText(question, language=settings.language))
    for option, path in options:
        if option.answer is not None:
            option.answer(settings, answer, path)
    phrases = Phrases.of(settings.language)
    if as_json:
        out.file.write(f"{answer_json(answer)}\n")
    elif markdown and answer.statements:
        out.file.write(
            EXPORT_FORMATS["md"].export(answer, settings.language, citation_place).decode()
        )
    else:
        show(out, answer_text(answer.whole if whole else answer, phrases))
        if answer.rest and not whole:
            show(err, terminal.rest(len(answer.rest), "--all"))
        if explain and answer.help is None:
            show(out, Text("\n").append_text(explained_text(answer, phrases)))
    if output is not None:
        return _write_document(settings, answer, output)
    return _EXIT_CODES[answer.outcome]


def _write_document(settings: Settings, answer: Answer, path: Path) -> int:
    """Write an answer to a file, unless it has nothing to write. Raises UsageError."""
    texts, err = TerminalPhrases.of(settings.language), console_for(sys.stderr)
    if not answer.statements:
        show(err, texts.not_written(harmless(str(path))))
        return NOT_IN_ARTICLES
    write_file(path, export_format(path).export(answer, settings.language, citation_place))
    show(err, texts.written(harmless(str(path))))
    return _EXIT_CODES[answer.outcome]


def call_function(
    intent: str,
    settings: Settings,
    words: Annotated[list[str], typer.Argument(metavar="SUBJECT", help="subject")],
    since: Annotated[str | None, typer.Option("--from", metavar="DAY", help="from")] = None,
    until: Annotated[str | None, typer.Option("--to", metavar="DAY", help="to")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="json")] = False,
    whole: Whole = False,
    markdown: Markdown = False,
    output: Output = None,
    options: Sequence[tuple[AskOption, Path]] = (),
) -> int:
    """Call a function of the archive on a subject, like its command in a conversation."""
    period = parse_period(since, until, datetime.now().astimezone().date(), ("--from", "--to"))
    message = CommandPhrases.of(settings.language).message(intent, " ".join(words), period)
    return ask(
        settings, [message], as_json, whole=whole, markdown=markdown, output=output, options=options
    )


def _ask_lines(settings: Settings) -> int:
    """Answer questions from standard input, JSON Lines in and out, and return the exit code.

    Every line that is not blank gives one line: an answer or an error.
    """
    from bot.assembly import open_chain
    from bot.evaluation.questions import parse_json

    has_failed = False
    with open_chain(settings) as chain:
        for number, line in enumerate(sys.stdin, start=1):
            if not line.strip():
                continue
            fields: dict[str, Any] = {"line": number}
            try:
                if REPLACEMENT in line:
                    raise QuestionFileError("line-not-utf8", subject=f"-:{number}")
                request = parse_json(line, f"-:{number}")
                if isinstance(request.value, dict) and "id" in request.value:
                    fields["id"] = request.value["id"]
                words = " ".join(request.get("question").nonempty_text().split())
                question = words.encode(
                    "utf-8", "replace"
                ).decode()  # replaces lone surrogates by "?"
                answer = chain.invoke(question)
                fields |= answer_record(answer)
            except CodedError as error:
                has_failed = True
                fields["error"] = {
                    "code": error.code,
                    "message": error_text(error, settings.language),
                }
            sys.stdout.write(f"{json_line(fields)}\n")
            sys.stdout.flush()
    return FAILED if has_failed else DONE


def chat(settings: Settings) -> int:
    """Converse at a prompt if both ends are a terminal, otherwise line by line."""
    from bot.terminal.repl import chat_piped, chat_typed, new_session

    with ExitStack() as stack:

        def open_talk() -> Ask:
            from bot.assembly import open_chain

            return stack.enter_context(open_chain(settings)).invoke

        language, out, err = settings.language, console_for(sys.stdout), console_for(sys.stderr)
        if not (sys.stdin.isatty() and out.is_terminal):
            return chat_piped(sys.stdin, open_talk, language, out, err)
        facts = index_store(settings).facts()
        welcome = TerminalPhrases.of(language).repl_welcome(facts.articles, facts.passages)
        session = new_session(settings.data_dir / HISTORY)
        return chat_typed(session, open_talk, language, out, err, welcome)


def chat_model(
    settings: Settings, check: Annotated[bool, typer.Option("--check", help="check")] = False
) -> int:
    """Describe the chat models, and with `check` try them."""
    from bot.terminal.chat_model import report_chat_models

    return report_chat_models(settings, check=check)


def _check_bot(settings: Settings) -> int:
    """Check whether the bot can run, with one line per requirement."""
    from bot.messenger.running.preflight import run_preflight

    phrases = CheckingPhrases.of(settings.language)
    findings = asyncio.run(run_preflight(settings))
    out = console_for(sys.stdout)
    for finding in findings:
        mark, style = _MARKS[finding.verdict]
        show(
            out,
            Text(f"{mark} ", style=style).append(
                harmless(phrases.line(finding.about, finding.text))
            ),
        )
    faults = [finding for finding in findings if finding.fatal]
    show(out, phrases.not_ready(len(faults)) if faults else phrases.ready)
    if not faults:
        return DONE
    return MISUSED if any(fault.verdict == "setting" for fault in faults) else FAILED


def bot(
    features: Sequence[Feature],
    open_speech: OpenSpeech,
    settings: Settings,
    check: Annotated[bool, typer.Option("--check", help="option")] = False,
    web: Annotated[bool, typer.Option("--web", help="web")] = False,
) -> int:
    """Run the bot until stopped, with `web` also the pages, or only `check` whether it can run."""
    if check:
        return _check_bot(settings)
    beside = serve_pages(features, settings) if web else None
    from bot.messenger.running.application import run_bot

    phrases = TerminalPhrases.of(settings.language)
    for feature in features:
        feature.load_tables()
    run_bot(
        settings,
        [feature.telegram for feature in features],
        open_speech,
        lambda name: show(console_for(sys.stderr), phrases.listening(name)),
        beside,
    )
    return DONE
