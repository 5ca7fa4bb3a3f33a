"""French texts of the terminal. Typography as in `fr`."""

from __future__ import annotations

from math import ceil

from bot.locale.terminal import StatusLabels, TerminalPhrases

_NARROW = "\u202f"
_UNITS = {"read": "fichier", "cut": "article"}


def number(count: int) -> str:
    """12 345."""
    return f"{count:,}".replace(",", _NARROW)


def _size(size: int) -> str:
    for unit, factor in (("Go", 10**9), ("Mo", 10**6), ("ko", 10**3)):
        if size >= factor:
            return f"{size / factor:.1f}\u00a0{unit}".replace(".", ",")
    return f"{size}\u00a0octet{'s' if size > 1 else ''}"


def count(many: int, word: str) -> str:
    """« 1 article », « 2 000 articles »."""
    return f"{number(many)} {_plural(word) if many > 1 else word}"


def _plural(words: str) -> str:
    return " ".join(word if word.endswith("s") else f"{word}s" for word in words.split())


def _seconds(seconds: float) -> str:
    if seconds >= 60:
        return f"{round(seconds) // 60}\u00a0min {round(seconds) % 60:02d}\u00a0s"
    return f"{seconds:.1f}\u00a0s".replace(".", ",")


def _rate(per_second: float) -> str:
    if per_second >= 10:
        return number(round(per_second))
    return f"{per_second:.1f}".replace(".", ",")


def _left(seconds: float) -> str:
    """About how long: nobody believes the seconds of an hour."""
    if seconds <= 55:
        return f"{max(5, 5 * ceil(seconds / 5))}\u00a0s"
    minutes = ceil(seconds / 60)
    if minutes < 60:
        return f"{minutes}\u00a0min"
    return f"{minutes // 60}\u00a0h\u00a0{minutes % 60:02d}"


TERMINAL_FR = TerminalPhrases(
    code="fr",
    about=(
        "Répond aux questions sur vos articles avec leurs propres mots, chaque affirmation "
        "étant citée."
    ),
    index="Indexer ces fichiers et dossiers d’articles (par défaut\u00a0: corpus/).",
    ask="Poser une question, et afficher la réponse avec ses sources.",
    chat="Dialoguer, au clavier ou en envoyant les questions sur l’entrée standard.",
    bot="Lancer le robot Telegram (réglage SELON_TELEGRAM_TOKEN).",
    status="Dire ce qui est indexé, par quel modèle, depuis quand, et si l’index est intact.",
    evaluation="Mesurer les réponses à des questions dont on connaît la réponse.",
    paths="Fichiers et dossiers à lire.",
    question="La question\u202f; «\u00a0-\u00a0» la lit sur l’entrée standard.",
    data_dir="Dossier de l’index (par défaut\u00a0: SELON_DATA_DIR, sinon .selon).",
    if_missing="Ne rien faire s’il y a déjà un index.",
    json="Afficher la réponse sous forme d’un objet JSON.",
    version="Afficher la version.",
    library_words=(
        (r"^Usage: ", "Usage\u00a0: "),
        (r"^Options:$", "Options\u00a0:"),
        (r"^Commands:$", "Commandes\u00a0:"),
        (r"^Arguments:$", "Arguments\u00a0:"),
        (r"COMMAND \[ARGS\]\.\.\.", "COMMANDE [ARGUMENTS]..."),
        (r"Show this message and exit\.", "Afficher cette aide."),
        (r"^No such command '(.*?)'\.", "Commande inconnue\u00a0: \\1."),
        (r"^No such command '(.*?)'", "Commande inconnue\u00a0: \\1"),
        (r"Did you mean (.*?)\?", "Vouliez-vous dire \\1\u202f?"),
        (r"^No such option: (\S+)", "Option inconnue\u00a0: \\1"),
        (r"\(Possible options: (.*)\)", "(options proches\u00a0: \\1)"),
        (r"^Option '(.*?)' requires an argument\.", "L’option \\1 attend une valeur."),
        (r"^Option '(.*?)' does not take a value\.", "L’option \\1 n’attend pas de valeur."),
        (r"^Got unexpected extra argument\S* \((.*)\)", "Argument en trop\u00a0: \\1"),
        (r"^Missing argument '(.*?)'\.", "Il manque\u00a0: \\1."),
        (r"^Invalid value for '(.*?)': ", "Valeur refusée pour \\1\u00a0: "),
        (r"Input should be greater than or equal to (\d+)", "au moins \\1"),
        (r"Input should be a valid integer.*", "un nombre entier est attendu"),
        (r" <[\w\[\]]+>", ""),
        (r"^Missing command\.", "Il manque une commande."),
    ),
    error=lambda message: f"Erreur\u00a0: {message}",
    unexpected=lambda kind, message: (
        f"Erreur inattendue ({kind})\u00a0: {message} — SELON_LOG_LEVEL=DEBUG en montre la trace."
    ),
    see_help=lambda command: f"Aide\u00a0: {command} --help",
    no_question=(
        "quelle est votre question\u202f? Par exemple\u00a0: "
        'selon ask "Qui a inventé le braille\u202f?"'
    ),
    interrupted="Interrompu.",
    index_interrupted="Interrompu\u00a0: l’index en place n’a pas changé.",
    model="Préparation du modèle",
    steps={
        "lock": "Réservation de l’index",
        "read": "Lecture des articles",
        "cut": "Découpage en passages",
        "embed": "Calcul des vecteurs",
        "write": "Écriture de l’index",
        "switch": "Mise en service",
        "clean": "Ménage",
    },
    progress=lambda step, done, total: (
        f"{count(done, _UNITS.get(step, 'texte'))} sur {number(total)}"
    ),
    pace=lambda step, per_second, left: (
        f"{_rate(per_second)} {_plural(_UNITS.get(step, 'texte'))}/s, encore {_left(left)}"
    ),
    number=number,
    size=_size,
    moment=lambda day, clock: f"{day} à {clock}",
    indexed=lambda articles, passages, sentences: (
        f"{count(articles, 'article')}, {count(passages, 'passage')}, {count(sentences, 'phrase')}."
    ),
    changes=lambda added, changed, removed, unchanged: (
        f"Ajoutés\u00a0: {number(added)}\u202f; modifiés\u00a0: {number(changed)}\u202f; "
        f"retirés\u00a0: {number(removed)}\u202f; inchangés\u00a0: {number(unchanged)}."
    ),
    embedded=lambda texts, seconds: f"{count(texts, 'vecteur calculé')}, en {_seconds(seconds)}.",
    unchanged="Rien à faire\u00a0: l’index est à jour.",
    skipped=lambda files: (
        f"{count(files, 'fichier')} laissé{'s' if files > 1 else ''} de côté\u00a0:"
    ),
    status_labels=StatusLabels(
        generation="Génération",
        model="Modèle",
        built="Construit",
        articles="Articles",
        passages="Passages",
        sentences="Phrases",
        languages="Langues",
        roots="Dossiers",
        copies="Doublons",
        removed="Écartés",
        before="Avant",
        size="Sur disque",
        state="État",
    ),
    whole="intact",
    damaged="endommagé",
    listening=lambda name: f"À l’écoute\u00a0: https://t.me/{name} (Ctrl-C pour arrêter)",
    meant=lambda name: f"Vouliez-vous dire {name}\u202f?",
    cancelled="Question annulée.",
    commands=(
        ("/sources", "les sources de la dernière réponse"),
        ("/passage", "le passage entier de la source N"),
        ("/langue", "la langue de ces messages"),
        ("/aide", "l’aide"),
        ("/quitter", "sortir"),
    ),
)
