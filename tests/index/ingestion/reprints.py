"""Pairs of texts that are one article, and pairs that only look like it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

CORPUS = Path(__file__).resolve().parents[3] / "corpus"

_MORE = (
    "Contactée par la rédaction, la direction n’a pas souhaité commenter davantage ces éléments. "
    "Elle renvoie à la conférence de presse prévue la semaine prochaine, au cours de laquelle le "
    "calendrier des travaux devrait être présenté aux riverains et aux élus.",
    "Plusieurs associations ont salué cette annonce tout en demandant des garanties écrites. "
    "Elles rappellent que des promesses comparables avaient été faites il y a quelques années, "
    "sans que les moyens suivent, et appellent à la vigilance.",
)

_WEATHER = (
    "Bulletin météo de la région. Ce {day}, le ciel sera {sky} sur le littoral comme dans "
    "l’intérieur des terres. Les températures minimales iront de {a} à {b} degrés, les maximales "
    "de {c} à {d} degrés. Le vent de secteur ouest soufflera à {e} kilomètres à l’heure, avec des "
    "rafales à {f} kilomètres à l’heure près des côtes. La mer sera peu agitée. Les coefficients "
    "de marée seront de {g} le matin et de {h} le soir. Le lever du soleil est prévu à {i} heures, "
    "son coucher à {j} heures. Prochain bulletin demain matin à la même heure. Prudence sur les "
    "routes et en mer, où les conditions peuvent changer rapidement."
)
_MARKETS = (
    "La Bourse de Paris a terminé en {way} {day}, dans un marché attentif aux banques centrales. "
    "L’indice vedette CAC 40 a {verb} de {a} % pour s’établir à {b} points. Le volume des échanges "
    "a atteint {c} milliards d’euros. Du côté des valeurs, les banques ont fini à {d} euros en "
    "moyenne, l’automobile à {e} euros et le luxe à {f} euros. Sur le marché des changes, l’euro "
    "s’échangeait à {g} dollar. Le baril de Brent de la mer du Nord valait {h} dollars et l’once "
    "d’or {i} dollars. Le rendement de l’emprunt français à dix ans s’établissait à {j} %."
)
_RESULTS = (
    "Match result. The {day} fixture between the home side and the visitors ended {a} to {b} in "
    "front of {c} spectators. The home side had {d} shots and {e} corners, the visitors {f} shots "
    "and {g} corners. The referee showed {h} yellow cards and stopped play for {i} minutes. The "
    "home side now stands on {j} points in the table. The next round of matches takes place next "
    "weekend, and tickets are on sale at the box office and online from Monday morning."
)
_EPISODES = (
    "Cet article est le premier épisode d’une série consacrée aux canaux de France, à lire chaque "
    "semaine dans nos colonnes.\n\nAu petit matin, l’éclusière de Saint-Aubin relève les vannes à "
    "la manivelle, comme son père avant elle. Les péniches de commerce se font rares, mais les "
    "plaisanciers, eux, arrivent dès le mois de mai avec leurs vélos et leurs enfants. Elle "
    "connaît chaque bateau par son nom et garde dans un cahier les heures de passage.",
    "Cet article est le deuxième épisode d’une série consacrée aux canaux de France, à lire chaque "
    "semaine dans nos colonnes.\n\nDans l’atelier de Chalon, trois charpentiers réparent une coque "
    "de chêne vieille d’un siècle. Le bois vient du Morvan, les clous d’une forge voisine, et le "
    "goudron est encore chauffé dans un chaudron. Il leur faudra deux hivers pour remettre à l’eau "
    "ce bateau, que la commune destine à un musée des mariniers.",
)
_SAME_EVENT = (
    "Un incendie a ravagé dans la nuit de mardi à mercredi un entrepôt de bois de la zone "
    "portuaire de Lorient, sans faire de victime. Une soixantaine de pompiers ont lutté jusqu’à "
    "l’aube contre les flammes, attisées par le vent. « Tout est parti en une heure », raconte le "
    "gérant, venu sur place. L’origine du sinistre reste inconnue et une enquête a été ouverte par "
    "le parquet. Les habitants des rues voisines, évacués par précaution, ont regagné leur "
    "domicile.",
    "À Lorient, les riverains du port se sont réveillés mercredi dans une odeur âcre de fumée. "
    "L’entrepôt de bois, en flammes pendant la nuit, n’est plus qu’un squelette de tôle. « Tout "
    "est parti en une heure », raconte le gérant, qui emploie douze salariés et craint pour leur "
    "emploi. La mairie promet un soutien, tandis que les enquêteurs cherchent comment le feu a pu "
    "prendre dans un bâtiment contrôlé au printemps. Les pompiers surveillent encore les braises.",
)
_NOTICES = (
    "La mairie sera fermée lundi. Réouverture mardi à 9 heures.",
    "La mairie sera fermée lundi. Réouverture mercredi à 9 heures.",
)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts, and whether they are one article."""

    name: str
    one: str
    other: str
    same: bool


def articles() -> dict[str, str]:
    """The sample articles' texts, without what stands before them, by name."""
    return {
        path.stem: path.read_text(encoding="utf-8").split("---\n", 2)[2].strip()
        for path in sorted(CORPUS.glob("*.md"))
    }


def pairs() -> tuple[Pair, ...]:
    return (*_republished(), *_different())


def _republished() -> Iterator[Pair]:
    for name, text in articles().items():
        paragraphs = text.split("\n\n")
        wire = ["PARIS (Agence) — " + paragraphs[0], *paragraphs[1:-1], "Avec l’agence."]
        update = [paragraphs[0], _MORE[0], *paragraphs[1:], _MORE[1]]
        plain = text.upper().replace("’", "'").replace("\u202f", " ").replace("«", '"')
        words = text.split(" ")
        edited = [word for number, word in enumerate(words) if number % 25 != 12]
        yield Pair(f"{name}, reprinted without its end", text, "\n\n".join(wire), True)
        yield Pair(f"{name}, with two paragraphs more", text, "\n\n".join(update), True)
        yield Pair(f"{name}, in capitals and other signs", text, plain, True)
        yield Pair(f"{name}, one word in 25 cut", text, " ".join(edited), True)


def _different() -> Iterator[Pair]:
    for (one, text), (other, its) in combinations(articles().items(), 2):
        yield Pair(f"{one} and {other}", text, its, False)
    figures = [
        dict(zip("abcdefghij", range(5 + 3 * n, 55 + 3 * n, 5), strict=True)) for n in (0, 1, 4)
    ]
    names = ("lundi", "mardi", "samedi")
    for template, spare in (
        (_WEATHER, [{"sky": sky} for sky in ("dégagé", "dégagé", "couvert")]),
        (_MARKETS, [{"way": "hausse", "verb": "gagné"}] * 2 + [{"way": "baisse", "verb": "perdu"}]),
        (_RESULTS, [{}, {}, {}]),
    ):
        told = [
            template.format(day=day, **numbers, **rest)
            for day, numbers, rest in zip(names, figures, spare, strict=True)
        ]
        for one, other in combinations(told, 2):
            yield Pair(f"{template[:20]}, another day", one, other, False)
    yield Pair("two episodes of a series", *_EPISODES, False)
    yield Pair("two reports of one event", *_SAME_EVENT, False)
    yield Pair("two short notices", *_NOTICES, False)
