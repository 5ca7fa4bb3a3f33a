from __future__ import annotations

import pytest

from index.text.sentences import fit, sentence_spans
from tests.growth import SENTENCES, TIMES, is_linear, repeated

# One case a line; `|` stands where a sentence ends and the next begins.
FRENCH = """
M. Dupont est arrivé. | Il a parlé le premier.
Mme Curie a reçu deux prix. | Elle est née en 1867.
Le Dr Roux et le Dr. Yersin ont travaillé ensemble. | Leur article fit date.
Me Henri Leclerc a plaidé. | Le verdict tombera lundi.
Mgr. Lefort a célébré la messe. | La nef était pleine.
Certains légumes, p. ex. le navet, se gardent l'hiver. | D'autres non.
Prenez un fruit, p. ex. Une pomme suffit. | Mangez-la.
Il naquit en 50 av. J.-C. à Rome. | Il mourut jeune.
La ville fut fondée en 50 av. J.-C. | Elle prospéra vite.
Vers 30 apr. J.-C., il prêcha en Galilée. | On l'écouta.
Voir l'art. 12 du code. | Il est bref.
Cf. chap. 3, vol. 2, fig. 4. | La suite est à la p. 12.
Le texte est au chap. IV du livre. | On le lit peu.
Il est daté du 1er janv. 2020. | Personne ne l'a signé.
Le taux est de 3.5 en moyenne. | Il baissera.
Le prix est de 1.500 euros. | Il a doublé.
Voir https://www.exemple.fr/a.b?c=d.e pour la suite. | Puis revenez.
Voir https://www.exemple.fr/a.b. | Puis revenez.
Le site exemple.fr est en panne. | Il revient demain.
Écrivez à jean.petit@exemple.fr avant lundi. | Merci.
Il hésita… | Puis il partit.
Il hésita… puis il partit.
Elle attendit... en vain.
J. R. R. Tolkien est né en 1892. | Il a beaucoup écrit.
J.R.R. Tolkien est né en 1892. | Il a beaucoup écrit.
J.-P. Sartre refusa le prix. | On s'en souvient.
L'historien J. Le Goff l'a montré. | Ses élèves aussi.
La vitamine C. | Elle manque aux marins.
L'O.N.U. a voté le texte. | Les U.S.A. se sont abstenus.
Il vit à St. Louis depuis dix ans. | Il s'y plaît.
Des pommes, des poires, etc. | Il mange de tout.
Des pommes, des poires, etc. dans un panier.
Elle travaille chez Yahoo! depuis 2010. | Elle s'y ennuie.
Quoi ? | Non ! | Si.
Vraiment !!! | Il n'en revient pas.
« Je viens. » | Il est parti.
« Je viens ! » dit-il. | Il est parti.
Il a dit : « Je viens. Je pars. » | Puis il est parti.
« Je ne sais pas, répondit-elle. Demandez à Paul. » | Il ne savait rien.
« Qui est là ? » demanda-t-on. | Nul ne répondit.
"Nous partons. Nous revenons", dit-il. | On ne le revit pas.
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
Le lancer a été filmé par la N.A.S.A. | Il a réussi.
Fin du XIXe siècle. | 1900 marque un tournant.
""".strip().splitlines()

ENGLISH = """
Mr. Smith went to Washington. | He stayed there.
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
No. 5 was his favourite. | No. | He said so.
Martin Luther King Jr. spoke first. | The crowd fell silent.
"I came. I saw." | He said it twice.
"Stop!" he shouted. | Nobody stopped.
He has a Ph.D. in physics. | She has two.
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


def test_missing_spaces_and_stops_join_nothing_and_wrapped_lines_part_nothing() -> None:
    first, second, third = "La phrase est collée.", "Elle devrait ne pas l'être.", "Tant pis."
    assert _sentences(f"{first}{second} {third}", "fr") == [first, second, third]
    text = "Un titre sans point\n\nla suite en minuscules\n \nFin"
    assert _sentences(text, "fr") == ["Un titre sans point", "la suite en minuscules", "Fin"]
    assert _sentences("Lyon\nLille ;\nnice", "fr") == ["Lyon", "Lille ;", "nice"]
    wrapped = "La ligne est longue et se poursuit plus bas\nsans que la phrase finisse. Fin."
    assert _sentences(wrapped, "fr") == [wrapped.removesuffix(" Fin."), "Fin."]


def test_what_is_too_long_is_cut_at_sentences_semicolons_or_anywhere() -> None:
    text = "Il dit : « " + "Le jour se lève sur la plaine. " * 15 + "» Puis il se tut."
    sentences = _sentences(text, "fr")
    assert len(sentences) == 16
    assert sentences[-2:] == ["Le jour se lève sur la plaine. »", "Puis il se tut."]
    text = "; ".join(f"la ville numéro {number} et son maire" for number in range(60))
    pieces = _sentences(text, "fr")
    assert all(piece.endswith(";") for piece in pieces[:-1])
    assert max(map(len, pieces)) <= 1_000
    assert min(map(len, pieces)) > 500
    assert list(fit("a" * 25, 0, 25, 10)) == [(0, 10), (10, 20), (20, 25)]


@pytest.mark.parametrize("kind", SENTENCES)
def test_no_text_takes_longer_than_its_length(kind: str) -> None:
    short, long = (repeated(SENTENCES[kind], size) for size in (5_000, 5_000 * TIMES))
    assert is_linear(lambda text: sentence_spans(text, "fr"), short, long)


def test_what_looks_like_no_end_for_long_does_not_hide_the_one_that_follows() -> None:
    text = "[" * 2_000 + "Il est parti." + " " * 2_000 + "Elle est restée."
    assert _sentences(text, "fr")[-2:] == ["Il est parti.", "Elle est restée."]
