"""Answers written by models that follow a script, sentence by sentence."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing

import pytest

from bot.answer import Answer, Citation
from bot.answering import injection
from bot.answering.extractive import ExtractiveAnswerer
from bot.errors import ModelFailed, ModelFault
from bot.llm.base import Request
from bot.llm.cache import CacheKey
from bot.llm.chooser import Chooser
from bot.llm.draft import AnswerDraft
from bot.llm.model_answerer import ModelAnswerer, ModelLimits, ModelTask
from bot.llm.writer import Writer
from bot.verification.claim import Claim, ClaimVerdict, NumberedPassage
from index.errors import ModelError
from index.findings import Findings
from index.search.confidence import Thresholds
from tests.bot.llm.fakes import Scripted, WordChecker, article, findings, hits

QUESTION = "Quand le pont a-t-il été construit ?"
BRIDGE = article("Le pont fut construit en 1901. Il mesure trente mètres de long.")
BUILT = "Le pont fut construit en 1901."
LONG = "Il mesure trente mètres de long."
GOOD = f"{BUILT[:-1]} [1]. {LONG[:-1]} [1]."
LIE = "Le pont fut construit en 1999 [1]."


class Kept:
    """Replies in memory."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}

    async def find(self, wanted: CacheKey) -> str | None:
        return self.texts.get(wanted.key)

    async def keep(self, wanted: CacheKey, text: str) -> None:
        self.texts[wanted.key] = text


def written(*models: Scripted, **options: object) -> ModelAnswerer:
    checker = options.pop("checker", WordChecker())
    extractive = ExtractiveAnswerer(Thresholds(0.5, 0.9))
    return ModelAnswerer(models, Writer(checker), extractive, **options)  # type: ignore[arg-type]


def asked(confidence: float = 0.95, question: str = QUESTION) -> Findings:
    return findings(question, BRIDGE, confidence=confidence)


def told(answer: Answer) -> list[str]:
    return [each.text for each in answer.statements]


async def grown(writing: ModelAnswerer, evidence: Findings | None = None) -> list[Answer]:
    return [answer async for answer in writing.astream(evidence or asked())]


async def test_the_answer_grows_by_checked_sentences_and_cites_what_bears_them() -> None:
    seen = await grown(written(Scripted(GOOD)))
    assert [told(each) for each in seen] == [[BUILT], [BUILT, LONG], [BUILT, LONG]]
    whole = seen[-1]
    assert [each.quote for each in whole.citations] == [BUILT, LONG]
    assert [each.citations for each in whole.statements] == [(1,), (2,)]
    assert (whole.model, whole.fallback) == ("fake:writer", None)


async def test_where_the_search_is_not_sure_no_model_is_asked() -> None:
    model = Scripted(GOOD)
    (answer,) = await grown(written(model), asked(0.2))
    assert (answer.is_sure, answer.fallback, model.calls) == (False, None, [])


async def test_only_the_operator_sees_dropped_sentences(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "bot.llm")
    text = f"{BUILT[:-1]} [1]. Il fut détruit en 1944 [1]. {LONG[:-1]} [1]."
    answer = (await grown(written(Scripted(text))))[-1]
    assert told(answer) == [BUILT, LONG]
    assert [(each.text, each.fault) for each in answer.dropped] == [
        ("Il fut détruit en 1944.", "meaning")
    ]
    assert "2 kept, 1 dropped (meaning)" in caplog.text
    assert "1944" not in caplog.text


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        (f"{BUILT[:-1]} [1]. Il mesure quarante mètres de haut [1].", "sure"),
        (f"Le pont fut construit en 1999 [1]. {LONG[:-1]} [1].", "perhaps"),
    ],
)
async def test_an_unsupported_sentence_is_replaced_by_its_quote(text: str, outcome: str) -> None:
    seen = await grown(written(Scripted(text)))
    assert (seen[-1].model, seen[-1].outcome) == ("fake:writer", outcome)
    assert told(seen[-1]) == [each.quote for each in seen[-1].citations] == [BUILT, LONG]
    assert [each.text in text.replace(" [1]", "") for each in seen[-1].dropped] == [True]
    said = {each for answer in seen for each in told(answer)}
    assert not any("1999" in each or "quarante" in each for each in said)


@pytest.mark.parametrize(
    ("text", "dropped"),
    [(LIE, 1), (f"{BUILT[:-1]} [1]. Il est rouge [1]. Il est vert [1]. Il est bleu [1].", 3)],
    ids=["all of it", "most of it"],
)
async def test_where_it_fails_the_articles_answer(text: str, dropped: int) -> None:
    answer = (await grown(written(Scripted(text))))[-1]
    assert (told(answer)[0], answer.model, answer.fallback) == (BUILT, None, "unsupported")
    assert len(answer.dropped) == dropped


async def test_what_turns_out_to_be_thinking_is_forgotten() -> None:
    text = f"{LONG[:-1]} [1]. Ou pas.\n</think>{BUILT[:-1]} [1]."
    answer = (await grown(written(Scripted(text))))[-1]
    assert told(answer) == [BUILT]


