"""French texts. Typography: U+00A0 before « : » and inside guillemets, U+202F before ; ! ?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot.locale.answers import Phrases
from index.article import Period

_MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)


def _day(day: date) -> str:
    number = "1er" if day.day == 1 else str(day.day)
    return f"{number} {_MONTHS[day.month - 1]} {day.year}"


def _period(period: Period) -> str:
    """« du 3 au 9 mars 2025 »: what the two days share is said once."""
    first, last = _day(period.first), _day(period.last)
    if period.first == period.last:
        return f"du {last}"
    if period.first.year == period.last.year:
        first = first.rpartition(" ")[0]
        if period.first.month == period.last.month:
            first = first.rpartition(" ")[0]
    return f"du {first} au {last}"


def _several(names: Sequence[str], others: int) -> str:
    """« A, B et C », « A, B, C et 4 autres »."""
    listed = [*names, *([f"{others} autre{'s' if others > 1 else ''}"] if others else [])]
    return " et ".join(filter(None, (", ".join(listed[:-1]), listed[-1])))


def _welcome(articles: int, passages: int) -> str:
    article = "article" if articles <= 1 else "articles"
    passage = "passage" if passages <= 1 else "passages"
    return (
        f"Selon répond d’après {articles} {article} ({passages} {passage}). "
        "Posez votre question, ou /aide."
    )


FR = Phrases(
    code="fr",
    not_in_articles="Je ne sais pas\u00a0: les articles ne le disent pas.",
    according_to=lambda period: f"Selon les articles {_period(period)}\u00a0:",
    not_in_period=lambda period: (
        f"Je ne sais pas\u00a0: les articles {_period(period)} ne le disent pas."
    ),
    no_article_in=lambda period: f"Aucun article {_period(period)}.",
    which_article="De quel article parlez-vous\u202f? Précisez son sujet, s’il vous plaît.",
    understood=lambda question: f"Question comprise\u00a0: {question.replace(chr(39), '’')}",
    courtesy="À votre service\u202f! Posez-moi une question quand vous voulez.",
    greeting="Bonjour\u202f! Quelle est votre question\u202f?",
    about_selon=(
        "Je suis Selon\u00a0: je réponds à vos questions avec les mots mêmes des articles, et je "
        "cite chaque phrase. Ce qu’ils ne disent pas, je ne l’invente pas. /aide en dit plus."
    ),
    nearest_articles="Les articles les plus proches\u00a0:",
    quote=lambda text: f"«\u00a0{text}\u00a0»",
    day=_day,
    author=lambda name: f"par {name}",
    no_date="sans date",
    also_by=lambda names, others: f"aussi publié par {_several(names, others)}",
    also_in=lambda files, others: f"aussi dans {_several(files, others)}",
    start=(
        "Bonjour\u202f! Posez-moi une question\u00a0: je réponds avec les mots mêmes des articles, "
        "source à l’appui.\nQuand ils ne le disent pas, je vous le dis aussi. "
        "/aide montre tout le reste."
    ),
    help=(
        "Écrivez votre question comme vous la poseriez à un collègue, par exemple\u00a0: "
        "«\u00a0Qui a déchiffré les hiéroglyphes\u202f?\u00a0» La suivante peut s’appuyer sur "
        "elle\u00a0: «\u00a0Et quand\u202f?\u00a0»\n\n"
        "Chaque phrase de ma réponse est citée mot pour mot, avec son article, son auteur et sa "
        "date. Le lien ouvre l’article à la phrase citée, quand il est en ligne\u00a0; le bouton "
        "montre le passage entier.\n\n"
        "/recherche MOTS – les articles sur un sujet\n"
        "/recents – les plus récents\n"
        "/resume TITRE – un article dans ses propres mots\n"
        "/sources – les sources de ma dernière réponse\n"
        "/nouveau – repartir de zéro\n"
        "/alertes – les questions dont vous attendez la réponse\n"
        "/langue – français ou anglais\n"
        "/confidentialite – ce que je garde de vous"
    ),
    no_such_command="Je ne connais pas cette commande. /aide donne la liste des miennes.",
    see_passage=lambda number: f"Passage [{number}]",
    passage_gone="Ce passage n’est plus dans l’index\u00a0: l’article a changé ou a été retiré.",
    only_text=(
        "Je ne lis que les messages écrits\u00a0: posez-moi votre question en toutes lettres."
    ),
    too_long=lambda limit: (
        f"Votre question est trop longue\u00a0: {limit} caractères au plus, s’il vous plaît."
    ),
    failed=(
        "Désolé, je n’ai pas pu répondre\u00a0: une erreur est survenue. Réessayez dans un instant."
    ),
    no_index="Aucun article n’est encore indexé. Revenez un peu plus tard.",
    repl_welcome=_welcome,
    repl_loading="Chargement de l’index…",
    repl_help=(
        "Tapez une question, puis Entrée\u00a0; les suivantes peuvent s’y rapporter.\n"
        "/sources      les sources de la dernière réponse\n"
        "/passage N    le passage entier de la source N\n"
        "/nouveau      oublier la conversation et repartir de zéro\n"
        "/langue fr|en la langue de ces messages\n"
        "/aide         cette aide\n"
        "/quitter      sortir (ou Ctrl-D)"
    ),
    repl_new=("/nouveau", "repartir de zéro"),
    repl_afresh="Nouvelle conversation.",
    repl_bye="Au revoir.",
    repl_no_answer_yet="Aucune réponse à montrer\u00a0: posez d’abord une question.",
    repl_no_such_passage=lambda last: f"Donnez un numéro de source de 1 à {last}.",
    repl_no_such_command=lambda name: f"Commande inconnue\u00a0: {name}. Tapez /aide.",
    repl_language_is=lambda code: f"Langue\u00a0: {code}.",
    repl_languages="Langues\u00a0: fr, en. Exemple\u00a0: /langue en",
)
