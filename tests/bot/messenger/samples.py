"""An article and answers from it, for tests that need no index."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from bot.answer import Answer, Citation, Statement
from index.article import Article, Passage, Section, Sentence

_TEXT = (
    "Les lentilles\n\n"
    "Augustin Fresnel naît à Broglie en 1788. Il conçoit en 1822 une lentille à échelons "
    "pour les phares. Le premier appareil est installé à Cordouan l’année suivante.\n\n"
    "La lumière < 20 milles & l’optique « moderne » : le feu porte loin."
)

FRESNEL = Article(
    id="0123456789ab",
    text=_TEXT,
    title="Fresnel & les phares",
    path="corpus/fresnel.md",
    language="fr",
    author="Anne Le Gall",
    published=date(2024, 3, 1),
    url="https://exemple.fr/phares?page=1&vue=a#lentilles",
    sections=(Section("Les lentilles", 0, 13),),
)
LENS = "Il conçoit en 1822 une lentille à échelons pour les phares."
BIRTH = "Augustin Fresnel naît à Broglie en 1788."
INSTALLED = "Le premier appareil est installé à Cordouan l’année suivante."
LIGHT = "La lumière < 20 milles & l’optique « moderne » : le feu porte loin."


def sentence(article: Article, text: str) -> Sentence:
    start = article.text.index(text)
    return Sentence(start, start + len(text), text)


def passage(article: Article, quote: str) -> Passage:
    """The paragraph that the quote stands in."""
    at = article.text.index(quote)
    start = article.text.rfind("\n\n", 0, at) + 2 if "\n\n" in article.text[:at] else 0
    end = article.text.find("\n\n", at)
    end = len(article.text) if end < 0 else end
    return Passage(start, end, article.text[start:end], "Les lentilles", ())


def cite(number: int, quote: str, article: Article = FRESNEL, lead: str = "") -> Citation:
    place = sentence(article, quote)
    before, around = sentence(article, lead) if lead else None, passage(article, quote)
    return Citation(number, quote, place.start, place.end, around, article, before)


def answered(question: str, *citations: Citation) -> Answer:
    """The extractive answer: each statement is a quote."""
    statements = tuple(Statement(citation.quote, (citation.number,)) for citation in citations)
    return Answer(question, "fr", "sure", 0.9, statements, citations, (), 12.0)


def refused(question: str, *nearest: Article) -> Answer:
    return Answer(question, "fr", "no", 0.1, (), (), nearest, 12.0)


def article(text: str, **changes: object) -> Article:
    """An article of one's own, otherwise like the sample."""
    return replace(FRESNEL, text=text, sections=(), **changes)  # type: ignore[arg-type]
