"""Whatever a person sends, the bot answers once, in markup that Telegram accepts, and lives on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bot.messenger.inbound.scheduler import UpdatePace
from tests.bot.messenger.samples import FRESNEL, answered, cite, refused
from tests.botapi.server import BotServer
from tests.e2e.telegram import Shelf, StubChain, running

READER, GROUP = 42, -100
BOT = "selon_test_bot"
_MARKS = "<b> </b> <a href='x'> &amp; & < > {0} %s \\ ` * _ [x](y) @all /aide « » "
_WORDS = "/demander /recherche /article /inconnue http://exemple.fr '; DROP TABLE turns;"
_SPECIAL = st.sampled_from(
    [
        *(_MARKS + _WORDS).split(),
        *("متى وُلد؟", "👩‍👩‍👧", "🏳️‍🌈", "😀", "\u202e", "\u2066", "\u200f", "\0", "\u00a0", "\n"),
        f"@{BOT}",
        "é" * 50,
    ]
)
_TEXT = st.lists(
    st.one_of(_SPECIAL, st.text(st.characters(codec="utf-8"), max_size=40)), min_size=1, max_size=12
).map(lambda parts: "".join(parts)[:4096])

FILE = {"file_id": "d", "file_unique_id": "d", "file_size": 3}
PICTURE = {"file_id": "p", "file_unique_id": "p", "width": 1, "height": 1}
STICKER = {**PICTURE, "is_animated": False, "is_video": False, "type": "regular"}
PLACE = {"latitude": 48.85, "longitude": 2.35}
VOICE = {"file_id": "v", "file_unique_id": "v", "duration": 3}
UNSET = ("is_closed", "allows_multiple_answers", "allows_revoting", "members_only")
POLL: dict[str, Any] = {
    **{"id": "1", "question": "Qui ?", "options": [], "total_voter_count": 0},
    **{"is_anonymous": True, "type": "regular", **dict.fromkeys(UNSET, False)},
}
ORIGIN = {"type": "hidden_user", "date": 1, "sender_user_name": "<b>Quelqu’un</b> & cie"}
THINGS: dict[str, dict[str, Any]] = {
    "sticker": {"sticker": STICKER},
    "contact": {"contact": {"phone_number": "+33", "first_name": "<i>A</i>"}},
    "photo without a caption": {"photo": [PICTURE]},
    "photo with an empty caption": {"photo": [PICTURE], "caption": ""},
    "photo with a caption": {"photo": [PICTURE], "caption": "<b>Qui est-ce ?</b>"},
    "forwarded post": {"text": "Vu à la télé & <ailleurs>", "forward_origin": ORIGIN},
    "place": {"location": PLACE},
    "dice": {"dice": {"emoji": "🎲", "value": 3}},
    "poll": {"poll": POLL},
    "voice": {"voice": {**VOICE, "mime_type": "audio/ogg"}},
    "blank text": {"text": "\u2800"},
    "story": {"story": {"id": 1, "chat": {"id": 9, "type": "private"}}},
}

_KIND = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    # What makes the bot fall silent is not made smaller: each try would wait for its silence.
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)


class Echo(StubChain):
    """Answers with the question in every place where text goes, or refuses."""

    def _invoke(self, said: Any) -> Any:
        text = said.question
        self.questions.append(text)
        if text.strip() and len(text) % 2:
            source = replace(FRESNEL, text=f"{text.strip()} Fin.", title=text[:300], author=text)
            return answered(text, cite(1, text.strip(), replace(source, sections=())))
        return replace(refused(text, FRESNEL), understood=text or None)


class Conversation:
    """One bot for many examples: its server, its loop, and what it says to each message."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.server: BotServer
        self._stop = asyncio.Event()
        self._ready = asyncio.Event()
        self._task = self.loop.create_task(self._serve())
        self.loop.run_until_complete(asyncio.wait_for(self._ready.wait(), 60))

    async def _serve(self) -> None:
        async with BotServer(privacy=False) as self.server, running(self.server, Echo(), Shelf()):
            self._ready.set()
            await self._stop.wait()

    def said_to(self, chat: int, **sent: Any) -> list[str]:
        """What the bot says in this chat until it answers a question that follows; nothing of it
        was refused for its markup, length or parameters."""
        texts = self.loop.run_until_complete(self._said_to(chat, sent))
        assert self.server.refusals == []
        return texts

    async def _said_to(self, chat: int, sent: dict[str, Any]) -> list[str]:
        server = self.server
        texts: list[str] = []
        edited = sent.pop("edited", None)
        if "text" in sent:
            number = server.user_says(chat, **sent)
            if edited is not None:
                server.user_edits(chat, number, edited)
        else:
            server.user_sends(chat, **sent)
        kind = sent.get("kind", "private")
        server.user_says(chat, f"/aide@{BOT}", "en", kind, person=READER)
        async with asyncio.timeout(60):
            while True:
                message = await server.next_message()
                if message.text.startswith("Write your question"):
                    return texts
                texts.append(message.text)

    def close(self) -> None:
        self._stop.set()
        self.loop.run_until_complete(self._task)
        self.loop.close()


