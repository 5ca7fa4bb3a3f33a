"""A claim, the passages it is checked against, and the verdict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from index.article import Article, Passage, Sentence
from index.text.antecedents import find_leads

ClaimFault = Literal["uncited", "number", "date", "name", "quote", "meaning"]
"""What is wrong with a claim.

`uncited`: it cites none of the passages. `number`, `date`, `name`, `quote`: the cited passages do
not have it. `meaning`: they do not support the claim as a whole.
"""


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence of a chat model, without its markers, and the passage numbers it cites."""

    text: str
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class NumberedPassage:
    """A passage of the prompt under its number; `sentences` are those shown to the model."""

    number: int
    article: Article
    passage: Passage
    sentences: tuple[Sentence, ...]

    def lead_of(self, sentence: Sentence) -> Sentence | None:
        """The sentence that a sentence of the passage leans on, if any."""
        if sentence not in self.passage.sentences:
            return None
        leads = find_leads(self.passage, self.article.language)
        return leads[self.passage.sentences.index(sentence)]


@dataclass(frozen=True, slots=True)
class ClaimVerdict:
    """Whether a claim may be shown; if not, `fault` says why.

    `evidence` has, in the order of the citations, the sentence of each cited passage that supports
    the claim best, and a second one if that adds enough; citations that add nothing are left out.
    For an unsupported claim it is the nearest cited sentence, if that one is related at all.
    """

    supported: bool
    fault: ClaimFault | None = None
    evidence: tuple[tuple[int, Sentence], ...] = ()
