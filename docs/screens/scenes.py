"""What people say to the bot in each picture, and what it really says to them.

The application runs as it does for people, with the bundled model over the sample corpus, against
the Bot API server of the tests; what is shown is what it sent there.
"""

from __future__ import annotations

import asyncio
import html
import json
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Literal

from bot.alerts import telegram as alerts
from bot.assembly import chain_over, open_embedder, open_index
from bot.digests import clock
from bot.features import FEATURES
from bot.library.articles import Library
from bot.library.documents import Documents
from bot.messenger.running.application import serve
from bot.settings import load_settings
from bot.speech.audio import read_sound
from bot.speech.service import SpeechProcess, SpokenLine, open_speech
from index.ingestion.builder import build
from index.models.base import Embedder
from tests.botapi.messages import Message
from tests.botapi.server import BotServer

CORPUS = Path("corpus")
BOT = "selon_bot"
READER, GROUP = 42, -100
START_SECONDS = 60.0
FIRST, QUIET = 60.0, 1.0
"""Seconds that the first reply may take, and of silence after which no other is awaited."""

SPOKEN_FIRST, SPOKEN_QUIET = 120.0, 60.0
"""Where the bot has voices, which take their time."""

_SHOWN = ("sendMessage", "editMessageText", "sendVoice", "sendAudio", "deleteMessage")


@dataclass(frozen=True, slots=True)
class Step:
    """What a person does: something said or spoken, a button pressed, a file or (elsewhere) an
    article."""

    kind: Literal["says", "speaks", "replies", "presses", "sends", "publishes"]
    text: str


@dataclass(frozen=True, slots=True)
class Scene:
    name: str
    steps: Sequence[Step]
    language: str = "fr"
    group: bool = False
    aloud: bool = False
    """Whether the bot has voices; what it shows then has buttons for them."""

    day: date | None = None
    """What it takes for today."""


@dataclass(frozen=True, slots=True)
class Bubble:
    """A message as HTML and its rows of buttons; `quoted` is the message that it replies to."""

    maker: Literal["mine", "bot", "pressed"]
    body: str
    rows: Sequence[Sequence[str]] = ()
    quoted: str = ""
    number: int = 0


def says(*texts: str) -> tuple[Step, ...]:
    return tuple(Step("says", text) for text in texts)


NEWS = """---
title: Le Paris-Lyon change de prix
author: Rédaction de Selon
published: 2026-11-02
language: fr
---

Le billet de train pour Lyon coûtera 59 euros à partir du 14 décembre, au départ de Paris et en
seconde classe. Il était à 54 euros depuis deux ans.
"""
NOTE = (
    "Conseil municipal du 3 novembre\n\nLe conseil a voté la restauration du moulin de la Roche, "
    "qui coûtera 240 000 euros. Les travaux commenceront en mars et dureront huit mois.\n"
)
ANOTHER = (
    "Les halles rouvrent en mai\n\nFermées depuis deux ans, les halles rouvriront le 16 mai avec "
    "vingt-deux commerçants. Le marché du samedi y reprendra la semaine suivante.\n"
)
SCENES = (
    Scene("reponse", says("Qui a allumé la vasque olympique ?", "Et qui était la mascotte ?")),
    Scene(
        "passage",
        (
            *says("Combien mesure la tapisserie de Bayeux ?"),
            Step("presses", "Passage"),
        ),
    ),
    Scene(
        "refus",
        (
            *says("Combien coûtera le billet de train en décembre ?"),
            Step("presses", "M’avertir quand un article y répond"),
            Step("publishes", NEWS),
        ),
    ),
    Scene(
        "recherche",
        (*says("/recherche espace"), Step("presses", "Article 2"), Step("presses", "Résumé")),
    ),
    Scene(
        "avis",
        (
            *says("Combien de visiteurs recevait Lascaux ?"),
            Step("presses", "👎 Pas utile"),
        ),
    ),
    Scene(
        "document",
        (
            Step("sends", NOTE),
            Step("presses", "Seulement pour cette conversation"),
            *says("Combien coûtera le moulin ?"),
            Step("sends", ANOTHER),
        ),
    ),
    Scene(
        "groupe",
        (
            *says(f"@{BOT} quand le réseau des Minitel s’est-il éteint ?"),
            Step("replies", "Combien en comptait-on ?"),
        ),
        group=True,
    ),
    Scene("aide", says("/aide", "/confidentialite")),
    Scene("voix", (Step("speaks", "Qui a allumé la vasque olympique ?"),), aloud=True),
    Scene(
        "quotidien",
        says("/quotidien", "/quotidien 7h30 audio"),
        aloud=True,
        day=date(2025, 8, 29),
    ),
    Scene(
        "podcast",
        (*says("/podcast Lascaux"), Step("replies", "Qui a trouvé la grotte ?")),
    ),
    Scene("answer", says("Who designed the Monument to the Great Fire?", "How tall is it?"), "en"),
)


