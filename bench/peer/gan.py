"""Trains PyTorch's twin of a recipe of `criterion train`: same networks, options and order of play; other random numbers."""
import copy
import dataclasses
import gzip
import math
import os
from typing import Callable, Optional

import numpy
import torch
from torch.nn.functional import relu, softplus

import networks

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../src/Criterion.Training/Data")
LATENT, BATCH = 64, 64
MODES, RADIUS, DEVIATION = 8, 2.0, 0.02


def clothes():
    """The 10,000 embedded images, [N, 1, 32, 32] in [-1, 1], padded with black."""
    pixels = embedded("t10k-images-idx3-ubyte.gz", offset=16).reshape(-1, 1, 28, 28)
    return torch.nn.functional.pad(torch.from_numpy(pixels.copy()).float() / 127.5 - 1, (2, 2, 2, 2), value=-1.0)


def labels():
    return torch.from_numpy(embedded("t10k-labels-idx1-ubyte.gz", offset=8).astype(numpy.int64))


def embedded(name, offset):
    return numpy.frombuffer(gzip.open(os.path.join(DATA, name)).read(), numpy.uint8, offset=offset)


def centres():
    angles = torch.arange(MODES) * (2 * math.pi / MODES)
    return RADIUS * torch.stack([angles.cos(), angles.sin()], 1)


def ring(count=100_000):
    """Points around eight centres on a circle, [N, 2]."""
    return centres()[torch.randint(0, MODES, (count,))] + DEVIATION * torch.randn(count, 2)


def coverage(points, least=20):
    """The number of modes found, and the share of points within three deviations of one."""
    distance, mode = torch.cdist(points, centres()).min(1)
    counts = torch.bincount(mode[distance <= 3 * DEVIATION], minlength=MODES)
    return int((counts >= least).sum()), float(counts.sum()) / len(points)


def non_saturating(real, fake):
    return softplus(-real).mean() + softplus(fake).mean()


def least_squares(real, fake):
    return 0.5 * ((real - 1) ** 2).mean() + 0.5 * (fake ** 2).mean()


def wasserstein(real, fake):
    return fake.mean() - real.mean()


def hinge(real, fake):
    return relu(1 - real).mean() + relu(1 + fake).mean()


def paired(real, fake):
    return softplus(fake - real).mean()


def energy(real, fake, margin=0.2):
    return real.mean() + relu(margin - fake).mean()


def slopes(network, x):
    x = x.detach().requires_grad_()
    (slope,) = torch.autograd.grad(network(x).sum(), x, create_graph=True)
    return (slope.flatten(1) ** 2).sum(1)


def one_each(x):
    return torch.rand(len(x), *[1] * (x.dim() - 1))


def distance_from_one(square):
    return ((square + 1e-10).sqrt() - 1).square().mean()


def between(network, real, fake):
    return distance_from_one(slopes(network, real + one_each(real) * (fake - real)))


def beside_real(network, real, fake):
    noise = 0.5 * real.std(unbiased=False) * torch.rand_like(real)
    return distance_from_one(slopes(network, real + one_each(real) * noise))


def at_both(network, real, fake):
    return (slopes(network, real).mean() + slopes(network, fake).mean()) / 2


@dataclasses.dataclass(frozen=True)
class Recipe:
    discriminator_loss: Callable = non_saturating
    generator_loss: Callable = lambda real, fake: softplus(-fake).mean()
    penalty: Optional[Callable] = None
    weight: float = 0
    point_weight: float = 0.1
    d_steps: int = 1
    optimizer: str = "adam"
    d_rate: float = 2e-4
    rate: float = 2e-4
    betas: tuple = (0.5, 0.999)
    norm: str = "batch"
    clip: float = 0
    average: float = 0

    def on(self, data):
        """Criterion's GanRecipe.For: faster on points, with smaller gradient penalties."""
        if data == "clothes":
            return self
        weight = self.point_weight if self.penalty in (between, beside_real) else self.weight
        return dataclasses.replace(
            self, d_rate=5 * self.d_rate, rate=5 * self.rate, weight=weight,
            norm="none" if self.norm in ("batch", "layer") else self.norm)


