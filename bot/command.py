"""Declare commands with Typer: each parses into a job that returns an exit code."""

from __future__ import annotations

import copy
import inspect
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Annotated, Any, get_args

import typer
from typer.core import TyperCommand, TyperGroup

from bot.audio import SpeechService
from bot.locale.catalogue import part_texts
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
OpenSpeech = Callable[[Settings], SpeechService | None]
DataDir = Annotated[
    str | None, typer.Option("--data-dir", metavar="DIR", help="data_dir", show_default=False)
]


class DeclaredCommand(TyperCommand):
    """A command with help in the language of the settings."""

    def get_help(self, ctx: Any) -> str:
        return _translated_help(super().get_help(ctx), ctx)


class CommandGroup(TyperGroup):
    """A group of commands with help in the language of the settings."""

    def get_help(self, ctx: Any) -> str:
        return _translated_help(super().get_help(ctx), ctx)


@dataclass(frozen=True, slots=True)
class CommandLine:
    """The command line in one language, to declare commands on."""

    app: typer.Typer
    phrases: TerminalPhrases
    open_speech: OpenSpeech = lambda settings: None

    def texts(self, domain: str, part: str = "help") -> Mapping[str, str]:
        """The texts of a part of a catalogue, and those shared by all commands."""
        return {
            **part_texts("terminal", "terminal", self.phrases.code),
            **part_texts(domain, part, self.phrases.code),
        }

    def command(
        self, name: str, run: Callable[..., int], texts: Mapping[str, str], about: str = ""
    ) -> None:
        """Declare a command that calls `run` with the settings and its arguments.

        The help strings in the signature of `run`, and `about` (by default the name), are keys of
        `texts`.
        """
        help = texts[about or name]
        command = self.app.command(name, cls=DeclaredCommand, help=help, short_help=help)
        command(self.declare(run, texts))

    def declare(self, run: Callable[..., int], texts: Mapping[str, str]) -> Callable[..., Job]:
        """Wrap a function for Typer, so that calling it returns its job."""

        def make_job(data_dir: str | None = None, **arguments: Any) -> Job:
            # An empty text, as an empty variable gives it, would be the current folder as a path.
            return job(Path(data_dir) if data_dir else None, partial(run, **arguments))

        _, *own = inspect.signature(run, eval_str=True).parameters.values()
        keyword_only = inspect.Parameter.KEYWORD_ONLY
        data_dir = inspect.Parameter("data_dir", keyword_only, default=None, annotation=DataDir)
        parameters = [
            parameter.replace(kind=keyword_only, annotation=_translate(parameter.annotation, texts))
            for parameter in (*own, data_dir)
        ]
        make_job.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        return make_job

    def group(self, name: str, texts: Mapping[str, str]) -> CommandLine:
        """Declare a command with subcommands."""
        app = typer.Typer(cls=CommandGroup, rich_markup_mode=None)
        self.app.add_typer(app, name=name, help=texts["about"], short_help=texts["about"])
        return replace(self, app=app)


def _translate(annotation: Any, texts: Mapping[str, str]) -> Any:
    """Replace the key in an option's `help` by its text."""
    kind, option = get_args(annotation)
    option = copy.copy(option)
    option.help = texts.get(option.help, option.help)
    return Annotated[kind, option]


def job(data_dir: Path | None, command: Callable[[Settings], int]) -> Job:
    """The job of a command, which loads the settings and configures the process."""

    def run() -> int:
        settings = load_settings(data_dir=data_dir)
        use_timezone(settings.timezone)
        _confine_libraries()
        configure_logs(settings)
        return command(settings)

    return run


def _confine_libraries() -> None:
    """Stop third-party libraries from sending data. They read the environment on import; workers
    inherit it."""
    os.environ["LANGSMITH_TRACING_V2"] = "false"  # overrides its other names
    for name in ("LANGCHAIN_TRACING", "LANGCHAIN_HANDLER"):
        os.environ.pop(name, None)  # LangChain raises if only these are set
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"


def _translated_help(text: str, context: Any) -> str:
    phrases: TerminalPhrases = context.obj
    return phrases.translated(text)
