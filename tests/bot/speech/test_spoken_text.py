"""Texts in the words that a person reads aloud."""

from __future__ import annotations

import pytest

from bot.audio import SpeechLanguage
from bot.speech.spoken_text import spoken_words

pytest.importorskip("num2words", reason="the extra `voice` is not installed")

FRENCH = """
15 000 € en 2025.|quinze mille euros en deux mille vingt-cinq.
15 000|quinze mille
1 234 567|un million deux cent trente-quatre mille cinq cent soixante-sept
3,5|trois virgule cinq
0,05|zéro virgule zéro cinq
71|soixante et onze
80|quatre-vingts
81|quatre-vingt-un
99|quatre-vingt-dix-neuf
200|deux cents
1 000 000|un million
1789|mille sept cent quatre-vingt-neuf
06 12 34 56 78|zéro six douze trente-quatre cinquante-six soixante-dix-huit
29/08/2025|vingt-neuf août deux mille vingt-cinq
01/05/2024|premier mai deux mille vingt-quatre
2025-08-29|vingt-neuf août deux mille vingt-cinq
31.12.1999|trente et un décembre mille neuf cent quatre-vingt-dix-neuf
le 1er août 2024|le premier août deux mille vingt-quatre
le 1er ministre|le premier ministre
la 1re fois|la première fois
la 1ère fois|la première fois
le 2e tour|le deuxième tour
les 2es|les deuxièmes
la 2nde guerre|la seconde guerre
le 2nd|le second
le 3ème|le troisième
le 21e siècle|le vingt et unième siècle
XIXe siècle|dix-neuvième siècle
au XXᵉ siècle|au vingtième siècle
la Ve République|la cinquième République
la IIIe République|la troisième République
Louis XIV|Louis quatorze
Henri IV|Henri quatre
Élisabeth II|Élisabeth deux
François Ier|François premier
Jean-Paul II|Jean-Paul deux
Vatican II|Vatican deux
Le roi|Le roi
Ce que De Gaulle dit|Ce que De Gaulle dit
14h30|quatorze heures trente
14 h 30|quatorze heures trente
14:30|quatorze heures trente
7h|sept heures
1h|une heure
1 h 01|une heure une
21 h|vingt et une heures
0h15|zéro heure quinze
minuit, 25h70|minuit, vingt-cinq h soixante-dix
5 %|cinq pour cent
5,5 %|cinq virgule cinq pour cent
+3 %|plus trois pour cent
-5 °C|moins cinq degrés
37,2 °C|trente-sept virgule deux degrés
20°|vingt degrés
110 km/h|cent dix kilomètres heure
1 km/h|un kilomètre heure
12 km|douze kilomètres
3 km²|trois kilomètres carrés
25 m2|vingt-cinq mètres carrés
1,8 m|un virgule huit mètre
70 kg|soixante-dix kilos
2 t|deux tonnes
1 t|une tonne
5 l|cinq litres
30 min|trente minutes
1 min|une minute
250 ms|deux cent cinquante millisecondes
100 MW|cent mégawatts
3 TWh|trois térawattheures
8 Go|huit gigaoctets
10 €|dix euros
1 €|un euro
1,50 €|un virgule cinq euro
10 $|dix dollars
12,5 M€|douze virgule cinq millions d'euros
1 M€|un million d'euros
3 Md€|trois milliards d'euros
3 Mds€|trois milliards d'euros
30 k€|trente mille euros
100 F|cent francs
2/3|deux tiers
1/2|un demi
1/3|un tiers
3/4|trois quarts
15/20|quinze sur vingt
24/24|vingt-quatre sur vingt-quatre
2016-2018|deux mille seize à deux mille dix-huit
10-15 %|dix à quinze pour cent
3-1|trois à un
M. Dupont|monsieur Dupont
MM. Dupont et Durand|messieurs Dupont et Durand
Mme Curie|madame Curie
Mmes Curie et Meitner|mesdames Curie et Meitner
Mlle Chanel|mademoiselle Chanel
Dr House|docteur House
Pr Raoul|professeur Raoul
Me Badinter|maître Badinter
n° 3|numéro trois
N° 10|numéro dix
art. 49|article quarante-neuf
vol. 2|volume deux
en 52 av. J.-C.|en cinquante-deux avant Jésus-Christ.
etc.|et cetera.
p. ex. ici|par exemple ici
PSG vs OM|pé esse gé contre o emme
sept. 2025|septembre deux mille vingt-cinq
SNCF|esse enne cé effe
TVA|té vé a
PIB|pé i bé
USA|u esse a
UE|u e
IA|i a
OMS|o emme esse
ONG|o enne gé
EDF|e dé effe
RGAA|erre gé a a
OCDE|o cé dé e
ONU|Onu
OTAN|Otan
UNESCO|Unesco
NASA|Nasa
FIFA|Fifa
CNIL|Cnil
INSEE|Insee
SMIC|Smic
UNICEF|Unicef
OPEP|Opep
GIEC|Giec
ENA|Ena
S.N.C.F.|esse enne cé effe
les PME|les pé emme e
l'A380|l'A trois cent quatre-vingts
la 4G|la quatre G
CO2|cé o deux
GPT-4|gé pé té-quatre
MAI-Voice-1|emme a i-Voice-un
covid-19|covid-dix-neuf
https://www.lemonde.fr/abc/d.html|lemonde point fr
www.cnil.fr|cnil point fr
a.b@c.fr|a point b arobase c point fr
R&D|R et D
2 + 2 = 4|deux plus deux égale quatre
± 2|plus ou moins deux
§ 3|paragraphe trois
oui – non|oui, non
— Bonjour|, Bonjour
« Quoi ? »|« Quoi ? »
C’est l’été|C’est l’été
à 8 000 m d’altitude|à huit mille mètres d’altitude
1 500 hab./km²|mille cinq cents habitants par kilomètre carré
le G7|le G sept
la D-Day 🙂|la D-Day
_mot_ *gras*|mot gras
l'an 2000|l'an deux mille
75001 Paris|soixante-quinze mille un Paris
1 personne sur 3|un personne sur trois
007|zéro zéro sept
1111111111111111|un un un un un un un un un un un un un un un un
"""
ENGLISH = """
15,000|fifteen thousand
3.5|three point five
$3.5 billion|three point five billion dollars
$1|one dollar
£20|twenty pounds
€5m|five million euros
in 1999|in nineteen ninety-nine
in 2019|in twenty nineteen
in 2005|in two thousand five
on 5 March 2021|on the fifth of March twenty twenty-one
29/08/2025|August twenty-ninth, twenty twenty-five
2025-08-29|August twenty-ninth, twenty twenty-five
the 21st century|the twenty-first century
the 2nd|the second
3:30|three thirty
12 km/h|twelve kilometres an hour
1 km|one kilometre
5%|five percent
20 °C|twenty degrees Celsius
Mr. Smith|mister Smith
Dr. No|doctor No
e.g. this|for example this
BBC|B B C
NATO|Nato
2/3|two thirds
1/2|one half
10-15|ten to fifteen
-5|minus five
R&D|R and D
1,234,567|one million two hundred thirty-four thousand five hundred sixty-seven
"""
CASES: list[tuple[SpeechLanguage, str, str]] = [
    (language, *row.split("|", 1))  # type: ignore[misc]
    for language, table in (("fr", FRENCH), ("en", ENGLISH))
    for row in table.strip().splitlines()
]


@pytest.mark.parametrize(("language", "written", "said"), CASES)
def test_a_text_is_said_as_a_person_reads_it(
    language: SpeechLanguage, written: str, said: str
) -> None:
    assert spoken_words(written, language) == said


@pytest.mark.parametrize("space", ["\u00a0", "\u202f", "\u2009"])
def test_every_space_within_a_number_holds_it_together(space: str) -> None:
    assert spoken_words(f"15{space}000{space}€", "fr") == "quinze mille euros"


def test_nothing_that_is_no_speech_is_left() -> None:
    assert spoken_words("\x00\u200b🙂 <b>*_#", "fr") in {"b", "inférieur à b supérieur à"}
