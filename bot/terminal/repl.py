"""The REPL: conversations at a prompt, or piped line by line."""

from __future__ import annotations

import difflib
import logging
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, TypeVar, get_args

from rich.console import Console
from rich.text import Text

from bot.answer import Answer
from bot.followups.turn import Turn, TurnText, append_turn
from bot.locale.answers import Phrases
from bot.locale.catalogue import Language
from bot.locale.terminal import TerminalPhrases
from bot.locale.text import harmless
from bot.terminal.console import show, show_wait
from bot.terminal.render import answer_text, complaint, passage_text, sources_text
from bot.understanding.command import COMMANDS, parse_command
from bot.understanding.texts import CommandPhrases

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.completion import CompleteEvent, Completer, Completion
    from prompt_toolkit.document import Document
    from prompt_toolkit.history import History

logger = logging.getLogger(__name__)

PROMPT = "selon> "

# Words that end other REPLs, and are no questions.
_LEAVING = frozenset({"quit", "exit", "quitter"})

HISTORY_MODE = 0o600  # questions are private
Asked = TypeVar("Asked")

Ask = Callable[[TurnText], Answer]


class Conversation:
    """Replies to lines, in the context of earlier ones. `confidential` is True if the last line was
    about distress and must not be stored."""

    def __init__(self, ask: Ask, language: str) -> None:
        self._ask = ask
        self._last: Answer | None = None
        self._history: tuple[Turn, ...] = ()
        self._readings: tuple[str, ...] = ()
        self._commands: dict[str, Callable[[str], Text | None]] = {
            "/sources": self._sources,
            "/passage": self._passage,
            "/tout": self._whole,
            "/all": self._whole,
            "/nouveau": self._new,
            "/new": self._new,
            "/langue": self._language,
            "/language": self._language,
            "/aide": self._help,
            "/help": self._help,
            "/quitter": self._quit,
            "/quit": self._quit,
        }
        self.over = False
        self.confidential = False
        self.speak(language)

    def speak(self, language: str) -> None:
        self.phrases: Phrases = Phrases.of(language)
        self.terminal: TerminalPhrases = TerminalPhrases.of(language)

    @property
    def sources(self) -> int:
        """The number of sources of the last answer."""
        return len(self._last.citations) if self._last else 0

    def reply(self, line: str) -> Text | None:
        """Reply to a question or a /command; yield nothing for an empty line or to quit."""
        line = " ".join(line.split())
        self.confidential = False
        if not line:
            return None
        if line.startswith("/"):
            name, _, argument = line.partition(" ")
            command = self._commands.get(name.lower())
            if command is not None:
                return command(argument)
            if parse_command(line) is None:
                return self._unknown(name)
        if line.lower() in _LEAVING:
            self.over = True
            return None
        if line in self._numbered:
            line = self._numbered[line]
        answer = self._ask(TurnText(line, self._history, language=self.phrases.code))
        self.confidential = answer.help is not None
        if answer.is_remembered:
            self._last = answer
            self._history = append_turn(self._history, Turn.of(answer, datetime.now(UTC)))
        text = answer_text(answer, self.phrases)
        if answer.rest:
            own_name = "/tout" if self.phrases.code == "fr" else "/all"
            text.append(f"\n\n{self.terminal.rest(len(answer.rest), own_name)}", style="dim")
        self._readings = answer.buttons
        if answer.buttons:
            lines = (f"{number}  {reading}" for number, reading in self._numbered.items())
            choice = "\n".join((self.terminal.repl_readings, *lines))
            text.append(f"\n\n{harmless(choice)}", style="dim")
        return text

    @property
    def _numbered(self) -> dict[str, str]:
        """The other readings of the last message, by the number to type."""
        return {str(number): reading for number, reading in enumerate(self._readings, 1)}

    @property
    def commands(self) -> tuple[tuple[str, str], ...]:
        """The /commands in the current language, with their descriptions."""
        phrases = CommandPhrases.of(self.phrases.code)
        archive = ((name, phrases.about[intent]) for name, intent in COMMANDS[phrases.code].items())
        return (*self.terminal.commands, *archive)

    @property
    def help(self) -> str:
        """How to use the REPL."""
        phrases = CommandPhrases.of(self.phrases.code)
        lines = (
            f"{name:<15}{phrases.about[intent]}" for name, intent in COMMANDS[phrases.code].items()
        )
        return "\n".join((self.terminal.repl_help, "", phrases.heading, *lines))

    def _new(self, argument: str) -> Text:
        self._last, self._history, self._readings = None, (), ()
        return Text(self.terminal.repl_afresh)

    def _sources(self, argument: str) -> Text:
        if self._last is None:
            return Text(self.terminal.repl_no_answer_yet)
        return sources_text(self._last, self.phrases)

    def _passage(self, argument: str) -> Text:
        citations = self._last.citations if self._last else ()
        if not citations:
            return Text(self.terminal.repl_no_answer_yet)
        for citation in citations:
            if argument.strip("[] ") == str(citation.number):
                return passage_text(citation, self.phrases)
        return Text(self.terminal.repl_no_such_passage(citations[-1].number))

    def _whole(self, argument: str) -> Text:
        if self._last is None:
            return Text(self.terminal.repl_no_answer_yet)
        return answer_text(self._last.whole, self.phrases)

    def _language(self, argument: str) -> Text:
        if argument.lower() not in get_args(Language):
            return Text(self.terminal.repl_languages)
        self.speak(argument.lower())
        return Text(self.terminal.repl_language_is(self.phrases.code))

    def _help(self, argument: str) -> Text:
        return Text(self.help)

    def _quit(self, argument: str) -> None:
        self.over = True

    def _unknown(self, name: str) -> Text:
        hint = self.terminal.repl_no_such_command(name)
        known = (*self._commands, *(own for names in COMMANDS.values() for own in names))
        near = difflib.get_close_matches(name.lower(), known, n=1)
        return Text(f"{hint} {self.terminal.meant(near[0])}" if near else hint)


