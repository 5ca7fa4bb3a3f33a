"""What is read of an article, and what a listener understands by itself."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bot.answer import Citation
from bot.digests.excerpt import excerpt, leans_on_others, meant_day, restates, unsaid_place
from bot.digests.script import spoken_quote
from index.ingestion.passages import cut
from tests.bot.digests.made import DAY, article

NEWS = "Des rebelles ont exécuté 28 soldats mercredi près de la ville de Saraqeb."
VIDEO = "Une vidéo de l’exécution a été publiée sur Internet par les rebelles."

LONG = "La ville de Homs a été bombardée par l’armée mercredi matin. " * 6


def read(text: str, least: int = 10, day: date | None = None) -> list[str]:
    made = article("Exécution en Syrie", text, language="fr")
    return [quote.quote for quote in excerpt(made, cut(made)[0], day=day, least=least)]


def test_a_passage_is_read_on_while_a_sentence_leans_on_it() -> None:
    leaning = "Cette vidéo a été condamnée par les Nations unies jeudi soir."
    assert read(f"{NEWS} {leaning} {LONG}") == [NEWS, leaning]


def test_an_article_is_read_on_until_what_its_title_promises_is_said() -> None:
    rest = "La ville de Homs a été bombardée par l’armée mercredi matin. Il pleut."
    claim = "Au Liban, un ministre a été démis par le président mercredi."
    made = article("Exécution en Syrie, un ministre du Liban démis", f"{NEWS} {rest} {claim}")
    assert [quote.quote for quote in excerpt(made, cut(made)[0], least=10)][-1] == claim


def test_what_leans_on_a_sentence_left_out_is_left_out() -> None:
    left_out = "Que montre la vidéo publiée par les rebelles mercredi ?"
    leaning = "Cette vidéo a été condamnée par les Nations unies jeudi soir."
    free = "La ville de Homs a été bombardée par l’armée."
    assert read(f"{NEWS} {left_out} {leaning} {free}", least=20) == [NEWS, free]


def test_a_quote_that_is_open_is_read_to_its_end() -> None:
    opened = "Le général a déclaré : « Nos soldats ont été exécutés."
    closed = "Nous ne l’oublierons pas de sitôt. »"
    assert read(f"{NEWS} {opened}\n\n{closed}", least=20) == [NEWS, opened, closed]


@pytest.mark.parametrize(
    ("text", "is_read"),
    [
        ("« Nous avons tout perdu dans la nuit de mardi. »", False),
        ("« Nous avons tout perdu dans la nuit de mardi. »\n\n— Samir, habitant de Saraqeb", True),
        ("Un habitant raconte :\n\n« Nous avons tout perdu. La maison a brûlé mardi. »", True),
        ("Des vidéos de Homs, Alep, Hama, Idlib, Deraa, Raqqa et Palmyre ont été vues.", False),
    ],
)
def test_a_quote_is_read_with_whose_it_is_and_no_list_of_names(text: str, is_read: bool) -> None:
    told = read(f"{NEWS}\n\n{text}", least=20)
    assert (len(told) > 1) is is_read
    assert not is_read or " ".join(told[1:]) == " ".join(text.split())


def quotes_of(title: str, text: str) -> tuple[Citation, ...]:
    return excerpt(made := article(title, text, language="fr"), cut(made)[0], least=10)


def test_an_hour_keeps_its_time_zone_and_a_sentence_loses_its_reference_marks() -> None:
    text = "Une voiture a explosé à 5 h 45 UTC près de la ville de Kayseri [3]."
    (quote,) = quotes_of("Une voiture explose", text)
    assert spoken_quote(quote) == text.replace(" [3]", "")


def test_a_title_is_said_by_a_sentence_that_has_most_of_its_words_but_not_its_place() -> None:
    quotes = quotes_of("Syrie : des rebelles exécutent 28 soldats", NEWS)
    assert restates(quotes[0].article, quotes, is_known=False)
    assert unsaid_place(quotes[0].article, quotes) == "Syrie"
    quotes = quotes_of("Syrie : 28 soldats morts dans la nuit près d’Alep", NEWS)
    assert not restates(quotes[0].article, quotes, is_known=False)
    assert restates(quotes[0].article, quotes, is_known=True)


def test_an_article_is_read_on_until_how_it_went_out() -> None:
    rest = "La ville de Homs a été bombardée par l’armée mercredi matin. Il pleut."
    outcome = "Deux hommes ont été interpellés par l’armée mercredi soir à Homs."
    assert read(f"{NEWS} {rest} {outcome} {LONG}")[-1] == outcome


def test_the_last_toll_of_an_article_is_read() -> None:
    toll = "Le bilan s’élève à 31 morts selon l’Observatoire syrien."
    assert read(f"{NEWS} {LONG} {toll} {LONG} {LONG}")[-1] == toll


def test_a_short_article_is_read_to_its_end() -> None:
    end = "La ville de Homs compte 800 000 habitants."
    assert read(f"{NEWS} {VIDEO} {end}")[-1] == end


@pytest.mark.parametrize(
    ("text", "leans"),
    [
        ("L’armée condamne ces attaques contre la ville de Homs.", True),
        ("L’armée n’a jamais observé une telle onde à Homs.", True),
        ("Selon lui, la ville de Homs a été bombardée mercredi.", True),
        ("Le chanteur Samir y a chanté mercredi matin.", True),
        ("Paul Moretti a démissionné ce mercredi matin.", False),
        ("Paul Moretti a fui en ce début juin, alors que Homs brûlait.", False),
        ("Paul Moretti a montré les dernières images de Homs.", False),
    ],
)
def test_a_sentence_that_refers_to_another_leans_on_it(text: str, leans: bool) -> None:
    assert leans_on_others(text, "fr") is leans


def test_a_day_that_means_another_to_the_listener_is_known() -> None:
    text = "Le pont a rouvert hier matin sous la pluie."
    made = article("Le pont", text)
    assert meant_day(text, made, DAY) is None
    assert meant_day(text, made, DAY + timedelta(1)) == DAY - timedelta(1)
    assert meant_day("Le pont a rouvert aujourd’hui 26 mars.", made, DAY + timedelta(1)) is None
