"""What is checked, against what, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from index.article import Article, Passage, Sentence

ClaimFault = Literal[
    "uncited",
    "wrong-citation",
    "number",
    "date",
    "name",
    "quote",
    "negation",
    "attribution",
    "roles",
    "detail",
    "meaning",
    "wording",
]
"""What is wrong with a claim.

`uncited`: no passage given is cited. `wrong-citation`: another passage given bears it. `number`,
`date`, `name`, `quote`: it is not in the passages cited, or stands there for something else.
`negation`: they say the contrary. `attribution`: somebody else said it. `roles`: who did what to
whom is turned round. `detail`: a part of it is not in there. `meaning`: nothing of it is.
`wording`: it is about a name, and no cited sentence says it in these words.
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
