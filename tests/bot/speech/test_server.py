"""A speech server's answers, over HTTP: what it says, and what of it is not believed."""

from __future__ import annotations

import io
import json
import struct
import threading
import wave
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from unittest.mock import MagicMock, Mock

import numpy as np
import pytest

from bot.audio import SpokenLine
from bot.errors import SpeechError
from bot.locale.errors import reader_text
from bot.main import run
from bot.settings import Settings
from bot.speech import server as adapter
from bot.speech import service
from bot.speech.base import Sound
from bot.speech.factory import SpeechModels
from bot.speech.server import SpeechServer
from bot.speech.service import SpeechProcess
from bot.speech.terminal import hear_question
from tests.e2e.speech import HeardSpeech

SILENCE = Sound(np.zeros(16_000, np.float32), 16_000)


class Told:
    """What the server answers with, what it was asked, and how much of it was taken."""

    def __init__(self) -> None:
        self.blocks: Callable[[], Iterator[bytes]] = lambda: iter(())
        self.asked: list[tuple[str, str, bytes]] = []
        self.sent = 0
        self.status = 200  # 0: the connection is closed


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def server(told: Told) -> Iterator[SpeechServer]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told.asked.append((self.path, self.headers.get("Authorization", ""), body))
            if not told.status:
                return
            self.send_response(told.status)
            self.send_header("Retry-After", "1")
            self.end_headers()
            with suppress(OSError):  # whoever asked has heard enough
                for block in told.blocks():
                    self.wfile.write(block)
                    told.sent += len(block)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=listening.serve_forever)
    thread.start()
    speech = SpeechServer(f"http://127.0.0.1:{listening.server_port}/v1", "secret")
    yield speech
    speech.close()
    listening.shutdown()
    thread.join()
    listening.server_close()


def spoken(rate: int = 24_000, channels: int = 1, width: int = 2) -> bytes:
    written = io.BytesIO()
    with wave.open(written, "wb") as file:
        file.setparams((channels, width, rate, 0, "NONE", ""))
        file.writeframes(bytes(range(0, 200, 2)) * channels * width)
    return written.getvalue()


def test_it_speaks_and_hears(server: SpeechServer, told: Told) -> None:
    told.blocks = lambda: iter([spoken()])
    sound = server.say("Bonjour.", "fr", speaker="second", speed=1.5)
    assert (sound.rate, len(sound.samples)) == (24_000, 100)
    path, key, body = told.asked[0]
    assert (path, key) == ("/v1/audio/speech", "Bearer secret")
    assert json.loads(body)["voice"] == "onyx"
    assert json.loads(body)["speed"] == 1.5
    answer = {"text": " Qui ? ", "language": "french"}
    told.blocks = lambda: iter([json.dumps(answer).encode()])
    heard = server.hear(SILENCE, names="Cordouan")
    assert (heard.text, heard.language) == ("Qui ?", "fr")
    assert b"Cordouan" in told.asked[1][2]


def test_answers_are_cut(server: SpeechServer, told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapter, "_MOST_BYTES", 1 << 20)
    block = bytes(1 << 16)
    told.blocks = lambda: (block for _ in range(1 << 14))  # a gigabyte
    with pytest.raises(SpeechError) as raised:
        server.say("Bonjour.", "fr")
    assert raised.value.code == "speech-server-answer"
    assert told.sent < 64 << 20


NO_VOICES = (
    b"",
    b"RIFF",
    spoken(width=1),
    spoken(rate=10_000_000),
    spoken(rate=1),
    spoken(channels=200),
    spoken()[:22] + struct.pack("<H", 0) + spoken()[24:],
    *(spoken()[:end] for end in (44, -1, -50)),
    b"<html>Bienvenue</html>",
)
NO_TRANSCRIPTS = (
    *(b"", b"[]", b"{}", b"\xff", b"1", b"[" * 100_000, b"Qui ?"),
    *(b'{"language": "fr"}', b'{"text": null}', b'{"text": 5}', b'{"text": {}}'),
)


@pytest.mark.parametrize(
    ("method", "arguments", "answer"),
    [
        *(("say", ("Bonjour.", "fr"), answer) for answer in NO_VOICES),
        *(("hear", (SILENCE,), answer) for answer in NO_TRANSCRIPTS),
    ],
)
def test_what_is_no_voice_or_no_transcript_is_refused(
    server: SpeechServer, told: Told, method: str, arguments: tuple[object, ...], answer: bytes
) -> None:
    told.blocks = lambda: iter([answer])
    with pytest.raises(SpeechError) as raised:
        getattr(server, method)(*arguments)
    assert raised.value.code == "speech-server-answer"


