"""Makes the fonts of digests from the one the browser gets: Typst and matplotlib read no woff2 and no variable font.

Two weights, with the Hangul of KS X 1001 and Latin; what a log has beyond that is shown by a replacement mark. Run it
after assets/fonts changes: `python tools/build_digest_fonts.py`.
"""

from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "assets" / "fonts" / "PretendardVariable.woff2"
TARGET = ROOT / "src" / "secmon" / "digest" / "fonts"
WEIGHTS = {"Regular": 400, "Bold": 700}


def ks_x_1001() -> set[int]:
    """Code points of the 2,350 syllables, the letters and the signs of the Korean standard."""
    points = set()
    for row in range(0xA1, 0xFF):
        for cell in range(0xA1, 0xFF):
            try:
                character = bytes((row, cell)).decode("euc_kr")
            except UnicodeDecodeError:
                continue
            if not 0x4E00 <= ord(character) <= 0x9FFF and not 0xF900 <= ord(character) <= 0xFAFF:
                points.add(ord(character))
    return points


def build(name: str, weight: int) -> Path:
    """One weight as TrueType."""
    font = instancer.instantiateVariableFont(TTFont(SOURCE), {"wght": weight})
    options = subset.Options(layout_features=["kern", "liga", "tnum", "ccmp", "locl", "mark"], notdef_outline=True)
    options.name_IDs = ["*"]
    made = subset.Subsetter(options)
    latin = {
        *range(0x20, 0x180),
        *range(0x2010, 0x2040),
        *range(0x2190, 0x21A0),
        0x20A9,
        0x25A0,
        0x25B2,
        0x25BC,
        0x2026,
    }
    made.populate(unicodes=latin | ks_x_1001())
    made.subset(font)
    family = "Secmon Report"  # the licence reserves the original name to the original files
    for record in font["name"].names:
        texts = {1: family, 2: name, 4: f"{family} {name}", 6: f"SecmonReport-{name}", 16: family, 17: name}
        if record.nameID in texts:
            record.string = texts[record.nameID]
        elif record.nameID in {3, 25}:
            record.string = f"SecmonReport-{name}"
    font["OS/2"].usWeightClass = weight
    font["OS/2"].fsSelection = 0x20 if weight > 500 else 0x40
    font["head"].macStyle = 1 if weight > 500 else 0
    font.flavor = None
    path = TARGET / f"SecmonReport-{name}.ttf"
    font.save(path)
    return path


def main() -> None:
    """Write both and say how large they are."""
    TARGET.mkdir(parents=True, exist_ok=True)
    for name, weight in WEIGHTS.items():
        path = build(name, weight)
        print(f"{path.relative_to(ROOT)}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
