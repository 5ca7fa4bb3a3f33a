from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from index.errors import Problem
from index.formats.base import Content
from index.formats.json import _events as json_events
from index.formats.records import parse_map
from tests.index.formats.articles import OTHER, PROSE, read_data, refusal

PARIS = timezone(timedelta(hours=2))


def lines(*records: object) -> str:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def table(*rows: tuple[str, ...], delimiter: str = ";") -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue()


@pytest.mark.parametrize(
    "names",
    [
        "title,text,published,author,url,outlet,language,section,id",
        "Titre,Corps,Publié le,Auteur,Lien,Média,Langue,Rubrique,Clé",
        "headline,articleBody,datePublished,byline,link,source,lang,theme,guid",
    ],
)
@pytest.mark.parametrize("name", ["export.jsonl", "export.json", "export.csv", "export.tsv"])
def test_fields_are_known_by_their_usual_names(names: str, name: str) -> None:
    facts = ("2024-03-03T10:00:00+02:00", "Jeanne Petit", "https://exemple.fr/a")
    values = ("Le budget", PROSE, *facts, "La Gazette", "fr", "Ville", "a-1")
    header = tuple(names.split(","))
    record = dict(zip(header, values, strict=True))
    data = {
        "export.jsonl": lines(record),
        "export.json": json.dumps([record]),
        "export.csv": table(header, values),
        "export.tsv": table(header, values, delimiter="\t"),
    }[name]
    (article,), skipped = read_data(name, data)
    assert skipped == []
    assert (article.title, article.text, article.author) == ("Le budget", PROSE, "Jeanne Petit")
    assert article.published_at == datetime(2024, 3, 3, 10, tzinfo=PARIS)
    assert (article.url, article.outlet) == ("https://exemple.fr/a", "La Gazette")
    assert (article.language, article.category) == ("fr", "Ville")
    assert article.path == f"{name}#a-1"
    assert set(dict(article.origins).values()) == {"fields"}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2024-03-03", date(2024, 3, 3)),
        (1709460000000, datetime(2024, 3, 3, 10, tzinfo=UTC)),
        ("hier", None),
        ("0001-01-01T00:00:00", None),
        ("1/1/0001 12:00:00 AM", None),
        ("03/04/2024", None),
        (1e300, None),
    ],
)
def test_dates_as_exports_write_them(value: object, expected: object) -> None:
    (article,), _ = read_data("a.jsonl", lines({"text": PROSE, "date": value}))
    assert (article.published_at or article.published) == expected


def test_authors_as_exports_write_them() -> None:
    authors = [["Jeanne Petit", {"name": "Luc Roy"}], {"prenom": "Jeanne", "nom": "Petit"}, 12, []]
    found, _ = read_data(
        "a.jsonl", lines(*({"text": PROSE, "author": author} for author in authors))
    )
    assert [article.author for article in found] == [
        "Jeanne Petit, Luc Roy",
        "Jeanne Petit",
        None,
        None,
    ]


def test_a_column_of_days_first_tells_how_its_doubtful_dates_are_read() -> None:
    rows = [("texte", "date"), (PROSE, "29/08/2025"), (OTHER, "03/04/2025 10:30")]
    articles, _ = read_data("a.csv", table(*rows))
    assert [article.published for article in articles] == [date(2025, 8, 29), date(2025, 4, 3)]
    assert articles[1].published_at == datetime(2025, 4, 3, 10, 30)
    american = [("texte", "date"), (PROSE, "08/29/2025"), (OTHER, "03/04/2025")]
    articles, _ = read_data("a.csv", table(*american))
    assert articles[1].published == date(2025, 3, 4)


def test_a_body_of_html_is_read_as_html_and_signs_in_a_text_are_none() -> None:
    body = (
        f"<h2>Le vote</h2><p>{PROSE}</p><ul><li>Un</li><li>Deux &amp; trois</li></ul>"
        f"<script>x()</script><table><tr><td>A</td><td>1</td></tr></table><p>{OTHER}<br>Fin.</p>"
    )
    record = {"title": {"rendered": "L&#8217;été <em>rouge</em>"}, "content": {"rendered": body}}
    text = f"{PROSE} Si a < b et c > d, rien ne change."
    (article, plain), _ = read_data("a.jsonl", lines(record, {"title": "T", "text": text}))
    assert article.title == "L’été rouge"
    assert article.text == f"Le vote\n\n{PROSE}\n\nUn\nDeux & trois\n\nA | 1\n\n{OTHER}\nFin."
    assert [section.heading for section in article.sections] == ["Le vote"]
    assert plain.text == text


