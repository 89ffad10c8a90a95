"""Makes PthFixtures.cs: files that torch.save wrote, for Criterion to read, and pickles that nobody should load.

Run with a Python that has PyTorch (1.13.0 was used):  /usr/bin/python3 make_pth_fixtures.py > PthFixtures.cs
"""
import argparse, base64, collections, copy, io, os, pickle, struct, zipfile
import numpy as np
import torch

files, pickles = {}, {}


def save(name, value, **options):
    out = io.BytesIO()
    torch.save(value, out, **options)
    files[name] = out.getvalue()


def swapped(data):
    """The same file as a big-endian machine writes it since PyTorch 2.1: floats turned round, and a note of the byte order."""
    source, out = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as target:
        for entry in source.infolist():
            content = source.read(entry)
            if "/data/" in entry.filename:
                content = b"".join(content[i:i + 4][::-1] for i in range(0, len(content), 4))
            target.writestr(zipfile.ZipInfo(entry.filename), content)
        target.writestr(zipfile.ZipInfo("archive/byteorder"), "big")
    return out.getvalue()


def repacked(data, method):
    source, out = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as target:
        for entry in source.infolist():
            target.writestr(zipfile.ZipInfo(entry.filename), source.read(entry), method)
    return out.getvalue()


grid = torch.arange(6.0).reshape(2, 3)
views = collections.OrderedDict(
    whole=grid, turned=grid.t(), column=grid[:, 1], corner=grid[1:, 1:], every_other=torch.arange(9.0)[1::2], one=grid[1, 2])
values = [1.0, -2.0]
types = {str(t)[6:]: torch.tensor(values, dtype=t) for t in (
    torch.float16, torch.bfloat16, torch.float32, torch.float64, torch.int8, torch.int16, torch.int32, torch.int64)}
types["uint8"] = torch.tensor([1, 254], dtype=torch.uint8)
types["bool"] = torch.tensor([True, False])

torch.manual_seed(1)
network = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 2), torch.nn.BatchNorm2d(2))
with torch.no_grad():
    for i, value in enumerate(network.state_dict().values()):
        value.copy_((torch.arange(value.numel()).reshape(value.shape) + 10 * i).to(value.dtype))
state = copy.deepcopy(network.state_dict())
optimizer = torch.optim.Adam(network.parameters())
for p in network.parameters():
    p.grad = torch.ones_like(p)
optimizer.step()

save("Views", views)
save("Types", types)
save("Shapes", {"scalar": torch.tensor(2.5), "empty": torch.zeros(0, 3), "deep": torch.arange(4.0).reshape(1, 2, 1, 2, 1)})
save("Parameters", {"p": torch.nn.Parameter(torch.tensor([1.0, 2.0])), "ü": torch.tensor([3.0], requires_grad=True)})
save("Network", state)
save("Checkpoint", {"epoch": 7, "loss": 0.5, "done": False, "note": None, "history": [1, (2, 3.5)], "large": 2 ** 70,
                    "state_dict": state, "optimizer": optimizer.state_dict(), "nets": {"a": {"w": torch.ones(2)}}})
save("Empty", {})
save("Tensor", torch.ones(2))
save("Module", network)
save("Expanded", {"w": torch.ones(1).expand(1000)})
save("Complex", {"w": torch.ones(2, dtype=torch.complex64)})
for protocol in (2, 3, 4, 5):
    save(f"Protocol{protocol}", views, pickle_protocol=protocol)
save("LegacyProtocol4", views, _use_new_zipfile_serialization=False, pickle_protocol=4)