async def played(wanted: Sequence[str] = ()) -> Mapping[str, Sequence[Bubble]]:
    """Every scene, or those that are wanted, each with a bot of its own."""
    embedder = open_embedder(load_settings())
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder, "data")
        build([CORPUS], data, embedder)
        chosen = [scene for scene in SCENES if not wanted or scene.name in wanted]
        return {scene.name: await _play(scene, data, embedder) for scene in chosen}


async def _play(scene: Scene, data: Path, embedder: Embedder) -> Sequence[Bubble]:
    async with _bot(data, scene) as (server, speech):
        stage = Stage(server, scene, data, embedder, speech)
        for step in scene.steps:
            await stage.act(step)
        return stage.bubbles


@dataclass(slots=True)
class Stage:
    """The chat as it fills."""

    server: BotServer
    scene: Scene
    data: Path
    embedder: Embedder
    speech: SpeechProcess | None
    bubbles: list[Bubble] = field(default_factory=list)
    _read: int = 0
    _gone: set[int] = field(default_factory=set)

    async def act(self, step: Step) -> None:
        """Do something, and hear what the bot says to it."""
        last = [each for each in self.server.messages if each.chat_id == self._chat]
        getattr(self, f"_{step.kind}")(step.text, last)
        await self._hear()

    @property
    def _chat(self) -> int:
        return GROUP if self.scene.group else READER

    def _says(self, text: str, last: Sequence[Message], reply: Message | None = None) -> None:
        kind: Any = "supergroup" if self.scene.group else "private"
        number = self.server.user_says(
            self._chat, text, self.scene.language, kind, person=READER, reply_to=reply
        )
        quoted = self._shown(reply.message_id if reply else None)
        self.bubbles.append(Bubble("mine", html.escape(text), (), quoted, number))

    def _replies(self, text: str, last: Sequence[Message]) -> None:
        self._says(text, last, last[-1])

    def _speaks(self, text: str, last: Sequence[Message]) -> None:
        """A question in the second voice, as a voice message."""
        assert self.speech is not None
        with tempfile.TemporaryDirectory() as folder:
            line = SpokenLine(text, "fr", "second", pause=0.3)
            made = self.speech.record([line], Path(folder, "question.ogg"))
            number = self.server.user_speaks(READER, made.path.read_bytes(), round(made.seconds))
        self.bubbles.append(Bubble("mine", _played("", made.seconds), number=number))

    def _presses(self, text: str, last: Sequence[Message]) -> None:
        message = next(each for each in reversed(last) if text in [b.text for b in each.buttons])
        button = next(each for each in message.buttons if each.text == text)
        self.server.presses(message, button, self.scene.language, person=READER)
        self.bubbles.append(Bubble("pressed", html.escape(text)))

    def _sends(self, text: str, last: Sequence[Message]) -> None:
        name = "conseil.txt" if text == NOTE else "halles.txt"
        self.server.user_sends_file(READER, name, text.encode(), "text/plain")
        self.bubbles.append(Bubble("mine", f"📄 {name}"))

    def _publishes(self, text: str, last: Sequence[Message]) -> None:
        folder = self.data.parent / "nouveau"
        folder.mkdir()
        (folder / "paris-lyon.md").write_text(text, encoding="utf-8")
        build([CORPUS, folder], self.data, self.embedder)
        self.bubbles.append(Bubble("pressed", "Un nouvel article entre dans l’index"))

    async def _hear(self) -> None:
        wait, quiet = (SPOKEN_FIRST, SPOKEN_QUIET) if self.scene.aloud else (FIRST, QUIET)
        while await self._news(wait):
            wait = quiet
        if self.server.refusals:
            raise AssertionError(self.server.refusals)

    async def _news(self, seconds: float) -> bool:
        """Take in what was sent or changed since; whether there was anything."""
        for _ in range(int(seconds / 0.05)):
            calls, self._read = self.server.calls[self._read :], len(self.server.calls)
            said = [each for each in calls if each[0] in _SHOWN]
            for method, parameters in said:
                self._take(method, parameters)
            if said:
                return True
            await asyncio.sleep(0.05)
        return False

    def _take(self, method: str, sent: Mapping[str, Any]) -> None:
        rows = [[each["text"] for each in row] for row in _rows(sent.get("reply_markup"))]
        if method == "editMessageText":
            at = next(n for n, each in enumerate(self.bubbles) if each.number == sent["message_id"])
            self.bubbles[at] = replace(self.bubbles[at], body=str(sent["text"]), rows=rows)
            return
        if method == "deleteMessage":
            gone = int(sent["message_id"])
            self.bubbles = [each for each in self.bubbles if each.number != gone]
            self._gone.add(gone)
            return
        known = {each.number for each in self.bubbles if each.maker == "bot"} | self._gone
        number = min(
            each.message_id for each in self.server.messages if each.message_id not in known
        )
        reply = (sent.get("reply_parameters") or {}).get("message_id")
        quoted = self._shown(reply)
        body = str(sent.get("text", ""))
        if method in ("sendVoice", "sendAudio"):
            body = self._sounding(number, str(sent.get("caption") or ""))
        self.bubbles.append(Bubble("bot", body, rows, quoted, number))

    def _sounding(self, number: int, title: str) -> str:
        message = next(each for each in self.server.messages if each.message_id == number)
        assert message.file is not None
        with tempfile.NamedTemporaryFile() as file:
            Path(file.name).write_bytes(message.file.data)
            return _played(title, read_sound(Path(file.name), most_seconds=900).seconds)

    def _shown(self, number: int | None) -> str:
        found = [each.body for each in self.bubbles if each.number == number]
        return found[0].split("\n")[0] if number is not None and found else ""