def test_the_key_is_the_id_then_the_address_then_what_it_says() -> None:
    records = [
        {"id": 7, "url": "https://exemple.fr/a", "text": PROSE},
        {"url": "https://exemple.fr/b", "text": PROSE},
        {"title": "T", "text": OTHER},
    ]
    first, _ = read_data("a.jsonl", lines(*records))
    assert [a.path for a in first[:2]] == ["a.jsonl#7", "a.jsonl#https://exemple.fr/b"]
    again, _ = read_data("a.jsonl", lines({"text": "Un autre texte."}, *records))
    assert [a.id for a in again[1:]] == [a.id for a in first]


def test_bad_lines_are_named_or_summed_up_and_the_rest_goes_on() -> None:
    data = lines({"text": PROSE}) + '{"text": "coup\n\n[1]\n' + lines({"title": "seul"})
    data += '{"text": "' + "[" * 5 + '"}\n' + "[" * 100_000 + "\n" + lines({"text": OTHER})
    articles, skipped = read_data("a.jsonl", data)
    assert [a.text for a in articles] == [PROSE, "[[[[[", OTHER]
    assert [skip.at for skip in skipped] == [Problem("at-line", number=n) for n in (2, 4, 5, 7)]
    assert skipped[0].problem.code == "line-not-json"
    assert skipped[1].problem.code == "line-no-object"
    assert skipped[2].problem.code == "record-no-text"
    data = lines({"text": PROSE}) + "{\n" * 4_332 + lines({"text": OTHER})
    articles, skipped = read_data("a.jsonl", data)
    assert len(articles) == 2
    assert len(skipped) == 21
    assert skipped[-1].label == "a.jsonl"
    assert skipped[-1].problem.parameters["count"] == 4312


def test_a_line_without_end_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.formats.json.RECORD_BYTES", 1_000)
    long = lines({"text": "x" * 5_000})
    articles, skipped = read_data("a.jsonl", long + lines({"text": PROSE}) + long[:-1])
    assert [a.text for a in articles] == [PROSE]
    assert [skip.at for skip in skipped] == [Problem("at-line", number=n) for n in (1, 3)]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("name", ["a.jsonl", "a.json", "a.csv"])
def test_encodings_of_the_past(name: str, encoding: str) -> None:
    text = " ".join([PROSE, OTHER] * 5)
    data = {
        "a.jsonl": lines({"titre": "Été", "texte": text}),
        "a.json": json.dumps([{"titre": "Été", "texte": text}], ensure_ascii=False),
        "a.csv": table(("titre", "texte"), ("Été", text)),
    }[name]
    (article,), _ = read_data(name, data.encode(encoding))
    assert (article.title, article.text) == ("Été", text)


def test_one_broken_character_does_not_change_the_encoding_of_a_table() -> None:
    rows = [("titre", "texte"), *((f"Été {n}", PROSE) for n in range(50))]
    data = table(*rows).encode().replace("Été 7".encode(), b"\xc9t\xe9 7")
    articles, _ = read_data("a.csv", data)
    assert sum(article.title.startswith("Été") for article in articles) == 49


@pytest.mark.parametrize("padding", ["", "x"])
def test_nor_of_a_long_line_that_is_sampled_up_to_half_a_character(padding: str) -> None:
    record = {"texte": padding + "é" * 50_000, "titre": "Un pont"}
    data = json.dumps([record], ensure_ascii=False).encode().replace(b"pont", b"p\xf4nt")
    (article,), _ = read_data("a.json", data)
    assert (article.title, article.text) == ("Un p\ufffdnt", record["texte"])


@pytest.mark.parametrize(
    "wrap",
    [
        lambda records: records,
        lambda records: {"total": 2, "data": records, "next": None},
        lambda records: {"response": {"docs": records}},
        lambda records: {"hits": {"hits": [{"_id": 1, "_source": record} for record in records]}},
        lambda records: {"data": [{"attributes": record} for record in records]},
    ],
)
def test_json_holds_its_list_where_services_put_it(wrap: Any) -> None:
    records = [{"title": "A", "text": PROSE}, {"title": "B", "body": OTHER}]
    articles, skipped = read_data("a.json", json.dumps(wrap(records), indent=1))
    assert [article.title for article in articles] == ["A", "B"]
    assert skipped == []
    assert len(read_data("a.json", lines(*records))[0]) == 2  # by the wrong name
    assert len(read_data("a.jsonl", json.dumps(records, indent=2))[0]) == 2
    long = [{**record, "text": PROSE * 60} for record in records]
    assert len(read_data("a.json", lines(*long))[0]) == 2
    (article,), _ = read_data("a.json", json.dumps(records[0]) + ";")
    assert article.path == "a.json"


@pytest.mark.parametrize("number", ["1e999", "-1e999", "9" * 5000, "9223372036854775808"])
@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_a_number_beyond_measure_refuses_no_file(name: str, number: str) -> None:
    quoted = f'{PROSE} Un \\"nombre\\" : {number} \\\\'
    told = f'{{"title": "A", "n": {number}, "text": "{quoted}"}}'
    data = f"[{told}, {told}]" if name == "a.json" else f"{told}\n{told}\n"
    articles, skipped = read_data(name, data)
    assert skipped == []
    assert len(articles) == 2
    assert f'Un "nombre" : {number} \\' in articles[0].text


