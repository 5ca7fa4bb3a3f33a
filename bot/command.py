"""What a typed command is before it is done: a job that will give its exit code."""
# Typer reads the annotations where they are written, so they are not postponed here.

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.models import OptionInfo

from bot.answering.injection import use_cache_dir
from bot.audio import SpeechService
from bot.locale.terminal import TerminalPhrases
from bot.operations.logs import configure_logs
from bot.settings import Settings, load_settings
from bot.timezone import use_timezone

DONE = 0
FAILED = 1
MISUSED = 2
NOT_IN_ARTICLES = 3
PERHAPS_IN_ARTICLES = 4

Job = Callable[[], int]
Declared = Callable[..., Job]


class DeclaredCommand(TyperCommand):
    """A command whose help is in the language of the settings."""

    def get_help(self, ctx: Any) -> str:
        return _translated_help(super().get_help(ctx), ctx)


class CommandGroup(TyperGroup):
    """The command line itself, likewise."""

    def get_help(self, ctx: Any) -> str:
        return _translated_help(super().get_help(ctx), ctx)


@dataclass(frozen=True, slots=True)
class CommandLine:
    """The command line while its commands declare themselves, in one language."""

    app: typer.Typer
    phrases: TerminalPhrases
    open_speech: Callable[[Settings], SpeechService | None] = lambda settings: None

    def command(self, name: str, text: str) -> Callable[[Declared], Declared]:
        """Declare what gives the job of the command `name`, which `text` describes."""
        return self.app.command(name, cls=DeclaredCommand, help=text, short_help=text)

    @property
    def data_dir(self) -> OptionInfo:
        """The option that every command has."""
        option: OptionInfo = typer.Option(
            "--data-dir", metavar="DIR", help=self.phrases.data_dir, show_default=False
        )
        return option


def job(data_dir: Path | None, command: Callable[[Settings], int]) -> Job:
    """The command under the settings in force, with the data directory typed, if any."""

    def done() -> int:
        settings = load_settings(data_dir=data_dir)
        use_timezone(settings.timezone)
        _confine_libraries(settings.cache_dir)
        use_cache_dir(settings.cache_dir)
        configure_logs(settings)
        return command(settings)

    return done


def _confine_libraries(cache_dir: Path) -> None:
    """Keep third-party libraries from sending anything and from writing outside the cache.

    They read the environment when they are first imported; workers inherit it.
    """
    os.environ["LANGSMITH_TRACING_V2"] = "false"  # outranks the other names of the switch
    for outdated in ("LANGCHAIN_TRACING", "LANGCHAIN_HANDLER"):
        os.environ.pop(outdated, None)  # LangChain raises where only these are set
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    os.environ["MPLCONFIGDIR"] = str(cache_dir / "matplotlib")


def _translated_help(text: str, context: Any) -> str:
    phrases: TerminalPhrases = context.obj
    return phrases.translated(text)
