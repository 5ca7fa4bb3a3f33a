"""Whether a sentence is of the years that a question names.

A reader takes « 2014 » for « 2012 » now and then, and a passage that names the year asked for may
give the figure of another one.
"""

from __future__ import annotations

import re

from index.article import Sentence
from index.findings import Hit

_YEAR = re.compile(r"(?<![\w.,])(?:1[0-9]|20)\d\d(?!\w|[.,]\d)")


def is_of_other_years(question: str, hit: Hit, sentence: Sentence) -> bool:
    """Whether this sentence of the hit is of other years than the question names.

    Its years are those that it, the title, the heading or a date of its article tells; where these
    tell none, the last that its passage names before it.
    """
    asked, article, passage = _YEAR.findall(question), hit.article, hit.passage
    if not asked:
        return False
    years = _YEAR.findall("\n".join([article.title, passage.heading, sentence.text]))
    years += [str(day.year) for day in (article.published, article.updated) if day is not None]
    if not years:
        years = _YEAR.findall(passage.text[: sentence.start - passage.start])[-1:]
    return bool(years) and not any(min(asked) <= year <= max(asked) for year in years)
