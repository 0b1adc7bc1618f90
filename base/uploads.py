"""Files that people hand over: known by their content, made anew, kept under names that nobody can guess."""

from __future__ import annotations

import io
import re
import secrets
import struct
import zlib
from typing import TYPE_CHECKING, NamedTuple

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext_lazy as _

from base.refusal import Refusal, Refused

if TYPE_CHECKING:
    from django.core.files.base import File
    from PIL import Image

MOST_BYTES = 5 * 1024 * 1024
MOST_PIXELS = 40_000_000
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
TYPES = {"webp": "image/webp", "pdf": "application/pdf"}
PICTURES = frozenset({"webp"})
NAME = re.compile(r"[0-9a-f]{32}\.(?:webp|pdf)", re.ASCII)
_QUALITY = 82
_EDGE = 1024  # bytes at either end of a PDF in which its signs may stand
_BROKEN = (OSError, ValueError, TypeError, SyntaxError, EOFError, LookupError, MemoryError, struct.error, zlib.error)

FILE_EMPTY = Refusal("file_empty", _("This file is empty; choose another one"))
FILE_LARGE = Refusal("file_large", _("This file is larger than 5 MB; choose a smaller one"))
NOT_A_PICTURE = Refusal("not_a_picture", _("This is no picture that we can read; choose a JPEG, PNG, WebP or GIF file"))
PICTURE_LARGE = Refusal("picture_large", _("This picture has more than 40 megapixels; make it smaller first"))
NOT_A_PDF = Refusal("not_a_pdf", _("This is no PDF file; save your document as PDF and choose that"))


class Upload(NamedTuple):
    """A file as it will be kept: a random name whose ending tells its type, its bytes, a picture's size in pixels."""

    name: str
    content: bytes
    width: int = 0
    height: int = 0


def picture(file: File[bytes], *, widest: int = 1600) -> Upload:
    """The picture drawn anew as WebP, upright, at most so many pixels wide and high, without anything else it carried.

    Raises:
        Refused: `file_empty`, `file_large`, `not_a_picture`, `picture_large`.
    """
    from PIL import Image  # it is large, and few processes ever draw one

    content = _read(file)
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as found:
            if found.width * found.height > MOST_PIXELS:
                raise Refused(PICTURE_LARGE)
            drawn = _drawn(found, widest)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refused(PICTURE_LARGE) from error
    except _BROKEN as error:
        raise Refused(NOT_A_PICTURE) from error
    made = io.BytesIO()
    drawn.save(made, "WEBP", quality=_QUALITY)
    return Upload(f"{secrets.token_hex(16)}.webp", made.getvalue(), *drawn.size)


def _drawn(found: Image.Image, widest: int) -> Image.Image:
    """The pixels alone: turned as the camera held it, in plain colours."""
    from PIL import Image, ImageOps

    found.draft("RGB", (widest, widest))
    upright = ImageOps.exif_transpose(found)
    plain = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    plain.thumbnail((widest, widest))
    bare = Image.new(plain.mode, plain.size)
    bare.paste(plain)
    return bare


def document(file: File[bytes]) -> Upload:
    """A PDF as it came, known by how it begins and ends; it is handed out to be saved and never shown by us.

    Raises:
        Refused: `file_empty`, `file_large`, `not_a_pdf`.
    """
    content = _read(file)
    if not content.startswith(b"%PDF-") or b"%%EOF" not in content[-_EDGE:]:
        raise Refused(NOT_A_PDF)
    return Upload(f"{secrets.token_hex(16)}.pdf", content)


def _read(file: File[bytes]) -> bytes:
    """No more than is allowed, whatever the file says of its size."""
    content: bytes = file.read(MOST_BYTES + 1)
    if not content:
        raise Refused(FILE_EMPTY)
    if len(content) > MOST_BYTES:
        raise Refused(FILE_LARGE)
    return content


def keep(upload: Upload) -> str:
    """Puts the file where the portal keeps files, and tells its name there; `/files/<name>` serves it."""
    return default_storage.save(upload.name, ContentFile(upload.content))


def drop(name: str) -> None:
    """Takes a kept file away; one that is not there stays so."""
    if NAME.fullmatch(name):
        default_storage.delete(name)
