"""Audio files by FFmpeg (PyAV): reads recordings, writes Ogg Opus and MP3."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from bot.audio import AudioFormat
from bot.errors import SpeechError
from bot.speech.base import Samples, Sound

LOUDNESS = -16.0  # LUFS (EBU R 128), as podcast players expect
TRUE_PEAK = -1.5  # maximum dBTP in the file
HEARD_RATE = 16_000
_WRITTEN_RATE = 48_000
_CODECS: dict[AudioFormat, tuple[str, int]] = {
    "ogg": ("libopus", 32_000),
    "mp3": ("libmp3lame", 64_000),
}
# Formats of recordings; some of FFmpeg's other demuxers open files and URLs in the input.
_CONTAINERS = "aac,aiff,amr,asf,au,caf,flac,matroska,webm,mov,mp4,m4a,mp3,ogg,w64,wav"
_CODERS = (
    "aac,aac_fixed,aac_latm,ac3,adpcm_ima_wav,adpcm_ms,alac,amrnb,amrwb,eac3,flac,gsm_ms,libopus,"
    "libspeex,libvorbis,mp1,mp1float,mp2,mp2float,mp3,mp3float,opus,pcm_alaw,pcm_f32be,pcm_f32le,"
    "pcm_f64le,pcm_mulaw,pcm_s16be,pcm_s16le,pcm_s24be,pcm_s24le,pcm_s32be,pcm_s32le,pcm_s8,pcm_u8,"
    "speex,vorbis,wmav1,wmav2"
)
_RATES = range(4_000, 384_001)
_MOST_CHANNELS = 16
_LIMITS = {
    "format_whitelist": _CONTAINERS,
    "codec_whitelist": _CODERS,
    "protocol_whitelist": "file",
}
_CODEC_LOSS = 0.2  # LU: between the losses of Opus and MP3 at these rates
_LIMIT = -3.0  # dB: leaves headroom for what Opus and MP3 usually add, up to TRUE_PEAK
_ENCODINGS = 4  # each limits the peaks by as much as they were above TRUE_PEAK in the one before
_PEAK_MARGIN = 0.1  # dB
_OVERSAMPLED_RATE = 4 * _WRITTEN_RATE  # so that the limiter sees peaks between samples
_LEVELLING_PASSES = 3  # each makes up for the loudness that the limiter removed before
_CLOSE_ENOUGH = 0.1  # LU
_SILENCE = -70.0  # LUFS; also of sounds too short to measure


@dataclass(frozen=True, slots=True)
class ChapterMark:
    """A chapter of a recording from `start` in seconds."""

    title: str
    start: float


def read_sound(path: Path, *, most_seconds: float) -> Sound:
    """Read a recording as one channel at 16 kHz. Raises SpeechError if it is unreadable or longer
    than `most_seconds`."""
    import av

    pieces: list[Samples] = []
    count = 0
    if not path.is_file():  # a pipe or a device may never end
        raise SpeechError("speech-unreadable")
    try:
        with av.open(str(path), metadata_errors="ignore", options=_LIMITS) as container:
            stream = next((stream for stream in container.streams if stream.type == "audio"), None)
            if stream is None:
                raise SpeechError("speech-no-sound")
            resampler = av.AudioResampler(format="flt", layout="mono", rate=HEARD_RATE)
            for piece in _decode(container, stream, resampler):
                count += len(piece)
                if count > most_seconds * HEARD_RATE:
                    raise SpeechError("speech-too-long", minutes=round(most_seconds / 60))
                pieces.append(piece)
    except (av.FFmpegError, ValueError, OSError) as error:
        if not count:
            raise SpeechError("speech-unreadable") from error
    # Use the part before a damaged place.
    if not count:
        raise SpeechError("speech-no-sound")
    return Sound(np.concatenate(pieces), HEARD_RATE)


def _decode(container: Any, stream: Any, resampler: Any) -> Iterator[Samples]:
    for frame in container.decode(stream):
        if frame.sample_rate not in _RATES or len(frame.layout.channels) > _MOST_CHANNELS:
            raise ValueError("not of a voice")
        for frames in resampler.resample(frame):
            yield frames.to_ndarray().reshape(-1)
    for frames in resampler.resample(None):
        yield frames.to_ndarray().reshape(-1)


def write_sound(
    sound: Sound,
    path: Path,
    form: AudioFormat,
    *,
    title: str = "",
    chapters: Sequence[ChapterMark] = (),
) -> None:
    """Write a sound atomically to a file, at the loudness of podcasts. Raises SpeechError."""
    import av

    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    limit = _LIMIT
    try:
        for _ in range(_ENCODINGS):
            _encode(_normalize(sound, limit), temporary, form, title, chapters)
            excess = _true_peak(temporary) - TRUE_PEAK
            if excess <= 0:
                break
            limit -= excess + _PEAK_MARGIN
        temporary.replace(path)
    except (av.FFmpegError, OSError) as error:
        raise SpeechError("speech-not-written", path=path) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()


def _encode(
    sound: Sound, path: Path, form: AudioFormat, title: str, chapters: Sequence[ChapterMark]
) -> None:
    import av

    codec, bits = _CODECS[form]
    with av.open(str(path), "w", format=form) as container:
        container.metadata.update({"title": title, "artist": "Selon"})
        if chapters:
            container.set_chapters(_chapters(chapters, sound.seconds))
        stream: Any = container.add_stream(codec, rate=_WRITTEN_RATE, layout="mono")
        stream.bit_rate = bits
        for frame in _frames(sound):
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _true_peak(path: Path) -> float:
    """Measure the highest peak of a file as it is decoded, in dBTP."""
    import av

    highest = _SILENCE
    with av.open(str(path)) as container:
        graph = av.filter.Graph()
        graph.link_nodes(
            graph.add_abuffer(template=container.streams.audio[0]),
            graph.add("aresample", str(_OVERSAMPLED_RATE)),
            graph.add("astats", "metadata=1:reset=0:measure_perchannel=none"),
            graph.add("abuffersink"),
        ).configure()
        for frame in (*container.decode(audio=0), None):
            graph.push(frame)
            for frame_out in _pull(graph):
                level = frame_out.metadata.get("lavfi.astats.Overall.Peak_level", "-inf")
                highest = max(highest, float(level))
    return highest


def _pull(graph: Any) -> Iterator[Any]:
    import av

    with contextlib.suppress(av.BlockingIOError, av.EOFError):  # no more for now; no more
        while True:
            yield graph.pull()


def _frames(sound: Sound) -> Iterator[Any]:
    import av

    samples, rate = sound.samples, sound.rate
    size = rate  # one second
    for at in range(0, len(samples), size):
        frame = av.AudioFrame.from_ndarray(
            samples[at : at + size].reshape(1, -1), format="flt", layout="mono"
        )
        frame.sample_rate, frame.pts, frame.time_base = rate, at, Fraction(1, rate)
        yield frame


def _chapters(chapters: Sequence[ChapterMark], seconds: float) -> list[Any]:
    ends = [*(chapter.start for chapter in chapters[1:]), seconds]
    return [
        {
            "id": number,
            "start": round(chapter.start * 1000),
            "end": round(end * 1000),
            "time_base": Fraction(1, 1000),
            "metadata": {"title": chapter.title},
        }
        for number, (chapter, end) in enumerate(zip(chapters, ends, strict=True))
    ]


def _normalize(sound: Sound, limit: float) -> Sound:
    """Adjust the loudness to LOUDNESS and limit the peaks to `limit` dB."""
    gain = 0.0  # dB
    normal, loudness = _amplify(sound, gain, limit)
    for _ in range(_LEVELLING_PASSES):
        gap = LOUDNESS + _CODEC_LOSS - loudness
        if abs(gap) < _CLOSE_ENOUGH or loudness <= _SILENCE:
            break
        gain += gap
        normal, loudness = _amplify(sound, gain, limit)
    return normal


def _amplify(sound: Sound, gain: float, limit: float) -> tuple[Sound, float]:
    """Resample, add `gain` dB and limit the peaks; return the sound and its LUFS."""
    import av

    graph = av.filter.Graph()
    source = graph.add_abuffer(
        sample_rate=sound.rate, format="flt", layout="mono", time_base=Fraction(1, sound.rate)
    )
    graph.link_nodes(
        source,
        graph.add("volume", f"{gain}dB"),
        graph.add("aresample", str(_OVERSAMPLED_RATE)),
        graph.add("alimiter", f"limit={10 ** (limit / 20)}:attack=5:release=50:level=0:latency=1"),
        graph.add("aresample", str(_WRITTEN_RATE)),
        graph.add("ebur128", "metadata=1"),
        graph.add("abuffersink"),
    ).configure()
    pieces: list[Samples] = [np.zeros(0, np.float32)]
    loudness = _SILENCE
    for frame in (*_frames(sound), None):
        graph.push(frame)
        for frame_out in _pull(graph):
            pieces.append(frame_out.to_ndarray().astype(np.float32).reshape(-1))
            loudness = float(frame_out.metadata.get("lavfi.r128.I", loudness))
    return Sound(np.concatenate(pieces), _WRITTEN_RATE), loudness
