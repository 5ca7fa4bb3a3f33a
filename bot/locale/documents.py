"""Texts about documents that people send."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DocumentPhrases:
    """One language's texts; `received` takes the titles of the first articles and their count."""

    not_allowed: str
    too_large: Callable[[int], str]
    unreadable: Callable[[str], str]
    received: Callable[[Sequence[str], int], str]
    for_all: str
    for_here: str
    nothing: str
    indexing: str
    added: Callable[[str], str]
    kept_here: Callable[[str], str]
    dropped: str
    failed: Callable[[str], str]
    gone: str


def document_phrases_for(code: str) -> DocumentPhrases:
    return EN if code == "en" else FR


def _received_fr(titles: Sequence[str], count: int) -> str:
    named = ", ".join(f"«\u00a0{title}\u00a0»" for title in titles)
    more = count - len(titles)
    rest = f" et {more} {'autre' if more == 1 else 'autres'}" if more > 0 else ""
    return f"J’y ai lu {named}{rest}. Qu’en faire\u202f?"


def _received_en(titles: Sequence[str], count: int) -> str:
    named = ", ".join(f"“{title}”" for title in titles)
    more = count - len(titles)
    rest = f" and {more} more" if more > 0 else ""
    return f"I have read {named}{rest}. What shall I do with it?"


FR = DocumentPhrases(
    not_allowed="Seules les personnes qui tiennent le corpus peuvent m’envoyer des documents. "
    "Posez-moi plutôt une question.",
    too_large=lambda limit: f"Ce fichier est trop lourd\u00a0: {limit}\u00a0Mo au plus.",
    unreadable=lambda why: f"Je ne peux pas lire ce document.\n{why}",
    received=_received_fr,
    for_all="Ajouter au corpus",
    for_here="Seulement pour cette conversation",
    nothing="Ne rien en faire",
    indexing="Je le range, un instant…",
    added=lambda name: (
        f"«\u00a0{name}\u00a0» est dans le corpus\u00a0: tout le monde peut m’interroger dessus."
    ),
    kept_here=lambda name: (
        f"«\u00a0{name}\u00a0» ne sert qu’ici\u00a0; il sera effacé avec cette "
        "conversation (/nouveau, ou quand elle s’éteint)."
    ),
    dropped="Le document est effacé.",
    failed=lambda why: f"Le document n’a pas pu être ajouté.\n{why}",
    gone="Ce document n’est plus là\u00a0: envoyez-le à nouveau.",
)

EN = DocumentPhrases(
    not_allowed="Only the people who keep the corpus can send me documents. Ask me a question "
    "instead.",
    too_large=lambda limit: f"This file is too large: {limit} MB at most.",
    unreadable=lambda why: f"I cannot read this document.\n{why}",
    received=_received_en,
    for_all="Add to the corpus",
    for_here="For this conversation only",
    nothing="Do nothing with it",
    indexing="I am filing it, one moment…",
    added=lambda name: f"“{name}” is in the corpus: everybody can ask me about it.",
    kept_here=lambda name: (
        f"“{name}” serves here alone; it will be erased with this conversation "
        "(/new, or when it ends)."
    ),
    dropped="The document is erased.",
    failed=lambda why: f"The document could not be added.\n{why}",
    gone="This document is no longer there: send it again.",
)
