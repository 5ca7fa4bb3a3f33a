"""A person's language, conversation and data: /langue /nouveau /confidentialite /oublier
/mesdonnees."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session
from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.llm.factory import recipients
from bot.locale.messenger import PersonalPhrases
from bot.messenger.events import ButtonPress, ChatEvent, Handlers, on_button, on_command
from bot.messenger.handlers.documents import DocumentHandlers
from bot.messenger.menus import MenuCommand
from bot.messenger.outbound.delivery import deliver_attachment
from bot.messenger.outbound.keyboard import column
from bot.messenger.services import BotServices, conversation_name, find_asker
from bot.state import conversations, documents, people, privacy
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

_LANGUAGES = (("fr", "Français"), ("en", "English"))


class PersonalHandlers(Handlers):
    """Settings and data of one person."""

    def __init__(self, services: BotServices, sending: DocumentHandlers | None = None) -> None:
        super().__init__(services)
        self._sending = sending

    @on_command(NEW)
    async def start_afresh(self, event: ChatEvent) -> None:
        asker = event.asker
        await self._services.run(conversations.start_afresh, place=asker.place)
        if self._sending is not None:
            await self._sending.forget(asker.place)
        await event.say(asker.texts(PersonalPhrases).started_afresh)

    @on_command(LANGUAGE)
    async def languages(self, event: ChatEvent) -> None:
        chosen = [InlineKeyboardButton(name, callback_data=f"l:{c}") for c, name in _LANGUAGES]
        phrases = event.asker.texts(PersonalPhrases)
        other = InlineKeyboardButton(phrases.as_telegram, callback_data="l:")
        await event.say(phrases.choose_language, InlineKeyboardMarkup([chosen, [other]]))

    @on_button("l:(fr|en|)", public=True)
    async def choose_language(self, press: ButtonPress) -> None:
        await self._services.run(
            people.choose_person_language,
            person_id=press.asker.person_id,
            language=press.match[1] or None,
            now=self._services.now(),
        )
        await press.acknowledge()
        asker = await find_asker(self._services, press.update) or press.asker
        await press.replace_text(asker.texts(PersonalPhrases).language_chosen)

    @on_command(PRIVACY)
    async def privacy(self, event: ChatEvent) -> None:
        phrases, owner = event.asker.texts(PersonalPhrases), event.asker.person_id
        kept = await self._services.run(privacy.count_records, person_id=owner)
        settings = self._services.settings
        text = phrases.privacy(
            turns=kept.turns,
            votes=kept.votes,
            alerts=kept.alerts,
            documents=kept.documents,
            days=settings.keep_days,
            hours=settings.conversation_hours,
            where=phrases.whereabouts(recipients(settings), settings.privacy_note),
        )
        await event.say(text)

    @on_command(MY_DATA)
    async def data(self, event: ChatEvent) -> None:
        phrases, owner = event.asker.texts(PersonalPhrases), event.asker.person_id
        personal = await self._services.run(privacy.export_person, person_id=owner)
        if self._services.roles.is_barred(owner):
            personal["barred"] = True
        data = json.dumps(personal, ensure_ascii=False, indent=2).encode()
        file = Attachment("document", phrases.data_file, data)
        await deliver_attachment(event.bot, event.asker.place, file, phrases.data_caption)

    @on_command(FORGET)
    async def forget(self, event: ChatEvent) -> None:
        phrases = event.asker.texts(PersonalPhrases)
        choices = ((phrases.forget, "forget:yes"), (phrases.do_not_forget, "forget:no"))
        await event.say(phrases.confirm_forgetting, column(*choices))

    @on_button("forget:(yes|no)")
    async def confirmed(self, press: ButtonPress) -> None:
        place, phrases = press.asker.place, press.asker.texts(PersonalPhrases)
        person, message, choice = place.person_id, press.query.message, press.match[1]
        # If the message is too old, the press stands for itself.
        question = f"{FORGET.names[0]}:{person}:{message.message_id if message else press.query.id}"

        def decide(session: Session) -> str:
            decided = decide_once(session, question, choice, self._services.now())
            if decided is None and choice == "yes":
                self._erase(session, place)
            return decided or choice

        decided = await self._services.run(decide)
        await press.acknowledge()
        text = phrases.not_forgotten
        if decided == "yes":
            self._services.roles.forget(person)
            barred = self._services.roles.is_barred(person)
            text = phrases.forgotten_barred if barred else phrases.forgotten
        await press.replace_text(text)

    def _erase(self, session: Session, place: ConversationPlace) -> None:
        """Erase everything in one transaction, and the files that they sent for themselves."""
        root, person_id = self._services.settings.data_dir, place.person_id
        if self._services.documents is not None:
            self._services.documents.forget(conversation_name(place))
        for document in documents.documents_of_person(session, person_id):
            # Documents for all belong to the corpus; without a path, one is still being read.
            if document.scope != "corpus" and document.path:
                Path(root, document.path).unlink(missing_ok=True)
        privacy.erase_person(session, person_id)
        session.flush()
        left: dict[str, Any] = privacy.export_person(session, person_id)
        if any(left.values()):
            raise AssertionError(f"rows are left about a person: {sorted(left)}")
