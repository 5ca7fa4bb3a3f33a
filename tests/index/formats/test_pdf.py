from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from index.article import Article
from index.formats.base import Options, Skipped
from index.formats.pdf import parser, process
from index.formats.pdf.page import PrintedPage
from tests.index.formats import pdfs
from tests.index.formats.articles import parse, parser_refusal
from tests.index.formats.pdfs import Run, lines

BUDGET = [
    "Le conseil a voté hier le budget de la ville, qui augmente de trois pour cent cet an. Les",
    "élus de l'opposition ont quitté la salle avant la fin de la séance, fort mécontents de",
    "la maire, qui avait refusé de renvoyer le vote à la semaine prochaine comme ils le voulaient.",
]
STATION = [
    "La gare rouvrira en septembre après deux ans de travaux. Les voyageurs y trouveront une salle",
    "d'attente, un garage à vélos et trois guichets, que la région a payés pour moitié, dit-on.",
]

needs_tesseract = pytest.mark.skipif(
    shutil.which("tesseract") is None, reason="tesseract is not on this machine"
)


def read(
    data: bytes, name: str = "presse.pdf", *, ocr: bool = True
) -> tuple[Article, list[Skipped]]:
    (found,), skipped = parse(parser.read, data, name, Options(ocr=ocr))
    return found, skipped


def article(*pages: list[Run], info: dict[str, str] | None = None, **more: str) -> Article:
    return read(pdfs.pdf(pages, info=info, **more))[0]


def refusal(data: bytes, *, ocr: bool = True) -> str:
    message = parser_refusal(parser.read, data, "presse.pdf", Options(ocr=ocr))
    return message.removeprefix("presse.pdf: ")


@pytest.mark.parametrize(
    ("printed", "whole"),
    [
        ("Le finan-|cement du pont est voté.", "Le financement du pont est voté."),
        ("Sera-t-|elle élue dimanche ?", "Sera-t-elle élue dimanche ?"),
        ("La visite de Jean-|Paul dure un jour.", "La visite de Jean-Paul dure un jour."),
        ("La loi, c'est-à-|dire le texte.", "La loi, c'est-à-dire le texte."),
        ("Les sous-|traitants attendent.", "Les sous-traitants attendent."),
        ("Un bureau efﬁcace ﬁnit le ﬂot.", "Un bureau efficace finit le flot."),
    ],
)
def test_a_word_cut_at_a_line_s_end_or_with_a_ligature_is_whole(printed: str, whole: str) -> None:
    assert article(lines(printed.split("|"))).text == whole


OPEN = "Le pont est ouvert à tous depuis lundi."
TABLE = [("Poste", "2024", "2025"), ("Écoles", "12", "14"), ("Routes", "8", "7")]


