"""The commands that answer: `selon ask`, `selon chat` and `selon bot`."""

import asyncio
import inspect
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from bot.answer import Outcome
from bot.audio import SpeechService
from bot.command import (
    DONE,
    FAILED,
    MISUSED,
    NOT_IN_ARTICLES,
    PERHAPS_IN_ARTICLES,
    CommandLine,
    Job,
    job,
)
from bot.errors import SettingsError
from bot.feature import AskOption, Feature
from bot.locale.administration import CheckingPhrases
from bot.locale.answers import Phrases, WritingPhrases
from bot.locale.errors import error_text
from bot.locale.models import ModelPhrases
from bot.locale.terminal import TerminalPhrases
from bot.locale.text import harmless
from bot.settings import Settings, index_store
from bot.terminal.console import console_for, encodable, show
from bot.terminal.render import (
    answer_fields,
    answer_json,
    answer_text,
    explained_text,
    json_line,
)
from index.errors import CodedError

if TYPE_CHECKING:
    from bot.followups.conversation import FollowUpChain


# Typer reads the annotations where they are written, so they are not postponed here.


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
}

HISTORY = "history"
"""The file of the data directory that keeps the lines typed."""


def declare(line: CommandLine, features: Sequence[Feature]) -> None:
    """Declare these commands; `features` may add options to `ask` and work for the bot."""
    phrases, option = line.phrases, line.data_dir
    writing = WritingPhrases.of(phrases.code)
    options = [each for feature in features for each in feature.ask_options(phrases.code)]
    DataDir = Annotated[Path | None, option]  # noqa: N806 - a type

    def _ask(
        question: Annotated[
            list[str] | None, typer.Argument(metavar="QUESTION", help=phrases.question)
        ] = None,
        data_dir: DataDir = None,
        as_json: Annotated[bool, typer.Option("--json", help=phrases.json)] = False,
        as_lines: Annotated[bool, typer.Option("--jsonl", help=phrases.jsonl)] = False,
        explain: Annotated[bool, typer.Option("--explain", help=writing.explain)] = False,
        **paths: Path | None,
    ) -> Job:
        words = " ".join(question or [])
        chosen = [(each, path) for each in options if (path := paths[each.name]) is not None]
        if as_lines:
            if words or as_json or chosen:
                raise SettingsError("jsonl-alone", shown="--jsonl")
            return job(data_dir, partial(ask_lines, explain=explain))
        return job(
            data_dir,
            partial(ask, question=words, as_json=as_json, explain=explain, options=chosen),
        )

    line.command("ask", phrases.ask)(_with_options(_ask, options))

    @line.command("chat", phrases.chat)
    def _chat(data_dir: DataDir = None) -> Job:
        return job(data_dir, chat)

    models = ModelPhrases.of(phrases.code)

    @line.command("chat-model", models.command)
    def _chat_model(
        data_dir: DataDir = None,
        check: Annotated[bool, typer.Option("--check", help=models.check)] = False,
    ) -> Job:
        return job(data_dir, partial(chat_model, check=check))

    checking = CheckingPhrases.of(phrases.code)

    @line.command("bot", phrases.bot)
    def _bot(
        data_dir: DataDir = None,
        check: Annotated[bool, typer.Option("--check", help=checking.option)] = False,
    ) -> Job:
        if check:
            return job(data_dir, check_bot)
        return job(data_dir, partial(bot, features=features, open_speech=line.open_speech))


def _with_options(command: Callable[..., Job], options: Sequence[AskOption]) -> Callable[..., Job]:
    """The same command with an option of its own for each of `options`."""
    declared = inspect.signature(command)
    added = [
        inspect.Parameter(
            each.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=None,
            annotation=Annotated[
                Path | None, typer.Option(f"--{each.name}", metavar="FILE", help=each.help)
            ],
        )
        for each in options
    ]
    own = list(declared.parameters.values())[:-1]  # the last stands for those added

    def run(**values: Any) -> Job:
        return command(**values)

    run.__signature__ = declared.replace(parameters=[*own, *added])  # type: ignore[attr-defined]
    return run


