"""Adversarial objectives written out in torch, and gradient penalties by torch.autograd.grad(create_graph=True)."""
import math

import torch
import torch.nn.functional as F

from golden import EXTREME, File, r

SHAPES = [(1,), (5,), (3, 1), (2, 3), (2, 1, 1, 2)]


def name(shape):
    return "x".join(map(str, shape))


def bce(x, target):
    return F.binary_cross_entropy_with_logits(x, torch.full_like(x, target))


def square(x, target):
    return F.mse_loss(x, torch.full_like(x, target))


def hinge(lead, margin=1.0):
    return F.relu(margin - lead).mean()


# name: (options, discriminator(real, fake), generator(fake, real))
POINTWISE = {
    "MinimaxGanLoss": ({}, lambda a, b: bce(a, 1.0) + bce(b, 0.0), lambda b, a: -bce(b, 0.0)),
    "NonSaturatingGanLoss": ({}, lambda a, b: bce(a, 1.0) + bce(b, 0.0), lambda b, a: bce(b, 1.0)),
    "NonSaturatingGanLoss_smooth": ({"RealTarget": 0.9, "GeneratorTarget": 0.8},
                             lambda a, b: bce(a, 0.9) + bce(b, 0.0), lambda b, a: bce(b, 0.8)),
    "LeastSquaresGanLoss": ({}, lambda a, b: (square(a, 1.0) + square(b, 0.0)) / 2, lambda b, a: square(b, 1.0) / 2),
    "LeastSquaresGanLoss_cyclegan": ({"GeneratorScale": 1},
                              lambda a, b: (square(a, 1.0) + square(b, 0.0)) * 0.5, lambda b, a: square(b, 1.0)),
    "LeastSquaresGanLoss_pearson": ({"A": -1, "B": 1, "C": 0},
                             lambda a, b: (square(a, 1.0) + square(b, -1.0)) / 2, lambda b, a: square(b, 0.0) / 2),
    "WassersteinGanLoss": ({}, lambda a, b: b.mean() - a.mean(), lambda b, a: -b.mean()),
    "WassersteinLogisticGanLoss": ({}, lambda a, b: F.softplus(-a, threshold=500).mean() + F.softplus(b, threshold=500).mean(),
                            lambda b, a: F.softplus(-b, threshold=500).mean()),
    "HingeGanLoss": ({}, lambda a, b: hinge(a) + hinge(-b), lambda b, a: -b.mean()),
    "HingeGanLoss_wide": ({"Margin": 1.75}, lambda a, b: hinge(a, 1.75) + hinge(-b, 1.75), lambda b, a: -b.mean()),
    "EnergyBasedGanLoss": ({"Margin": 0.5}, lambda a, b: a.mean() + F.relu(0.5 - b).mean(), lambda b, a: b.mean()),
    "BoundaryEquilibriumGanLoss": ({"K": 0.3}, lambda a, b: a.mean() - 0.3 * b.mean(), lambda b, a: b.mean()),
}
RELATIVISTIC = {
    "RelativisticAverageLogisticGanLoss": ({}, lambda a, b: bce(a - b.mean(), 1.0) + bce(b - a.mean(), 0.0),
                                    lambda b, a: bce(b - a.mean(), 1.0) + bce(a - b.mean(), 0.0)),
    "RelativisticAverageLeastSquaresGanLoss": ({}, lambda a, b: square(a - b.mean(), 1.0) + square(b - a.mean(), -1.0),
                                        lambda b, a: square(b - a.mean(), 1.0) + square(a - b.mean(), -1.0)),
    "RelativisticAverageHingeGanLoss": ({}, lambda a, b: hinge(a - b.mean()) + hinge(-(b - a.mean())),
                                 lambda b, a: hinge(b - a.mean()) + hinge(-(a - b.mean()))),
    "RelativisticPairedLogisticGanLoss": ({}, lambda a, b: bce(a - b, 1.0), lambda b, a: bce(b - a, 1.0)),
    "RelativisticPairedHingeGanLoss": ({}, lambda a, b: hinge(a - b), lambda b, a: hinge(b - a)),
    "RelativisticPairedLeastSquaresGanLoss": ({}, lambda a, b: square(a - b, 1.0), lambda b, a: square(b - a, 1.0)),
}
# name: (g_f, f*), the table of the f-GAN paper as it stands
DIVERGENCES = {
    "KlFGanLoss": (lambda v: v, lambda t: torch.exp(t - 1)),
    "ReverseKlFGanLoss": (lambda v: -torch.exp(-v), lambda t: -1 - torch.log(-t)),
    "PearsonFGanLoss": (lambda v: v, lambda t: t * t / 4 + t),
    "HellingerFGanLoss": (lambda v: 1 - torch.exp(-v), lambda t: t / (1 - t)),
    "JensenShannonFGanLoss": (lambda v: math.log(2) - torch.log(1 + torch.exp(-v)), lambda t: -torch.log(2 - torch.exp(t))),
    "TotalVariationFGanLoss": (lambda v: torch.tanh(v) / 2, lambda t: t * 1),
}