RECIPES = {
    "dcgan": Recipe(),
    "lsgan": Recipe(least_squares, lambda real, fake: 0.5 * ((fake - 1) ** 2).mean()),
    "wgan": Recipe(wasserstein, lambda real, fake: -fake.mean(), d_steps=5, optimizer="rmsprop", d_rate=5e-5, rate=5e-5, clip=0.01),
    "wgan-gp": Recipe(
        wasserstein, lambda real, fake: -fake.mean(), between, 10, d_steps=5, d_rate=1e-4, rate=1e-4, betas=(0.0, 0.9), norm="none"),
    "hinge": Recipe(hinge, lambda real, fake: -fake.mean(), d_steps=5, betas=(0.0, 0.9), norm="spectral"),
    "dragan": Recipe(penalty=beside_real, weight=10, norm="layer"),
    "r3gan": Recipe(paired, lambda real, fake: softplus(real - fake).mean(), at_both, 0.5, betas=(0.0, 0.9), norm="none", average=0.99),
    "ebgan": Recipe(energy, lambda real, fake: fake.mean(), norm="reconstruction"),
}

# Published settings that Criterion's recipes changed, since they fail in PyTorch as well: for --sides PyTorch.
RECIPES |= {
    "hinge-zhang": dataclasses.replace(RECIPES["hinge"], d_steps=1, d_rate=4e-4, rate=1e-4),
    "dragan-published": dataclasses.replace(RECIPES["dragan"], d_rate=1e-4, rate=1e-4, betas=(0.5, 0.9), norm="none", point_weight=10),
}


def optimizer(recipe, network, rate):
    if recipe.optimizer == "rmsprop":
        return torch.optim.RMSprop(network.parameters(), rate)
    return torch.optim.Adam(network.parameters(), rate, recipe.betas)


def batches(data):
    while True:
        order = torch.randperm(len(data))
        for i in range(len(data) // BATCH):
            yield data[order[i * BATCH:(i + 1) * BATCH]]


def train(recipe, seed, steps, count, data="clothes", width=32):
    """Trains, and gives samples of the trained generator: images [count, 1, 32, 32] or points [count, 2]."""
    torch.manual_seed(seed)
    recipe = (RECIPES[recipe] if isinstance(recipe, str) else recipe).on(data)
    generator, discriminator = networks.dcgan(width, LATENT, recipe.norm) if data == "clothes" else networks.points(LATENT, recipe.norm)
    average = copy.deepcopy(generator)
    generator_step, discriminator_step = optimizer(recipe, generator, recipe.rate), optimizer(recipe, discriminator, recipe.d_rate)
    real = batches(clothes() if data == "clothes" else ring())
    for _ in range(steps):
        for i in range(recipe.d_steps):
            with torch.set_grad_enabled(i == recipe.d_steps - 1):
                fake = generator(torch.randn(BATCH, LATENT, 1, 1))
            shown = next(real)
            loss = recipe.discriminator_loss(discriminator(shown), discriminator(fake.detach()))
            loss = loss + recipe.weight * recipe.penalty(discriminator, shown, fake.detach()) if recipe.penalty else loss
            descend(loss, discriminator_step, discriminator)
            clip(discriminator, recipe.clip)
        discriminator.requires_grad_(False)
        logits = discriminator(shown) if recipe.discriminator_loss is paired else None
        descend(recipe.generator_loss(logits, discriminator(fake)), generator_step, generator)
        discriminator.requires_grad_(True)
        follow(average, generator, recipe.average)
    return sample(average, count)


def follow(average, network, decay):
    """The running average of the weights; buffers are copied."""
    with torch.no_grad():
        for mean, value in zip(average.parameters(), network.parameters()):
            mean.lerp_(value, 1 - decay)
        for mean, value in zip(average.buffers(), network.buffers()):
            mean.copy_(value)


def clip(network, most):
    if most:
        for parameter in network.parameters():
            parameter.data.clamp_(-most, most)


def sample(generator, count):
    generator.eval()
    with torch.no_grad():
        return torch.cat([generator(torch.randn(100, LATENT, 1, 1)) for _ in range(count // 100)])


def descend(loss, optimizer, network):
    network.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()
