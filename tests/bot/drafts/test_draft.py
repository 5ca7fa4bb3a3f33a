"""A draft beside corpus/: the nearest sentences, what differs, and the commented document."""

from __future__ import annotations

import io
from pathlib import Path

import docx
import pytest

from bot.assembly import open_index
from bot.drafts.comments import write_comments
from bot.drafts.draft import (
    FILE_BYTES,
    MAX_PAGES,
    PAGE_CHARACTERS,
    CheckedSentence,
    DraftText,
    check_sentence,
    read_draft,
)
from bot.export.document import online_place
from bot.settings import Settings
from index.errors import ReadError
from index.search.live import LiveIndex

STONE = (
    "La pierre de Rosette, un fragment de granodiorite de quelque 760\u00a0kg, est exposée depuis "
    "1802 au British Museum."
)
WRONG = STONE.replace("760", "860").replace("1802", "1812")
TEXT = f"# Deux pierres\n\n{STONE} Qui le savait ?\n\n## Ensuite\n\n{WRONG} Le prix du tabac monte."


@pytest.fixture(scope="module")
def index(sample_index: Path) -> LiveIndex:
    return open_index(Settings(data_dir=sample_index))


@pytest.fixture(scope="module")
def draft() -> DraftText:
    return read_draft(TEXT.encode(), "deux.md")


@pytest.fixture(scope="module")
def checked(draft: DraftText, index: LiveIndex) -> list[CheckedSentence]:
    return [check_sentence(draft, span, index.search) for span in draft.spans]


def test_the_nearest_sentences_stand_beside_those_that_state_something(
    checked: list[CheckedSentence],
) -> None:
    assert [sentence.text for sentence in checked] == [STONE, WRONG, "Le prix du tabac monte."]
    same, other, unsaid = checked
    assert same.is_verbatim
    assert not same.differs
    assert same.quotes[0].citation.quote == other.quotes[0].citation.quote == STONE
    assert not other.is_verbatim
    assert other.differing_words(other.quotes[0]) == [
        ("860\u00a0kg", "760\u00a0kg"),
        ("1812", "1802"),
    ]
    assert other.quotes[0].shown.parts[1] == "760\u00a0kg"
    assert unsaid.quotes == ()


def test_the_document_is_the_text_with_comments(
    draft: DraftText, checked: list[CheckedSentence]
) -> None:
    content = write_comments(draft, checked, "fr", online_place)
    document = docx.Document(io.BytesIO(content))
    paragraphs = [(each.style and each.style.name, each.text) for each in document.paragraphs]
    assert paragraphs == [
        ("Title", "Deux pierres"),
        ("Normal", f"{STONE} Qui le savait ?"),
        ("Heading 1", "Ensuite"),
        ("Normal", f"{WRONG} Le prix du tabac monte."),
    ]
    first, second = (comment.text for comment in document.comments)
    assert first.startswith(f"Mot pour mot dans un article\u00a0:\n\n«\u00a0{STONE}\u00a0» (")
    assert (
        "Dans votre texte\u00a0: «\u00a01812\u00a0». Dans l’article\u00a0: «\u00a01802\u00a0»."
        in second
    )
    again = read_draft(content, "deux.docx")
    assert [again.article.text[slice(*span)] for span in again.spans] == [
        sentence.text for sentence in checked
    ]


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"%PDF-1.7", "texte.txt", "draft-format"),
        (b"{}", "texte.json", "draft-format"),
        (b"\xd0\xcf\x11\xe0", "texte.doc", "draft-format"),
        (b"\0\1\2", "texte.txt", "draft-format"),
        (b"", "texte.txt", "article-no-text"),
        (b"a" * (FILE_BYTES + 1), "texte.txt", "draft-too-large"),
        (b"Un mot. " * (MAX_PAGES * PAGE_CHARACTERS // 8 + 1), "21.txt", "draft-too-long"),
        (b"PK\3\4", "texte.docx", None),
    ],
)
def test_what_is_no_draft_is_refused(content: bytes, name: str, code: str | None) -> None:
    with pytest.raises(ReadError) as refusal:
        read_draft(content, name)
    assert code in (None, refusal.value.code)


def test_twenty_pages_are_a_draft() -> None:
    text = ("Un mot de plus. " * (MAX_PAGES * PAGE_CHARACTERS // 16))[:-1]
    assert read_draft(text.encode(), "vingt.txt").pages == MAX_PAGES