def both(f, op, label, args, discriminator, generator, inputs, kind=None):
    f.add(op, f"{label}_D", discriminator, inputs, {**args, "part": "D"}, kind=kind)
    f.add(op, f"{label}_G", lambda a, b: generator(b, a), inputs, {**args, "part": "G"}, kind=kind)


def objectives(f):
    for key, (args, discriminator, generator) in {**POINTWISE, **RELATIVISTIC}.items():
        op = key.split("_")[0]
        tag = key[len(op):]
        for shape in SHAPES if key in POINTWISE and not tag else SHAPES[1:4]:
            both(f, op, name(shape) + tag, args, discriminator, generator, lambda: (r(*shape), r(*shape)))
        if "Paired" not in op:
            both(f, op, "4_by_6" + tag, args, discriminator, generator, lambda: (r(4), r(6)))
        far = lambda: (torch.tensor([1e4, -1e4, 30.0, 0.0]), torch.tensor([-1e4, 1e4, 0.0, -30.0]))
        both(f, op, "far" + tag, args, discriminator, generator, far, kind=EXTREME)
    for op, (g, conjugate) in DIVERGENCES.items():
        for shape in SHAPES[1:4]:
            inputs = lambda: (r(*shape), r(*shape))
            both(f, op, name(shape), {}, lambda a, b: conjugate(g(b)).mean() - g(a).mean(), lambda b, a: -conjugate(g(b)).mean(), inputs)
            f.add(op, f"{name(shape)}_G_practical", lambda a, b: -g(b).mean() + 0 * a.sum(), inputs,
                  {"NonSaturatingGenerator": True, "part": "G"})


def probabilities(f):
    p = lambda *shape: torch.round(torch.rand(shape) * 0.9 + 0.05, decimals=3)
    loss = lambda x, t: F.binary_cross_entropy(x, torch.full_like(x, t))
    smooth = {"RealTarget": 0.9, "GeneratorTarget": 0.8}
    for shape in SHAPES:
        both(f, "ProbabilityGanLoss", name(shape), {}, lambda a, b: loss(a, 1.0) + loss(b, 0.0), lambda b, a: loss(b, 1.0),
             lambda: (p(*shape), p(*shape)))
        both(f, "ProbabilityGanLoss", name(shape) + "_smooth", smooth, lambda a, b: loss(a, 0.9) + loss(b, 0.0), lambda b, a: loss(b, 0.8),
             lambda: (p(*shape), p(*shape)))
    corners = lambda: (torch.tensor([0.0, 1.0, 0.5]), torch.tensor([1.0, 0.0, 0.25]))
    both(f, "ProbabilityGanLoss", "exactly_zero_and_one", {}, lambda a, b: loss(a, 1.0) + loss(b, 0.0), lambda b, a: loss(b, 1.0),
         corners, kind=EXTREME)


