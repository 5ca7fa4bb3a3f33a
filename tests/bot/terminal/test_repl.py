"""The conversation in the terminal, at a prompt and from a pipe."""

from __future__ import annotations

import io
import stat
import threading
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from prompt_toolkit import PromptSession
from prompt_toolkit.application import create_app_session
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput
from rich.console import Console

from bot.answer import Answer
from bot.followups.turn import TurnText
from bot.help_numbers import Help, parse_help_numbers
from bot.locale.answers import Phrases
from bot.locale.terminal import TerminalPhrases
from bot.terminal.console import console_for
from bot.terminal.repl import Conversation, Grow, chat_typed, completer_for, new_session
from index.errors import NoIndex
from tests.bot.answers import answered, article, citation, help_answer, refused

EN, FR = Phrases.of("en"), Phrases.of("fr")
ENGLISH, FRENCH = TerminalPhrases.of("en"), TerminalPhrases.of("fr")

FIRST = "Le second modèle a demandé 15 000 puces."
SECOND = "Une carte suffit."


def ask(said: TurnText) -> Answer:
    """Two sources for most questions, none about the weather, a failure when asked for one."""
    question = said.question
    if question == "Merci":
        return replace(refused(question=question), refusal="courtesy")
    if "temps" in question:
        return refused(article(), question=question)
    if "panne" in question:
        raise ZeroDivisionError("panne")
    source = article()
    return answered(citation(FIRST, source, 1), citation(SECOND, source, 2), question=question)


class Streams:
    """Where the conversation writes."""

    def __init__(self) -> None:
        self._out, self._err = io.StringIO(), io.StringIO()
        self.out, self.err = console_for(self._out), console_for(self._err)

    @property
    def said(self) -> str:
        return self._out.getvalue()

    @property
    def complained(self) -> str:
        return self._err.getvalue()


@pytest.fixture
def streams() -> Streams:
    return Streams()


@pytest.fixture
def keyboard() -> Iterator[PipeInput]:
    with create_pipe_input() as keys, create_app_session(input=keys, output=DummyOutput()):
        yield keys


def replied(conversation: Conversation, line: str) -> str:
    reply = conversation.reply(line)
    return reply.plain if reply else ""


# What each line is answered with


def test_the_language_of_the_messages_can_be_changed_both_ways() -> None:
    conversation = Conversation(ask, "fr")
    assert replied(conversation, "/langue en") == ENGLISH.repl_language_is("en")
    assert EN.not_in_articles in replied(conversation, "Quel temps ?")
    assert replied(conversation, "/language fr") == FRENCH.repl_language_is("fr")
    assert FR.not_in_articles in replied(conversation, "Quel temps ?")
    assert replied(conversation, "/langue de") == FRENCH.repl_languages


def test_help_and_quit_answer_to_both_languages() -> None:
    conversation = Conversation(ask, "fr")
    assert replied(conversation, "/aide") == replied(conversation, "/help") == FRENCH.repl_help
    for word in ("/quitter", "/quit"):
        conversation = Conversation(ask, "fr")
        assert replied(conversation, word) == ""
        assert conversation.over


@pytest.mark.parametrize("word", ["quit", "exit", "quitter", " Quit "])
def test_what_leaves_other_conversations_leaves_this_one(word: str) -> None:
    def never(said: TurnText) -> Answer:
        raise AssertionError("asked")

    conversation = Conversation(never, "fr")
    assert replied(conversation, word) == ""
    assert conversation.over


# The conversation so far


class Listening:
    """Answers as `ask` does and keeps what was said."""

    def __init__(self) -> None:
        self.said: list[TurnText] = []

    def __call__(self, said: TurnText) -> Answer:
        self.said.append(said)
        return ask(said)

    @property
    def before(self) -> list[list[str]]:
        """The questions that each came after."""
        return [[turn.question for turn in said.history] for said in self.said]


