"""News as an e-mail, as signed JSON and as a chat message, each quote with its link."""

from __future__ import annotations

import base64
import hmac
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr

from bot.alerts.texts import LetterPhrases
from bot.answer import LINE_END, Citation, link_to
from bot.json_records import citation_record
from bot.locale.answers import Phrases, title_of
from bot.locale.catalogue import Language
from bot.locale.source import details
from bot.locale.text import harmless
from bot.web.answer_view import quotes_path
from bot.web.rendering import environment

SECRET_PREFIX = "whsec_"
_POLICY = policy.SMTP.clone(refold_source="none")
# Chats would call everybody at an « @all » of a quote; a word joiner keeps it from that.
_CALLS = re.compile(r"@(?=(?:all|channel|everyone|here|room)\b)", re.IGNORECASE)
_CHAT_MARKUP = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


@dataclass(frozen=True, slots=True)
class LetterPart:
    """News below a heading; `link` is the address of the whole answer, if it has one."""

    subject: str
    heading: str
    citations: Sequence[Citation]
    link: str


@dataclass(frozen=True, slots=True)
class AlertLetter:
    """News for one target. `base` is the URL of the pages, "" for none; `batch` identifies the
    letter wherever it arrives twice."""

    language: Language
    parts: Sequence[LetterPart]
    base: str
    batch: str
    at: datetime

    @property
    def title(self) -> str:
        if len(self.parts) == 1:
            return self.parts[0].heading
        return LetterPhrases.of(self.language).several(len(self.parts))

    def link(self, citation: Citation) -> str:
        """Where the article opens at the sentence: online, else in Selon's reader; "" for none."""
        here = self.base and f"{self.base}{quotes_path([citation])}"
        return link_to(citation.article.url, citation.quote) or here

    def source(self, citation: Citation) -> str:
        phrases, article = Phrases.of(self.language), citation.article
        return f"{title_of(article, self.language)}{details(article, phrases)}"

    @property
    def text(self) -> str:
        phrases, blocks = Phrases.of(self.language), []
        for part in self.parts:
            blocks.append(part.heading)
            for citation in part.citations:
                quote = phrases.quote(LINE_END.sub(" ", citation.quote))
                lines = (quote, f"— {self.source(citation)}", self.link(citation))
                blocks.append("\n".join(filter(None, lines)))
            blocks += [LetterPhrases.of(self.language).whole(part.link)] if part.link else []
        return harmless("\n\n".join(blocks))


def letter_mail(letter: AlertLetter, sender: str, address: str, unsubscribe: str) -> EmailMessage:
    """An e-mail as text and HTML; `unsubscribe` is the address that ends these mails, "" for
    none."""
    phrases = LetterPhrases.of(letter.language)
    footer = phrases.footer_link if unsubscribe else phrases.footer
    text = f"{letter.text}\n\n-- \n{footer} {unsubscribe}".rstrip() + "\n"
    message = plain_mail(sender, address, letter.title, text, letter.at)
    message.set_raw("Message-ID", f"<{letter.batch}@{parseaddr(sender)[1].rpartition('@')[2]}>")
    if unsubscribe:
        message.set_raw("List-Unsubscribe", f"<{unsubscribe}>")
        message.set_raw("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")  # RFC 8058
    quote = Phrases.of(letter.language).quote
    html = environment().get_template("alert_mail.html")
    page = html.render(letter=letter, quote=quote, footer=footer, phrases=phrases, end=unsubscribe)
    message.add_alternative(page, subtype="html", cte="quoted-printable")
    return message


def plain_mail(sender: str, address: str, title: str, text: str, at: datetime) -> EmailMessage:
    message = EmailMessage(_POLICY)
    message["From"], message["To"] = sender, address
    message["Subject"] = " ".join(title.splitlines())
    message.set_raw("Date", format_datetime(at))
    message.set_raw("Auto-Submitted", "auto-generated")
    message.set_content(text, cte="quoted-printable")
    return message


def letter_post(letter: AlertLetter, secret: str | None) -> tuple[dict[str, str], bytes]:
    """The headers and body for a webhook: JSON signed by the Standard Webhooks
    (https://www.standardwebhooks.com), or without a secret what Slack, Mattermost and bridges to
    Matrix take, a text without markup or calls."""
    headers = {"Content-Type": "application/json"}
    if secret is None:
        text = _CALLS.sub("@\u2060", letter.text).translate(_CHAT_MARKUP)
        return headers, json.dumps({"text": text}, ensure_ascii=False).encode()
    news = [
        {
            "subject": part.subject,
            "heading": part.heading,
            "link": part.link or None,
            "citations": [
                {**citation_record(own), "link": letter.link(own) or None} for own in part.citations
            ],
        }
        for part in letter.parts
    ]
    data = {"language": letter.language, "title": letter.title, "news": news}
    record = {"type": "selon.news", "timestamp": letter.at.isoformat(), "data": data}
    body, moment = json.dumps(record, ensure_ascii=False).encode(), str(int(letter.at.timestamp()))
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    digest = hmac.digest(key, f"{letter.batch}.{moment}.".encode() + body, "sha256")
    signature = f"v1,{base64.b64encode(digest).decode()}"
    signed = {"webhook-id": letter.batch, "webhook-timestamp": moment}
    return headers | signed | {"webhook-signature": signature}, body
