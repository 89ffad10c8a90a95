"""Writes the files in inputs/: python3 inputs.py inputs (numpy, PyTorch 1.13 and Pillow, as Debian 12 packages them)."""
import argparse, io, json, os, struct, sys, zlib
import numpy as np
import torch
from PIL import Image

torch.set_num_threads(1)
out = sys.argv[1]
os.makedirs(out, exist_ok=True)
at = lambda name: os.path.join(out, name)


# ---- .npy -------------------------------------------------------------------------------------------------------------------
def npy(name, values, dtype="f4"):
    np.save(at(name), np.asarray(values, dtype))


npy("two.npy", [2.0]); npy("zero.npy", [0.0]); npy("zeros3.npy", [0, 0, 0]); npy("small3.npy", [1e-3, 2e-3, 3e-3])
npy("minusinf.npy", [-np.inf]); npy("photo_hwc.npy", np.arange(32 * 32 * 3).reshape(32, 32, 3) % 251, "u1")
ones = torch.nn.functional.interpolate(torch.ones(8, 1, 100, 100), size=(32, 32), mode="bilinear", antialias=True)
np.save(at("resized_white.npy"), ones.numpy()); print("resized_white max", repr(float(ones.max())))
a = np.arange(8) * 0.1
npy("clusters_real.npy", np.concatenate([a, 2e6 + a])[:, None], "f8"); npy("clusters_fake.npy", (2e6 + 1.3 + a)[:, None], "f8")
npy("same_real.npy", np.ones((16, 2))); npy("same_fake.npy", np.ones((16, 2)))


# ---- .pth -------------------------------------------------------------------------------------------------------------------
class Py2:
    """Pickles as cPickle of Python 2 wrote them: its memo counts from 1, text is bytes."""
    def __init__(self): self.b, self.n = b"\x80\x02", 1
    def put(self): self.b += b"q" + bytes([self.n]); self.n += 1
    def text(self, t): self.b += b"U" + bytes([len(t)]) + t; self.put()
    def number(self, v): self.b += b"K" + bytes([v]) if v < 256 else b"M" + struct.pack("<H", v)


def py2_machine():
    p = Py2(); p.b += b"}"; p.put(); p.b += b"("; p.text(b"protocol_version"); p.number(1001); p.text(b"type_sizes"); p.b += b"}"; p.put(); p.b += b"("
    for k, v in ((b"int", 4), (b"short", 2), (b"long", 4)): p.text(k); p.number(v)
    p.b += b"u"; p.text(b"little_endian"); p.b += b"\x88u."
    return p.b


def py2_state():
    p = Py2(); p.b += b"ccollections\nOrderedDict\n"; p.put(); p.b += b"]"; p.put(); p.b += b"("
    for name, key, count, shape, strides in ((b"weight", b"100", 6, (2, 3), (3, 1)), (b"bias", b"200", 2, (2,), (1,))):
        p.b += b"]"; p.put(); p.b += b"("; p.text(name)
        p.b += b"ctorch._utils\n_rebuild_tensor_v2\n"; p.put(); p.b += b"(("; p.text(b"storage"); p.b += b"ctorch\nFloatStorage\n"; p.put()
        p.text(key); p.text(b"cpu"); p.number(count); p.b += b"Nt"; p.put(); p.b += b"Q"; p.number(0)
        for numbers in (shape, strides):
            for v in numbers: p.number(v)
            p.b += {1: b"\x85", 2: b"\x86"}[len(numbers)]; p.put()
        p.b += b"\x89ccollections\nOrderedDict\n"; p.put(); p.b += b"]"; p.put(); p.b += b"\x85"; p.put(); p.b += b"R"; p.put()
        p.b += b"t"; p.put(); p.b += b"R"; p.put(); p.b += b"e"
    p.b += b"e\x85"; p.put(); p.b += b"R"; p.put(); p.b += b"."
    return p.b


def py2_keys():
    p = Py2(); p.b += b"]"; p.put(); p.b += b"("; p.text(b"100"); p.text(b"200"); p.b += b"e."
    return p.b