@pytest.mark.parametrize("said", ["Je ne sais pas.", '{"sentences": []}'])
async def test_a_model_that_does_not_know_leaves_at_most_perhaps(said: str) -> None:
    unsure = (await grown(written(Scripted(said)), asked(0.7)))[-1]
    assert (unsure.is_sure, unsure.model) == (False, "fake:writer")
    assert [each.title for each in unsure.nearest] == [BRIDGE.title]
    for confidence in (0.95, 1.0):
        doubted = (await grown(written(Scripted(said)), asked(confidence)))[-1]
        assert (told(doubted)[0], doubted.fallback) == (BUILT, "unknown")
        assert doubted.outcome == "perhaps"


async def test_json_is_asked_of_a_model_that_can_write_it() -> None:
    model = Scripted(f'{{"sentences": [{{"text": "{BUILT}", "citations": [1]}}]}}')
    model.json = True
    answer = (await grown(written(model)))[-1]
    assert told(answer) == [BUILT]
    assert model.requests[0].schema is not None
    assert '{"sentences"' in model.calls[0][2].text


@pytest.mark.parametrize(
    ("kind", "fallback"),
    [("timeout", "failed"), ("rate", "failed"), ("budget", "budget"), ("allowance", "allowance")],
)
async def test_where_all_fail_the_articles_answer(kind: ModelFault, fallback: str) -> None:
    broken = ModelFailed(kind, "fake:broken")
    answer = (await grown(written(Scripted(broken), Scripted(broken))))[-1]
    assert (told(answer)[0], answer.model, answer.fallback) == (BUILT, None, fallback)


async def test_what_was_shown_before_a_model_broke_off_is_replaced() -> None:
    broken = Scripted(f"{BUILT[:-1]} [1]. {LONG} ", ModelFailed("connection", "fake:broken"))
    seen = await grown(written(broken))
    assert [each.fallback for each in seen] == [None, "failed"]
    assert (told(seen[0]), seen[-1].model) == ([BUILT], None)


class Broken(WordChecker):
    """Cannot check anything."""

    def check(self, claim: Claim, given: Sequence[NumberedPassage], question: str) -> ClaimVerdict:
        raise ModelError("weights-missing")


async def test_what_cannot_be_checked_is_not_shown(caplog: pytest.LogCaptureFixture) -> None:
    seen = await grown(written(Scripted(GOOD), Scripted(GOOD), checker=Broken()))
    assert [(each.model, each.fallback) for each in seen] == [(None, "failed")]
    assert "cannot be checked" in caplog.text


async def test_a_good_answer_is_kept_and_checked_again() -> None:
    replies, model, checker = Kept(), Scripted(GOOD), WordChecker()
    writing = written(model, replies=replies, checker=checker, generation=lambda: "g1")
    first = (await grown(writing))[-1]
    checks = len(checker.checked)
    again = (await grown(writing, asked(question=QUESTION.upper())))[-1]
    assert told(again) == told(first)
    assert len(model.calls) == 1
    assert len(checker.checked) == 2 * checks


async def test_closing_ends_the_call() -> None:
    model = Scripted(GOOD, "encore " * 1000, pause=0.001)
    async with aclosing(written(model).astream(asked())) as answers:
        assert told(await anext(answers)) == [BUILT]
    assert model.closed == 1
    assert len(model.said) < 1000


async def test_a_prompt_that_is_too_long_for_the_model_is_cut_from_then_on() -> None:
    class Small(Scripted):
        async def stream(self, request: Request) -> AsyncIterator[str]:
            if len(request.messages) > 4:
                self.calls.append(request.messages)
                raise ModelFailed("context", self.name)
            async for piece in super().stream(request):
                yield piece

    model = Small(GOOD)
    writing = written(model, limits=ModelLimits(context=3300, answer=500))
    assert (await grown(writing))[-1].model == model.name
    tries = len(model.calls)
    assert tries > 1
    assert (await grown(writing))[-1].model == model.name
    assert len(model.calls) == tries + 1


async def test_what_a_model_writes_is_no_surer_than_the_search() -> None:
    extractive = ExtractiveAnswerer(Thresholds(0.5, 0.99))
    answers = await grown(ModelAnswerer([Scripted(GOOD)], Writer(WordChecker()), extractive))
    assert answers[-1].model == "fake:writer"
    assert {answer.outcome for answer in answers} == {"perhaps"}


@pytest.mark.parametrize("task", [Writer(WordChecker()), Chooser()])
async def test_orders_to_machines_are_not_looked_for_on_the_event_loop(
    task: ModelTask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def judge(text: str) -> float:
        with pytest.raises(RuntimeError):
            asyncio.get_running_loop()
        return -math.inf

    monkeypatch.setattr(injection, "_order_logit", judge)
    answerer = ModelAnswerer([Scripted(GOOD)], task, ExtractiveAnswerer(Thresholds(0.5, 0.9)))
    (*_, answer) = await grown(answerer)
    assert answer.outcome == "sure"


def test_other_passages_are_offered_best_first() -> None:
    sources = hits(BRIDGE, article("La mairie est rouge.", "La mairie"))
    best, second = (
        [Citation.of(1, each, hit.passage, hit.article) for each in hit.passage.sentences]
        for hit in sources
    )
    further = (
        AnswerDraft(asked(), (), "fake:writer", "sure").answer([best[0], *second, best[1]]).further
    )
    assert [each.quote for each in further] == [BUILT, "La mairie est rouge."]
