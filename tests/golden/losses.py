import torch
import torch.nn.functional as F

from golden import EXTREME, File, r

REDUCTIONS = ("none", "mean", "sum")
SHAPES = [(7,), (3, 4), (2, 3, 5), (2, 1, 3, 3), (1, 1), (13,)]


def name(shape):
    return "x".join(map(str, shape))


def each(f, op, label, fn, inputs, names, args=None, **more):
    """The case under all three reductions; fn(reduction, *inputs)."""
    for reduction in REDUCTIONS:
        f.add(op, f"{label}_{reduction}", lambda *xs: fn(reduction, *xs), inputs, {**(args or {}), "reduction": reduction},
              names=names, **more)


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
    cosine(f), similarity(f)
    return f
