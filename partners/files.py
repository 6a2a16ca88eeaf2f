"""Files that people send: pictures are judged by what they hold and drawn anew, without place, camera or comments.

On its way out a file comes from a view that asks who reads, never from a folder.
"""

import io

from django.http import FileResponse
from PIL import Image, ImageOps

SHUT = "default-src 'none'; sandbox"  # a file of a user is never a page of ours
MOST_PIXELS = 50_000_000


class Unreadable(Exception):
    """It is no JPEG or PNG, or a broken one."""


class TooLarge(Exception):
    """It has more pixels than we draw."""


def read(content: bytes, *, most_pixels: int = MOST_PIXELS) -> tuple[str, Image.Image]:
    """("jpeg" or "png", the picture the right way up). Raises Unreadable and TooLarge."""
    try:
        with Image.open(io.BytesIO(content), formats=("JPEG", "PNG")) as picture:
            if picture.width * picture.height > most_pixels:
                raise TooLarge
            kind = "png" if picture.format == "PNG" else "jpeg"
            drawn = ImageOps.exif_transpose(picture)
            return kind, drawn.convert("RGBA" if kind == "png" else "RGB")
    except TooLarge:
        raise
    except Exception as error:  # Pillow answers broken files with a dozen different exceptions
        raise Unreadable from error


def written(picture: Image.Image, kind: str) -> bytes:
    """The pixels alone: a new image has no EXIF, no place and no comments."""
    bare = Image.frombytes(picture.mode, picture.size, picture.tobytes())
    out = io.BytesIO()
    options = {"quality": 88, "optimize": True} if kind == "jpeg" else {"optimize": True}
    bare.save(out, "JPEG" if kind == "jpeg" else "PNG", **options)
    return out.getvalue()


def served(file, content_type: str, **options) -> FileResponse:
    """A user's file: shown by its own type only, in a page that can do nothing."""
    response = FileResponse(file.open("rb"), content_type=content_type, **options)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = SHUT
    return response
