"""Sentences end where a reader would say that they end."""

from __future__ import annotations

import pytest

from index.text.sentences import fit, sentence_spans
from tests.growth import SENTENCES, TIMES, is_linear, repeated

# One case a line; `|` stands where a sentence ends and the next begins.
FRENCH = """
M. Dupont est arrivé. | Il a parlé le premier.
M. Le Guen et Mme La Fontaine se sont levés. | La séance est close.
MM. Durand et Petit étaient absents. | Personne ne les attendait.
Mme Curie a reçu deux prix. | Elle est née en 1867.
Mlle Mars jouait ce soir-là. | La salle était comble.
Le Dr Roux et le Dr. Yersin ont travaillé ensemble. | Leur article fit date.
Me Henri Leclerc a plaidé. | Le verdict tombera lundi.
Mgr. Lefort a célébré la messe. | La nef était pleine.
Les élus (MM. Durand, Petit et Mme Roy) ont signé. | Le maire aussi.
Certains légumes, p. ex. le navet, se gardent l'hiver. | D'autres non.
Prenez un fruit, p. ex. Une pomme suffit. | Mangez-la.
Il naquit en 50 av. J.-C. à Rome. | Il mourut jeune.
La ville fut fondée en 50 av. J.-C. | Elle prospéra vite.
Vers 30 apr. J.-C., il prêcha en Galilée. | On l'écouta.
Le décret n° 12 est abrogé. | Le suivant demeure.
Voir l'art. 12 du code. | Il est bref.
Cf. chap. 3, vol. 2, fig. 4. | La suite est à la p. 12.
Le texte est au chap. IV du livre. | On le lit peu.
Il est daté du 1er janv. 2020. | Personne ne l'a signé.
Le 3 févr. 1990, la neige tomba. | Le 4 aussi.
L'usine produit 15 000 puces. | C'est peu.
L'usine produit 15 000 puces par jour. | C'est beaucoup.
Elle coûte 3,5 %. | C'est cher.
Le taux est de 3.5 en moyenne. | Il baissera.
La version 3.11 est sortie. | Elle est plus rapide.
Le prix est de 1.500 euros. | Il a doublé.
Rendez-vous à 10 h 30. | Soyez à l'heure.
Voir https://www.exemple.fr/a.b?c=d.e pour la suite. | Puis revenez.
Voir https://www.exemple.fr/a.b. | Puis revenez.
Le site exemple.fr est en panne. | Il revient demain.
Écrivez à jean.petit@exemple.fr avant lundi. | Merci.
Le fichier notes.txt est perdu. | On le cherche.
Il hésita… | Puis il partit.
Il hésita… puis il partit.
Elle attendit... | Rien ne vint.
Elle attendit... en vain.
J. R. R. Tolkien est né en 1892. | Il a beaucoup écrit.
J.R.R. Tolkien est né en 1892. | Il a beaucoup écrit.
J.-P. Sartre refusa le prix. | On s'en souvient.
L'historien J. Le Goff l'a montré. | Ses élèves aussi.
La vitamine C. | Elle manque aux marins.
L'O.N.U. a voté le texte. | Les U.S.A. se sont abstenus.
Il vit à St. Louis depuis dix ans. | Il s'y plaît.
Des pommes, des poires, etc. | Il mange de tout.
Des pommes, des poires, etc., dans un panier. | Il mange de tout.
Des pommes, des poires, etc. dans un panier.
Elle travaille chez Yahoo! depuis 2010. | Elle s'y ennuie.
Quoi ? | Non ! | Si.
Quoi ?! | Tu pars ?
Vraiment !!! | Il n'en revient pas.
« Je viens. » | Il est parti.
« Je viens ! » dit-il. | Il est parti.
Il a dit : « Je viens. Je pars. » | Puis il est parti.
« Je ne sais pas, répondit-elle. Demandez à Paul. » | Il ne savait rien.
« Qui est là ? » demanda-t-on. | Nul ne répondit.
"Nous partons. Nous revenons", dit-il. | On ne le revit pas.
"Nous partons." | Puis plus rien.
Il parle d'un « [...] grand pas ». | Le pas est petit.
Elle a cité « l'art ». | « La vie » attendra.
— Tu viens ? | — Non. | — Tant pis.
La tour date de 1889[3]. | Elle est en fer.
La tour date de 1889.[3] | Elle est en fer.
Elle mesure 330 m (avec l'antenne). | Elle est en fer.
(Il est venu. Il a vu.) | Puis il est reparti.
Le XXe s. fut long. | Le XXIe commence.
1. Ouvrez la boîte. | 2. Sortez la notice.
Le premier point. | – Le second point.
L'accord est signé ; il prendra effet lundi. | Tous s'en félicitent.
Trois villes : Lyon, Lille et Nice. | Aucune autre.
Le coût est de 3 €. | Le gain est de 4 $.
Il court 10 km. | Elle en court 20.
Le lancer a été filmé par la N.A.S.A. | Il a réussi.
Fin du XIXe siècle. | 1900 marque un tournant.
""".strip().splitlines()

