from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from index.article import Article, Passage, Section
from index.ingestion.passages import PASSAGE_LIMIT, cut

SENTENCE = "Le conseil de la ville a voté hier soir le budget de l'année qui vient."


def _article(*blocks: tuple[str, bool]) -> Article:
    """An article of paragraphs and headings (the second member tells)."""
    sections = []
    at = 0
    for text, heading in blocks:
        if heading:
            sections.append(Section(text, at, at + len(text)))
        at += len(text) + 2
    text = "\n\n".join(text for text, _ in blocks)
    return Article("0" * 12, text, "Titre", "a.md", "fr", sections=tuple(sections))


def _paragraph(sentences: int) -> tuple[str, bool]:
    return " ".join([SENTENCE] * sentences), False


def _headed(text: str) -> tuple[str, bool]:
    return text, True


WORDS = st.text(st.sampled_from('aébM.!?…;, \n\u00a0«»"12'), max_size=120)
BLOCKS = st.lists(
    st.tuples(WORDS, st.just(False))
    | st.tuples(st.sampled_from(["Un titre", "Autre titre ?"]), st.just(True)),
    min_size=1,
    max_size=12,
)


def test_whole_paragraphs_of_a_section_share_a_passage_and_a_heading_starts_one() -> None:
    passages = cut(_article(_paragraph(3), _paragraph(4), _paragraph(2)))
    assert len(passages) == 1
    assert len(passages[0].sentences) == 9
    passages = cut(_article(_paragraph(1), _headed("Le vote"), _paragraph(2)))
    assert [passage.heading for passage in passages] == ["", "Le vote"]
    assert all("Le vote" not in passage.text for passage in passages)
    passages = cut(_article(_paragraph(8), _paragraph(8), _paragraph(8)))
    assert [len(passage.sentences) for passage in passages] == [8, 8, 8]


def test_a_long_paragraph_or_sentence_is_cut_without_leaving_a_scrap() -> None:
    for sentences in (14, 15, 20, 27, 28):
        passages = cut(_article(_paragraph(sentences)))
        assert len(passages) == -(-sentences // 13)  # thirteen fill a passage
        assert min(len(passage.text) for passage in passages) >= PASSAGE_LIMIT // 5
    passages = cut(_article(("mot " * 1_000, False)))
    assert max(len(passage.text) for passage in passages) <= PASSAGE_LIMIT
    assert sum(passage.text.count("mot") for passage in passages) == 1_000


@given(BLOCKS, st.integers(1, 200))
def test_every_character_is_in_one_sentence(blocks: list[tuple[str, bool]], limit: int) -> None:
    article = _article(*blocks)
    passages = cut(article, limit)
    headed = {
        at
        for section in article.sections
        for at in range(section.heading_start, section.heading_end)
    }
    _assert_exact(article, passages, limit)
    quoted = [
        at
        for passage in passages
        for sentence in passage.sentences
        for at in range(sentence.start, sentence.end)
    ]
    assert len(quoted) == len(set(quoted))
    visible = {at for at, letter in enumerate(article.text) if not letter.isspace()}
    assert visible - headed == {at for at in quoted if not article.text[at].isspace()}


def _assert_exact(article: Article, passages: tuple[Passage, ...], limit: int) -> None:
    last = 0
    for passage in passages:
        assert passage.text == article.text[passage.start : passage.end]
        assert len(passage.text) <= limit
        assert (passage.start, passage.end) == (
            passage.sentences[0].start,
            passage.sentences[-1].end,
        )
        for sentence in passage.sentences:
            assert last <= sentence.start < sentence.end
            assert sentence.text == article.text[sentence.start : sentence.end].strip()
            last = sentence.end
