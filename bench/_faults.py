"""A server under fire: generations that are switched while two processes ask, and a primary that is
killed in the middle of questions."""

from __future__ import annotations

import multiprocessing
import random
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass
from multiprocessing.queues import Queue
from pathlib import Path
from typing import Any

from bot.answering.chain import RetrievalQA
from bot.answering.extractive import ExtractiveAnswerer
from index.article import Article
from index.errors import StoreError
from index.ingestion.builder import build_articles
from index.search.confidence import ConfidenceModel, Thresholds
from index.search.live import LiveIndex
from index.store.postgres.store import PostgresStore
from tests.fakes import FakeEmbedder
from tests.index.samples import article
from tests.postgres import server as clusters

ARTICLES = 60
PROCESSES = 2
QUESTION = "Quelle marque du jour ?"
AFTER_SECONDS = 1.0
"""How long it is asked on after a kill."""


def marked(mark: str) -> list[Article]:
    """Articles each of which says in its sentence of which generation it is."""
    return [
        article(f"a{number}", f"La marque {mark} du jour {number}.") for number in range(ARTICLES)
    ]


@dataclass(frozen=True, slots=True)
class Asked:
    """What one process saw: questions, those whose answer was of several generations, and how many
    generations there were in all."""

    questions: int
    mixed: int
    generations: int


def switched(questions: int, folder: Path) -> dict[str, Any]:
    """Two processes ask so many questions in all, while builds and rollbacks switch what is in
    service."""
    context = multiprocessing.get_context("spawn")
    with clusters.running() as server, ExitStack() as made:
        address = made.enter_context(server.database())
        store = PostgresStore(address, folder / "builds")
        made.callback(store.close)
        for mark in ("un", "deux"):
            build_articles(marked(mark), store, FakeEmbedder())
        told: Queue[Asked] = context.Queue()
        readers = [
            context.Process(
                target=_ask, args=(address, folder / str(place), questions // PROCESSES, told)
            )
            for place in range(PROCESSES)
        ]
        for reader in readers:
            reader.start()
        builds = rollbacks = 0
        while any(reader.is_alive() for reader in readers) and told.qsize() < PROCESSES:
            if builds <= rollbacks:
                build_articles(marked(f"g{builds}"), store, FakeEmbedder())
                builds += 1
            else:
                store.roll_back()
                rollbacks += 1
        seen = [told.get(timeout=60) for _ in readers]
        for reader in readers:
            reader.join()
        return {
            "questions": sum(view.questions for view in seen),
            "mixed": sum(view.mixed for view in seen),
            "builds": builds,
            "rollbacks": rollbacks,
            "generations_seen": [view.generations for view in seen],
        }


def _ask(address: str, folder: Path, questions: int, told: Queue[Asked]) -> None:
    store = PostgresStore(address, folder)
    index = LiveIndex(store, FakeEmbedder(), ConfidenceModel.load())
    chain = RetrievalQA(index, ExtractiveAnswerer(Thresholds.at(0.0)))
    mixed, generations = 0, set[str]()
    for _ in range(questions):
        found, answer = index.search(QUESTION, 10), chain.invoke(QUESTION)
        hits = {_mark(hit.passage.text) for hit in found.hits}
        hits |= {_mark(hit.article.text) for hit in found.hits}
        quoted = {_mark(citation.quote) for citation in answer.citations}
        quoted |= {_mark(citation.article.text) for citation in answer.citations}
        mixed += len(hits) != 1 or len(quoted) != 1
        generations |= hits | quoted
    store.close()
    told.put(Asked(questions, mixed, len(generations)))


def _mark(text: str) -> str:
    return text.split()[2]


def killed(rounds: int, folder: Path) -> dict[str, Any]:
    """The primary is killed in the middle of questions, so many times: how long the slowest right
    answer took with a standby, the slowest error by its name without one."""
    chance = random.Random(1)
    answers, errors, wrong = [], [], 0
    for number in range(rounds):
        with clusters.running() as primary, ExitStack() as made:
            place = folder / f"kill{number}"
            builds = PostgresStore(primary.url("postgres"), place)
            made.callback(builds.close)
            build_articles(marked("une"), builds, FakeEmbedder())
            standby = made.enter_context(clusters.running(standby_of=primary))
            hosts = f"127.0.0.1:{primary.port},127.0.0.1:{standby.port}"
            either = f"postgresql://selon:selon@{hosts}/postgres?target_session_attrs=any"
            store = PostgresStore(either, place)
            made.callback(store.close)
            indexes = [
                LiveIndex(target, FakeEmbedder(), ConfidenceModel.load())
                for target in (store, builds)
            ]
            for index in indexes:
                index.search(QUESTION, 10)
            killer = threading.Timer(chance.uniform(0.2, 0.6), primary.kill)
            killer.start()
            until = None
            while until is None or time.perf_counter() < until:
                began = time.perf_counter()
                found = indexes[0].search(QUESTION, 10)
                answers.append(time.perf_counter() - began)
                wrong += len(found.hits) != 10 or {_mark(h.passage.text) for h in found.hits} != {
                    "une"
                }
                if until is None and not killer.is_alive():
                    until = time.perf_counter() + AFTER_SECONDS
            began = time.perf_counter()
            try:
                indexes[1].search(QUESTION, 10)
                wrong += 1
            except StoreError as error:
                wrong += str(primary.port) not in str(error.subject)
            errors.append(time.perf_counter() - began)
    return {
        "kills": rounds,
        "questions": len(answers),
        "wrong": wrong,
        "slowest_answer_ms": round(1000 * max(answers)),
        "slowest_error_ms": round(1000 * max(errors)),
    }
