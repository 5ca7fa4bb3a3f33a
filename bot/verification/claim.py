"""What is checked, against what, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from index.article import Article, Passage, Sentence
from index.text.antecedents import find_leads

ClaimFault = Literal["uncited", "number", "date", "name", "quote", "meaning"]
"""What is wrong with a claim.

`uncited`: no passage given is cited. `number`, `date`, `name`, `quote`: it is not in the passages
cited. `meaning`: the passages cited do not support the claim as a whole.
"""


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence that a chat model wrote, without its markers, and the numbers it cites."""

    text: str
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class GivenPassage:
    """A passage that the model was given under a number; `sentences` are those it was shown."""

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

    `evidence` has for each number cited the sentence of its passage that bears the claim, then
    another where one does not bear it all, in the order of the citations; a citation that adds
    nothing is left out. For a claim that is not kept it is the cited sentence nearest to it,
    if any says something of the kind.
    """

    kept: bool
    fault: ClaimFault | None = None
    evidence: tuple[tuple[int, Sentence], ...] = ()
