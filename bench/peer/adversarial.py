"""The adversarial objectives over logits, as their papers' code has them in PyTorch's operations."""
import math

import torch
import torch.nn.functional as F
from torch.autograd import grad

from inputs import variable
from registry import case, compiled

def against(discriminator, generator, low=-6, high=6):
    """Both losses, and the gradients that each player needs."""

    def make(n):
        real, fake = variable(1, [n], low, high), variable(2, [n], low, high)
        of_discriminator, of_generator = compiled(discriminator), compiled(generator)

        def body():
            d, g = of_discriminator(real, fake), of_generator(fake)
            return [d, g, *grad(d, [real, fake]), *grad(g, fake)]

        return body

    return make


def relativistic(discriminator):
    """The generator's loss is the discriminator's with the sides exchanged."""

    def make(n):
        real, fake = variable(1, [n], -6, 6), variable(2, [n], -6, 6)
        detached = real.detach()
        compute = compiled(discriminator)

        def body():
            d, g = compute(real, fake), compute(fake, detached)
            return [d, g, *grad(d, [real, fake]), *grad(g, fake)]

        return body

    return make


def divergence(activation, conjugate):
    return against(lambda r, f: conjugate(f).mean() - activation(r).mean(), lambda f: -conjugate(f).mean())


def logistic(x):
    return F.softplus(-x).mean()


def hinge(x):
    return F.relu(1 - x).mean()


def squares(x):
    return ((x - 1) ** 2).mean()


def entropy(p, target):
    return F.binary_cross_entropy(p, torch.full_like(p, target))


case("adversarial non-saturating")(against(lambda r, f: logistic(r) + logistic(-f), logistic))
case("adversarial minimax")(
    against(lambda r, f: logistic(r) + logistic(-f), lambda f: -F.softplus(f).mean()))
case("adversarial wasserstein")(against(lambda r, f: f.mean() - r.mean(), lambda f: -f.mean()))
case("adversarial wasserstein logistic")(against(lambda r, f: logistic(r) + logistic(-f), logistic))
case("adversarial hinge")(against(lambda r, f: hinge(r) + hinge(-f), lambda f: -f.mean()))
case("adversarial least squares")(
    against(lambda r, f: 0.5 * squares(r) + 0.5 * (f**2).mean(), lambda f: 0.5 * squares(f)))
case("adversarial probability bce")(
    against(lambda r, f: entropy(r, 1.0) + entropy(f, 0.0), lambda f: entropy(f, 1.0), 0.001, 0.999))
case("adversarial energy-based")(
    against(lambda r, f: r.mean() + F.relu(1 - f).mean(), lambda f: f.mean(), 0, 2))
case("adversarial boundary equilibrium")(
    against(lambda r, f: r.mean() - 0.5 * f.mean(), lambda f: f.mean(), 0, 2))
case("adversarial f-gan kl")(divergence(lambda v: v, lambda v: torch.exp(v - 1)))
case("adversarial f-gan reverse kl")(divergence(lambda v: -torch.exp(-v), lambda v: v - 1))
case("adversarial f-gan pearson")(divergence(lambda v: v, lambda v: 0.25 * v**2 + v))
case("adversarial f-gan hellinger")(divergence(lambda v: -torch.expm1(-v), torch.expm1))
case("adversarial f-gan jensen-shannon")(
    divergence(lambda v: math.log(2) - F.softplus(-v), lambda v: F.softplus(v) - math.log(2)))
case("adversarial f-gan total variation")(
    divergence(lambda v: 0.5 * torch.tanh(v), lambda v: 0.5 * torch.tanh(v)))
case("adversarial relativistic paired logistic")(relativistic(lambda a, b: logistic(a - b)))
case("adversarial relativistic paired hinge")(relativistic(lambda a, b: hinge(a - b)))
case("adversarial relativistic paired least squares")(relativistic(lambda a, b: squares(a - b)))
case("adversarial relativistic average logistic")(
    relativistic(lambda a, b: logistic(a - b.mean()) + logistic(a.mean() - b)))
case("adversarial relativistic average hinge")(
    relativistic(lambda a, b: hinge(a - b.mean()) + hinge(a.mean() - b)))
case("adversarial relativistic average least squares")(
    relativistic(lambda a, b: squares(a - b.mean()) + squares(a.mean() - b)))