def _played(title: str, seconds: float) -> str:
    """A recording as Telegram shows it."""
    minutes, rest = divmod(round(seconds), 60)
    name = f"<b>{html.escape(title)}</b>\n" if title else ""
    return f"{name}▶ ▂▃▅▂▆▃▂▅▃▁▂▄ {minutes}:{rest:02}"


def _rows(markup: Any) -> Sequence[Sequence[Mapping[str, Any]]]:
    markup = json.loads(markup) if isinstance(markup, str) else markup
    return markup.get("inline_keyboard", ()) if isinstance(markup, dict) else ()


@asynccontextmanager
async def _bot(data: Path, scene: Scene) -> AsyncIterator[tuple[BotServer, SpeechProcess | None]]:
    """The application at work, with a database of its own."""
    alerts.LOOK_INTERVAL = timedelta(seconds=0.2)
    present = clock.now
    if scene.day is not None:
        moment = datetime.combine(scene.day, time(6), UTC)
        clock.now = lambda: moment
    with tempfile.TemporaryDirectory() as folder:
        async with BotServer(username=BOT) as server:
            settings = load_settings(
                telegram_token=server.token,
                telegram_api_url=server.url,
                data_dir=data,
                database_url=f"sqlite:///{folder}/state.sqlite",
                editors=str(READER),
            )
            stop, ready = asyncio.Event(), asyncio.Event()
            index = open_index(settings)
            documents = Documents(settings, index.embedder)
            chain, library = chain_over(index, settings), Library(index)
            speech = open_speech(settings) if scene.aloud else None
            heard = lambda _: ready.set()  # noqa: E731
            serving = asyncio.create_task(
                serve(
                    settings,
                    chain,
                    library,
                    stop,
                    heard,
                    features=[each.telegram for each in FEATURES],
                    documents=documents,
                    speech=speech,
                    index=index,
                )
            )
            try:
                await asyncio.wait_for(ready.wait(), START_SECONDS)
                yield server, speech
            finally:
                stop.set()
                await serving
                clock.now = present
                if speech is not None:
                    speech.close()
