"""Trains PyTorch's twin of a recipe of `criterion train` on the embedded images: same networks, options and order of play; other random numbers."""
import gzip
import os

import numpy
import torch
from torch.nn.functional import softplus

from networks import critic, dcgan

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../src/Criterion.Training/Data")
LATENT, WIDTH, BATCH = 64, 32, 64


def images():
    """The 10,000 embedded images, [N, 1, 32, 32] in [-1, 1], padded with black."""
    pixels = numpy.frombuffer(gzip.open(os.path.join(DATA, "t10k-images-idx3-ubyte.gz")).read(), numpy.uint8, offset=16).reshape(-1, 1, 28, 28)
    return torch.nn.functional.pad(torch.from_numpy(pixels.copy()).float() / 127.5 - 1, (2, 2, 2, 2), value=-1.0)


def labels():
    return torch.from_numpy(numpy.frombuffer(gzip.open(os.path.join(DATA, "t10k-labels-idx1-ubyte.gz")).read(), numpy.uint8, offset=8).astype(numpy.int64))


def non_saturating(real, fake):
    return softplus(-real).mean() + softplus(fake).mean()


def least_squares(real, fake):
    return 0.5 * ((real - 1) ** 2).mean() + 0.5 * (fake ** 2).mean()


def wasserstein(real, fake):
    return fake.mean() - real.mean()


# Loss of the discriminator, of the generator, weight of the gradient penalty, discriminator steps, learning rate, betas.
RECIPES = {
    "dcgan": (non_saturating, lambda fake: softplus(-fake).mean(), 0, 1, 2e-4, (0.5, 0.999)),
    "lsgan": (least_squares, lambda fake: 0.5 * ((fake - 1) ** 2).mean(), 0, 1, 2e-4, (0.5, 0.999)),
    "wgan-gp": (wasserstein, lambda fake: -fake.mean(), 10, 5, 1e-4, (0.0, 0.9)),
}


def penalty(network, real, fake):
    between = (real + torch.rand(len(real), 1, 1, 1) * (fake - real)).requires_grad_()
    (slope,) = torch.autograd.grad(network(between).sum(), between, create_graph=True)
    return (((slope.flatten(1) ** 2).sum(1) + 1e-10).sqrt() - 1).square().mean()


def initialise(network):
    """Weights as DCGAN's authors draw them."""
    for layer in network.modules():
        if isinstance(layer, torch.nn.BatchNorm2d):
            layer.weight.data.normal_(1, 0.02)
        elif hasattr(layer, "weight"):
            layer.weight.data.normal_(0, 0.02)
    return network


def batches(data):
    while True:
        order = torch.randperm(len(data))
        for i in range(len(data) // BATCH):
            yield data[order[i * BATCH:(i + 1) * BATCH]]


def train(recipe, seed, steps, count):
    """Trains, and gives images of the trained generator, [count, 1, 32, 32]."""
    torch.manual_seed(seed)
    judge, deceive, weight, judgements, rate, betas = RECIPES[recipe]
    generator, discriminator = dcgan(WIDTH, LATENT)
    discriminator = critic(WIDTH) if weight else discriminator
    initialise(generator), initialise(discriminator)
    optimizers = [torch.optim.Adam(network.parameters(), rate, betas) for network in (generator, discriminator)]
    real = batches(images())
    for _ in range(steps):
        for i in range(judgements):
            with torch.set_grad_enabled(i == judgements - 1):
                fake = generator(torch.randn(BATCH, LATENT, 1, 1))
            shown = next(real)
            loss = judge(discriminator(shown), discriminator(fake.detach()))
            loss = loss + weight * penalty(discriminator, shown, fake.detach()) if weight else loss
            descend(loss, optimizers[1], discriminator)
        discriminator.requires_grad_(False)
        descend(deceive(discriminator(fake)), optimizers[0], generator)
        discriminator.requires_grad_(True)
    generator.eval()
    with torch.no_grad():
        return torch.cat([generator(torch.randn(100, LATENT, 1, 1)) for _ in range(count // 100)])


def descend(loss, optimizer, network):
    network.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()