ENGLISH = """
Mr. Smith went to Washington. | He stayed there.
Mrs. Dalloway bought the flowers. | She paid in cash.
Dr. No met Prof. Yes. | They disagreed.
Some fruits, e.g. apples, keep well. | Others, i.e. berries, do not.
It is Smith vs. Jones. | The trial starts today.
He lives in the U.S. | He likes it there.
He moved to the U.S. Army base. | He likes it there.
The U.S. economy grew. | Prices fell.
He left at 5 a.m. on Monday. | She slept.
He left at 5 p.m. | She stayed.
Apple Inc. sold it. | Nobody bought it.
He works for Apple Inc. | He is an engineer.
It cost $3.5 million. | Wow!
See fig. 2 and p. 12. | They agree.
No. 5 was his favourite. | No. | He said so.
Martin Luther King Jr. spoke first. | The crowd fell silent.
"I came. I saw." | He said it twice.
"Stop!" he shouted. | Nobody stopped.
He has a Ph.D. in physics. | She has two.
It rained on Jan. 5 in Paris. | It snowed later.
Gen. Lee and Sgt. York never met. | They lived apart.
J. K. Rowling wrote it. | Millions read it.
Did she? | She did! | Nobody knew.
It ended… | Then it began again.
""".strip().splitlines()

OTHERS = [
    ("es", "¿Qué hora es? | ¡Hola! | Son las tres."),
    ("es", "El Sr. García vino. | La Sra. López no."),
    ("es", "¿Vienes?, preguntó. | No."),
    ("es", "Vive en EE. UU. desde 2010. | Es feliz."),
    ("de", "Am 3. Oktober kam z. B. Herr Dr. Braun. | Er blieb."),
    ("it", "Il sig. Rossi è arrivato. | Non ha parlato."),
    ("pt", "O Sr. Silva chegou. | Ele falou."),
    ("nl", "Dhr. Jansen kwam. | Hij bleef."),
    ("zh", "你好。 | 再见。"),
]


def _sentences(text: str, language: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text, language)]


CASES = [*(("fr", case) for case in FRENCH), *(("en", case) for case in ENGLISH), *OTHERS]


@pytest.mark.parametrize(("language", "case"), CASES)
def test_sentences_end_where_a_reader_ends_them(language: str, case: str) -> None:
    assert _sentences(case.replace(" | ", " "), language) == case.split(" | ")


@pytest.mark.parametrize("space", ["\u00a0", "\u202f", "\u2009"])
def test_no_break_spaces_are_spaces(space: str) -> None:
    first = f"M.{space}Dupont a dit : «{space}Je viens{space}!{space}» à J.{space}R.{space}Petit."
    assert _sentences(f"{first} Il est parti.", "fr") == [first, "Il est parti."]
    assert _sentences(f"Quoi{space}?{space}Non.", "fr") == [f"Quoi{space}?", "Non."]


def test_a_segmenter_that_breaks_does_not_stop_the_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    panic = type("PanicException", (BaseException,), {"__module__": "pyo3_runtime"})

    def give_up(_language: str, _text: str) -> list[dict[str, object]]:
        raise panic

    monkeypatch.setattr("index.text.sentences.sentencex.get_sentence_boundaries", give_up)
    found = _sentences("Il hésita… Puis il vint.\n\nFin", "fr")
    assert found == ["Il hésita…", "Puis il vint.", "Fin"]


def test_a_missing_space_does_not_join_sentences() -> None:
    first, second, third = "La phrase est collée.", "Elle devrait ne pas l'être.", "Tant pis."
    assert _sentences(f"{first}{second} {third}", "fr") == [first, second, third]


def test_a_paragraph_ends_a_sentence_even_without_a_full_stop() -> None:
    text = "Un titre sans point\n\nla suite en minuscules\n \nFin"
    assert _sentences(text, "fr") == ["Un titre sans point", "la suite en minuscules", "Fin"]


def test_lines_of_a_list_are_sentences_but_wrapped_lines_are_not() -> None:
    assert _sentences("Lyon\nLille ;\nnice", "fr") == ["Lyon", "Lille ;", "nice"]
    wrapped = "La ligne est longue et se poursuit plus bas\nsans que la phrase finisse. Fin."
    assert _sentences(wrapped, "fr") == [wrapped.removesuffix(" Fin."), "Fin."]


def test_a_long_quotation_is_cut_at_its_own_sentences() -> None:
    text = "Il dit : « " + "Le jour se lève sur la plaine. " * 15 + "» Puis il se tut."
    sentences = _sentences(text, "fr")
    assert len(sentences) == 16
    assert sentences[-2:] == ["Le jour se lève sur la plaine. »", "Puis il se tut."]


def test_an_endless_sentence_is_cut_at_semicolons_into_like_parts() -> None:
    text = "; ".join(f"la ville numéro {number} et son maire" for number in range(60))
    pieces = _sentences(text, "fr")
    assert all(piece.endswith(";") for piece in pieces[:-1])
    assert max(map(len, pieces)) <= 1_000
    assert min(map(len, pieces)) > 500


def test_a_word_longer_than_the_limit_is_cut_all_the_same() -> None:
    assert list(fit("a" * 25, 0, 25, 10)) == [(0, 10), (10, 20), (20, 25)]


@pytest.mark.parametrize("kind", SENTENCES)
def test_no_text_takes_longer_than_its_length(kind: str) -> None:
    short, long = (repeated(SENTENCES[kind], size) for size in (5_000, 5_000 * TIMES))
    assert is_linear(lambda text: sentence_spans(text, "fr"), short, long)


def test_what_looks_like_no_end_for_long_does_not_hide_the_one_that_follows() -> None:
    text = "[" * 2_000 + "Il est parti." + " " * 2_000 + "Elle est restée."
    assert _sentences(text, "fr")[-2:] == ["Il est parti.", "Elle est restée."]