def with_labels(f):
    for n, c in ((1, 2), (4, 3), (5, 7)):
        labels = lambda: torch.randint(0, c, (n,))
        for weight, smoothing in ((1.0, 0.0), (0.5, 0.1)):
            def d(a, b, u, v, i, j):
                return (bce(a, 1.0) + bce(b, 0.0)
                        + weight * (F.cross_entropy(u, i, label_smoothing=smoothing) + F.cross_entropy(v, j)))

            f.add("AuxiliaryClassifierGanLoss", f"{n}x{c}_weight_{weight}_D", d, lambda: (r(n), r(n), r(n, c), r(n, c), labels(), labels()),
                  {"Weight": weight, "LabelSmoothing": smoothing, "part": "D"})
            f.add("AuxiliaryClassifierGanLoss", f"{n}x{c}_weight_{weight}_G",
                  lambda b, v, j: bce(b, 1.0) + weight * F.cross_entropy(v, j), lambda: (r(n), r(n, c), labels()),
                  {"Weight": weight, "LabelSmoothing": smoothing, "part": "G"})
        f.add("MutualInformationLoss", f"discrete_{n}x{c}", lambda x, i: 0.3 * F.cross_entropy(x, i), lambda: (r(n, c), labels()),
              {"Weight": 0.3})
        f.add("MutualInformationLoss", f"gaussian_{n}x{c}",
              lambda m, x, s: -0.3 * torch.distributions.Normal(m, torch.exp(s / 2)).log_prob(x).sum(1).mean(),
              lambda: (r(n, c), r(n, c), r(n, c)), {"Weight": 0.3})


def sets(f):
    def pulling(s):
        u = F.normalize(s, dim=1)
        g = (u @ u.T) ** 2
        return (g.sum() - g.diagonal().sum()) / (len(s) * (len(s) - 1))

    for shape in ((2, 3), (4, 2), (5, 7)):
        f.add("PullingAwayPenalty", name(shape), pulling, lambda: (r(*shape),), {"Weight": 1})
    for a, b in (((4, 3), (4, 3)), ((2, 5), (6, 5)), ((3, 2, 2, 2), (4, 2, 2, 2))):
        f.add("MeanFeatureMatchingLoss", f"{name(a)}_by_{name(b)}", lambda x, y: ((x.mean(0) - y.mean(0)) ** 2).sum(), lambda: (r(*a), r(*b)),
              differentiable=[True, False])


# Critics: x, weights -> scores.
def linear(x, w):
    return x @ w


def quadratic(x, a):
    return 0.5 * (x * x * a).sum(1)


def deep(x, w, v):
    return F.softplus(torch.tanh(x @ w) @ v)


def convolutional(x, k, b, v):
    return F.leaky_relu(F.conv2d(x, k, b, stride=2, padding=1), 0.2).flatten(1) @ v


def smooth(x, k, b, v):
    return F.elu(F.conv2d(x, k, b)).flatten(1) @ v


def patches(x, k, l):
    return F.conv2d(F.silu(F.conv2d(x, k)), l)


def normed(x, k, g, b, v):
    # Written out: the third derivative of torch 1.13's own instance_norm does not agree with differences.
    h = F.conv2d(x, k)
    centred = h - h.mean((2, 3), keepdim=True)
    h = centred / torch.sqrt((centred ** 2).mean((2, 3), keepdim=True) + 1e-5) * g.reshape(1, -1, 1, 1) + b.reshape(1, -1, 1, 1)
    return torch.tanh(h).flatten(1) @ v


CRITICS = {
    "linear": (linear, (3, 4), [(4, 1)]),
    "quadratic": (quadratic, (3, 4), [(4,)]),
    "deep": (deep, (3, 4), [(4, 3), (3, 2)]),
    "convolutional": (convolutional, (2, 1, 5, 5), [(2, 1, 3, 3), (2,), (18, 1)]),
    "smooth": (smooth, (2, 2, 4, 4), [(2, 2, 3, 3), (2,), (8, 1)]),
    "patches": (patches, (2, 1, 5, 5), [(2, 1, 3, 3), (1, 2, 2, 2)]),
    "normed": (normed, (2, 1, 4, 4), [(2, 1, 2, 2), (2,), (2,), (18, 1)]),
}


