"""`selon say`, and the speech options of `selon ask`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.answer import Answer
from bot.audio import Speaker, SpeechLanguage, audio_format
from bot.command import DONE, CommandLine
from bot.errors import SpeechError
from bot.feature import QuestionSource
from bot.locale.text import harmless
from bot.settings import Settings
from bot.speech.texts import SpeechPhrases
from bot.terminal.console import console_for, encodable, show
from bot.terminal.recording import record

if TYPE_CHECKING:
    from bot.audio import SpokenLine
    from bot.speech.service import SpeechProcess
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from bot.audio import SpokenLine

STANDARD_OUTPUT = Path("-")


def declare(line: CommandLine) -> None:
    """Declare the command."""
    line.command("say", say, line.texts("speech", "speech"))


def say(
    settings: Settings,
    words: Annotated[list[str] | None, typer.Argument(metavar="TEXT", help="text")] = None,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="out")] = Path("selon.ogg"),
    language: Annotated[
        SpeechLanguage | None, typer.Option("--language", help="spoken_language")
    ] = None,
    second: Annotated[bool, typer.Option("--second", help="second")] = False,
    speed: Annotated[
        float, typer.Option("--speed", metavar="SPEED", min=0.5, max=2.0, help="speed")
    ] = 1.0,
) -> int:
    """Read a text aloud into a file."""
    from bot.audio import SpokenLine
    from bot.speech.service import open_speech
    from bot.speech.spoken_answer import voice_language
    from index.text.language import detect

    if out != STANDARD_OUTPUT:
        audio_format(out)  # fail early
    elif sys.stdout.isatty():
        raise SpeechError("speech-to-terminal")
    text = " ".join(words or ())
    if text == "-" or not (text or sys.stdin.isatty()):
        text = sys.stdin.read()
    paragraphs = [" ".join(paragraph.split()) for paragraph in encodable(text).split("\n\n")]
    code = language or voice_language(detect(text))
    speaker: Speaker = "second" if second else "first"
    lines = [SpokenLine(paragraph, code, speaker) for paragraph in paragraphs if paragraph]
    if out == STANDARD_OUTPUT:
        _stream(open_speech(settings), lines, speed)
    else:
        record(settings, open_speech, lines, out, speed=speed)
    return DONE


def _stream(speech: SpeechProcess, lines: Sequence[SpokenLine], speed: float) -> None:
    """Stream WAV to standard output during synthesis."""
    from bot.speech.base import as_pcm, wave_header

    out, has_begun = sys.stdout.buffer, False
    try:
        for sound in speech.stream(cut_into_pieces(lines), speed=speed):
            if not has_begun:
                out.write(wave_header(sound.rate))
                has_begun = True
            out.write(as_pcm(sound))
            out.flush()
    finally:
        speech.close()
    if not has_begun:
        raise SpeechError("speech-nothing-to-say")


def speak_answer(settings: Settings, answer: Answer, out: Path) -> None:
    """Read an answer aloud into a file. Raises SpeechError."""
    from bot.speech.service import open_speech
    from bot.speech.spoken_answer import spoken_answer

    record(settings, open_speech, spoken_answer(answer), out)


def hear_question(settings: Settings, recording: Path) -> QuestionSource:
    """Transcribe and show the question in a recording; off a terminal it is unsure if doubtful.
    Raises SpeechError, IndexingError."""
    from bot.assembly import open_index
    from bot.speech.names import find_expected_names
    from bot.speech.service import open_speech

    if not recording.is_file():
        raise SpeechError("speech-no-file", path=recording)
    names_for = partial(find_expected_names, open_index(settings, whole=True).searcher())
    with closing(open_speech(settings)) as speech:
        transcript = speech.hear(recording, names_for)
    phrases = SpeechPhrases.of(settings.language)
    err = console_for(sys.stderr)
    words = harmless(transcript.text)
    if transcript.doubtful and sys.stdin.isatty():
        err.file.write(f"{phrases.is_this_it(words)} {phrases.yes_or_no} ")
        err.file.flush()
        is_it = sys.stdin.readline().lower().startswith(("o", "y"))
        return QuestionSource(transcript.text if is_it else "")
    heard = phrases.doubted if transcript.doubtful else phrases.heard
    show(err, heard(words) if words else phrases.nothing_heard)
    return QuestionSource(transcript.text, is_sure=not transcript.doubtful)


FIRST_CHARACTERS = 24
LONGEST_CHARACTERS = 300
_GROWTH = 1.5  # from piece to piece: synthesis takes at most two thirds of the duration
_PAUSE = re.compile(r"[.,;:!?…][»”\"]?\s")


def cut_into_pieces(lines: Iterable[SpokenLine]) -> Iterator[SpokenLine]:
    """Cut after the last pause that fits, or else after a word; the voice pauses there."""
    most: float = FIRST_CHARACTERS
    for line in lines:
        rest = line.text.strip()
        while len(rest) > most:
            pauses = [match.end() for match in _PAUSE.finditer(rest[: int(most) + 1])]
            end = pauses[-1] if pauses else rest.rfind(" ", 0, int(most) + 1) + 1
            end = end or rest.find(" ") + 1 or len(rest)
            yield replace(line, text=rest[:end].strip(), pause=0.0)
            rest = rest[end:].strip()
            most = min(max(end * _GROWTH, FIRST_CHARACTERS), LONGEST_CHARACTERS)
        if rest:
            yield replace(line, text=rest)
