"""Files that people hand over: known by content, drawn anew, handed out so that nothing in them runs (T22)."""

from __future__ import annotations

import io
import random
from typing import TYPE_CHECKING

import pytest
from django.core.files.base import ContentFile
from django.utils import translation
from PIL import Image

from base import uploads
from base.refusal import Refused

if TYPE_CHECKING:
    from django.test import Client

SCRIPT = b"<script>alert(1)</script>"
PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\n%%EOF\n"


def drawn(kind: str = "PNG", size: tuple[int, int] = (60, 40), mode: str = "RGB", **more: object) -> bytes:
    made = io.BytesIO()
    Image.new(mode, size, "teal").save(made, kind, **more)
    return made.getvalue()


def picture(content: bytes, name: str = "a.png", **more: int) -> uploads.Upload:
    return uploads.picture(ContentFile(content, name), **more)


def code(content: bytes, kind: str = "picture") -> str:
    with pytest.raises(Refused) as refused:
        getattr(uploads, kind)(ContentFile(content, "a.png"))
    return refused.value.refusal.code


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_a_picture_is_drawn_anew_as_webp_under_a_name_of_chance(kind: str) -> None:
    one, two = (picture(drawn(kind), name="../../etc/passwd") for _ in range(2))
    assert one.name != two.name
    assert uploads.NAME.fullmatch(one.name)
    assert Image.open(io.BytesIO(one.content)).format == "WEBP"
    assert (one.width, one.height) == (60, 40)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "L", "LA", "1", "I;16"])
def test_pictures_of_every_kind_of_colour_are_drawn(mode: str) -> None:
    made = io.BytesIO()
    Image.new(mode, (10, 10)).save(made, "PNG")
    assert picture(made.getvalue()).width == 10


def test_what_a_picture_carried_besides_its_pixels_is_gone() -> None:
    exif = Image.Exif()
    exif[0x010E] = SCRIPT.decode()
    exif.get_ifd(0x8825)[1] = "N"
    content = drawn("JPEG", exif=exif, comment=SCRIPT)
    assert SCRIPT in content
    made = Image.open(io.BytesIO(picture(content).content))
    assert SCRIPT not in picture(content).content
    assert dict(made.getexif()) == {}


def test_a_picture_stands_upright_and_is_no_wider_than_asked() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright
    made = picture(drawn("JPEG", (400, 200), exif=exif), widest=100)
    assert (made.width, made.height) == (50, 100)


def test_a_file_that_is_both_picture_and_page_comes_out_as_a_picture_alone() -> None:
    assert SCRIPT not in picture(drawn("GIF") + SCRIPT).content


@pytest.mark.parametrize(
    "content",
    [
        b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        b"<html>" + SCRIPT,
        b"MZ" + b"\0" * 100,
        PDF,
        drawn()[:40],
        b"GIF89a" + b"\xff" * 20,
        b"\x89PNG\r\n\x1a\n",
    ],
    ids=["svg", "html", "program", "pdf", "cut png", "broken gif", "png sign alone"],
)
def test_what_is_no_picture_is_refused_whatever_it_is_called(content: bytes) -> None:
    assert code(content) == "not_a_picture"


def test_a_tiff_is_refused_though_the_drawer_knows_it() -> None:
    assert code(drawn("TIFF")) == "not_a_picture"


def test_a_picture_of_more_than_forty_megapixels_is_refused_before_it_is_unpacked() -> None:
    assert code(drawn(size=(6400, 6400), mode="1")) == "picture_large"
    assert code(drawn(size=(14000, 14000), mode="1")) == "picture_large"
    assert picture(drawn(size=(6300, 6300), mode="1")).width == 1600


def test_a_file_of_more_than_five_megabytes_is_refused_and_an_empty_one_too() -> None:
    assert code(b"\0" * (uploads.MOST_BYTES + 1)) == "file_large"
    assert code(PDF + b"\0" * uploads.MOST_BYTES, "document") == "file_large"
    assert code(b"") == "file_empty"


def test_files_cut_or_changed_anywhere_are_drawn_or_refused_and_nothing_else() -> None:
    chance = random.Random(7)
    for kind in ("PNG", "JPEG", "WEBP", "GIF"):
        whole = drawn(kind)
        for _ in range(60):
            content = bytearray(whole[: chance.randrange(1, len(whole) + 1)])
            content[chance.randrange(len(content))] = chance.randrange(256)
            try:
                picture(bytes(content))
            except Refused as refused:
                assert refused.refusal.code in {"not_a_picture", "picture_large"}  # noqa: PT017 - either is right


def test_a_document_is_a_pdf_by_its_content() -> None:
    made = uploads.document(ContentFile(PDF, "page.html"))
    assert made.name.endswith(".pdf")
    assert made.content == PDF
    for content in (drawn(), SCRIPT, b"%PDF-1.7\n", SCRIPT + PDF):
        assert code(content, "document") == "not_a_pdf"


def test_a_refusal_speaks_the_persons_language() -> None:
    with translation.override("fa"):
        assert "مگابایت" in str(uploads.FILE_LARGE.message)


def test_a_kept_picture_is_shown_and_a_document_handed_out(client: Client) -> None:
    shown, saved = (
        client.get(f"/files/{uploads.keep(one)}")
        for one in (picture(drawn()), uploads.document(ContentFile(PDF, "a.pdf")))
    )
    for answer, kind, way in ((shown, "image/webp", "inline"), (saved, "application/pdf", "attachment")):
        assert answer.status_code == 200
        assert answer["Content-Type"] == kind
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer["Content-Security-Policy"].split("; ")
        assert "default-src 'none'" in answer["Content-Security-Policy"]
        assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer["Content-Disposition"].startswith(way)
    assert saved.content == PDF


@pytest.mark.django_db
def test_a_kept_file_stays_in_the_browser_of_somebody_signed_in(client: Client) -> None:
    client.cookies["session"] = "k" * 32
    answer = client.get(f"/files/{uploads.keep(picture(drawn()))}")
    assert "immutable" in answer["Cache-Control"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name", ["a" * 32 + ".webp", "a" * 32 + ".svg", "..%2fcity.sqlite3", "%2e%2e%2fsettings.py", "x"]
)
def test_nothing_but_kept_files_is_served(client: Client, name: str) -> None:
    assert client.get(f"/files/{name}").status_code == 404


@pytest.mark.django_db
def test_a_dropped_file_is_gone(client: Client) -> None:
    name = uploads.keep(picture(drawn()))
    uploads.drop(name)
    uploads.drop("../nothing")
    assert client.get(f"/files/{name}").status_code == 404
