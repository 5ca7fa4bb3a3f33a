"""Answers of sentences that chat models choose by number; their own words are not shown."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bot.answer import Answer, Citation
from bot.answering.comparison import search_parts
from bot.answering.extractive import (
    MAX_QUOTED_SENTENCES,
    Point,
    Quotable,
    add_support,
    is_lead,
    quotables,
    quote_points,
)
from bot.answering.injection import harmless_in_prompt
from bot.answering.refusal import decide_by_choice, lower, refuse
from bot.errors import ModelFailed
from bot.llm.base import ChatModel, Request
from bot.llm.choice_parser import MAX_REPLY, is_complete, parse_choice
from bot.llm.json_stream import sentences_schema
from bot.llm.model_answerer import Attempt, Begin
from bot.llm.prompt import (
    MAX_PASSAGES,
    MAX_PASSAGES_OF_PARTS,
    ChoiceForm,
    choose_passages,
    fit_messages,
    format_heading,
    template,
    withheld_sentences,
)
from bot.operations.logs import PublicText
from index.findings import Findings, Hit
from index.reading.sentences import rank_sentences

logger = logging.getLogger(__name__)
_MAX_QUOTED_SENTENCES_OF_PARTS = 6  # if the question has several parts


@dataclass(frozen=True, slots=True)
class Chooser:
    """A `ModelTask`: choose sentences; `prompts` is a folder to use instead of Selon's own."""

    prompts: Path | None = None

    async def prepare(self, findings: Findings, extractive: Answer, tokens: int) -> Begin | None:
        """Ask a model whenever there are passages: it may find what the reader missed."""
        question, language = findings.question, findings.language
        several = bool(search_parts(question))
        findings = replace(findings, hits=rank_sentences(findings.hits))
        passages = await asyncio.to_thread(_list_options, findings.hits, several=several)
        if not passages:
            return None
        blocks = await asyncio.to_thread(_format_passages, passages, language)
        most = _MAX_QUOTED_SENTENCES_OF_PARTS if several else MAX_QUOTED_SENTENCES

        def begin(model: ChatModel, json: bool, room: int) -> ChoiceAttempt:
            form: ChoiceForm = "choose_json" if json else "choose"
            blank = template(form, language, self.prompts)
            messages, count = fit_messages(blank, question, language, blocks, room)
            options = [option for passage in passages[:count] for option in passage]
            request = Request(messages, tokens, choice_schema(len(options)) if json else None)
            choice = SentenceChoice(findings, extractive, options, most)
            return ChoiceAttempt(model, request, form, "\n\n".join(blocks[:count]), choice)

        return begin


@dataclass(frozen=True, slots=True)
class SentenceChoice:
    """The numbered options of a model, of which it may choose at most `most`.

    `extractive` is the answer without a model; the hits of `findings` have been ranked.
    """

    findings: Findings
    extractive: Answer
    options: Sequence[Quotable]
    most: int

    def answer(self, numbers: Sequence[int], model: str) -> Answer:
        """Show these options, and the sentence that is quoted first without a model."""
        options = [self.options[number - 1] for number in numbers[: self.most]]
        first = self.extractive.statements[0].citations if self.extractive.statements else ()
        citations = [each for each in self.extractive.citations if each.number in first]
        agrees = any(_is_near(options[0], each) for each in citations) if options else None
        decision = decide_by_choice(self.findings, self.extractive.outcome, agrees)
        if not decision.may_answer:
            return replace(refuse(self.findings, decision), chosen_by=model)
        if not options:
            return replace(lower(self.extractive), fallback="unknown")
        points: list[Point] = []
        every = (each for hit in self.findings.hits for each in quotables(hit))
        for option in (*options, *(each for each in every if _is_of(each, citations[:1]))):
            if not (is_lead(option, points) or add_support(option, points)):
                points.append(Point(option))
        highlights = points[:1] if decision.outcome == "sure" else ()
        answer = quote_points(self.findings, points, highlights, decision.outcome)
        return replace(answer, chosen_by=model)


class ChoiceAttempt(Attempt):
    """An attempt whose only answer is complete."""

    def __init__(
        self,
        model: ChatModel,
        request: Request,
        form: ChoiceForm,
        passages: str,
        choice: SentenceChoice,
    ) -> None:
        super().__init__(model, request, form, passages)
        self._choice = choice

    async def answers(self, reply: str | None) -> AsyncGenerator[Answer, None]:
        """Yield the answer. Raises ModelFailed, also if the reply has no choice."""
        async with aclosing(self.stream(reply)) as pieces:
            async for piece in pieces:
                if len(self.text) > MAX_REPLY or ("}" in piece and is_complete(self.text)):
                    break
        texts = [each.text for each in self._choice.options]
        numbers = await asyncio.to_thread(parse_choice, self.text, texts)
        if numbers is None:
            raise ModelFailed("malformed", self.model.name, "no number")
        self.good = True
        name = PublicText(self.model.name)
        logger.info("%s: chose %d of %d sentences", name, len(numbers), len(texts))
        yield await asyncio.to_thread(self._choice.answer, numbers, self.model.name)


def _list_options(hits: Sequence[Hit], *, several: bool) -> list[list[Quotable]]:
    """The options in the best passages, in reading order, without orders to machines."""
    best = choose_passages(hits, MAX_PASSAGES_OF_PARTS if several else MAX_PASSAGES)
    by_place = {(hit.article.id, hit.passage.start): hit for hit in hits}
    passages = []
    for each in best:
        hit = by_place[each.article.id, each.passage.start]
        withheld = withheld_sentences(hit)
        options = [
            option
            for option in quotables(hit)
            if not withheld.intersection(option.sentences)
            and set(each.sentences).intersection(option.sentences)
        ]
        if options:
            passages.append(options)
    return passages


def _format_passages(passages: Sequence[Sequence[Quotable]], language: str) -> list[str]:
    """Format passages for a prompt: a heading, then one numbered option a line."""
    blocks = []
    number = 0
    for options in passages:
        lines = [format_heading(options[0].article, language)]
        for option in options:
            number += 1
            lines.append(f"[{number}] {harmless_in_prompt(option.text)}")
        blocks.append("\n".join(lines))
    return blocks


def choice_schema(count: int) -> dict[str, Any]:
    """JSON schema of a choice among so many options; an empty list chooses none."""
    return sentences_schema({"type": "integer", "enum": list(range(1, count + 1))})


def _is_near(option: Quotable, citation: Citation) -> bool:
    """True if a citation quotes the same sentences, or one next to them in their passage."""
    sentences = option.hit.passage.sentences
    start = sentences[max(option.at - 1, 0)].start
    end = sentences[min(option.last + 1, len(sentences) - 1)].end
    return citation.article.id == option.article.id and start <= citation.start < end


def _is_of(option: Quotable, citations: Sequence[Citation]) -> bool:
    """True if one of the citations quotes exactly this option."""
    return any(
        (each.article.id, each.start, each.end) == (option.article.id, option.start, option.end)
        for each in citations
    )
