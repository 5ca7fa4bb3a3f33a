"""The loudness and the peaks of what is written, by another meter than the one that sets them."""

from __future__ import annotations

import contextlib
import errno
import gc
import re
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest

from bot.audio import AudioFormat
from bot.errors import SpeechError
from bot.speech.base import Sound

av = pytest.importorskip("av", reason="the extra `voice` is not installed")
from bot.speech.audio import (  # noqa: E402
    LOUDNESS,
    TRUE_PEAK,
    ChapterMark,
    read_sound,
    write_sound,
)

SAMPLES = Path(__file__).parents[3] / "docs" / "samples"


@pytest.mark.parametrize("form", ["ogg", "mp3"])
@pytest.mark.parametrize("gain", [0.05, 1.0])
def test_speech_is_as_loud_as_podcasts(tmp_path: Path, form: AudioFormat, gain: float) -> None:
    speech = read_sound(SAMPLES / "quotidien.ogg", most_seconds=60)
    out = tmp_path / f"daily.{form}"
    write_sound(Sound(speech.samples * gain, speech.rate), out, form)
    loudness, peak = measure(out)
    assert loudness == pytest.approx(LOUDNESS, abs=0.5)
    assert peak <= TRUE_PEAK


@pytest.mark.parametrize("form", ["ogg", "mp3"])
def test_peaks_between_samples_are_limited(tmp_path: Path, form: AudioFormat) -> None:
    noise = np.random.default_rng(1).standard_normal(24_000 * 5).astype(np.float32)
    clicks = noise / 50
    clicks[::6_000] = 1.0
    out = tmp_path / f"peaks.{form}"
    write_sound(Sound(clicks, 24_000), out, form)
    assert measure(out)[1] <= TRUE_PEAK
    bursts = 0.3 * noise * (np.arange(len(noise)) % 12_000 < 4_000)  # Opus adds 2.2 dB to these
    write_sound(Sound(bursts, 24_000), out, form)
    assert measure(out)[1] <= TRUE_PEAK


def test_an_unwritable_file_leaves_the_old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "old.ogg"
    out.write_bytes(b"old")
    full_disk = OSError(errno.ENOSPC, "No space left on device")
    monkeypatch.setattr("bot.speech.audio._chapters", Mock(side_effect=full_disk))
    sound, chapters = Sound(np.ones(24_000, np.float32), 24_000), [ChapterMark("One", 0.0)]
    with pytest.raises(SpeechError) as raised:
        write_sound(sound, out, "ogg", chapters=chapters)
    assert raised.value.code == "speech-not-written"
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"old"]


def measure(path: Path) -> tuple[float, float]:
    """LUFS by pyloudnorm; dBTP by FFmpeg's `ebur128`, whose summary goes to its log."""
    av.logging.set_level(av.logging.INFO)
    pieces = []
    with av.logging.Capture(local=False) as logs, av.open(str(path)) as container:
        stream = container.streams.audio[0]
        graph = av.filter.Graph()
        nodes = (graph.add_abuffer(template=stream), graph.add("ebur128", "peak=true"))
        graph.link_nodes(*nodes, graph.add("abuffersink")).configure()
        for frame in (*container.decode(stream), None):
            graph.push(frame)
            with contextlib.suppress(av.BlockingIOError, av.EOFError):
                while True:
                    pieces.append(graph.pull().to_ndarray().reshape(-1))
        del graph, nodes
        gc.collect()
    av.logging.set_level(None)
    (peak,) = re.findall(r"Peak: +(-?[\d.]+|-inf)", "".join(text for _, _, text in logs))
    pyloudnorm = pytest.importorskip("pyloudnorm")  # slow to import
    return pyloudnorm.Meter(48_000).integrated_loudness(np.concatenate(pieces)), float(peak)
