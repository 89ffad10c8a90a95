"""Images that Pillow resized with its bilinear filter, which is antialiased where it shrinks, for a data set to be compared with.

    /usr/bin/python3 tests/golden/pillow.py                writes tests/golden/data/pillow.json (Pillow 9.4.0, numpy 1.24)
"""
import base64
import json
import os

import numpy as np
import PIL
from PIL import Image

rng = np.random.default_rng(7)
cases = []
for height, width, channels, size in ((24, 32, 1, 8), (9, 13, 1, 16), (33, 20, 3, 8), (5, 60, 1, 12), (17, 17, 1, 16), (1, 40, 1, 7), (40, 7, 3, 11), (30, 30, 1, 1)):
    pixels = rng.integers(0, 256, (height, width, channels), "u1")
    resized = np.asarray(Image.fromarray(pixels.squeeze(2) if channels == 1 else pixels).resize((size, size), Image.BILINEAR)).reshape(size, size, channels)
    encode = lambda a: base64.b64encode(np.ascontiguousarray(a.transpose(2, 0, 1)).tobytes()).decode()
    cases.append({"height": height, "width": width, "channels": channels, "size": size, "pixels": encode(pixels), "resized": encode(resized)})

path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data", "pillow.json")
with open(path, "w") as file:
    file.write(json.dumps({"pillow": PIL.__version__, "cases": ["CASES"]}).replace('"CASES"', "\n" + ",\n".join(map(json.dumps, cases)) + "\n") + "\n")