magic = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."
with open(at("py2.pth"), "wb") as f:
    f.write(magic + b"\x80\x02M\xe9\x03." + py2_machine() + py2_state() + py2_keys() + struct.pack("<q6f", 6, *range(6)) + struct.pack("<q2f", 2, 7, 8))
print("py2.pth", {k: v.tolist() for k, v in torch.load(at("py2.pth")).items()})

torch.manual_seed(0)
net = torch.nn.Linear(2, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
torch.save({"epoch": 3, "state_dict": net.state_dict(), "optimizer": opt.state_dict(),
            "scheduler": torch.optim.lr_scheduler.MultiStepLR(opt, [30, 60]).state_dict()}, at("multistep.pth"))
torch.save({"state_dict": net.state_dict(), "args": argparse.Namespace(lr=0.1)}, at("namespace.pth"))
torch.save({"state_dict": net.state_dict(), "best_fid": np.float64(12.5)}, at("numpyscalar.pth"))
torch.save({"state_dict": net.state_dict(), "input_size": torch.ones(1, 3, 32, 32).shape}, at("size.pth"))
torch.save(net.state_dict(), at("protocol4.pth"), pickle_protocol=4)
torch.save({"grid": torch.arange(12.0).view(1, 12).expand(2, -1)}, at("expanded.pth"))
torch.save({"weight": torch.ones(2), "bias": torch.zeros(2), "running_mean": torch.tensor([1.0, 2]), "running_var": torch.tensor([4.0, 9])}, at("bn_0.3.pth"))


# ---- .safetensors -----------------------------------------------------------------------------------------------------------
def safetensors(name, header, data):
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(at(name), "wb") as f: f.write(struct.pack("<Q", len(text)) + text + data)


w = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}
d = struct.pack("<2f", 1.5, -2)
safetensors("meta_empty.safetensors", {"__metadata__": {}, "w": w}, d)
safetensors("meta_null.safetensors", {"__metadata__": None, "w": w}, d)
safetensors("meta_number.safetensors", {"__metadata__": {"epoch": 3}, "w": w}, d)
safetensors("extra_key.safetensors", {"w": {**w, "quant": "none"}}, d)
safetensors("f8_beside.safetensors", {"w": w, "q": {"dtype": "F8_E4M3", "shape": [4], "data_offsets": [8, 12]}}, d + bytes([0x38, 0xB8, 0x40, 0]))


# ---- .png -------------------------------------------------------------------------------------------------------------------
def chunk(kind, data): return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


raw = b"".join(b"\0" + bytes(16 * r + c for c in range(4)) for r in range(4))
def png(packed, end=True):
    head = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 4, 4, 8, 0, 0, 0, 0)) + chunk(b"IDAT", packed)
    return head + (chunk(b"IEND", b"") if end else b"")


good = zlib.compress(raw)
for name, data in (("png_more_rows.png", png(zlib.compress(raw + bytes(4)))), ("png_behind_stream.png", png(good + b"\0\0")),
                   ("png_adler.png", png(good[:-4] + b"\0\0\0\1")), ("png_no_end.png", png(good, end=False))):
    with open(at(name), "wb") as f: f.write(data)
    try: print(name, "PIL reads it right:", np.asarray(Image.open(io.BytesIO(data))).tolist() == [[16 * r + c for c in range(4)] for r in range(4)])
    except Exception as e: print(name, "PIL:", e)
Image.fromarray(np.tile(np.array([255, 0, 0, 255], "u1"), (64, 16))).save(at("stripes.png"))
Image.fromarray(np.full((32, 32, 4), (255, 255, 255, 0), "u1")).save(at("transparent_white.png"))
mixed = at("mixed"); os.makedirs(mixed, exist_ok=True)
rng = np.random.default_rng(0)
for i in range(12):
    name = f"{i}.png" if i < 6 else f"{i}.jpg" if i < 9 else f"{i}.JPEG"
    Image.fromarray(rng.integers(0, 256, (32, 32), "u1")).save(os.path.join(mixed, name))
with open(os.path.join(mixed, ".DS_Store"), "wb") as f: f.write(b"Bud1")
with open(os.path.join(mixed, "._0.png"), "wb") as f: f.write(b"\0\5\x16\7")
