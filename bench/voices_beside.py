"""What answers cost while a podcast is recorded: the same questions with and without, in turn.

    python bench/voices_beside.py [--rounds N] [--questions N] [--gap SECONDS] [--press SECONDS]

Over corpus/ and its questions, in one process, as the bot does it; needs the extra `voice`. With
`--gap`, each question comes so long after the answer before, and the voice works in between. With
`--press`, how long one waits for an answer's voice who asks for it so long after the answer, said
ahead or not.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import statistics
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from bot.assembly import chain_over, open_index
from bot.audio import SpokenLine
from bot.followups.conversation import FollowUpChain
from bot.settings import load_settings
from bot.speech.service import SpeechProcess, open_speech
from bot.speech.spoken_answer import spoken_answer
from index.ingestion.builder import build
from index.models.bundled.embedder import load_bundled

ROOT = Path(__file__).parents[1]
SENTENCE = (
    "Délabrée après la Révolution, l’église dut en partie son salut à un roman que Victor Hugo "
    "fit paraître en mille huit cent trente et un : numéro {number}."
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--questions", type=int, default=60)
    parser.add_argument("--gap", type=float, default=0.0)
    parser.add_argument("--press", type=float)
    arguments = parser.parse_args()
    lines = (ROOT / "tests/data/corpus_questions.jsonl").read_text(encoding="utf-8").splitlines()
    questions = [json.loads(line)["question"] for line in lines][: arguments.questions]
    with tempfile.TemporaryDirectory() as folder:
        build([ROOT / "corpus"], Path(folder), load_bundled(load_settings().cache_dir))
        settings = load_settings(data_dir=Path(folder))
        speech = open_speech(settings)
        chain = chain_over(open_index(settings), settings, quiet_time=speech.pause)
        for question in questions[:5]:
            chain.invoke(question)
        if arguments.press is not None:
            show_waits(chain, speech, questions[:10], Path(folder), arguments.press)
            speech.close()
            return
        quiet: list[float] = []
        beside: list[float] = []
        for number in range(arguments.rounds):
            quiet += times(chain.invoke, questions, arguments.gap)
            stop = threading.Event()
            recording = threading.Thread(target=record, args=(speech, Path(folder), number, stop))
            recording.start()
            time.sleep(3)  # the voice is loaded by now
            beside += times(chain.invoke, questions, arguments.gap)
            stop.set()
            recording.join()
        speech.close()
    for name, found in (("alone", quiet), ("beside", beside)):
        print(f"{name:8} p50 {p(found, 50):6.0f} ms   p95 {p(found, 95):6.0f} ms   {len(found)}")
    print(f"p95 x {p(beside, 95) / p(quiet, 95):.2f}")


def show_waits(
    chain: FollowUpChain,
    speech: SpeechProcess,
    questions: Sequence[str],
    folder: Path,
    after: float,
) -> None:
    speech.record([SpokenLine("La voix est prête.", "fr")], folder / "ready.ogg")
    for name, some in (("not ahead", questions[::2]), ("ahead", questions[1::2])):
        waits, lengths = [], []
        for number, question in enumerate(some):
            lines = spoken_answer(chain.invoke(question))
            if name == "ahead":
                threading.Thread(target=speech.say_ahead, args=(lines,)).start()
                time.sleep(after)
            begun = time.perf_counter()
            lengths.append(speech.record(lines, folder / f"{number}.ogg").seconds)
            waits.append(time.perf_counter() - begun)
        told = ", ".join(f"{wait:.1f}" for wait in sorted(waits))
        print(f"{name:10} waited {told} s for {statistics.mean(lengths):.1f} s of speech (mean)")


def times(ask: object, questions: Sequence[str], gap: float) -> list[float]:
    found = []
    for question in questions:
        time.sleep(gap)
        begun = time.perf_counter()
        ask(question)  # type: ignore[operator]
        found.append((time.perf_counter() - begun) * 1000)
    return found


def record(speech: SpeechProcess, folder: Path, round_: int, stop: threading.Event) -> None:
    def told(done: int, of: int) -> None:
        if stop.is_set():
            raise KeyboardInterrupt

    spoken = [
        SpokenLine(SENTENCE.format(number=f"{round_} {number}"), "fr") for number in range(200)
    ]
    with contextlib.suppress(KeyboardInterrupt):
        speech.record(spoken, folder / "podcast.mp3", "mp3", progress=told)


def p(found: Sequence[float], share: int) -> float:
    return statistics.quantiles(found, n=100, method="inclusive")[share - 1]


if __name__ == "__main__":
    main()
