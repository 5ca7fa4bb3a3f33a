"""In French, the parts of what is said of files of questions and of what `selon eval` is asked."""

from __future__ import annotations

_KINDS = {
    "a list": "une liste",
    "a text": "un texte",
    "true or false": "vrai ou faux",
    "a whole number": "un nombre entier",
    "a number": "un nombre",
    "an object": "un objet",
    "nothing": "rien",
    "something else": "autre chose",
}

EVALUATION = (
    (r"no such file", "ce fichier n’existe pas"),
    (r"there is no folder (.*?)", r"il n’y a pas de dossier \1"),
    (r"not from 0 to less than 1", "donnez de 0 à moins de 1"),
    (r"not UTF-8 at byte (\d+)", r"pas en UTF-8 à l’octet \1"),
    (r"save the file as UTF-8", "enregistrez le fichier en UTF-8"),
    (r"not JSON at column (\d+)", r"pas du JSON à la colonne \1"),
    (
        r"nested too deeply to be a file of questions",
        "trop imbriqué pour un fichier de questions",
    ),
    (r'"(\w+)" is missing', "«\u00a0\\1\u00a0» manque"),
    (r"is empty", "est vide"),
    (r"holds no question", "aucune question"),
    (
        r'"answers" is empty although "is_impossible" is false',
        "«\u00a0answers\u00a0» est vide, mais «\u00a0is_impossible\u00a0» est faux",
    ),
    (
        r"the answer '(.*)' is not in its context",
        "la réponse «\u00a0\\1\u00a0» n’est pas dans son contexte",
    ),
    (
        r"no article of the index has the id, file or title '(.*)'",
        "aucun article de l’index n’a pour identifiant, fichier ou titre «\u00a0\\1\u00a0»",
    ),
    (r"not one of (accents, .*)", r"ce n’est aucun de \1"),
    (r"name at least one of (accents, .*)", "nommez-en au moins un\u00a0: \\1"),
    (
        r"needs answerable and unanswerable questions",
        "il faut des questions avec et sans réponse",
    ),
    (
        r"add some with --unanswerable or --leave-out",
        "ajoutez-en par --unanswerable ou --leave-out",
    ),
    (
        r"only for a SQuAD file, whose articles are indexed here",
        "seulement pour un fichier SQuAD, dont les articles sont indexés ici",
    ),
    (
        r"none of the (\d+) entries of (\S+) would remain",
        r"il ne resterait aucune des \1 entrées de \2",
    ),
    (r"leave out less", "laissez-en de côté moins"),
    *(
        (rf"expected {wanted}, found {found}", f"il faut {told}, pas {instead}")
        for wanted, told in _KINDS.items()
        for found, instead in _KINDS.items()
    ),
)
