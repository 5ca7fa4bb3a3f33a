"""French texts of the commands that keep an index. Typography as in `fr`."""

from __future__ import annotations

from bot.locale.keeping import FactLabels, KeepingHelp, KeepingPhrases
from bot.locale.terminal_fr import count, number

KEEPING_FR = KeepingPhrases(
    help=KeepingHelp(
        list="Lister les articles indexés, les plus récents d’abord.",
        show="Montrer un article\u00a0: ce qu’on en sait, d’où on le tient, et son texte.",
        remove="Écarter des articles des réponses (leurs fichiers restent), ou les y remettre.",
        rollback="Remettre en service la génération précédente de l’index.",
        export="Copier tout l’index dans un dossier, pour une autre machine.",
        import_="Mettre en service un index venu d’une autre machine.",
        article="L’article\u00a0: son identifiant (4 caractères suffisent), son fichier, son "
        "adresse ou son titre.",
        articles="Les articles\u00a0: identifiant, fichier, adresse ou titre de chacun.",
        since="Depuis ce jour, ce mois ou cette année\u00a0: 2025-08-29, 2025-08, 2025, ou 30j.",
        until="Jusqu’à ce jour, ce mois ou cette année (compris).",
        language="En cette langue\u00a0: fr, en…",
        outlet="Publiés par ce média.",
        limit="N articles au plus.",
        removed="Lister ceux que vous avez écartés.",
        json_lines="Un objet JSON par ligne.",
        json="Un objet JSON.",
        text="Montrer le texte entier.",
        restore="Remettre ces articles dans les réponses.",
        export_folder="Dossier à écrire\u00a0: nouveau, vide, ou d’une copie précédente.",
        import_folder="Dossier écrit par «\u00a0selon export\u00a0».",
        duplicates="Montrer les articles qui n’en font qu’un.",
        fields="Champs des fichiers JSON et CSV\u00a0: text=corps,title=titre (retenu pour la "
        "suite).",
        ocr="Lire ou non les PDF scannés (retenu pour la suite).",
        verbose="Nommer tous les fichiers laissés de côté.",
    ),
    no_such_article=lambda name: f"aucun article indexé n’est «\u00a0{name}\u00a0»",
    nearest="\u202f; les plus proches\u00a0:",
    several=lambda name: (
        f"«\u00a0{name}\u00a0» désigne plusieurs articles, donnez l’identifiant\u00a0:"
    ),
    no_such_day=lambda option, value: (
        f"{option} {value}\u00a0: donnez un jour (2025-08-29), un mois (2025-08), une année (2025) "
        "ou un nombre de jours (30j)"
    ),
    crossed=lambda since, until: f"--since {since} vient après --until {until}\u00a0: échangez-les",
    not_removed=lambda name: (
        f"aucun article écarté n’est «\u00a0{name}\u00a0»\u202f; pour les voir\u00a0: "
        "selon list --removed"
    ),
    undated="sans date",
    untitled="(sans titre)",
    shown=lambda shown, total: (
        f"{count(shown, 'article')} sur {number(total)}."
        if shown < total
        else f"{count(total, 'article')}."
    ),
    none_listed="Aucun article.",
    facts=FactLabels(
        id="Identifiant",
        title="Titre",
        author="Auteur",
        outlet="Média",
        category="Rubrique",
        published="Publié",
        updated="Mis à jour",
        url="Adresse",
        path="Fichier",
        language="Langue",
        size="Longueur",
        sections="Intertitres",
        copies="Doublons",
    ),
    origins={
        "front matter": "en-tête du fichier",
        "json-ld": "JSON-LD de la page",
        "opengraph": "OpenGraph de la page",
        "html": "code de la page",
        "pdf": "propriétés du PDF",
        "docx": "propriétés du document",
        "document": "propriétés du document",
        "epub": "propriétés du livre",
        "feed": "flux",
        "sitemap": "plan du site",
        "nitf": "dépêche NITF",
        "email": "en-tête du message",
        "fields": "champ de la fiche",
        "address": "adresse",
        "file name": "nom du fichier",
        "text": "texte",
        "detected": "reconnu au texte",
    },
    found_in=lambda origin: f"({origin})",
    length=lambda words, characters, passages: (
        f"{count(words, 'mot')}, {count(characters, 'caractère')}, {count(passages, 'passage')}"
    ),
    more_text="… (--text montre la suite)",
    copy_of=lambda title, identity: (
        f"Doublon\u00a0: les réponses viennent de «\u00a0{title}\u00a0» ({identity})."
    ),
    removed=lambda title, path: f"Écarté\u00a0: {title} ({path})",
    restored=lambda title, path: f"Remis\u00a0: {title} ({path})",
    already_removed=lambda title: f"Déjà écarté\u00a0: {title}",
    files_stay=(
        "Les fichiers restent en place\u202f; «\u00a0selon remove --restore\u00a0» les remet."
    ),
    nothing_left="ce sont les derniers articles\u00a0: un index ne peut pas être vide",
    no_more_there=lambda path: (
        f"{path}\u00a0: l’index en vient, et il n’y est plus\u202f; remettez-le en place, ou "
        "indexez ce qui est là (selon index CHEMIN)"
    ),
    in_service=lambda generation, built: (
        f"De nouveau en service\u00a0: la génération {generation}, construite le {built}."
    ),
    exported=lambda articles, size, folder: (
        f"Copié\u00a0: {count(articles, 'article')} ({size}), vérifiés, dans {folder}."
    ),
    imported=lambda articles, generation: (
        f"En service\u00a0: {count(articles, 'article')}, génération {generation}."
    ),
    no_duplicates="Aucun doublon.",
    copies=lambda copies: count(copies, "doublon"),
    duplicates_found=lambda copies: (
        f"{count(copies, 'doublon réuni')} à l’original\u00a0: selon status --duplicates"
    ),
    left_out=lambda articles: (
        f"{count(articles, 'article écarté')} par vous\u00a0: selon list --removed"
    ),
    resumed=lambda vectors: f"{count(vectors, 'vecteur repris')} de la construction interrompue.",
    some_skipped=lambda files: (
        f"{count(files, 'fichier')} laissé{'s' if files > 1 else ''} de côté\u00a0: "
        "selon index --verbose"
    ),
    more_skipped=lambda more: (
        f"  et {count(more, 'autre')}\u00a0: selon index --verbose les nomme tous"
    ),
    stopping="Arrêt à la fin du lot en cours (Ctrl-C encore\u00a0: tout de suite)",
    stopped=lambda kept: (
        f"Interrompu\u00a0: l’index en place n’a pas changé. {count(kept, 'vecteur')} "
        f"{'gardés' if kept > 1 else 'gardé'}\u00a0: la même commande reprendra où elle en était."
        if kept
        else "Interrompu\u00a0: l’index en place n’a pas changé."
    ),
    fields_kept=lambda fields: f"Champs retenus de la dernière fois\u00a0: {fields}.",
)
