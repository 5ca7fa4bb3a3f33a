"""Texts about the language, the conversation, and what is kept about a person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.state.privacy import Kept


@dataclass(frozen=True, slots=True)
class PersonalPhrases:
    """One language's texts; `privacy` takes what is kept, then the days and hours it is kept."""

    started_afresh: str
    choose_language: str
    as_telegram: str
    language_chosen: str
    privacy: Callable[[Kept, int, float], str]
    confirm_forgetting: str
    forget: str
    do_not_forget: str
    forgotten: str
    not_forgotten: str
    data_file: str
    data_caption: str
    in_private: str
    open_private: str


def personal_phrases_for(code: str) -> PersonalPhrases:
    return EN if code == "en" else FR


def _count(number: int, one: str, several: str) -> str:
    return f"{number} {one if number < 2 else several}"


def _hours(hours: float) -> str:
    return f"{hours:g}".replace(".", ",")


def _privacy_fr(kept: Kept, days: int, hours: float) -> str:
    counts = ", ".join(
        (
            _count(kept.turns, "question", "questions"),
            _count(kept.votes, "vote", "votes"),
            _count(kept.alerts, "alerte", "alertes"),
            _count(kept.documents, "document", "documents"),
        )
    )
    return (
        "Ce que je garde de vous\u00a0: votre numéro Telegram et la langue choisie\u00a0; vos "
        f"questions, mes réponses et vos votes, {days} jours\u00a0; vos alertes, jusqu’à la "
        "réponse ou un an\u00a0; les documents que vous m’avez envoyés pour vous seul, le temps "
        "de la conversation\u00a0; l’accès qu’on vous a donné, jusqu’à ce que vous l’effaciez"
        "\u00a0; un compteur de vos messages, un jour après le dernier. Ni votre nom, ni votre "
        f"téléphone.\n\nEn ce moment\u00a0: {counts}.\n\n"
        "Je me sers de vos dernières questions pour comprendre la suivante\u00a0; après "
        f"{_hours(hours)}\u00a0heures de silence, ou avec /nouveau, je repars de zéro. Tout reste "
        "sur le serveur qui fait tourner ce bot\u00a0; rien n’est vendu ni partagé.\n\n"
        "/mesdonnees vous envoie tout ce que je garde, /oublier l’efface."
    )


def _privacy_en(kept: Kept, days: int, hours: float) -> str:
    counts = ", ".join(
        f"{number} {name}{'' if number == 1 else 's'}"
        for number, name in (
            (kept.turns, "question"),
            (kept.votes, "vote"),
            (kept.alerts, "alert"),
            (kept.documents, "document"),
        )
    )
    return (
        "What I keep about you: your Telegram number and the language you chose; your questions, "
        f"my answers and your votes, for {days} days; your alerts, until they are answered or for "
        "a year; the documents you sent me for yourself alone, as long as the conversation lasts; "
        "the access you were given, until you erase it; a count of your messages, for a day after "
        "the last. Neither your name nor your phone number.\n\n"
        f"At the moment: {counts}.\n\n"
        "I use your last questions to understand the next; after "
        f"{hours:g} hours of silence, or with /new, I start afresh. Everything stays on the server "
        "that runs this bot; nothing is sold or shared.\n\n"
        "/mydata sends you all that I keep, /forget erases it."
    )


FR = PersonalPhrases(
    started_afresh="C’est noté\u00a0: nous repartons de zéro. Votre question\u202f?",
    choose_language="Dans quelle langue voulez-vous que je vous parle\u202f? Les citations gardent "
    "celle de leur article.",
    as_telegram="Comme Telegram",
    language_chosen="C’est entendu\u00a0: je vous parle français.",
    privacy=_privacy_fr,
    confirm_forgetting="Effacer tout ce que je garde de vous\u00a0: questions, réponses, votes, "
    "alertes, documents, et l’accès qu’on vous a donné\u202f? C’est sans retour.",
    forget="Tout effacer",
    do_not_forget="Ne rien effacer",
    forgotten="C’est fait\u00a0: je ne garde plus rien de vous. Je l’ai vérifié dans la base.",
    not_forgotten="Rien n’a été effacé.",
    data_file="selon-mes-donnees.json",
    data_caption="Tout ce que je garde de vous.",
    in_private="C’est entre vous et moi\u00a0: écrivez-moi en privé.",
    open_private="Ouvrir la conversation",
)

EN = PersonalPhrases(
    started_afresh="All right, we start afresh. What is your question?",
    choose_language="Which language shall I speak to you? Quotes keep their article’s own.",
    as_telegram="As Telegram does",
    language_chosen="All right: I speak English to you.",
    privacy=_privacy_en,
    confirm_forgetting="Erase all that I keep about you: questions, answers, votes, alerts, "
    "documents, and the access you were given? This cannot be undone.",
    forget="Erase everything",
    do_not_forget="Erase nothing",
    forgotten="Done: I keep nothing about you any more. I checked in the database.",
    not_forgotten="Nothing was erased.",
    data_file="selon-my-data.json",
    data_caption="All that I keep about you.",
    in_private="That is between you and me: write to me in private.",
    open_private="Open the conversation",
)
