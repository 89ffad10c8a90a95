"""Losses that other libraries have: Keras's by their documented formulas, PolyLoss and the asymmetric loss by their papers, distillation."""
import torch
from torch.nn import functional as F

from golden import File, away, distinct, pos, r
from losses import each, name

PAIR = ["prediction", "target"]
FIRST = [True, False]
SHAPES = [(7,), (3, 4), (2, 3, 5)]


def reduced(losses, reduction):
    return losses if reduction == "none" else getattr(losses, reduction)()


def signs(*shape):
    return torch.randint(0, 2, shape).double() * 2 - 1


def hinges(f):
    for shape in SHAPES:
        inputs = lambda: (away(*shape) * 0.7, signs(*shape))
        each(f, "hinge", name(shape), lambda k, x, y: reduced((1 - y * x).clamp_min(0), k), inputs, PAIR, differentiable=FIRST)
        each(f, "squared_hinge", name(shape), lambda k, x, y: reduced((1 - y * x).clamp_min(0) ** 2, k), inputs, PAIR, differentiable=FIRST)
    for shape, classes in (((5, 4), (5,)), ((2, 3, 4), (2, 4)), ((3,), ())):
        def categorical(k, x, y):
            c = 0 if x.dim() == 1 else 1
            hot = F.one_hot(y, x.shape[c]).double()
            hot = hot if x.dim() < 3 else hot.permute(0, 2, 1)
            return reduced((1 + ((1 - hot) * x).amax(c) - (hot * x).sum(c)).clamp_min(0), k)

        each(f, "categorical_hinge", name(shape), categorical,
             lambda: (distinct(*shape) + 0.03, torch.randint(0, shape[1] if len(shape) > 1 else shape[0], classes)), PAIR)


def numbers(f):
    for shape in SHAPES:
        for epsilon in (1e-7, 0.5):
            each(f, "percentage", f"{name(shape)}_{epsilon}",
                 lambda k, x, y: reduced(100 * ((x - y) / y.abs().clamp_min(epsilon)).abs(), k),
                 lambda: (r(*shape) + 9, pos(*shape)), PAIR, {"epsilon": epsilon})
        each(f, "logarithmic", name(shape),
             lambda k, x, y: reduced((torch.log(x.clamp_min(1e-7) + 1) - torch.log(y.clamp_min(1e-7) + 1)) ** 2, k),
             lambda: (pos(*shape), pos(*shape)), PAIR)


def logits(f):
    for shape in SHAPES:
        for positive, negative, shift in ((0.0, 4.0, 0.05), (1.0, 2.0, 0.2), (0.0, 0.0, 0.0), (0.5, 3.0, 0.0)):
            def asymmetric(k, x, y):
                p = x.sigmoid()
                below = (p - shift).clamp_min(0)
                return reduced(-y * (1 - p) ** positive * p.log() - (1 - y) * below ** negative * (1 - below).log(), k)

            each(f, "asymmetric", f"{name(shape)}_{positive}_{negative}_{shift}", asymmetric,
                 lambda: (r(*shape), torch.randint(0, 2, shape).double()), PAIR,
                 {"positive": positive, "negative": negative, "shift": shift}, differentiable=FIRST)
    for shape, classes in (((5, 4), (5,)), ((2, 3, 4), (2, 4))):
        for epsilon in (1.0, -0.5):
            def poly(k, x, y):
                p = x.softmax(1).gather(1, y.unsqueeze(1)).squeeze(1)
                return reduced(F.cross_entropy(x, y, reduction="none") + epsilon * (1 - p), k)

            each(f, "poly", f"{name(shape)}_{epsilon}", poly, lambda: (r(*shape), torch.randint(0, shape[1], classes)), PAIR,
                 {"epsilon": epsilon})
    for shape in ((3, 4), (2, 3, 5)):
        for t in (2.0, 0.5):
            def distil(k, x, y):
                rows = F.kl_div(F.log_softmax(x / t, 1), F.log_softmax(y / t, 1), reduction="none", log_target=True).sum(1) * t * t
                return reduced(rows, k)

            each(f, "distillation", f"{name(shape)}_{t}", distil, lambda: (r(*shape), r(*shape)), PAIR, {"temperature": t})


def make():
    f = File("parity")
    hinges(f), numbers(f), logits(f)
    return f
