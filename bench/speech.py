"""Whether Selon's own speech is understood, and how fast it is made and heard.

Sentences of the sample corpus are spoken by each of Selon's voices and by espeak-ng, the baseline;
the bundled recogniser writes down what it hears, and the words are compared (both in the words
that are spoken: « 15 000 » is « quinze mille »). The word error rate is the Levenshtein distance in
words over the words of the sentence. French spells one sound in many ways (« chanter »,
« chanté »): beside it stands the rate over words compared by how they sound, as espeak-ng
pronounces them.

    python bench/speech.py [--sentences N] [--seed N] [--language fr|en] [--threads N]
        [--voices FILE.npz] [--only NAME…] [--show]
"""

from __future__ import annotations

import argparse
import io
import random
import re
import subprocess
import sys
import tempfile
import time
import unicodedata
import wave
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from rapidfuzz.distance import Levenshtein

from bot.audio import SpeechLanguage
from bot.speech.audio import read_sound, write_sound
from bot.speech.base import Sound
from bot.speech.kokoro import KokoroVoice
from bot.speech.phonemes import phonemes
from bot.speech.spoken_text import spoken_words
from bot.speech.whisper import WhisperRecogniser
from index.article import Article
from index.formats.base import Source
from index.formats.conversion import read_source
from index.text.sentences import sentence_spans

ROOT = Path(__file__).parents[1]
SEED = 3
SHORTEST, LONGEST = 8, 30  # words
_STRESS = re.compile("[ˈˌː]")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sentences", type=int, default=100)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--language", choices=("fr", "en"), default="fr")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--voices", type=Path, help="other styles than those that ship")
    parser.add_argument("--only", nargs="*", help="these voices alone")
    parser.add_argument("--show", action="store_true", help="each sentence that was misheard")
    arguments = parser.parse_args()
    language: SpeechLanguage = arguments.language
    voice = KokoroVoice(threads=arguments.threads)
    if arguments.voices:
        with np.load(arguments.voices) as stored:
            voice.__dict__["_styles"] = dict(stored)
    recogniser = WhisperRecogniser(threads=arguments.threads)
    texts = sentences(language, arguments.sentences, arguments.seed)
    print(f"{len(texts)} sentences, {language}, {arguments.threads} threads")
    ways: dict[str, Callable[[str], Sound]] = {
        name: partial(voice.say, language=language, speaker=name.partition("-")[2])
        for name in voice._styles
        if name.startswith(language)
    }
    ways["espeak-ng"] = lambda text: espeak(text, language)
    for name, say in ways.items():
        if not arguments.only or name in arguments.only:
            print(line(name, texts, say, recogniser, language, arguments.show), flush=True)


def line(
    name: str,
    texts: Sequence[str],
    say: Callable[[str], Sound],
    recogniser: WhisperRecogniser,
    language: SpeechLanguage,
    show: bool,
) -> str:
    wrong = words = other = sounds = 0
    speaking = hearing = seconds = 0.0
    first = None
    for text in texts:
        begun = time.process_time()
        sound = say(text)
        made = time.process_time()
        first = first if first is not None else made - begun
        speaking += made - begun
        arrived, begun = received(sound), time.process_time()
        heard = recogniser.hear(arrived, language=language).text
        hearing += time.process_time() - begun
        seconds += sound.seconds
        said, told = compared(text, language), compared(heard, language)
        missed = Levenshtein.distance(bare(said), bare(told))
        wrong += missed
        words += len(said)
        spoken = pronounced(said, language)
        other += Levenshtein.distance(spoken, pronounced(told, language))
        sounds += len(spoken)
        if show and missed:
            print(f"{missed:3} {text}\n    {heard}", flush=True)
    return (
        f"{name:16} word error rate {wrong / words:6.1%} ({other / sounds:.1%} by sound)   "
        f"speaking {speaking / seconds:.2f} x, hearing {hearing / seconds:.2f} x real time "
        f"(processor)   first sentence {first:.1f} s"
    )


def compared(text: str, language: SpeechLanguage) -> list[str]:
    """The words as they sound: no case or marks, numbers in words."""
    said = unicodedata.normalize("NFC", spoken_words(text, language).lower())
    return re.findall(r"\w+", said.replace("œ", "oe"))


def bare(words: Sequence[str]) -> list[str]:
    """Without accents."""
    apart = unicodedata.normalize("NFD", " ".join(words))
    return "".join(character for character in apart if not unicodedata.combining(character)).split()


def pronounced(words: Sequence[str], language: SpeechLanguage) -> list[str]:
    """Each word as it is pronounced by itself."""
    told = phonemes(". ".join(words), language) if words else ""
    return [each for part in told.split(".") if (each := _STRESS.sub("", part).strip())]


def sentences(language: str, count: int, seed: int = SEED) -> list[str]:
    """Sentences of the sample corpus, drawn by a seed."""
    found = []
    for path in sorted((ROOT / "corpus").iterdir()):
        for article in read_source(Source(path, path.name, path.name)):
            if isinstance(article, Article) and article.language == language:
                spans = sentence_spans(article.text, language)
                found += [" ".join(article.text[start:end].split()) for start, end in spans]
    fitting = [text for text in found if SHORTEST <= len(text.split()) <= LONGEST]
    return random.Random(seed).sample(fitting, min(count, len(fitting)))


def received(sound: Sound) -> Sound:
    """As a voice message arrives: through Opus, at the recogniser's rate."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "spoken.ogg")
        write_sound(sound, path, "ogg")
        return read_sound(path, most_seconds=600)


def espeak(text: str, language: str, variant: str = "") -> Sound:
    voice = "fr" if language == "fr" else "en-gb"
    done = subprocess.run(
        ["espeak-ng", "-v", f"{voice}{variant}", "--stdout", text],
        capture_output=True,
        check=True,
    )
    with wave.open(io.BytesIO(done.stdout)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        return Sound((samples / 32_768).astype(np.float32), file.getframerate())


if __name__ == "__main__":
    sys.exit(main())
