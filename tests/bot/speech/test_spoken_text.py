"""Texts in the words that a person reads aloud."""

from __future__ import annotations

import re
import time
import unicodedata
from pathlib import Path

import frontmatter
import pytest

from bot.audio import SpeechLanguage
from bot.speech.lexicon import lexicon
from bot.speech.spoken_text import spoken_words

pytest.importorskip("num2words", reason="the extra `voice` is not installed")

CORPUS = Path(__file__).parents[3] / "corpus"
FRENCH = """
15 000 € en 2025.|quinze mille euros en deux mille vingt-cinq.
1 234 567|un million deux cent trente-quatre mille cinq cent soixante-sept
0,05|zéro virgule zéro cinq
06 12 34 56 78|zéro six douze trente-quatre cinquante-six soixante-dix-huit
29/08/2025|vingt-neuf août deux mille vingt-cinq
01/05/2024|premier mai deux mille vingt-quatre
2025-08-29|vingt-neuf août deux mille vingt-cinq
le 1er août 2024|le premier août deux mille vingt-quatre
la 1re fois|la première fois
la 2nde guerre|la seconde guerre
le 3ème|le troisième
le 21e siècle|le vingt et unième siècle
au XXᵉ siècle|au vingtième siècle
la Ve République|la cinquième République
Louis XIV|Louis quatorze
François Ier|François premier
Ce que De Gaulle dit|Ce que De Gaulle dit
14 h 30|quatorze heures trente
14:30|quatorze heures trente
1 h 01|une heure une
21 h|vingt et une heures
5,5 %|cinq virgule cinq pour cent
-5 °C|moins cinq degrés Celsius
20°|vingt degrés
1 km/h|un kilomètre par heure
25 m2|vingt-cinq mètres carrés
1,8 m|un virgule huit mètre
1,50 €|un euro cinquante
12,5 M€|douze virgule cinq millions d'euros
3 Md€|trois milliards d'euros
30 k€|trente mille euros
100 F|cent francs
1/2|un demi
2016-2018|deux mille seize à deux mille dix-huit
MM. Dupont et Durand|messieurs Dupont et Durand
n° 3|numéro trois
art. 49|article quarante-neuf
en 52 av. J.-C.|en cinquante-deux avant Jésus-Christ.
etc.|et cetera.
p. ex. ici|par exemple ici
PSG vs OM|pé esse gé contre o emme
UE|u e
ONU|Onu
ENA|Ena
S.N.C.F.|esse enne cé effe
les PME|les pé emme e
CO2|cé o deux
MAI-Voice-1|emme a i-Voice-un
https://www.lemonde.fr/abc/d.html|lemonde point fr
a.b@c.fr|a point b arobase c point fr
R&D|R et D
2 + 2 = 4|deux plus deux égale quatre
± 2|plus ou moins deux
oui – non|oui, non
— Bonjour|, Bonjour
« Quoi ? »|« Quoi ? »
C’est l’été|C’est l’été
à 8 000 m d’altitude|à huit mille mètres d’altitude
1 500 hab./km²|mille cinq cents habitants par kilomètre carré
le G7|le G sept
la D-Day 🙂|la D-Day
_mot_ *gras*|mot gras
1 personne sur 3|une personne sur trois
007|zéro zéro sept
1111111111111111|un un un un un un un un un un un un un un un un
US$ 5 millions|cinq millions de dollars américains
5 millions de $|cinq millions de dollars
800 €/mois|huit cents euros par mois
21 nations, 21 plages et 31 musées|vingt et une nations, vingt et une plages et trente et un musées
1h23min45s|une heure vingt-trois minutes quarante-cinq secondes
2 h 05 min|deux heures cinq minutes
9''58|neuf secondes cinquante-huit
3'45"12|trois minutes quarante-cinq secondes douze
XVIIe-XVIIIe siècles|dix-septième à dix-huitième siècles
Élisabeth Ire|Élisabeth première
Charles X|Charles dix
des km/h|des kilomètres par heure
48°51'24" N|quarante-huit degrés cinquante et une minutes vingt-quatre secondes nord
24h/24 et 7j/7|vingt-quatre heures sur vingt-quatre et sept jours sur sept
de 10 à 15 %|de dix à quinze pour cent
11-Septembre|onze Septembre
6-4, 7-5|six quatre, sept cinq
Me Dupond-Moretti|maître Dupond-Moretti
Me voici|Me voici
8,5 l/100 km|huit virgule cinq litres aux cent kilomètres
1/8 de finale|un huitième de finale
1,5 M d'habitants|un virgule cinq million d'habitants
1m85|un mètre quatre-vingt-cinq
Bac+5|Bac plus cinq
J-1|J moins un
+33 6 12 34 56 78|plus trente-trois six douze trente-quatre cinquante-six soixante-dix-huit
01.42.68.53.00|zéro un quarante-deux soixante-huit cinquante-trois zéro zéro
3 x 100 m|trois fois cent mètres
en 2021 toutes les villes|en deux mille vingt et un toutes les villes
101 tonnes|cent une tonnes
21 000 personnes|vingt et un mille personnes
entre 18h30-20h|entre dix-huit heures trente à vingt heures
15.000 euros|quinze mille euros
Windows 8.1|Windows huit point un
½ heure|une demi-heure
le 31 mars|le trente et un mars
41 voix contre 31|quarante et une voix contre trente et un
80 000 km²|quatre-vingt mille kilomètres carrés
St-Étienne|saint-Étienne
#BalanceTonPorc|hashtag Balance Ton Porc
5 000 F CFA|cinq mille francs cé effe a
C'est de l'art. Ils étaient sept.|C'est de l'art. Ils étaient sept.
vers 18:00 UTC-5|vers dix-huit heures u té cé moins cinq
(+3,5 %)|(plus trois virgule cinq pour cent)
L’épidémie de Covid-19 s’étend.|L’épidémie de Covid-dix-neuf s’étend.
l’article 49-3|l’article quarante-neuf trois
10.0.0.1|dix point zéro point zéro point un
"""
ENGLISH = """
$3.5 billion|three point five billion dollars
€5m|five million euros
in 1999|in nineteen ninety-nine
in 2019|in twenty nineteen
in 2005|in two thousand five
on 5 March 2021|on the fifth of March twenty twenty-one
2025-08-29|August twenty-ninth, twenty twenty-five
the 21st century|the twenty-first century
3:30|three thirty
12 km/h|twelve kilometres per hour
e.g. this|for example this
BBC|B B C
1/2|one half
1,234,567|one million two hundred thirty-four thousand five hundred sixty-seven
US$ 5 million was paid.|five million U S dollars was paid.
in the 1990s|in the nineteen nineties
the '90s and the 2000s|the nineties and the two thousands
Henry VIII had six wives|Henry the eighth had six wives
Louis XIV's palace|Louis the fourteenth's palace
Pope John Paul II|Pope John Paul the second
Super Bowl LVI|Super Bowl fifty-six
at 10:30 pm|at ten thirty P M
at 9:05 a.m. on Monday|at nine oh five A M on Monday
by 17:00|by seventeen hundred
a time of 1:23:45|a time of one hour twenty-three minutes forty-five seconds
1h 23m 45s|one hour twenty-three minutes forty-five seconds
€450/month|four hundred fifty euros per month
$3.50|three dollars fifty
£0.99|ninety-nine pence
£20-30 million|twenty to thirty million pounds
5'10" tall|five foot ten tall
3 kWh/day|three kilowatt-hours per day
No. 10 Downing Street|number ten Downing Street
No. He said so.|No. He said so.
Jan. 5, 2020|January fifth, twenty twenty
July 4|July fourth
AD 79|A D seventy-nine
2016-17 season|twenty sixteen seventeen season
1914-1918|nineteen fourteen to nineteen eighteen
won 6-4, 7-5|won six four, seven five
2½ hours|two and a half hours
-40 °F|minus forty degrees Fahrenheit
call +44 20 7946 0958|call plus forty-four two zero seven nine four six zero nine five eight
(212) 555-0199|two one two five five five zero one nine nine
10x faster|ten times faster
AT&T|A T and T
C++|C plus plus
#MeToo|hashtag Me Too
@bbc|at bbc
bbc.co.uk|bbc dot co dot uk
aged 18-25|aged eighteen to twenty-five
St. Paul's Cathedral|saint Paul's Cathedral
Dr. Jones vs. Mr. Smith|doctor Jones versus mister Smith
10 Downing St.|ten Downing street.
Two F-16s took off.|Two F-sixteens took off.
Call 911 now.|Call nine one one now.
CO₂|C O two
10⁶|ten to the power of six
"""
CASES: list[tuple[SpeechLanguage, str, str]] = [
    (language, *row.split("|", 1))  # type: ignore[misc]
    for language, table in (("fr", FRENCH), ("en", ENGLISH))
    for row in table.strip().splitlines()
]


