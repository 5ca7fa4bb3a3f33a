"""The closed-class words by which questions lean on one another.

Patterns are matched against folded text (see `index.text.language`) unless they say
otherwise.
"""

from __future__ import annotations

import re

from index.text.dates import month_names
from index.text.patterns import one_of

SPOKEN = ("fr", "en")
"""The languages whose follow-ups are understood."""

# Noun phrases

DETERMINERS = {
    "fr": frozenset("le la les l' un une du des au aux mon ma mes notre nos votre vos".split()),  # noqa: SIM905
    "en": frozenset("the a an my our your".split()),  # noqa: SIM905
}
CONTRACTED = {"du": "le", "des": "les", "au": "le", "aux": "les"}
LINKS = frozenset("de d' du des of".split())  # noqa: SIM905
_MONTHS = one_of(month_names("fr", "en"))
MONTH = re.compile(_MONTHS)
# Before a name, no part of it: "discovered 67P".
VERBAL = re.compile(r"(?:ed|ing)$|^(?:met|won|wrote|built|made|found|led|saw|said|did|reach|hit)$")
# Behind a noun, no part of it.
ADVERBS = frozenset(
    (
        *("aujourd'hui", "actuellement", "maintenant", "exactement", "ensuite", "apres", "avant"),
        *("premier", "premiere", "dernier", "today", "now", "exactly", "ever", "still"),
        *("first", "last"),
    )
)

# The beginning of a line

_THANKS = (
    r"(?:(?:un grand )?merci|bonjour|bonsoir|salut|coucou|parfait|super|genial|ok|okay|d'accord"
    r"|tres bien|entendu|compris|au revoir|a bientot|bonne (?:journee|soiree|nuit)|de rien"
    r"|(?:many )?thanks|thank you|thx|hello|hi|hey|great|perfect|nice|got it|bye|goodbye|cheers"
    r"|good (?:morning|evening|night|bye)|that(?: i|')s (?:great|all|perfect|helpful|clear)"
    r"|that helps|(?:comment )?ca va(?: bien)?|(?:comment )?(?:vas-tu|allez-vous|tu vas|vous allez)"
    r"(?: bien)?|how are you(?: doing)?(?: today)?|how's it going"
    r"|c'est (?:tout|parfait|note|clair|bon|gentil))"
)
GREETING = re.compile(
    r"[\s,.!]*(?:bonjour|bonsoir|salut|coucou|hello|hi|hey|good (?:morning|evening))\b"
)
_MUCH = (
    r"(?: (?:beaucoup|bien|infiniment|mille fois|encore|a (?:toi|vous|tous)|selon|tout le monde"
    r"|pour (?:tout|(?:la|ta|votre|cette|ces|tes|vos|l'|ton) ?(?:reponses?|aide))"
    r"|very much|so much|a lot|again|there|for (?:that|this|your help|the (?:help|answer))))*"
)
COURTESY = re.compile(rf"[\s,.!:;)(]*(?:{_THANKS}\b{_MUCH}[\s,.!?:;)(]*)+")
_YOU = r"(?:bonjour|bonsoir|salut|hello|hi|hey|et|mais|alors|dis(?:-moi)?|donc|so|and)?[ ,!]*"
# Asked of the bot itself; `AT_FIRST` only where nothing was spoken of that it may be asked of.
SELF = re.compile(
    rf"{_YOU}(?:(?:(?:mais )?qui (?:es-tu|etes-vous)|(?:t'es|tu es|vous etes) qui(?: toi| vous)?"
    r"|c'est qui (?:toi|vous)|comment (?:t'appelles-tu|tu t'appelles|vous appelez-vous)"
    r"|qu'est-ce que (?:tu es|vous etes|tu fais|vous faites|tu sais faire|vous savez faire"
    r"|tu peux faire|vous pouvez faire)|que (?:sais-tu|savez-vous|peux-tu|pouvez-vous|fais-tu"
    r"|faites-vous)(?: faire)?|(?:tu peux|vous pouvez|tu sais|vous savez) faire quoi|tu fais quoi"
    r"|a quoi (?:sers-tu|servez-vous|tu sers)"
    r"|comment (?:t'utiliser|vous utiliser|fonctionnes-tu|fonctionnez-vous|marches-tu)"
    r"|(?:es-tu|etes-vous|tu es|vous etes|t'es) (?:un robot|une ia|un bot|humaine?|une machine)"
    r"|who are you|what are you|what(?: else)? can you do|what do you do|how do you work"
    r"|are you (?:a (?:bot|robot|human|machine)|an ai|human|real)|what(?:'s| is) your name"
    r"|can you help me|peux-tu m'aider|pouvez-vous m'aider|(?:a l')?aide(?:-moi)?|help(?: me)?)"
    r")(?: exactement| au juste| exactly)?[ ?!.]*"
)
AT_FIRST = re.compile(
    rf"{_YOU}(?:comment (?:ca|cela) (?:marche|fonctionne)|comment faire|c'est quoi|ca sert a quoi"
    r"|a quoi ca sert|how does (?:it|this) work|what is this|what's this)[ ?!.]*"
)
CORRECTION = re.compile(
    r"(?:(?:ah |mais |but |oh )?(?:non|no|nope|pardon|sorry|desolee?|excuse[zr]?-moi|attends?|wait)"
    r"[ ,.!]+)*(?:(?:mais |but )?(?:moi )?(?:je (?:parlais|parle|pensais|voulais parler)"
    r"(?: plutot)? (?:d[eu]s? |d'|a (?=\w)|aux? )|je (?:voulais dire|veux dire) "
    r"|i (?:meant|mean|was talking about|am talking about|was thinking of|was asking about)"
    r"|i'm talking about))\s?"
)
OPENING = re.compile(
    r"(?:(?:et|mais|alors|donc|bon|ok|okay|d'accord|ah|oh|oui|sinon|puis|au fait|merci|and|but|so"
    r"|well|then|right|also|thanks|yes)\b(?!-)[ ,!.]+(?=\w))+"
)
LINKING = re.compile(r"\b(?:et|mais|sinon|puis|and|but|also|so)\b")
WHAT_ABOUT = re.compile(
    r"(?:(?:qu'en (?:est|etait)-il|quid|idem|pareil|meme (?:question|chose)|what|how|same"
    r"(?: question| thing)?) (?:pour|d[eu]s?|avec|about|for|of|with)|quid|pour)\b(?:(?<=d)')? ?"
    r"|qu'en (?:est|etait)-il d'|quid d'"
)
PREPOSITION = re.compile(r"(?:pour|en|a|au|aux|chez|avec|avant|apres|depuis|in|for|before|after) ")

