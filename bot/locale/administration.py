"""Texts for those who run the bot: how it does, builds of the index, announcements."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.locale.en import EN as ENGLISH
from bot.locale.fr import FR as FRENCH
from bot.locale.terminal import terminal_phrases_for
from bot.operations.statistics import BotStatus, Holdings, Today
from bot.state.announcements import Reach


@dataclass(frozen=True, slots=True)
class AdministrationPhrases:
    """One language's texts.

    `building` takes how far the build is and how long it has taken; `built` what it did, in lines;
    `built_not` why not. `confirm` takes how many people an announcement is for; `announced` and
    `announcing` how many it has reached.
    """

    status: Callable[[BotStatus], str]
    refresh: str
    statistics: str
    unanswered: str
    reindex: str
    not_administrator: str
    in_private: str
    # A build
    building: Callable[[str | None, timedelta], str]
    waiting_to_build: str
    stop: str
    stopping: str
    built: Callable[[Sequence[str], timedelta], str]
    built_not: Callable[[str], str]
    stopped: Callable[[int], str]
    already_building: str
    nothing_to_stop: str
    more_skipped: Callable[[int], str]
    # An announcement
    announce_usage: str
    too_long: Callable[[int], str]
    confirm: Callable[[int], str]
    nobody: str
    send: Callable[[int], str]
    drop: str
    dropped: str
    decided: str
    announcing: Callable[[Reach], str]
    announced: Callable[[Reach], str]
    quiet: str
    quiet_noted: str
    listening_noted: str
    announcements: Callable[[bool], str]
    listen: str


def administration_phrases_for(code: str) -> AdministrationPhrases:
    return EN if code == "en" else FR


def _n_fr(count: int, one: str, several: str) -> str:
    return f"{terminal_phrases_for('fr').number(count)}\u00a0{one if count < 2 else several}"


def _n_en(count: int, one: str, several: str) -> str:
    return f"{count:,} {one if count == 1 else several}"


def _time(milliseconds: float | None, comma: str) -> str:
    if milliseconds is None:
        return "–"
    if milliseconds < 1000:
        return f"{milliseconds:.0f}\u00a0ms"
    return f"{milliseconds / 1000:.1f}\u00a0s".replace(".", comma)


def _lasting(span: timedelta, day: str) -> str:
    """The two largest units: nobody counts the seconds of a day."""
    minutes, seconds = divmod(round(span.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = ((days, day), (hours, "h"), (minutes, "min"), (seconds, "s"))
    first = next((place for place, (number, _) in enumerate(parts) if number), len(parts) - 1)
    shown = [f"{number}\u00a0{unit}" for number, unit in parts[first : first + 2] if number]
    return " ".join(shown) or f"0\u00a0{parts[-1][1]}"


def _day(moment: datetime, language: str) -> str:
    here, days = moment.astimezone(), FRENCH if language == "fr" else ENGLISH
    return terminal_phrases_for(language).moment(days.day(here), f"{here:%H:%M}")


def _holdings_fr(held: Holdings) -> list[str]:
    return [
        f"Articles\u00a0: {terminal_phrases_for('fr').number(held.articles)} "
        f"({_n_fr(held.passages, 'passage', 'passages')})",
        f"Index du {_day(held.built_at, 'fr')} ({held.generation})",
    ]


def _holdings_en(held: Holdings) -> list[str]:
    return [
        f"Articles: {held.articles:,} ({_n_en(held.passages, 'passage', 'passages')})",
        f"Index of {_day(held.built_at, 'en')} ({held.generation})",
    ]


def _today_fr(today: Today) -> list[str]:
    if not today.asked:
        return ["Aujourd’hui\u00a0: aucune question"]
    return [
        f"Aujourd’hui\u00a0: {_n_fr(today.asked, 'question', 'questions')}, dont "
        f"{terminal_phrases_for('fr').number(today.answered)} avec réponse",
        f"Temps de réponse\u00a0: la moitié en {_time(today.half, ',')}, 95\u00a0% en "
        f"{_time(today.most, ',')} au plus",
    ]


def _today_en(today: Today) -> list[str]:
    if not today.asked:
        return ["Today: no question"]
    return [
        f"Today: {_n_en(today.asked, 'question', 'questions')}, {today.answered:,} of them "
        "answered",
        f"Time to answer: half within {_time(today.half, '.')}, 95% within "
        f"{_time(today.most, '.')}",
    ]


def _status_fr(status: BotStatus) -> str:
    phrases = terminal_phrases_for("fr")
    lines = [
        *(_holdings_fr(status.holdings) if status.holdings else [f"Index\u00a0: {status.fault}"]),
        *_today_fr(status.today),
        f"En service depuis {_lasting(status.uptime, 'j')}",
    ]
    if status.memory is not None:
        lines.append(f"Mémoire\u00a0: {phrases.size(status.memory)}")
    if status.models:
        used = _n_fr(status.tokens, "jeton", "jetons")
        lines.append(f"Réponses rédigées par {', '.join(status.models)}\u00a0: {used} aujourd’hui")
    lines.append(
        f"En attente\u00a0: {_n_fr(status.alerts, 'alerte', 'alertes')}, "
        f"{_n_fr(status.invitations, 'invitation', 'invitations')}"
    )
    return "\n".join(lines)


def _status_en(status: BotStatus) -> str:
    phrases = terminal_phrases_for("en")
    lines = [
        *(_holdings_en(status.holdings) if status.holdings else [f"Index: {status.fault}"]),
        *_today_en(status.today),
        f"Running for {_lasting(status.uptime, 'd')}",
    ]
    if status.memory is not None:
        lines.append(f"Memory: {phrases.size(status.memory)}")
    if status.models:
        used = _n_en(status.tokens, "token", "tokens")
        lines.append(f"Answers written by {', '.join(status.models)}: {used} today")
    lines.append(
        f"Waiting: {_n_en(status.alerts, 'alert', 'alerts')}, "
        f"{_n_en(status.invitations, 'invitation', 'invitations')}"
    )
    return "\n".join(lines)


def _reach_fr(reach: Reach) -> str:
    lost = ""
    if reach.unreachable:
        lost = f"\u202f; {_n_fr(reach.unreachable, 'injoignable', 'injoignables')}"
    return f"{_n_fr(reach.sent, 'personne prévenue', 'personnes prévenues')}{lost}"


def _reach_en(reach: Reach) -> str:
    lost = f"; {reach.unreachable:,} could not be reached" if reach.unreachable else ""
    return f"{_n_en(reach.sent, 'person', 'people')} told{lost}"


FR = AdministrationPhrases(
    status=_status_fr,
    refresh="Actualiser",
    statistics="Statistiques",
    unanswered="Questions sans réponse",
    reindex="Réindexer",
    not_administrator="Seuls les administrateurs de ce bot peuvent faire cela.",
    in_private="Écrivez-moi cela en privé\u00a0: ici, tout le monde le lirait.",
    building=lambda step, since: "\n".join(
        (
            f"Indexation en cours depuis {_lasting(since, 'j')}." if step else "Indexation lancée.",
            *([f"{step}…"] if step else []),
            "Les questions continuent de recevoir une réponse.",
        )
    ),
    waiting_to_build="En attente d’une indexation déjà en cours",
    stop="Arrêter",
    stopping="J’arrête dès que possible.",
    built=lambda lines, since: "\n".join((f"C’est fait, en {_lasting(since, 'j')}.", *lines)),
    built_not=lambda why: (
        f"L’indexation n’a pas abouti\u00a0: {why}.\nL’index en place n’a pas changé."
    ),
    stopped=lambda kept: (
        "Indexation arrêtée\u00a0: l’index en place n’a pas changé."
        + (
            f" {_n_fr(kept, 'vecteur déjà calculé servira', 'vecteurs déjà calculés serviront')} "
            "à la prochaine."
            if kept
            else ""
        )
    ),
    already_building="Une indexation est déjà en cours\u00a0: son avancement est plus haut.",
    nothing_to_stop="Aucune indexation n’est en cours.",
    more_skipped=lambda count: f"… et {_n_fr(count, 'autre', 'autres')}.",
    announce_usage="Écrivez /annonce suivi du texte\u00a0: je vous montrerai ce qui partirait, et "
    "à combien de personnes, avant d’envoyer quoi que ce soit.",
    too_long=lambda most: (
        f"C’est trop long pour une annonce\u00a0: {terminal_phrases_for('fr').number(most)} "
        "caractères au plus."
    ),
    confirm=lambda people: (
        "Voilà l’annonce telle qu’elle partirait, à "
        f"{_n_fr(people, 'personne', 'personnes')}. Je l’envoie\u202f?"
    ),
    nobody="Personne ne m’a encore écrit, ou tous ont demandé à ne plus recevoir d’annonces.",
    send=lambda people: f"Envoyer à {_n_fr(people, 'personne', 'personnes')}",
    drop="Ne pas envoyer",
    dropped="L’annonce n’est pas partie.",
    decided="Cette annonce n’attend plus de décision.",
    announcing=lambda reach: (
        f"L’annonce part\u00a0: {_reach_fr(reach)}\u202f; encore "
        f"{terminal_phrases_for('fr').number(reach.waiting)}."
    ),
    announced=lambda reach: f"L’annonce est partie\u00a0: {_reach_fr(reach)}.",
    quiet="Ne plus recevoir d’annonces",
    quiet_noted="C’est noté\u00a0: plus d’annonces. /annonces pour changer d’avis.",
    listening_noted="C’est noté\u00a0: vous recevrez les annonces.",
    announcements=lambda wanted: (
        "Vous recevez les annonces de la rédaction."
        if wanted
        else "Vous ne recevez pas les annonces de la rédaction."
    ),
    listen="Recevoir les annonces",
)

EN = AdministrationPhrases(
    status=_status_en,
    refresh="Refresh",
    statistics="Statistics",
    unanswered="Unanswered questions",
    reindex="Reindex",
    not_administrator="Only the administrators of this bot can do that.",
    in_private="Write that to me in private: here everybody would read it.",
    building=lambda step, since: "\n".join(
        (
            f"Indexing for {_lasting(since, 'd')}." if step else "Indexing has begun.",
            *([f"{step}…"] if step else []),
            "Questions are answered meanwhile.",
        )
    ),
    waiting_to_build="Waiting for a build that is under way",
    stop="Stop",
    stopping="I stop as soon as I can.",
    built=lambda lines, since: "\n".join((f"Done, in {_lasting(since, 'd')}.", *lines)),
    built_not=lambda why: f"The index could not be built: {why}.\nThe one in service is as it was.",
    stopped=lambda kept: (
        "Indexing stopped: the index in service is as it was."
        + (f" {_n_en(kept, 'vector', 'vectors')} will serve the next time." if kept else "")
    ),
    already_building="The index is being built already: how far it is stands above.",
    nothing_to_stop="Nothing is being indexed.",
    more_skipped=lambda count: f"… and {count:,} more.",
    announce_usage="Write /announce and then the text: I shall show you what would be sent, and to "
    "how many people, before I send anything.",
    too_long=lambda most: f"That is too long for an announcement: {most:,} characters at most.",
    confirm=lambda people: (
        f"This is the announcement as it would go to {_n_en(people, 'person', 'people')}. Shall I "
        "send it?"
    ),
    nobody="Nobody has written to me yet, or all have asked for no announcements.",
    send=lambda people: f"Send to {_n_en(people, 'person', 'people')}",
    drop="Do not send",
    dropped="The announcement was not sent.",
    decided="This announcement waits for no decision any more.",
    announcing=lambda reach: (
        f"The announcement is on its way: {_reach_en(reach)}; {reach.waiting:,} to go."
    ),
    announced=lambda reach: f"The announcement was sent: {_reach_en(reach)}.",
    quiet="No more announcements",
    quiet_noted="All right: no more announcements. /announcements to change your mind.",
    listening_noted="All right: you will get announcements.",
    announcements=lambda wanted: (
        "You get the announcements of those who run me."
        if wanted
        else "You do not get the announcements of those who run me."
    ),
    listen="Get announcements",
)
