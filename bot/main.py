"""The command `selon`: its commands and error handling.

Exit codes: 0 done or answered, 3 not in the articles, 2 wrong usage or settings, 1 anything else.
"""
# Typer evaluates the annotations, so they are not postponed here.

import logging
import os
import signal
import sys
from collections.abc import Callable, Sequence
from functools import partial
from importlib.metadata import version
from typing import Annotated, Any

import typer

from bot.audio import SpeechService
from bot.command import DONE, FAILED, MISUSED, CommandGroup, CommandLine, Job
from bot.errors import FeedingError, OutputError, SettingsError, UsageError
from bot.features import FEATURES
from bot.locale.terminal import TerminalPhrases
from bot.locale.text import harmless
from bot.settings import Settings, load_language
from bot.terminal import articles, ask, audit, evaluate, index, rights, state, status, web
from bot.terminal.console import console_for, discard_output, open_streams, show, use_utf8
from bot.terminal.render import complaint
from bot.terminal.watch import command as watch_command
from index.errors import ReadError

# The only ReadError that is not a skipped file is a missing path.
_MISUSES = (SettingsError, UsageError, FeedingError, ReadError)

logger = logging.getLogger(__name__)


def main() -> None:
    """Run the command line of this process."""
    open_streams()
    code = run(sys.argv[1:])
    if sys.argv[1:2] == ["bot"]:
        _end_at_once(code)
    sys.exit(code)


def _end_at_once(code: int) -> None:
    """End the process without finalisation.

    Finalising models and libraries takes seconds on a busy machine.
    """
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def run(arguments: Sequence[str]) -> int:
    """Run the command line and return its exit code; errors are one line on standard error."""
    use_utf8()
    phrases = TerminalPhrases.of(load_language())
    try:
        if sys.platform != "win32":  # blocked by `bot.__main__`
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        command = _command(phrases)(list(arguments), prog_name="selon", standalone_mode=False)
        code = command() if callable(command) else int(command or 0)
        sys.stdout.flush()
        return code
    except typer.TyperException as error:
        return _report_misuse(error, phrases)
    except (KeyboardInterrupt, typer.Abort):
        return _report_interruption(phrases)
    except BrokenPipeError:
        # The reader of the pipe has left: print nothing, not even at exit.
        discard_output()
        return FAILED
    except OutputError as error:
        discard_output()
        show(console_for(sys.stderr), complaint(error, phrases))
        return FAILED
    except Exception as error:
        if isinstance(error.__cause__, KeyboardInterrupt):  # in the import of a C extension
            return _report_interruption(phrases)
        logger.debug("The command failed", exc_info=error)
        show(console_for(sys.stderr), complaint(error, phrases))
        return MISUSED if isinstance(error, _MISUSES) else FAILED


def _command(phrases: TerminalPhrases) -> Callable[..., Any]:
    """The command line in one language; parsing only returns the job."""
    app = typer.Typer(
        cls=CommandGroup,
        help=phrases.about,
        add_completion=False,
        rich_markup_mode=None,
        context_settings={"obj": phrases, "help_option_names": ["--help", "-h"]},
    )
    line = CommandLine(app, phrases, _open_speech)
    _declare_bare(line)
    index.declare(line)
    ask.declare(line, FEATURES)
    web.declare(line, FEATURES)
    status.declare(line)
    articles.declare(line)
    index.declare_others(line)
    watch_command.declare(line)
    for feature in FEATURES:
        feature.declare(line)
    state.declare(line, FEATURES)
    audit.declare(line)
    rights.declare(line, FEATURES)
    evaluate.declare(line)
    return typer.main.get_command(app)


def _open_speech(settings: Settings) -> SpeechService | None:
    """The speech service of the first feature that has one; None if none does."""
    services = (feature.open_speech(settings) for feature in FEATURES)
    return next((service for service in services if service is not None), None)


def _declare_bare(line: CommandLine) -> None:
    """Declare `selon` without a command."""

    @line.app.callback(invoke_without_command=True)
    def selon(
        context: typer.Context,
        show_version: Annotated[bool, typer.Option("--version", help=line.phrases.version)] = False,
    ) -> Job | None:
        if show_version:
            return partial(_print, f"selon {version('selon')}", DONE)
        if context.invoked_subcommand is None:
            return partial(_print, context.get_help(), MISUSED)
        return None


def _print(text: str, code: int) -> int:
    show(console_for(sys.stdout), text)
    return code


def _report_interruption(phrases: TerminalPhrases) -> int:
    show(console_for(sys.stderr), phrases.interrupted)
    return FAILED


def _report_misuse(error: typer.TyperException, phrases: TerminalPhrases) -> int:
    message = phrases.translated(error.format_message())
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "selon"
    show(console_for(sys.stderr), f"{phrases.error(harmless(message))}\n{phrases.see_help(path)}")
    return MISUSED
