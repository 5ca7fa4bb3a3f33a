"""How soon a written answer begins and ends, and what of that the check takes.

    python bench/writing.py [--llama] [--model NAME --url URL] [--questions N] [--structured on|off]

Asks the answerable questions of tests/data/corpus_questions.jsonl over corpus/. Without options, of
a server on this machine that copies the first sentences it is given, word by word, at a set pace:
what is left is what Selon itself takes. `--llama` asks llama.cpp with SmolLM2-135M, `--url` any
OpenAI-compatible server.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles

import _clone  # noqa: F401
from aiohttp import web

from bot.answer import Answer
from bot.answering.chain import RetrievalQA
from bot.answering.extractive import ExtractiveAnswerer
from bot.assembly import open_embedder
from bot.llm.factory import open_database, open_models
from bot.llm.model_answerer import ModelAnswerer, ModelLimits
from bot.llm.writer import ClaimChecker, Writer
from bot.settings import Settings, load_settings
from bot.verification.checker import open_checker
from bot.verification.claim import Claim, ClaimVerdict, NumberedPassage
from index.ingestion.builder import build
from index.search.confidence import ConfidenceModel
from index.search.live import LiveIndex
from index.text.language import detect
from index.text.sentences import sentence_spans
from tests.bot.llm.server import serving
from tests.llama.server import running

ROOT = Path(__file__).resolve().parent.parent
QUESTIONS = ROOT / "tests" / "data" / "corpus_questions.jsonl"
FIRST, PER_WORD = 0.3, 0.025  # seconds, of the server that copies: a fast model of some billions


@dataclass(slots=True)
class Timed:
    """A checker whose time is kept, in milliseconds."""

    checker: ClaimChecker
    preparing: list[float] = field(default_factory=list)
    checking: list[float] = field(default_factory=list)

    def prepare(self, given: Sequence[NumberedPassage]) -> None:
        with timed(self.preparing):
            self.checker.prepare(given)

    def check(self, claim: Claim, given: Sequence[NumberedPassage], question: str) -> ClaimVerdict:
        with timed(self.checking):
            return self.checker.check(claim, given, question)


@dataclass(slots=True)
class Measured:
    """Milliseconds to the first sentence and to the whole, what of them is not the server's, and
    what came of each question."""

    firsts: list[float] = field(default_factory=list)
    wholes: list[float] = field(default_factory=list)
    first_beyond: list[float] = field(default_factory=list)
    whole_beyond: list[float] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)


@contextmanager
def timed(kept: list[float]) -> Iterator[None]:
    began = time.perf_counter()
    yield
    kept.append((time.perf_counter() - began) * 1000)


@dataclass(slots=True)
class Copying:
    """A server's answers: the first two sentences of the first passage, word by word.

    `firsts` and `wholes` are its own milliseconds, from the request to the last word of the first
    sentence and of all.
    """

    firsts: list[float] = field(default_factory=list)
    wholes: list[float] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        began = time.perf_counter()
        body = await request.json()
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await asyncio.sleep(FIRST)
        for place, sentence in enumerate(copied(body["messages"][-1]["content"])):
            for word in sentence.split(" "):
                await _send(response, {"content": f"{word} "}, None)
                await asyncio.sleep(PER_WORD)
            if not place:
                self.firsts.append((time.perf_counter() - began) * 1000)
        self.wholes.append((time.perf_counter() - began) * 1000)
        await _send(response, {}, "stop")
        await response.write(b"data: [DONE]\n\n")
        return response


def copied(told: str) -> list[str]:
    """The first two sentences of the first passage of a prompt, with a word before and a marker."""
    found = re.search(r"\[1\] .*\n(.*)", told)
    line = found[1] if found else ""
    opening = "Thus, " if detect(line) == "en" else "Ainsi, "  # or they were read already
    spans = sentence_spans(line, "fr")[:2]
    return [f"{opening}{line[start:end].rstrip('.!? ')} [1]." for start, end in spans]


async def _send(response: web.StreamResponse, delta: object, finish: str | None) -> None:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "copies"}
    await response.write(f"data: {json.dumps({**chunk, 'choices': [choice]})}\n\n".encode())


@asynccontextmanager
async def server(options: argparse.Namespace, copying: Copying) -> AsyncIterator[str]:
    """The address of the model that is asked."""
    if options.url:
        yield options.url
    elif options.llama:
        with running() as url:
            yield url
    else:
        async with serving(copying.answer) as scripted:
            yield scripted.url


async def ask(chain: RetrievalQA, question: str, measured: Measured, copying: Copying) -> Answer:
    before = len(copying.wholes)
    began = time.perf_counter()
    first: float | None = None
    answer: Answer | None = None
    async for answer in chain.astream(question):
        if first is None and answer.model is not None and answer.is_sure:
            first = (time.perf_counter() - began) * 1000
    assert answer is not None
    whole = (time.perf_counter() - began) * 1000
    measured.wholes.append(whole)
    if first is not None:
        measured.firsts.append(first)
    if first is not None and len(copying.wholes) > before:
        measured.first_beyond.append(first - copying.firsts[-1])
        measured.whole_beyond.append(whole - copying.wholes[-1])
    written = "written" if answer.is_sure else "model refuses"
    measured.outcomes[answer.fallback or (written if answer.model else "no answer")] += 1
    measured.dropped.update(each.fault for each in answer.dropped)
    return answer


async def measure(options: argparse.Namespace, folder: Path) -> None:
    embedder, judge = open_embedder(load_settings()), ConfidenceModel.load()
    build([ROOT / "corpus"], folder, embedder)
    index, extractive = LiveIndex(folder, embedder, judge), ExtractiveAnswerer(judge.thresholds)
    lines = QUESTIONS.read_text(encoding="utf-8").splitlines()
    questions = list(map(json.loads, lines))
    asked = [each["question"] for each in questions if each["answerable"]][: options.questions]
    checker = Timed(open_checker(threads=2))
    copying = Copying()
    async with server(options, copying) as url:
        settings = Settings(
            _env_file=None,
            chat_model=f"openai:{options.model}",
            chat_base_url=url,
            chat_structured=options.structured,
            data_dir=folder,
        )
        with ExitStack() as opened:
            state = opened.enter_context(closing(open_database(settings)))
            models = open_models(settings, state)
            limits = ModelLimits(settings.chat_context, settings.chat_max_tokens)
            chain = RetrievalQA(index, ModelAnswerer(models, Writer(checker), extractive, limits))
            await ask(
                chain, asked[0], Measured(), copying
            )  # libraries are imported, connections made
            checker.preparing.clear()
            checker.checking.clear()
            measured = Measured()
            for question in asked:
                await ask(chain, question, measured, copying)
    quoting = RetrievalQA(index, extractive)
    quoted: list[float] = []
    for question in asked:
        with timed(quoted):
            quoting.invoke(question)
    report(measured, checker, quoted)


def report(measured: Measured, checker: Timed, quoted: list[float]) -> None:
    rows = {
        "first sentence": measured.firsts,
        "  beyond the server": measured.first_beyond,
        "whole answer": measured.wholes,
        "  beyond the server ": measured.whole_beyond,
        "quoted answer": quoted,
        "passages read ahead": checker.preparing,
        "check of a sentence": checker.checking,
    }
    print(f"{'milliseconds':24}{'n':>6}{'p50':>9}{'p95':>9}{'max':>9}")
    for name, times in rows.items():
        if len(times) > 1:
            cuts = quantiles(times, n=20, method="inclusive")
            print(f"{name:24}{len(times):6}{cuts[9]:9.1f}{cuts[18]:9.1f}{max(times):9.1f}")
    print(f"outcomes: {dict(measured.outcomes)}")
    print(f"dropped: {dict(measured.dropped)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--llama", action="store_true")
    parser.add_argument("--model", default="smollm2")
    parser.add_argument("--url")
    parser.add_argument("--questions", type=int, default=1000)
    parser.add_argument("--structured", default="auto", choices=("auto", "on", "off"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(options, Path(folder)))


if __name__ == "__main__":
    main()
