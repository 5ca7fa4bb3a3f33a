"""Recordings made to hurt end in a line, within bounds of time and memory."""

from __future__ import annotations

import os
import random
import re
import struct
import wave
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from bot.errors import SpeechError
from bot.speech.base import Sound
from bot.speech.factory import SpeechModels
from bot.speech.service import SpeechProcess

av = pytest.importorskip("av", reason="the extra `voice` is not installed")
from bot.speech.audio import read_sound, write_sound  # noqa: E402

MOST_SECONDS = 600.0
UNREADABLE = "speech-unreadable"
MUTATIONS = 60
"""Of each kind of file."""

MOST_BYTES = 1 << 30
"""That the process may hold at its worst: libraries, and ten minutes of sound twice."""

KINDS = {
    "ogg": ("ogg", "libopus"),
    "mp3": ("mp3", "libmp3lame"),
    "m4a": ("mp4", "aac"),
    "wav": ("wav", "pcm_s16le"),
    "webm": ("webm", "libopus"),
    "flac": ("flac", "flac"),
}


@pytest.fixture(scope="module")
def speech(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SpeechProcess]:
    folder = tmp_path_factory.mktemp("speech")
    spoken = SpeechProcess(SpeechModels(), folder / "spoken")
    yield spoken
    spoken.close()


def read(speech: SpeechProcess, path: Path) -> float | str:
    """The seconds of a recording as the speech process reads it, or the code of why it does not."""
    try:
        told = speech._ask(60, do="read", path=str(path), most=MOST_SECONDS)
    except SpeechError as error:
        return error.code
    return float(told["seconds"])


