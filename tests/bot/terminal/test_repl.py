"""The conversation in the terminal, at a prompt and line by line."""

from __future__ import annotations

import io
import stat
import threading
from collections.abc import Callable, Iterator
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
from bot.terminal.repl import Ask, Conversation, chat_typed, completer_for, new_session
from bot.understanding.command import COMMANDS
from index.errors import NoIndex
from tests.bot.answers import answered, article, citation, help_answer, refused
from tests.bot.messenger.samples import LIGHT
from tests.bot.web.archive_answers import timeline

EN, FR = Phrases.of("en"), Phrases.of("fr")
ENGLISH, FRENCH = TerminalPhrases.of("en"), TerminalPhrases.of("fr")
FIRST = "Le second modèle a demandé 15 000 puces."
SECOND = "Une carte suffit."


def ask(said: TurnText) -> Answer:
    if "temps" in said.question:
        return refused(article(), question=said.question)
    source = article()
    citations = citation(FIRST, source, 1), citation(SECOND, source, 2)
    return answered(*citations, question=said.question)


def opened(answer: Callable[[TurnText], Answer] = ask) -> Callable[[], Ask]:
    return lambda: answer


def reply_to(conversation: Conversation, line: str) -> str:
    reply = conversation.reply(line)
    return reply.plain if reply else ""


def test_the_language_of_the_messages_can_be_changed_both_ways() -> None:
    conversation = Conversation(ask, "fr")
    assert reply_to(conversation, "/langue en") == ENGLISH.repl_language_is("en")
    assert EN.not_in_articles in reply_to(conversation, "Quel temps ?")
    assert reply_to(conversation, "/language fr") == FRENCH.repl_language_is("fr")
    assert FR.not_in_articles in reply_to(conversation, "Quel temps ?")
    assert reply_to(conversation, "/langue de") == FRENCH.repl_languages
    assert reply_to(conversation, "/help") == conversation.help


@pytest.mark.parametrize("word", ["/quitter", "/quit", "quit", "exit", "quitter", " Quit "])
def test_what_leaves_other_conversations_leaves_this_one(word: str) -> None:
    conversation = Conversation(ask, "fr")
    assert reply_to(conversation, word) == ""
    assert conversation.over


@pytest.mark.parametrize("command", ["/nouveau", "/new"])
def test_a_conversation_can_start_afresh(command: str) -> None:
    def listen(said: TurnText) -> Answer:
        assert said.history == ()
        return ask(said)

    conversation = Conversation(listen, "fr")
    conversation.reply("Combien de puces ?")
    assert reply_to(conversation, command) == FRENCH.repl_afresh
    assert reply_to(conversation, "/sources") == FRENCH.repl_no_answer_yet
    assert FIRST in reply_to(conversation, "Et de cartes ?")


def test_commands_are_completed_in_the_language_of_the_moment() -> None:
    def completions(line: str) -> list[str]:
        completer = completer_for(conversation)
        return [
            completion.text
            for completion in completer.get_completions(Document(line), CompleteEvent())
        ]

    conversation = Conversation(ask, "fr")
    commands = ["/sources", "/passage", "/tout", "/langue", "/aide", "/quitter", "/nouveau"]
    assert completions("/") == [*commands, *COMMANDS["fr"]]
    assert completions("/pa") == ["/passage"]
    conversation.reply("/langue en")
    assert completions("/l") == ["/language", "/list", "/latest"]


def test_the_rest_of_the_lines_is_shown_on_demand() -> None:
    conversation = Conversation(lambda said: timeline(), "fr")
    assert str(conversation.reply("/tout")) == FRENCH.repl_no_answer_yet
    shown = str(conversation.reply("/chronologie Fresnel"))
    assert shown.endswith("Une autre ligne\u00a0: /tout")
    assert LIGHT not in shown
    whole = str(conversation.reply("/tout"))
    assert whole.startswith("4 dates")
    assert whole.index("1788") < whole.index("1800") < whole.index("1822")


@pytest.mark.parametrize("command", ["/chronologie Notre-Dame", "/resume", "/timeline Apollo 11"])
def test_commands_of_the_archive_are_asked(command: str) -> None:
    asked: list[str] = []

    def listen(said: TurnText) -> Answer:
        asked.append(said.question)
        return ask(said)

    conversation = Conversation(listen, "fr")
    conversation.reply(command)
    assert asked == [command]
    unknown = reply_to(conversation, "/chronologi Notre-Dame")
    assert "/chronologie" in unknown.removeprefix(FRENCH.repl_no_such_command("/chronologi"))
    listed = reply_to(conversation, "/aide")
    assert all(name in listed for name in COMMANDS["fr"])


