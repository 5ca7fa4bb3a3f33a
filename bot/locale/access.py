"""Texts about who may ask, and how much."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bot.locale.en import EN as ENGLISH
from bot.locale.fr import FR as FRENCH
from bot.state.roles import Role, Standing


@dataclass(frozen=True, slots=True)
class AccessPhrases:
    """One language's texts; those to strangers take their Telegram number.

    `given` takes a standing and whom administrators gave it, `invitation` the link, the role and
    the day until which it serves, `over` the seconds to wait, and whether it is the group's limit
    that is reached.
    """

    not_listed: Callable[[int], str]
    not_invited: Callable[[int], str]
    barred: str
    invitation_gone: str
    accepted: Mapping[Role, str]
    invitation: Callable[[str, Role, date], str]
    group_allowed: str
    group_forbidden: str
    group_waits: str
    roles: Mapping[Standing, str]
    person_is: Callable[[int, Standing], str]
    set_by_settings: Callable[[int], str]
    group_is: Callable[[int, bool], str]
    allow_usage: str
    given: Callable[[Standing, Sequence[int]], str]
    over: Callable[[int, bool], str]
    inline_refused: str
    inline_over: Callable[[int], str]


def access_phrases_for(code: str) -> AccessPhrases:
    return EN if code == "en" else FR


def _wait_fr(seconds: int) -> str:
    if seconds < 90:
        return f"{seconds} seconde{'s' if seconds > 1 else ''}"
    minutes = -(-seconds // 60)
    if minutes < 90:
        return f"{minutes} minutes"
    return f"{-(-minutes // 60)} heures"


def _wait_en(seconds: int) -> str:
    if seconds < 90:
        return f"{seconds} second{'s' if seconds > 1 else ''}"
    minutes = -(-seconds // 60)
    return f"{minutes} minutes" if minutes < 90 else f"{-(-minutes // 60)} hours"


def _over_fr(seconds: int, group: bool) -> str:
    many = "Ce groupe m’écrit" if group else "Vous m’écrivez"
    return (
        f"{many} plus vite que je ne peux répondre à chacun. Revenez dans {_wait_fr(seconds)}"
        "\u00a0: d’ici là, je ne réponds pas."
    )


def _over_en(seconds: int, group: bool) -> str:
    many = "This group writes" if group else "You write"
    return (
        f"{many} faster than I can answer everybody. Come back in {_wait_en(seconds)}: until then "
        "I do not answer."
    )


_ROLES_FR: Mapping[Standing, str] = {
    "administrator": "administrateur",
    "editor": "éditeur",
    "reader": "lecteur",
    "barred": "exclu",
}
_ROLES_EN: Mapping[Standing, str] = {
    "administrator": "administrator",
    "editor": "editor",
    "reader": "reader",
    "barred": "barred",
}
_MANY_FR: Mapping[Standing, str] = {
    "administrator": "Administrateurs",
    "editor": "Éditeurs",
    "reader": "Lecteurs",
    "barred": "Exclus",
}
_MANY_EN: Mapping[Standing, str] = {
    "administrator": "Administrators",
    "editor": "Editors",
    "reader": "Readers",
    "barred": "Barred",
}

FR = AccessPhrases(
    not_listed=lambda number: (
        "Bonjour\u202f! Je ne réponds qu’aux personnes autorisées. Pour l’être, donnez votre "
        f"numéro Telegram, {number}, à la personne qui s’occupe de moi."
    ),
    not_invited=lambda number: (
        "Bonjour\u202f! Je ne réponds que sur invitation. Pour en recevoir une, adressez-vous à la "
        f"personne qui s’occupe de moi (votre numéro Telegram est {number})."
    ),
    barred="Je ne peux plus vous répondre. Si c’est une erreur, adressez-vous à la personne qui "
    "s’occupe de moi.",
    invitation_gone="Cette invitation a déjà servi ou n’est plus valable. Demandez-en une autre à "
    "la personne qui vous l’a donnée.",
    accepted={
        "reader": "Bienvenue\u202f! Posez-moi une question\u00a0: je réponds d’après les articles, "
        "citations à l’appui. /aide vous en dit plus.",
        "editor": "Bienvenue\u202f! Vous pouvez me poser des questions, et m’envoyer des documents "
        "ou des adresses à ajouter au corpus. /aide vous en dit plus.",
        "administrator": "Vous êtes administrateur\u00a0: cette invitation ne change rien.",
    },
    invitation=lambda link, role, until: (
        f"Une invitation pour un {_ROLES_FR[role]}, à transmettre telle quelle\u00a0:\n{link}\n\n"
        f"Elle sert une seule fois, jusqu’au {FRENCH.day(until)}."
    ),
    group_allowed="C’est noté\u00a0: je réponds dans ce groupe. /interdire m’y fait taire.",
    group_forbidden="C’est noté\u00a0: je ne réponds plus dans ce groupe. /autoriser m’y fait "
    "revenir.",
    group_waits="Bonjour à tous\u202f! Je ne réponds pas encore ici\u00a0: un administrateur de ce "
    "bot peut m’y autoriser en écrivant /autoriser.",
    roles=_ROLES_FR,
    person_is=lambda number, standing: f"C’est noté\u00a0: {number} est {_ROLES_FR[standing]}.",
    set_by_settings=lambda number: (
        f"Les droits de {number} viennent de la configuration (SELON_ADMINS, SELON_EDITORS ou "
        "SELON_ALLOWED_USERS)\u00a0: c’est là qu’il faut les changer."
    ),
    group_is=lambda number, allowed: (
        f"C’est noté\u00a0: je {'réponds' if allowed else 'ne réponds plus'} dans le groupe "
        f"{number}."
    ),
    allow_usage="Dans un groupe, /autoriser et /interdire disent si j’y réponds. Ici, donnez un "
    "numéro Telegram\u00a0: /autoriser 123456, /autoriser 123456 éditeur ou /interdire 123456. "
    "/inviter donne un lien d’invitation.",
    given=lambda standing, people: f"{_MANY_FR[standing]}\u00a0: {', '.join(map(str, people))}.",
    over=_over_fr,
    inline_refused="Je ne réponds qu’aux personnes autorisées",
    inline_over=lambda seconds: f"Revenez dans {_wait_fr(seconds)}",
)

EN = AccessPhrases(
    not_listed=lambda number: (
        "Hello! I answer only people who are allowed to ask. To be one of them, give your Telegram "
        f"number, {number}, to whoever runs me."
    ),
    not_invited=lambda number: (
        "Hello! I answer only people who were invited. To be invited, turn to whoever runs me "
        f"(your Telegram number is {number})."
    ),
    barred="I can no longer answer you. If that is a mistake, turn to whoever runs me.",
    invitation_gone="This invitation was already used, or is no longer good. Ask whoever gave it "
    "to you for another.",
    accepted={
        "reader": "Welcome! Ask me a question: I answer from the articles, with quotes. /help "
        "tells more.",
        "editor": "Welcome! You can ask me questions, and send me documents or addresses to add to "
        "the corpus. /help tells more.",
        "administrator": "You are an administrator: this invitation changes nothing.",
    },
    invitation=lambda link, role, until: (
        f"An invitation for {'an' if role == 'editor' else 'a'} {_ROLES_EN[role]}, to be passed on "
        f"as it is:\n{link}\n\nIt serves once, until {ENGLISH.day(until)}."
    ),
    group_allowed="All right: I answer in this group. /forbid makes me silent.",
    group_forbidden="All right: I no longer answer in this group. /allow brings me back.",
    group_waits="Hello everyone! I do not answer here yet: an administrator of this bot can allow "
    "it by writing /allow.",
    roles=_ROLES_EN,
    person_is=lambda number, standing: f"All right: {number} is now {_ROLES_EN[standing]}.",
    set_by_settings=lambda number: (
        f"The rights of {number} come from the configuration (SELON_ADMINS, SELON_EDITORS or "
        "SELON_ALLOWED_USERS): change them there."
    ),
    group_is=lambda number, allowed: (
        f"All right: I {'answer' if allowed else 'no longer answer'} in the group {number}."
    ),
    allow_usage="In a group, /allow and /forbid say whether I answer there. Here, give a Telegram "
    "number: /allow 123456, /allow 123456 editor or /forbid 123456. /invite gives a link to "
    "invite somebody.",
    given=lambda standing, people: f"{_MANY_EN[standing]}: {', '.join(map(str, people))}.",
    over=_over_en,
    inline_refused="I answer only people who are allowed to ask",
    inline_over=lambda seconds: f"Come back in {_wait_en(seconds)}",
)
