"""Shared parts of the golden-number scripts: tensors to JSON, one case, one file."""
import json
import math
import os
import zlib

import numpy
import torch

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)

HERE = os.path.dirname(os.path.abspath(__file__))
EXTREME = "extreme"  # value and first derivative only
warnings = []


def seed(text):
    torch.manual_seed(zlib.crc32(text.encode()))


def r(*shape, digits=3):
    """Normal numbers with few digits, so that the files stay small."""
    return torch.round(torch.randn(shape), decimals=digits)


def pos(*shape, low=0.2, high=2.5):
    """Uniform numbers in [low, high]."""
    return torch.round(torch.rand(shape) * (high - low) + low, decimals=3)


def away(*shape, gap=0.05):
    """Normal numbers at least `gap` from zero (no kink nearby)."""
    x = r(*shape)
    return torch.where(x.abs() < gap, torch.where(x < 0, x - gap, x + gap), x)


def distinct(*shape, scale=0.17):
    """A shuffled arithmetic sequence: no ties."""
    n = math.prod(shape)
    return torch.round((torch.randperm(n).double() - n / 2 + 0.3) * scale, decimals=4).reshape(shape)


def number(x):
    if isinstance(x, float):
        if math.isnan(x):
            return "nan"
        if math.isinf(x):
            return "inf" if x > 0 else "-inf"
    return x


def tensor(t):
    if t is None:
        return None
    name = {torch.float64: "float64", torch.int64: "int64", torch.bool: "bool"}[t.dtype]
    if t._is_zerotensor():
        t = torch.zeros(t.shape, dtype=t.dtype)
    data = [number(x) for x in t.detach().reshape(-1).tolist()]
    return {"shape": list(t.shape), "dtype": name, "data": data}


def tensors(ts):
    return [tensor(t) for t in ts]


def single(x):
    return x.float() if x.dtype == torch.float64 else x


def short(t):
    """A float32 tensor as the shortest decimals that give it back."""
    t = t.detach().float()
    return torch.tensor([float(str(x)) for x in t.numpy().reshape(-1).astype(numpy.float32)]).double().reshape(t.shape)


def first(fn, inputs, wanted, u, graph):
    live = [x.detach().clone().requires_grad_() if w else x for x, w in zip(inputs, wanted)]
    y = fn(*live)
    leaves = [x for x, w in zip(live, wanted) if w]
    grads = torch.autograd.grad((y * u).sum(), leaves, create_graph=graph, allow_unused=True)
    grads = [torch.zeros_like(x) if g is None else g for g, x in zip(grads, leaves)]
    return y, leaves, grads


def spread(values, wanted):
    values = iter(values)
    return [next(values) if w else None for w in wanted]


def second(leaves, grads, vs):
    terms = [(g * v).sum() for g, v in zip(grads, vs) if g.requires_grad]
    if not terms:
        return [torch.zeros_like(x) for x in leaves]
    out = torch.autograd.grad(sum(terms), leaves, allow_unused=True)
    return [torch.zeros_like(x) if g is None else g for g, x in zip(out, leaves)]


def check(label, fn, inputs, wanted, u, vs, grads, gradgrads):
    """Compares the derivatives along one direction with central differences."""
    h = 1e-6
    ds = [torch.randn_like(x) if w else None for x, w in zip(inputs, wanted)]

    def at(sign):
        moved = [x + sign * h * d if w else x for x, d, w in zip(inputs, ds, wanted)]
        y, _, gs = first(fn, moved, wanted, u, vs is not None)
        return (y * u).sum().item(), sum((g * v).sum().item() for g, v in zip(gs, vs)) if vs else 0.0

    (a1, a2), (b1, b2) = at(1), at(-1)
    live = [d for d in ds if d is not None]
    for order, difference, analytic in (
        (1, (a1 - b1) / (2 * h), sum((g * d).sum().item() for g, d in zip(grads, live))),
        (2, (a2 - b2) / (2 * h), sum((g * d).sum().item() for g, d in zip(gradgrads or [], live))),
    ):
        if order == 2 and vs is None:
            continue
        if not abs(difference - analytic) <= 1e-5 * (1 + abs(analytic)):
            warnings.append(f"{label} order {order}: differences {difference} autograd {analytic}")


class File:
    """Collects the cases of one data file. With singles, each also holds what PyTorch computes in float32."""

    def __init__(self, name, singles=False):
        self.name, self.cases, self.labels, self.singles = name, [], set(), singles

    def add(self, op, name, fn, inputs, args=None, differentiable=None, kind=None, **extra):
        """One case. fn gets the inputs; it returns a tensor or (values, indices). `inputs` may be
        a function, called after seeding. kind: None, EXTREME (no second derivative) or "value".
        fixed: central differences don't apply (something in the forward pass counts as constant)."""
        label = f"{self.name}/{op}/{name}"
        assert label not in self.labels, label
        self.labels.add(label)
        seed(label)
        if callable(inputs):
            inputs = inputs()
        inputs = list(inputs)
        wanted = differentiable or [x.dtype == torch.float64 for x in inputs]
        y = fn(*inputs)
        indices = None
        call, fixed = fn, extra.pop("fixed", False)
        if isinstance(y, tuple):
            y, indices = y[0], y[1]
            call = lambda *xs: fn(*xs)[0]
        case = {"op": op, "name": name, "args": args or {}, **extra}
        case["inputs"] = tensors(inputs)
        if y.dtype != torch.float64 or kind == "value":
            wanted = [False] * len(inputs)
        case["differentiable"] = wanted
        case["output"] = tensor(y)
        if indices is not None:
            case["indices"] = tensor(indices)
        if any(wanted):
            self.derivatives(case, label, call, inputs, wanted, y, kind, not fixed)
        if self.singles and y.dtype == torch.float64:
            self.single(case, call, inputs, wanted)
        self.cases.append(case)
        return case

    def derivatives(self, case, label, call, inputs, wanted, y, kind, checked):
        u = r(*y.shape)
        twice = kind is None
        _, leaves, grads = first(call, inputs, wanted, u, twice)
        vs = [r(*x.shape) for x in leaves] if twice else None
        case["u"] = tensor(u)
        case["grads"] = tensors(spread(grads, wanted))
        gradgrads = second(leaves, grads, vs) if twice else None
        if twice:
            case["v"] = tensors(spread(vs, wanted))
            case["gradgrads"] = tensors(spread(gradgrads, wanted))
            assert all(torch.isfinite(g).all() for g in gradgrads), label
            if checked:
                check(label, call, inputs, wanted, u, vs, grads, gradgrads)

    def single(self, case, call, inputs, wanted):
        inputs = [single(x) for x in inputs]
        case["single"] = tensor(short(call(*inputs)))
        if "u" in case:
            u = torch.tensor([float(x) for x in case["u"]["data"]]).float().reshape(case["u"]["shape"])
            _, _, grads = first(call, inputs, wanted, u, False)
            case["single_grads"] = tensors(spread([short(g) for g in grads], wanted))

    def write(self):
        os.makedirs(os.path.join(HERE, "data"), exist_ok=True)
        path = os.path.join(HERE, "data", self.name + ".json")
        lines = ",\n".join(json.dumps(c, separators=(",", ":"), allow_nan=False) for c in self.cases)
        with open(path, "w", encoding="utf-8", newline="\n") as f:
            f.write('{"torch":"%s","cases":[\n%s\n]}\n' % (torch.__version__, lines))
        with open(path, encoding="utf-8") as f:
            count = len(json.load(f)["cases"])
        print(f"{self.name + '.json':18} {count:4} cases {os.path.getsize(path):9,} bytes")
        return os.path.getsize(path)
