"""Texts around an answer: its sources, its passages, what people think of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.state.votes import Reason


@dataclass(frozen=True, slots=True)
class AnsweringPhrases:
    """One language's texts."""

    more_sources: str
    further: str
    gone: str
    passage_of: Callable[[int, int], str]
    thanks: str
    why: str
    reasons: Mapping[Reason, str]
    noted: str
    comment: str


def answering_phrases_for(code: str) -> AnsweringPhrases:
    return EN if code == "en" else FR


FR = AnsweringPhrases(
    more_sources="Plus de sources",
    further="Les articles disent aussi",
    gone="Cette réponse n’est plus gardée\u00a0: posez la question à nouveau.",
    passage_of=lambda number, last: f"passage {number} sur {last}",
    thanks="Merci\u202f!",
    why="Qu’est-ce qui ne va pas\u202f?",
    reasons={
        "wrong": "C’est faux",
        "off-topic": "Hors sujet",
        "incomplete": "Incomplet",
        "source": "Mauvaise source",
    },
    noted="C’est noté, merci. Répondez à ce message si vous voulez en dire plus.",
    comment="Votre remarque est gardée, merci.",
)

EN = AnsweringPhrases(
    more_sources="More sources",
    further="The articles also say",
    gone="This answer is no longer kept: please ask again.",
    passage_of=lambda number, last: f"passage {number} of {last}",
    thanks="Thank you!",
    why="What is wrong with it?",
    reasons={
        "wrong": "It is false",
        "off-topic": "Beside the point",
        "incomplete": "Incomplete",
        "source": "Poor source",
    },
    noted="Noted, thank you. Reply to this message if you want to say more.",
    comment="Your remark is kept, thank you.",
)
