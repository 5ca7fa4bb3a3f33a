"""The words that the rules know, French, English and Spanish, without accents."""

from __future__ import annotations


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


WEEKDAYS = _set(
    "lundi mardi mercredi jeudi vendredi samedi dimanche monday tuesday wednesday thursday friday "
    "saturday sunday lunes martes miércoles jueves viernes sábado domingo"
)

DATE_NOUNS = _set("date jour day fecha dia moment momento epoque periode period")
YEAR_NOUNS = _set("annee annees year ano")
MONTH_NOUNS = _set("mois month mes")
CENTURY_NOUNS = _set("siecle century siglo decennie decade decada")
PERSON_NOUNS = _set(
    "personne personnage personnages acteur actrice realisateur realisatrice auteur autrice "
    "ecrivain peintre roi reine president presidente ministre chercheur scientifique artiste "
    "ingenieur architecte compositeur joueur savant medecin philosophe professeur psychologue "
    "psychiatre historien critique philanthrope femme homme "
    "person actor actress director author writer painter king queen president minister scientist "
    "artist engineer architect composer player physicist economist historian critic "
    "persona actor actriz autor escritor pintor rey reina presidente jugador cientifico"
)
NAME_NOUNS = _set(
    "nom prenom surnom titre film livre roman journal magazine hebdomadaire quotidien serie "
    "chanson societe entreprise compagnie organisation organisme institution equipe club groupe "
    "universite ecole fleuve riviere montagne planete "
    "name title nickname movie book novel newspaper series song company organization "
    "organisation institution team band group university school river mountain planet "
    "nombre titulo pelicula libro novela periodico cancion empresa organizacion equipo grupo "
    "universidad escuela rio planeta"
)
PLACE_NOUNS = _set(
    "ville village pays region endroit lieu ile continent quartier departement etat capitale "
    "city town country place island state capital location "
    "ciudad pueblo pais lugar isla estado"
)


def _classes(table: dict[str, str]) -> dict[str, frozenset[str]]:
    """Each word with the classes of units that stand before its row."""
    return {word: _set(units) for units, row in table.items() for word in row.split()}


COUNTED = _set("nombre number")
MEASURES = _classes(
    {
        "time": "age edad duree duration duracion",
        "length": "distance longueur hauteur largeur profondeur altitude taille length height "
        "width depth distancia altura longitud",
        "area": "superficie surface area",
        "money": "prix cout budget montant somme salaire cachet price cost amount revenue salary "
        "precio coste",
        "share": "pourcentage proportion taux part percentage share rate porcentaje proporcion",
        "temperature": "temperature temperatura",
        "weight": "poids masse weight mass peso masa",
        "volume": "volume capacite contenance capacity volumen",
        "speed": "vitesse speed velocidad",
        "power": "puissance frequence power frequency potencia",
    }
)
MEASURED_BY = _classes(
    {
        "time length": "long",
        "time": "old temps tiempo",
        "temperature": "hot cold",
        "weight": "heavy",
        "speed": "fast",
        "money": "combien cuesta",
        "money share": "much",
    }
)
UNIT_CLASS = _classes(
    {
        "time": "ans annees mois semaines jours heures minutes years months weeks days hours "
        "anos meses semanas dias horas minutos",
        "length": "kilometres kilometers metres meters miles kilometros metros",
        "area": "hectares",
        "weight": "tonnes tons kilos",
        "volume": "litres liters",
        "money": "euros dollars livres francs",
    }
)

_UNITS = {
    "time": "ans an année années mois semaine semaines jour jours heure heures minute minutes "
    "seconde secondes siècle siècles year years month months week weeks day days hour hours "
    "second seconds century centuries decades décennies años año meses semanas días horas minutos",
    "length": "km m cm mm nm kilomètre kilomètres mètre mètres centimètres millimètres lieues "
    "pieds miles mile kilometres kilometers metres meters feet foot ft inches yards kilómetros "
    "metros millas pies yardas",
    "area": "km² km2 m² m2 hectares hectare ha acres",
    "money": "€ euros euro dollars dollar $ £ livres francs pounds yens roubles dólares pesos "
    "libras sous écus",
    "share": "%",
    "temperature": "°C °F °c K degrés degrees grados",
    "weight": "kg g mg tonnes tonne kilogrammes grammes kilos tons tonnes kilograms grams "
    "toneladas kilogramos",
    "volume": "m³ m3 litres litre l hl liters gallons litros barils",
    "speed": "km/h m/s mph",
    "power": "W kW MW GW kWh MWh GWh Hz MHz GHz",
}
UNITS = {unit: name for name, units in _UNITS.items() for unit in units.split()}
NUMBERS = _set(
    "deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize vingt "
    "trente quarante cinquante soixante septante quatre-vingt quatre-vingts cent cents mille "
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred "
    "thousand dos tres cuatro cinco seis siete ocho nueve diez once doce quince veinte treinta "
    "cien mil dizaine douzaine vingtaine trentaine centaine"
)
SCALES = _set(
    "mille million millions milliard milliards thousand billion billions trillion hundred "
    "millón millones mil"
)
ABOUT = (
    "environ", "plus de", "moins de", "près de", "quelque", "presque", "autour de", "jusqu'à",
    "about", "around", "nearly", "almost", "more than", "less than", "over", "some",
    "approximately", "at least", "au moins", "alrededor de", "más de", "menos de", "unos", "unas",
    "casi",
)  # fmt: skip

PARTICLES = (
    "de", "du", "des", "d'", "d’", "von", "van", "der", "den", "del", "della", "di", "da", "of",
    "the", "al", "bin", "ibn", "ben",
)  # fmt: skip
TITLES = _set("M. Mme Mlle Mr Mrs Ms Dr Sir Lord Lady Saint Don Doña Sr. Sra.")
PLACED = (
    "à", "au", "aux", "en", "dans", "sur", "chez", "près de", "près d'", "vers", "sous", "in", "at",
    "on", "near", "into",
)  # fmt: skip
COMING = ("de", "du", "d'", "des", "from", "of")
OPENERS = _set(
    "certains certaines plusieurs malgré après avant pourtant toutefois néanmoins outre beaucoup "
    "ensuite enfin grâce suite bien or hier aujourd’hui aujourd'hui trois deux quatre many several "
    "most another however despite later today two three four"
)
"""First words that take a capital without being names, beside the stop words."""
