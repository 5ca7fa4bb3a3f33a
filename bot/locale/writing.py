"""Texts around an answer that a chat model writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.answer import Fallback


@dataclass(frozen=True, slots=True)
class WritingPhrases:
    """One language's texts; `fallbacks` say in a line why the articles' own words stand in, and
    `faults` what is wrong with a sentence that was dropped."""

    writing: str
    stop: str
    stopped: str
    nothing_to_stop: str
    fallbacks: Mapping[Fallback, str]
    explain: str
    written_by: Callable[[str], str]
    unknown: Callable[[str], str]
    quoted: str
    confidence: Callable[[float], str]
    dropped: Callable[[int], str]
    faults: Mapping[str, str]


def writing_phrases_for(code: str) -> WritingPhrases:
    return EN if code == "en" else FR


FR = WritingPhrases(
    writing="J’écris…",
    stop="Arrêter",
    stopped="Réponse arrêtée.",
    nothing_to_stop="Je n’écris rien en ce moment.",
    fallbacks={
        "failed": "Le modèle de langue n’a pas répondu\u00a0: voici les phrases des articles.",
        "unsupported": "Ce que le modèle a écrit n’était pas assez étayé\u00a0: voici les phrases "
        "des articles.",
        "unknown": "Le modèle de langue n’y a pas trouvé de réponse\u00a0: voici les phrases des "
        "articles qui s’en approchent le plus.",
        "budget": "Le budget du modèle est épuisé pour aujourd’hui\u00a0: voici les phrases des "
        "articles.",
        "allowance": "Les réponses rédigées auxquelles vous aviez droit sont épuisées jusqu’à "
        "demain\u00a0: voici les phrases des articles.",
    },
    explain="Dire aussi qui a écrit la réponse, et quelles phrases ont été écartées.",
    written_by=lambda model: f"Écrit par {model}.",
    unknown=lambda model: f"{model} n’a pas trouvé de réponse dans les passages.",
    quoted="Ce sont les phrases des articles.",
    confidence=lambda share: (
        f"Confiance que les articles répondent\u00a0: {100 * share:.0f}\u00a0%."
    ),
    dropped=lambda count: (
        "Une phrase du modèle a été écartée\u00a0:"
        if count == 1
        else f"{count} phrases du modèle ont été écartées\u00a0:"
    ),
    faults={
        "uncited": "elle ne cite aucun passage",
        "wrong-citation": "un autre passage que celui qu’elle cite la prouverait",
        "number": "un nombre n’est pas dans les passages cités, ou pas pour cela",
        "date": "une date n’est pas dans les passages cités, ou pas pour cela",
        "name": "un nom n’est pas dans les passages cités, ou pas pour cela",
        "quote": "les paroles entre guillemets ne sont pas dans les passages cités",
        "negation": "les passages cités disent le contraire",
        "attribution": "les passages cités l’attribuent à quelqu’un d’autre",
        "roles": "les passages cités disent l’inverse de qui a fait quoi",
        "detail": "un détail n’est pas dans les passages cités",
        "meaning": "les passages cités disent autre chose",
        "link": "elle montre une adresse",
        "order": "elle répète une consigne adressée à une machine",
        "prompt": "elle répète ce qui a été demandé au modèle",
        "language": "elle n’est pas dans la langue de la question",
    },
)

EN = WritingPhrases(
    writing="Writing…",
    stop="Stop",
    stopped="Answer stopped.",
    nothing_to_stop="I am not writing anything at the moment.",
    fallbacks={
        "failed": "The language model did not answer: here are the articles’ own sentences.",
        "unsupported": "What the model wrote was not borne out well enough: here are the articles’ "
        "own sentences.",
        "unknown": "The language model found no answer in them: here are the articles’ own "
        "sentences that come closest.",
        "budget": "The model’s budget for today is spent: here are the articles’ own sentences.",
        "allowance": "You have had your written answers until tomorrow: here are the articles’ own "
        "sentences.",
    },
    explain="Tell as well who wrote the answer, and which sentences were dropped.",
    written_by=lambda model: f"Written by {model}.",
    unknown=lambda model: f"{model} found no answer in the passages.",
    quoted="These are the articles’ own sentences.",
    confidence=lambda share: f"Confidence that the articles answer: {100 * share:.0f}%.",
    dropped=lambda count: (
        "One sentence of the model was dropped:"
        if count == 1
        else f"{count} sentences of the model were dropped:"
    ),
    faults={
        "uncited": "it cites no passage",
        "wrong-citation": "another passage than the one it cites would bear it out",
        "number": "a number is not in the passages cited, or not for this",
        "date": "a date is not in the passages cited, or not for this",
        "name": "a name is not in the passages cited, or not for this",
        "quote": "the words in quotation marks are not in the passages cited",
        "negation": "the passages cited say the contrary",
        "attribution": "the passages cited give it to somebody else",
        "roles": "the passages cited turn round who did what",
        "detail": "a detail is not in the passages cited",
        "meaning": "the passages cited say something else",
        "link": "it shows an address",
        "order": "it repeats an order given to a machine",
        "prompt": "it repeats what the model was told",
        "language": "it is not in the question’s language",
    },
)
