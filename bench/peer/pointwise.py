"""The pointwise losses: PyTorch's own where it has one, else the shortest formula in its operations."""
import math

import torch
import torch.nn.functional as F
from torch.autograd import grad

from inputs import bits, labels, uniform, variable
from registry import case, compiled

def against(loss, low=-3.0, high=3.0, target=(-3.0, 3.0)):
    """loss(x, y) and its gradient by x; the target is a range of numbers, or a function that draws its two classes."""

    def make(n):
        x, y = variable(1, [n], low, high), target(2, n) if callable(target) else uniform(2, [n], *target)
        compute = compiled(loss)

        def body():
            value = compute(x, y)
            return [value, *grad(value, x)]

        return body

    return make


def focal(x, y):
    """As torchvision has it."""
    p = torch.sigmoid(x)
    entropy = F.binary_cross_entropy_with_logits(x, y, reduction="none")
    right = p * y + (1 - p) * (1 - y)
    return ((0.25 * y + 0.75 * (1 - y)) * (1 - right) ** 2 * entropy).mean()


def log_cosh(x, y):
    d = x - y
    return (d + F.softplus(-2 * d) - math.log(2)).mean()


def geman_mcclure(x, y):
    square = (x - y) ** 2
    return (2 * square / (square + 4)).mean()


def pinball(x, y):
    error = y - x
    return torch.maximum(0.9 * error, -0.1 * error).mean()


case("l1")(against(F.l1_loss))
case("mse")(against(F.mse_loss))
case("huber")(against(F.huber_loss))
case("smooth l1")(against(F.smooth_l1_loss))
case("log-cosh")(against(log_cosh))
case("quantile")(against(pinball))
case("cauchy")(against(lambda x, y: torch.log1p(0.5 * (x - y) ** 2).mean()))
case("charbonnier")(against(lambda x, y: torch.sqrt((x - y) ** 2 + 1e-6).mean()))
case("geman-mcclure")(against(geman_mcclure))
case("welsch")(against(lambda x, y: -torch.expm1(-0.5 * (x - y) ** 2).mean()))
case("poisson nll")(against(F.poisson_nll_loss, target=(0.0, 9.0)))
case("bce")(against(F.binary_cross_entropy, 0.001, 0.999, (0.0, 1.0)))
case("bce-with-logits")(
    against(F.binary_cross_entropy_with_logits, -6.0, 6.0, (0.0, 1.0)))
case("binary focal")(against(focal, -6.0, 6.0, bits))
case("soft margin")(against(F.soft_margin_loss, target=labels))
case("hinge embedding")(against(F.hinge_embedding_loss, target=labels))
case("kl-div")(against(lambda x, y: F.kl_div(x, y, reduction="batchmean"), -6.0, -0.01, (0.0, 1.0)))


@case("gaussian nll")
def gaussian_nll(n):
    x, y, variance = variable(1, [n], -3.0, 3.0), uniform(2, [n], -3.0, 3.0), variable(3, [n], 0.1, 2.0)
    compute = compiled(F.gaussian_nll_loss)

    def body():
        value = compute(x, y, variance)
        return [value, *grad(value, [x, variance])]

    return body


@case("margin ranking")
def margin_ranking(n):
    first, second, target = variable(1, [n], -3.0, 3.0), variable(3, [n], -3.0, 3.0), labels(2, n)
    compute = compiled(lambda a, b, y: F.margin_ranking_loss(a, b, y, margin=0.5))

    def body():
        value = compute(first, second, target)
        return [value, *grad(value, [first, second])]

    return body
