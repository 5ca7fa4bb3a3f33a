"""An answer while a chat model writes it: what was kept, what was dropped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.answer import Answer, Citation, Dropped, Statement
from bot.llm.answer_parser import Said
from bot.verification.claim import Given, Verdict
from index.antecedents import leads
from index.build.passages import Sentence
from index.language_bot_spelling import folded
from index.reading.span_rules import SpanFinder
from index.search.searcher import Findings

FURTHER = 5  # passages offered behind an answer


@dataclass
class Draft:
    """The sentences of one model so far; only those that were checked and kept are in `answer`."""

    findings: Findings
    given: Sequence[Given]
    model: str
    spans: SpanFinder
    statements: list[Statement] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)
    refused: bool = False
    lost: bool = False  # the sentence that should have answered was dropped

    def keep(self, said: Said, verdict: Verdict) -> None:
        """Add a sentence that the passages bear out, citing the sentences that bear it."""
        by_number = {each.number: each for each in self.given}
        numbers = [self._cite(by_number[number], each) for number, each in verdict.evidence]
        language = self.findings.language
        mark = None
        if not self.statements:
            mark = self.spans.highlight(self.findings.question, said.text, language, language)
        self.statements.append(Statement(said.text, tuple(dict.fromkeys(numbers)), mark))

    def drop(self, said: Said, fault: str) -> None:
        self.dropped.append(Dropped(said.text, fault))
        # What cites nothing may be words before the answer; what does was meant to be it.
        self.lost = self.lost or (not self.statements and bool(said.citations))

    def begin_again(self) -> None:
        """Forget all: it was the model's thinking."""
        self.statements.clear()
        self.citations.clear()
        self.dropped.clear()
        self.refused = self.lost = False

    def says(self, text: str) -> bool:
        """Whether a kept sentence says the same in the same words; small models repeat."""
        return any(folded(each.text) == folded(text) for each in self.statements)

    @property
    def enough(self) -> bool:
        """Whether what was kept may stand for the answer: its beginning, and half of it."""
        return bool(self.statements) and not self.lost and self._kept_half

    @property
    def _kept_half(self) -> bool:
        return len(self.statements) >= len(self.dropped)

    def answer(self, offered: Sequence[Citation] = ()) -> Answer:
        """The answer as it stands; `offered` cites what else was found, best first."""
        return Answer(
            question=self.findings.question,
            language=self.findings.language,
            confidence=self.findings.confidence,
            statements=tuple(self.statements),
            citations=tuple(self.citations),
            nearest=(),
            elapsed_ms=0.0,
            further=self._further(offered),
            model=self.model,
            dropped=tuple(self.dropped),
        )

    def _cite(self, given: Given, sentence: Sentence) -> int:
        for known in self.citations:
            if known.article.id == given.article.id and known.start == sentence.start:
                return known.number
        number = len(self.citations) + 1
        self.citations.append(_citation(number, given, sentence))
        return number

    def _further(self, offered: Sequence[Citation]) -> tuple[Citation, ...]:
        used = {_place(each) for each in self.citations}
        unused = {_place(each): each for each in reversed(offered) if _place(each) not in used}
        best = list(reversed(unused.values()))[:FURTHER]
        return tuple(
            Citation(number, each.quote, each.start, each.end, each.passage, each.article)
            for number, each in enumerate(best, len(self.citations) + 1)
        )


def _citation(number: int, given: Given, sentence: Sentence) -> Citation:
    sentences = given.passage.sentences
    lead = None
    if sentence in sentences:
        before = leads(given.passage, given.article.language)
        lead = before[sentences.index(sentence)]
    return Citation(
        number=number,
        quote=sentence.text,
        start=sentence.start,
        end=sentence.end,
        passage=given.passage,
        article=given.article,
        lead=lead,
    )


def _place(citation: Citation) -> tuple[str, int]:
    return citation.article.id, citation.passage.start
