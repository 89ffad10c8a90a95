import torch
import torch.nn.functional as F
from torch import nn

from golden import EXTREME, File, away, pos, r
from losses import SHAPES, each, name

PAIR = ["input", "target"]


def plain(f):
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


def robust(f):
    for op, option, values in (("SmoothL1Loss", "beta", (0.0, 0.5, 1.0, 2.0)), ("HuberLoss", "delta", (0.25, 1.0, 2.5))):
        for value in values:
            args = {option: value}
            fn = lambda reduction, x, y: getattr(nn, op)(reduction=reduction, **args)(x, y)

            def beside(shape):  # the kinks are at 0 (beta 0) and at the option's value
                y, d = r(*shape), away(*shape, gap=0.02) * 1.5
                d = torch.where((d.abs() - value).abs() < 0.01, d + 0.05, d)
                return y + torch.round(d, decimals=3), y

            for shape in ((7,), (2, 1, 3)):
                each(f, op, f"{name(shape)}_{option}_{value}", fn, lambda: beside(shape), PAIR, args)
            kinks = torch.tensor([1.0, -2.0, 1.0, 1.0, 1.0]), torch.tensor([1.0, -2.0, 1.0 - value, 1.0 + value, 1.5])
            if value == 0:  # PyTorch's gradient where both are equal is -1 there, not 0
                kinks = kinks[0][2:], kinks[1][2:] + 1
            each(f, op, f"kinks_{option}_{value}", fn, kinks, PAIR, args, kind=EXTREME)
            far = torch.tensor([1e4, -1e4, 1e-8, 0.0]), torch.tensor([-1e4, 1e4, 0.0, 1e-8])
            each(f, op, f"far_{option}_{value}", fn, far, PAIR, args, kind=EXTREME)


def poisson(f):
    op, counts = "PoissonNLLLoss", [True, False]
    for log_input in (True, False):
        for full in (True, False):
            for eps in (1e-8,) if log_input else (1e-8, 0.01):
                args = {"log_input": log_input, "full": full, "eps": eps}
                fn = lambda reduction, x, y: F.poisson_nll_loss(x, y, reduction=reduction, **args)
                label = ("log_" if log_input else f"rate_eps_{eps}_") + ("full_" if full else "")
                make = r if log_input else pos
                for shape in ((7,),) if full else ((2, 1, 3),):
                    each(f, op, label + name(shape), fn, lambda: (make(*shape), torch.poisson(pos(*shape, high=4.0))), PAIR, args,
                         differentiable=counts)
                each(f, op, label + "real_targets", fn, lambda: (make(2, 2), pos(2, 2, low=1.1, high=6.0)), PAIR, args)
                x = torch.tensor([-1e4, -30.0, 0.0, 20.0, 60.0] if log_input else [0.0, 0.0, 1e-12, 1e4, 1e4])
                each(f, op, label + "extreme", fn, (x, torch.tensor([0.0, 3.0, 1.0, 2.0, 1e4])), PAIR, args, differentiable=counts,
                     kind=EXTREME)


def gaussian(f):
    op, names = "GaussianNLLLoss", ["input", "target", "var"]
    for full in (False, True):
        for eps in (1e-6, 0.3):
            args = {"full": full, "eps": eps}
            fn = lambda reduction, x, y, v: F.gaussian_nll_loss(x, y, v, reduction=reduction, **args)
            label = f"{'full_' if full else ''}eps_{eps}_"
            for shape, of in (((5,), (5,)), ((2, 3), (2, 3)), ((3, 2), (3, 1)), ((2, 3), (2,)), ((2, 2, 2), (2, 2))):
                each(f, op, f"{label}{name(shape)}_var_{name(of)}", fn,
                     lambda: (r(*shape), r(*shape), pos(*of, low=0.35)), names, args)
            held = torch.tensor([1.0, 2.0, 3.0, 1e3]), torch.tensor([1.0, 2.5, 3.0, -1e3]), torch.tensor([0.0, 0.0, 0.2, 1e4])
            each(f, op, label + "held", fn, held, names, args, kind=EXTREME)


def make():
    f = File("regression", singles=True)
    plain(f), robust(f), poisson(f), gaussian(f)
    return f