def test_a_stream_may_announce_more_than_it_holds(server: SpeechServer, told: Told) -> None:
    told.blocks = lambda: iter([spoken()[:40], b"\xff" * 4, spoken()[44:-1]])
    assert len(server.say("Bonjour.", "fr").samples) == 99


SAID = {
    **dict.fromkeys((302, 401, 404, 413, 500), "répond par une erreur (HTTP {})"),
    **dict.fromkeys((429, 503), "est surchargé (HTTP {})\u202f; réessayez plus tard"),
    0: "ne répond pas",
}


@pytest.mark.parametrize("status", SAID)
def test_readers_get_no_address(server: SpeechServer, told: Told, status: int) -> None:
    told.status = status
    for ask in (partial(server.say, "Bonjour.", "fr"), partial(server.hear, SILENCE)):
        with pytest.raises(SpeechError) as raised:
            ask()
        said = f"le serveur de parole {SAID[status].format(status)}"
        assert reader_text(raised.value, "fr") == said


@pytest.mark.parametrize("block", [b"", b"RIFF"])
def test_who_does_not_answer_in_time_is_given_up(
    server: SpeechServer, told: Told, monkeypatch: pytest.MonkeyPatch, block: bytes
) -> None:
    given_up = threading.Event()
    monkeypatch.setattr(adapter, "_SECONDS", 0.2)
    # Silent, or with a byte now and then.
    told.blocks = lambda: (block for _ in range(6_000) if not given_up.wait(0.01))
    with pytest.raises(SpeechError, match="timed out"):
        server.say("", "fr")
    given_up.set()


def test_a_cache_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "speech").touch()
    speech = SpeechProcess(SpeechModels(), tmp_path / "speech")
    with pytest.raises(SpeechError, match="speech-not-written"):
        speech.record([SpokenLine("Bonjour.", "fr")], tmp_path / "a.ogg")


def test_what_another_process_or_a_power_failure_took_is_not_missed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    speech, ask = (
        SpeechProcess(SpeechModels(), tmp_path),
        Mock(side_effect=SpeechError("speech-crash")),
    )
    monkeypatch.setattr(speech, "_ask", ask)
    for _ in range(2):
        with pytest.raises(SpeechError):
            speech.record([SpokenLine("Bonjour.", "fr")], tmp_path / "a.ogg")
        name = Path(ask.call_args.kwargs["out"]).name.split(".")[1]
        (tmp_path / f"{name}-24000-100.npy").touch()
    assert [call.kwargs["do"] for call in ask.call_args_list] == ["say", "say"]
    monkeypatch.setattr(speech, "_recordings", lambda: [tmp_path / "gone.npy"])
    speech._forget_oldest()


def test_a_process_that_replaced_another_goes_on_after_the_pause(tmp_path: Path) -> None:
    speech = SpeechProcess(SpeechModels(), tmp_path)
    speech._process, second = Mock(), Mock()
    with speech._lock, speech.pause():
        speech._process = second
        with speech.pause():
            pass
        second.go_on.reset_mock()
    assert second.go_on.called


def test_nothing_to_say_is_no_success(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["say", "--out", "-", " "]) == 1
    assert "il n’y a rien à lire à voix haute" in capsys.readouterr().err


def test_a_doubtful_question_is_confirmed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    speech, recording, url = HeardSpeech(tmp_path), tmp_path / "a.ogg", "postgresql://localhost/a"
    speech.words, speech.doubtful = "Qui ?", True
    recording.touch()
    typed = iter(["Oui\n", "\n"])
    monkeypatch.setattr("sys.stdin", Mock(isatty=lambda: True, readline=lambda: next(typed)))
    monkeypatch.setattr(service, "open_speech", lambda settings: speech)
    monkeypatch.setattr("bot.settings.open_store", opened := MagicMock())
    settings = Settings(data_dir=tmp_path, index_url=url)  # type: ignore[arg-type]
    assert [hear_question(settings, recording) for _ in range(2)] == ["Qui ?", ""]
    opened.assert_called_with(tmp_path, url)
    assert capsys.readouterr().err.endswith("Qui ?\u00a0»\u202f? [o/N] ")
