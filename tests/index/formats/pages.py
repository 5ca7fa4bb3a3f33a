"""What the awkward pages of `tests/data/pages` hold: their news, what is none, their facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / "data" / "pages"


def _ahead(hours: int) -> timezone:
    return timezone(timedelta(hours=hours))


@dataclass(frozen=True)
class Expected:
    """`inside` are sentences of the article, `outside` strings that are no part of it; `facts` are
    values and where they come from; those not named are None."""

    name: str
    inside: tuple[str, ...]
    outside: tuple[str, ...]
    headings: tuple[str, ...] = ()
    facts: Mapping[str, tuple[Any, str]] = field(default_factory=dict)


PAGES = (
    Expected(
        "tableau.html",
        (
            "Avec 41,3\u00a0% des suffrages, la liste menée par Claire Arnoux devance de six",
            "Le dépouillement s'est achevé à 21\u00a0heures dans les douze bureaux de la ville.",
            "Continuer ensemble (Michel Dubreuil) | 4\u00a0113 | 35,3 %",
            "«\u00a0Rien n'est joué\u00a0», a prévenu Claire Arnoux devant ses soutiens",
            "Sonia Kern a indiqué qu'elle donnerait sa position mardi soir",
        ),
        (
            "Crédit photo", "Partager sur", "Envoyer par e-mail", "Tags", "Sur le même sujet",
            "l'ingénieure qui veut la mairie", "Tous droits réservés", "Mentions légales",
            "Par Jeanne Petit", "Accueil",
        ),
        ("Les résultats par liste", "Vers une triangulaire"),
        {
            "title": ("Municipales à Valmont : la liste Arnoux en tête au premier tour", "json-ld"),
            "author": ("Jeanne Petit, Luc Roy", "json-ld"),
            "published": (datetime(2025, 3, 16, 21, 47, tzinfo=_ahead(1)), "json-ld"),
            "updated": (datetime(2025, 3, 17, 8, 5, 12, tzinfo=_ahead(1)), "json-ld"),
            "outlet": ("Le Courrier de Valmont", "json-ld"),
            "category": ("Politique", "json-ld"),
            "language": ("fr", "json-ld"),
            "url": (
                "https://courrier.exemple.fr/politique/municipales-valmont-premier-tour", "html",
            ),
        },
    ),
    Expected(
        "commentaires.html",
        (
            "Une fuite découverte sous le grand bassin impose de refaire 120 mètres",
            "«\u00a0Nous avons préféré fermer plutôt que de chauffer de l’eau qui s’en va\u00a0»",
            "Les clubs seront accueillis à la piscine de Montaigu, à quinze kilomètres",
        ),
        (
            "nageur17", "Franchement lamentable", "pas de bus le samedi", "nos impôts",
            "3 commentaires", "Laisser un commentaire", "Pour réagir", "journal local depuis 1921",
            "Se connecter",
        ),
        (),
        {
            "title": ("La piscine de Rochefleur restera fermée jusqu’au printemps", "html"),
            "author": ("Awa Lenoir", "html"),
            "published": (datetime(2024, 11, 5, 6, 30, tzinfo=_ahead(1)), "opengraph"),
            "updated": (datetime(2024, 11, 5, 11, 2, tzinfo=_ahead(1)), "opengraph"),
            "outlet": ("Rochefleur Matin", "opengraph"),
            "category": ("Vie locale", "opengraph"),
            "language": ("fr", "html"),
            "url": ("https://rochefleur.exemple.fr/piscine-fermee", "opengraph"),
        },
    ),
    Expected(
        "abonnes.html",
        (
            "le niveau de la Sarvonne descend sous le seuil d'alerte dès le mois de juillet.",
            "les prélèvements ont augmenté de 18 % en dix ans",
        ),
        (
            "Il vous reste", "réservée aux abonnés", "Réservé aux abonnés", "en illimité",
            "Sans engagement", "22 heures", "Déjà abonné", "Temps de lecture", "Copyright",
            "Abonnez-vous",
        ),
        (),
        {
            "title": ("Enquête : l'eau de la Sarvonne sous pression", "json-ld"),
            "author": ("Nadia Ferrand", "json-ld"),
            "published": (date(2025, 6, 12), "json-ld"),
            "outlet": ("La Gazette du Haut-Pays", "json-ld"),
            "language": ("fr", "html"),
            "url": ("https://gazette.exemple.fr/enquetes/eau-sarvonne", "html"),
        },
    ),
    Expected(
        "direct.html",
        (
            "Quarante mille foyers restent privés d'électricité en fin de journée.",
            "La préfecture a levé l'interdiction de circuler sur le pont de l'Anse",
            "Six cents agents sont à pied d'œuvre.",
            "une rafale à 151 km/h à 3 h 20, un record pour un mois de janvier.",
            "Les écoles de neuf communes du littoral n'ouvriront pas ce mercredi",
        ),
        ("newsletter", "Recevez chaque matin", "WhatsApp", "Mis à jour le", "À la une", "Contact"),
        (
            "19:40 – Le pont de l'Anse rouvre à la circulation",
            "17:15 – 40 000 foyers sans électricité",
            "12:02 – Une rafale à 151 km/h relevée au phare",
            "08:30 – Les écoles fermées dans neuf communes",
        ),
        {
            "title": ("DIRECT. Tempête Igor : les dernières informations", "json-ld"),
            "published": (datetime(2025, 1, 22, 7, tzinfo=UTC), "json-ld"),
            "updated": (datetime(2025, 1, 22, 18, 45, tzinfo=UTC), "json-ld"),
            "outlet": ("Côte Info", "json-ld"),
            "language": ("fr", "html"),
            "url": ("https://cote-info.exemple.fr/direct/tempete-igor", "html"),
        },
    ),
    Expected(
        "gallery.html",
        (
            "Fourteen tall ships sailed into Marrow Bay on Thursday for the first time since 1998.",
            "The three-masted barque Albatross led the fleet past the lighthouse",
            "Cadets stood on the yards of the Northern Light as she saluted the harbour master.",
            "The smallest vessel, the schooner Wren, was built in Marrow Bay in 1931.",
            "The ships will stay until Monday and are open to visitors from ten to six.",
        ),
        (
            "Tom Reed", "1/3", "3/3", "Advertisement", "Read more", "Ferry timetable",
            "Share this", "All rights reserved", "By Ellen Marsh", "Subscribe",
        ),
        (),
        {
            "title": ("In pictures: the tall ships return to Marrow Bay", "opengraph"),
            "author": ("Ellen Marsh", "html"),
            "published": (datetime(2025, 7, 4, 9, 15, tzinfo=_ahead(-4)), "opengraph"),
            "outlet": ("The Harbour Ledger", "opengraph"),
            "language": ("en", "html"),
            "url": ("https://ledger.example/pictures/tall-ships-marrow-bay", "opengraph"),
        },
    ),
    Expected(
        "cookies.html",
        (
            "La ligne B du tramway comptera une rame supplémentaire aux heures de pointe",
            "« C'est une réponse d'urgence, pas une solution durable », reconnaît sa directrice.",
            "Le 12 mars 2026, les élus se prononceront sur le prolongement de la ligne",
        ),
        (
            "842 partenaires", "Votre consentement", "géolocalisation", "Tout accepter",
            "Gérer mes cookies", "vie privée", "Publié le", "Par Hugo Vasseur", "Accueil",
        ),
        (),
        {
            "title": ("Un tramway de plus sur la ligne B dès septembre", "html"),
            "author": ("Hugo Vasseur", "text"),
            "published": (datetime(2025, 8, 29, 10, 30), "text"),
            "updated": (datetime(2025, 8, 30, 8, 5), "text"),
        },
    ),
    Expected(
        "amp.html",
        (
            "Shoppers in Tarn will pay a 20p deposit on every glass bottle from Thursday",
            "Organisers expect to recover nine bottles out of ten within two years.",
            "“It is how my grandmother bought milk,” said shopkeeper Ada Flint.",
            "Brewers had warned that the labels would cost them £2m a year.",
            "Target: 90% returned by 2026",
        ),
        ("Advertisement", "newsletter", "5 min read", "© 2024", "Home", "animation"),
        (),
        {
            "title": ("Glass bottles back on Tarn shelves as deposit scheme begins", "json-ld"),
            "author": ("Priya Nand, George Hale", "json-ld"),
            "published": (datetime(2024, 2, 1, 0, 5, tzinfo=UTC), "json-ld"),
            "updated": (datetime(2024, 2, 1, 16, 20, tzinfo=UTC), "json-ld"),
            "outlet": ("Northern Post", "json-ld"),
            "category": ("Business", "json-ld"),
            "language": ("en", "html"),
            "url": ("https://post.example/business/glass-deposit-tarn", "html"),
        },
    ),
    Expected(
        "mojibake.html",
        (
            "La température moyenne a atteint 24,8 °C cet été à Brégançon",
            "Jamais la station, ouverte en 1952, n’avait relevé une telle valeur.",
            "« Ce n’est pas une surprise, c’est une tendance », explique Zoé Lemaître",
            "Le cœur de l’été – du 12 juillet au 18 août – a été marqué par trois vagues",
        ),
        ("Ã", "â€", "Â", "nuits tropicales", "Tous droits", "Lire aussi"),
        (),
        {
            "title": ("L’été le plus chaud jamais mesuré à Brégançon", "html"),
            "author": ("Zoé Lemaître", "html"),
            "published": (date(2022, 9, 3), "html"),
            "outlet": ("Météo Locale", "opengraph"),
            "language": ("fr", "html"),
        },
    ),
    Expected(
        "lire-aussi.html",
        (
            "L'office de la biodiversité a confirmé mardi l'identification de l'animal.",
            "Deux brebis ont été retrouvées mortes à la fin du mois de septembre",
            "« Il cherche un territoire, rien ne dit qu'il restera », tempère la biologiste",
            "À lire aussi, disent les habitants, dans les traces laissées au bord du chemin",
        ),
        (
            "Le lynx", "Chiens de protection", "À LIRE ÉGALEMENT", "Sur le même sujet",
            "Pastoralisme", "compte-t-on les loups", "La suite après", "newsletter", "boîte mail",
            "Mots-clés", "Reproduction interdite", "Marion Castel", "Randonnée",
        ),
        ("Une espèce protégée",),
        {
            "title": ("Le loup de retour dans le massif de l'Aubrette", "html"),
            "author": ("Marion Castel", "html"),
            "published": (datetime(2023, 10, 9, 12, tzinfo=_ahead(2)), "html"),
            "outlet": ("Montagne Hebdo", "opengraph"),
            "language": ("fr", "html"),
            "url": ("https://montagne.exemple.fr/nature/loup-aubrette", "html"),
        },
    ),
    Expected(
        "entretien.html",
        (
            "Boulanger à Clairvaux-le-Haut, Basile Tournier défend la fermentation longue.",
            "Pourquoi le levain plutôt que la levure ?",
            "Un pain au levain se garde cinq jours ; une baguette à la levure, une demi-journée.",
            "Et pour un débutant ?",
            "Commencez par un seul pain par semaine, toujours le même.",
            "– Vous dites souvent que la farine compte plus que le four.",
            "– Oui. Avec une mauvaise farine, le meilleur four du monde ne fera rien.",
        ),
        (
            "Odile Brun", "À propos de l'auteur", "Journaliste culinaire", "Partagez",
            "12 commentaires",
        ),
        (),
        {
            "title": ("« Un bon pain demande du temps »", "html"),
            "author": ("Odile Brun", "text"),
            "published": (datetime(2025, 4, 2, 18, tzinfo=_ahead(2)), "html"),
            "outlet": ("Le Fournil", "opengraph"),
            "language": ("fr", "opengraph"),
        },
    ),
)  # fmt: skip
