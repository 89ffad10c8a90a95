import torch
import torch.nn.functional as F
from torch import nn

from golden import EXTREME, File, away, pos, r
from losses import SHAPES, each, name

PAIR, FIRST = ["input", "target"], [True, False]


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


def signs(*shape):
    return torch.randint(0, 2, shape).double() * 2 - 1


def margins(f):
    soft = lambda reduction, x, y: nn.SoftMarginLoss(reduction=reduction)(x, y)
    for shape in SHAPES:
        each(f, "SoftMarginLoss", name(shape), soft, lambda: (r(*shape), signs(*shape)), PAIR, differentiable=FIRST)
    far = torch.tensor([1e4, -1e4, 1e4, -1e4, 0.0, 50.0, -50.0]), torch.tensor([-1.0, -1.0, 1.0, 1.0, 1.0, -1.0, 1.0])
    # PyTorch takes ln(1 + exp(1e4)) as it stands: infinite
    each(f, "SoftMarginLoss", "extreme", soft, (far[0].clamp(-500, 500), far[1]), PAIR, differentiable=FIRST, kind=EXTREME)
    for margin in (1.0, 0.5):
        args = {"margin": margin}
        hinge = lambda reduction, x, y: nn.HingeEmbeddingLoss(reduction=reduction, **args)(x, y)
        for shape in ((7,), (3, 4), (2, 1, 3)):
            each(f, "HingeEmbeddingLoss", f"{name(shape)}_margin_{margin}", hinge, lambda: (away(*shape) + margin, signs(*shape)), PAIR,
                 args, differentiable=FIRST)
        edge = torch.tensor([margin, margin, 0.0, 0.0, 1e4, -1e4, 1e4]), torch.tensor([1.0, -1.0, 1.0, -1.0, 1.0, -1.0, -1.0])
        each(f, "HingeEmbeddingLoss", f"edges_margin_{margin}", hinge, edge, PAIR, args, differentiable=FIRST, kind=EXTREME)
    for margin in (0.0, 0.5, -0.25):
        names, args = ["input1", "input2", "target"], {"margin": margin}
        rank = lambda reduction, a, b, y: nn.MarginRankingLoss(reduction=reduction, **args)(a, b, y)

        def scores(shape):
            b, y = r(*shape), signs(*shape)
            return b + y * margin + away(*shape), b, y

        for shape in ((7,), (3, 4), (2, 1, 3)):
            each(f, "MarginRankingLoss", f"{name(shape)}_margin_{margin}", rank, lambda: scores(shape), names, args,
                 differentiable=FIRST + [False])
        edge = torch.tensor([1.0, 1.0, 1.0, 1e4, -1e4]), torch.tensor([1.0, 1.0 - margin, 1.0 + margin, 0.0, 0.0]), \
            torch.tensor([1.0, 1.0, -1.0, -1.0, -1.0])
        each(f, "MarginRankingLoss", f"edges_margin_{margin}", rank, edge, names, args, differentiable=FIRST + [False], kind=EXTREME)


def labels(f):
    op = "MultiLabelSoftMarginLoss"

    def fn(reduction, x, y, w=None):
        return F.multilabel_soft_margin_loss(x, y, weight=w, reduction=reduction)

    for shape in ((5,), (4, 3), (2, 2, 3), (1, 1), (6, 2)):
        each(f, op, name(shape), fn, lambda: (r(*shape), torch.randint(0, 2, shape).double()), PAIR, differentiable=FIRST)
    each(f, op, "soft_targets", fn, lambda: (r(3, 4), pos(3, 4, low=0.0, high=1.0)), PAIR)
    for shape, w in (((4, 3), (3,)), ((4, 3), (4, 1)), ((5,), (5,))):
        each(f, op, f"{name(shape)}_weight_{name(w)}", fn, lambda: (r(*shape), torch.randint(0, 2, shape).double(), pos(*w)),
             PAIR + ["weight"], differentiable=[True, False, False])
    far = torch.tensor([[1e4, -1e4, 0.0], [1e4, -1e4, 50.0]]), torch.tensor([[1.0, 0.0, 1.0], [0.0, 1.0, 0.0]])
    each(f, op, "extreme", fn, far, PAIR, differentiable=FIRST, kind=EXTREME)


