"""A speech server's answers, over HTTP: what it says, and what of it is not believed."""

from __future__ import annotations

import io
import json
import struct
import threading
import wave
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from bot.errors import SpeechError
from bot.speech import server as adapter
from bot.speech.base import Sound
from bot.speech.server import SpeechServer

SILENCE = Sound(np.zeros(16_000, np.float32), 16_000)


class Told:
    """What the server answers with, what it was asked, and how much of it was taken."""

    def __init__(self) -> None:
        self.blocks: Callable[[], Iterator[bytes]] = lambda: iter(())
        self.asked: list[tuple[str, str, bytes]] = []
        self.sent = 0


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def server(told: Told) -> Iterator[SpeechServer]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told.asked.append((self.path, self.headers.get("Authorization", ""), body))
            self.send_response(200)
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
    heard = server.hear(SILENCE, names="Cordouan", language="fr")
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
)
NO_TRANSCRIPTS = (b"", b"[]", b"{}", b"\xff", b"1", b"[" * 100_000)


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