@pytest.mark.parametrize("command", ["/nouveau", "/new"])
def test_a_conversation_can_start_afresh(command: str) -> None:
    listening = Listening()
    conversation = Conversation(listening, "fr")
    conversation.reply("Combien de puces ?")
    assert replied(conversation, command) == FRENCH.repl_afresh
    assert replied(conversation, "/sources") == FRENCH.repl_no_answer_yet
    conversation.reply("Et de cartes ?")
    assert listening.before == [[], []]


# At the prompt


def typed(
    keys: str,
    keyboard: PipeInput,
    streams: Streams,
    opening: Callable[[], Callable[[TurnText], Answer]],
) -> int:
    keyboard.send_text(keys)
    session: PromptSession[str] = PromptSession("selon> ")

    def open_grow() -> Grow:
        answering = opening()
        return lambda said: (answering(each) for each in (said,))

    return chat_typed(session, open_grow, "fr", streams.out, streams.err, "Bienvenue.")


def test_a_conversation_from_the_welcome_to_ctrl_d(keyboard: PipeInput, streams: Streams) -> None:
    assert typed("Combien de puces ?\r\x04", keyboard, streams, lambda: ask) == 0
    assert streams.said.startswith("Bienvenue.\n")
    assert f"{FIRST}\u00a0»\u00a0[1]" in streams.said
    assert streams.said.endswith(f"{FRENCH.repl_bye}\n")


def test_ctrl_c_clears_the_line(keyboard: PipeInput, streams: Streams) -> None:
    asked = []

    def listening(said: TurnText) -> Answer:
        asked.append(said.question)
        return ask(said)

    assert typed("Brouillon\x03Combien ?\r/quit\r", keyboard, streams, lambda: listening) == 0
    assert asked == ["Combien ?"]


def test_the_prompt_is_usable_while_the_index_loads(keyboard: PipeInput, streams: Streams) -> None:
    loaded = threading.Event()

    class Watched(Console):
        """Lets the index finish loading once the person was told to wait."""

        def print(self, *objects: object, **options: object) -> None:
            super().print(*objects, **options)  # type: ignore[arg-type]
            if FRENCH.repl_loading in streams.said:
                loaded.set()

    streams.out = Watched(file=streams.out.file, highlight=False, markup=False)

    def slowly() -> Callable[[TurnText], Answer]:
        assert loaded.wait(30)
        return ask

    assert typed("/aide\rCombien de puces ?\r\x04", keyboard, streams, slowly) == 0
    assert streams.said.index(FRENCH.repl_help) < streams.said.index(FRENCH.repl_loading)
    assert streams.said.index(FRENCH.repl_loading) < streams.said.index(FIRST)


def test_an_index_that_cannot_be_opened_ends_the_conversation(
    keyboard: PipeInput, streams: Streams
) -> None:
    def closed() -> Callable[[TurnText], Answer]:
        raise NoIndex("no-index", subject=".selon")

    with pytest.raises(NoIndex, match="no-index"):
        typed("Combien ?\r", keyboard, streams, closed)


def test_ctrl_c_cancels_the_question_and_keeps_the_conversation(
    keyboard: PipeInput, streams: Streams
) -> None:
    import _thread

    never = threading.Event()

    def endless(said: TurnText) -> Answer:
        if "longue" in said.question:
            _thread.interrupt_main()  # what Ctrl-C does
            never.wait(30)
        return ask(said)

    code = typed("Une longue\rCombien ?\r\x04", keyboard, streams, lambda: endless)
    never.set()
    assert code == 0
    assert streams.said.index("Question annulée.") < streams.said.index(FIRST)