@pytest.mark.parametrize(
    ("pages", "text"),
    [
        ([lines(BUDGET) + lines(STATION, top=160)], f"{' '.join(BUDGET)}\n\n{' '.join(STATION)}"),
        ([lines(BUDGET[:1], top=700), lines(BUDGET[1:])], " ".join(BUDGET)),
        ([[Run(OPEN, 72 + shift, 100) for shift in (0, 0.4)]], OPEN),
        (
            [lines(BUDGET) + lines(["• un pont neuf", "• une école"], top=170)],
            f"{' '.join(BUDGET)}\n\nun pont neuf\nune école",
        ),
        (
            [
                [
                    Run(TABLE[n // 3][n % 3], 72 + 150 * (n % 3), 200 + 16 * (n // 3))
                    for n in range(9)
                ]
            ],
            "\n".join(map(" | ".join, TABLE)),
        ),
        (
            [
                lines(["Les routes ........... 4", "Les gares ............ 9"])
                + lines(BUDGET, top=300)
            ],
            " ".join(BUDGET),
        ),
    ],
    ids=["paragraphs", "two pages", "twice for bold", "a list", "a table", "contents"],
)
def test_pages_are_read_as_people_do(pages: list[list[Run]], text: str) -> None:
    assert article(*pages).text == text


@pytest.mark.parametrize(
    ("turn", "left", "top", "across", "down"),
    [
        ((0, 1, -1, 0), 100, 800, 14, 0),
        ((-1, 0, 0, -1), 520, 700, 0, -14),
        ((0, -1, 1, 0), 500, 100, -14, 0),
    ],
)
def test_a_turned_page_is_turned_back(
    turn: tuple[int, int, int, int], left: int, top: int, across: int, down: int
) -> None:
    page = [
        Run(line, left + across * n, top + down * n, turn=turn) for n, line in enumerate(BUDGET)
    ]
    assert article(page).text == " ".join(BUDGET)


LEFT = [f"colonne gauche, ligne {number} du texte" for number in range(1, 9)]
RIGHT = [f"colonne droite, ligne {number} du texte" for number in range(1, 9)]


def test_columns_are_read_in_turn_and_what_crosses_them_parts_them() -> None:
    left, right = lines(LEFT, top=150), lines(RIGHT, left=320, top=150)
    mixed = [run for pair in zip(left, right, strict=True) for run in pair]
    title = Run("Un titre au-dessus des deux colonnes de la page", 72, 90, 20)
    found = article([title, *mixed])
    assert found.title == "Un titre au-dessus des deux colonnes de la page"
    assert found.text == " ".join([*LEFT, *RIGHT])
    above = lines(LEFT[:4], top=100) + lines(RIGHT[:4], left=320, top=100)
    crossing = Run("Un intertitre qui court sur toute la largeur de la page", 72, 200, 16)
    below = lines(LEFT[4:], top=250) + lines(RIGHT[4:], left=320, top=250)
    text = article([*above, crossing, *below]).text
    places = [text.index(words) for words in (LEFT[0], RIGHT[0], LEFT[4], RIGHT[4])]
    assert places == sorted(places)


def page(number: int, body: list[str]) -> list[Run]:
    return [
        Run("LE COURRIER DE LA VILLE — mars 2024", 72, 30, 9),
        *lines(body, top=120),
        Run(f"Page {number} sur 3", 280, 815, 9),
    ]


def test_heads_feet_and_page_numbers_are_no_news() -> None:
    found = article(page(1, BUDGET), page(2, STATION), page(3, BUDGET[::-1]))
    assert "COURRIER" not in found.text
    assert "Page" not in found.text
    assert found.text.startswith(BUDGET[0])
    for numbers in (("7", "8"), ("iii", "iv")):
        bodies = zip((BUDGET, STATION), numbers, strict=True)
        found = article(*([*lines(body), Run(number, 290, 820)] for body, number in bodies))
        assert not {*numbers} & {*found.text.split()}


def test_larger_bold_and_capital_lines_are_headings() -> None:
    found = article(
        [
            Run("Le budget de la ville est voté", 72, 60, 22),
            *lines(BUDGET, top=100),
            Run("Les routes", 72, 170, 15),
            *lines(STATION, top=200),
            Run("Les écoles", 72, 260, 11, bold=True),
            *lines(BUDGET, top=290),
            Run("LES GARES", 72, 360),
            *lines(STATION, top=390),
        ]
    )
    assert found.title == "Le budget de la ville est voté"
    headings = [section.heading for section in found.sections]
    assert headings == ["Les routes", "Les écoles", "LES GARES"]
    assert found.title not in found.text


def titled(info: str, printed: str = "") -> str:
    head = [Run(printed, 72, 60, 22)] if printed else []
    return article(head + lines(BUDGET), info={"Title": info}).title


def test_a_title_is_believed_when_the_page_prints_it() -> None:
    assert titled("Le budget voté", "Le budget voté hier") == "Le budget voté"
    assert titled("Le plan des sentiers", "Le budget voté hier") == "Le budget voté hier"
    assert titled("Le budget de l'année") == "Le budget de l'année"
    assert titled("Rapport", "Rapport sur l'eau des nappes") == "Rapport sur l'eau des nappes"
    for junk in ("untitled", "Sans titre 1", "CP_v3.indd", "presse"):
        assert titled(junk, "Le budget voté hier") == "Le budget voté hier"
        assert titled(junk) != junk


@pytest.mark.parametrize(
    ("author", "kept"),
    [
        ("Jeanne Petit", "Jeanne Petit"),
        ("Utilisateur Windows", None),
        ("Service informatique", None),
        ("AFP", "AFP"),
        ("HPX", None),
    ],
)
def test_an_author_is_a_person_or_an_agency_in_the_text(author: str, kept: str | None) -> None:
    body = lines([*BUDGET, "C'est ce qu'écrit l'AFP."])
    assert article(body, info={"Author": author}).author == kept


def test_language_and_day_are_the_words_own_where_a_program_declared_others() -> None:
    english = ["The council voted on the budget of the town, which grows by three per cent."] * 6
    french = article(lines(BUDGET * 2), language="en-US", info={"CreationDate": "D:20240303101500"})
    assert (french.language, french.published) == ("fr", None)
    found = article(lines(english), language="en-US")
    assert (found.language, dict(found.origins)["language"]) == ("en", "pdf")


def test_where_the_page_and_the_properties_differ_the_page_wins() -> None:
    head = [
        Run("Rapport sur l'eau des nappes", 72, 80, 22, bold=True),
        Run("Par l'Agence de l'eau, 9 février 2026", 72, 120),
    ]
    properties = {"Title": "Rapport", "Author": "Jean Bureau", "CreationDate": "D:20240303101500"}
    page = [*head, *lines(BUDGET, top=150)]
    found = article(page, info=properties, language="de-DE")
    assert (found.title, found.author) == ("Rapport sur l'eau des nappes", "Agence de l'eau")
    assert (found.published, found.language) == (date(2026, 2, 9), "fr")
    assert "9 février" not in found.text


def test_the_packet_of_a_magazine_tells_more() -> None:
    packet = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-'
        'syntax-ns#"><rdf:Description xmlns:pdf="http://ns.adobe.com/pdf/1.3/" pdf:Producer="P" '
        'xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/" '
        'prism:publicationDate="2024-03-05" prism:publicationName="Le Courrier" '
        'prism:url="https://exemple.fr/budget" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        "<dc:creator><rdf:Seq><rdf:li>Jeanne Petit</rdf:li><rdf:li>Luc Roy</rdf:li></rdf:Seq>"
        "</dc:creator></rdf:Description></rdf:RDF></x:xmpmeta>"
    )
    data = pdfs.pdf([lines(BUDGET)]) + packet.encode()
    found, _ = read(data)
    assert (found.author, found.outlet) == ("Jeanne Petit, Luc Roy", "Le Courrier")
    assert (found.published, found.url) == (date(2024, 3, 5), "https://exemple.fr/budget")
    photograph = pdfs.pdf([lines(BUDGET)]) + packet.replace("pdf:Producer", "pdf:P").encode()
    assert read(photograph)[0].author is None


@pytest.mark.parametrize(
    "data", [b"", b"Bonjour", b"\x89PNG\r\n\x1a\n", b"%PDF-1.7", b"%PDF-1.4\n" * 99]
)
def test_what_is_no_pdf_says_so(data: bytes) -> None:
    assert refusal(data) in ("pdf-not", "pdf-damaged")


def test_what_is_locked_or_empty_says_so() -> None:
    assert read(pdfs.ENCRYPTED)[0].text == "Le pont est ouvert."
    assert refusal(pdfs.WITH_PASSWORD) == "file-encrypted"
    assert refusal(pdfs.pdf([[]])).startswith("pdf-no-text")


def test_pages_beyond_the_limit_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parser, "PDF_PAGES", 2)
    found, (skipped,) = read(pdfs.pdf([lines(BUDGET), lines(STATION)] * 2))
    assert "gare" in found.text
    assert skipped.label == "presse.pdf#pages 3-4"
    assert skipped.problem.code == "pdf-beyond-pages"


