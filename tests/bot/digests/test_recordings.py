"""Dailies and podcasts read aloud: at their time, once over crashes, and asked about."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from bot.answering.chain import RetrievalQA
from bot.answering.extractive import ExtractiveAnswerer
from bot.answering.selection import chosen_articles
from bot.digests import digest_records as digests
from bot.digests import recordings
from bot.digests import script_records as scripts
from bot.digests.script_records import NewScript
from bot.errors import SpeechError
from bot.followups.conversation import FollowUpChain
from bot.library.articles import Library
from bot.state.conversations import ConversationPlace
from bot.state.database import open_state
from bot.state.deliveries import Attachment, Letter, Part
from index.search.confidence import ConfidenceModel, Thresholds
from index.search.live import LiveIndex
from tests.bot.digests.made import article
from tests.bot.digests.test_telegram import DAY, PONT, PORT, SERRE, Now, data_dir, now
from tests.botapi.messages import Message
from tests.botapi.server import BotServer
from tests.e2e.database import database_url, open_session
from tests.e2e.speech import HeardSpeech
from tests.e2e.telegram import running
from tests.fakes import FakeEmbedder
from tests.index import samples

__all__ = ["data_dir", "now"]

READER = 42
ALONE = ConversationPlace(READER, 0, READER)
Start = Callable[..., AbstractAsyncContextManager[HeardSpeech]]


@pytest.fixture
def start(server: BotServer, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Start:
    """A bot that speaks, until the block ends."""
    monkeypatch.setattr(recordings, "POLL_INTERVAL", timedelta(seconds=0.05))

    @asynccontextmanager
    async def starting() -> AsyncIterator[HeardSpeech]:
        speech = HeardSpeech(data_dir / "speech")
        index = LiveIndex(data_dir, FakeEmbedder(), ConfidenceModel.load(), chosen_articles)
        # To a fake embedder nothing is sure where one article alone may be found.
        asked = RetrievalQA(index, ExtractiveAnswerer(Thresholds.at(1e-6)))
        chain = FollowUpChain(asked, index.search)
        async with running(server, chain, Library(index), speech=speech):
            yield speech

    return starting


async def heard(server: BotServer) -> Message:
    """The next message, which is a recording."""
    message = await server.next_message()
    assert message.file is not None
    assert message.file.kind == "audio"
    return message


@pytest.mark.usefixtures("now")
async def test_replies_are_answered_from_the_articles_told(server: BotServer, start: Start) -> None:
    async with start() as speech:
        text = await server.reply_to(READER, "/podcast sardines")
        progress = await server.next_message()
        assert progress.text.startswith("J’enregistre la version audio")
        assert progress.labels == ["Arrêter l’enregistrement"]
        recording = await heard(server)
        assert PORT in text.text
        assert {line.speaker for line in speech.said} == {"first", "second"}
        assert progress.message_id not in {message.message_id for message in server.messages}
        for told in (text, recording):
            server.user_says(READER, "Qu’a débarqué la coopérative de Kersaint ?", reply_to=told)
            assert PORT in (await server.next_message()).text
            server.user_says(READER, "Quel pont a été fermé ?", reply_to=told)
            assert PONT not in (await server.next_message()).text
        speech.words = "Qu’a débarqué la coopérative de Kersaint ?"
        server.user_speaks(READER, b"OggS question", reply_to=recording)
        assert (await server.next_message()).text.startswith("Question entendue")
        assert PORT in (await server.next_message()).text
        assert (await server.next_message()).file is not None  # answered aloud, too
        speech.doubtful, speech.words = True, "Quel pont a été fermé ?"
        server.user_speaks(READER, b"OggS question", reply_to=recording)
        asked = await server.next_message()
        assert PONT not in (await server.reply_to_press(asked, "✅ Oui")).text
        speech.doubtful = False
        assert PONT in (await server.reply_to(READER, "Quel pont a été fermé ?")).text

        server.user_says(READER, "/podcast baleines")  # nothing to hear
        assert "Je n’ai pas trouvé d’article" in (await server.next_message()).text
        daily = await server.reply_to(READER, "/quotidien")
        server.user_says(READER, "Quel pont a été fermé ?", reply_to=daily)
        assert PONT in (await server.next_message()).text
        server.user_says(READER, "Quelle serre a brûlé ?", reply_to=daily)
        assert SERRE not in (await server.next_message()).text


async def test_dailies_have_a_sound(server: BotServer, start: Start, now: Now) -> None:
    async with start() as speech:
        said = (await server.reply_to(READER, "/quotidien 7h30 audio")).text
        assert "chaque jour à 7\u00a0h\u00a030. Sa version audio suivra." in said
        await server.silence()
        now.on(DAY, 7, 30)
        assert PONT in (await server.next_message()).text
        recording = await heard(server)
        assert recording.text == "Le Quotidien du 26 mars 2026"
        assert PONT in {line.text for line in speech.said}
        await server.silence()
        server.user_says(READER, "Quel pont a été fermé ?", reply_to=recording)
        assert PONT in (await server.next_message()).text
        now.on(DAY + timedelta(days=1), 8)
        second = (await server.next_message()).text
        assert SERRE in second
        assert PONT not in second
        await heard(server)
        now.on(DAY + timedelta(days=2), 8)
        assert "Rien de neuf" in (await server.next_message()).text
        await server.silence()  # nothing to hear
    with open_session() as session:
        assert scripts.unrecorded_scripts(session) == []


async def test_over_days_with_a_crash_each_every_daily_is_sent_and_heard_once(
    server: BotServer, start: Start, now: Now
) -> None:
    async with start():
        server.user_says(READER, "/quotidien 2h30 audio")  # no such time on the 29th
        await server.next_message()
    bot_id = int(server.token.partition(":")[0])
    lines = [{"text": PONT, "language": "fr", "speaker": "first", "chapter": "", "pause": 0.4}]

    def post_text(session: Session, day: date) -> bool:
        found = digests.digest_of(session, READER, 0)
        assert found is not None
        assert found.audio
        letter = Letter(READER, 0, (Part(f"Texte du {day}"),))
        spoken = {"title": f"Le {day}", "name": "selon.mp3", "lines": lines}
        script, at = NewScript("fr", ("a",), recording_plan=spoken), datetime.now(UTC)
        post = digests.post_digest
        return post(session, found.id, day, (), bot_id, letter, at, script) is not None

    def post_recording(session: Session, day: date, script_id: int) -> bool:
        sound = Part(f"Le {day}", html=False, attachment=Attachment("audio", "selon.mp3", b"OggS"))
        letter, at = Letter(READER, 0, (sound,)), datetime.now(UTC)
        return scripts.post_recording(session, script_id, bot_id, letter, at) is not None

    for day in (DAY + timedelta(days=at) for at in range(1, 5)):
        now.on(day, 3 if day == date(2026, 3, 29) else 2, 30)
        with closing(open_state(database_url())) as state:
            # The process dies between the books and Telegram…
            assert [state.do(partial(post_text, day=day)) for _ in range(2)] == [True, False]
            if day.day % 2:  # … or later, between the recording and Telegram.
                (waiting,) = state.do(scripts.unrecorded_scripts)
                post = partial(post_recording, day=day, script_id=waiting.id)
                assert [state.do(post) for _ in range(2)] == [True, False]
        async with start():
            got = [await server.next_message() for _ in range(2)]
            assert {message.text: message.file is not None for message in got} == {
                f"Le {day}": True,
                f"Texte du {day}": False,
            }
            now.at += timedelta(minutes=1)
            await server.silence()


async def test_a_recording_that_ends_process_after_process_is_given_up_in_a_line(
    server: BotServer, start: Start
) -> None:
    async with start():
        await server.reply_to(READER, "/aide")
    new = NewScript("fr", ("a",), recording_plan={"title": "T", "name": "t.mp3", "lines": []})
    with open_session() as session:
        script = scripts.save_script(session, ALONE, new, (), None, datetime.now(UTC))
        for _ in range(recordings.MAX_TRIES):
            scripts.claim_script(session, script.id)
    async with start():
        assert (await server.next_message()).text == "L’enregistrement n’a pas pu être fait."
    async with start():
        await server.silence()


STOPPED, UNDER_WAY = "L’enregistrement est arrêté.", "Un enregistrement est déjà en cours ici."
LISTEN, GROUP = "🔊 Écouter", -100


@pytest.mark.parametrize("moment", ["may_begin", "may_end"])
@pytest.mark.usefixtures("now")
async def test_a_recording_is_stopped_at_once_and_for_good(
    server: BotServer, start: Start, moment: str
) -> None:
    async with start() as speech:
        getattr(speech, moment).clear()
        await server.reply_to(READER, "/podcast sardines")
        progress = await server.next_message()
        await asyncio.to_thread(speech.began.wait, 60)
        presses = [server.presses(progress, 0) for _ in range(2)]
        stopped = await server.next_edit()
        assert (stopped.message_id, stopped.text) == (progress.message_id, STOPPED)
        assert [await server.acknowledged(press) for press in presses] == ["", ""]
        with open_session() as session:
            assert scripts.unrecorded_scripts(session) == []
        getattr(speech, moment).set()
        await server.silence()


@pytest.mark.usefixtures("now")
async def test_a_recording_stopped_in_another_process_stays_so(
    server: BotServer, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recordings, "PROGRESS_SECONDS", 0.01)
    async with start() as speech:
        speech.may_end.clear()
        await server.reply_to(READER, "/podcast sardines")
        shown = (await server.next_message()).message_id
        await asyncio.to_thread(speech.began.wait, 60)
        with open_session() as session:
            assert scripts.cancel_recording(session, READER, shown) == "fr"
        speech.may_end.set()
        await server.silence()
        assert shown in {message.message_id for message in server.messages}


@pytest.mark.usefixtures("now")
async def test_a_recording_that_waits_is_stopped_alone(server: BotServer, start: Start) -> None:
    async with start() as speech:
        speech.may_begin.clear()
        await server.reply_to(READER, "/podcast sardines")
        first = await server.next_message()
        await server.reply_to(GROUP, "/podcast Noirmont", kind="supergroup", person=7)
        server.presses(await server.next_message(), 0, "en", person=8)
        assert (await server.next_edit()).text == STOPPED
        speech.may_begin.set()
        assert (await heard(server)).chat_id == READER
        await server.acknowledged(server.presses(first, 0))  # after the end
        await server.silence()


async def test_a_daily_is_recorded_once(server: BotServer, start: Start, now: Now) -> None:
    async with start() as speech:
        told = await server.reply_to(READER, "/quotidien")
        now.on(DAY + timedelta(days=1), 8)
        speech.may_begin.clear()
        presses = [server.presses(told, LISTEN) for _ in range(2)]
        server.presses(await server.next_message(), 0)
        assert [await server.acknowledged(press) for press in presses] == ["", UNDER_WAY]
        await server.reply_to_press(told, LISTEN)
        speech.may_begin.set()
        assert (await heard(server)).text == "Le Quotidien du 26 mars 2026"
        assert SERRE not in {line.text for line in speech.said}
        await server.silence()


@pytest.mark.usefixtures("now")
async def test_who_hears_nothing_hears_why(server: BotServer, start: Start, data_dir: Path) -> None:
    async with start() as speech:
        told = await server.reply_to(READER, "/quotidien")
        speech.problem = SpeechError("speech-too-heavy")
        await server.reply_to_press(told, LISTEN)
        failed = (await server.next_message()).text
        assert failed.startswith("L’enregistrement n’a pas pu être fait\u00a0: cet enregistrement")
        samples.index([article("Le musée", "Un musée a ouvert.", date(2025, 1, 1))], data_dir)
        gone = (await server.reply_to_press(told, LISTEN)).text
        assert gone.startswith("Ces nouvelles ne sont plus dans les articles")
        speech.speaks = False
        silent = await server.acknowledged(server.presses(told, LISTEN))
        assert silent == "Je ne lis pas à voix haute ici."
        await server.silence()
