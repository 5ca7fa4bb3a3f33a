"""Whether a spoken question finds what the typed one finds, in noise too.

    python bench/spoken_questions.py [--half even|odd|all] [--threads N] [--all] [--show]

The questions of tests/data/corpus_questions.jsonl that corpus/ answers are spoken by one of Selon's
voices (four questions the first, four the second) and by espeak-ng, with white noise or babble
added, 20 or 10 dB below the speech: each recording with one of these in turn, or (--all) with all
of them and without any. The recordings go through Opus, as Telegram's do, and are heard twice, as
by the bot, the second time with the names that the first finds. Babble is six sentences at once, of
espeak-ng's other voices. Printed: for how many of the questions whose typed form finds the right
passage (it holds the words of the answer, and is among the first five found; or is cited in the
answer) the spoken form finds it too, and the share of words heard otherwise.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import numpy as np
from rapidfuzz.distance import Levenshtein
from speech import ROOT, bare, compared, espeak, received, sentences

from bot.assembly import chain_over, open_index
from bot.audio import Speaker, SpeechLanguage, Transcript
from bot.followups.conversation import FollowUpChain
from bot.settings import load_settings
from bot.speech.audio import HEARD_RATE
from bot.speech.base import Samples, Sound
from bot.speech.kokoro import KokoroVoice
from bot.speech.names import find_expected_names, hear_twice
from bot.speech.whisper import WhisperRecogniser
from index.article import Passage
from index.ingestion.builder import build
from index.models.bundled.embedder import load_bundled
from index.search.live import LiveIndex

FOUND_AMONG = 5
SEED = 5
NOISES = (("none", 0), ("white", 20), ("white", 10), ("babble", 20), ("babble", 10))
IN_TURN = NOISES[1:]
SPEAKERS: tuple[Speaker, Speaker] = ("first", "second")
_BABBLERS = ("+m1", "+f1", "+m3", "+f3", "+m5", "+f5")
_SILENCE_SECONDS = 0.4
"""Before and behind a question: nobody's recording begins with the first word."""


@dataclass(frozen=True, slots=True)
class Question:
    text: str
    language: SpeechLanguage
    answer: str


@dataclass(frozen=True, slots=True)
class Found:
    """Whether the right passage is among the first ones found, and cited in the answer."""

    listed: bool
    cited: bool