# Words that ask or that only say what kind of thing is asked for; not folded: « où » is no « ou ».
ASKING = re.compile(
    r"\b(?:qui|que|quoi|quand|où|comment|pourquoi|combien|quel(?:le)?s?|laquelle|lequel|lesquels"
    r"|lesquelles|est-ce|sais-tu|savez-vous|who|whom|whose|what|when|where|why|how|which)\b"
    r"|\bqu['’]|-t-|-(?:ils?|elles?|on|vous|tu|je|ce|moi)\b"
    r"|^(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should) "
)
EMPTY = frozenset(
    (
        *("an", "ann", "anne", "date", "jour", "mois", "age", "nom", "endroit", "lieu", "moment"),
        *("pass", "passe", "arriv", "produit", "exact", "year", "day", "month", "time", "place"),
        *("name", "happen"),
    )
)
# What « son » or "their" may stand for without being a noun phrase: « combien de gens… leur ».
GENERIC = re.compile(
    r"\bon\b|\bcomment \w+(?:er|ir|re)\b|\bcombien d\W"
    r"|\bquel(?:le)?s? (?!est\b|etait\b|sont\b|fut\b)\w+ (?!est\b|etait\b|sont\b)"
    r"|\bqui (?!est\b|etait\b|sont\b|etaient\b|fut\b)\w|\bhow many\b|\bwhich\b"
    r"|\bwho (?!is\b|was\b)\w"
)
POSSESSIVE = re.compile(r"(?:son|sa|ses|leurs?|celui|celle|ceux|celles|his|her|its|their)\b")
QUOTED = re.compile(r"[«“\"][^»”\"]+[»”\"]|\b\d{4}\b")
# A topic set before the question, not folded: « Le Minitel, qui l'a inventé ? », « DMP : qui… ».
DISLOCATED = re.compile(
    r"^(?:(?:[Ll]['’]|[Ll]a |[Ll]es? |[Mm](?:on|a|es) |[Uu]ne? |[Tt]he |[A-Z])[^,?]{2,60}, "
    r"|[^?:]{3,90}? ?: ?(?=\S))"
)