# What checkpoints hold beside the weights: nothing of it is data here, and nothing of it may stand in the way.
cycle = [1]
cycle.append(cycle)
knot = (cycle,)
cycle.append(knot)
beside = {
    "args": argparse.Namespace(lr=0.1, size=(1, 2), nested=argparse.Namespace(a=[1])),
    "counter": collections.Counter({30: 1, 60: 2}), "default": collections.defaultdict(list, {"a": [1]}), "deque": collections.deque([1, 2]),
    "number": np.float64(12.5), "array": np.arange(4.0), "dtype": np.dtype("f4"), "set": {1, 2}, "frozen": frozenset({3}), "complex": 1 + 2j,
    "size": torch.Size((1, 2)), "device": torch.device("cpu"), "type": torch.float16, "function": torch.nn.functional.relu, "class": torch.nn.Linear,
    "keys": {1.5: 0, None: 1, True: 2, (1, 2): 3, 7: 4, "7": 5, b"b": 6}, "bytes": b"\x00\xff" * 40, "bytearray": bytearray(3),
    "huge": 2 ** 2100, "cycle": cycle, "knot": knot, "module": torch.nn.Linear(1, 1), "slice": slice(1, 2), "range": range(3), "ellipsis": ...,
    "quantized": torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8), "sparse": torch.eye(2).to_sparse(), "complexes": torch.ones(2, dtype=torch.complex64),
    "error": ValueError("x"), "ordered": collections.OrderedDict([(1, 2)]), "generator": np.random.RandomState(0).get_state()[:1],
}
for protocol in (2, 4):
    save(f"Beside{protocol}", {**beside, "state_dict": state}, pickle_protocol=protocol)
save("LegacyBeside", {**beside, "state_dict": state}, _use_new_zipfile_serialization=False)
attributed = torch.tensor([1.0, 2.0])
attributed.note = "text"
parameter = torch.nn.Parameter(torch.tensor([3.0]))
parameter.note = "text"
save("Attributed", {"t": attributed, "p": parameter})
save("Overlapping", {"windows": torch.arange(6.0).as_strided((4, 3), (1, 1)), "rows": torch.arange(3.0).expand(2, 3), "one": torch.tensor(7.0).expand(2, 2)})
save("Bomb", {"w": torch.ones(1).expand(1 << 15, 1 << 15)})
save("Typeless", {"w": torch.ones(2), "c": torch.ones(2, dtype=torch.complex64)})

save("Legacy", views, _use_new_zipfile_serialization=False)
save("LegacyNetwork", state, _use_new_zipfile_serialization=False)
save("LegacyCheckpoint", {"epoch": 7, "state_dict": state, "w": torch.ones(3)}, _use_new_zipfile_serialization=False)
files["BigEndian"] = swapped(files["Views"])
files["Compressed"] = repacked(files["Views"], zipfile.ZIP_DEFLATED)
files["Repacked"] = repacked(files["Views"], zipfile.ZIP_STORED)
script = io.BytesIO()
torch.jit.save(torch.jit.script(torch.nn.Linear(1, 1)), script)
files["Script"] = script.getvalue()


class Runs:
    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


for name, evil in (("os.system", Runs(os.system, "echo owned")), ("eval", Runs(eval, "1")), ("open", Runs(open, "owned", "w")),
                   ("getattr", Runs(getattr, "a", "upper"))):
    pickles[name] = pickle.dumps({"w": evil}, 2)

def literal(data):
    """The base64 of data as C# literals in lines of at most 140 characters."""
    text = base64.b64encode(data).decode()
    return "\n            + ".join(f'"{text[i:i + 120]}"' for i in range(0, max(1, len(text)), 120))


print("namespace Criterion.Tests.Formats;\n")
print("/// <summary>Files that PyTorch wrote and pickles that call something, in base64. Generated by make_pth_fixtures.py.</summary>")
print("internal static class PthFixtures\n{")
for title, entries in (("Files", files), ("Pickles", pickles)):
    print(f"    public static readonly IReadOnlyDictionary<string, byte[]> {title} = new Dictionary<string, byte[]>\n    {{")
    for name, data in entries.items():
        print(f'        ["{name}"] = Convert.FromBase64String(\n            {literal(data)}),')
    print("    };" + ("\n" if title == "Files" else ""))
print("}")
