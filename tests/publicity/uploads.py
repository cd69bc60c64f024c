"""Files that people might choose as a picture of them: good ones, odd ones, and hostile ones."""

import io
import struct
import zlib

from PIL import Image, ImageCms

from afterlike.publicity import MOST_BYTES

GPS, MAKER = 0x8825, 0x010F
LEFT, RIGHT = (220, 40, 30), (30, 60, 220)


def drawn(width: int = 600, height: int = 400) -> Image.Image:
    """Red on the left, blue on the right."""
    image = Image.new("RGB", (width, height), LEFT)
    image.paste(RIGHT, (width // 2, 0, width, height))
    return image


def saved(image: Image.Image, kind: str, **how) -> bytes:
    made = io.BytesIO()
    image.save(made, kind, **how)
    return made.getvalue()


def photo(*, turned: int = 1, image: Image.Image | None = None) -> bytes:
    """A JPEG that says where it was taken and by which camera, and which way is up."""
    exif = Image.Exif()
    exif[0x0112], exif[MAKER] = turned, "Secret camera"
    exif.get_ifd(GPS).update({1: "N", 2: (53.0, 20.0, 59.0), 3: "W", 4: (6.0, 15.0, 37.0)})
    return saved(image or drawn(), "JPEG", exif=exif, comment=b"Secret words")


def noisy() -> bytes:
    """A photograph of almost 2 MB, as telephones make them."""
    raw = photo(image=Image.effect_noise((2000, 1500), 90).convert("RGB"))
    assert 0.75 * MOST_BYTES < len(raw) < MOST_BYTES
    return raw


def png_of(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is so large."""
    def part(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", zlib.compress(b"\0" * 100_000)) + part(b"IEND", b"")


def clear() -> bytes:
    """A palette with a colour that is not seen."""
    return saved(drawn().quantize(8), "PNG", transparency=0)


def moving() -> bytes:
    return saved(drawn(), "WEBP", save_all=True, append_images=[Image.new("RGB", (600, 400), "white")], duration=100)


def profiled() -> bytes:
    return saved(drawn(), "JPEG", icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())


FINE = {
    "JPEG with its place": photo,
    "PNG": lambda: saved(drawn(), "PNG"),
    "WebP": lambda: saved(drawn(), "WEBP"),
    "CMYK JPEG": lambda: saved(drawn().convert("CMYK"), "JPEG"),
    "16-bit PNG": lambda: saved(Image.new("I;16", (300, 300), 40_000), "PNG"),
    "palette with transparency": clear,
    "black and white": lambda: saved(drawn().convert("1"), "PNG"),
    "grey with alpha": lambda: saved(drawn().convert("LA"), "PNG"),
    "1×1": lambda: saved(drawn(1, 1), "PNG"),
    "a colour profile": profiled,
    "a colour profile that is none": lambda: saved(drawn(), "JPEG", icc_profile=b"\0" * 200),
    "animated WebP": moving,
    "several in one (MPO)": lambda: saved(drawn(), "MPO", save_all=True, append_images=[drawn()]),
    "a PNG with a program behind it": lambda: saved(drawn(), "PNG") + b"<script>alert(1)</script>",
    "large and plain": lambda: saved(Image.new("L", (5000, 5000), 90), "PNG"),
    "a line": lambda: saved(drawn(2000, 1), "PNG"),
}
OTHER, PIXELS, BROKEN, BIG = "JPEG, PNG or WebP only", "too many pixels", "cannot be read", "larger than 2 MB"
REFUSED = {  # what it is: (how it is made, a part of the sentence)
    "bomb": (lambda: png_of(50_000, 50_000), PIXELS),
    "a long bomb": (lambda: png_of(1, 24_000_000), PIXELS),
    "less than it says": (lambda: png_of(4_000, 4_000), BROKEN),
    "truncated JPEG": (lambda: photo()[:2_000], BROKEN),
    "half a head": (lambda: photo()[:20], OTHER),
    "SVG": (lambda: b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', OTHER),
    "HTML": (lambda: b"<!doctype html><script>alert(1)</script>", OTHER),
    "GIF": (lambda: saved(drawn(), "GIF"), OTHER),
    "TIFF": (lambda: saved(drawn(), "TIFF"), OTHER),
    "EPS": (lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", OTHER),
    "GIF that is a script": (lambda: b"GIF89a/*" + b"\0" * 40 + b"*/=alert(1)", OTHER),
    "noise": (lambda: bytes(range(256)) * 40, OTHER),
    "nothing": (lambda: b"", OTHER),
    "too much": (lambda: photo() + b"\0" * (MOST_BYTES + 1 - len(photo())), BIG),
}