def chat_piped(
    lines: Iterable[str], open_ask: Callable[[], Ask], language: str, out: Console, err: Console
) -> int:
    """Answer each line without prompt or colour; return 1 if a question failed, else 0."""
    conversation = Conversation(open_ask(), language)
    failures = replies = 0
    for line in lines:
        try:
            reply = conversation.reply(line.removeprefix("\ufeff"))
        except Exception as error:  # one question's failure is not the next one's
            failures += 1
            _complain(error, conversation, err)
            continue
        if conversation.over:
            break
        if reply is not None:
            show(out, Text("\n" if replies else "").append_text(reply))
            replies += 1
    return 1 if failures else 0


def chat_typed(
    session: PromptSession[str],
    open_ask: Callable[[], Ask],
    language: str,
    out: Console,
    err: Console,
    welcome: str = "",
) -> int:
    """Converse until /quit or Ctrl-D. Errors on opening are raised at the first question."""
    from bot.terminal.line_history import LineHistory

    opening = in_background(open_ask)

    def ask(turn: TurnText) -> Answer:
        if not opening.done():
            show(out, Text(conversation.terminal.repl_loading, style="dim"))
        with show_wait(out, conversation.terminal.searching):
            return opening.result()(turn)

    conversation = Conversation(ask, language)
    session.completer = completer_for(conversation)
    show(out, welcome or conversation.help)
    for line in _read_lines(session):
        try:
            reply = conversation.reply(line)
            if not conversation.confidential and isinstance(session.history, LineHistory):
                session.history.keep()
            if reply is not None:
                show(out, Text("\n").append_text(reply).append("\n"))
        except KeyboardInterrupt:
            show(out, Text(conversation.terminal.cancelled, style="dim"))
        except Exception as error:  # one question's failure is not the next one's
            if opening.done() and opening.exception() is error:
                raise
            _complain(error, conversation, err)
        if conversation.over:
            break
    show(out, conversation.terminal.repl_bye)
    return 0


def new_session(history: Path) -> PromptSession[str]:
    """Create a prompt with its history in this file, readable only by its owner."""
    from prompt_toolkit import PromptSession

    return PromptSession(PROMPT, history=_history(history), complete_while_typing=True)


def completer_for(conversation: Conversation) -> Completer:
    """Create a completer of /commands, with descriptions in the conversation's language."""
    from prompt_toolkit.completion import Completer, Completion

    class Commands(Completer):
        def get_completions(
            self, document: Document, complete_event: CompleteEvent
        ) -> Iterator[Completion]:
            typed = document.text_before_cursor
            name, space, argument = typed.partition(" ")
            if not typed.startswith("/"):
                return
            if not space:
                for command, meaning in conversation.commands:
                    if command.startswith(name.lower()):
                        yield Completion(command, -len(name), display_meta=meaning)
                return
            choices: Iterable[str] = ()
            if name == "/passage":
                choices = map(str, range(1, conversation.sources + 1))
            elif name in {"/langue", "/language"}:
                choices = get_args(Language)
            for choice in choices:
                if choice.startswith(argument):
                    yield Completion(choice, -len(argument))

    return Commands()


def in_background(work: Callable[[], Asked]) -> Future[Asked]:
    """Run a function on a daemon thread, so that Ctrl-C and exit do not wait for it."""
    future: Future[Asked] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # raised again by the waiting thread
            future.set_exception(error)

    Thread(target=run, name="selon", daemon=True).start()
    return future


def _complain(error: Exception, conversation: Conversation, err: Console) -> None:
    logger.debug("A question failed", exc_info=error)
    show(err, complaint(error, conversation.terminal))


def _read_lines(session: PromptSession[str]) -> Iterator[str]:
    """Yield lines until Ctrl-D; Ctrl-C clears the line."""
    while True:
        try:
            yield session.prompt()
        except KeyboardInterrupt:
            continue
        except EOFError:
            return


def _history(path: Path) -> History:
    from prompt_toolkit.history import InMemoryHistory

    from bot.terminal.line_history import LineHistory

    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(HISTORY_MODE)
        path.chmod(HISTORY_MODE)
        return LineHistory(path)
    return InMemoryHistory()
