import torch
import torch.nn.functional as F

from golden import EXTREME, File, distinct, pos, r
from losses import each, name

INF = float("inf")
SHAPES = [(4, 3), (1, 5), (3, 1), (2, 3, 3), (2, 3, 1, 2), (5,), (2, 9)]


def rest(shape):
    """The shape without its classes."""
    return shape[:1] + shape[2:] if len(shape) > 1 else ()


def count(shape):
    return shape[1] if len(shape) > 1 else shape[0]


def classes(shape, ignored=None):
    y = torch.randint(0, count(shape), rest(shape))
    if ignored is None:
        return y
    y = y.clone()
    y.reshape(-1)[::3] = ignored
    y.reshape(-1)[1] = 0
    return y


def share(shape):
    """Class probabilities with few digits; they need not sum to 1 exactly."""
    return torch.round(torch.rand(shape).softmax(1 if len(shape) > 1 else 0), decimals=3)


def distance(op):
    """cross_entropy or nll_loss with its options as fn(reduction, *inputs)."""
    def call(args, names):
        def fn(reduction, x, y, *w):
            more = {k: v for k, v in args.items()}
            return op(x, y, weight=w[0] if w else None, reduction=reduction, **more)
        return fn
    return call


def options(f, op, function, soft):
    make = distance(function)
    smoothings = (0.0, 0.1, 1.0) if soft else (None,)
    for shape in SHAPES:
        for weighted in (False, True):
            for smoothing in smoothings if shape in ((4, 3), (2, 3, 3)) else smoothings[:1]:
                args = {"ignore_index": -100, **({} if smoothing is None else {"label_smoothing": smoothing})}
                names = ["input", "target"] + (["weight"] if weighted else [])
                inputs = lambda: (r(*shape) * 2, classes(shape)) + ((pos(count(shape)),) if weighted else ())
                label = name(shape) + ("_weight" if weighted else "") + (f"_smoothing_{smoothing:g}" if smoothing else "")
                each(f, op, label, make(args, names), inputs, names, args, differentiable=[True] + [False] * (len(names) - 1))
    for ignored in (-100, 1):
        for weighted in (False, True):
            for smoothing in smoothings[:2]:
                shape = (4, 3) if ignored == 1 else (2, 3, 3)
                args = {"ignore_index": ignored, **({} if smoothing is None else {"label_smoothing": smoothing})}
                names = ["input", "target"] + (["weight"] if weighted else [])
                inputs = lambda: (r(*shape), classes(shape, ignored)) + ((pos(count(shape)),) if weighted else ())
                label = f"{name(shape)}_ignore_{ignored}" + ("_weight" if weighted else "") + (f"_smoothing_{smoothing:g}" if smoothing else "")
                each(f, op, label, make(args, names), inputs, names, args, differentiable=[True] + [False] * (len(names) - 1))


