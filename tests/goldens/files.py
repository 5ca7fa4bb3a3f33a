"""Files that cannot be read, or not whole, one of every kind that is known: name → bytes."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import tarfile
import zipfile
from collections.abc import Mapping
from email.message import EmailMessage
from pathlib import Path

PROSE = (
    "Le conseil municipal a voté hier soir le budget de la ville, qui augmente de trois pour cent. "
    "Les élus de l’opposition ont quitté la salle avant la fin de la séance."
)
OTHER = (
    "La gare de Lézan rouvrira au printemps, a annoncé la région. Trois trains par jour la "
    "relieront à la préfecture, et le guichet restera ouvert le matin."
)
_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
_LARGE = 257 * 2**20


def write_all(folder: Path) -> None:
    """Write every file of `files()` below the folder, links and pipes besides."""
    for name, data in files().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    (folder / "lien-mort.md").symlink_to("nulle-part.md")
    (folder / "boucle.md").symlink_to("boucle.md")
    os.mkfifo(folder / "tube.txt")
    (folder / "dossier.txt").mkdir()
    with (folder / "immense.txt").open("wb") as file:  # a hole: no room is taken
        file.truncate(_LARGE)


def files() -> Mapping[str, bytes]:
    return {**texts(), **records(), **packages(), **pages()}


def texts() -> Mapping[str, bytes]:
    return {
        "bon.md": f"# Le budget\n\n{PROSE}\n".encode(),
        "vide.txt": b"",
        "vide.md": b"  \n\n",
        "binaire.txt": b"\0\1\2\3 binaire \0\0" * 40,
        "encodage.txt": "\x81\x8d\x8f".encode("latin-1") + b"\xff\xfe\xfd" * 3 + b"\x01 a\n",
        "utf16.txt": b"\xff\xfe" + "Un texte.".encode("utf-16-le") + b"\xd8",
        "titre.md": b"---\ntitle: T\n---\n",
        "yaml.md": f'---\ntitle: "a" b: [\n---\n\n{PROSE}'.encode(),
        "yaml-valeur.md": f"---\ntitle:\n  - a: 1\n---\n\n{PROSE}".encode(),
        "yaml-date.md": f"---\npublished: 2024-13-45\n---\n\n{PROSE}".encode(),
        "word.txt": _OFFICE,
        "ancien.doc": _OFFICE,
        "rtf.txt": b"{\\rtf1\\ansi Bonjour}",
        "sept.txt": b"7z\xbc\xaf\x27\x1c\0\4" + bytes(30),
        "rar.txt": b"Rar!\x1a\x07\0" + bytes(30),
        "base.txt": b"SQLite format 3\0" + bytes(84),
        "png.txt": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        "jpeg.md": b"\xff\xd8\xff\xe0\0\x10JFIF\0",
        "gif.txt": b"GIF89a\0\0\0\0",
        "tiff.txt": b"II*\0\0\0\0\0",
        "mp3.txt": b"ID3\3\0\0\0\0",
        "ogg.txt": b"OggS\0\2" + bytes(20),
        "mkv.txt": b"\x1aE\xdf\xa3\0\0",
        "riff.txt": b"RIFF\0\0\0\0WAVEfmt ",
        "mp4.txt": b"\0\0\0\x20ftypisom" + bytes(16),
        "xlsx.txt": zipped({"[Content_Types].xml": "<Types/>", "xl/workbook.xml": "<w/>"}, 0),
        "pptx.txt": zipped({"[Content_Types].xml": "<Types/>", "ppt/slide1.xml": "<w/>"}, 0),
        "texte.odt": _odt(),
        "odt.txt": _odt(),
        "notes.pages": b"rien",
        "message.msg": b"rien",
        "photo.heic": b"rien",
        "inconnu.xyz": b"rien",
        "sans-suffixe": b"rien",
        "pdf-nomme.txt": pdf("Un PDF qui se dit texte."),
    }


def records() -> Mapping[str, bytes]:
    good = {"titre": "La gare", "texte": OTHER}
    deep = "[" * 400 + "]" * 400
    return {
        "vide.json": b"",
        "liste.json": b"[",
        "coupe.json": b'[{"titre": "A", "texte": "B"}, {"titre": ',
        "virgule.json": b'[{"titre": "A" "texte": "B"}]',
        "nombre.json": b"42",
        "profond.json": f'{{"articles": {deep}}}'.encode(),
        "latin.json": '{"texte": "été"}'.encode("latin-1"),
        "vide-liste.json": b"[]",
        "nombres.json": b"[1, 2, 3]",
        "sans-texte.json": b'[{"prix": 3, "stock": 4}, {"prix": 5, "stock": 6}]',
        "texte-vide.json": json.dumps([good, {"titre": "Rien", "texte": ""}]).encode(),
        "vide.jsonl": b"",
        "lignes.jsonl": "\n".join(
            [
                json.dumps(good),
                "{pas du json}",
                "[1, 2]",
                '"un texte"',
                json.dumps({"titre": "Rien", "texte": ""}),
                '{"titre": "coupé',
                *["{encore}"] * 22,
            ]
        ).encode(),
        "latin.jsonl": (json.dumps(good) + "\n" + '{"texte": "\xe9t\xe9"}\n').encode("latin-1"),
        "sans-texte.jsonl": b'{"prix": 3}\n{"prix": 4}\n',
        "vide.csv": b"",
        "entete.csv": b"titre;texte\n",
        "lignes.csv": (
            f"titre;texte\nLa gare;{OTHER}\nseul\na;b;c;d\nRien;\n" + "x;y;z;t\n" * 25
        ).encode(),
        "guillemets.csv": f'titre;texte\n"Le budget;{PROSE}\n'.encode(),
        "sans-texte.csv": b"prix;stock\n3;4\n5;6\n",
        "ambigu.csv": b"un seul mot\n",
        "vide.tsv": b"\n\n",
    }


def packages() -> Mapping[str, bytes]:
    return {
        "abime.pdf": b"%PDF-1.4 rien",
        "faux.pdf": b"bonjour",
        "vide.pdf": b"",
        "sans-texte.pdf": pdf(""),
        "secret.pdf": locked_pdf(),
        "bon.pdf": pdf("La gare de Lézan rouvrira au printemps, dit la région."),
        "coupe.pdf": pdf("Un PDF dont la fin manque, et que rien ne rattrape.")[:-120],
        "abime.docx": b"PK\3\4 rien",
        "faux.docx": b"bonjour",
        "ancien.docx": _OFFICE,
        "zip.docx": zipped({"a.md": PROSE}),
        "incomplet.docx": zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": "<"}),
        "abime.epub": b"PK\3\4 rien",
        "faux.epub": b"bonjour",
        "vide.epub": zipped({"mimetype": "application/epub+zip"}, 0),
        "sans-livre.epub": epub({"META-INF/container.xml": container("livre.opf")}),
        "sans-texte.epub": epub(
            {
                "META-INF/container.xml": container("livre.opf"),
                "livre.opf": opf(),
                "un.xhtml": xhtml(""),
            }
        ),
        "mal-forme.epub": epub(
            {"META-INF/container.xml": container("livre.opf"), "livre.opf": "<package"}
        ),
        "verrou.epub": epub(
            {
                "META-INF/container.xml": container("livre.opf"),
                "META-INF/encryption.xml": _DRM,
                "META-INF/rights.xml": "<rights/>",
                "livre.opf": opf(),
                "un.xhtml": xhtml(PROSE),
            }
        ),
        "abime.zip": b"PK\3\4 rien",
        "faux.zip": b"bonjour",
        "vide.zip": zipped({}),
        "melange.zip": zipped(
            {
                "a.md": f"# La gare\n\n{OTHER}",
                "vide.md": "",
                "image.png": "rien",
                "export.jsonl": "{pas du json}\n",
                "b.zip": zipped({"c.zip": zipped({"d.md": PROSE})}),
            }
        ),
        "secret.zip": _locked(zipped({"a.md": PROSE, "b.md": OTHER})),
        "trou.zip": _holed(zipped({"a.md": PROSE, "b.md": OTHER * 20})),
        "etrange.zip": _strange(zipped({"a.md": PROSE})),
        "abime.tar": b"rien" * 200,
        "coupe.tar": tarred({"a.md": PROSE * 20, "b.md": OTHER * 20})[:3000],
        "liens.tar": _linked(),
        "abime.tar.gz": b"\x1f\x8b\x08rien",
        "coupe.tar.gz": gzip.compress(tarred({"a.md": PROSE}), mtime=0)[:100],
        "coupe.gz": gzip.compress(PROSE.encode() * 50, mtime=0)[:60],
        "texte.txt.gz": gzip.compress(b"", mtime=0),
        "abime.bz2": b"BZh9rien",
        "abime.xz": b"\xfd7zXZ\0rien",
        "vide.eml": b"",
        "pas-un-message.eml": b"Bonjour.\n\nRien.",
        "sans-texte.eml": b"From: a@exemple.fr\nSubject: Vide\nDate: Mon, 1 Jan 2024 10:00:00 +0000"
        b"\n\n",
        "pieces.eml": _letter(),
    }


def pages() -> Mapping[str, bytes]:
    items = "".join(f'<li><a href="/{n}">Lien {n}</a></li>' for n in range(60))
    many = "<p>x</p>" * 100_100
    return {
        "vide.html": b"",
        "accueil.html": f"<html><body><h1>Accueil</h1><ul>{items}</ul></body></html>".encode(),
        "vide-page.html": b"<html><head><title>T</title></head><body></body></html>",
        "milliers.html": f"<html><body>{many}</body></html>".encode(),
        "binaire.html": b"\0\1\2" * 100,
        "vide.xml": b"",
        "faux.xml": b"bonjour",
        "mal-forme.xml": b"<rss><channel><item>",
        "plan.xml": b'<?xml version="1.0"?><urlset><url><loc>https://a.example/</loc></url></urlset>',
        "inconnu.xml": b"<facture><total>3</total></facture>",
        "entites.xml": b'<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/passwd">]><rss><channel>'
        b"<item><title>&a;</title></item></channel></rss>",
        "flux-vide.xml": b'<?xml version="1.0"?><rss version="2.0"><channel><title>F</title>'
        b"</channel></rss>",
        "flux.rss": f'<?xml version="1.0"?><rss version="2.0"><channel><title>F</title>'
        f"<item><title>La gare</title><description>{OTHER}</description></item>"
        f"<item><title>Rien</title><link>https://a.example/rien</link></item>"
        f"</channel></rss>".encode(),
        "flux-abime.atom": b"<feed><entry><title>x</feed>",
        "depeche.xml": b"<nitf><head><title>T</title></head><body></body></nitf>",
        "depeche-coupee.xml": b"<nitf><head><title>T</title>",
        "newsml.xml": b'<newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><itemSet>'
        b"</itemSet></newsMessage>",
        "newsml-ailleurs.xml": b'<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="a">'
        b'<contentSet><remoteContent href="https://a.example/b.xml"/></contentSet></newsItem>',
    }


# Names that read like what is said of files: they must be printed as they are.
NAMED = {
    "Budget 2025, encrypted, twice.txt": b"",
    "encrypted.txt": b"",
    "the file is empty.md": b"\0\1\2",
    "a; not text; b.txt": b"",
    "twice: line 3, record 4 (unknown format).json": b"[",
    "not JSON (1 skipped).jsonl": b"{x}\n",
    "un document, not text.xyz": b"",
    "permission denied": b"x",
    "first encrypted, 3 skipped.csv": b"prix;stock\n3;4\n",
    "<b>gras & « guillemets ».txt": b"",
    "saut\nde ligne.txt": b"",
    "\x1b[31mrouge.txt": b"",
    "été.txt": b"",
}


def zipped(members: Mapping[str, str | bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", packing) as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0))
            info.compress_type = packing
            archive.writestr(info, content)
    return data.getvalue()


def tarred(members: Mapping[str, str]) -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content.encode())
            archive.addfile(info, io.BytesIO(content.encode()))
    return data.getvalue()


def _linked() -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as archive:
        for name, kind in (
            ("a.md", tarfile.SYMTYPE),
            ("b.md", tarfile.LNKTYPE),
            ("c.md", tarfile.FIFOTYPE),
        ):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
    return data.getvalue()


def _locked(data: bytes) -> bytes:
    """The archive with its first member said to be encrypted."""
    changed = bytearray(data)
    for mark, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        changed[changed.index(mark) + at] |= 1
    return bytes(changed)


def _strange(data: bytes) -> bytes:
    """The archive with its first member said to be packed in an unknown way."""
    changed = bytearray(data)
    for mark, at in ((b"PK\3\4", 8), (b"PK\1\2", 10)):
        changed[changed.index(mark) + at] = 77
    return bytes(changed)


def _holed(data: bytes) -> bytes:
    """The archive with its second member damaged."""
    changed = bytearray(data)
    at = changed.index(b"b.md") + 40
    changed[at : at + 20] = bytes(20)
    return bytes(changed)


def _odt() -> bytes:
    return zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<c/>"}, 0)


def epub(members: Mapping[str, str]) -> bytes:
    return zipped({"mimetype": "application/epub+zip", **members}, 0)


def container(path: str) -> str:
    return (
        '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0">'
        f'<rootfiles><rootfile full-path="{path}" '
        'media-type="application/oebps-package+xml"/></rootfiles></container>'
    )


def opf() -> str:
    return (
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Livre</dc:title></metadata>'
        '<manifest><item id="un" href="un.xhtml" media-type="application/xhtml+xml"/></manifest>'
        '<spine><itemref idref="un"/></spine></package>'
    )


def xhtml(text: str) -> str:
    return f'<html xmlns="http://www.w3.org/1999/xhtml"><body><p>{text}</p></body></html>'


_DRM = (
    '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container">'
    '<EncryptedData xmlns="http://www.w3.org/2001/04/xmlenc#"><EncryptionMethod '
    'Algorithm="http://www.w3.org/2001/04/xmlenc#aes128-cbc"/><CipherData><CipherReference '
    'URI="un.xhtml"/></CipherData></EncryptedData></encryption>'
)


def _letter() -> bytes:
    message = EmailMessage()
    message["From"], message["Subject"] = "Jeanne Petit <j@exemple.fr>", "Le budget"
    message["Date"] = "Fri, 29 Aug 2025 10:00:00 +0200"
    message.set_content(PROSE)
    for name, data in (("secret.pdf", locked_pdf()), ("vide.txt", b""), ("photo.png", b"rien")):
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    message.set_boundary("golden")
    return message.as_bytes()


def pdf(text: str) -> bytes:
    """A page with one line."""
    shown = text.encode("cp1252").replace(b"(", b"\\(").replace(b")", b"\\)")
    drawing = b"BT /F1 11 Tf 72 700 Td (%s) Tj ET" % shown if text else b""
    return _pdf(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Count 1 /Kids [5 0 R] >>",
            _FONT,
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawing), drawing),
            _PAGE,
        ]
    )


_FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
_PAGE = (
    b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
    b"/Resources << /Font << /F1 3 0 R >> >> >>"
)


def locked_pdf(password: bytes = b"sesame") -> bytes:
    """A PDF encrypted with 40-bit RC4, which opens with the password."""
    padding = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")
    user = (password + padding)[:32]
    owner = _rc4(hashlib.md5(padding).digest()[:5], user)
    permissions = (-4).to_bytes(4, "little", signed=True)
    key = hashlib.md5(user + owner + permissions + b"selon").digest()[:5]
    secret = _rc4(
        hashlib.md5(key + (4).to_bytes(3, "little") + b"\0\0").digest()[:10],
        b"BT /F1 11 Tf 72 700 Td (Un secret) Tj ET",
    )
    return _pdf(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Count 1 /Kids [5 0 R] >>",
            _FONT,
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(secret), secret),
            _PAGE,
            b"<< /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >>"
            % (owner.hex().encode(), _rc4(key, padding).hex().encode()),
        ],
        b" /Encrypt 6 0 R /ID [<%s> <%s>]" % ((b"selon".hex().encode(),) * 2),
    )


def _pdf(objects: list[bytes], trailer: bytes = b"") -> bytes:
    data, places = bytearray(b"%PDF-1.4\n"), []
    for number, each in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    start = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    data += b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    data += b"trailer << /Size %d /Root 1 0 R%s >>\nstartxref\n%d\n%%%%EOF" % (size, trailer, start)
    return bytes(data)


def _rc4(key: bytes, data: bytes) -> bytes:
    box = list(range(256))
    swap = 0
    for place in range(256):
        swap = (swap + box[place] + key[place % len(key)]) % 256
        box[place], box[swap] = box[swap], box[place]
    out = bytearray()
    first = second = 0
    for each in data:
        first = (first + 1) % 256
        second = (second + box[first]) % 256
        box[first], box[second] = box[second], box[first]
        out.append(each ^ box[(box[first] + box[second]) % 256])
    return bytes(out)
