"""Texts for groups and for inline queries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GroupPhrases:
    """One language's texts; `not_allowed` takes the group's id."""

    welcome: Callable[[str], str]
    not_allowed: Callable[[int], str]
    ask_usage: str
    inline_prompt: str
    inline_refusal: str
    inline_answer: str


def group_phrases_for(code: str) -> GroupPhrases:
    return EN if code == "en" else FR


FR = GroupPhrases(
    welcome=lambda name: (
        "Bonjour à tous\u202f! Je réponds d’après les articles, citations à l’appui. Pour me poser "
        f"une question\u00a0: nommez @{name}, répondez à l’un de mes messages, ou écrivez "
        "/demander suivi de la question."
    ),
    not_allowed=lambda chat: (
        f"Je n’ai pas le droit de répondre dans ce groupe (numéro {chat}). La personne qui "
        "s’occupe de moi peut l’y autoriser."
    ),
    ask_usage="Écrivez votre question après la commande, par exemple\u00a0: "
    "/demander Qui a inventé le braille\u202f?",
    inline_prompt="Posez votre question…",
    inline_refusal="Les articles ne le disent pas",
    inline_answer="Selon les articles",
)

EN = GroupPhrases(
    welcome=lambda name: (
        "Hello everyone! I answer from the articles, with quotes. To ask me something: mention "
        f"@{name}, reply to one of my messages, or write /ask followed by your question."
    ),
    not_allowed=lambda chat: (
        f"I am not allowed to answer in this group (id {chat}). Whoever runs me can allow it."
    ),
    ask_usage="Write your question behind the command, for example: /ask Who invented braille?",
    inline_prompt="Ask your question…",
    inline_refusal="The articles do not say",
    inline_answer="According to the articles",
)
