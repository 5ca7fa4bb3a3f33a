"""Dialogues over the sample articles that no rule was made with, held by floors."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from bot.answering.chain import RetrievalQA
from bot.answering.extractive import ExtractiveAnswerer
from bot.archive.archive import Archive
from bot.evaluation.run import MeasuredIndex, index_in_service
from bot.followups.candidates import interpret
from bot.followups.conversation import FollowUpChain
from bot.followups.replies import Coverage, Replies
from bot.followups.turn import Turn
from bot.understanding.meaning import MessageReader
from index.models.base import Embedder
from index.search.confidence import ConfidenceModel
from tests.bot.followups.turns import NOW
from tests.dialogues import Heard, hold, read_dialogues

ROOT = Path(__file__).resolve().parents[3]
DIALOGUES = [
    dialogue
    for dialogue in read_dialogues(ROOT / "tests" / "data" / "dialogues.jsonl")
    if dialogue.half == "held"
]
SWITCHES = [
    each
    for line in (ROOT / "tests" / "data" / "topic_switches.jsonl").read_text("utf-8").splitlines()
    if (each := json.loads(line))["half"] == "held"
]


@pytest.fixture(scope="module")
def opened(sample_index: Path, bundled: Embedder) -> Iterator[MeasuredIndex]:
    with index_in_service(sample_index, bundled, ConfidenceModel.load()) as opened:
        yield opened


@pytest.fixture(scope="module")
def heard(opened: MeasuredIndex, message_reader: MessageReader) -> list[Heard]:
    searcher, thresholds = opened.searcher, ConfidenceModel.load().thresholds
    about = Archive(lambda: searcher, thresholds)
    chain = RetrievalQA(searcher, ExtractiveAnswerer(thresholds), about)
    conversing = FollowUpChain(
        chain, searcher.search, messages=message_reader, replies=Replies(lambda: Coverage(9), 90)
    )
    return [turn for dialogue in DIALOGUES for turn in hold(dialogue, conversing, searcher.search)]


def test_follow_ups_find_the_right_passage(heard: list[Heard]) -> None:
    found = [turn.right for turn in heard if turn.line.part == "follow_up" and turn.line.where]
    assert sum(found) / len(found) >= 0.8


def test_no_question_that_stands_alone_is_taken_for_a_follow_up(heard: list[Heard]) -> None:
    assert [
        turn.line.question
        for turn in heard
        if turn.line.part != "follow_up" and turn.answer.understood is not None
    ] == []


def test_topic_switches_are_seldom_dragged_along(
    heard: list[Heard], opened: MeasuredIndex, message_reader: MessageReader
) -> None:
    search = cache(opened.searcher.search)
    answers = [turn.answer for turn in heard if turn.answer.citations]
    assert len(SWITCHES) == 40
    understood = [
        interpret(message_reader.read(switch["question"]), (Turn.of(answer, NOW),), search)
        for number, switch in enumerate(SWITCHES)
        for answer in answers[number % 2 :: 2]
        if switch["about"] not in {Path(c.article.path).name for c in answer.citations}
    ]
    assert sum(turn.rewritten for turn in understood) <= 0.1 * len(understood)