def test_a_page_that_takes_too_long_costs_itself_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "PAGE_SECONDS", 0.05)
    endless = b"0 0 m 9 9 l S\n" * 2_000_000
    assert "pdf-slow" in refusal(pdfs.pdf([lines(BUDGET)], before=endless))
    monkeypatch.undo()
    assert article(lines(BUDGET)).text == " ".join(BUDGET)


def test_a_reader_that_dies_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    article(lines(BUDGET))
    for worker in process._WAITING.waiting:
        worker.process.kill()
    assert article(lines(BUDGET)).text == " ".join(BUDGET)
    program = Path(process.__file__).with_name("page.py")  # it reads nothing, and ends
    process._WAITING.close()
    monkeypatch.setattr(process, "_PROGRAM", program)
    assert "pdf-crash" in refusal(pdfs.pdf([lines(BUDGET)]))


SPEECH = ["Le conseil de la ville adopte", "le budget, qui augmente de trois", "pour cent."]


def test_a_scan_without_ocr_says_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    data = pdfs.scan(SPEECH)
    assert refusal(data, ocr=False).startswith("pdf-scan-not-allowed")
    monkeypatch.setattr(parser, "ocr_languages", lambda declared="": None)
    assert refusal(data).startswith("pdf-scan-no-tesseract")


@needs_tesseract
def test_a_scan_is_read_by_ocr() -> None:
    found, skipped = read(pdfs.scan(SPEECH))
    assert found.text == " ".join(SPEECH)
    assert skipped == []


def test_a_scan_among_pages_of_text_costs_itself_only(monkeypatch: pytest.MonkeyPatch) -> None:
    original = process.PdfDocument.page

    def page(document: process.PdfDocument, number: int) -> PrintedPage:
        found = original(document, number)
        return replace(found, lines=(), image_share=1.0) if number else found

    monkeypatch.setattr(process.PdfDocument, "page", page)
    found, (skipped,) = read(pdfs.pdf([lines(BUDGET), lines(STATION)]), ocr=False)
    assert found.text == " ".join(BUDGET)
    assert skipped.label == "presse.pdf#page 2"
    assert skipped.problem.code.startswith("pdf-scan")