def ask(
    settings: Settings,
    question: str,
    *,
    as_json: bool,
    explain: bool = False,
    options: Sequence[tuple[AskOption, Path]] = (),
) -> int:
    """Ask one question; without words, or for `-`, it is read from standard input.

    `options` are those of features, with the paths given.
    """
    from bot.assembly import open_chain

    for option, path in options:
        if option.check is not None:
            option.check(path)
    sources = [(option.question, path) for option, path in options if option.question is not None]
    if sources:
        read, path = sources[0]
        question = read(settings, path)
        if not question:
            return MISUSED
    elif question == STANDARD_INPUT or not (question or sys.stdin.isatty()):
        question = sys.stdin.read()
    question = encodable(" ".join(question.split()))
    if not question:
        terminal = TerminalPhrases.of(settings.language)
        show(console_for(sys.stderr), terminal.error(terminal.no_question))
        return MISUSED
    with open_chain(settings) as chain:
        answer = chain.invoke(question)
    out = console_for(sys.stdout)
    for option, path in options:
        if option.answer is not None:
            option.answer(settings, answer, path)
    if as_json:
        fields = answer_json(answer, Phrases.of(answer.language), explain=explain)
        out.file.write(f"{fields}\n")
        return _EXIT_CODES[answer.outcome]
    phrases = Phrases.of(settings.language)
    show(out, answer_text(answer, phrases))
    if explain and answer.help is None:
        show(out, Text("\n").append_text(explained_text(answer, phrases)))
    return _EXIT_CODES[answer.outcome]


def ask_lines(settings: Settings, *, explain: bool = False) -> int:
    """Answer the questions of standard input, JSON Lines in and out; the exit code.

    Every line that is not blank gives one: an answer, or what is wrong with the line.
    """
    from bot.assembly import open_chain
    from bot.evaluation.questions import parse_json

    failed = False
    with open_chain(settings) as chain:
        for number, line in enumerate(sys.stdin, start=1):
            if not line.strip():
                continue
            fields: dict[str, Any] = {"line": number}
            try:
                asked = parse_json(line, f"-:{number}")
                if isinstance(asked.value, dict) and "id" in asked.value:
                    fields["id"] = asked.value["id"]
                words = " ".join(asked.get("question").filled().split())
                question = words.encode("utf-8", "replace").decode()  # of half a character: "?"
                answer = chain.invoke(question)
                fields |= answer_fields(answer, Phrases.of(answer.language), explain=explain)
            except CodedError as error:
                failed = True
                fields["error"] = {
                    "code": error.code,
                    "message": error_text(error, settings.language),
                }
            sys.stdout.write(f"{json_line(fields)}\n")
            sys.stdout.flush()
    return FAILED if failed else DONE


def chat(settings: Settings) -> int:
    """Talk: at a prompt when a person is at both ends, line by line otherwise."""
    from bot.terminal.repl import chat_piped

    with ExitStack() as opened:

        def open_talk() -> "FollowUpChain":
            from bot.assembly import open_chain

            return opened.enter_context(open_chain(settings))

        out, err = console_for(sys.stdout), console_for(sys.stderr)
        if sys.stdin.isatty() and out.is_terminal:
            return _talk(settings, open_talk, out, err)
        return chat_piped(sys.stdin, lambda: open_talk().invoke, settings.language, out, err)


def _talk(
    settings: Settings, open_talk: Callable[[], "FollowUpChain"], out: Console, err: Console
) -> int:
    from bot.terminal.repl import chat_typed, new_session

    facts = index_store(settings).facts()
    welcome = TerminalPhrases.of(settings.language).repl_welcome(facts.articles, facts.passages)
    session = new_session(settings.data_dir / HISTORY)
    return chat_typed(session, lambda: open_talk().stream, settings.language, out, err, welcome)


def chat_model(settings: Settings, *, check: bool) -> int:
    """Tell of the chat models, and to `check`, try them."""
    from bot.terminal.chat_model import report_chat_models

    return report_chat_models(settings, check=check)


def check_bot(settings: Settings) -> int:
    """Say whether the bot could run, a line for each thing that it needs."""
    from bot.messenger.running.preflight import run_preflight

    phrases = CheckingPhrases.of(settings.language)
    findings = asyncio.run(run_preflight(settings))
    out = console_for(sys.stdout)
    for each in findings:
        mark, style = _MARKS[each.verdict]
        show(
            out, Text(f"{mark} ", style=style).append(harmless(phrases.line(each.about, each.text)))
        )
    faults = [each for each in findings if each.fatal]
    show(out, phrases.not_ready(len(faults)) if faults else phrases.ready)
    if not faults:
        return DONE
    return MISUSED if any(each.verdict == "setting" for each in faults) else FAILED


def bot(
    settings: Settings,
    features: Sequence[Feature],
    open_speech: Callable[[Settings], SpeechService | None],
) -> int:
    """Answer on Telegram until stopped."""
    from bot.messenger.running.application import run_bot

    phrases = TerminalPhrases.of(settings.language)
    for feature in features:
        feature.load_tables()
    run_bot(
        settings,
        [feature.telegram for feature in features],
        open_speech,
        lambda name: show(console_for(sys.stderr), phrases.listening(name)),
    )
    return DONE
