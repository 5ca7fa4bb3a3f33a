"""In French, what can be wrong with the index or with the model."""

from __future__ import annotations

INDEX = (
    (r"nothing is indexed here yet", "rien n’est encore indexé ici"),
    (r"no article to index", "aucun article à indexer"),
    (r"1 removed with `selon remove`", "1 écarté par «\u00a0selon remove\u00a0»"),
    (r"(\d+) removed with `selon remove`", "\\1 écartés par «\u00a0selon remove\u00a0»"),
    (r"1 skipped", "1 laissé de côté"),
    (r"(\d+) skipped", r"\1 laissés de côté"),
    (r"first (\S.*?)", r"d’abord \1"),
    (
        r"the index in service, if there is one, stays as it was",
        "l’index en service, s’il y en a un, n’a pas changé",
    ),
    (r"the index in service is unchanged", "l’index en service n’a pas changé"),
    (r"altered since it was written", "modifié depuis son écriture"),
    (r"not a manifest", "ce n’est pas un manifeste"),
    (r"(\d+) bytes instead of (\d+)", r"\1 octets au lieu de \2"),
    (r"(\d+) rows instead of (\d+)", r"\1 lignes au lieu de \2"),
    (r"cannot be read", "illisible"),
    (r"cannot be read \((.*?)\)", r"illisible (\1)"),
    (r"cannot be written", "impossible à écrire"),
    (r"cannot be written \((.*?)\)", r"impossible à écrire (\1)"),
    (r"the vectors cannot be read", "vecteurs illisibles"),
    (
        r"(.*?) has no generation before it",
        "aucune génération ne précède celle-ci",
    ),
    (r"there is nothing to go back to", "il n’y a rien à remettre"),
    (r"holds something else than an index", "contient autre chose qu’un index"),
    (r"holds no exported index", "ne contient pas d’index exporté"),
    (
        r"an index is being built here \(process (\d+), since (.*?)\)",
        r"un index se construit déjà ici (processus \1, depuis \2)",
    ),
    (r"an index is being built here \(another process\)", "un index se construit déjà ici"),
    (r"another process is changing it", "un autre processus est en train de la modifier"),
    (
        r"format (\d+) was written by an older Selon \(this one reads (\d+)\)",
        r"écrit par un Selon plus ancien (format \1, celui-ci lit le \2)",
    ),
    (
        r"format (\d+) was written by a newer Selon \(this one reads (\d+)\)",
        r"écrit par un Selon plus récent (format \1, celui-ci lit le \2)",
    ),
    (
        r"built with the embedding model (.*?) \((\d+) dimensions\), not (.*?) \((\d+)\)",
        r"construit avec le modèle \1 (\2 dimensions), pas \3 (\4)",
    ),
    (r"stopped as asked", "arrêté comme demandé"),
    (r"(\d+) vectors are kept", r"\1 vecteurs sont gardés"),
    (r"not the vectors of (.*?)", r"pas les vecteurs de \1"),
    (r"not an index of vectors that Selon wrote", "pas un index de vecteurs écrit par Selon"),
    (r"its vectors cannot be read", "ses vecteurs sont illisibles"),
    (r"its vectors cannot be read \((.*?)\)", r"ses vecteurs sont illisibles (\1)"),
    (r"the vectors cannot be written", "impossible d’écrire les vecteurs"),
    (r"the vectors cannot be written \((.*?)\)", r"impossible d’écrire les vecteurs (\1)"),
    (r"does not hold (\d+) vectors of one dimension", r"ne contient pas \1 vecteurs"),
    (r"its (\d+) rows are cut short", r"ses \1 lignes sont tronquées"),
    (r"the word index cannot be read", "l’index des mots est illisible"),
    (r"the word index cannot be read \((.*?)\)", r"l’index des mots est illisible (\1)"),
    (r"(\S+) names no generation", r"\1 n’est le nom d’aucune génération"),
    (r"holds the generation (\S+)", r"contient la génération \1"),
    (r"names (\S+), which is missing", r"nomme \1, qui manque"),
    (r"names a file outside its folder", "nomme un fichier hors de son dossier"),
    (r"the copy differs", "la copie diffère"),
    (r"article (\S+) is missing from the index", r"l’article \1 manque dans l’index"),
    (r"the generation before cannot be put back", "la génération précédente ne peut être remise"),
    (r"not a list of removed articles", "pas une liste d’articles écartés"),
    (r"the confidence model cannot be read", "le modèle de confiance est illisible"),
    (r"the bundled model's weights are missing", "les poids du modèle intégré manquent"),
    (
        r"the bundled model's weights (.*?) cannot be read \((.*?)\)",
        r"les poids du modèle intégré, \1, sont illisibles (\2)",
    ),
    (
        r"the bundled model's weights (.*?) are not the expected ones",
        r"les poids du modèle intégré, \1, ne sont pas ceux attendus",
    ),
    (r"(\S+) is not in the expected format", r"\1 n’a pas le format attendu"),
    (
        r"the bundled model cannot be prepared in (.*?) \((.*?)\)",
        r"le modèle intégré ne peut être préparé dans \1 (\2)",
    ),
    (
        r"the bundled model in (.*?) cannot be loaded \((.*?)\)",
        r"le modèle intégré de \1 ne peut être chargé (\2)",
    ),
    (
        r"SELON_EMBEDDING_MODEL=(.*?) cannot be loaded \((.*)\)",
        r"SELON_EMBEDDING_MODEL=\1 ne peut être chargé (\2)",
    ),
    (r"there is no such folder", "ce dossier n’existe pas"),
    (
        r"the embedding model '(.*?)' gave vectors of shape (.*?) for (.*?), "
        r"or not of finite numbers",
        "le modèle «\u00a0\\1\u00a0» donne des vecteurs de forme \\2 au lieu de \\3, "
        "ou des nombres infinis",
    ),
)
