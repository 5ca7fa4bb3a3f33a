"""Texts in the words that a person reads aloud."""

from __future__ import annotations

import re
import time
import unicodedata
from pathlib import Path

import frontmatter
import pytest

from bot.audio import SpeechLanguage
from bot.speech.lexicon import gender, lexicon
from bot.speech.spoken_text import spoken_words

pytest.importorskip("num2words", reason="the extra `voice` is not installed")

CORPUS = Path(__file__).parents[3] / "corpus"
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
5 %|cinq pour cent
5,5 %|cinq virgule cinq pour cent
+3 %|plus trois pour cent
-5 °C|moins cinq degrés Celsius
37,2 °C|trente-sept virgule deux degrés Celsius
20°|vingt degrés
110 km/h|cent dix kilomètres par heure
1 km/h|un kilomètre par heure
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
1,50 €|un euro cinquante
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
1 personne sur 3|une personne sur trois
007|zéro zéro sept
1111111111111111|un un un un un un un un un un un un un un un un
US$ 5 millions|cinq millions de dollars américains
5 millions de $|cinq millions de dollars
800 €/mois|huit cents euros par mois
21 personnes et 31 jeunes femmes|vingt et une personnes et trente et une jeunes femmes
21h|vingt et une heures
1h23min45s|une heure vingt-trois minutes quarante-cinq secondes
2 h 05 min|deux heures cinq minutes
9''58|neuf secondes cinquante-huit
3'45"12|trois minutes quarante-cinq secondes douze
n°1 mondial|numéro un mondial
les années 1990|les années mille neuf cent quatre-vingt-dix
le XXe siècle|le vingtième siècle
XVIIe-XVIIIe siècles|dix-septième à dix-huitième siècles
Élisabeth Ire|Élisabeth première
Charles X|Charles dix
130 km/h|cent trente kilomètres par heure
des km/h|des kilomètres par heure
au m²|au mètre carré
1 500 €/m²|mille cinq cents euros par mètre carré
48°51'24" N|quarante-huit degrés cinquante et une minutes vingt-quatre secondes nord
24h/24 et 7j/7|vingt-quatre heures sur vingt-quatre et sept jours sur sept
2,25 %|deux virgule vingt-cinq pour cent
de 10 à 15 %|de dix à quinze pour cent
14-Juillet|quatorze Juillet
11-Septembre|onze Septembre
6-4, 7-5|six quatre, sept cinq
le 15 sept. 2020|le quinze septembre deux mille vingt
Me Dupond-Moretti|maître Dupond-Moretti
Me voici|Me voici
8,5 l/100 km|huit virgule cinq litres aux cent kilomètres
1/8 de finale|un huitième de finale
1,5 M d'habitants|un virgule cinq million d'habitants
2 Mds d'euros|deux milliards d'euros
1m85|un mètre quatre-vingt-cinq
Bac+5|Bac plus cinq
J-1|J moins un
+33 6 12 34 56 78|plus trente-trois six douze trente-quatre cinquante-six soixante-dix-huit
01.42.68.53.00|zéro un quarante-deux soixante-huit cinquante-trois zéro zéro
3 x 100 m|trois fois cent mètres
en 2021 toutes les villes|en deux mille vingt et un toutes les villes
101 tonnes|cent une tonnes
21 000 personnes|vingt et un mille personnes
61 %|soixante et un pour cent
1 £|une livre
500 CHF|cinq cents francs suisses
12 h-14 h|douze heures à quatorze heures
entre 18h30-20h|entre dix-huit heures trente à vingt heures
15.000 euros|quinze mille euros
Windows 8.1|Windows huit point un
½ heure|une demi-heure
le 31 mars|le trente et un mars
page 21|page vingt et un
TF1 Séries|té effe un Séries
la n°1 mondiale|la numéro un mondiale
751 eurodéputés|sept cent cinquante et un eurodéputés
41 voix contre 31|quarante et une voix contre trente et un
1re et 2de|première et seconde
80 000 km²|quatre-vingt mille kilomètres carrés
la 21e édition|la vingt et unième édition
M. et Mme Martin|monsieur et madame Martin
St-Étienne|saint-Étienne
#BalanceTonPorc|hashtag Balance Ton Porc
lemonde.fr|lemonde point fr
100 000 $/an|cent mille dollars par an
2 M€ HT|deux millions d'euros ache té
5 000 F CFA|cinq mille francs cé effe a
C'est de l'art. Ils étaient sept.|C'est de l'art. Ils étaient sept.
vers 18:00 UTC-5|vers dix-huit heures u té cé moins cinq
(+3,5 %)|(plus trois virgule cinq pour cent)
L’épidémie de Covid-19 s’étend.|L’épidémie de Covid-dix-neuf s’étend.
#MeToo a dix ans|hashtag Me Too a dix ans
l’article 49-3|l’article quarante-neuf trois
10.0.0.1|dix point zéro point zéro point un
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
12 km/h|twelve kilometres per hour
1 km|one kilometre
5%|five per cent
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
US$ 5 million was paid.|five million U S dollars was paid.
in the 1990s|in the nineteen nineties
the '90s and the 2000s|the nineties and the two thousands
mid-1980s|mid-nineteen eighties
Henry VIII had six wives|Henry the eighth had six wives
Louis XIV's palace|Louis the fourteenth's palace
World War II|World War two
Elizabeth II died|Elizabeth the second died
Pope John Paul II|Pope John Paul the second
Super Bowl LVI|Super Bowl fifty-six
at 10:30 pm|at ten thirty P M
at 9:05 a.m. on Monday|at nine oh five A M on Monday
at 6 p.m.|at six P M.
by 17:00|by seventeen hundred
a time of 1:23:45|a time of one hour twenty-three minutes forty-five seconds
1h 23m 45s|one hour twenty-three minutes forty-five seconds
€450/month|four hundred fifty euros per month
$3.50|three dollars fifty
£0.99|ninety-nine pence
$1.2bn deal|one point two billion dollars deal
£20-30 million|twenty to thirty million pounds
$100k|one hundred thousand dollars
60 mph|sixty miles per hour
5'10" tall|five foot ten tall
3 kWh/day|three kilowatt-hours per day
25 m²|twenty-five square metres
No. 10 Downing Street|number ten Downing Street
No. He said so.|No. He said so.
No 5|No five
Jan. 5, 2020|January fifth, twenty twenty
March 3rd, 1999|March third, nineteen ninety-nine
July 4|July fourth
on 11 November 1918|on the eleventh of November nineteen eighteen
the 5 May|the fifth of May
in 1066|in ten sixty-six
AD 79|A D seventy-nine
44 BC|forty-four B C
2016-17 season|twenty sixteen seventeen season
1914-1918|nineteen fourteen to nineteen eighteen
won 3-1|won three to one
won 6-4, 7-5|won six four, seven five
1.5m people|one point five million people
2½ hours|two and a half hours
3/4 of them|three quarters of them
-40 °F|minus forty degrees Fahrenheit
50%|fifty per cent
call +44 20 7946 0958|call plus forty-four two zero seven nine four six zero nine five eight
(212) 555-0199|two one two five five five zero one nine nine
10x faster|ten times faster
AT&T|A T and T
C++|C plus plus
#MeToo|hashtag Me Too
@bbc|at bbc
bbc.co.uk|bbc dot co dot uk
1st, 2nd, 3rd and 101st|first, second, third and one hundred first
A380|A three hundred eighty
10 km/h|ten kilometres per hour
the year 2024|the year twenty twenty-four
1,500 people|one thousand five hundred people
aged 18-25|aged eighteen to twenty-five
St. Paul's Cathedral|saint Paul's Cathedral
Dr. Jones vs. Mr. Smith|doctor Jones versus mister Smith
10 Downing St.|ten Downing street.
5 lbs|five pounds
7-year-old|seven-year-old
Two F-16s took off.|Two F-sixteens took off.
on Baker St.|on Baker street.
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
def test_a_text_is_said_as_a_person_reads_it(
    language: SpeechLanguage, written: str, said: str
) -> None:
    assert spoken_words(written, language) == said