def peak(speech: SpeechProcess) -> int:
    """The most bytes that the process has held."""
    assert speech._process is not None
    status = Path(f"/proc/{speech._process.process.pid}/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) * 1024


def made(kind: str, path: Path, seconds: float = 3.0) -> bytes:
    """A recording of this kind."""
    form, codec = KINDS[kind]
    rate = 48_000
    tone = np.sin(np.arange(int(seconds * rate)) / rate * 440 * 6.28).astype(np.float32) / 4
    with av.open(str(path), "w", format=form) as container:
        stream = container.add_stream(codec, rate=rate, layout="mono")
        resampler = av.AudioResampler(
            format=stream.codec_context.format, layout="mono", rate=rate, frame_size=960
        )
        frame = av.AudioFrame.from_ndarray(tone.reshape(1, -1), format="flt", layout="mono")
        frame.sample_rate = rate
        for fitting in [*resampler.resample(frame), *resampler.resample(None)]:
            container.mux(stream.encode(fitting))
        container.mux(stream.encode(None))
    return path.read_bytes()


def mutated(content: bytes, chance: random.Random) -> bytes:
    """The same, harmed in one to eight places, most of them near the beginning."""
    harmed = bytearray(content)
    for _ in range(chance.randint(1, 8)):
        at = int(len(harmed) * chance.random() ** 3)
        length = chance.choice((1, 1, 2, 4, 8, 64, 512))
        match chance.randrange(6):
            case 0:
                harmed[at : at + length] = bytes(chance.choice((b"\0", b"\xff"))) * length
            case 1:
                harmed[at : at + length] = chance.randbytes(length)
            case 2:
                del harmed[at : at + length]
            case 3:
                harmed[at:at] = harmed[at : at + length] * chance.randint(1, 4)
            case 4:
                del harmed[max(at, 1) :]
            case _:
                harmed[at : at + 4] = struct.pack("<I", chance.choice((0, 1, 2**31, 2**32 - 1)))
    return bytes(harmed)


@pytest.mark.parametrize("kind", KINDS)
def test_a_harmed_recording_is_heard_or_refused(
    speech: SpeechProcess, tmp_path: Path, kind: str
) -> None:
    path = tmp_path / f"whole.{kind}"
    content = made(kind, path)
    assert read(speech, path) == pytest.approx(3, abs=0.2)
    chance = random.Random(f"{kind} 1")
    told = []
    for number in range(MUTATIONS):
        harmed = tmp_path / f"harmed-{number}.{kind}"
        harmed.write_bytes(mutated(content, chance))
        told.append(read(speech, harmed))
        harmed.unlink()
    refused = {line for line in told if isinstance(line, str)}
    assert refused <= {UNREADABLE, "speech-no-sound", "speech-too-long"}
    assert read(speech, path) == pytest.approx(3, abs=0.2)
    assert peak(speech) < MOST_BYTES


def wav(rate: int, channels: int, data: bytes, claimed: int | None = None) -> bytes:
    """A RIFF file of 16 bits that says this of itself; its data may claim another length."""
    size = len(data) if claimed is None else claimed
    width = 2 * channels
    head = struct.pack("<HHIIHH", 1, channels, rate, rate * width & 0xFFFFFFFF, width & 0xFFFF, 16)
    body = b"WAVEfmt " + struct.pack("<I", 16) + head + b"data" + struct.pack("<I", size)
    return b"RIFF" + struct.pack("<I", 36 + size & 0xFFFFFFFF) + body + data


def _zip_bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("a", bytes(50_000_000))


def _long(path: Path) -> None:
    """Two hours that take no place on the disk."""
    seconds, rate = 7_200, 8_000
    path.write_bytes(wav(rate, 1, b"", seconds * rate * 2))
    os.truncate(path, 44 + seconds * rate * 2)


HOSTILE: dict[str, Callable[[Path], None] | bytes] = {
    "empty.ogg": b"",
    "one-byte.mp3": b"O",
    "noise.mp3": random.Random(2).randbytes(300_000),
    "zip-bomb.ogg": _zip_bomb,
    "page.wav": b"<html><body>" + b"a" * 100_000,
    "picture.mp3": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\xff\xff\0\0\xff\xff\x08\6" + bytes(5_000),
    "1-hertz.wav": wav(1, 1, bytes(2_000)),
    "0-hertz.wav": wav(0, 1, bytes(2_000)),
    "10-megahertz.wav": wav(10_000_000, 1, bytes(200_000)),
    "255-channels.wav": wav(16_000, 255, bytes(510_000)),
    "65535-channels.wav": wav(16_000, 65_535, bytes(510_000)),
    "two-hours.wav": _long,
    "silent.wav": wav(16_000, 1, b""),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_made_to_hurt_is_refused(speech: SpeechProcess, tmp_path: Path, name: str) -> None:
    content, path = HOSTILE[name], tmp_path / name
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        content(path)
    codes = {"two-hours.wav": {"speech-too-long"}, "silent.wav": {"speech-no-sound", UNREADABLE}}
    assert read(speech, path) in codes.get(name, {UNREADABLE})
    assert peak(speech) < MOST_BYTES


def test_a_length_that_is_a_lie_is_not_believed(speech: SpeechProcess, tmp_path: Path) -> None:
    path = tmp_path / "lie.wav"
    path.write_bytes(wav(16_000, 1, bytes(64_000), 2**32 - 100))
    assert read(speech, path) == pytest.approx(2, abs=0.1)


@pytest.mark.parametrize(
    "list_of_files",
    [
        "#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\n{other}\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\nfile {other}\n",
        "[playlist]\nFile1={other}\nNumberOfEntries=1\n",
    ],
)
def test_a_list_of_files_opens_none(
    speech: SpeechProcess, tmp_path: Path, list_of_files: str
) -> None:
    other = tmp_path / "other.ogg"
    made("ogg", other)
    path = tmp_path / "question.ogg"
    path.write_text(list_of_files.format(other=other))
    assert read(speech, path) == UNREADABLE


def test_what_never_ends_is_not_begun(speech: SpeechProcess, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.ogg"
    os.mkfifo(pipe)
    assert read(speech, pipe) == UNREADABLE
    assert read(speech, Path("/dev/zero")) == UNREADABLE


def test_a_video_is_heard_and_not_looked_at(speech: SpeechProcess, tmp_path: Path) -> None:
    path = tmp_path / "note.mp4"
    with av.open(str(path), "w", format="mp4") as container:
        picture = container.add_stream("mpeg4", rate=10)
        picture.width = picture.height = 64
        picture.pix_fmt = "yuv420p"
        sound = container.add_stream("aac", rate=48_000, layout="mono")
        for _ in range(20):
            shot = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")
            container.mux(picture.encode(shot))
        container.mux(picture.encode(None))
        for at in range(0, 96_000, 1024):
            samples = np.full((1, 1024), 0.1, np.float32)
            frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout="mono")
            frame.sample_rate, frame.pts = 48_000, at
            container.mux(sound.encode(frame))
        container.mux(sound.encode(None))
    assert read(speech, path) == pytest.approx(2, abs=0.2)


def test_what_was_written_here_is_read_here(tmp_path: Path) -> None:
    """The bounds leave alone what Selon itself makes, at any rate that a voice may have."""
    for rate in (8_000, 22_050, 44_100):
        samples = np.zeros(2 * rate, np.float32)
        for form in ("ogg", "mp3"):
            write_sound(Sound(samples, rate), tmp_path / "made", form)
            heard = read_sound(tmp_path / "made", most_seconds=10)
            assert heard.seconds == pytest.approx(2, abs=0.1)
    with wave.open(str(tmp_path / "voice.wav"), "wb") as file:
        file.setparams((2, 2, 44_100, 0, "NONE", ""))
        file.writeframes(bytes(44_100 * 4))
    assert read_sound(tmp_path / "voice.wav", most_seconds=10).seconds == pytest.approx(1, abs=0.1)