# Said of a message that is replied to: what it says is asked. Without the marks around it.
POINTING = re.compile(
    r"(?:et |mais |and |but )?"
    r"(?:(?:c'est |est-ce |c'est bien )?(?:vrai|exact|faux|juste)(?: ou faux)?"
    r"|vraiment|ah bon|(?:tu|vous) (?:confirmes|confirmez|valides|validez)|ton avis|votre avis"
    r"|(?:(?:tu peux|peux-tu|vous pouvez|pouvez-vous) )?(?:confirme|verifie|repond)(?:r|z|re|s|ez)?"
    r"(?:,? (?:ca|cela|a ca|a cela|lui|stp|svp|s'il (?:te|vous) plait))?"
    r"|(?:une |des |ta |ses )?(?:source|reponse|idee)s?"
    r"|(?:tu|vous) en (?:penses|pensez|dis|dites) quoi"
    r"|qu'en (?:penses-tu|pensez-vous|dis-tu|dites-vous)"
    r"|(?:is (?:that|this|it) )?(?:true|right|correct)|really|(?:any )?(?:source|answer|idea)s?"
    r"|(?:can you |please )?(?:confirm|check|verify|answer)(?: (?:that|this|it))?(?: please)?"
    r"|what do you (?:think|say)|your (?:view|opinion))"
)
SPEAKER = re.compile(
    r"(?:qui (?:(?:l'|le |a |l'a |dit|affirme|a bien |ca )(?:a )?)"
    r"?(?:dit|dis|declare|affirme|explique|annonce|raconte)?(?: (?:ca|cela|ceci))?"
    r"|(?:c'est|de) qui (?:qui dit (?:ca|cela)|(?:cette|la) (?:phrase|citation))"
    r"|de qui est (?:cette|la) (?:phrase|citation)"
    r"|qui est (?:cite|l'auteur de (?:cette|la) (?:phrase|citation))|d'apres qui|selon qui"
    r"|who (?:said|says|told you|claimed|claims|declared|stated)"
    r"(?: (?:it|that|this|so))|says who|according to whom?)[ ?!.]*"
)
THIS_ARTICLE = re.compile(
    r"\b(?:cet article|ce (?:papier|texte|billet|reportage)|cette (?:depeche|enquete)"
    r"|l'article(?! d[eu]s?\b| d'| sur\b| intitule| [«\"])"
    r"|th(?:is|at) (?:article|piece|story|text|report)"
    r"|the article(?! on\b| about\b| of\b| by\b| titled))\b"
)

_FR_ASK = (
    r"(?:qui|quoi|quel(?:le)?s? [\w-]+|quand|ou|comment(?: ca)?|pourquoi|combien"
    r"(?: de [\w-]+(?: [\w-]+)?| d'[\w-]+)?|lequel|laquelle|lesquels|lesquelles)"
)
_EN_ASK = (
    r"(?:who|whom|what|when|where|why|how(?: (?:long|far|old|often|many|much|big|tall|come|so)"
    r"(?: \w+)?)?|which(?: \w+){0,2}|what (?:year|day|month|time|place|age|country|city|kind))"
)
FRAGMENT = {
    "fr": re.compile(
        rf"(?:c'(?:est|etait) )?(?:(?:(?:a|de|par|dans|en|avec|pour|depuis|jusqu'a|sur|chez|contre"
        rf"|vers|sous|apres|avant|grace a) |d'|jusqu')?{_FR_ASK}"
        r"|(?:a|de|par|dans|en|avec|pour|sur|chez|contre|vers|sous) quel(?:le)?s? [\w-]+ "
        r"(?!\w+-(?:t-)?(?:ils?|elles?|on|ce)\b)[\w-]+)"
        r"(?: (?:exactement|donc|ca|cela|precisement|au juste|deja))?[ ?!.]*"
    ),
    "en": re.compile(
        rf"(?:(?:in|on|at|by|for|from|with|since|until|to|of|about|under) )?{_EN_ASK}"
        r"(?: (?:of|for|from|with|by|to|exactly|not|then|was that|is that))?[ ?!.]*"
    ),
}

# Pronouns that something before them in the question itself may stand for.

