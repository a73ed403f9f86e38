#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""Make every size of every icon from its SVG, and contact sheets to look at.

    python3 icons/make.py            # PNG, ICO and ICNS, beside their sources
    python3 icons/make.py --sheets   # also target/contact-sheets/*.png (needs ImageMagick)

Needs rsvg-convert (Debian: librsvg2-bin). The same version gives the same bytes on every run.
"""

import pathlib
import re
import struct
import subprocess
import sys
import zlib

HERE = pathlib.Path(__file__).resolve().parent
SHEETS = HERE.parent / "target" / "contact-sheets"

APP_SIZES = (16, 22, 24, 32, 48, 64, 128, 256, 512)
TRAY_SIZES = (16, 22, 24, 32, 48)
EVENT_SIZES = (16, 32, 48, 64, 128)
# Up to this size three bells blur, so the drawing with one bell is used.
SMALL = 32
BACKGROUNDS = {"light": "#f6f5f4", "dark": "#241f31"}


def render(svg, size):
    command = ["rsvg-convert", "--width", str(size), "--height", str(size), "--format", "png", str(svg)]
    return subprocess.run(command, check=True, capture_output=True).stdout


def app_png(size):
    return render(HERE / "app" / ("carillon-small.svg" if size <= SMALL else "carillon.svg"), size)


def pixels(png):
    """The rows of an 8-bit RGBA PNG, as bytes: what rsvg-convert writes, and no more of the format."""
    width, height, depth, colour, _, _, interlace = struct.unpack(">IIBBBBB", png[16:29])
    if (depth, colour, interlace) != (8, 6, 0):
        raise ValueError("not a plain 8-bit RGBA PNG")
    data, at = b"", 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        if png[at + 4 : at + 8] == b"IDAT":
            data += png[at + 8 : at + 8 + length]
        at += 12 + length
    data, stride = zlib.decompress(data), 4 * width
    rows, above = [], bytearray(stride)
    for y in range(height):
        kind, row = data[y * (stride + 1)], bytearray(data[y * (stride + 1) + 1 : (y + 1) * (stride + 1)])
        for x in range(stride):
            left, up = row[x - 4] if x >= 4 else 0, above[x]
            corner = above[x - 4] if x >= 4 else 0
            row[x] = (row[x] + (0, left, up, (left + up) // 2, paeth(left, up, corner))[kind]) & 255
        rows.append(bytes(row))
        above = row
    return rows


def paeth(left, up, corner):
    guess = left + up - corner
    return min((left, up, corner), key=lambda value: abs(guess - value))


def bitmap(size):
    """A Windows icon's bitmap: header, BGRA from the bottom up, then a mask that alpha makes superfluous."""
    rows = [b"".join(bytes((row[i + 2], row[i + 1], row[i], row[i + 3])) for i in range(0, len(row), 4)) for row in pixels(app_png(size))]
    mask = bytes((size + 31) // 32 * 4 * size)
    return struct.pack("<IiiHHIIiiII", 40, size, 2 * size, 1, 32, 0, 0, 0, 0, 0, 0) + b"".join(reversed(rows)) + mask


def ico():
    # 32 pixels come first: tauri takes the first layer for the window's icon. Only 256 may be a PNG.
    layers = [(size, app_png(size) if size == 256 else bitmap(size)) for size in (32, 16, 24, 48, 64, 256)]
    head, at = struct.pack("<HHH", 0, 1, len(layers)), 6 + 16 * len(layers)
    for size, data in layers:
        head += struct.pack("<BBBBHHII", size % 256, size % 256, 0, 0, 1, 32, len(data), at)
        at += len(data)
    return head + b"".join(data for _, data in layers)


def icns():
    kinds = (("icp4", 16), ("icp5", 32), ("ic11", 32), ("ic12", 64), ("ic07", 128), ("ic13", 256), ("ic08", 256), ("ic14", 512), ("ic09", 512), ("ic10", 1024))
    blocks = b""
    for kind, size in kinds:
        png = app_png(size)
        blocks += kind.encode() + struct.pack(">I", 8 + len(png)) + png
    return b"icns" + struct.pack(">I", 8 + len(blocks)) + blocks


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return sum(w * (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4) for w, p in zip((0.2126, 0.7152, 0.0722), parts))


def contrast(one, other):
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def check_colours():
    """Every event colour must stand out 3:1 (WCAG 1.4.11) from a light panel, a dark panel and its white glyph."""
    faults = []
    for svg in sorted((HERE / "events").glob("*.svg")):
        colours = set(re.findall(r"#[0-9a-f]{6}\b", svg.read_text("utf-8")))
        for colour in sorted(colours):
            for name, ground in (*BACKGROUNDS.items(), ("glyph", "#ffffff")):
                if contrast(colour, ground) < 3:
                    faults.append(f"{svg.name}: {colour} has {contrast(colour, ground):.2f} to {name}")
    return faults


def sheet(folder, names, sizes, magnify):
    SHEETS.mkdir(parents=True, exist_ok=True)
    for ground, colour in BACKGROUNDS.items():
        for size in sizes:
            files = [str(HERE / folder / str(size) / f"{name}.png") for name in names]
            scale = magnify if size < 32 else max(1, magnify // 2)
            out = SHEETS / f"{folder}-{size}-{ground}.png"
            command = ["montage", *files, "-background", colour, "-filter", "point", "-resize", f"{100 * scale}%"]
            subprocess.run([*command, "-tile", f"{min(10, len(files))}x", "-geometry", "+10+10", str(out)], check=True)


def main():
    for size in APP_SIZES:
        write(HERE / "app" / str(size) / "carillon.png", app_png(size))
    for folder, sizes in (("tray", TRAY_SIZES), ("events", EVENT_SIZES)):
        for svg in sorted((HERE / folder).glob("*.svg")):
            for size in sizes:
                write(HERE / folder / str(size) / f"{svg.stem}.png", render(svg, size))
    for name, size in (("32x32.png", 32), ("128x128.png", 128), ("128x128@2x.png", 256), ("icon.png", 512)):
        write(HERE / name, app_png(size))
    write(HERE / "icon.ico", ico())
    write(HERE / "icon.icns", icns())
    if "--sheets" in sys.argv:
        sheet("events", [svg.stem for svg in sorted((HERE / "events").glob("*.svg"))], (16, 32, 48), 4)
        sheet("tray", [svg.stem for svg in sorted((HERE / "tray").glob("*.svg"))], (16, 22, 32), 4)
        sheet("app", ["carillon"], (16, 24, 32, 48, 256), 2)
    faults = check_colours()
    for fault in faults:
        print(f"FAULT {fault}", file=sys.stderr)
    return 1 if faults else 0


def write(path, data):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


if __name__ == "__main__":
    sys.exit(main())
