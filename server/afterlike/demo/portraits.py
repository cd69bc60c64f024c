"""Draws somebody who is nobody: a head, hair and shoulders in a few flat colours, as small WebP."""

import io

from PIL import Image, ImageDraw

LARGE, SMALL = 1024, 256  # drawn large and made small, so that edges are smooth
LOOKS = {  # wall, clothes, skin, hair, whether it falls to the shoulders
    "demo-ballyfern": ("#c9d6cf", "#2f5d50", "#edc7a8", "#9c4a26", True),
    "demo-kain-rotan": ("#e7d3b5", "#2b3f63", "#b98560", "#2a1f1a", False),
}


def portrait(shop: str) -> bytes:
    """Of the person whose words that shop of the demo shows."""
    wall, clothes, skin, hair, is_long = LOOKS[shop]
    image = Image.new("RGB", (LARGE, LARGE), wall)
    draw = ImageDraw.Draw(image)
    if is_long:
        draw.rounded_rectangle((296, 270, 728, 820), 200, hair)
    draw.ellipse((150, 740, 874, 1500), clothes)
    draw.rounded_rectangle((440, 600, 584, 830), 70, _darker(skin))
    draw.ellipse((346, 250, 678, 690), skin)
    draw.pieslice((318, 190, 706, 640), 178, 362, hair)
    draw.pieslice((318, 330, 620, 480), 170, 370, hair)
    draw.pieslice((500, 350, 706, 470), 170, 370, hair)
    draw.ellipse((430, 450, 456, 480), "#2b2320")
    draw.ellipse((568, 450, 594, 480), "#2b2320")
    draw.arc((446, 500, 578, 610), 25, 155, _darker(_darker(_darker(skin))), 12)
    made = io.BytesIO()
    image.resize((SMALL, SMALL), Image.Resampling.LANCZOS).save(made, "WEBP", quality=82, method=6)
    return made.getvalue()


def _darker(colour: str) -> str:
    parts = (int(colour[at : at + 2], 16) * 22 // 25 for at in (1, 3, 5))
    return "#" + "".join(f"{part:02x}" for part in parts)
