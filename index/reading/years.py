"""Detect sentences about other years than those a question names.

A reader sometimes takes « 2014 » for « 2012 », and a passage that names the right year may give the
figure of another.
"""

from __future__ import annotations

import re

from index.article import Sentence
from index.findings import Hit

_YEAR = re.compile(r"(?<![\w.,])(?:1[0-9]|20)\d\d(?!\w|[.,]\d)")


def is_of_other_years(question: str, hit: Hit, sentence: Sentence) -> bool:
    """True if this sentence of the hit is about other years than the question names.

    Its years are those in the sentence, the title, the heading or a date of its article, or else
    the last year named earlier in its passage.
    """
    years_of_question, article, passage = _YEAR.findall(question), hit.article, hit.passage
    if not years_of_question:
        return False
    years = _YEAR.findall("\n".join([article.title, passage.heading, sentence.text]))
    years += [str(day.year) for day in (article.published, article.updated) if day is not None]
    if not years:
        years = _YEAR.findall(passage.text[: sentence.start - passage.start])[-1:]
    return bool(years) and not any(
        min(years_of_question) <= year <= max(years_of_question) for year in years
    )