def test_another_reading_is_chosen_by_its_number() -> None:
    asked: list[str] = []

    def listen(said: TurnText) -> Answer:
        asked.append(said.question)
        offered = ("La source", "Chercher\u00a0: 3 ?") if said.question == "hein" else ()
        return replace(ask(said), buttons=offered)

    conversation = Conversation(listen, "fr")
    shown = reply_to(conversation, "hein")
    assert shown.endswith(f"{FRENCH.repl_readings}\n1  La source\n2  Chercher\u00a0: 3 ?")
    reply_to(conversation, "2")
    reply_to(conversation, "2")
    assert asked == ["hein", "Chercher\u00a0: 3 ?", "2"]


class Talk:
    def __init__(self, keyboard: PipeInput) -> None:
        self._keyboard = keyboard
        self._stream = io.StringIO()
        self.out = console_for(self._stream)

    @property
    def shown(self) -> str:
        return self._stream.getvalue()

    def press(self, keys: str) -> None:
        self._keyboard.send_text(keys)

    def hold(self, keys: str, open_ask: Callable[[], Ask], history: Path | None = None) -> None:
        self.press(keys)
        prompt = new_session(history) if history else PromptSession("selon> ")
        assert chat_typed(prompt, open_ask, "fr", self.out, self.out, "Bienvenue.") == 0


@pytest.fixture
def talk() -> Iterator[Talk]:
    with create_pipe_input() as keyboard, create_app_session(input=keyboard, output=DummyOutput()):
        yield Talk(keyboard)


def test_the_prompt_is_usable_while_the_index_loads(talk: Talk) -> None:
    loaded = threading.Event()

    class Watched(Console):
        """Lets the index finish loading once the person was told to wait."""

        def print(self, *objects: object, **options: object) -> None:
            super().print(*objects, **options)  # type: ignore[arg-type]
            if FRENCH.repl_loading in talk.shown:
                loaded.set()

    talk.out = Watched(file=talk.out.file, highlight=False, markup=False)

    def open_slowly() -> Ask:
        assert loaded.wait(30)
        return opened()()

    talk.hold("/aide\rCombien de puces ?\r\x04", open_slowly)
    assert talk.shown.index(FRENCH.repl_help) < talk.shown.index(FRENCH.repl_loading)
    assert talk.shown.index(FRENCH.repl_loading) < talk.shown.index(FIRST)


def test_an_index_that_cannot_be_opened_ends_the_conversation(talk: Talk) -> None:
    def fail() -> Ask:
        raise NoIndex("no-index", subject=".selon")

    with pytest.raises(NoIndex, match="no-index"):
        talk.hold("Combien ?\r", fail)


def test_ctrl_c_ends_a_question_and_keeps_the_conversation(talk: Talk) -> None:
    def ask_or_stop(said: TurnText) -> Answer:
        if "longue" in said.question:
            raise KeyboardInterrupt
        return ask(said)

    talk.hold("Une longue\rCombien ?\r\x04", lambda: ask_or_stop)
    assert talk.shown.index("Question annulée.") < talk.shown.index(FIRST)


def test_what_was_typed_is_remembered_but_for_distress(tmp_path: Path, talk: Talk) -> None:
    def help_or_answer(said: TurnText) -> Answer:
        assert not said.history
        help = help_answer(Help("suicide", parse_help_numbers("france")), "fr")
        return help if "mourir" in said.question else ask(said)

    history = tmp_path / "données" / "history"
    keys = "je veux mourir\rCombien de puces ?\r\x04"
    talk.hold(keys, opened(help_or_answer), history)
    lines = history.read_text(encoding="utf-8")
    assert "+Combien de puces ?" in lines
    assert "mourir" not in lines
    assert stat.S_IMODE(history.stat().st_mode) == 0o600
    history.chmod(0o644)
    talk.press("\x1b[A\r")  # the arrow that goes back
    assert new_session(history).prompt() == "Combien de puces ?"
    assert stat.S_IMODE(history.stat().st_mode) == 0o600


def test_a_history_that_cannot_be_kept_does_not_stop_the_prompt(tmp_path: Path, talk: Talk) -> None:
    (tmp_path / "file").touch()
    talk.press("Bonjour\r")
    assert new_session(tmp_path / "file" / "history").prompt() == "Bonjour"
