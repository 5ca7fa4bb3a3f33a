"""Translations of names, and of words that titles capitalise although they name nothing."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from index.text.folding import fold

# One row a name: its forms in French, English and others; adjectives with their country.
_ROWS = """
france français française françaises french frenchman frenchwoman frankreich francia
allemagne allemand allemande allemands allemandes germany german germans deutschland
angleterre anglais anglaise anglaises england english englishman
britannique britanniques uk britain british
écosse écossais scotland scottish
irlande irlandais irlandaise ireland irish
galles gallois wales welsh
espagne espagnol espagnole espagnols spain spanish españa
italie italien italienne italiens italy italian italia
portugal portugais portuguese
suisse suisses switzerland swiss
belgique belge belges belgium belgian
néerlandais néerlandaise hollande hollandais netherlands dutch
autriche autrichien autrichienne austria austrian
hongrie hongrois hongroise hungary hungarian
pologne polonais polonaise poland polish
tchéquie tchèque czech czechia
roumanie roumain roumaine romania romanian
bulgarie bulgare bulgaria bulgarian
grèce grec grecque greece greek
turquie turc turque turkey turkish türkiye
russie russe russes russia russian
ukraine ukrainien ukrainienne ukrainian
suède suédois suédoise sweden swedish
norvège norvégien norvégienne norway norwegian
danemark danois danoise denmark danish
finlande finlandais finlandaise finland finnish
islande islandais iceland icelandic
états unis usa us america américain américaine américains américaines american americans
canada canadien canadienne canadian
mexique mexicain mexicaine mexico mexican
brésil brésilien brésilienne brazil brazilian
argentine argentin argentina argentinian
chili chilien chilienne chile chilean
colombie colombien colombia colombian
pérou péruvien peru peruvian
cuba cubain cuban
chine chinois chinoise china chinese
japon japonais japonaise japan japanese
corée coréen coréenne korea korean
inde indien indienne india indian
pakistan pakistanais pakistani
australie australien australienne australia australian
égypte égyptien égyptienne égyptiens egypt egyptian
maroc marocain morocco moroccan
algérie algérien algeria algerian
tunisie tunisien tunisia tunisian
libye libyen libya libyan
sénégal sénégalais senegal senegalese
mali malien malian
ivoirien ivory
cameroun cameroon
afrique africain africaine africa african
europe européen européenne européens european
asie asiatique asia asian
amérique america
israël israélien israel israeli
palestine palestinien palestinian
liban libanais lebanon lebanese
syrie syrien syria syrian
irak irakien iraq iraqi
iran iranien iranian
arabie saoudien saoudite saudi arabia
vietnam vietnamien vietnamese
norman normand normands normandie normandy normans
londres london londonien londonienne
paris parisien parisienne parisian
bruxelles brussels bruselas
genève geneva
édimbourg edinburgh
varsovie warsaw
cracovie krakow
vienne vienna
prague praha
moscou moscow
pékin beijing
athènes athens
rome roma romain romaine roman
venise venice
florence firenze
naples napoli
milan milano
turin torino
lisbonne lisbon lisboa
barcelone barcelona
cologne köln
munich münchen
francfort frankfurt
hambourg hamburg
copenhague copenhagen
anvers antwerp
gand ghent
caire cairo
alexandrie alexandria
beyrouth beirut
damas damascus
bagdad baghdad
téhéran tehran
alger algiers
philadelphie philadelphia
californie california
floride florida
pennsylvanie pennsylvania
guernesey guernsey
manche channel
tamise thames
rhin rhine
nil nile
méditerranée mediterranean
atlantique atlantic
pacifique pacific
alpes alps
lune moon luna
terre earth
soleil sun
saturne saturn
milky way lactée
mer sea
univers universe
dieu god
noël christmas
pâques easter
jacques james
jean john
guillaume william
charles carlos
édouard edward
henri henry
louis lewis ludwig
philippe philip
pierre peter
paul pablo
georges george
élisabeth elizabeth
marie mary
onu un nations unies united
otan nato
ue eu
oms who
"""

# Words that English capitalises and French does not, one meaning a row.
_COMMON = """
prix prize award
chimie chemistry
physique physics
médecine medicine
physiologie physiology
littérature literature
paix peace
économie economics
mathématiques mathematics
académie academy
académie-française academy
université university
musée museum
institut institute
laboratoire laboratory lab
école school
église church
cathédrale cathedral
tapisserie tapestry
télescope telescope
spatial spatiale space
jeux games
olympiques olympic olympics
paralympiques paralympic paralympics
point
tour tower
place square
rue street
pont bridge
port harbour
grotte cave
incendie fire
pierre stone
machine engine
analytique analytical
différence différences difference
notre-dame
convention
dictionnaire dictionary
président présidente president
roi king
reine queen
prince
duc duke
comte earl count
lord
dame lady
pape pope
évêque bishop
cardinal
général general
maire mayor
ministre minister
docteur dr doctor
professeur professor
guerre war
mondiale world
révolution revolution
république republic
parlement parliament
congrès congress
sénat senate
maison house
blanche white
palais palace
conseil council
cour court
banque bank
agence agency
centre center
nord north
sud south
est east
ouest west
grand grande great
nouveau nouvelle new
saint sainte st
commission
société society
journal
revue review
champ field
profond profonde deep
deux two
première premier first
dernier last
siècle century
prehistoric préhistorique
boson
vaccin vaccine
trou hole
noir black
"""


def _parse_rows(rows: str) -> Mapping[str, frozenset[str]]:
    """Map each folded form to all forms of its rows."""
    table: dict[str, frozenset[str]] = {}
    for row in rows.strip().splitlines():
        forms = frozenset(fold(form) for form in row.split())
        for form in forms:
            table[form] = table.get(form, frozenset()) | forms
    return MappingProxyType(table)


_NAMES = _parse_rows(_ROWS)
COMMON = _parse_rows(_COMMON)


def translations_of(word: str) -> frozenset[str]:
    """A folded word and its forms in other languages."""
    return frozenset({word}) | _NAMES.get(word, frozenset()) | COMMON.get(word, frozenset())