@pytest.fixture(scope="module")
def conversation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Conversation]:
    """A bot that does not count how much is sent, nor how fast, and so owes everything a reply."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SELON_DATA_DIR", str(tmp_path_factory.mktemp("anything")))
        patch.setenv("SELON_QUESTION_BURST", "0")
        patch.setenv("SELON_GROUP_BURST", "0")
        patch.setattr(UpdatePace, "wait", lambda pace, person: 0.0)
        conversation = Conversation()
        yield conversation
        conversation.close()


@settings(_KIND, max_examples=15)
@given(text=_TEXT)
def test_any_text_gets_one_answer_and_good_markup(conversation: Conversation, text: str) -> None:
    assert conversation.said_to(READER, text=text)


@settings(_KIND, max_examples=6)
@given(text=_TEXT)
def test_any_inline_query_is_answered_well(conversation: Conversation, text: str) -> None:
    conversation.server.user_asks_inline(READER, text[:256])
    conversation.said_to(READER, text="Bonjour")


@pytest.mark.parametrize("thing", THINGS)
def test_any_thing_gets_one_answer(conversation: Conversation, thing: str) -> None:
    assert len(conversation.said_to(READER, content=THINGS[thing])) == 1
    group = GROUP - list(THINGS).index(thing)  # a group gets twenty messages a minute
    assert conversation.said_to(group, content=THINGS[thing], kind="supergroup") == []


def _person(name: str) -> dict[str, Any]:
    return {"type": "hidden_user", "date": 1, "sender_user_name": name or "x"}


_KINDS = st.sampled_from(
    [
        lambda text: {"photo": [PICTURE], "caption": text[:1024]},
        lambda text: {"contact": {"phone_number": text[:20] or "+", "first_name": text[:64]}},
        lambda text: {"sticker": {**STICKER, "emoji": text[:2]}, "forward_origin": _person(text)},
        lambda text: {
            "location": PLACE,
            "venue": {"location": PLACE, "title": text, "address": text},
        },
        lambda text: {"document": {**FILE, "file_name": text[:60]}, "caption": text[:1024]},
        lambda text: {"voice": {**VOICE, "mime_type": text[:20]}, "caption": text[:1024]},
    ]
)


@settings(_KIND, max_examples=12)
@given(make=_KINDS, text=_TEXT)
def test_any_thing_with_any_words_on_it_gets_one_answer(
    conversation: Conversation, make: Callable[[str], dict[str, Any]], text: str
) -> None:
    assert len(conversation.said_to(READER, content=make(text))) == 1


@settings(_KIND, max_examples=6)
@given(before=_TEXT, after=_TEXT)
def test_any_edit_is_answered_well(conversation: Conversation, before: str, after: str) -> None:
    assert conversation.said_to(READER, text=before, edited=after)


@settings(_KIND, max_examples=6)
@given(text=_TEXT)
def test_any_forwarded_post_and_reply_is_answered(conversation: Conversation, text: str) -> None:
    origin = _person(text[:60])
    assert conversation.said_to(READER, content={"text": text, "forward_origin": origin})
    assert conversation.said_to(READER, text=text, reply_to=1)