def test_on_a_terminal_the_sentences_appear_as_they_are_written(
    keyboard: PipeInput, streams: Streams
) -> None:
    text = io.StringIO()
    out = Console(file=text, force_terminal=True, width=80, highlight=False, markup=False)
    seen: list[str] = []

    def open_grow() -> Grow:
        def grow(said: TurnText) -> Generator[Answer, None, None]:
            whole = replace(ask(said), model="essai")
            yield replace(whole, statements=whole.statements[:1])
            seen.append(text.getvalue())
            yield whole

        return grow

    keyboard.send_text("Combien ?\r\x04")
    session: PromptSession[str] = PromptSession("selon> ")
    assert chat_typed(session, open_grow, "fr", out, streams.err) == 0
    assert FIRST in seen[0]
    assert SECOND not in seen[0]
    assert text.getvalue().count("Deux modèles maison") >= 1
    assert SECOND in text.getvalue()


def test_leaving_a_question_ends_the_work(keyboard: PipeInput, streams: Streams) -> None:
    closed: list[bool] = []

    def open_grow() -> Grow:
        def grow(said: TurnText) -> Generator[Answer, None, None]:
            try:
                yield replace(ask(said), model="essai")
                raise KeyboardInterrupt  # while the next sentence is waited for
            finally:
                closed.append(True)

        return grow

    keyboard.send_text("Combien ?\r\x04")
    session: PromptSession[str] = PromptSession("selon> ")
    assert chat_typed(session, open_grow, "fr", streams.out, streams.err) == 0
    assert closed == [True]
    assert "Question annulée." in streams.said


# History and completion


def test_what_was_typed_is_remembered_and_private(tmp_path: Path, keyboard: PipeInput) -> None:
    history = tmp_path / "données" / "history"
    keyboard.send_text("Combien de puces ?\r\x04")
    assert typed_in(new_session(history)) == 0
    assert "+Combien de puces ?" in history.read_text(encoding="utf-8")
    assert stat.S_IMODE(history.stat().st_mode) == 0o600
    history.chmod(0o644)
    keyboard.send_text("\x1b[A\r")  # the arrow that goes back
    assert new_session(history).prompt() == "Combien de puces ?"
    assert stat.S_IMODE(history.stat().st_mode) == 0o600


def typed_in(session: PromptSession[str], answer: Callable[[TurnText], Answer] = ask) -> int:
    out = Console(file=io.StringIO())

    def open_grow() -> Grow:
        def grow(said: TurnText) -> Generator[Answer, None, None]:
            yield answer(said)

        return grow

    return chat_typed(session, open_grow, "fr", out, out)


def test_a_line_that_tells_of_distress_is_not_remembered(
    tmp_path: Path, keyboard: PipeInput
) -> None:
    def help_or_answer(said: TurnText) -> Answer:
        assert not said.history
        help = help_answer(Help("suicide", parse_help_numbers("france")), "fr")
        return help if "mourir" in said.question else ask(said)

    keyboard.send_text("je veux mourir\rCombien de puces ?\r\x04")
    assert typed_in(new_session(tmp_path / "history"), help_or_answer) == 0
    lines = (tmp_path / "history").read_text(encoding="utf-8")
    assert "+Combien de puces ?" in lines
    assert "mourir" not in lines


def test_a_history_that_cannot_be_kept_does_not_stop_the_prompt(
    tmp_path: Path, keyboard: PipeInput
) -> None:
    (tmp_path / "file").touch()
    keyboard.send_text("Bonjour\r")
    assert new_session(tmp_path / "file" / "history").prompt() == "Bonjour"


def completions(conversation: Conversation, line: str) -> list[str]:
    completer = completer_for(conversation)
    return [each.text for each in completer.get_completions(Document(line), CompleteEvent())]


def test_commands_are_completed_in_the_language_of_the_moment() -> None:
    conversation = Conversation(ask, "fr")
    assert completions(conversation, "/") == [
        "/sources",
        "/passage",
        "/langue",
        "/aide",
        "/quitter",
        "/nouveau",
    ]
    assert completions(conversation, "/pa") == ["/passage"]
    conversation.reply("/langue en")
    assert completions(conversation, "/l") == ["/language"]
