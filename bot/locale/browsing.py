"""Texts about finding articles, and about alerts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BrowsingPhrases:
    """One language's texts."""

    search_usage: str
    results: Callable[[str], str]
    no_result: Callable[[str], str]
    recent: str
    article_usage: str
    no_such_article: Callable[[str], str]
    nearest: Callable[[str], str]
    which_one: str
    summary_of: Callable[[str], str]
    no_summary: str
    no_sources: str
    sources_of: Callable[[str], str]
    read: str
    summarise: str
    online: str
    page: Callable[[int, int], str]
    alert_me: str
    alert_kept: str
    alerts: str
    no_alerts: str
    cancel: Callable[[int], str]
    cancelled: str
    alert_answered: Callable[[str], str]


def browsing_phrases_for(code: str) -> BrowsingPhrases:
    return EN if code == "en" else FR


FR = BrowsingPhrases(
    search_usage="Écrivez ce que vous cherchez après la commande, par exemple\u00a0: "
    "/recherche canal du Midi",
    results=lambda words: f"Articles sur «\u00a0{words}\u00a0»",
    no_result=lambda words: f"Aucun article sur «\u00a0{words}\u00a0».",
    recent="Les articles les plus récents",
    article_usage="Donnez le numéro de l’article, son adresse ou son titre après la commande.",
    no_such_article=lambda name: (
        f"Je ne trouve pas d’article «\u00a0{name}\u00a0». /recherche vous aidera."
    ),
    nearest=lambda name: (
        f"Je ne trouve pas d’article «\u00a0{name}\u00a0». Les plus proches\u00a0:"
    ),
    which_one="Plusieurs articles portent ce nom\u00a0:",
    summary_of=lambda title: f"«\u00a0{title}\u00a0», dans ses propres mots\u00a0:",
    no_summary="Cet article est trop court pour être résumé.",
    no_sources="Pas encore de réponse dans cette conversation\u00a0: posez d’abord une question.",
    sources_of=lambda question: f"Sources de la réponse à «\u00a0{question}\u00a0»",
    read="Lire",
    summarise="Résumé",
    online="Ouvrir en ligne",
    page=lambda number, last: f"page {number} sur {last}",
    alert_me="M’avertir quand un article y répond",
    alert_kept="C’est noté\u00a0: je vous écrirai dès qu’un article y répond. /alertes pour "
    "revenir dessus.",
    alerts="Vous serez averti quand un article répondra à\u00a0:",
    no_alerts="Vous n’avez aucune alerte. Quand je ne sais pas répondre, un bouton vous propose "
    "d’en créer une.",
    cancel=lambda number: f"Annuler {number}",
    cancelled="L’alerte est annulée.",
    alert_answered=lambda question: (
        f"Un article répond maintenant à votre question «\u00a0{question}\u00a0»"
    ),
)

EN = BrowsingPhrases(
    search_usage="Write what you look for behind the command, for example: /search canal du Midi",
    results=lambda words: f"Articles about “{words}”",
    no_result=lambda words: f"No article about “{words}”.",
    recent="The newest articles",
    article_usage="Give the article’s id, address or title behind the command.",
    no_such_article=lambda name: f"I find no article “{name}”. /search will help.",
    nearest=lambda name: f"I find no article “{name}”. The nearest:",
    which_one="Several articles have this name:",
    summary_of=lambda title: f"“{title}”, in its own words:",
    no_summary="This article is too short to be summed up.",
    no_sources="No answer in this conversation yet: ask a question first.",
    sources_of=lambda question: f"Sources of the answer to “{question}”",
    read="Read",
    summarise="Summary",
    online="Open online",
    page=lambda number, last: f"page {number} of {last}",
    alert_me="Tell me when an article answers",
    alert_kept="Noted: I will write to you as soon as an article answers. /alerts to change this.",
    alerts="You will be told when an article answers:",
    no_alerts="You have no alert. When I do not know, a button offers to create one.",
    cancel=lambda number: f"Cancel {number}",
    cancelled="The alert is cancelled.",
    alert_answered=lambda question: f"An article now answers your question “{question}”",
)
