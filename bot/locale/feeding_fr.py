"""French texts of `selon add` and `selon watch`. Typography as in `fr`."""

from __future__ import annotations

from collections.abc import Mapping

from bot.locale.feeding import FeedingHelp, FeedingPhrases
from index.errors import Why

_N = "\u00a0"
_FINE = "\u202f"


def _count(count: int, one: str, several: str) -> str:
    return f"{count:,}".replace(",", _FINE) + f"{_N}{several if count > 1 else one}"


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f}{_N}s".replace(".", ",")


def _every(seconds: float) -> str:
    for size, unit in ((86400, "j"), (3600, "h"), (60, "min")):
        if seconds >= size and seconds % size == 0:
            return f"{seconds / size:g}{_N}{unit}"
    return f"{seconds:g}{_N}s".replace(".", ",")


def _rebuilt(added: int, changed: int, removed: int, skipped: int, seconds: float) -> str:
    done = _listing(
        _count(added, "article ajouté", "articles ajoutés") if added else "",
        _count(changed, "modifié", "modifiés") if changed else "",
        _count(removed, "retiré", "retirés") if removed else "",
    )
    files = _count(skipped, "fichier", "fichiers")
    aside = f" — {files} de côté (selon index dit pourquoi)" if skipped else ""
    done = done or "mêmes articles"
    return f"Index à jour{_N}: {done}, en {_seconds(seconds)}{aside}."


def _listed(kind: str, address: str, found: int, elsewhere: int, taken: int) -> str:
    others = f", dont {elsewhere} d’autres sites, laissées de côté" if elsewhere else ""
    addresses = _count(found, "adresse", "adresses")
    return f"{kind}{_N}: {address} — {addresses}{others}{_FINE}; {taken} à lire."


def _watching(paths: int, feeds: int, every: str) -> str:
    places = _count(paths, "fichier ou dossier", "fichiers ou dossiers") if paths else ""
    read = "lus" if feeds > 1 else "lu"
    also = _count(feeds, "flux", "flux") + f" ({read} toutes les {every})" if feeds else ""
    return f"À l’affût de {' et de '.join(filter(None, (places, also)))} (Ctrl-C pour arrêter)."


def _news(feed: str, added: int, updated: int) -> str:
    told = _listing(
        _count(added, "nouvel article", "nouveaux articles") if added else "",
        _count(updated, "mis à jour", "mis à jour") if updated else "",
    )
    return f"{feed}{_N}: {told}."


def _summary(counts: Mapping[str, int]) -> str:
    words = (
        ("added", "ajoutée", "ajoutées"),
        ("updated", "mise à jour", "mises à jour"),
        ("unchanged", "inchangée", "inchangées"),
        ("failed", "sans résultat", "sans résultat"),
    )
    told = _listing(
        *(_count(counts[key], one, several) for key, one, several in words if counts.get(key))
    )
    return f"Adresses{_N}: {told or 'aucune'}."


def _listing(*parts: str) -> str:
    return ", ".join(filter(None, parts))


FEEDING_FR = FeedingPhrases(
    help=FeedingHelp(
        add="Ajouter des articles par leur adresse, un flux ou un plan de site.",
        addresses="Articles, flux (RSS, Atom) ou plans de site.",
        limit="Nombre d’articles à prendre d’un flux ou d’un plan de site, les plus récents.",
        no_index="Ne pas mettre l’index à jour ensuite.",
        watch="Suivre des dossiers et des flux, et tenir l’index à jour.",
        paths="Fichiers et dossiers à suivre (par défaut\u00a0: ceux de l’index en place).",
        feed="Flux à suivre aussi (option à répéter).",
        every="Intervalle entre deux lectures d’un flux\u00a0: 90s, 15m, 2h.",
    ),
    states={"added": "ajouté", "updated": "mis à jour", "unchanged": "inchangé"},
    refused="refusé",
    failed="échec",
    why={
        Why.MALFORMED: lambda d: (
            "ce n’est pas une adresse que l’on puisse suivre\u202f; écrivez-la en entier, https://…"
        ),
        Why.SCHEME: lambda d: f"seuls http et https sont suivis, pas {d}",
        Why.CREDENTIALS: lambda d: "elle contient un nom ou un mot de passe\u202f; retirez-les",
        Why.UNKNOWN_HOST: lambda d: f"le site {d} n’existe pas\u202f; vérifiez l’adresse",
        Why.PRIVATE: lambda d: (
            f"elle mène à une adresse privée ({d})\u202f; si cette machine est à vous, "
            "nommez-la dans SELON_FETCH_ALLOW"
        ),
        Why.OFF_SITE: lambda d: f"elle mène à un autre site ({d})",
        Why.REDIRECTS: lambda d: f"plus de {d} redirections",
        Why.ROBOTS: lambda d: "le robots.txt du site s’y oppose",
        Why.ROBOTS_UNREADABLE: lambda d: (
            f"le robots.txt du site est illisible ({d})\u202f; sans lui, rien n’est demandé"
        ),
        Why.DELAY: lambda d: (
            f"le robots.txt du site demande {d} entre deux requêtes, plus que Selon n’attend"
        ),
        Why.BUSY: lambda d: f"le site demande de revenir dans {d}",
        Why.STATUS: lambda d: f"le site répond {d}",
        Why.UNREACHABLE: lambda d: f"le site est injoignable ({d})",
        Why.CERTIFICATE: lambda d: f"le certificat du site n’est pas valable ({d})",
        Why.TOO_LARGE: lambda d: f"plus de {d.replace('MB', 'Mo')}",
        Why.TOO_SLOW: lambda d: f"toujours pas là après {d}",
        Why.ENCODING: lambda d: f"son encodage ne peut être défait ({d})",
        Why.EMPTY: lambda d: "la page est vide",
        Why.NOT_AN_ARTICLE: lambda d: f"ce n’est pas un article ({d})",
        Why.NO_ENTRIES: lambda d: f"aucune adresse du même site ({d} d’autres sites)",
        Why.DISK: lambda d: (
            f"impossible de le garder ({d})\u202f; faites de la place ou vérifiez les droits"
        ),
    },
    listed=_listed,
    kinds={"feed": "flux", "sitemap": "plan de site", "sitemap index": "index de plans de site"},
    named_feed=lambda address: f"flux de ce site\u00a0: {address}",
    summary=_summary,
    watching=_watching,
    rebuilt=_rebuilt,
    not_rebuilt=lambda why: f"Index inchangé\u00a0: {why}",
    waiting=lambda why: f"En attente\u00a0: {why}",
    news=_news,
    no_news=lambda feed, why: f"{feed}\u00a0: {why}",
    polling=lambda why: (
        f"Le système ne peut signaler les changements ({why})\u202f; les dossiers sont parcourus."
    ),
    stopping="Arrêt… (Ctrl-C de nouveau pour ne rien finir)",
    stopped="Arrêté.",
    every=_every,
    no_duration=lambda text: (
        f"--every {text}\u00a0: ce n’est pas une durée de 10\u00a0s à 30\u00a0j\u202f; "
        "écrivez 90s, 15m ou 2h"
    ),
    no_such_path=lambda path: f"{path}\u00a0: ni fichier ni dossier de ce nom",
    nothing_to_watch=(
        "rien à suivre\u00a0: ni dossier ni flux. Par exemple\u00a0: selon watch ~/articles"
    ),
)
