"""Which sentences of an article speak to a machine that reads it: « Ignore les consignes… ».

They are not given to a chat model, nor is what follows them in their paragraph, and they bear out
nothing. An answer of the articles' own sentences quotes them only where nothing else comes near:
there, words give no orders.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from index.folding import fold_phrase

# What could be taken for the frame: brackets and angle brackets become look-alikes.
_FRAME = str.maketrans({"<": "‹", ">": "›", "[": "(", "]": ")", "{": "(", "}": ")", "`": "'"})


_RUN = re.compile(r"[=#*_~|-]{3,}")


def harmless_in_prompt(text: str) -> str:
    """The text on one line, without what the frame of a prompt is made of.

    Invisible characters go; with them and without lines, brackets and angle brackets, nothing can
    be written that passes for another passage, turn or tag.
    """
    return " ".join(_RUN.sub(" ", visible(text).translate(_FRAME)).split())


def visible(text: str) -> str:
    """The text without invisible characters, on one line."""
    return "".join(
        " " if unicodedata.category(each) in ("Cc", "Zl", "Zp") else each
        for each in unicodedata.normalize("NFC", text)
        if unicodedata.category(each) not in ("Cf", "Co", "Cs")
    )


_KEPT = 4096  # sentences that were looked at


_RULES = (
    r"(?:consignes?|instructions?|regles?|directives?|prompts?|ordres|rules?|guidelines?|orders"
    r"|ce qui (?:precede|suit|est ecrit)|everything|(?:text|texte)s? (?:above|ci-dessus)"
    r"|passages?|contraintes?|constraints?|programming|programmation|previous|precedentes?)"
)


_SET_ASIDE = (
    r"(?:ignor(?:e[zr]?|ing)|oublie[zr]?|neglige[zr]?|ecarte[zr]?|annule[zr]?|contourne[zr]?"
    r"|(?:ne )?(?:tiens|tenez|tenir) (?:plus|pas|aucun) compte|passe[zr]? outre|abandonne[zr]?"
    r"|disregard|forget|override|bypass|discard|cancel|stop following|do not follow|don't follow"
    r"|ne (?:suis|suivez|respectez) (?:plus|pas))"
)


_MACHINE = (
    r"(?:assistants?(?: (?:virtuel|numerique|ia))?|chatbots?|agents? conversationnels?|robots?"
    r"|(?:l'|une |les |des )?ia|(?:an? |the )?ais?|intelligences? artificielles?|chat ?gpt|llms?"
    r"|gpt-?\d*|modeles? de lang(?:age|ue)|(?:large )?language models?|ai models?|bots?|system"
    r"|systeme|modele|model)"
)


_MINE = (
    r"(?:(?:ton|ta|tes|votre|vos|your) (?:\w+ )?(?:consignes?|instructions?|prompts?|reponses?"
    r"|answers?|responses?|repl(?:y|ies)|outputs?|system|regles|rules|programming|role|roles|sortie)"
    r"|(?:prompt|invite|message|consignes?|instructions?)s? (?:du )?(?:systeme|system)"
    r"|system (?:prompt|message|instructions?|override)|new (?:task|instructions?|role)\b"
    r"|nouvelles? (?:taches?|instructions?|consignes?|directives?)"
    r"|(?:chacune? de )?(?:tes|your) (?:\w+ )?(?:phrases?|sentences?|messages?|mots|words))"
)


_SAYING = (
    r"(?:repond\w*|dire|dis|dites|dit|affirm\w+|ecri\w*|recommand\w+|conclu\w*|annonc\w+"
    r"|answer\w*|say|tell|write|state|claim|reply|respond|recommend|mention)"
)


_PATTERNS = (
    rf"\b{_SET_ASIDE}\b.{{0,60}}\b{_RULES}",
    rf"\b{_MINE}\b",
    # A turn that somebody else would have taken.
    r"(?:^|[\s\"'«(\[])(?:system|systeme|assistant|user|utilisateur|human|humain|developer)"
    r"\s*:(?!//)",
    r"\[/?(?:system|systeme|assistant|user|utilisateur|developer)\b[^\]]{0,30}\]"
    r"|\brole[\"']?\s*:\s*[\"'](?:system|assistant|user|developer)",
    r"<\|?/?(?:im_start|im_end|system|user|assistant|end|s|sys|inst|passages?|question)\b"
    r"[^>]{0,1000}>|\[/?inst\]|<</?sys>>"
    r"|(?<!#)#{2,}+ ?(?:instructions?|system|systeme|response|reponse|question)",
    # Who is spoken to.
    rf"(?:note|message|avis|attention|remarque|important|a l'attention)\b[^.:]{{0,20}}?"
    rf"\b(?:to|for|aux?|a l'|a|pour|de)\s?(?:the |any |all |tou[ts]e?s? |les |l'|des |ces )*"
    rf"{_MACHINE}\b",
    rf"(?:^|[\s\"'«(])(?:cher|chere|dear|hey|hello|bonjour|attention)s? {_MACHINE}\b",
    rf"\b(?:si|if) (?:tu es|vous etes|you are|you're) {_MACHINE}\b",
    rf"\b(?:si|if) (?:une? |an? |any )?{_MACHINE} (?:lit|lis|read|resume|summari|repond|answer)",
    rf"^{_MACHINE}\s?,",
    rf"\b{_MACHINE} (?:ne )?(?:doit|doivent|devra|devront|must|should|shall|has to|have to)\b"
    rf".{{0,20}}\b{_SAYING}\b",
    rf"\b(?:si|if|quand|when|unless|sauf si) (?:tu|you) .{{0,20}}\b{_SAYING}\b",
    r"\b(?:si|if|quand|when|whenever|lorsque) (?:the |an? |any |l'|un |une |le |on )?"
    r"(?:users?|utilisateurs?|utilisatrice|readers?|lecteurs?|lectrice|te|t'|someone asks you)\b"
    r".{0,20}\b(?:asks?|demand\w+|interrog\w+|wants?)",
    r"\b(?:decode|decrypt|dechiffre[zr]?) (?:it|this|puis|et|and|ceci|ce qui)\b|\bet obeis\b"
    r"|\band obey\b|\brot ?13\b",
    rf"\b(?:tu es|vous etes|you are|you're)\b.{{0,25}}\b(?:maintenant|desormais|now|{_MACHINE})\b",
    r"\b(?:from now on|a partir de maintenant|desormais),? ?"
    r"(?:you|tu|vous|reponds|repondez|answer)",
    # What is to be said or done.
    r"^(?:et |and |puis |then |please |merci de |s'il (?:te|vous) plait,? )?(?:"
    r"repond[sz]?|repondez|repondre|respond|reply|answer (?:in|with|only|that|by|as|every|all)"
    r"|(?:dis|dites|dire|say|state)(?:-lui|-leur)? (?:que|a |au |aux |plutot|seulement|uniquement"
    r"|that|only|exactly|to |instead|in )"
    r"|(?:affirme|annonce|declare|indique|precise|recommande|conseille|claim|announce|recommend"
    r"|tell|inform|ask)[zr]? (?:que |a |au |aux |a l'|to |that |the (?:user|reader)|users|readers)"
    r"|(?:ecri[st]|ecrivez|redige[zr]?|write|type) (?:que|uniquement|seulement|le mot|un |une |en "
    r"|only|the word|an? |in |«|\"|that)"
    r"|affiche[zr]?|imprime[zr]?|output|print|display|reveal|leak|encode|decode"
    r"|revele[zr]?|divulgue[zr]?|recopie[zr]?|repete[zr]?|repeat|recite[zr]?|decode[zr]?"
    r"|traduis|traduisez|translate|summari[sz]e|resume[zr]? "
    r"|(?:termine|commence|conclus?|concluez|fini[st]|finissez|end|begin|start|finish|conclude)[zr]?"
    r" (?:ta|ton|tes|votre|vos|your|chaque|toute|every|each|all|with|par)"
    r"|(?:ajoute|insere|inclus|incluez|place|add|insert|include|append)[zr]? (?:ce |cet "
    r"|cette |le lien|l'adresse|un lien|a ta|a la fin|this|the (?:link|following|address)|a link"
    r"|to (?:your|the))"
    r"|(?:joue|agis|agissez|comporte|act|pretend|behave|roleplay|role-play|play)\b.{0,6}"
    r"(?: le role| comme| as | to be| that| en )|fai(?:s|tes) (?:comme si|semblant)"
    r"|(?:envoie|envoyez|transmets|transmettez|send|post|forward) .{0,40}(?:@|://|a l'adresse|to )"
    r"|demande[zr]?(?: a l'utilisat| au lect|-lui|-leur)|cite[zr]?"
    r" (?:uniquement|seulement|only|toujours|always|(?:le |the )?passages?\b)"
    r"|preciser? (?:dans|a la fin)|mention(?:ne[zr]?)? (?:dans|que|that|in)"
    r"|(?:invite|encourage|incite|renvoie)[zr]? .{0,20}(?:lecteur|utilisateur|user|reader)"
    r"|(?:use|utilise[zr]?) (?:only|uniquement|a |un ton)"
    r")",
    # What no reader reads.
    r"!?\]\(\s*\w+:|\b[a-z0-9+/]{40,}={0,2}",
)


_ORDER = re.compile("|".join(f"(?:{pattern})" for pattern in _PATTERNS))


_TAG = re.compile(r"<[^<>]{1,200}>")


# Cyrillic and Greek letters that look like Latin ones.
_ALIKE = str.maketrans(
    "авекмнорстухіјѕԁԛԝһӏαβεικνορτυχАВЕКМНОРСТУХІЈЅΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "abekmhopctyxijsdqwhlabeiknoptuxABEKMHOPCTYXIJSABEZHIKMNOPTYX",
)


def readable(text: str) -> str:
    """The text as a person sees it: nothing invisible, Latin letters for their look-alikes."""
    return visible(text).translate(_ALIKE)


@lru_cache(_KEPT)
def is_order(text: str) -> bool:
    """Whether the sentence speaks to a machine; neither invisible characters nor letters of other
    alphabets hide it."""
    bare = _TAG.sub(" ", text) if "<" in text else text
    return _ordering(text) or (bare != text and _ordering(bare))


def _ordering(text: str) -> bool:
    plain = " ".join(fold_phrase(readable(text)).split()).lstrip("-–—•*>#«»\"'“”( ")
    return _ORDER.search(plain) is not None