def slopes(critic, x, weights):
    x = x.detach().requires_grad_()
    return torch.autograd.grad(critic(x, *weights).sum(), x, create_graph=True)[0].flatten(1)


def norms(g):
    return torch.sqrt((g * g).sum(1) + 1e-10)


PENALTIES = {
    "GradientPenalty": ({"Weight": 10, "At": 1}, lambda g: 10 * ((norms(g) - 1) ** 2).mean()),
    "GradientPenalty_target": ({"Weight": 1, "Target": 2, "At": 1}, lambda g: ((norms(g) / 2 - 1) ** 2).mean()),
    "GradientPenalty_one_sided": ({"Weight": 10, "Sided": 1, "At": 1}, lambda g: 10 * (F.relu(norms(g) - 1) ** 2).mean()),
    "GradientPenalty_zero": ({"Weight": 10, "Sided": 2, "At": 1}, lambda g: 10 * (g * g).sum(1).mean()),
    "R1Penalty": ({"Weight": 10}, lambda g: 5 * (g * g).sum(1).mean()),
}


def penalties(f):
    for key, (args, cost) in PENALTIES.items():
        op = key.split("_")[0]
        for critic, (score, shape, weights) in CRITICS.items():
            fn = lambda x, *w: cost(slopes(score, x, w))
            f.add(op, critic + key[len(op):], fn, lambda: (r(*shape), *(r(*w) for w in weights)), {**args, "critic": critic},
                  differentiable=[False] + [True] * len(weights))


def path_length(f):
    def fn(generator, beta, mean):
        def call(w, noise, *weights):
            w = w.detach().requires_grad_()
            g = torch.autograd.grad((generator(w, *weights) * noise).sum(), w, create_graph=True)[0]
            lengths = torch.sqrt(((g * g).sum(-1).mean(1) if g.dim() == 3 else (g * g).sum(1)) + 1e-10)
            anchor = mean + beta * (lengths.detach().mean() - mean)
            return 2 * ((lengths - anchor) ** 2).mean()
        return call

    flat = lambda w, a, b: torch.tanh(w @ a) @ b
    layered = lambda w, a, b: torch.tanh(w[:, 0] @ a + w[:, 1] @ a * 0.5) @ b
    for label, generator, latents in (("flat", flat, (3, 2)), ("layered", layered, (3, 2, 2))):
        for mean in (0.0, 1.5):
            f.add("PathLengthPenalty", f"{label}_mean_{mean}", fn(generator, 0.1, mean),
                  lambda: (r(*latents), r(3, 5), r(2, 4), r(4, 5)), {"mean": mean, "Rate": 0.1, "generator": label},
                  differentiable=[False, False, True, True], fixed=True)


def simple(f):
    f.add("DriftPenalty", "5", lambda x: 0.001 * (x * x).mean(), lambda: (r(5),), {"Weight": 0.001})
    for rectified in (False, True):
        part = F.relu if rectified else lambda x: x
        f.add("LeCamPenalty", f"rectified_{rectified}",
              lambda a, b: 0.3 * ((part(a + 0.5) ** 2).mean() + (part(0.75 - b) ** 2).mean()), lambda: (r(6), r(4)),
              {"Rectified": rectified, "real": 0.75, "fake": -0.5})
    f.add("ConsistencyPenalty", "2x3", lambda a, b: 10 * ((a - b) ** 2).sum(1).mean(), lambda: (r(2, 3), r(2, 3)), {"Weight": 10})
    for off in (False, True):
        def orthogonal(w, k):
            total = 0
            for m in (w, k.flatten(1)):
                d = m @ m.T - torch.eye(len(m))
                total = total + ((d * (1 - torch.eye(len(m)))) ** 2 if off else d ** 2).sum()
            return 0.5 * total
        f.add("OrthogonalPenalty", f"off_diagonal_{off}", orthogonal, lambda: (r(3, 4), r(2, 1, 2, 2)), {"Weight": 0.5, "OffDiagonal": off})


def make():
    f = File("adversarial", singles=True)
    objectives(f), probabilities(f), with_labels(f), sets(f), penalties(f), path_length(f), simple(f)
    return f
