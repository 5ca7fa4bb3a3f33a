"""Texts of `selon bot --check`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CheckingPhrases:
    """One language's texts; what stands before each finding, and the findings."""

    option: str
    line: Callable[[str, str], str]
    token: str
    groups: str
    inline: str
    receiving: str
    index: str
    database: str
    access: str
    models: str
    figures: str
    known: Callable[[str, str], str]
    no_groups: str
    privacy_on: str
    privacy_off: str
    inline_on: str
    inline_off: str
    polling: str
    polling_takes_away: Callable[[str], str]
    webhook: Callable[[str, str, int], str]
    webhook_other: Callable[[str], str]
    webhook_failed: Callable[[str], str]
    port_taken: Callable[[str, int], str]
    pending: Callable[[int], str]
    holds: Callable[[int, int, str], str]
    kept: Callable[[str], str]
    open_to_all: str
    restricted: Callable[[int], str]
    nobody: str
    no_model: str
    models_ready: Callable[[str], str]
    no_figures: str
    figures_at: Callable[[str, int], str]
    ready: str
    not_ready: Callable[[int], str]


def checking_phrases_for(code: str) -> CheckingPhrases:
    return EN if code == "en" else FR


FR = CheckingPhrases(
    option="Vérifier le jeton, les droits, l’index et les réglages, puis s’arrêter.",
    line=lambda about, text: f"{about}\u00a0: {text}",
    token="Jeton",
    groups="Groupes",
    inline="En ligne",
    receiving="Réception",
    index="Index",
    database="Base",
    access="Accès",
    models="Modèles",
    figures="Mesures",
    known=lambda name, username: f"{name}, https://t.me/{username}",
    no_groups=(
        "on ne peut pas l’ajouter à des groupes\u202f; chez @BotFather, /setjoingroups le permet"
    ),
    privacy_on="dans un groupe, il ne reçoit que ce qui lui est adressé",
    privacy_off=(
        "dans un groupe, il reçoit tous les messages, ce dont il n’a pas besoin\u202f; "
        "chez @BotFather, /setprivacy le limite à ce qui lui est adressé"
    ),
    inline_on="«\u00a0@robot question\u00a0» répond dans toute conversation",
    inline_off=(
        "«\u00a0@robot question\u00a0» ne répond pas\u202f; chez @BotFather, /setinline le permet"
    ),
    polling="Selon interroge Telegram",
    polling_takes_away=lambda url: (
        f"Selon interroge Telegram\u202f; le webhook réglé ({url}) sera retiré au démarrage"
    ),
    webhook=lambda url, host, port: f"Telegram appelle {url}, Selon écoute sur {host}:{port}",
    webhook_other=lambda url: f"Telegram appelle encore {url}\u202f; le démarrage le changera",
    webhook_failed=lambda reason: f"le dernier appel de Telegram a échoué\u00a0: {reason}",
    port_taken=lambda host, port: (
        f"{host}:{port} est déjà pris\u202f: par Selon s’il est en marche, sinon par un autre "
        "programme"
    ),
    pending=lambda count: (
        f"{count} message{'s' if count > 1 else ''} en attente de réponse chez Telegram"
    ),
    holds=lambda articles, passages, generation: (
        f"{articles} articles, {passages} passages, génération {generation}"
    ),
    kept=lambda where: f"ouverte, {where}",
    open_to_all="ouvert à tous",
    restricted=lambda admins: f"réservé\u202f; {admins} administrateur{'s' if admins > 1 else ''}",
    nobody=(
        "réservé, mais SELON_ADMINS est vide\u202f: personne ne pourra inviter ni autoriser "
        "quelqu’un depuis Telegram"
    ),
    no_model="aucun\u202f: les réponses citent les articles",
    models_ready=lambda names: f"{names} (non appelés pendant cette vérification)",
    no_figures="ni /metrics ni /healthz (SELON_METRICS_PORT=0)",
    figures_at=lambda host, port: f"http://{host}:{port}/metrics et /healthz",
    ready="Tout est prêt.",
    not_ready=lambda count: (
        f"{count} point{'s' if count > 1 else ''} à corriger avant de lancer le robot."
    ),
)

EN = CheckingPhrases(
    option="Check the token, rights, index and settings, then stop.",
    line=lambda about, text: f"{about}: {text}",
    token="Token",
    groups="Groups",
    inline="Inline",
    receiving="Receiving",
    index="Index",
    database="Database",
    access="Access",
    models="Models",
    figures="Figures",
    known=lambda name, username: f"{name}, https://t.me/{username}",
    no_groups="it cannot be added to groups; /setjoingroups at @BotFather allows it",
    privacy_on="in a group it gets only what is meant for it",
    privacy_off=(
        "in a group it gets every message, which it does not need; /setprivacy at @BotFather "
        "holds it to what is meant for it"
    ),
    inline_on='"@bot question" answers in any chat',
    inline_off='"@bot question" does not answer; /setinline at @BotFather allows it',
    polling="Selon asks Telegram",
    polling_takes_away=lambda url: (
        f"Selon asks Telegram; the webhook that is set ({url}) goes when it starts"
    ),
    webhook=lambda url, host, port: f"Telegram calls {url}, Selon listens on {host}:{port}",
    webhook_other=lambda url: f"Telegram still calls {url}; starting changes that",
    webhook_failed=lambda reason: f"Telegram's last call failed: {reason}",
    port_taken=lambda host, port: (
        f"{host}:{port} is taken: by Selon if it runs, else by another program"
    ),
    pending=lambda count: (
        f"{count} message{'s wait' if count > 1 else ' waits'} at Telegram to be answered"
    ),
    holds=lambda articles, passages, generation: (
        f"{articles} articles, {passages} passages, generation {generation}"
    ),
    kept=lambda where: f"open, {where}",
    open_to_all="open to everybody",
    restricted=lambda admins: f"restricted; {admins} administrator{'s' if admins > 1 else ''}",
    nobody=(
        "restricted, but SELON_ADMINS is empty: nobody can invite or allow anybody from Telegram"
    ),
    no_model="none: answers quote the articles",
    models_ready=lambda names: f"{names} (not called by this check)",
    no_figures="neither /metrics nor /healthz (SELON_METRICS_PORT=0)",
    figures_at=lambda host, port: f"http://{host}:{port}/metrics and /healthz",
    ready="Everything is ready.",
    not_ready=lambda count: (
        f"{count} thing{'s' if count > 1 else ''} to mend before the bot can run."
    ),
)
