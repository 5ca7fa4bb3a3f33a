"""A person's language, conversation and data: /langue /nouveau /confidentialite /oublier
/mesdonnees."""

from __future__ import annotations

import json
from pathlib import Path
from typing import get_args

from babel import Locale
from sqlalchemy.orm import Session
from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.llm.factory import recipients
from bot.locale.catalogue import Language
from bot.locale.messenger import PersonalPhrases
from bot.messenger.events import ButtonPress, ChatEvent, Handlers, on_button, on_command
from bot.messenger.handlers.documents import DocumentHandlers
from bot.messenger.menus import MenuCommand
from bot.messenger.outbound.delivery import deliver_attachment
from bot.messenger.outbound.keyboard import column
from bot.messenger.services import BotServices, conversation_name, find_asker
from bot.state import audit, conversations, documents, people, privacy
from bot.state.conversations import ConversationPlace
from bot.state.deliveries import Attachment
from bot.state.meters import decide_once

NEW = MenuCommand("nouveau", "new", "Changer de sujet", "Start afresh", public=True, groups=True)
LANGUAGE = MenuCommand(
    "langue", "language", "Changer de langue", "Change the language", public=True
)
PRIVACY = MenuCommand(
    "confidentialite", "privacy", "Ce que je garde de vous", "What I keep about you"
)
MY_DATA = MenuCommand("mesdonnees", "mydata", "Recevoir vos données", "Get your data")
FORGET = MenuCommand("oublier", "forget", "Tout effacer de vous", "Erase all about you")

_LANGUAGE_NAMES = {code: Locale(code).languages[code].capitalize() for code in get_args(Language)}


class PersonalHandlers(Handlers):
    """Settings and data of one person."""

    def __init__(self, services: BotServices, documents: DocumentHandlers | None = None) -> None:
        super().__init__(services)
        self._documents = documents

    @on_command(NEW)
    async def start_afresh(self, event: ChatEvent) -> None:
        place = event.asker.place
        await self._run(conversations.start_afresh, place)
        if self._documents is not None:
            await self._documents.forget(place)
        await event.say(event.asker.texts(PersonalPhrases).started_afresh)

    @on_command(LANGUAGE)
    async def languages(self, event: ChatEvent) -> None:
        languages = [
            InlineKeyboardButton(name, callback_data=f"l:{code}")
            for code, name in _LANGUAGE_NAMES.items()
        ]
        phrases = event.asker.texts(PersonalPhrases)
        default = InlineKeyboardButton(phrases.as_telegram, callback_data="l:")
        await event.say(phrases.choose_language, InlineKeyboardMarkup([languages, [default]]))

    @on_button(f"l:({'|'.join(_LANGUAGE_NAMES)}|)", public=True)
    async def choose_language(self, press: ButtonPress) -> None:
        person, language = press.asker.person_id, press.match[1] or None
        await self._run(people.choose_language, person, language, self._now())
        await press.acknowledge()
        asker = await find_asker(self._services, press.update) or press.asker
        await press.replace_text(asker.texts(PersonalPhrases).language_chosen)

    @on_command(PRIVACY)
    async def privacy(self, event: ChatEvent) -> None:
        phrases, settings = event.asker.texts(PersonalPhrases), self._services.settings
        counts = await self._run(privacy.count_records, event.asker.person_id)
        text = phrases.privacy(
            turns=counts.turns,
            votes=counts.votes,
            alerts=counts.alerts,
            documents=counts.documents,
            days=settings.keep_days,
            hours=settings.conversation_hours,
            where=phrases.whereabouts(recipients(settings), settings.privacy_note),
        )
        await event.say(text)

    @on_command(MY_DATA)
    async def data(self, event: ChatEvent) -> None:
        phrases, person = event.asker.texts(PersonalPhrases), event.asker.person_id
        records = await self._run(privacy.export_person, person)
        if self._roles.is_barred(person):
            records["barred"] = True
        data = json.dumps(records, ensure_ascii=False, indent=2).encode()
        file = Attachment("document", phrases.data_file, data)
        await deliver_attachment(event.bot, event.asker.place, file, phrases.data_caption)

    @on_command(FORGET)
    async def forget(self, event: ChatEvent) -> None:
        phrases = event.asker.texts(PersonalPhrases)
        choices = ((phrases.forget, "forget:yes"), (phrases.do_not_forget, "forget:no"))
        await event.say(phrases.confirm_forgetting, column(*choices))

    @on_button("forget:(yes|no)")
    async def confirm_forgetting(self, press: ButtonPress) -> None:
        place, phrases = press.asker.place, press.asker.texts(PersonalPhrases)
        person, choice = place.person_id, press.match[1]
        # If the message is too old, every press counts by itself.
        question = f"{FORGET.names[0]}:{person}:{press.message_id or press.query.id}"

        def decide(session: Session) -> str:
            earlier = decide_once(session, question, choice, self._now())
            if earlier is None and choice == "yes":
                self._erase(session, place)
            return earlier or choice

        decision = await self._services.state.erase(decide)
        await press.acknowledge()
        text = phrases.not_forgotten
        if decision == "yes":
            self._roles.forget(person)
            is_barred = self._roles.is_barred(person)
            text = phrases.forgotten_barred if is_barred else phrases.forgotten
            if await self._run(audit.has_acts, person):
                text = f"{text}\n{phrases.acts_stay}"
        await press.replace_text(text)

    def _erase(self, session: Session, place: ConversationPlace) -> None:
        """Erase all of a person's records in one transaction, and their own files."""
        root, person_id = self._services.settings.data_dir, place.person_id
        if self._services.documents is not None:
            self._services.documents.forget(conversation_name(place))
        for document in documents.documents_of_person(session, person_id):
            # Documents for all belong to the corpus; without a path, one is still being read.
            if document.scope != "corpus" and document.path:
                Path(root, document.path).unlink(missing_ok=True)
        privacy.erase_person(session, person_id)
