"""Phonemes of a text, by the program espeak-ng (GPL, hence run as a process and never linked)."""

from __future__ import annotations

import re
import subprocess
from shutil import which

from bot.audio import SpeechLanguage
from bot.errors import SpeechError

ESPEAK = "espeak-ng"
_SECONDS = 20.0
_VOICES = {"fr": "fr", "en": "en-gb"}
_PAUSES = re.compile(r"[.,;:!?…][\s.,;:!?…]*+")
_QUOTES = str.maketrans(dict.fromkeys('«»“”"', " ") | dict.fromkeys("()", ","))
_FLAG = re.compile(r"\([a-z-]+\)")  # espeak's marker of a foreign word
_UNSAID = re.compile("[_-]")


def phonemes(text: str, language: SpeechLanguage) -> str:
    """Transcribe a text to IPA, with punctuation for pauses. Raises SpeechError if espeak-ng is
    not installed or does not respond."""
    text = text.translate(_QUOTES)
    parts: list[tuple[str, str]] = []
    at = 0
    for match in _PAUSES.finditer(text):
        marks = re.sub(r"\s", "", match[0])
        parts.append((text[at : match.start()], marks.lstrip(",")[:1] or ","))
        at = match.end()
    parts.append((text[at:], ""))
    clauses = [(words.strip(), mark) for words, mark in parts if re.search(r"\w", words)]
    sounds_of_clauses = _pronounce([words for words, _ in clauses], language)
    text_of_sounds = " ".join(
        f"{sounds}{mark}" for sounds, (_, mark) in zip(sounds_of_clauses, clauses, strict=True)
    )
    return text_of_sounds.strip()


def _pronounce(clauses: list[str], language: SpeechLanguage) -> list[str]:
    """Transcribe clauses without pauses to one line each."""
    if not clauses:
        return []
    lines = _run("\n\n".join(clauses), language)
    if len(lines) != len(clauses):  # espeak split a clause: transcribe them one by one
        lines = [" ".join(_run(clause, language)) for clause in clauses]
    return lines


def _run(text: str, language: SpeechLanguage) -> list[str]:
    program = which(ESPEAK)
    if program is None:
        raise SpeechError("speech-no-espeak")
    try:
        process = subprocess.run(
            [program, "-q", "--ipa", "-v", _VOICES[language], "--stdin", "-b", "1"],
            input=text.encode(),
            capture_output=True,
            timeout=_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise SpeechError("speech-espeak-failed") from error
    lines = process.stdout.decode("utf-8", "replace").splitlines()
    return [_UNSAID.sub("", _FLAG.sub("", line)).strip() for line in lines if line.strip()]
