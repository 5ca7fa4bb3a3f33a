"""Whether Selon's own speech is understood, and how fast it is made and heard.

Sentences of the sample corpus are spoken by each of Selon's voices and by espeak-ng, the baseline;
the bundled recogniser writes down what it hears, and the words are compared (both in the words that
are spoken: « 15 000 » is « quinze mille »). The word error rate is the Levenshtein distance in
words over the words of the sentence.

    python bench/speech.py [--sentences N] [--language fr|en] [--threads N] [--voices FILE.npz]
"""

from __future__ import annotations

import argparse
import io
import random
import re
import subprocess
import sys
import time
import unicodedata
import wave
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from platformdirs import user_cache_path
from rapidfuzz.distance import Levenshtein

from bot.settings import load_settings
from bot.speech.base import Sound, SpeechLanguage
from bot.speech.kokoro import KokoroVoice
from bot.speech.spoken_text import spoken_words
from bot.speech.whisper import RATE, WhisperRecogniser
from index.article import Article
from index.formats.base import Source
from index.formats.conversion import read_source
from index.sentences import sentence_spans

SEED = 3
SHORTEST, LONGEST = 8, 30  # words


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sentences", type=int, default=100)
    parser.add_argument("--language", choices=("fr", "en"), default="fr")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--voices", type=Path, help="other styles than those that ship")
    arguments = parser.parse_args()
    language: SpeechLanguage = arguments.language
    cache = load_settings().cache_dir or user_cache_path("selon")
    voice = KokoroVoice(cache, threads=arguments.threads)
    if arguments.voices:
        with np.load(arguments.voices) as stored:
            voice.__dict__["_styles"] = dict(stored)
    speakers = [name for name in voice._styles if name.startswith(language)]
    recogniser = WhisperRecogniser(cache, threads=arguments.threads)
    texts = sentences(language, arguments.sentences)
    print(f"{len(texts)} sentences, {language}, {arguments.threads} threads")
    ways: dict[str, Callable[[str], Sound]] = {
        name: partial(voice.say, language=language, speaker=name.partition("-")[2])
        for name in speakers
    }
    ways["espeak-ng"] = lambda text: espeak(text, language)
    for name, say in ways.items():
        print(line(name, texts, say, recogniser, language), flush=True)


def line(
    name: str,
    texts: Sequence[str],
    say: Callable[[str], Sound],
    recogniser: WhisperRecogniser,
    language: SpeechLanguage,
) -> str:
    wrong = words = 0
    speaking = hearing = seconds = 0.0
    first = None
    for text in texts:
        begun = time.perf_counter()
        sound = say(text)
        made = time.perf_counter()
        first = first if first is not None else made - begun
        heard = recogniser.hear(at_rate(sound), language=language)
        hearing += time.perf_counter() - made
        speaking += made - begun
        seconds += sound.seconds
        said = compared(text, language)
        wrong += Levenshtein.distance(said, compared(heard.text, language))
        words += len(said)
    return (
        f"{name:16} word error rate {wrong / words:6.1%}   speaking {speaking / seconds:.2f} x, "
        f"hearing {hearing / seconds:.2f} x real time   first sentence {first:.1f} s"
    )


def compared(text: str, language: SpeechLanguage) -> list[str]:
    """The words as they sound: no case, marks or accents, numbers in words."""
    said = unicodedata.normalize("NFD", spoken_words(text, language).lower())
    plain = "".join(each for each in said if not unicodedata.combining(each))
    return re.findall(r"\w+", plain.replace("œ", "oe"))


def sentences(language: str, count: int) -> list[str]:
    """Sentences of the sample corpus, drawn by a seed."""
    found = []
    for path in sorted((Path(__file__).parents[1] / "corpus").iterdir()):
        for article in read_source(Source(path, path.name, path.name)):
            if isinstance(article, Article) and article.language == language:
                spans = sentence_spans(article.text, language)
                found += [" ".join(article.text[start:end].split()) for start, end in spans]
    fitting = [text for text in found if SHORTEST <= len(text.split()) <= LONGEST]
    return random.Random(SEED).sample(fitting, min(count, len(fitting)))


def at_rate(sound: Sound) -> Sound:
    places = np.arange(0, len(sound.samples), sound.rate / RATE)
    heard = np.interp(places, np.arange(len(sound.samples)), sound.samples)
    return Sound(heard.astype(np.float32), RATE)


def espeak(text: str, language: str) -> Sound:
    done = subprocess.run(
        ["espeak-ng", "-v", "fr" if language == "fr" else "en-gb", "--stdout", text],
        capture_output=True,
        check=True,
    )
    with wave.open(io.BytesIO(done.stdout)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        return Sound((samples / 32_768).astype(np.float32), file.getframerate())


if __name__ == "__main__":
    sys.exit(main())
