"""The command `selon`: what may be typed, and what becomes of errors.

Exit codes: 0 done or answered, 3 not in the articles, 2 wrong usage or settings, 1 anything else.
"""
# Typer reads the annotations where they are written, so they are not postponed here.

import logging
import os
import sys
from collections.abc import Callable, Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from bot import commands
from bot.commands import DONE, FAILED, MISUSED
from bot.console import console_for, show, use_utf8
from bot.errors import SettingsError
from bot.evaluation import command as evaluation
from bot.phrases.terminal import TerminalPhrases, terminal_phrases_for
from bot.render import complaint, harmless
from bot.settings import Settings, load_settings
from index.errors import ReadError

FRENCH = "fr"
LOG_LINE = "%(asctime)s %(levelname)s %(name)s: %(message)s"

Job = Callable[[], int]
logger = logging.getLogger(__name__)


def main() -> None:
    """Run the command line of this process."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Do what the arguments say; the exit code, every error being one line on standard error."""
    use_utf8()
    phrases = terminal_phrases_for(_language())
    try:
        parsed = _command(phrases)(list(arguments), prog_name="selon", standalone_mode=False)
        code = parsed() if callable(parsed) else int(parsed or 0)
        sys.stdout.flush()
        return code
    except typer.TyperException as error:
        return _misused(error, phrases)
    except (KeyboardInterrupt, typer.Abort):
        show(console_for(sys.stderr), phrases.interrupted)
        return FAILED
    except BrokenPipeError:
        # Whoever read the answer has left: say nothing, and nothing at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception as error:
        logger.debug("The command failed", exc_info=error)
        show(console_for(sys.stderr), complaint(error, phrases))
        # A path that is not there is the one ReadError that is not a skipped file.
        return MISUSED if isinstance(error, SettingsError | ReadError) else FAILED


class _Command(TyperCommand):
    def get_help(self, ctx: Any) -> str:
        return _translated_help(super().get_help(ctx), ctx)


class _Group(TyperGroup):
    def get_help(self, ctx: Any) -> str:
        return _translated_help(super().get_help(ctx), ctx)


def _translated_help(text: str, context: Any) -> str:
    phrases: TerminalPhrases = context.obj
    return phrases.translated(text)


def _command(phrases: TerminalPhrases) -> Callable[..., Any]:
    """The command line in one language; parsing returns the job to do, nothing is done yet."""
    app = typer.Typer(
        cls=_Group,
        help=phrases.about,
        add_completion=False,
        rich_markup_mode=None,
        context_settings={"obj": phrases, "help_option_names": ["--help", "-h"]},
    )

    def command(text: str) -> Callable[[Callable[..., Job]], Callable[..., Job]]:
        return app.command(cls=_Command, help=text, short_help=text)

    option = typer.Option("--data-dir", metavar="DIR", help=phrases.data_dir, show_default=False)
    DataDir = Annotated[Path | None, option]  # noqa: N806 - a type

    @app.callback(invoke_without_command=True)
    def selon(
        context: typer.Context,
        show_version: Annotated[bool, typer.Option("--version", help=phrases.version)] = False,
    ) -> Job | None:
        if show_version:
            return partial(_print, f"selon {version('selon')}", DONE)
        if context.invoked_subcommand is None:
            return partial(_print, context.get_help(), MISUSED)
        return None

    @command(phrases.index)
    def index(
        paths: Annotated[
            list[Path] | None, typer.Argument(metavar="PATH", help=phrases.paths)
        ] = None,
        data_dir: DataDir = None,
        if_missing: Annotated[bool, typer.Option("--if-missing", help=phrases.if_missing)] = False,
    ) -> Job:
        return _job(data_dir, partial(commands.index, paths=paths or [], if_missing=if_missing))

    @command(phrases.ask)
    def ask(
        question: Annotated[
            list[str] | None, typer.Argument(metavar="QUESTION", help=phrases.question)
        ] = None,
        data_dir: DataDir = None,
        as_json: Annotated[bool, typer.Option("--json", help=phrases.json)] = False,
    ) -> Job:
        words = " ".join(question or [])
        return _job(data_dir, partial(commands.ask, question=words, as_json=as_json))

    @command(phrases.chat)
    def chat(data_dir: DataDir = None) -> Job:
        return _job(data_dir, commands.chat)

    @command(phrases.bot)
    def bot(data_dir: DataDir = None) -> Job:
        return _job(data_dir, commands.bot)

    @command(phrases.status)
    def status(data_dir: DataDir = None) -> Job:
        return _job(data_dir, commands.status)

    evaluation.register(app, phrases.evaluation, _Command)
    return typer.main.get_command(app)


def _job(data_dir: Path | None, command: Callable[[Settings], int]) -> Job:
    def job() -> int:
        settings = load_settings(data_dir=data_dir)
        _log(settings.log_level)
        return command(settings)

    return job


def _log(level: str) -> None:
    handler = logging.StreamHandler(sys.stderr)
    # On the handler too: some libraries set their own loggers to DEBUG.
    handler.setLevel(level)
    logging.basicConfig(level=level, handlers=[handler], format=LOG_LINE)


def _print(text: str, code: int) -> int:
    show(console_for(sys.stdout), text)
    return code


def _misused(error: typer.TyperException, phrases: TerminalPhrases) -> int:
    message = phrases.translated(error.format_message())
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "selon"
    show(console_for(sys.stderr), f"{phrases.error(harmless(message))}\n{phrases.see_help(path)}")
    return MISUSED


def _language() -> str:
    """The language to complain in, even about the settings."""
    try:
        return load_settings().language
    except SettingsError:
        return FRENCH
