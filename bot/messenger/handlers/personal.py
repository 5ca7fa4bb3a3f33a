"""A person's language, conversation and data: /langue /nouveau /confidentialite /oublier
/mesdonnees."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import CallbackQueryHandler, ContextTypes

from bot.llm.factory import recipients
from bot.locale.messenger import PersonalPhrases
from bot.messenger.asker import Asker, TelegramApplication
from bot.messenger.handlers.documents import DocumentHandlers
from bot.messenger.menus import MenuCommand, PublicButtons, command_handler
from bot.messenger.outbound.delivery import deliver_attachment
from bot.messenger.outbound.reply import acknowledge, replace_text, say
from bot.messenger.services import BotServices, conversation_name, met
from bot.state import conversations, documents, people, privacy
from bot.state.conversations import ConversationPlace
from bot.state.decisions import decide_once
from bot.state.deliveries import Attachment

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


class PersonalHandlers:
    """What is between one person and the bot."""

    def __init__(self, services: BotServices, sending: DocumentHandlers | None = None) -> None:
        self._services = services
        self._sending = sending

    def register(self, application: TelegramApplication) -> None:
        application.add_handlers(
            [
                command_handler(NEW, self.start_afresh),
                command_handler(LANGUAGE, self.languages),
                command_handler(PRIVACY, self.privacy),
                command_handler(FORGET, self.forget),
                command_handler(MY_DATA, self.data),
                PublicButtons(self.choose_language, r"^l:(fr|en|)$"),
                CallbackQueryHandler(self.confirmed, r"^forget:(yes|no)$"),
            ]
        )

    async def start_afresh(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        if asker := await met(self._services, update):
            await self._services.state.run(partial(conversations.start_afresh, place=asker.place))
            if self._sending is not None:
                await self._sending.forget(asker.place)
            await say(context.bot, asker, _phrases(asker).started_afresh)

    async def languages(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        if asker := await met(self._services, update):
            chosen = [InlineKeyboardButton(name, callback_data=f"l:{c}") for c, name in _LANGUAGES]
            other = InlineKeyboardButton(_phrases(asker).as_telegram, callback_data="l:")
            keyboard = InlineKeyboardMarkup([chosen, [other]])
            await say(context.bot, asker, _phrases(asker).choose_language, keyboard)

    async def choose_language(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        query, asker = update.callback_query, await met(self._services, update)
        if query is None or asker is None:
            return
        choose = partial(
            people.choose_person_language,
            person_id=asker.place.person_id,
            language=(query.data or "").removeprefix("l:") or None,
            now=self._services.now(),
        )
        await self._services.state.run(choose)
        await acknowledge(query)
        asker = await met(self._services, update) or asker
        await replace_text(context.bot, asker, query, _phrases(asker).language_chosen)

    async def privacy(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        if asker := await met(self._services, update):
            owner = asker.place.person_id
            kept = await self._services.state.run(partial(privacy.count_records, person_id=owner))
            settings = self._services.settings
            text = _phrases(asker).privacy(
                turns=kept.turns,
                votes=kept.votes,
                alerts=kept.alerts,
                documents=kept.documents,
                days=settings.keep_days,
                hours=settings.conversation_hours,
                where=_phrases(asker).whereabouts(recipients(settings), settings.privacy_note),
            )
            await say(context.bot, asker, text)

    async def data(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        if asker := await met(self._services, update):
            owner = asker.place.person_id
            found = await self._services.state.run(partial(privacy.export_person, person_id=owner))
            if self._services.roles.barred(owner):
                found["barred"] = True
            phrases = _phrases(asker)
            data = json.dumps(found, ensure_ascii=False, indent=2).encode()
            file = Attachment("document", phrases.data_file, data)
            await deliver_attachment(context.bot, asker.place, file, phrases.data_caption)

    async def forget(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        if asker := await met(self._services, update):
            phrases = _phrases(asker)
            choices = ((phrases.forget, "yes"), (phrases.do_not_forget, "no"))
            buttons = [InlineKeyboardButton(t, callback_data=f"forget:{c}") for t, c in choices]
            keyboard = InlineKeyboardMarkup([[each] for each in buttons])
            await say(context.bot, asker, phrases.confirm_forgetting, keyboard)

    async def confirmed(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        query, asker = update.callback_query, await met(self._services, update)
        if query is None or asker is None:
            return
        person, message = asker.place.person_id, query.message
        choice = "yes" if query.data == "forget:yes" else "no"
        # The press itself, where its message is too old to be known: it decides for itself alone.
        question = f"{FORGET.names[0]}:{person}:{message.message_id if message else query.id}"

        def decide(session: Session) -> str:
            decided = decide_once(session, question, choice, self._services.now())
            if decided is None and choice == "yes":
                self._erase(session, asker.place)
            return decided or choice

        decided = await self._services.state.run(decide)
        await acknowledge(query)
        text = _phrases(asker).not_forgotten
        if decided == "yes":
            self._services.roles.erased(person)
            barred = self._services.roles.barred(person)
            text = _phrases(asker).forgotten_barred if barred else _phrases(asker).forgotten
        await replace_text(context.bot, asker, query, text)

    def _erase(self, session: Session, place: ConversationPlace) -> None:
        """Everything in one transaction, and the bytes of what they sent for themselves."""
        root, person_id = self._services.settings.data_dir, place.person_id
        if self._services.documents is not None:
            self._services.documents.forget(conversation_name(place))
        for document in documents.documents_of_person(session, person_id):
            # What was given to all belongs to the corpus; what has no path yet is still looked at.
            if document.scope != "corpus" and document.path:
                Path(root, document.path).unlink(missing_ok=True)
        privacy.erase_person(session, person_id)
        session.flush()
        left: dict[str, Any] = privacy.export_person(session, person_id)
        if any(left.values()):
            raise AssertionError(f"rows are left about a person: {sorted(left)}")


def _phrases(asker: Asker) -> PersonalPhrases:
    return PersonalPhrases.of(asker.phrases.code)