_FR_VERB_ON = r"(?:a|as|ai|ont|avait|avaient|aura|auront|aurait|auraient|eut|avez|avons|est|sont)"
PRONOUN = {
    "fr": re.compile(
        r"-(?:t-)?(?:il|elle|ils|elles)\b|(?<![-\w])(?:ils|elles|il|elle|lui|eux|leurs?|son|sa|ses)"
        r"\b(?!-)|(?<![-\w])(?:celui|celle|ceux|celles)\b|(?<!\w)l'autre\b|\bles autres\b"
        r"|(?<![-\w'])y (?!a\b|compris)(?=\w)|\by en (?:a|avait|aura)"
        rf"|(?<![-\w])en {_FR_VERB_ON}\b"
        r"|\b(?:est|etait|sera|serait)-ce (?!qu[ei]?\b|qu'|vrai\b|possible\b|l[ae]s?\b|l'|une?\b)\w"
        r"|\b(?:peu[tx]|peuvent|puis|doi[ts]|veu[tx]|vas?|pourra\w*|devra\w*|faut)(?:-(?:t-)?\w+)? "
        r"(?:(?:le |la |les )\w+(?:er|ir)|(?:l'|lui |en |y )\w+(?:er|ir|re))\b"
        r"|\bcomment (?:l'|y |en )\w+(?:er|ir|re)\b"
    ),
    "en": re.compile(
        r"\b(?:he|she|it|they|him|her|them|his|hers|its|theirs?)\b(?!-)"
        r"|\bthe (?:other|former|latter|second one|first one)\b"
    ),
}
# Objects before the verb, which a subject of the question's own does not explain.
OBJECT = {
    "fr": re.compile(
        rf"(?<!\w)l'(?:{_FR_VERB_ON}|y|en)\b|^qui (?:le|la|les|lui|leur|en|y) \w"
        r"|(?<!\w)(?:ca|cela)\b|\bla-bas\b"
    ),
    "en": re.compile(
        r"\bthere\b(?<!is there)(?<!are there)(?<!was there)(?<!were there)(?! (?:is|are|was|were))"
        r"|\b(?:this|that|these|those)[ ?!.]*$"
    ),
}
DEMONSTRATIVE = {
    "fr": re.compile(
        r"(?<![-\w])(?:ce|cet|cette|ces) (?!que\b|qu'|qui\b|jour|matin|soir|mois|siecle|annee"
        r"|semaine|nuit|temps|dernier|n'|ne\b|sont\b|fut\b|sera\b|dont\b)\w"
    ),
    "en": re.compile(
        r"\b(?:of|about|for|in|by|with|to|at|on|from|is|was|are|were|did|does|do|had|has|after"
        r"|before|why|when|how|where|answered|said|wrote) (?:this|that|these|those) "
        r"(?!year\b|month\b|week\b|morning\b|century\b)\w"
    ),
}
IMPERSONAL = {
    "fr": re.compile(
        r"\bcombien d\W.{1,40}\b(?:sont|etaient|furent)-(?:ils|elles)\b"
        r"|\bn?'?y[ -](?:a|avait|aura|eut)(?:-t)?-il\b|\bil (?:n')?y a\w*"
        r"|\bs'agi\w*-il\b|\bil s'agi\w*"
        r"|\bfaut-il\b|\bil fau\w+|\b(?:pleut|neige|gele)-t?-?il\b|\bexiste-t-il\b|\bse peut-il\b"
        r"|\b(?:quel temps|quelle heure) \w+-(?:t-)?il\b"
        r"|\b(?:est|etait|serait)-il (?:possible|vrai|exact|interdit|permis|utile|necessaire"
        r"|prudent|dangereux|obligatoire|difficile|facile|prevu de|question)\b"
        r"|\b(?:reste|suffit|convient|arrive|semble)-t-il\b|\bs'est-il (?:passe|produit)\b"
        r"|\bse passe-t-il\b|\best-il arrive\b|\bou en (?:est|sont)\b|\bqu'il (?:est|etait|soit)\b"
        r"|\b(?:est|etait|serait)-il (?:\w+ )?\w+ (?:de |d'|que |qu')"
    ),
    "en": re.compile(
        r"\b(?:is|was|will|would) it (?:true|possible|safe|legal|necessary|ok|okay|known|dangerous"
        r"|easy|hard|difficult|important|better)\b|\b(?:does|did|will|would|do) it take\b"
        r"|\b(?:what time|how late) is it\b|\bit (?:is|was) (?:true|possible|known)\b"
    ),
}

# Rewriting