def probabilities(f):
    op, make = "CrossEntropyLoss", distance(F.cross_entropy)
    for shape in SHAPES:
        for weighted in (False, True):
            for smoothing in (0.0, 0.2) if shape in ((4, 3), (2, 3, 3)) else (0.0,):
                args = {"label_smoothing": smoothing}
                names = ["input", "target"] + (["weight"] if weighted else [])
                inputs = lambda: (r(*shape) * 2, share(shape)) + ((pos(count(shape)),) if weighted else ())
                label = f"probabilities_{name(shape)}" + ("_weight" if weighted else "") + (f"_smoothing_{smoothing:g}" if smoothing else "")
                each(f, op, label, make(args, names), inputs, names, args, differentiable=[True, True, False][:len(names)])
    hard = torch.tensor([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
    each(f, op, "probabilities_zero_and_one", make({}, None), lambda: (r(2, 3), hard), ["input", "target"], {"label_smoothing": 0.0})


def extremes(f):
    x = torch.tensor([[1e4, -1e4, 0.0], [-1e4, 1e4, 0.0], [1e4, 1e4, 1e4], [0.0, 0.0, 0.0]])
    y = torch.tensor([1, 1, 2, 0])
    plain = {"ignore_index": -100}
    each(f, "CrossEntropyLoss", "extreme_logits", distance(F.cross_entropy)({}, None), (x, y), ["input", "target"],
         {**plain, "label_smoothing": 0.0}, differentiable=[True, False], kind=EXTREME)
    each(f, "CrossEntropyLoss", "extreme_logits_smoothing", distance(F.cross_entropy)({"label_smoothing": 0.1}, None), (x, y),
         ["input", "target"], {**plain, "label_smoothing": 0.1}, differentiable=[True, False], kind=EXTREME)
    masked = torch.tensor([[1.0, -INF, 0.5], [-INF, -INF, 2.0]])
    each(f, "CrossEntropyLoss", "masked_classes", distance(F.cross_entropy)({}, None), (masked, torch.tensor([0, 2])),
         ["input", "target"], {**plain, "label_smoothing": 0.0}, differentiable=[True, False], kind=EXTREME)
    each(f, "CrossEntropyLoss", "masked_target", distance(F.cross_entropy)({}, None), (masked, torch.tensor([1, 2])),
         ["input", "target"], {**plain, "label_smoothing": 0.0}, differentiable=[True, False], kind=EXTREME)
    each(f, "NLLLoss", "far", distance(F.nll_loss)({}, None), (-x.abs(), y), ["input", "target"], plain,
         differentiable=[True, False], kind=EXTREME)


def margins(f):
    op = "MultiMarginLoss"
    for shape in ((4, 3), (1, 5), (3, 1), (5,), (2, 9)):
        for p in (1, 2):
            for margin in (1.0, 0.3) if shape == (4, 3) else (1.0,):
                for weighted in (False, True):
                    args = {"p": p, "margin": margin}
                    names = ["input", "target"] + (["weight"] if weighted else [])
                    fn = lambda reduction, x, y, *w: F.multi_margin_loss(x, y, p=p, margin=margin, weight=w[0] if w else None, reduction=reduction)
                    inputs = lambda: (distinct(*shape), classes(shape)) + ((pos(count(shape)),) if weighted else ())
                    # torch 1.13 cannot differentiate this gradient: the numbers of first order only
                    each(f, op, f"{name(shape)}_p_{p}_margin_{margin:g}" + ("_weight" if weighted else ""), fn, inputs, names, args,
                         differentiable=[True] + [False] * (len(names) - 1), kind=EXTREME)
    x = torch.tensor([[1.0, 0.0, 2.0], [5.0, 5.0, 5.0], [1e4, -1e4, 0.0]])
    for p in (1, 2):
        each(f, op, f"on_the_margin_p_{p}", lambda reduction, x, y: F.multi_margin_loss(x, y, p=p, reduction=reduction),
             (x, torch.tensor([0, 1, 1])), ["input", "target"], {"p": p, "margin": 1.0}, differentiable=[True, False], kind=EXTREME)


def labels(rows, total):
    """Rows of 0 … total classes, then -1, then anything."""
    y = torch.stack([torch.randperm(total) for _ in range(rows)])
    for i in range(rows):
        n = i % (total + 1)
        if n < total:
            y[i, n] = -1
    return y


def multilabel(f):
    op, names = "MultiLabelMarginLoss", ["input", "target"]
    fn = lambda reduction, x, y: F.multilabel_margin_loss(x, y, reduction=reduction)
    for shape in ((4, 3), (1, 5), (3, 1), (6, 4), (2, 9), (2, 2), (9, 8)):
        each(f, op, name(shape), fn, lambda: (distinct(*shape), labels(*shape)), names, differentiable=[True, False], kind=EXTREME)
    for n in (1, 5):
        each(f, op, f"vector_{n}", fn, lambda: (distinct(n), labels(3, n)[min(2, n)]), names, differentiable=[True, False], kind=EXTREME)
    each(f, op, "none_and_all", fn, lambda: (distinct(2, 3), torch.tensor([[-1, 0, 1], [2, 0, 1]])), names,
         differentiable=[True, False], kind=EXTREME)
    each(f, op, "a_class_twice", fn, lambda: (distinct(1, 4), torch.tensor([[1, 1, -1, 0]])), names,
         differentiable=[True, False], kind=EXTREME)


def divergences(f):
    op, names = "KlFromLogitsLoss", ["input", "target"]

    def fn(reduction, x, y):
        dim = 1 if x.dim() > 1 else 0
        rows = F.kl_div(x.log_softmax(dim), y.log_softmax(dim), log_target=True, reduction="none").sum(dim)
        return rows if reduction == "none" else rows.sum() if reduction == "sum" else rows.mean()

    for shape in SHAPES:
        each(f, op, name(shape), fn, lambda: (r(*shape) * 2, r(*shape) * 2), names)
    for shape in ((4, 3), (2, 3, 3)):
        f.add(op, f"{name(shape)}_batchmean",
              lambda x, y: F.kl_div(x.log_softmax(1), y.log_softmax(1), log_target=True, reduction="batchmean"),
              lambda: (r(*shape), r(*shape)), {"reduction": "batchmean"}, names=names)
        f.add(op, f"{name(shape)}_probabilities_batchmean",
              lambda x, y: F.kl_div(x.log_softmax(1), y.softmax(1), reduction="batchmean"),
              lambda: (r(*shape), r(*shape)), {"reduction": "batchmean"}, names=names)
    x = torch.tensor([[1e4, -1e4, 0.0], [0.0, 0.0, 0.0]])
    each(f, op, "extreme_logits", fn, (x, x.flip(1) / 1e4), names, kind=EXTREME)


def make():
    f = File("softmax", singles=True)
    options(f, "CrossEntropyLoss", F.cross_entropy, True), options(f, "NLLLoss", F.nll_loss, False)
    probabilities(f), extremes(f), margins(f), multilabel(f), divergences(f)
    return f
