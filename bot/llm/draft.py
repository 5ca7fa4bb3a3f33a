"""The draft of an answer that a chat model is writing, and checks of single sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Literal

from bot.answer import Answer, Citation, DroppedSentence, Outcome, Statement
from bot.answering.extractive import FURTHER_PASSAGES
from bot.answering.injection import is_order
from bot.answering.refusal import least_sure, remaining_outcome
from bot.llm.answer_parser import ParsedSentence
from bot.llm.markup import has_link
from bot.llm.prompt import FORMS, template
from bot.verification.claim import ClaimVerdict, NumberedPassage
from index.article import Sentence
from index.findings import Findings
from index.text.folding import fold_phrase
from index.text.language import detect


@dataclass
class AnswerDraft:
    """One model's answer so far: supported sentences, and quotes in place of others.

    `outcome` is that of the evidence; at most `most` sentences are shown; `prompts` is a folder of
    custom prompts.
    """

    findings: Findings
    passages: Sequence[NumberedPassage]
    model: str
    outcome: Outcome
    most: int = 6
    prompts: Path | None = None
    statements: list[Statement] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)
    dropped: list[DroppedSentence] = field(default_factory=list)
    own_statements: int = 0  # statements in the model's words
    replacements: int = 0  # dropped sentences with a quote in their place
    is_refusal: bool = False
    has_lost_answer: bool = False  # the sentence that should have answered was dropped

    def keep(self, sentence: ParsedSentence, verdict: ClaimVerdict) -> None:
        """Add a supported sentence, citing its evidence."""
        by_number = {each.number: each for each in self.passages}
        numbers = [self._cite(by_number[number], each) for number, each in verdict.evidence]
        is_sure_first = self.outcome == "sure" and not self.statements
        highlight = self._find_span(sentence.text) if is_sure_first else None
        self.statements.append(Statement(sentence.text, tuple(dict.fromkeys(numbers)), highlight))
        self.own_statements += 1

    def replace(self, sentence: ParsedSentence, verdict: ClaimVerdict) -> bool:
        """Show the nearest cited sentence and its lead in place of an unsupported one.

        An answer that begins so is not sure. Return False if the quote is already shown.
        """
        self.outcome = self.outcome if self.statements else least_sure(("perhaps", self.outcome))
        number, nearest = verdict.evidence[0]
        passage = next(each for each in self.passages if each.number == number)
        self.dropped.append(DroppedSentence(sentence.text, verdict.fault or "uncited"))
        self.replacements += 1
        count = len(self.statements)
        for each in filter(None, (passage.lead_of(nearest), nearest)):
            if not self.has_statement(each.text):
                self.statements.append(Statement(each.text, (self._cite(passage, each),)))
        return len(self.statements) > count

    def drop(self, sentence: ParsedSentence, fault: str) -> None:
        self.dropped.append(DroppedSentence(sentence.text, fault))
        # Without citations it may be an introduction; with them it was meant to answer.
        self.has_lost_answer = self.has_lost_answer or (
            not self.statements and bool(sentence.citations)
        )

    def begin_again(self) -> None:
        """Discard everything, since it was the model's thinking."""
        self.statements.clear()
        self.citations.clear()
        self.dropped.clear()
        self.own_statements = self.replacements = 0
        self.is_refusal = self.has_lost_answer = False

    def has_statement(self, text: str) -> bool:
        """True if a statement has the same words; small models repeat themselves."""
        return any(fold_phrase(each.text) == fold_phrase(text) for each in self.statements)

    @property
    def full(self) -> bool:
        return len(self.statements) >= self.most

    @property
    def enough(self) -> bool:
        """True if the first sentence and half of the others are supported."""
        half = len(self.statements) >= len(self.dropped) - self.replacements
        return self.own_statements > 0 and not self.has_lost_answer and half

    def answer(self, others: Sequence[Citation] = ()) -> Answer:
        """The answer so far; `others` cite other passages, best first."""
        places = {_place(each) for each in self.citations}
        others_by_place: dict[tuple[str, int], Citation] = {}
        for each in others:
            if _place(each) not in places:
                others_by_place.setdefault(_place(each), each)
        best = list(others_by_place.values())[:FURTHER_PASSAGES]
        first = len(self.citations) + 1
        return Answer(
            question=self.findings.question,
            language=self.findings.language,
            outcome=remaining_outcome(self.outcome, self.statements),
            confidence=self.findings.confidence,
            statements=tuple(self.statements),
            citations=tuple(self.citations),
            period=self.findings.period,
            further=tuple(replace(each, number=n, lead=None) for n, each in enumerate(best, first)),
            model=self.model,
            dropped=tuple(self.dropped),
        )

    def _find_span(self, text: str) -> tuple[int, int] | None:
        """Find the reader's best span in this text."""
        for hit in self.findings.hits:
            if hit.reading and hit.reading.span:
                words = hit.reading.span.words(hit.article.text)
                at = text.find(words)
                if at >= 0:
                    return at, at + len(words)
        return None

    def _cite(self, passage: NumberedPassage, sentence: Sentence) -> int:
        for each in self.citations:
            if each.article.id == passage.article.id and each.start == sentence.start:
                return each.number
        lead = passage.lead_of(sentence)
        number = len(self.citations) + 1
        self.citations.append(Citation.of(number, sentence, passage.passage, passage.article, lead))
        return number


def _place(citation: Citation) -> tuple[str, int]:
    return citation.article.id, citation.passage.start


SentenceFault = Literal["link", "order", "prompt", "language"]
"""`link`: it has an address. `order`: it repeats an order to machines. `prompt`: it repeats the
system prompt. `language`: it is not in the question's language."""

_NGRAM_WORDS = 6  # too many to be the same by chance
_LANGUAGE_WORDS = 4  # minimum for language detection
_EXCLAMATION = re.compile(r"[!?]\s*$")  # questions and exclamations are no answers
_WORD = re.compile(r"\w+")


def find_fault(text: str, language: str, folder: Path | None = None) -> SentenceFault | None:
    """Return the fault of a sentence by itself, if any; `folder` as in `template`."""
    if has_link(text):
        return "link"
    if is_order(text) or _EXCLAMATION.search(text):
        return "order"
    if _ngrams(text) & _prompt_ngrams(language, folder):
        return "prompt"
    words = [word for word in _WORD.findall(text) if not word.isdecimal() and word[0].islower()]
    has_language = len(words) >= _LANGUAGE_WORDS
    if has_language and detect(" ".join(words), fallback=language) != language:
        return "language"
    return None


@cache
def _prompt_ngrams(language: str, folder: Path | None) -> frozenset[tuple[str, ...]]:
    prompts = (template(form, language, folder).system.text for form in FORMS["write"])
    return frozenset(ngram for text in prompts for ngram in _ngrams(text))


def _ngrams(text: str) -> frozenset[tuple[str, ...]]:
    words = _WORD.findall(fold_phrase(text))
    starts = range(len(words) - _NGRAM_WORDS + 1)
    return frozenset(tuple(words[at : at + _NGRAM_WORDS]) for at in starts)
