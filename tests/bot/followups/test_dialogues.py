"""The forty dialogues over the sample articles, with the real model, held by floors."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from bot.answering.about import AboutArticles
from bot.answering.chain import RetrievalQA
from bot.answering.extractive import ExtractiveAnswerer
from bot.evaluation.run import MeasuredIndex, index_in_service
from bot.followups.candidates import understand
from bot.followups.conversation import FollowUpChain
from bot.followups.message import MessageReader
from bot.followups.turn import Turn
from index.models.base import Embedder
from index.search.confidence import ConfidenceModel
from tests.bot.followups.turns import NOW
from tests.dialogues import Dialogue, Heard, hold, read_dialogues

ROOT = Path(__file__).resolve().parents[3]
DIALOGUES = read_dialogues(ROOT / "tests" / "data" / "dialogues.jsonl")


SWITCHES = [
    json.loads(line)
    for line in (ROOT / "tests" / "data" / "topic_switches.jsonl").read_text("utf-8").splitlines()
]


@pytest.fixture(scope="module")
def opened(sample_index: Path, bundled: Embedder) -> Iterator[MeasuredIndex]:
    with index_in_service(sample_index, bundled, ConfidenceModel.load()) as opened:
        yield opened


@pytest.fixture(scope="module")
def messages(bundled: Embedder) -> MessageReader:
    return MessageReader(bundled)


@pytest.fixture(scope="module")
def heard(opened: MeasuredIndex, messages: MessageReader) -> list[Heard]:
    searcher, thresholds = opened.searcher, ConfidenceModel.load().thresholds
    about = AboutArticles(lambda: searcher, thresholds)
    chain = RetrievalQA(searcher, ExtractiveAnswerer(thresholds), about)
    conversing = FollowUpChain(chain, searcher.search, messages=messages)
    return [each for dialogue in DIALOGUES for each in hold(dialogue, conversing, searcher.search)]


@pytest.mark.parametrize(("half", "floor"), [("develop", 0.72), ("held", 0.8)])
def test_follow_ups_find_the_right_passage(heard: list[Heard], half: str, floor: float) -> None:
    found = [
        each.right
        for each in heard
        if each.dialogue.half == half and each.line.part == "follow_up" and each.line.where
    ]
    assert sum(found) / len(found) >= floor


def test_no_question_that_stands_alone_is_taken_for_a_follow_up(heard: list[Heard]) -> None:
    assert [
        each.line.question
        for each in heard
        if each.line.part != "follow_up" and each.answer.understood is not None
    ] == []


@pytest.mark.parametrize(("half", "most"), [("develop", 0.05), ("held", 0.1)])
def test_forty_topic_switches_are_seldom_dragged_along(
    heard: list[Heard], opened: MeasuredIndex, messages: MessageReader, half: str, most: float
) -> None:
    search = cache(opened.searcher.search)
    switches = [each for each in SWITCHES if each["half"] == half]
    assert len(switches) == 40
    understood = [
        understand(messages.read(switch["question"]), (Turn.of(answer, NOW),), search)
        for switch in switches
        for answer in (each.answer for each in heard)
        if answer.citations
        and switch["about"] not in {Path(c.article.path).name for c in answer.citations}
    ]
    assert sum(each.rewritten for each in understood) <= most * len(understood)


def test_a_reply_goes_back_to_a_turn_that_was_held() -> None:
    def earlier(dialogue: Dialogue) -> bool:
        return all(
            line.reply_to is None or 1 <= line.reply_to <= at
            for at, line in enumerate(dialogue.lines)
        )

    assert all(map(earlier, DIALOGUES))
