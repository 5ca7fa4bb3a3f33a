"""Sentences that depend on an earlier one, their lead: « Il alimente… », "They say…"."""

from __future__ import annotations

import re

from index.article import Passage, Sentence
from index.text.dates import weekday_names
from index.text.patterns import one_of

# Optional words before the pronoun: a short opening up to a comma (« Actuellement, il… »,
# « Depuis 2019, elle… ») or a connective (« Mais il… »), but not « Quant à Marie, elle… ».
_OPENING = (
    r"(?:(?!quant (?:à|aux?) |as (?:for|to) )[^,.;:!?«»\"]{1,40},\s+"
    r"|(?:mais|et|or|car|donc|ainsi|puis|but|and|so|then|yet)\s+)?"
)

_FRENCH = (
    r"(?:ils?(?!,)|elles?(?!,)|celui-(?:ci|là)|celles?-(?:ci|là)|ceux-(?:ci|là)|cela|ceci|ça|ce|cet|cette|ces"
    r"|c['’]|son|sa|ses|leurs?|l['’]une?|tous deux|toutes deux"
    # « Le second est… », but not « Le second empire… » or « Le second, MAI-1, … ».
    r"|(?:le premier|le second|le dernier|la première|la seconde|la dernière)"
    r"(?= (?:est|était|fut|sera|a|avait|ne|n['’]|se|s['’])\b))"
)
_FRENCH_IMPERSONAL = (
    r"il (?:ne )?(?:y (?:a|avait|eut|aura)|n['’]y|en (?:va|est) de même|faut|fallait|faudra"
    r"|est (?:possible|interdit|important|nécessaire|conseillé|recommandé|difficile)"
    r"|convient|semble|existe|pleut|reste|suffit|arrive)\b"
)
# « Ce mardi 4 mai, … » refers to the article's date.
_FRENCH_DAY = rf"ce (?:{one_of(weekday_names('fr'))}|matin|soir)\b(?!-là)"
_ENGLISH = (
    r"(?:he|she|it|they|this|that|these|those|his|her|its|their|the (?:former|latter)"
    r"|(?:the )?(?:first|second) one|both)"
)
_ENGLISH_IMPERSONAL = (
    r"it (?:is|was) (?:possible|important|necessary|forbidden|difficult|clear|known)\b"
)


def _pattern(pronoun: str, alone: str) -> re.Pattern[str]:
    return re.compile(
        rf"^[\s«“\"'(\[–—-]*{_OPENING}(?!{alone}){pronoun}(?:(?<=['’])|\b)", re.IGNORECASE
    )


_DEPENDENT = {
    "fr": _pattern(_FRENCH, rf"{_FRENCH_IMPERSONAL}|{_FRENCH_DAY}"),
    "en": _pattern(_ENGLISH, _ENGLISH_IMPERSONAL),
}


def is_dependent(text: str, language: str) -> bool:
    """True if the sentence begins with a word that refers to an earlier sentence."""
    pattern = _DEPENDENT.get(language)
    return bool(pattern and pattern.match(text))


def find_leads(passage: Passage, language: str) -> list[Sentence | None]:
    """Return, for each sentence of a passage, its lead, or None."""
    leads: list[Sentence | None] = []
    lead: Sentence | None = None
    for sentence in passage.sentences:
        if is_dependent(sentence.text, language):
            leads.append(lead)
        else:
            leads.append(None)
            lead = sentence
    return leads


def sentences_in_context(passage: Passage, language: str) -> list[str]:
    """Return the sentences of a passage, each preceded by its lead, if any."""
    return [
        join_lead(lead.text if lead else None, sentence.text)
        for sentence, lead in zip(passage.sentences, find_leads(passage, language), strict=True)
    ]


def join_lead(lead: str | None, text: str) -> str:
    return f"{lead} {text}" if lead else text
