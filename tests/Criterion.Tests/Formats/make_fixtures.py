"""Makes Fixtures.cs: files by other writers (NumPy, Pillow, zlib by hand), for Criterion to read.

Run with a Python that has numpy (1.24.2 was used) and Pillow (9.4.0):  python3 make_fixtures.py > Fixtures.cs
Every image is 9 wide and 7 high and follows `sample`, which FormatTesting.Sample repeats in C#.
"""
import base64, gzip, io, struct, zlib
import numpy as np
from PIL import Image

W, H = 9, 7
fixtures = {}


def sample(c, y, x, bits):
    return (x * 29 + y * 53 + c * 101 + x * y * 3) * (257 if bits == 16 else 1) + (x if bits == 16 else 0) & ((1 << bits) - 1)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def filtered(filter, row, above, step):
    out = bytearray([filter])
    for i, value in enumerate(row):
        a = row[i - step] if i >= step else 0
        b = above[i]
        c = above[i - step] if i >= step else 0
        p = a + b - c
        paeth = min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]
        out.append((value - [0, a, b, (a + b) // 2, paeth][filter]) & 255)
    return bytes(out)


def png(color, bits, filter=lambda y: y % 5, interlaced=False, palette=None, transparency=None, pieces=1):
    samples = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[color]
    passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    raw = b""
    for x0, y0, dx, dy in passes if interlaced else [(0, 0, 1, 1)]:
        above = None
        for n, y in enumerate(range(y0, H, dy)):
            text = "".join(f"{sample(c, y, x, bits):0{bits}b}" for x in range(x0, W, dx) for c in range(samples))
            if not text:
                continue
            text += "0" * (-len(text) % 8)
            row = bytes(int(text[i:i + 8], 2) for i in range(0, len(text), 8))
            raw += filtered(filter(n), row, above or bytes(len(row)), max(1, samples * bits // 8))
            above = row
    packed = zlib.compress(raw, 9)
    parts = [packed[i * len(packed) // pieces:(i + 1) * len(packed) // pieces] for i in range(pieces)]
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", W, H, bits, color, 0, 0, interlaced))
            + (chunk(b"PLTE", palette) if palette else b"") + (chunk(b"tRNS", transparency) if transparency else b"")
            + chunk(b"tEXt", b"Title\0made by hand") + b"".join(chunk(b"IDAT", p) for p in parts) + chunk(b"IEND", b""))


def colors(count):
    return bytes(v & 255 for i in range(count) for v in (i * 37, 255 - i, i * 11 + 5))


def add_png(name, data):
    Image.open(io.BytesIO(data)).load()  # Pillow must find it in order, too
    fixtures["Png" + name] = data


for f in range(5):
    add_png(f"Rgb8Filter{f}", png(2, 8, lambda y: f))
for color, name, depths in ((0, "Grey", (1, 2, 4, 8, 16)), (2, "Rgb", (8, 16)), (4, "GreyAlpha", (8, 16)), (6, "Rgba", (8, 16))):
    for bits in depths:
        add_png(f"{name}{bits}", png(color, bits))
        add_png(f"{name}{bits}Interlaced", png(color, bits, interlaced=True))
for bits in (1, 2, 4, 8):
    add_png(f"Palette{bits}", png(3, bits, palette=colors(1 << bits)))
    add_png(f"Palette{bits}Alpha", png(3, bits, palette=colors(1 << bits), transparency=bytes([7, 99])))
add_png("Palette4Interlaced", png(3, 4, palette=colors(16), interlaced=True))
add_png("Grey8Key", png(0, 8, transparency=struct.pack(">H", sample(0, 2, 3, 8))))
add_png("Rgb8Key", png(2, 8, transparency=struct.pack(">HHH", *(sample(c, 2, 3, 8) for c in range(3)))))
add_png("Rgba8Pieces", png(6, 8, pieces=5))

for mode, samples in (("L", 1), ("LA", 2), ("RGB", 3), ("RGBA", 4)):
    pixels = np.array([[[sample(c, y, x, 8) for c in range(samples)] for x in range(W)] for y in range(H)], np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels.squeeze(), mode).save(out, "PNG", optimize=True)
    add_png("Pillow" + mode, out.getvalue())

values = np.array([[0, 1, 2], [3, 100, 127]])
for code in ("<f2", "<f4", "<f8", ">f2", ">f4", ">f8", "i1", "<i2", "<i4", "<i8", ">i2", ">i4", ">i8", "u1", "<u2", "<u4", ">u4", "?"):
    out = io.BytesIO()
    np.save(out, values.astype(code))
    fixtures["Npy_" + code.replace("<", "little_").replace(">", "big_").replace("?", "bool")] = out.getvalue()
for name, array in (("Fortran", np.asfortranarray(np.arange(24, dtype="<f4").reshape(2, 3, 4))), ("Scalar", np.array(2.5)),
                    ("Vector", np.arange(3)), ("Empty", np.zeros((0, 3), "<f4"))):
    out = io.BytesIO()
    np.save(out, array)
    fixtures["Npy" + name] = out.getvalue()
for version in ((2, 0), (3, 0)):
    out = io.BytesIO()
    np.lib.format.write_array(out, np.arange(3), version)
    fixtures[f"NpyVersion{version[0]}"] = out.getvalue()
out = io.BytesIO()
np.save(out, np.zeros(2, [("a", "<f4"), ("b", "<i8")]))
fixtures["NpyRecords"] = out.getvalue()

idx = struct.pack(">HBBIII", 0, 8, 3, 2, 3, 4) + bytes(range(24))
fixtures["IdxGzip"] = gzip.compress(idx, mtime=0)

def literal(data):
    """The base64 of data as C# literals in lines of at most 140 characters."""
    text = base64.b64encode(data).decode()
    return "\n            + ".join(f'"{text[i:i + 120]}"' for i in range(0, max(1, len(text)), 120))


print("namespace Criterion.Tests.Formats;\n")
print("/// <summary>Files by other writers, in base64. Generated by make_fixtures.py.</summary>")
print("internal static class Fixtures\n{")
print("    public static readonly IReadOnlyDictionary<string, string> All = new Dictionary<string, string>\n    {")
for name, data in fixtures.items():
    print(f'        ["{name}"] =\n            {literal(data)},')
print("    };\n}")
