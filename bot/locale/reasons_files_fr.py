"""In French, what can be wrong with a file."""

from __future__ import annotations

import re
from collections.abc import Callable

Words = tuple[tuple[str, str | Callable[[re.Match[str]], str]], ...]


def _n(digits: str) -> str:
    """A number as French writes it."""
    return digits.replace(",", "\u202f")


FILES: Words = (
    (r"the file is empty", "le fichier est vide"),
    (r"a binary file", "un fichier binaire"),
    (r"not text", "pas un texte"),
    (r"its encoding is unclear", "son encodage est incertain"),
    (r"no text below the title and metadata", "aucun texte sous le titre et l’en-tête"),
    (r"no text on its pages", "aucun texte sur ses pages"),
    (r"no text in it", "aucun texte"),
    (r"not a PDF", "ce n’est pas un PDF"),
    (r"not a whole PDF \(damaged or cut short\)", "PDF incomplet (abîmé ou tronqué)"),
    (r"encrypted", "protégé par un mot de passe"),
    (r"(.*) \(a scan without text: allow OCR\)", "\\1 (autorisez-la\u00a0: --ocr)"),
    (
        r"(.*) \(a scan without text: install tesseract with its French data\)",
        r"\1 (installez tesseract et ses données françaises)",
    ),
    (r"but OCR finds no words in it", "mais elle n’y trouve aucun mot"),
    (r"beyond the (\d+) pages that are read of one PDF", r"au-delà des \1 pages lues d’un PDF"),
    (
        r"beyond the (\d+) seconds that one PDF may take",
        r"au-delà des \1 secondes accordées à un PDF",
    ),
    (
        r"beyond the (\d+) pages of one PDF that are read by OCR",
        r"au-delà des \1 pages d’un PDF lues par OCR",
    ),
    (
        r"too much text for one page; what follows was left out",
        "trop de texte pour une page; la suite est laissée de côté",
    ),
    (
        r"(\d+) MB, more than one article can be \((\d+) MB\)",
        r"\1 Mo, plus qu’un article ne peut en avoir (\2 Mo)",
    ),
    (
        r"(\d+) MB, more than one page can be \((\d+) MB\)",
        r"\1 Mo, plus qu’une page ne peut en avoir (\2 Mo)",
    ),
    (r"changed while it was read", "le fichier a changé pendant la lecture"),
    (r"twice", "deux fois"),
    (r"permission denied", "accès refusé"),
    (r"(?i:no such file or directory)", "ce fichier n’existe plus"),
    (r"no such file or folder", "ni fichier ni dossier de ce nom"),
    (r"(?i:no space left on device)", "plus de place sur le disque"),
    (r"(?i:read-only file system)", "disque en lecture seule"),
    (r"(?i:too many levels of symbolic links)", "trop de liens les uns dans les autres"),
    (r"(?i:input/output error)", "erreur de lecture du disque"),
    (r"neither a file nor a folder", "ni un fichier ni un dossier"),
    (r"a pipe, a socket or a device, not a file", "un tube ou un périphérique, pas un fichier"),
    (
        r"a folder, pipe, socket or device, not a file",
        "un dossier, un tube ou un périphérique, pas un fichier",
    ),
    (r"the link leads nowhere", "le lien ne mène nulle part"),
    (r"unknown format", "format inconnu"),
    (r"the front matter is not valid YAML(.*?)", r"l’en-tête n’est pas du YAML valide\1"),
    (r"the front matter cannot be read(.*?)", r"l’en-tête est illisible\1"),
    (
        r"`(.*?)` in the front matter is not text",
        "«\u00a0\\1\u00a0» dans l’en-tête n’est pas un texte",
    ),
    (r"a zip file, not a Word document", "un fichier zip, pas un document Word"),
    (r"a damaged Word document", "un document Word abîmé"),
    (r"an old Word or Office file", "un ancien fichier Word ou Office"),
    (r"an RTF document", "un document RTF"),
    (r"a Pages document", "un document Pages"),
    (r"an Outlook message", "un message Outlook"),
    (r"an OpenDocument file", "un document OpenDocument"),
    (
        r"a document of Office 97–2003, or one with a password",
        "un document Office 97–2003, ou protégé par un mot de passe",
    ),
    (r"a spreadsheet \(Excel\)", "une feuille de calcul (Excel)"),
    (r"a presentation \(PowerPoint\)", "une présentation (PowerPoint)"),
    (r"a picture \((.*?)\)", r"une image (\1)"),
    (r"a picture, sound or film \((.*?)\)", r"une image, un son ou un film (\1)"),
    (r"sound \((.*?)\)", r"un son (\1)"),
    (r"a film \((.*?)\)", r"un film (\1)"),
    (r"which has no text", "sans texte"),
    (r"a database \(SQLite\)", "une base de données (SQLite)"),
    (r"a 7-Zip archive", "une archive 7-Zip"),
    (r"a RAR archive", "une archive RAR"),
    (r"locked by DRM", "verrouillé par un DRM"),
    (r"not an EPUB(.*?)", r"ce n’est pas un EPUB\1"),
    (r"a book without text \(pictures only\?\)", "un livre sans texte (des images\u202f?)"),
    (r"not a letter \(neither sender, subject nor date\)", "pas un message (ni auteur, ni objet)"),
    (r"the letter has no text of its own", "le message n’a pas de texte"),
    (r"inside too many letters or archives", "dans trop de messages ou d’archives"),
    (r"not well-formed XML(.*?)", r"XML mal formé\1"),
    (r"not XML", "ce n’est pas du XML"),
    (r"not valid JSON(.*?)", r"JSON invalide\1"),
    (r"a feed without an entry", "un flux vide"),
    (r"the feed is broken", "le flux est abîmé"),
    (r"an entry without a text", "une entrée sans texte"),
    (
        r"no article on this page \(a home page, a list of links, or a page that a browser fills "
        r"in\)",
        "aucun article sur cette page (un accueil, une liste de liens, ou une page que le "
        "navigateur remplit)",
    ),
    (r"no article in it", "aucun article"),
    (r"no record in it", "aucune fiche"),
    (
        r"no field is known to hold the text",
        "aucun champ n’est reconnu comme le texte",
    ),
    (r"found: (.*)", "trouvés\u00a0: \\1"),
    (
        r"a sitemap lists addresses and holds no article",
        "un plan de site liste des adresses, il n’a pas d’article",
    ),
    (r"not an archive, or damaged", "ce n’est pas une archive, ou elle est abîmée"),
    (r"an archive inside others", "une archive dans une autre"),
    (r"more than ([\d,]+) files in it", lambda m: f"plus de {_n(m[1])} fichiers"),
    (
        r"([\d,]+) elements, more than one page's article can have \(([\d,]+)\)",
        lambda m: (
            f"{_n(m[1])} éléments, plus que l’article d’une page ne peut en avoir ({_n(m[2])})"
        ),
    ),
    (
        r"(\d+) MB of text, more than one page's article can be \((\d+) MB\)",
        r"\1 Mo de texte, plus que l’article d’une page ne peut en avoir (\2 Mo)",
    ),
    (
        r"(\d+) MB, more than one letter can be \((\d+) MB\)",
        r"\1 Mo, plus qu’un message ne peut en avoir (\2 Mo)",
    ),
    (r"no page of HTML can be read in it", "aucune page HTML n’y est lisible"),
    (r"larger than (\d+) GB when unpacked", r"plus de \1 Go une fois ouverte"),
    (r"unpacks to more than (\d+) GB", r"plus de \1 Go une fois ouverte"),
    (
        r"unpacks to ([\d,]+) files of ([\d,]+) MB, "
        r"more than a document has \(([\d,]+) and (\d+) MB\)",
        lambda m: (
            f"{_n(m[1])} fichiers et {_n(m[2])} Mo une fois ouvert, plus qu’un document n’en a "
            f"({_n(m[3])} et {m[4]} Mo)"
        ),
    ),
    (r"(\S+) unpacks to (\d+) MB", r"\1 fait \2 Mo une fois ouvert"),
    (
        r"unpacks to more than (\d+) times its size, as bombs do",
        r"plus de \1 fois sa taille une fois ouverte, comme une bombe",
    ),
    (r"a link, not a file", "un lien, pas un fichier"),
    (r"links in archives are not followed", "dans une archive, ils ne sont pas suivis"),
    (r"not a plain file", "pas un simple fichier"),
    (r"no room to unpack it", "pas de place pour l’ouvrir"),
    (r"the rest of it is not read", "la suite n’est pas lue"),
    (r"packed in a way that is not known here", "compressé d’une façon que Selon ne connaît pas"),
    (r"damaged \(it asks for (\d+) bytes at once\)", r"abîmé (il demande \1 octets d’un coup)"),
    (r"damaged \(what is packed in it is damaged \((.*)\)\)", r"abîmé (\1)"),
    (r"damaged \((.*)\)", r"abîmé (\1)"),
    (r"it is damaged", "il est abîmé"),
    (r"(\S+) is damaged", r"\1 est abîmé"),
    (r"(\S+) is not valid XML", r"\1 n’est pas du XML valide"),
    (r"(\S+) is no page", r"\1 n’est pas une page"),
    (r"not a Word document \(\.docx\)", "ce n’est pas un document Word (.docx)"),
    (r"or cut short", "ou il est tronqué"),
    (r"its mail format is broken", "message mal formé"),
    (r"it lacks (\S+)", r"il y manque \1"),
    (r"no (META-INF/\S+)", r"sans \1"),
    (r"a NITF document without a text", "une dépêche NITF sans texte"),
    (r"its text lies elsewhere", "son texte est ailleurs"),
    (
        r"its document type defines entities that lead to other files or fill the memory",
        "son type de document définit des entités qui mènent à d’autres fichiers ou remplissent la "
        "mémoire",
    ),
    (r"XML of an unknown kind \(root (<.*?>)\)", r"XML d’un genre inconnu (racine \1)"),
    (r"one value that is larger than (\d+) MB", r"une seule valeur de plus de \1 Mo"),
    (r"one value that is nested too deep", "une seule valeur, trop imbriquée"),
    (r"no object", "aucun objet"),
    (r"not an object of fields", "pas un objet avec des champs"),
    (r"nested too deep", "trop imbriqué"),
    (r"larger than (\d+) MB", r"plus de \1 Mo"),
    (r"longer than (\d+) MB", r"plus de \1 Mo"),
    (r"a text in it is longer than (\d+) MB", r"un texte de plus de \1 Mo"),
    (r"it ends too early", "il s’arrête trop tôt"),
    (r"not JSON", "pas du JSON"),
    (r"its text is not UTF-8", "son texte n’est pas en UTF-8"),
    (r"(.*?) at character (\d+)", r"\1, caractère \2"),
    (r"not UTF-8 \(byte (.*?)\)", r"pas en UTF-8 (octet \1)"),
    (r"and its encoding is unclear", "et son encodage est incertain"),
    (r"not a row", "pas une ligne de tableau"),
    (r"(\d+) cells for (\d+) columns", r"\1 cellules pour \2 colonnes"),
    (r"and ([\d,]+) more like it", lambda m: f"et {_n(m[1])} autres de même"),
    (r"and ([\d,]+) more like it \(other reasons\)", lambda m: f"et {_n(m[1])} autres"),
    (r"not a list of addresses", "pas une liste d’adresses"),
    (r"it holds no `files`", "sans «\u00a0files\u00a0»"),
    (r"holds '(.*?)'", "contient «\u00a0\\1\u00a0»"),
    (r"which stands in no text", "qu’aucun texte ne contient"),
    (
        r"its id (\w+) is another article's",
        r"son identifiant \1 est celui d’un autre article",
    ),
    (r"OCR is not sure of the words", "la reconnaissance des caractères n’est pas sûre des mots"),
    (r"OCR takes more than (\d+) seconds", r"l’OCR prend plus de \1 secondes"),
    (r"tesseract fails", "tesseract échoue"),
    (r"tesseract does not start", "tesseract ne démarre pas"),
    (r"takes more than (\d+) seconds to read", r"plus de \1 secondes de lecture"),
    (r"stops the PDF reader", "arrête le lecteur de PDF"),
    (r"or needs too much memory", "ou demande trop de mémoire"),
    (r"the PDF reader does not start", "le lecteur de PDF ne démarre pas"),
    (r"--map (.*?): not a pair", "--map \\1\u00a0: pas une paire"),
    (r"Selon has no field `(.*?)`", "Selon n’a pas de champ «\u00a0\\1\u00a0»"),
    (r"it has (\w+(?:, \w+)*)", "il a\u00a0: \\1"),
    (r"`(.*?)` is already `(.*?)`", "«\u00a0\\1\u00a0» est déjà «\u00a0\\2\u00a0»"),
    (r"--map: empty", "--map est vide"),
    (r"no record has `(.*?)`", "aucune fiche n’a «\u00a0\\1\u00a0»"),
    (r"(.*?) and (\d+) more", r"\1 et \2 autres"),
    (r"line (\d+)", r"ligne \1"),
    (r"record (\d+)", r"fiche \1"),
)
