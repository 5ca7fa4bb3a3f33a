"""A newspaper's bot in a process of its own, whose clock and articles the test holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.answer import Answer
from bot.answering.selection import chosen_articles
from bot.features import FEATURES
from bot.followups.turn import TurnText
from bot.library.articles import Library
from bot.messenger.periodic_jobs import run_periodic_jobs
from bot.messenger.running import application
from bot.settings import load_settings
from bot.state.database import state_url
from bot.timezone import use_timezone
from index.ingestion.builder import build
from index.search.confidence import ConfidenceModel
from index.search.live import LiveIndex
from tests.bot.messenger.samples import BIRTH, answered, cite
from tests.botapi.messages import Button, Message
from tests.botapi.server import BotServer
from tests.e2e.clock import SetClock, use_clock
from tests.e2e.killing import Bot, program_bot
from tests.e2e.telegram import StubChain, slowly
from tests.fakes import FakeEmbedder

QUESTION = "Quand Fresnel est-il né ?"
SUBJECT = "Noirmont"
DAILY, NEWS, ANSWERED = "Le Quotidien du", "Du nouveau", "Un article répond"


class Newsroom:
    """Articles that the test writes, and a bot over them."""

    def __init__(self, folder: Path, speed: float = 1.0) -> None:
        for feature in ("alerts", "digests"):
            pytest.importorskip(f"bot.{feature}.feature", reason=f"{feature} are removed")
        self._folder = folder
        self.clock = SetClock(folder / "clock", speed)
        self.publish("premier", "Le moulin de Valmy moud encore du blé.")

    @property
    def database(self) -> str:
        return state_url(None, self._folder / "data")

    def publish(self, name: str, sentence: str, day: date | None = None) -> None:
        """Write an article, and index all."""
        corpus = self._folder / "corpus"
        corpus.mkdir(exist_ok=True)
        head = f"title: Nouvelles du {name}\nlanguage: fr\noutlet: Le Phare\n"
        published = f"published: {day}\n" if day else ""
        (corpus / f"{name}.md").write_text(f"---\n{head}{published}---\n\n{sentence}\n", "utf-8")
        build([corpus], self._folder / "index", FakeEmbedder())

    def bot(
        self, server: BotServer, url: str = "", look: float | None = None, **settings: str
    ) -> Bot:
        """The bot of this server, reached at `url`; it looks for what is due every `look`
        seconds."""
        program = (
            "from tests.e2e.newsroom import run_bot\n"
            f"run_bot({str(self._folder)!r}, {self.clock.speed}, {look})"
        )
        more = {"DATA_DIR": str(self._folder / "data"), "TELEGRAM_API_URL": url or server.url}
        return program_bot(program, server, self.database, **more, **settings)


def alert_question(name: str) -> str:
    """A question that the article of this name answers."""
    return f"Que dit le {name} ?"


def run_bot(folder: str, speed: float, look: float | None) -> None:
    """Run the bot; to be called in a process of its own."""
    use_clock(f"{folder}/clock", speed)
    use_timezone("Europe/Paris")
    if look is not None:
        every = timedelta(seconds=look)
        application.run_periodic_jobs = lambda jobs, *rest: run_periodic_jobs(
            [replace(job, every=every) for job in jobs], *rest
        )
    judge = ConfidenceModel.load()
    index = LiveIndex(Path(folder, "index"), FakeEmbedder(), judge, chosen_articles)
    features = [feature.telegram for feature in FEATURES]
    application.run_with(
        load_settings(), _Chain(Path(folder, "corpus")), Library(index), features=features
    )


class _Chain(StubChain):
    """Answers QUESTION slowly, and an alert's question once its article is there."""

    def __init__(self, corpus: Path) -> None:
        super().__init__()
        self._corpus = corpus
        self.answers[QUESTION] = slowly(answered(QUESTION, cite(1, BIRTH)), 0.3)

    def _invoke(self, said: TurnText) -> Answer:
        articles = self._corpus.glob("*.md")
        if any(said.question == alert_question(article.stem) for article in articles):
            return answered(said.question, cite(1, BIRTH))
        return super()._invoke(said)


def texts(server: BotServer, chat: int) -> list[str]:
    return [message.text for message in server.messages if message.chat_id == chat]


def counts(server: BotServer, chat: int, *kinds: str) -> Mapping[str, int]:
    """How many messages of each kind a chat has."""
    return {kind: sum(kind in text for text in texts(server, chat)) for kind in kinds}


def button_of(message: Message, start: str) -> Button:
    """The button whose data starts so."""
    return next(
        button for button in message.buttons if (button.callback_data or "").startswith(start)
    )
