from __future__ import annotations

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index.formats.base import Block, ParsedArticle
from index.formats.boilerplate import clean_article, drop_boilerplate, is_boilerplate, mend_letters
from tests.index.formats.articles import PROSE

NOT_NEWS = [
    "Lire aussi : Le lynx s'installe durablement dans les forêts du Vernay",
    "» À LIRE AUSSI - Chiens de protection : mode d’emploi",
    "Sur le même sujet :",
    "Partagez cet article sur les réseaux sociaux",
    "Facebook · X · WhatsApp",
    "Tout accepter",
    "Recevez chaque matin l'essentiel de l'actualité dans votre boîte mail.",
    "COMMUNIQUÉ DE PRESSE",
    "Date de publication",
    "[ VIDÉO ] Les images du sauvetage",
    "Publicité",
    "© 2025 Le Courrier. Tous droits réservés.",
    "Le Courrier – Reproduction interdite",
    "Photo : Jeanne Petit / AFP",
    "Tags : loup, élevage, biodiversité",
    "Temps de lecture : 3 min",
    "3 min de lecture",
    "Il vous reste 72 % de cet article à lire. La suite est réservée aux abonnés.",
    "Advertisement",
    "Sign up for our daily newsletter to get the top stories in your inbox.",
    "5 min read",
    "Read more: The ferry timetable changes",
    "Subscribe to continue reading",
    "Lea también: El lobo vuelve",
    "Compartir en Facebook",
    "Lesen Sie auch",
    "Leggi anche: Il lupo",
]

NEWS = [
    "Le communiqué de presse a été publié à midi.",
    "[Vidéo] à l'appui, le maire a montré que la digue cède. Il en demande une autre.",
    "Les documents à télécharger ne seront prêts que lundi.",
    "Les cookies seront interdits dans un an.",
    "Ce site utilise des cookies sans demander le consentement, a constaté la CNIL.",
    "« Nous utilisons des cookies », admet l'éditeur, qui promet de recueillir le consentement.",
    "À lire aussi, disent les habitants, dans les traces laissées au bord du chemin.",
    "La mairie invite à s'inscrire à sa newsletter avant le 3 mars.",
    "Partager sur Facebook une photo d'autrui sans son accord est puni d'une amende.",
    "Publicité : ce que change la loi",
    "Copyright laws changed in 1998",
    "Partage",
    "Photo : le maire inaugure la place.",
    "4/5",
    "12 commentaires ont été supprimés par la modération.",
    "Il vous reste deux jours pour voter.",
    "L'accès aux archives est réservé aux abonnés, a décidé le conseil de la bibliothèque.",
    "Elle a dit : « Inscrivez-vous à notre newsletter », puis elle a raccroché.",
    "Facebook",
    "",
]


@pytest.mark.parametrize(
    ("line", "gone"), [*((line, True) for line in NOT_NEWS), *((line, False) for line in NEWS)]
)
def test_lines_around_an_article_go_and_what_may_be_news_stays(line: str, gone: bool) -> None:
    assert is_boilerplate(line) is gone


def test_long_lines_are_judged_at_once() -> None:
    start = time.thread_time()
    for unit in ("x ", "#a", "sms", "à lire ", "- ", "newsletter ", "cookies ", "© "):
        is_boilerplate(unit * 150)
        is_boilerplate(unit * 350)
    assert time.thread_time() - start < 1


def _kept(*texts: str) -> list[str]:
    return [block.text for block in drop_boilerplate(tuple(Block(text) for text in texts))]


def test_what_is_no_news_goes_and_the_rest_of_its_paragraph_stays() -> None:
    assert _kept(f"Publicité\n{PROSE}\n3 min de lecture", "Partager") == [PROSE]
    sold = "Il vous reste 82 % de cet article à lire. La suite est réservée aux abonnés."
    offers = ["Profitez de tous nos contenus", "Sans engagement\nLe journal dès 22 heures"]
    assert _kept(PROSE, sold, *offers) == [PROSE]
    assert _kept("Réservé aux abonnés", PROSE) == [PROSE]
    assert _kept(PROSE, "Réservé aux abonnés", *[PROSE] * 30) == [PROSE] * 31
    assert _kept("1/3", PROSE, "2/3", "3/3") == [PROSE]
    assert _kept(PROSE, "4/5") == [PROSE, "4/5"]


@pytest.mark.parametrize(
    ("broken", "read"),
    [
        ("Lâ€™Ã©tÃ© Ã\u00a0 BrÃ©ganÃ§on", "L’été à Brégançon"),
        ("Â« Câ€™est vrai Â»", "« C’est vrai »"),
        ("24,8Â\u00a0Â°C", "24,8\u00a0°C"),
        ("cœur e\u0301tait", "cœur était"),
        ("in\u00addé\u200bpen\u2060dance\ufeff", "indépendance"),
        ("jour\u200cnal", "journal"),
        ("می\u200cخواهم", "می\u200cخواهم"),
    ],
)  # fmt: skip
def test_letters_are_mended(broken: str, read: str) -> None:
    assert mend_letters(broken) == read


@pytest.mark.parametrize(
    "text",
    [
        "« Voilà », dit-elle… L’« été » – ou l'hiver — à 15 000 km",
        "«\u00a0Rien\u202f!\u00a0»",
        "ﬁn, ① ½ Ａ x² H₂O &amp; &lt;b&gt;",
        "SÃO PAULO, Ângela, Äänekoski, Åland, naïf, à bâbord",
        "Ελλάδα, Привет, 日本語, 👩‍🚀",
        "un\nsaut\tde ligne",
    ],
)
def test_nothing_else_is_changed(text: str) -> None:
    assert mend_letters(text) == text


@given(st.lists(st.text(max_size=80), max_size=6))
@example(["Â\x1f\xa0"])
def test_cleaning_twice_is_cleaning_once(texts: list[str]) -> None:
    once = clean_article(ParsedArticle(tuple(Block(text) for text in texts)))
    assert clean_article(once) == once