@pytest.mark.parametrize(("language", "written", "said"), CASES)
def test_a_text_is_said_as_people_do(language: SpeechLanguage, written: str, said: str) -> None:
    assert spoken_words(written, language) == said


@pytest.mark.parametrize("space", ["\u00a0", "\u202f", "\u2009"])
def test_every_space_within_a_number_holds_it_together(space: str) -> None:
    assert spoken_words(f"15{space}000{space}€", "fr") == "quinze mille euros"


def test_nothing_that_is_no_speech_is_left() -> None:
    assert spoken_words("\x00\u200b🙂 <b>*_", "fr") == "inférieur à b supérieur à"
    assert spoken_words(f"1:23:45.{'9' * 5_000}", "fr")  # more digits than an int may have


@pytest.mark.parametrize("path", sorted(CORPUS.glob("*.md")), ids=lambda path: path.stem)
def test_no_digit_or_symbol_of_an_article_reaches_the_voice(path: Path) -> None:
    article = frontmatter.load(str(path))
    language: SpeechLanguage = "en" if article["language"] == "en" else "fr"
    words = lexicon(language)
    named = {*"".join(words.units), *"".join(words.currencies), *words.tables["symbols"]}
    symbols = {each for each in article.content if unicodedata.category(each).startswith("S")}
    said = spoken_words(article.content, language)
    assert re.findall(r"[^\W\d_]*[^\W\D][\w.,]*|[^\w\s.,;:!?…'’\-«»“”\"()]", said) == []
    assert symbols <= named  # or they would be left out in silence


@pytest.mark.parametrize(
    "unit", ["1", "1 000 ", "a.", "1-", "1h", "A.", "$1", "1 jeune ", "a 1 ", "'1"]
)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_long_nonsense_takes_no_more_than_its_length(language: SpeechLanguage, unit: str) -> None:
    begun = time.process_time()
    spoken_words(unit * (20_000 // len(unit)), language)
    assert time.process_time() - begun < 30