def divergence(f):
    op = "KLDivLoss"
    for log_target in (False, True):
        args = {"log_target": log_target}
        fn = lambda reduction, x, y: F.kl_div(x, y, reduction=reduction, **args)

        def add(label, make, **more):
            each(f, op, ("log_target_" if log_target else "") + label, fn, make, PAIR, args, **more)
            if callable(make) or make[0].dim():
                f.add(op, ("log_target_" if log_target else "") + label + "_batchmean", lambda *xs: fn("batchmean", *xs), make,
                      {**args, "reduction": "batchmean"}, names=PAIR, **more)

        def drawn(shape):
            x, y = torch.round(r(*shape).log_softmax(-1), decimals=4), r(*shape).softmax(-1)
            return x, torch.round(y.log() if log_target else y, decimals=4).clamp(-9.0, 0.9999 if not log_target else 0.0)

        for shape in ((5,), (2, 3), (2, 2, 3), (1, 6)):
            add(name(shape), lambda: drawn(shape))
        y = torch.tensor([[0.0, 1.0, 0.0], [0.5, 0.5, 0.0]])
        x = torch.tensor([[-1e4, -1e-6, -20.0], [-0.7, -0.7, -1e4]])
        # of a target that is exactly 0 the derivative by it is not finite
        add("certain", (x, y.clamp(min=1e-30).log() if log_target else y), differentiable=FIRST, kind=EXTREME)


def focal(f):
    """torchvision's sigmoid_focal_loss, from its description: torchvision itself is not at hand."""
    for alpha, gamma in ((0.25, 2.0), (0.75, 1.0), (None, 2.0), (0.5, 0.5), (None, 0.0)):
        args = {"alpha": alpha, "gamma": gamma}

        def fn(reduction, x, y):
            p = torch.sigmoid(x)
            other = torch.sigmoid(-x) * y + p * (1 - y)
            loss = F.binary_cross_entropy_with_logits(x, y, reduction="none") * other ** gamma
            if alpha is not None:
                loss = loss * (alpha * y + (1 - alpha) * (1 - y))
            return {"none": loss, "mean": loss.mean(), "sum": loss.sum()}[reduction]

        for shape in ((7,), (2, 3)):
            each(f, "sigmoid_focal_loss", f"{name(shape)}_alpha_{alpha}_gamma_{gamma}", fn,
                 lambda: (r(*shape), torch.randint(0, 2, shape).double()), PAIR, args, differentiable=FIRST)


def overlap(f):
    """Dice's coefficient and Tversky's index from their definitions, as there is nothing of the kind in PyTorch."""
    def reduced(loss, reduction):
        return {"none": loss, "mean": loss.mean(), "sum": loss.sum()}[reduction]

    def sets(shape):
        return pos(*shape, low=0.02, high=0.98), torch.randint(0, 2, shape).double()

    for smooth, squared in ((0.0, False), (1.0, False), (0.0, True), (0.5, True)):
        args = {"smooth": smooth, "squared": squared, "eps": 1e-8}

        def dice(reduction, x, y):
            x, y = x.flatten(1), y.flatten(1)
            below = (x ** 2 + y ** 2 if squared else x + y).sum(1)
            return reduced(1 - (2 * (x * y).sum(1) + smooth) / (below + smooth + 1e-8), reduction)

        for shape in ((2, 3) if smooth else (2, 1, 2, 2),):
            each(f, "dice", f"{name(shape)}_smooth_{smooth}_squared_{squared}", dice, lambda: sets(shape), PAIR, args)
    for alpha, beta, smooth in ((0.5, 0.5, 0.0), (0.3, 0.7, 0.0), (1.0, 1.0, 1.0)):
        args = {"alpha": alpha, "beta": beta, "smooth": smooth, "eps": 1e-8}

        def tversky(reduction, x, y):
            x, y = x.flatten(1), y.flatten(1)
            hits = (x * y).sum(1)
            errors = alpha * (x * (1 - y)).sum(1) + beta * ((1 - x) * y).sum(1)
            return reduced(1 - (hits + smooth) / (hits + errors + smooth + 1e-8), reduction)

        for shape in ((2, 3) if smooth else (2, 1, 2, 2),):
            each(f, "tversky", f"{name(shape)}_alpha_{alpha}_beta_{beta}_smooth_{smooth}", tversky, lambda: sets(shape), PAIR, args)


def make():
    f = File("classification", singles=True)
    probabilities(f), logits(f), margins(f), labels(f), divergence(f), focal(f), overlap(f)
    return f
