"""What a chat model may choose from, and the answer that its choice makes.

Options are numbered sentences; the model's own words are not shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
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
from bot.answering.injection import harmless_in_prompt, is_machine_text
from bot.answering.refusal import ModelVote, decide_by_vote, lower, refuse
from bot.llm.base import Request
from bot.llm.prompt import ChoiceForm, fit_messages, format_heading, template
from bot.llm.votes import VoteFigures
from index.article import Sentence
from index.findings import Findings, Hit
from index.reading.sentences import rank_sentences
from index.search.confidence import Thresholds
from index.text.antecedents import find_leads

MIN_PASSAGES, MAX_PASSAGES = 3, 5
MAX_PASSAGES_OF_PARTS = 7  # if the question has several parts
_MAX_QUOTED_SENTENCES_OF_PARTS = 6
_SCORE_MARGIN = 0.06  # behind the best passage, for those beyond the minimum
PASSAGE_CHARACTERS = 600


@dataclass(frozen=True, slots=True)
class ChoicePrompt:
    """A request for numbers, the options that they count, and the passages as formatted."""

    form: ChoiceForm
    request: Request
    options: Sequence[Quotable]
    passages: str


@dataclass(frozen=True, slots=True)
class Chooser:
    """The options for one question.

    `extractive` is the answer without a model; the hits of `findings` have been ranked. `passages`
    are the options by passage, in reading order; `blocks` are those as formatted.
    """

    findings: Findings
    extractive: Answer
    passages: Sequence[Sequence[Quotable]]
    blocks: Sequence[str]

    @classmethod
    def prepare(cls, findings: Findings, extractive: Answer) -> Chooser | None:
        """Collect the options; None if there are none. CPU work, not for an event loop."""
        findings = replace(findings, hits=rank_sentences(findings.hits))
        passages = list_options(findings.hits, several=bool(search_parts(findings.question)))
        if not passages:
            return None
        blocks = _format_passages(passages, findings.language)
        return cls(findings, extractive, passages, blocks)

    def prompt(self, *, json: bool, room: int, tokens: int) -> ChoicePrompt:
        """Ask for numbers in at most `tokens`, with as many passages as fit into `room`."""
        form: ChoiceForm = "choose_json" if json else "choose"
        blank = template(form, self.findings.language)
        messages, count = fit_messages(blank, self.findings.question, self.blocks, room)
        options = [option for passage in self.passages[:count] for option in passage]
        request = Request(messages, tokens, choice_schema(len(options)) if json else None)
        return ChoicePrompt(form, request, options, "\n\n".join(self.blocks[:count]))

    def agrees(self, options: Sequence[Quotable]) -> bool | None:
        """True if the first option is what is quoted first without a model, or beside it; None
        without options."""
        if not options:
            return None
        return any(_is_near(options[0], citation) for citation in self._first_citations)

    def answer(
        self,
        options: Sequence[Quotable],
        model: str,
        figures: VoteFigures | None,
        thresholds: Thresholds,
    ) -> Answer:
        """Show these options, and the sentence that is quoted first without a model, as far as the
        model's `figures` allow."""
        several = bool(search_parts(self.findings.question))
        options = options[: _MAX_QUOTED_SENTENCES_OF_PARTS if several else MAX_QUOTED_SENTENCES]
        agrees, before = self.agrees(options), self.extractive.outcome
        vote = figures.vote(agrees=agrees) if figures is not None else ModelVote(agrees)
        decision = decide_by_vote(self.findings, before, vote, thresholds)
        if not decision.may_answer:
            if options:
                return self.extractive if before == "no" else refuse(self.findings, decision)
            return replace(refuse(self.findings, decision), chosen_by=model)
        if not options:
            is_lower = decision.outcome != before
            return (
                replace(lower(self.extractive), fallback="unknown") if is_lower else self.extractive
            )
        if decision.outcome == "sure" and not agrees:  # the vote weighs too little
            return self.extractive
        every = (option for hit in self.findings.hits for option in quotables(hit))
        own = [option for option in every if _is_of(option, self._first_citations[:1])]
        keeps_first = before == "sure" and not vote.displaces
        points: list[Point] = []
        for option in (*own, *options) if keeps_first else (*options, *own):
            if not (is_lead(option, points) or add_support(option, points)):
                points.append(Point(option))
        highlights = points[:1] if decision.outcome == "sure" else ()
        answer = quote_points(self.findings, points, highlights, decision.outcome)
        return replace(answer, chosen_by=model)

    @property
    def _first_citations(self) -> list[Citation]:
        """The citations of the sentence that is quoted first without a model."""
        first = self.extractive.statements[0].citations if self.extractive.statements else ()
        return [citation for citation in self.extractive.citations if citation.number in first]


def list_options(hits: Sequence[Hit], *, several: bool) -> list[list[Quotable]]:
    """The options in the best passages, in reading order, without orders to machines."""
    best = hits[0].scores.total if hits else 0.0
    passages = []
    for place, hit in enumerate(hits[: MAX_PASSAGES_OF_PARTS if several else MAX_PASSAGES]):
        if not several and place >= MIN_PASSAGES and hit.scores.total < best - _SCORE_MARGIN:
            break
        sentences = hit.passage.sentences
        withheld = frozenset(own for own in sentences if is_machine_text(own.text))
        chosen_sentences = _choose_sentences(hit, withheld)
        options = [
            option
            for option in quotables(hit)
            if withheld.isdisjoint(option.sentences)
            and not chosen_sentences.isdisjoint(option.sentences)
        ]
        if options:
            passages.append(options)
    return passages


def _choose_sentences(hit: Hit, withheld: frozenset[Sentence]) -> frozenset[Sentence]:
    """Choose the best sentences and their leads, up to the length of a passage."""
    lead_of = dict(
        zip(hit.passage.sentences, find_leads(hit.passage, hit.article.language), strict=True)
    )
    sentences: set[Sentence] = set()
    length = 0
    for _, candidate in sorted(
        zip(hit.ranks, hit.sentences, strict=True), key=lambda pair: -pair[0]
    ):
        lead = lead_of.get(candidate.sentence)
        additions = {sentence for sentence in (candidate.sentence, lead) if sentence is not None}
        additions -= sentences | withheld
        more = sum(len(sentence.text) for sentence in additions)
        if not sentences or length + more <= PASSAGE_CHARACTERS:
            sentences |= additions
            length += more
    return frozenset(sentences)


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
    number = {"type": "integer", "enum": list(range(1, count + 1))}
    return {
        "type": "object",
        "properties": {"sentences": {"type": "array", "items": number}},
        "required": ["sentences"],
        "additionalProperties": False,
    }


def _is_near(option: Quotable, citation: Citation) -> bool:
    """True if a citation quotes the same sentences, or one next to them in their passage."""
    sentences = option.hit.passage.sentences
    start = sentences[max(option.at - 1, 0)].start
    end = sentences[min(option.last + 1, len(sentences) - 1)].end
    return citation.article.id == option.article.id and start <= citation.start < end


def _is_of(option: Quotable, citations: Sequence[Citation]) -> bool:
    """True if one of the citations quotes exactly this option."""
    return any(
        (citation.article.id, citation.start, citation.end)
        == (option.article.id, option.start, option.end)
        for citation in citations
    )
