"""An answer while a chat model writes it: what was kept, what was dropped."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal, get_args

from bot.answer import Answer, Citation, Dropped, Statement
from bot.answering.injection import is_order
from bot.llm.answer_parser import ParsedSentence
from bot.llm.markup import linked
from bot.llm.prompt import Form, template
from bot.verification.claim import ClaimVerdict, GivenPassage
from index.article import Sentence
from index.findings import Findings
from index.text.antecedents import leads
from index.text.folding import fold_phrase
from index.text.language import detect

_FURTHER = 5  # passages offered behind an answer


@dataclass
class AnswerDraft:
    """The sentences of one model so far; only those that were checked and kept are in `answer`."""

    findings: Findings
    given: Sequence[GivenPassage]
    model: str
    doubtful: bool = False  # the search does not tell for sure that there is an answer
    statements: list[Statement] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)
    refused: bool = False
    lost: bool = False  # the sentence that should have answered was dropped

    def keep(self, said: ParsedSentence, verdict: ClaimVerdict) -> None:
        """Add a sentence that the passages bear out, citing the sentences that bear it."""
        by_number = {each.number: each for each in self.given}
        numbers = [self._cite(by_number[number], each) for number, each in verdict.evidence]
        mark = None if self.statements else self._answer_in(said.text)
        self.statements.append(Statement(said.text, tuple(dict.fromkeys(numbers)), mark))

    def drop(self, said: ParsedSentence, fault: str) -> None:
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
        return any(fold_phrase(each.text) == fold_phrase(text) for each in self.statements)

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
            period=self.findings.period,
            further=self._further(offered),
            model=self.model,
            dropped=tuple(self.dropped),
            doubtful=self.doubtful,
        )

    def _answer_in(self, text: str) -> tuple[int, int] | None:
        """Where the words that the reader found in the articles stand in this text, if they do."""
        for hit in self.findings.hits:
            if hit.reading and hit.reading.span:
                found = hit.reading.span.words(hit.article.text)
                at = text.find(found)
                if at >= 0:
                    return at, at + len(found)
        return None

    def _cite(self, given: GivenPassage, sentence: Sentence) -> int:
        for known in self.citations:
            if known.article.id == given.article.id and known.start == sentence.start:
                return known.number
        number = len(self.citations) + 1
        self.citations.append(_citation(number, given, sentence))
        return number

    def _further(self, offered: Sequence[Citation]) -> tuple[Citation, ...]:
        used = {_place(each) for each in self.citations}
        unused = {_place(each): each for each in reversed(offered) if _place(each) not in used}
        best = list(reversed(unused.values()))[:_FURTHER]
        return tuple(
            Citation(number, each.quote, each.start, each.end, each.passage, each.article)
            for number, each in enumerate(best, len(self.citations) + 1)
        )


def _citation(number: int, given: GivenPassage, sentence: Sentence) -> Citation:
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


Guarded = Literal["link", "order", "prompt", "language", "unfinished"]
"""`link`: it shows an address. `order`: it repeats what an article tells a machine. `prompt`: it
gives away what the model was told. `language`: it is not in the question's. `unfinished`: the model
was cut short."""

_RUN = 6  # words in a row that nobody writes twice by chance
TELLING = 4  # words that a sentence needs for its language to be told
_CRY = re.compile(r"[!?]\s*$")  # neither a question nor an outcry tells anything
_WORD = re.compile(r"\w+")


def guarded(text: str, language: str, folder: Path | None = None) -> Guarded | None:
    """What is wrong with a sentence by itself, if anything; `folder` as the prompt's."""
    if linked(text):
        return "link"
    if is_order(text) or _CRY.search(text):
        return "order"
    if _runs(text) & _told(language, folder):
        return "prompt"
    if _other_language(text, language):
        return "language"
    return None


def _other_language(text: str, language: str) -> bool:
    words = [word for word in _WORD.findall(text) if not word.isdecimal() and word[0].islower()]
    return len(words) >= TELLING and detect(" ".join(words), fallback=language) != language


@cache
def _told(language: str, folder: Path | None) -> frozenset[tuple[str, ...]]:
    told = (template(form, language, folder).system.text for form in get_args(Form))
    return frozenset(run for text in told for run in _runs(text))


def _runs(text: str) -> frozenset[tuple[str, ...]]:
    words = _WORD.findall(fold_phrase(text))
    return frozenset(tuple(words[at : at + _RUN]) for at in range(len(words) - _RUN + 1))
