import torch
import torch.nn.functional as F
from torch import nn

from golden import EXTREME, File, away, pos, r

REDUCTIONS = ("none", "mean", "sum")
SHAPES = [(7,), (3, 4), (2, 3, 5), (2, 1, 3, 3), (1, 1), (13,)]


def name(shape):
    return "x".join(map(str, shape))


def each(f, op, label, fn, inputs, names, args=None, **more):
    """The case under all three reductions; fn(reduction, *inputs)."""
    for reduction in REDUCTIONS:
        f.add(op, f"{label}_{reduction}", lambda *xs: fn(reduction, *xs), inputs, {**(args or {}), "reduction": reduction},
              names=names, **more)


def regression(f):
    for op in ("L1Loss", "MSELoss"):
        fn = lambda reduction, x, y: getattr(nn, op)(reduction=reduction)(x, y)
        names = ["input", "target"]

        def apart(shape):
            y = r(*shape)
            return torch.round(y + away(*shape), decimals=3), y

        for shape in SHAPES:
            each(f, op, name(shape), fn, lambda: apart(shape), names)
        equal = torch.tensor([1.0, -2.0, 0.0, 3.5])
        each(f, op, "partly_equal", fn, (equal, torch.tensor([1.0, 2.0, 0.0, 3.0])), names, kind=EXTREME)
        far = torch.tensor([1e4, -1e4, 1e-8, 0.0])
        each(f, op, "far", fn, (far, torch.tensor([-1e4, 1e4, 0.0, 1e-8])), names, kind=EXTREME)


def weighted(shape, make, logits):
    x = r(*shape) if logits else pos(*shape, low=0.05, high=0.95)
    y = pos(*shape, low=0.0, high=1.0)
    return (x, y) + tuple(make)


def probabilities(f):
    def fn(reduction, x, y, w=None):
        return F.binary_cross_entropy(x, y, weight=w, reduction=reduction)

    for shape in SHAPES:
        each(f, "BCELoss", name(shape), fn, lambda: weighted(shape, (), False), ["input", "target"], differentiable=[True, False])
    hard = lambda: (pos(5, 3, low=0.02, high=0.98), torch.randint(0, 2, (5, 3)).double())
    each(f, "BCELoss", "hard_targets", fn, hard, ["input", "target"], differentiable=[True, False])
    for shape, w in (((3, 4), (3, 4)), ((3, 4), (4,)), ((4, 2), (4, 1))):
        each(f, "BCELoss", f"{name(shape)}_weight_{name(w)}", fn, lambda: weighted(shape, (pos(*w),), False),
             ["input", "target", "weight"], differentiable=[True, False, False])
    x = torch.tensor([0.0, 1.0, 0.0, 1.0, 1e-300, 1.0 - 1e-16, 0.5])
    y = torch.tensor([0.0, 0.0, 1.0, 1.0, 1.0, 0.0, 1.0])
    each(f, "BCELoss", "exactly_zero_and_one", fn, (x, y), ["input", "target"], differentiable=[True, False], kind=EXTREME)
    each(f, "BCELoss", "soft_target_at_zero_and_one", fn, (torch.tensor([0.0, 1.0]), torch.tensor([0.25, 0.75])),
         ["input", "target"], differentiable=[True, False], kind=EXTREME)


def logits(f):
    op = "BCEWithLogitsLoss"

    def fn(names):
        def call(reduction, *xs):
            named = dict(zip(names, xs))
            return F.binary_cross_entropy_with_logits(xs[0], xs[1], weight=named.get("weight"),
                                                      pos_weight=named.get("pos_weight"), reduction=reduction)
        return call

    for shape in SHAPES:
        names = ["input", "target"]
        soft = len(shape) < 3  # also the derivative for the target
        each(f, op, name(shape), fn(names), lambda: weighted(shape, (), True), names, differentiable=[True, soft])
    for shape, w, p in (((3, 4), (3, 4), None), ((3, 4), (4,), None), ((3, 4), None, (4,)), ((3, 4), None, (3, 4)),
                        ((3, 4), (4,), (4,)), ((4, 2), (4, 1), (2,)), ((2, 3, 2, 2), None, (3, 1, 1))):
        names = ["input", "target"] + (["weight"] if w else []) + (["pos_weight"] if p else [])
        inputs = lambda: weighted(shape, [pos(*s) for s in (w, p) if s], True)
        label = name(shape) + (f"_weight_{name(w)}" if w else "") + (f"_pos_weight_{name(p)}" if p else "")
        each(f, op, label, fn(names), inputs, names, differentiable=[True] + [False] * (len(names) - 1))
    x = torch.tensor([1e4, -1e4, 1e4, -1e4, 0.0, 0.0, 50.0, -50.0, 1e-9])
    y = torch.tensor([1.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.25, 0.75, 0.5])
    names = ["input", "target"]
    each(f, op, "extreme_logits", fn(names), (x, y), names, differentiable=[True, False], kind=EXTREME)
    names = ["input", "target", "pos_weight"]
    each(f, op, "extreme_logits_pos_weight", fn(names), (x, y, torch.full((9,), 3.0)), names,
         differentiable=[True, False, False], kind=EXTREME)


def make():
    f = File("losses")
    regression(f), probabilities(f), logits(f)
    return f
