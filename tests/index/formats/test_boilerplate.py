"""A line goes only when all of it is surely no news."""

from __future__ import annotations

import time

import pytest

from index.formats.boilerplate import announces_links, ends_free_part, is_boilerplate

NOT_NEWS = [
    "Lire aussi : Le lynx s'installe durablement dans les forêts du Vernay",
    "À lire également",
    "» À LIRE AUSSI - Chiens de protection : mode d’emploi",
    "▶ Voir aussi : la carte des résultats",
    "Sur le même sujet :",
    "Partager sur Facebook",
    "Partagez cet article sur les réseaux sociaux",
    "Suivez-nous sur Instagram",
    "Envoyer par e-mail",
    "Facebook · X · WhatsApp",
    "Tout accepter",
    "Gérer mes cookies",
    "Inscrivez-vous à notre newsletter",
    "Recevez chaque matin l'essentiel de l'actualité dans votre boîte mail.",
    "COMMUNIQUÉ DE PRESSE",
    "Documents à télécharger",
    "Date de publication",
    "[ VIDÉO ] Les images du sauvetage",
    "[Photos] Le port sous la neige",
    "Publicité",
    "La suite après cette publicité",
    "© 2025 Le Courrier. Tous droits réservés.",
    "Copyright La Gazette du Haut-Pays 2025",
    "Le Courrier – Reproduction interdite",
    "Crédit photo : Jeanne Petit",
    "Photo : Jeanne Petit / AFP",
    "Jeanne Petit/AFP",
    "Tags : loup, élevage, biodiversité",
    "#loup #élevage",
    "Temps de lecture : 3 min",
    "Lecture 3 min.",
    "3 min de lecture",
    "Il vous reste 72 % de cet article à lire. La suite est réservée aux abonnés.",
    "Cet article est réservé aux abonné·es",
    "Advertisement",
    "Share this article",
    "Sign up for our daily newsletter to get the top stories in your inbox.",
    "5 min read",
    "Read more: The ferry timetable changes",
    "All rights reserved",
    "Subscribe to continue reading",
    "Lea también: El lobo vuelve",
    "Compartir en Facebook",
    "Publicidad",
    "Lesen Sie auch",
    "Lesezeit: 3 Minuten",
    "Leggi anche: Il lupo",
    "Condividi su Facebook",
    "Tutti i diritti riservati",
]

NEWS = [
    "Le communiqué de presse a été publié à midi.",
    "[Vidéo] à l'appui, le maire a montré que la digue cède. Il en demande une autre.",
    "Les documents à télécharger ne seront prêts que lundi.",
    "Les cookies seront interdits dans un an.",
    "Ce site utilise des cookies sans demander le consentement, a constaté la CNIL.",
    "« Nous utilisons des cookies », admet l'éditeur, qui promet de recueillir le consentement.",
    "À lire aussi, disent les habitants, dans les traces laissées au bord du chemin.",
    "Lire aussi entre les lignes, voilà ce que demande ce roman.",
    "La mairie invite à s'inscrire à sa newsletter avant le 3 mars.",
    "Partager sur Facebook une photo d'autrui sans son accord est puni d'une amende.",
    "Publicité : ce que change la loi",
    "Copyright et intelligence artificielle",
    "Copyright laws changed in 1998",
    "Voir les communes",
    "Partage",
    "Photo : le maire inaugure la place.",
    "Le loup / le chien",
    "4/5",
    "12 commentaires ont été supprimés par la modération.",
    "La lecture recule de trois minutes par jour.",
    "Il vous reste deux jours pour voter.",
    "L'accès aux archives est réservé aux abonnés, a décidé le conseil de la bibliothèque.",
    "Elle a dit : « Inscrivez-vous à notre newsletter », puis elle a raccroché.",
    "Facebook",
    "Read",
    "The comments were closed.",
    "",
]


@pytest.mark.parametrize("line", NOT_NEWS)
def test_lines_around_an_article_are_no_news(line: str) -> None:
    assert is_boilerplate(line)


@pytest.mark.parametrize("line", NEWS)
def test_a_line_that_may_be_news_stays(line: str) -> None:
    assert not is_boilerplate(line)


def test_a_bare_announcement_is_told_from_one_with_its_link() -> None:
    assert announces_links("À lire aussi :")
    assert not announces_links("À lire aussi : le budget")


def test_the_end_of_the_free_part_is_known() -> None:
    assert ends_free_part("La suite est réservée aux abonnés.")
    assert not ends_free_part("Tags : loup")


def test_long_lines_are_judged_at_once() -> None:
    start = time.process_time()
    for unit in ("x ", "#a", "sms", "à lire ", "- ", "newsletter ", "cookies ", "© "):
        is_boilerplate(unit * 150)
        is_boilerplate(unit * 350)
    assert time.process_time() - start < 1
