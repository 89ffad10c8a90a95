import torch
import torch.nn.functional as F
from torch import nn

from golden import EXTREME, File, r
from losses import each, name


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
        f.add(op, f"{name(shape)}_dim_{dim}", lambda a, b: 1 - F.cosine_similarity(a, b, dim), lambda: (r(*shape), r(*shape)),
              {"dim": dim, "eps": 1e-8}, names=names)
    for a, b, dim in (((4, 3), (1, 3), 1), ((4, 1, 3), (5, 3), -1), ((3,), (2, 3), -1)):
        f.add(op, f"{name(a)}_by_{name(b)}_dim_{dim}", lambda x, y: 1 - F.cosine_similarity(x, y, dim), lambda: (r(*a), r(*b)),
              {"dim": dim, "eps": 1e-8}, names=names)
    for eps, kind in ((1e-3, None), (5.0, "value")):  # torch's gradient ignores the clamping of a norm below eps
        f.add(op, f"eps_{eps}", lambda x, y: 1 - F.cosine_similarity(x, y, 1, eps), lambda: (r(4, 3), r(4, 3)),
              {"dim": 1, "eps": eps}, names=names, kind=kind)
    a = torch.tensor([[0.0, 0.0], [0.0, 0.0], [1.0, 2.0], [1.0, 2.0], [3.0, 0.0]])
    b = torch.tensor([[1.0, 2.0], [0.0, 0.0], [2.0, 4.0], [-1.0, -2.0], [0.0, 5.0]])
    f.add(op, "zero_parallel_opposite_orthogonal", lambda x, y: 1 - F.cosine_similarity(x, y, 1), (a, b), {"dim": 1, "eps": 1e-8},
          names=names, kind=EXTREME)
    for label, left, right, kind in (("tiny", 1e-10, 1e-10, "value"), ("huge", 1e60, 1e60, EXTREME), ("small_by_large", 1e-3, 1e6, EXTREME)):
        f.add(op, label, lambda x, y: 1 - F.cosine_similarity(x, y, 1), (a * left, b * right), {"dim": 1, "eps": 1e-8},
              names=names, kind=kind)


INF = float("inf")


def distances(f):
    op, names = "PairwiseDistance", ["x1", "x2"]

    def fn(p, eps, keepdim):
        return lambda a, b: nn.PairwiseDistance(p, eps, keepdim)(a, b)

    for p in (1.0, 1.5, 2.0, 3.0, 4.0, INF):
        for shape in ((4, 3), (1, 7), (6,), (5, 1)):
            f.add(op, f"{name(shape)}_p_{p:g}", fn(p, 1e-6, False), lambda: (r(*shape), r(*shape) + 1), {"p": "inf" if p == INF else p, "eps": 1e-6},
                  names=names)
    for shape in ((2, 3, 4), (3, 2)):
        f.add(op, f"{name(shape)}_keepdim", fn(2.0, 1e-6, True), lambda: (r(*shape), r(*shape)), {"p": 2.0, "eps": 1e-6, "keepdim": True},
              names=names)
    for eps in (0.0, 0.1):
        f.add(op, f"eps_{eps:g}", fn(2.0, eps, False), lambda: (r(4, 3), r(4, 3)), {"p": 2.0, "eps": eps}, names=names)
    a = torch.tensor([[0.0, 0.0], [1.0, 2.0], [1e4, -1e4], [1e-8, 0.0]])
    b = torch.tensor([[0.0, 0.0], [1.0, 2.0], [-1e4, 1e4], [0.0, 1e-8]])
    for p in (1.0, 2.0, 3.0):
        for eps in (0.0, 1e-6):
            f.add(op, f"equal_and_far_p_{p:g}_eps_{eps:g}", fn(p, eps, False), (a, b), {"p": p, "eps": eps}, names=names, kind=EXTREME)


TRIPLET = ["anchor", "positive", "negative"]


def triplets(f):
    op = "TripletMarginLoss"

    def fn(margin=1.0, p=2.0, eps=1e-6, swap=False):
        return lambda reduction, a, b, c: nn.TripletMarginLoss(margin, p, eps, swap, reduction=reduction)(a, b, c)

    def case(label, shape, kind=None, inputs=None, **options):
        args = {k: "inf" if v == INF else v for k, v in options.items()}
        each(f, op, label, fn(**options), inputs or (lambda: (r(*shape), r(*shape), r(*shape))), TRIPLET, args, kind=kind)

    for shape in ((4, 3), (1, 5), (6, 1), (5,)):
        case(name(shape), shape)
    for p in (1.0, 1.5, 3.0, INF):
        case(f"p_{p:g}", (4, 3), p=p)
    for margin in (0.0, 0.3, 2.5):
        case(f"margin_{margin:g}", (4, 2), margin=margin)
    case("eps_0.05", (4, 3), eps=0.05)
    for p in (1.0, 2.0, 3.0, INF):
        case(f"swap_p_{p:g}", (4, 3), swap=True, p=p)
    a = torch.tensor([[0.0, 0.0], [1.0, 2.0], [1e4, 0.0], [3.0, 0.0]])
    b = torch.tensor([[0.0, 0.0], [1.0, 2.0], [0.0, 1e4], [0.0, 0.0]])
    c = torch.tensor([[0.0, 0.0], [5.0, 2.0], [1e4, 1.0], [0.0, 0.5]])
    for eps in (0.0, 1e-6):
        case(f"coinciding_and_far_eps_{eps:g}", None, EXTREME, (a, b, c), eps=eps)
    case("coinciding_and_far_swap", None, EXTREME, (a, c, b), swap=True)


def by_distance(f):
    op = "TripletMarginWithDistanceLoss"
    functions = {
        "default": None,
        "cosine": lambda x, y: 1.0 - F.cosine_similarity(x, y),
        "squared": lambda x, y: ((x - y) ** 2).sum(-1),
        "manhattan": lambda x, y: (x - y).abs().sum(-1),
    }

    def fn(distance, margin, swap):
        return lambda reduction, a, b, c: nn.TripletMarginWithDistanceLoss(
            distance_function=functions[distance], margin=margin, swap=swap, reduction=reduction)(a, b, c)

    for distance in functions:
        for swap in (False, True):
            for margin in (1.0, 0.2) if distance == "cosine" else (1.0,):
                each(f, op, f"{distance}_margin_{margin:g}" + ("_swap" if swap else ""), fn(distance, margin, swap),
                     lambda: (r(4, 3), r(4, 3), r(4, 3)), TRIPLET, {"distance": distance, "margin": margin, "swap": swap})
    for shape in ((1, 4), (7, 2)):
        each(f, op, f"{name(shape)}", fn("default", 1.0, False), lambda: (r(*shape), r(*shape), r(*shape)), TRIPLET,
             {"distance": "default", "margin": 1.0, "swap": False})


def make():
    f = File("embedding", singles=True)
    cosine(f), similarity(f), distances(f), triplets(f), by_distance(f)
    return f
