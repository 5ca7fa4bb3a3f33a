"""Texts around an answer that a chat model writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.answer import Fallback


@dataclass(frozen=True, slots=True)
class WritingPhrases:
    """One language's texts; `fallbacks` say in a line why the articles' own words stand in."""

    writing: str
    stop: str
    stopped: str
    nothing_to_stop: str
    fallbacks: Mapping[Fallback, str]


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
        "budget": "Le budget du modèle est épuisé pour aujourd’hui\u00a0: voici les phrases des "
        "articles.",
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
        "budget": "The model’s budget for today is spent: here are the articles’ own sentences.",
    },
)
