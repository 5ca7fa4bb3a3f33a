"""In French, the parts of what is said of the settings of chat models."""

from __future__ import annotations

MODELS = (
    (r"the package for (\w+) is not installed", r"le paquet pour \1 n’est pas installé"),
    (r"no key for (\w+)", r"il manque la clé de \1"),
    (r"set (SELON_CHAT_KEY) or (\w+)", r"donnez \1 ou \2"),
    (r"no such provider", "fournisseur inconnu"),
    (
        r"known are (.*?), and what else LangChain knows",
        r"Selon connaît \1, et ce que LangChain connaît d’autre",
    ),
    (r"(\w+) refuses these settings", r"\1 refuse ces réglages"),
    (r"check (SELON_CHAT_KEY, \w+) and (\w+)", r"vérifiez \1 et \2"),
    (r"the price of (\S+) is not known", r"le prix de \1 est inconnu"),
    (r"add it to SELON_CHAT_PRICES, as (\S+)", r"ajoutez-le à SELON_CHAT_PRICES, par exemple \1"),
    (r"of which provider is not clear", "on ne sait pas de quel fournisseur"),
    (
        r"name the models that are served there openai:… in SELON_CHAT_MODEL",
        "nommez openai:… dans SELON_CHAT_MODEL les modèles qui s’y trouvent",
    ),
    (r"several providers are named", "plusieurs fournisseurs sont nommés"),
    (r"give each its own variable instead", "donnez plutôt à chacun sa propre variable"),
    (
        r"('.*') is not provider:model, such as (\S+)",
        r"\1 n’est pas de la forme fournisseur:modèle, comme \2",
    ),
    (
        r"extractive never fails, so that nothing may come after it",
        "rien ne peut suivre extractive, qui n’échoue jamais",
    ),
    (r"a model is named twice", "un modèle est nommé deux fois"),
    (r"('.*') is not input/output, such as (\S+)", r"\1 n’est pas de la forme lu/écrit, comme \2"),
    (r"two prices for every model", "deux prix pour tous les modèles"),
    (r"two prices for (\S+)", r"deux prix pour \1"),
)