@pytest.mark.parametrize("space", ["\u00a0", "\u202f", "\u2009"])
def test_every_space_within_a_number_holds_it_together(space: str) -> None:
    assert spoken_words(f"15{space}000{space}€", "fr") == "quinze mille euros"


def test_nothing_that_is_no_speech_is_left() -> None:
    assert spoken_words("\x00\u200b🙂 <b>*_", "fr") == "inférieur à b supérieur à"


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
    ("noun", "expected"),
    [
        ("personnes", "feminine"),
        ("millions", "masculine"),
        ("nations", "feminine"),
        ("musées", "masculine"),
        ("voix", "feminine"),
        ("témoignages", "masculine"),
        ("plages", "feminine"),
        ("jeunes", "either"),
    ],
)
def test_nouns_have_a_gender_by_their_ending(noun: str, expected: str) -> None:
    assert gender(noun) == expected


@pytest.mark.parametrize(
    "unit", ["1", "1 000 ", "a.", "1-", "1h", "A.", "$1", "1 jeune ", "a 1 ", "'1"]
)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_long_nonsense_takes_no_more_than_its_length(language: SpeechLanguage, unit: str) -> None:
    begun = time.process_time()
    spoken_words(unit * (20_000 // len(unit)), language)
    assert time.process_time() - begun < 30
