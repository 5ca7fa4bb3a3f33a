"""Latest, overviews, dossiers, summaries, comparisons and positions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot.answer import Answer
from bot.archive import material
from bot.archive.archive import FUNCTIONS, Archive
from bot.archive.items import list_items
from bot.archive.material import find_material
from bot.archive.request import ArchiveFunction, ArchiveRequest
from index.findings import AnswerSpan, Findings, PassageReading
from index.search.confidence import Thresholds
from index.search.searcher import Searcher
from tests.bot.archive.made import searcher_over, told

ARTICLES = [
    told(
        "Anna Rossi est élue maire",
        "Anna Rossi, ingénieure de 48 ans, a été élue maire de la ville dimanche 2 mars. Elle a "
        "obtenu 54 % des voix au second tour. Marc Petit a reconnu que la ville voulait changer.",
        "2025-03-04",
    ),
    told(
        "Le pont fermé",
        "La maire Anna Rossi a fermé le grand pont lundi 5 mai. Anna Rossi a affirmé que le pont "
        "serait rouvert avant l’automne. Marc Petit a accusé Anna Rossi de mentir sur le pont.",
        "2025-05-06",
    ),
    told(
        "Marc Petit candidat",
        "Marc Petit sera candidat à la mairie l’an prochain. Marc Petit a déclaré que « la ville "
        "mérite bien mieux que cela » devant 300 personnes.",
        "2025-09-01",
    ),
]


@pytest.fixture(scope="module")
def searcher() -> Iterator[Searcher]:
    with searcher_over(*ARTICLES) as searcher:
        yield searcher


def call(searcher: Searcher, function: ArchiveFunction, subject: str, other: str = "") -> Answer:
    request = ArchiveRequest(function, subject, None, other, f"{function} {subject}", "fr")
    return FUNCTIONS[function](request, searcher)


@pytest.mark.parametrize("function", sorted(FUNCTIONS))
def test_every_line_is_of_an_article_word_for_word_and_an_unknown_subject_is_refused(
    searcher: Searcher, function: ArchiveFunction
) -> None:
    answer = call(
        searcher, function, "Anna Rossi", "Marc Petit" if function == "comparison" else ""
    )
    assert answer.outcome == "sure"
    assert answer.citations
    if function not in ("articles", "count"):
        assert answer.verbatim
        assert len({statement.text for statement in answer.statements}) == len(answer.statements)
    assert call(searcher, function, "Zoé Martin", "Zoé Martin").outcome == "no"


def headings(answer: Answer) -> list[str]:
    return [section[0].heading for section in answer.sections]


def test_the_latest_stands_before_what_was_told_before_it(searcher: Searcher) -> None:
    answer = call(searcher, "latest", "Anna Rossi")
    assert headings(answer) == [
        "Article du 6 mai 2025",
        "Avant cela, article du 4 mars 2025",
    ]
    assert answer.statements[0].text.startswith("La maire Anna Rossi a fermé le grand pont")


def test_a_dossier_has_identity_dates_figures_and_words(searcher: Searcher) -> None:
    answer = call(searcher, "dossier", "Anna Rossi")
    assert headings(answer)[0] == "Anna Rossi, d’après 2 articles"
    by_heading = {section[0].heading: [s.text for s in section] for section in answer.sections}
    assert by_heading["Anna Rossi, d’après 2 articles"][0].startswith("Anna Rossi, ingénieure")
    assert all("Petit a" not in text for text in by_heading.get("Ce que dit Anna Rossi", ()))
    assert by_heading["Ce qu’on en dit"] == [
        "Marc Petit a accusé Anna Rossi de mentir sur le pont."
    ]


def test_an_overview_begins_with_the_newest_state(searcher: Searcher) -> None:
    answer = call(searcher, "overview", "Anna Rossi")
    assert headings(answer)[0] == "Dernier état"
    newest = answer.citations[0].article.title
    assert newest == "Le pont fermé"


def test_two_subjects_are_compared_by_the_same_aspects(searcher: Searcher) -> None:
    answer = call(searcher, "comparison", "Anna Rossi", "Marc Petit")
    assert headings(answer)[0] == "L’un et l’autre"
    assert any(heading.startswith("Marc Petit\u00a0:") for heading in headings(answer))


def test_positions_stand_under_the_name_of_their_speaker(searcher: Searcher) -> None:
    answer = call(searcher, "positions", "pont")
    labels = [statement.label for statement in answer.statements]
    assert {*labels[:2]} == {"Marc Petit", "Anna Rossi"}
    assert {*labels[2:]} == {""}
    assert answer.statements[2].heading == "Contexte"


def test_articles_without_a_day_have_a_dossier_too() -> None:
    text = "Anna Rossi, ingénieure de 48 ans, a été élue maire avec 54 % des voix."
    undated = replace(told("Anna Rossi élue", text), published=None)
    with searcher_over(undated) as searcher:
        answer = call(searcher, "dossier", "Anna Rossi")
        assert call(searcher, "latest", "Anna Rossi").outcome == "no"
        assert call(searcher, "chronology", "Anna Rossi").outcome == "no"
    assert answer.statements[0].text == text


def test_a_comparison_names_its_subjects_without_their_article() -> None:
    train = told("Le TGV", "Le TGV roule à 320 kilomètres par heure depuis 2007 en France.")
    church = told("Le Louvre", "Le Louvre a reçu 8 millions de visiteurs pendant cette année-là.")
    question = "Compare le TGV et le Louvre : vitesse, visiteurs"
    request = ArchiveRequest("comparison", "le TGV et le Louvre", question=question)
    with searcher_over(train, church) as searcher:
        answer = call(searcher, "comparison", "le TGV", "le Louvre")
        longer = FUNCTIONS["comparison"](request, searcher)  # what it is about is no name
    for each in (answer, longer):
        assert [h.split("\u00a0")[0] for h in headings(each)] == ["TGV", "Louvre"]


def test_a_dossier_has_dates_of_sentences_that_go_on_about_its_title() -> None:
    text = (
        "Anna Rossi est une physicienne de Turin. Elle épouse Marc Petit à Nice le 26 juillet 1995."
        " En 2003, elle reçoit un prix de physique à Stockholm."
    )
    with searcher_over(told("Anna Rossi", text)) as searcher:
        answer = call(searcher, "dossier", "Anna Rossi")
    assert [s.label for s in answer.statements if s.label] == ["26 juillet 1995", "2003"]


@pytest.mark.parametrize(
    ("year", "heading"), [("1972", "Ce qu’en disent les articles"), ("2024", "Dernier état")]
)
def test_old_history_is_no_newest_state(year: str, heading: str) -> None:
    text = f"Le TGV sort d’usine en {year} à Belfort. Le TGV dessert des villes moyennes."
    with searcher_over(told("Le TGV", text)) as searcher:
        answer = call(searcher, "overview", "TGV")
    assert headings(answer) == [heading]


def test_a_comparison_with_one_subject_asks_for_the_other(searcher: Searcher) -> None:
    answer = call(searcher, "comparison", "Anna Rossi")
    assert answer.outcome == "reply"
    assert answer.reply.startswith("À quoi faut-il comparer")
    about = "Anna Rossi : ses deux voix, la seconde plus haute ?"
    request = ArchiveRequest("comparison", "Anna Rossi", question="Comparez", about=about)
    assert FUNCTIONS["comparison"](request, searcher).outcome == "perhaps"


def test_two_years_of_one_subject_are_its_sides() -> None:
    first = told("Crue du Lot", "La crue du Lot a atteint 4 mètres à Cahors.", "2024-02-01")
    second = told("Crue du Lot", "La crue du Lot a atteint 6 mètres à Cahors.", "2025-02-01")
    request = ArchiveRequest(
        "comparison",
        "deux crues du Lot",
        question="Compare les deux crues du Lot, celle de 2024 et celle de 2025",
        about="deux crues du Lot, celle de 2024 et celle de 2025",
    )
    with searcher_over(first, second) as searcher:
        answer = FUNCTIONS["comparison"](request, searcher)
    assert [c.article.published and c.article.published.year for c in answer.citations] == [
        2024,
        2025,
    ]


def test_a_misspelt_subject_is_found_as_the_articles_spell_it() -> None:
    text = "Benyamin Netanyahou a annoncé la poursuite des opérations dans le sud du pays."
    with searcher_over(told("Les opérations", text)) as searcher:
        answer = call(searcher, "dossier", "Netanyaou")
        articles = call(searcher, "articles", "Netanyaou")
        assert call(searcher, "count", "Netanyaou").outcome == "no"
    assert (answer.outcome, answer.statements[0].text) == ("perhaps", text)
    assert articles.outcome == "perhaps"


def test_an_inflected_word_is_no_misspelling() -> None:
    text = "Les Italiens ont voté dimanche pour les élections des deux chambres."
    with searcher_over(told("Le vote", text)) as searcher:
        assert "Italiens" not in call(searcher, "overview", "élections italiennes").subject


def test_what_is_only_near_is_not_sure_and_an_absent_name_is_refused() -> None:
    text = "Le pont de Lyon a été fermé par la maire après la crue du fleuve."
    with searcher_over(told("Le pont fermé", text)) as searcher:
        near = call(searcher, "overview", "fermeture du pont de Lyon par décret")
        assert call(searcher, "overview", "Zoé Martin et le pont de Lyon").outcome == "no"
    assert near.outcome in ("perhaps", "no")


def test_the_names_of_a_subject_stand_in_one_article_or_it_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(material, "_LEAST_CONFIDENCE", 0.0)
    one = told("Le pont de Lyon", "Le pont de Lyon a été fermé par la maire après la crue.")
    other = told("La fête de Nice", "La fête de Nice a été annulée par le maire après la crue.")
    with searcher_over(one, other) as searcher:
        assert call(searcher, "chronology", "crue entre Lyon et Nice").outcome == "no"


def test_the_life_of_a_member_is_no_date_of_an_academy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        material, "_nearest_articles", lambda hits, **_: [hit.article for hit in hits]
    )
    academy = told("L’Académie française", "L’Académie française a été fondée en 1635 à Paris.")
    life = told(
        "Victor Hugo",
        "Victor Hugo naît à Besançon le 26 février 1802. Il publie des vers. Il voyage beaucoup. "
        "Il écrit un drame. L’Académie française l’élit en 1841. "
        "Il part en 1851 à Bruxelles avec sa famille.",
    )
    with searcher_over(academy, life) as searcher:
        answer = call(searcher, "chronology", "Académie française")
    assert [s.label for s in answer.statements if s.label in ("1635", "26 février 1802")] == [
        "1635"
    ]


def test_a_dossier_misses_nothing_that_a_line_without_the_name_tells() -> None:
    text = (
        "Anna Rossi est morte à Turin lundi soir. La présidente du club avait 48 ans, depuis mars."
    )
    with searcher_over(told("Anna Rossi est morte", text)) as searcher:
        assert headings(call(searcher, "dossier", "Anna Rossi"))[0].endswith("d’après un article")


def test_a_later_article_that_only_names_a_subject_is_not_its_newest_state() -> None:
    text = (
        "Anna Rossi a été élue maire de Turin. Anna Rossi a promis un pont. La ville est en fête."
    )
    later = (
        "La fête a commencé à Nice. Anna Rossi y était aussi, avec ses amis. " + "On danse. " * 30
    )
    with searcher_over(
        told("Anna Rossi élue", text, "2025-01-02"), told("La fête", later, "2025-06-01")
    ) as searcher:
        answer = call(searcher, "overview", "Anna Rossi")
    assert answer.statements[0].text.startswith("Anna Rossi a")


def test_a_dossier_has_lines_of_articles_that_only_name_its_subject() -> None:
    about = told("Anna Rossi", "Anna Rossi dirige la ville depuis dix ans.")
    rest = "On danse encore. On rit beaucoup. On chante aussi."
    other = told("Une fête", f"La fête commence. {rest} Anna Rossi ouvre le bal des 300 voisins.")
    fillers = [told(f"Divers {n}", f"Chose{n} arrive ici{n}. Puis{n} vient là{n}.") for n in "abcd"]
    with searcher_over(about, other, *fillers) as searcher:
        texts = [line.text for line in call(searcher, "dossier", "Anna Rossi").statements]
    assert texts[0] == "Anna Rossi dirige la ville depuis dix ans."
    assert "Anna Rossi ouvre le bal des 300 voisins." in texts


def test_an_article_with_the_kind_of_a_subject_and_not_its_name_is_not_about_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    nice = told("Attentat de Nice", "Un attentat a lieu à Nice le 14 juillet 2016.", "2016-07-15")
    text = "Un attentat a lieu. On en parle. On cherche. Comme lors de l’attentat de Nice, on fuit."
    paris = told("Attentat", text, "2017-04-22")
    monkeypatch.setattr("bot.archive.material._nearest_articles", lambda hits, **_: [paris])
    request = ArchiveRequest("overview", "attentat de Nice", about="attentat de Nice")
    with searcher_over(nice, paris) as searcher:
        material = find_material(request, searcher)
    assert material is not None
    assert [own.article.title for own in material.subject.central] == ["Attentat de Nice"]


class QuestionReader:
    """Finds the name in a passage if asked a question, and nothing otherwise."""

    def read_all(self, findings: Findings) -> Findings:
        if not findings.question.startswith("Quels sont"):
            return replace(findings, confidence=0.0)
        (hit,) = findings.hits
        at = hit.article.text.index("Curie")
        reading = PassageReading(5.0, (AnswerSpan(at, at + 5, 5.0),))
        return replace(findings, confidence=1.0, hits=(replace(hit, reading=reading),))


def test_a_list_of_one_sentence_is_found_by_a_question_and_never_sure() -> None:
    prize = told("Le prix", "Le prix de physique va à Marie Curie et à Pierre.")
    request = ArchiveRequest("list", "prix", question="liste des prix", about="prix")
    with searcher_over(prize) as searcher:
        answer = list_items(request, searcher, QuestionReader(), Thresholds.at(0.5))
    assert answer.outcome == "perhaps"
    assert [line.text for line in answer.statements] == [prize.text]


class NoReader:
    """Finds no answer."""

    def read_all(self, findings: Findings) -> Findings:
        return replace(findings, confidence=0.0)


@pytest.mark.parametrize(
    ("message", "outcome"),
    [("Liste des avis sur Anna Rossi", "perhaps"), ("Quels avis sur Anna Rossi ?", "no")],
)
def test_a_list_without_items_is_of_the_nearest_sentences_and_a_question_is_read(
    searcher: Searcher, message: str, outcome: str
) -> None:
    archive = Archive(lambda: searcher, Thresholds.at(0.0), NoReader(), Thresholds.at(0.5))
    answer = archive.serve("list", message, "Anna Rossi")
    assert answer is not None
    assert answer.outcome == outcome


def test_of_two_subjects_of_which_one_is_unknown_the_nearest_is_told_and_never_sure(
    searcher: Searcher,
) -> None:
    answer = call(searcher, "comparison", "Anna Rossi", "Claire Blanc")
    assert answer.outcome == "perhaps"


def test_the_names_of_a_subject_may_stand_apart_in_an_article(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = "Anna Rossi a dirigé la mairie de Lyon. La défaite est venue en 2025."
    with searcher_over(told("Une élection", text)) as searcher:
        monkeypatch.setattr(material, "_LEAST_CONFIDENCE", 1.0)  # it is not near enough
        answer = call(searcher, "overview", "parcours de Rossi de Lyon à la chute")
    assert (answer.outcome, answer.citations[0].article.title) == ("perhaps", "Une élection")


def test_a_month_without_a_year_may_be_of_any_year(searcher: Searcher) -> None:
    archive = Archive(lambda: searcher, Thresholds.at(0.5))
    answer = archive.serve("summary", "l’essentiel de l’article du 6 mai sur le pont")
    assert answer is not None
    assert (answer.outcome, answer.citations[0].article.title) == ("perhaps", "Le pont fermé")


def test_a_function_that_the_words_name_is_the_answer_s(searcher: Searcher) -> None:
    archive = Archive(lambda: searcher, Thresholds.at(0.5))
    answer = archive.serve("summary", "dossier Anna Rossi")
    assert answer is not None
    assert answer.intent == "dossier"


def test_only_a_person_has_an_age_that_is_not_said() -> None:
    texts = (
        "Air Méditerranée a été fondée à Tarbes. Air Méditerranée vole sur la Méditerranée.",
        "Anna Rossi a fermé le pont. Devant la presse, Rossi a promis un bac gratuit à tous.",
    )
    with searcher_over(*(told(text.split(" a ")[0], text) for text in texts)) as searcher:
        company, person = (
            headings(call(searcher, "dossier", name)) for name in ("Air Méditerranée", "Anna Rossi")
        )
    assert "âge" not in company[0]
    assert "âge" in person[0]


def test_a_word_is_mended_to_its_most_frequent_spelling() -> None:
    text = "Le télescope a été lancé. TÉLESCOPE est son nom. Le télescope vole autour de la Terre."
    with searcher_over(told("Un lancement", text)) as searcher:
        assert call(searcher, "overview", "téleskope").subject == "télescope"


def test_a_word_that_articles_have_is_no_misspelling_of_another() -> None:
    bombs = [told(f"Bombe {n}", f"La bombe numéro {n} a explosé à la gare.") for n in range(14)]
    talk = told("La rentrée", "Chaque élève de la classe fera un exposé en novembre prochain.")
    with searcher_over(*bombs, talk) as searcher:
        found = find_material(ArchiveRequest("overview", "exposé sur la bombe"), searcher)
    assert found is None or "explosé" not in found.subject.name.subject
