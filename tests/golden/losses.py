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


def cosine(f):
    op, names = "CosineEmbeddingLoss", ["input1", "input2", "target"]
    apart = [True, True, False]

    def fn(margin):
        return lambda reduction, a, b, y: F.cosine_embedding_loss(a, b, y, margin=margin, reduction=reduction)

    sign = lambda n: torch.randint(0, 2, (n,)).double() * 2 - 1
    for margin in (0.0, 0.25, 0.5, -0.5):
        for shape in ((4, 3), (7, 5)):
            each(f, op, f"{name(shape)}_margin_{margin}", fn(margin), lambda: (r(*shape), r(*shape), sign(shape[0])), names,
                 {"margin": margin}, differentiable=apart)
        for y in (1.0, -1.0):
            each(f, op, f"vector_margin_{margin}_target_{y:g}", fn(margin),
                 lambda: (r(5), r(5) * 0.5 + 0.7, torch.tensor(y)), names, {"margin": margin}, differentiable=apart)
    a = torch.tensor([[0.0, 0.0], [0.0, 0.0], [1.0, 2.0], [1.0, 2.0], [3.0, 0.0]])
    b = torch.tensor([[1.0, 2.0], [0.0, 0.0], [2.0, 4.0], [-1.0, -2.0], [0.0, 5.0]])
    for y in (1.0, -1.0):
        each(f, op, f"zero_parallel_opposite_orthogonal_target_{y:g}", fn(0.2), (a, b, torch.full((5,), y)), names,
             {"margin": 0.2}, differentiable=apart, kind=EXTREME)
    each(f, op, "tiny_and_huge", fn(0.1), (a[2:] * 1e-5, b[2:] * 1e5, torch.tensor([1.0, -1.0, -1.0])), names,
         {"margin": 0.1}, differentiable=apart, kind=EXTREME)


def similarity(f):
    op, names = "cosine_similarity", ["x1", "x2"]
    for shape, dim in (((5,), 0), ((4, 3), 1), ((4, 3), 0), ((4, 3), -1), ((2, 3, 4), 1), ((2, 3, 4), -1), ((2, 3, 4), 0),
                       ((2, 3, 4), -2), ((1, 6), 1), ((6, 1), 1), ((2, 2, 3, 3), 1), ((7, 5), 1)):
        f.add(op, f"{name(shape)}_dim_{dim}", lambda a, b: F.cosine_similarity(a, b, dim), lambda: (r(*shape), r(*shape)),
              {"dim": dim, "eps": 1e-8}, names=names)
    for a, b, dim in (((4, 3), (1, 3), 1), ((4, 1, 3), (5, 3), -1), ((3,), (2, 3), -1)):
        f.add(op, f"{name(a)}_by_{name(b)}_dim_{dim}", lambda x, y: F.cosine_similarity(x, y, dim), lambda: (r(*a), r(*b)),
              {"dim": dim, "eps": 1e-8}, names=names)
    for eps, kind in ((1e-3, None), (5.0, "value")):  # torch's gradient ignores the clamping of a norm below eps
        f.add(op, f"eps_{eps}", lambda x, y: F.cosine_similarity(x, y, 1, eps), lambda: (r(4, 3), r(4, 3)),
              {"dim": 1, "eps": eps}, names=names, kind=kind)
    a = torch.tensor([[0.0, 0.0], [0.0, 0.0], [1.0, 2.0], [1.0, 2.0], [3.0, 0.0]])
    b = torch.tensor([[1.0, 2.0], [0.0, 0.0], [2.0, 4.0], [-1.0, -2.0], [0.0, 5.0]])
    f.add(op, "zero_parallel_opposite_orthogonal", lambda x, y: F.cosine_similarity(x, y, 1), (a, b), {"dim": 1, "eps": 1e-8},
          names=names, kind=EXTREME)
    for label, left, right, kind in (("tiny", 1e-10, 1e-10, "value"), ("huge", 1e60, 1e60, EXTREME), ("small_by_large", 1e-3, 1e6, EXTREME)):
        f.add(op, label, lambda x, y: F.cosine_similarity(x, y, 1), (a * left, b * right), {"dim": 1, "eps": 1e-8},
              names=names, kind=kind)


def make():
    f = File("losses")
    regression(f), probabilities(f), logits(f), cosine(f), similarity(f)
    return f
