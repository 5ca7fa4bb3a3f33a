"""Stop words by language, also for language detection.

Without numbers, ordinals, and nouns or participles that matter in questions ("premier", "cinq",
"été", "né").
"""

from __future__ import annotations

from functools import cache

from index.text.folding import fold

_FRENCH = """
le la les l un une des du de d au aux à en dans par pour sur sous avec sans chez vers entre parmi
dès depuis pendant durant jusque jusqu jusqu'à contre selon hors et ou ni mais donc car que qu qui
quoi dont où lorsque lorsqu puisque puisqu quoique quoiqu comme si quand comment pourquoi combien
quel quelle quels quelles lequel laquelle lesquels lesquelles auquel auxquels auxquelles duquel
desquels desquelles est-ce qu'est-ce n'est-ce je j tu t il elle on nous vous ils elles me m te se s
lui leur leurs eux y moi toi soi mon ma mes ton ta tes son sa ses notre nos votre vos ce c cet
cette ces ceci cela ça celui celle ceux celles ci là ne n pas plus moins très trop peu aussi ainsi
alors puis encore même mêmes tout toute tous toutes autre autres aucun aucune chaque quelque
quelques quelqu quelqu'un tel telle tels telles afin lors alors cependant ai as a avons avez ont
avais avait aviez avaient aura auront aurait auraient eu ayant ait aient suis es est sommes
êtes sont étais était étions étaient fut furent sera seront serait seraient soit soient étant être
avoir fait peut peuvent pouvait peut-être doit doivent va vont c'est-à-dire etc pex cf dis-moi
parle-moi
"""
_ENGLISH = """
the a an of to in on at by for from with without into onto over under about between among through
during before after since until against as and or nor but so than then that this these those which
who whom whose what when where why how if whether because while though although i me my mine you
your yours he him his she her hers it its we our ours they them their theirs is am are was were be
been being do does did doing done has have had having can could will would shall should may might
must not no don't doesn't didn't isn't aren't wasn't weren't can't couldn't won't wouldn't there
here some any each every all both such other only very too also just more most it's that's what's
who's where's how's i'm you're we're they're eg ie etc please tell
"""
_SPANISH = """
el la los las lo un una unos unas de del a al en con sin por para sobre entre desde hasta hacia
según durante contra ante bajo tras y e o u ni pero sino que qué quien quién quienes quiénes cual
cuál cuales cuáles cuyo cuya cuando cuándo donde dónde adónde como cómo cuanto cuánto cuanta cuánta
cuantos cuántos cuantas cuántas porque si yo tú él ella ello nosotros vosotros ellos ellas usted
ustedes me te se nos os le les mi mis tu tus su sus nuestro nuestra nuestros nuestras este esta
esto estos estas ese esa eso esos esas aquel aquella aquello aquellos aquellas no ni sí muy más
menos también ya así todo toda todos todas otro otra otros otras mismo misma cada alguno alguna
algunos algunas algún ningún es son era eran fue fueron ser sido siendo soy eres somos está están
estaba estaban estar ha han había habían haber hay he hubo sea sean será serán sería puede pueden
hace etc
"""
_GERMAN = """
der die das den dem des ein eine einer eines einem einen kein keine keinen keiner und oder aber
denn sondern als wie wenn weil dass daß ob obwohl während in im an am auf aus bei beim mit nach
seit von vom zu zum zur für durch gegen ohne um unter über vor zwischen hinter neben wer wen wem
wessen was wann wo woher wohin warum wieso weshalb welche welcher welches welchen welchem wieviel
ich du er sie es wir ihr mich dich ihn uns euch mir dir ihm ihnen mein meine dein deine sein seine
seiner seinem seinen ihre ihrer ihrem ihren unser unsere dieser diese dieses diesem diesen jener
jene jedes jeder jede nicht auch noch nur schon sehr mehr so da dort hier sich ist sind war waren
bin bist wird werden wurde wurden worden hat haben hatte hatten habe kann können konnte muss müssen
soll sollen will usw zb
"""
_ITALIAN = """
il lo la i gli le l un uno una un' di del dello della dell dei degli delle a al allo alla all ai
agli alle da dal dallo dalla dall dai dagli dalle in nel nello nella nell nei negli nelle con col
su sul sullo sulla sull sui sugli sulle per tra fra e ed o od ma però né se che chi cui quale quali
quando dove come perché quanto quanta quanti quante cosa cos io tu lui lei noi voi loro mi ti si ci
vi ne me te mio mia miei mie tuo tua suo sua suoi sue nostro nostra vostro vostra questo questa
questi queste quello quella quelli quelle quell non più meno molto anche già così tutto tutta tutti
tutte altro altra altri altre ogni è sono era erano fu furono essere stato stata stati state sia
siano sarà saranno ha hanno ho hai abbiamo avete aveva avevano avere può possono deve devono ecc
"""
_PORTUGUESE = """
o a os as um uma uns umas de do da dos das em no na nos nas num numa por pelo pela pelos pelas para
pra com sem sobre entre desde até contra após ao à aos às e ou nem mas porém que quê quem qual
quais quando onde aonde como quanto quanta quantos quantas porque porquê se eu tu ele ela nós vós
eles elas você vocês me te lhe lhes meu minha meus minhas teu tua seu sua seus suas nosso nossa
nossos nossas este esta isto estes estas esse essa isso esses essas aquele aquela aquilo não sim
muito mais menos também já assim todo toda todos todas outro outra outros outras mesmo mesma cada
algum alguma alguns algumas é são era eram foi foram ser sido sendo sou somos está estão estava
estavam estar há havia tem têm tinha tinham ter ao será serão seria seja sejam pode podem etc
"""
_DUTCH = """
de het een van in op te ten ter aan bij met uit voor door over onder tussen tegen naar om tot
zonder sinds tijdens en of maar want dat die dit deze als dan toen omdat hoewel terwijl wie wat
waar wanneer waarom hoe welke welk hoeveel waarvan ik jij je u hij zij ze wij we jullie hen hun
haar hem mij me mijn jouw uw zijn ons onze er hier daar niet geen ook nog al wel zo zeer meer zich
is was waren ben bent wordt worden werd werden geworden heeft hebben had hadden heb kan kunnen kon
moet moeten zal zullen zou zouden iets alle andere elk elke enz bijv
"""
_WORDS = {
    "fr": _FRENCH,
    "en": _ENGLISH,
    "es": _SPANISH,
    "de": _GERMAN,
    "it": _ITALIAN,
    "pt": _PORTUGUESE,
    "nl": _DUTCH,
}
LANGUAGES = tuple(_WORDS)


@cache
def stop_words(language: str) -> frozenset[str]:
    """Return the stop words of a language, with and without accents; empty if it is unknown.

    Other accented forms (« né » for « ne ») are not stop words.
    """
    words = _WORDS.get(language, "").split()
    return frozenset(words) | frozenset(map(fold, words))