OF_ARTICLE = re.compile(
    r"(?P<author>(?:(?:de|par) )?qui (?:l'a|l'avait|les a|a) (?:ecrite?s?|redigee?s?|signee?s?)"
    r"|(?:il|elle|c') ?est de qui|who (?:wrote|signed) (?:it|this|that|them))"
    r"|(?P<date>(?:(?:il|elle|ca) )?(?:date|est|datent)(?:-t-(?:il|elle))? de quand"
    r"|de quand (?:date|est)(?:-t)?-(?:il|elle)"
    r"|quand (?:a-t-il|a-t-elle|est-il|est-elle|est-ce qu'il a) (?:ete )?"
    r"(?:publie|paru|ecrit|sorti)e?|when (?:was|is) (?:it|this|that)"
    r"(?: published| written| from| posted)?|how old is it)"
)
ARTICLE_WORDS = re.compile(r"\barticles?\b")
OF_WHAT = re.compile(
    r"(?:quel(?:le)?s? (?:est|etait|sont|fut) (?:le|la|les|l')|what(?: is|'s| was) the )"
)
WHO = re.compile(r"\b(?:qui|who|quels? \w*(?:auteur|inventeur|savant|personne)s?)\b")
HE = re.compile(r"\b(?:il|elle|he|she)\b")
FIRST_WORDS = re.compile(r"^(?:lui|elle|eux|elles|moi|him|her)\s?, ?")
INVERSION = re.compile(
    r"(?:(?<![-\w'])|(?<=qu'))((?:(?:n'|ne |s'|se |l'|le |la |les |lui |leur |m'|me ){0,4})[a-z]+"
    r"-(?:t-)?(?P<pronoun>il|elle|ils|elles))\b"
)
OBJECT_ASKED = re.compile(
    r"(?P<who>qui|quand|ou|comment|pourquoi) l'(?P<verb>a|ont|avait|avaient|aurait|aura)"
    r" (?P<done>[\w-]+)(?= ?[?!.]*$| (?:en|a|au|dans|par|pour|avec)\b)"
)
AGREEING = re.compile(r"(?<=[a-zé])(?:(?<=[éits])es?|(?<=é)s)$")
ENGLISH_PRONOUN = re.compile(
    r"\b(?:(?P<own>his|its|their|her(?= \w)(?! in\b| to\b| by\b))|he|she|it|they|him|her|them)\b",
    re.IGNORECASE,
)
TIME = re.compile(
    rf"(?:\b(?:en|in|on|depuis|since|avant|before|apres|after|le|l'an) )?"
    rf"(?:\b(?:\d{{1,2}}(?:er)? )?(?:{_MONTHS})(?: \d{{4}})?|\b(?:1\d|20)\d\d"
    r"|\b(?:aujourd'hui|actuellement|today|now|cette annee|this year))\b"
)
PLACED_WORDS = re.compile(
    r"^(?:(?P<at>a|au|aux|en|in|at|dans)|(?P<other>chez|pour|for|avec|with|sur)) "
)
WITH_PREPOSITION = r"(?<!\w)(?:{}) $"
AT = r"a|en|in|at|dans|entre"
COUNTED_NOUNS = re.compile(
    r"\b(?:combien (?:y (?:a-t-il|avait-il|en a-t-il) )?d(?:e |')|how many )(?P<noun>[\w-]+)"
)
OTHER = re.compile(
    r"(?:(?:pour |avec )?(?:l'autre|le second|la seconde)"
    r"|(?:for |with )?the (?:other|second|latter))(?: [\w-]+)?"
)
AND = re.compile(r",? (?:et|and|ou|or) (?:de |du |d'|le |la |l'|the )?|, ")
SAYING = re.compile(
    r"[«“\"]|\b(?:dit|declar\w+|expliqu\w+|affirm\w+|estim\w+|soulign\w+|selon|d'apres|annonc\w+"
    r"|said|says|told|wrote|warned|explained|claimed|according)\b"
)
JOINED = re.compile(r", (?:et|and) [^,?]*(?=\s?\?$)")
# No more behind it that would tell which: « la décision », not « la vasque olympique ».
DEFINITE = re.compile(
    r"(?:\b(?:le|la|les|du|des|au|aux) |\bl')\w+(?=[ ?!.]*$|[ ]+(?:a|ont|est|sont|etait|fut)\b)"
    r"|\bthe (?:(?:first|last|second|only) )?\w+(?=[ ?!.]*$)"
)
# « Qui a pris la décision ? »: with such a verb, the noun says what was done, not what it is about.
LIGHT_VERB = re.compile(
    r"\b(?:pris|prit|prend|prenait|eu|eut|donne|donna|took|taken|had|gave|given|made)"
    r" (?:(?:la|le|les|the) |l')\w+[ ?!.]*$"
)
LEANING_OUT = re.compile(r"(?<![-\w'])(?:y|en) [a-z]+-")
ITSELF = re.compile(r"c'(?:est|etait) |was that |is that ")