@pytest.mark.parametrize("padding", range(65_536 - 40, 65_536))
def test_a_number_is_measured_whole_wherever_a_piece_of_the_file_ends(padding: int) -> None:
    number = b"1" + b"0" * 18
    data = b'["' + b"\\\\" * 9 + b"x" * padding + b'"' + b"," + number + b",1e400,5,true]"
    content = Content.of_bytes(data, "a.json")
    with json_events(content) as events:
        numbers = [value for event, value in events if event in {"number", "null"}]
    assert numbers == [int(number), None, 5]


@pytest.mark.parametrize("padding", range(65_536 - 50, 65_536 - 20))
def test_half_a_surrogate_pair_is_replaced_wherever_a_piece_of_the_file_ends(padding: int) -> None:
    text = "x" * padding + '😀\ud83d\ud83d😀"\udc00é\\ud83d'
    with json_events(Content.of_bytes(json.dumps([text]).encode(), "a.json")) as events:
        texts = [value for event, value in events if event == "string"]
    assert texts == [re.sub("[\ud800-\udfff]", "?", text)]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("", "empty"),
        ('["' + "é" * 60 + '" x' + "é" * 60, "(reason=lexical error: invalid char in json text.)"),
        ("{}", "records-no-text-field"),
        ('{"a": 1}', "records-no-text-field (found=names (names=[a]))"),
        ('[{"text": "a"', "json-invalid"),
        ('{"a":' * 200_000, "json-invalid"),
        (b"\x00\x01", "json-invalid"),
    ],
)
def test_json_that_cannot_be_read_says_why(data: str | bytes, reason: str) -> None:
    assert reason in refusal("a.json", data)


def test_what_is_no_object_in_a_list_is_left_out() -> None:
    deep = "[" * 200 + "]" * 200
    data = f'[1, {{"text": "{PROSE}"}}, {deep}, {{"text": "{OTHER}"}}]'
    articles, skipped = read_data("a.json", data)
    assert [article.text for article in articles] == [PROSE, OTHER]
    assert [(skip.label, skip.problem.code, skip.at) for skip in skipped] == [
        ("a.json", "record-no-object", Problem("at-record", number=1)),
        ("a.json", "record-too-deep", Problem("at-record", number=3)),
    ]


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_a_table_is_told_by_what_parts_its_cells(delimiter: str) -> None:
    text = f'{PROSE}\n\nUn, deux ; trois | quatre "cinq"'
    rows = [("titre", "texte"), ("Un, deux; trois", text), ("B", OTHER)]
    for line_end in ("\r\n", "\r"):
        data = table(*rows, delimiter=delimiter).replace("\r\n", line_end)
        articles, _ = read_data("a.csv", data)
        assert [article.title for article in articles] == ["Un, deux; trois", "B"]
        assert articles[0].text == text


def test_a_bad_row_or_endless_quote_costs_itself_only(monkeypatch: pytest.MonkeyPatch) -> None:
    data = f'titre;texte\nA;"{PROSE}\n\nSuite."\nB;{PROSE};de trop\n;\nC\nD;{OTHER}\n'
    articles, skipped = read_data("a.csv", data)
    assert [article.title for article in articles] == ["A", "D"]
    assert [skip.at for skip in skipped] == [Problem("at-line", number=n) for n in (5, 7)]
    assert skipped[0].problem == Problem("row-too-wide", cells=3, columns=2)
    before = csv.field_size_limit(2_000)
    try:
        data = f'titre;texte\nA;"{PROSE}\n' + f"B;{OTHER}\n" * 100
        articles, skipped = read_data("a.csv", data)
    finally:
        csv.field_size_limit(before)
    assert articles[-1].title == "B"
    assert skipped[0].at == Problem("at-line", number=2)


def test_a_map_names_fields_however_deep_and_one_that_is_not_there_is_told() -> None:
    writers = [{"n": "Jeanne Petit"}, {"n": "Luc Roy"}]
    data = lines({"k": {"b": PROSE}, "t": "T", "w": writers, "title": "x"})
    fields = parse_map("text=k.b, title=t,author=w.n,id=t")
    (article,), _ = read_data("a.jsonl", data, fields)
    assert (article.title, article.text, article.path) == ("T", PROSE, "a.jsonl#T")
    assert article.author == "Jeanne Petit, Luc Roy"
    message = refusal("a.jsonl", lines({"k": {"b": PROSE}, "titre": "T"}), {"text": "corps"})
    assert "map-not-found (field=text, name=corps" in message
    assert "names=[k, k.b, titre])" in message
    unnamed = refusal("a.csv", table(("A", PROSE), ("B", OTHER)))
    assert "records-no-text-field" in unnamed
    assert "names=[A, Le conseil a voté" in unnamed
