"""Run as a program of its own: what somebody uploaded comes in, a small square WebP without any metadata goes out.

Decoders of pictures are where hostile files aim, so this runs apart from the product: without its secrets, with an end to
memory and time, and killed without harm. It imports nothing of ours, so that it starts within a tenth of a second.
"""

import io
import resource
import struct
import sys
import warnings
import zlib

from PIL import Image, ImageCms, ImageOps

SIDE = 256
FORMATS = ("JPEG", "PNG", "WEBP")
MOST_PIXELS = 25_000_000
MOST_SIDE = 20_000
MOST_MEMORY = 512 * 1024 * 1024  # of addresses, Python and its libraries too
MOST_SECONDS = 5  # of computing
EXITS = {"kind": 10, "pixels": 11, "broken": 12}
# What Pillow raises at files that are not what they say.
BROKEN = (OSError, ValueError, SyntaxError, EOFError, LookupError, TypeError, AttributeError, ArithmeticError, MemoryError,
          struct.error, zlib.error, Image.DecompressionBombError, ImageCms.PyCMSError)


class Unusable(Exception):
    """No picture can be made of it; `why` is a word of EXITS."""

    def __init__(self, why: str):
        self.why = why
        super().__init__(why)


def square(raw: bytes) -> bytes:
    """The middle of the first picture in it, upright, at most SIDE pixels wide and high; raises Unusable."""
    image = _opened(raw)
    try:
        small = _small(image)
        flat = Image.new("RGB", small.size, "white")  # of its own, so that nothing comes along but the pixels
        flat.paste(small, mask=small.getchannel("A") if small.mode == "RGBA" else None)
        made = io.BytesIO()
        flat.save(made, "WEBP", quality=82, method=6)
    except BROKEN:
        raise Unusable("broken") from None
    return made.getvalue()


def _opened(raw: bytes) -> Image.Image:
    """Only looked at, nothing decoded; what it is, its bytes say."""
    try:
        image = Image.open(io.BytesIO(raw), formats=FORMATS)
    except Image.UnidentifiedImageError:
        raise Unusable("kind") from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Unusable("pixels") from None
    except BROKEN:
        raise Unusable("broken") from None
    if image.width * image.height > MOST_PIXELS or max(image.size) > MOST_SIDE:
        raise Unusable("pixels")
    return image


def _small(image: Image.Image) -> Image.Image:
    """RGB or RGBA in the colours of screens. A JPEG is decoded no larger than is needed."""
    image.draft(None, (2 * SIDE, 2 * SIDE))
    image.load()
    profile, turned = image.info.get("icc_profile"), image.getexif()
    side = min(SIDE, *image.size)
    small = ImageOps.fit(_plain(image), (side, side), Image.Resampling.LANCZOS)
    small = _in_srgb(small, profile)
    small.getexif().update(turned)
    return ImageOps.exif_transpose(small)


def _plain(image: Image.Image) -> Image.Image:
    """In a mode that can be made smaller well: not of 16 bits, of a palette or of black and white alone."""
    if image.mode.startswith("I"):
        return image.convert("I").point(lambda value: value / 257).convert("L").convert("RGB")
    if image.mode in ("RGB", "RGBA", "CMYK") and "transparency" not in image.info:
        return image
    return image.convert("RGBA" if "A" in image.mode or "transparency" in image.info else "RGB")


def _in_srgb(small: Image.Image, profile: bytes | None) -> Image.Image:
    """By its colour profile, as far as that can be read."""
    if profile and small.mode in ("RGB", "CMYK"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            return ImageCms.profileToProfile(small, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except BROKEN:
            pass
    return small if small.mode == "RGBA" else small.convert("RGB")


def main() -> None:
    """From standard input to standard output; the status says what was wrong."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    warnings.simplefilter("ignore")
    try:
        made = square(sys.stdin.buffer.read())
    except Unusable as wrong:
        sys.exit(EXITS[wrong.why])
    sys.stdout.buffer.write(made)


if __name__ == "__main__":
    main()
