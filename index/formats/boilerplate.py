"""Cleaning common to all formats: drop boilerplate lines, repair mojibake.

A line is dropped only if all of it is surely not part of the article.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import replace
from typing import Any

from index.formats.base import FACTS, Block, ParsedArticle
from index.formats.encoding import INVISIBLE

_LIMIT = 300  # characters; a longer line is a paragraph of the article
_AFTER = "[:>|→]|[–—-](?= )"


def _any_of(patterns: str) -> str:
    """Join the lines into one alternation."""
    return f"(?:{'|'.join(line.strip() for line in patterns.strip().splitlines())})"


_ALSO = _any_of(r"""
    (?:[àa] )?(?:lire|relire|voir|revoir|écouter|découvrir|lisez|regarder) (?:aussi|également)
    (?:[àa] )?(?:lire|voir) (?:aussi )?(?:dans|sur) [\w.' -]{2,40}
    (?:sur|dans) le même (?:sujet|thème)
    articles? (?:liés?|similaires?|connexes?|associés?)
    dans la même rubrique|les plus lus|pour aller plus loin|notre dossier
    vous (?:aimerez|pourriez aimer) aussi
    read (?:also|more|next|this)|also read|see also|most read|you may also like
    related(?: (?:articles?|stories|topics))?|more (?:on this(?: story)?|stories)
    recommended(?: for you)?
    (?:lea|leer|lee|ver|vea) también|te puede interesar
    lesen sie auch|mehr zum thema|auch interessant
    leggi anche|potrebbe interessarti|lees ook|leia também
""")
_NETWORK = _any_of(r"""
    facebook|twitter|x|linkedin|whatsapp|bluesky|mastodon|telegram|messenger|instagram|tiktok
    pinterest|reddit|flipboard|threads|youtube|e-?mail|mail|courriel|sms|imprimer|print|pdf
    copier le lien|copy link
""")
_SHARE = r"(?:partager|partagez|share|tweeter|tweet|compartir|teilen|condividi|delen|partilhar)"
_SEND = _any_of(rf"""
    {_SHARE}|partage|retweeter|envoyer|envoyez|suivre|suivez|follow|condividere|e-?mail
""")
_OBJECT = _any_of(r"""
    cet article|l['’]article|la page|cette page|cela|nous
    this(?: article| story| page| post)?|us|artikel|este artículo|l['’]articolo
""")
_PREPOSITION = (
    r"(?:sur|via|par|on|with|by|en|auf|su|op|à|to|avec)(?: (?:les|des|vos|un|a|your|le))?"
)
_PEOPLE = _any_of(rf"""
    {_NETWORK}|réseaux sociaux|social media|ami(?:·?e)?s?|friends?
    google (?:news|actualités|discover)
""")
_NEWSLETTER = _any_of(r"""
    newsletters?|info-?lettres?|lettres? (?:d['’]information|d['’]actualité|quotidienne|hebdo\w*)
    boîtes? (?:mail|aux lettres|de réception|e-mail)|inbox
    boletín|bandeja de entrada|nieuwsbrief
""")
_INVITE = _any_of(r"""
    inscri(?:vez|s|re)|abonne[zr]|recev(?:ez|oir)|retrouve[zr]
    s['’](?:inscrire|abonner)|je m['’](?:inscris|abonne)
    sign up|subscribe|register|get (?:the|our|all)|join our
    suscr[ií]b\w+|recib\w+|abonnieren|melden sie sich|iscriviti|ricevi|schrijf je in
""")
_MINUTES = r"\d{1,3}\s?(?:min|mn|minutes?|minuti|minutos|minuten)\.?"
_AGENCY = _any_of(r"""
    AFP|Reuters|AP|EPA|EFE|DPA|ANSA|Belga|Keystone|Getty(?: Images)?|Sipa|Abaca|Hans Lucas
    MAXPPP|PHOTOPQR|Shutterstock|iStock|Adobe Stock|Unsplash|Pixabay|Wikimedia Commons|DR
""")
_CREDIT = _any_of(r"""
    (?:crédits?|credits?)(?: (?:photos?|images?|vidéo))?|photos?|photographies?
    images?|illustrations?|source de l['’]image|image (?:source|credit)|foto
""")
_RIGHTS = _any_of(r"""
    tous droits réservés|all rights reserved|alle rechte vorbehalten|todos los derechos reservados
    tutti i diritti riservati|(?:toute )?reproduction (?:interdite|réservée)
""")
_NAMES = r"(?-i:(?:(?:[A-ZÀ-Þ][\w'’-]*|du|de|la|le|les|des|the|of|and|et) )+)"
_ADVERTISEMENT = _any_of(r"""
    publicité|annonce|contenu sponsorisé|sponsorisé|advertisement|advertising|ad|pub
    sponsored(?: content)?|anzeige|werbung|publicidad|pubblicità|advertentie
    la suite après (?:cette|la) publicité
    (?:article|story) continues (?:after|below) (?:this |the )?(?:ad(?:vertisement)?|advert)
    skip ad(?:vertisement)?|scroll to continue(?: reading)?
""")
_SHARING = _any_of(rf"""
    {_SHARE}
    {_SEND}[- ]{_OBJECT}
    {_SEND}(?:[- ]{_OBJECT})? {_PREPOSITION} {_PEOPLE}
    (?:{_NETWORK}[\s,|/·•-]*){{2,}}
    lien copié|copier le lien|copy link|link copied
""")
_READING_TIME = _any_of(rf"""
    (?:temps|durée) de lecture(?:\s*estimée?)?(?:\s*[:=])?\s*(?:environ )?{_MINUTES}
    (?:lecture|reading time|lesezeit|lesedauer|tiempo de lectura)(?:\s*:)?\s*{_MINUTES}
    tempo di lettura(?:\s*:)?\s*{_MINUTES}
    {_MINUTES}(?: de lecture| read| to read| lesezeit| de lectura| di lettura)
""")
_COPYRIGHT = _any_of(rf"""
    {_RIGHTS}(?:[\s.,–—©-].{{0,80}})?
    .{{0,80}}[–—©|-]\s*{_RIGHTS}
    (?:©|\(c\)|copyright\s*(?:©|\(c\)|by|(?=(?:19|20)\d\d)))\s*.{{1,120}}
    copyright {_NAMES}(?:19|20)\d\d
""")
_PHOTOGRAPH = _any_of(rf"""
    {_CREDIT}\s*[:©]\s*(?:©\s*)?[^.!?:]{{0,60}}(?:/\s?[^.!?]{{2,60}}|©[^.!?]{{2,60}}|\b{_AGENCY})
    (?:crédits? (?:photos?|images?)|(?:photo|image) credits?)\s*:\s*[^.!?]{{2,80}}
    [^.!?:]{{2,60}}\s?/\s?{_AGENCY}
""")
_TAGS = _any_of(r"""
    (?:tags?|mots?[- ]cl[ée]s?|étiquettes|filed under|topics|keywords|hashtags)\s*:\s*[^.!?]{2,250}
    (?:classé dans|etiquetas|schlagwörter|schlagworte)\s*:\s*[^.!?]{2,250}
    (?:#[\w-]+[\s,]*){2,}
""")
_LABELS = _any_of(r"""
    communiqué(?: de presse)?|press release|date de (?:publication|mise en ligne)|thématiques?
    (?:documents?|pièces? jointes?|fichiers?)(?: à télécharger| jointe?s?)?
    (?:vidéo|photo|diaporama|infographie|podcast|audio|video|gallery|en images)s? ?\][^.]{0,120}
""")
_CHOICES = _any_of(r"""
    (?:tout accepter|tout refuser|continuer sans accepter)
    accepter(?: et fermer| les cookies| tout)
    (?:gérer|paramétrer|personnaliser) (?:mes|les|vos) (?:cookies|choix|préférences)
    accept all(?: cookies)?|reject all|manage (?:my )?(?:cookies|preferences)
    cookie (?:settings|policy)|alle akzeptieren|aceptar todo|accetta tutti?
""")
_PART = _any_of(r"""
    (?:la suite(?: de (?:cet |l['’])article)?|cet article) est
    contenu|article|vidéo
""")
_SOLD = _any_of(rf"""
    il vous reste \d{{1,2}}(?:[.,]\d+)?\s?% de (?:cet article|la lecture|ce contenu).*
    (?:{_PART}\s*)?réservée?s? (?:à nos|aux) abonné(?:\(e\)|[·.]e[·.]?)?s.{{0,60}}
    (?:pour lire|lisez) la suite\b.{{0,20}}(?:abonn|connect|inscri).{{0,80}}
    (?:pour continuer|continuez) (?:la|votre) lecture\b.{{0,20}}(?:abonn|connect|inscri).{{0,80}}
    (?:subscribe|sign in|log in|register)\b.{{0,40}}\bto (?:continue|keep) reading.*
    this (?:article|story) is (?:reserved |available )?(?:for|to) (?:our )?subscribers.{{0,40}}
    to (?:continue|keep) reading.{{0,60}}(?:subscribe|sign in|log in).{{0,60}}
    (?:este contenido es|artículo) exclusivo para suscriptores.{{0,40}}
    questo contenuto è riservato agli abbonati.{{0,40}}
""")
_READ_ALSO = re.compile(rf"[\W_]*+{_ALSO}\s*+[:>»|.…–—→-]*+\s*+", re.IGNORECASE)
_READ_ALSO_LINE = re.compile(rf"(?:[^\w\s«“\"]+\s*)?{_ALSO}\s*(?:{_AFTER}).*", re.IGNORECASE)
_FREE_PART_ENDS = re.compile(_SOLD, re.IGNORECASE)
_WHOLE = re.compile(
    f"{_ADVERTISEMENT}|{_SHARING}|{_READING_TIME}|{_COPYRIGHT}|{_PHOTOGRAPH}|{_TAGS}|{_LABELS}"
    f"|{_CHOICES}",
    re.IGNORECASE,
)
_INVITATION = re.compile(
    rf"\W*(?:pour [^.]{{0,60}}, )?{_INVITE}\b.*\b{_NEWSLETTER}\b.*", re.IGNORECASE
)
_PITCH = re.compile(
    rf".*\b{_NEWSLETTER}\b.*(?:adresse e-?mail|adresse mail|votre e-?mail|your e-?mail).*",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[«“”\"]")
_ADDRESSED = re.compile(
    r"\b(?:vous|votre|vos|notre|nos|your?|our|ihre?|unser\w*|sus?|tus?|vostr\w|nostr\w)\b",
    re.IGNORECASE,
)


def is_boilerplate(line: str) -> bool:
    """True if the whole line is surely boilerplate: sharing, advertisements, links to others."""
    plain = " ".join(line.split())
    if not plain or len(plain) > _LIMIT:
        return False
    bare = plain.strip("-–—•*·|→>▶►[] ").rstrip(".!:…» ")
    if _WHOLE.fullmatch(bare) or ends_free_part(plain) or announces_links(plain):
        return True
    # « Lire aussi : … »: link texts end like titles, without a full stop.
    if _READ_ALSO_LINE.fullmatch(plain) and not plain.endswith("."):
        return True
    # An invitation addresses the reader; a sentence about newsletters does not.
    invited = _INVITATION.fullmatch(plain) or _PITCH.fullmatch(plain)
    return bool(invited and _ADDRESSED.search(plain) and not _QUOTED.search(plain))


def announces_links(line: str) -> bool:
    """True if the line is only « Lire aussi » or the like, above a list of links."""
    return len(line) <= _LIMIT and bool(_READ_ALSO.fullmatch(" ".join(line.split())))


def ends_free_part(line: str) -> bool:
    """True if the line is a paywall notice."""
    return len(line) <= _LIMIT and bool(_FREE_PART_ENDS.fullmatch(" ".join(line.split())))


_OFFERS = 1_500  # maximum characters of subscription offers below a paywall notice
_ROUNDS = 4  # removing an invisible mark may reveal more mojibake
_STRAY_JOINER = re.compile(
    "(?<![\u0600-\u0dff\u200d])[\u200c\u200d](?![\u0600-\u0dff\U0001f000-\U0001faff])"
)
_COUNTER = re.compile(r"(\d{1,3})\s?/\s?(\d{1,3})")
_SUSPECT = re.compile(
    "[ÂÃâÅÄÐÑØÙãäåæìïðÎÏ][\u0080-\u00bf\u0152-\u0178\u02c6\u02dc\u2010-\u2122]|\ufffd"
)


def clean_article(parsed: ParsedArticle) -> ParsedArticle:
    """Repair the letters of a parsed article and drop its boilerplate."""
    blocks = tuple(replace(block, text=mend_letters(block.text)) for block in parsed.blocks)
    blocks = drop_boilerplate(tuple(block for block in blocks if block.text.strip()))
    facts: dict[str, Any] = {name: getattr(parsed.metadata, name) for name in FACTS}
    facts |= {name: mend_letters(value) for name, value in facts.items() if isinstance(value, str)}
    return replace(parsed, blocks=blocks, metadata=replace(parsed.metadata, **facts))


def mend_letters(text: str) -> str:
    """Return the text in NFC, without invisible marks, and with mojibake (« Ã©tÃ© ») repaired."""
    if text.isascii() and text.isprintable():
        return text
    for _ in range(_ROUNDS):
        if _SUSPECT.search(text):
            text = _fix_encoding(text)
        visible = _STRAY_JOINER.sub("", INVISIBLE.sub("", text))
        if visible == text:
            break
        text = visible
    return unicodedata.normalize("NFC", text)


def drop_boilerplate(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """Drop the lines that are surely not part of the article."""
    others: list[Block] = []
    for block in _free_part(blocks):
        lines = (line for line in block.text.split("\n") if not is_boilerplate(line))
        if text := "\n".join(lines):
            others.append(replace(block, text=text))
    # Drop the « 1/5 », « 2/5 » of a gallery; a lone « 4/5 » is a rating.
    counters = [_COUNTER.fullmatch(block.text) for block in others]
    totals = Counter(match[2] for match in counters if match)
    return tuple(
        block
        for block, match in zip(others, counters, strict=True)
        if match is None or totals[match[2]] < 2
    )


def _fix_encoding(text: str) -> str:
    """Repair only encodings, line by line, with ftfy."""
    import ftfy

    config = ftfy.TextFixerConfig(
        unescape_html=False,
        remove_terminal_escapes=False,
        fix_latin_ligatures=False,
        fix_character_width=False,
        uncurl_quotes=False,
        fix_line_breaks=False,
        remove_control_chars=False,
        normalization=None,
        explain=False,
    )
    return "\n".join(ftfy.fix_text(line, config) for line in text.split("\n"))


def _free_part(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """Return the blocks above the paywall notice, if only offers follow it."""
    for number, block in enumerate(blocks[1:], 1):
        lines = block.text.split("\n")
        notice = next((at for at, line in enumerate(lines) if ends_free_part(line)), None)
        if notice is None:
            continue
        if sum(len(block.text) for block in blocks[number + 1 :]) <= _OFFERS:
            rest = "\n".join(lines[:notice])
            return (*blocks[:number], *([replace(block, text=rest)] if rest else []))
    return blocks