def _hear(recogniser: WhisperRecogniser, sound: Sound, names: str) -> Transcript:
    return recogniser.hear(sound, names=names)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=60)
    parser.add_argument("--half", choices=("even", "odd", "all"), default="all")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--all", action="store_true", help="each recording in every noise")
    parser.add_argument("--show", action="store_true", help="what was heard, and whether it finds")
    arguments = parser.parse_args()
    voice = KokoroVoice(threads=arguments.threads)
    recogniser = WhisperRecogniser(threads=arguments.threads)
    asked = list(enumerate(questions(arguments.questions)))
    halves = {"even": asked[::2], "odd": asked[1::2], "all": asked}
    chance = np.random.default_rng(SEED)
    with tempfile.TemporaryDirectory() as folder:
        build([ROOT / "corpus"], Path(folder), load_bundled(load_settings().cache_dir))
        settings = load_settings(data_dir=Path(folder))
        index = open_index(settings)
        chain = chain_over(index, settings)
        names_for = partial(find_expected_names, index.searcher())
        listed, cited, typed = Counter[str](), Counter[str](), Counter[str]()
        words = Counter[tuple[str, str]]()
        asked_for = Counter[tuple[str, str]]()
        for number, question in halves[arguments.half]:
            by_typing = found(question, question.text, index, chain)
            typed.update(listed=by_typing.listed, cited=by_typing.cited)
            turn = number // 2  # of this half
            speaker = SPEAKERS[turn // len(IN_TURN) % 2]
            spoken = {
                "kokoro": voice.say(question.text, question.language, speaker=speaker),
                "espeak-ng": espeak(question.text, question.language),
            }
            for at, (name, sound) in enumerate(spoken.items()):
                noise = IN_TURN[(turn + 2 * at) % len(IN_TURN)]
                for kind, decibels in NOISES if arguments.all else (noise,):
                    label = f"{name:10} {kind:7}{f'{decibels} dB' if decibels else '':6}"
                    arrived = received(noisy(sound, kind, decibels, chance))
                    hear = partial(_hear, recogniser, arrived)
                    heard = hear_twice(hear, names_for).text
                    result = found(question, heard, index, chain)
                    asked_for[label, "found"] += by_typing.listed
                    asked_for[label, "cited"] += by_typing.cited
                    listed[label] += by_typing.listed and result.listed
                    cited[label] += by_typing.cited and result.cited
                    said = compared(question.text, question.language)
                    words[label, "all"] += len(said)
                    told = compared(heard, question.language)
                    words[label, "wrong"] += Levenshtein.distance(bare(said), bare(told))
                    if arguments.show and by_typing.listed:
                        mark = "found" if result.listed else "LOST "
                        print(f"{mark} {label} {question.text}\n{'':31}{heard}", flush=True)
    print(f"{len(halves[arguments.half])} questions, typed: {typed['listed']} found, ", end="")
    print(f"{typed['cited']} cited")
    for label in listed:
        wrong = words[label, "wrong"] / words[label, "all"]
        print(
            f"{label} found {listed[label]:3} of {asked_for[label, 'found']:3}   "
            f"cited {cited[label]:3} of {asked_for[label, 'cited']:3}   "
            f"words heard otherwise {wrong:.1%}"
        )
    print(f"found {share(listed, asked_for, 'found')}, cited {share(cited, asked_for, 'cited')}")


def share(counted: Counter[str], of: Counter[tuple[str, str]], what: str) -> str:
    """All recordings together."""
    most = sum(count for (_, kind), count in of.items() if kind == what)
    return f"{counted.total()} of {most} ({counted.total() / most:.1%})"


def questions(count: int) -> Iterator[Question]:
    lines = (ROOT / "tests/data/corpus_questions.jsonl").read_text(encoding="utf-8").splitlines()
    known = [row for row in map(json.loads, lines) if row["answerable"]]
    for row in known[:count]:
        yield Question(row["question"], row["language"], row["answer"])


def found(question: Question, words: str, index: LiveIndex, chain: FollowUpChain) -> Found:
    if not words.strip():
        return Found(listed=False, cited=False)
    right = partial(holds, question.answer)
    answer = chain.invoke(words)
    hits = index.search(words, FOUND_AMONG).hits
    return Found(
        any(right(hit.passage) for hit in hits),
        any(right(citation.passage) for citation in answer.citations),
    )


def holds(answer: str, passage: Passage) -> bool:
    return " ".join(answer.split()) in " ".join(passage.text.split())


def noisy(sound: Sound, kind: str, decibels: int, chance: np.random.Generator) -> Sound:
    """The speech with silence around it, and noise over all, so many dB below the speech."""
    speech = received(sound).samples
    around = np.zeros(round(_SILENCE_SECONDS * HEARD_RATE), np.float32)
    whole = np.concatenate([around, speech, around])
    if kind == "none":
        return Sound(whole, HEARD_RATE)
    if kind == "white":
        noise = chance.standard_normal(len(whole)).astype(np.float32)
    else:
        noise = babble(len(whole), chance)
    level = np.sqrt(np.mean(speech**2) / np.mean(noise**2)) * 10 ** (-decibels / 20)
    return Sound((whole + noise * level).astype(np.float32), HEARD_RATE)


def babble(length: int, chance: np.random.Generator) -> Samples:
    """Six people who talk at once."""
    mixed = np.zeros(length, np.float32)
    for talk in _talks():
        mixed += np.resize(np.roll(talk, -int(chance.integers(len(talk)))), length)
    return mixed


@cache
def _talks() -> tuple[Samples, ...]:
    each = 4  # sentences
    texts = sentences("fr", each * len(_BABBLERS))
    return tuple(
        received(espeak(" ".join(texts[at * each : (at + 1) * each]), "fr", variant)).samples
        for at, variant in enumerate(_BABBLERS)
    )


if __name__ == "__main__":
    sys.exit(main())
