"""
Every case of the table, by name: its sizes, what it must reach, and PyTorch's side. Criterion's side has the same name in
../Criterion.Bench/Cases.cs; a test holds the names together. Losses are in files of their own.
"""
import torch
import torch.nn.functional as F
from torch.autograd import grad

import pointwise  # noqa: F401 (declares its cases; so do the next)
import rows  # noqa: F401
import images  # noqa: F401
import adversarial  # noqa: F401
from inputs import fill, uniform, variable
from networks import critic, dcgan, patch_discriminator, resnet_translator
from registry import case, size

@case("gradient penalty, given the gradient", size("64×3×64×64", 3, n=64, side=64), moves=lambda n, side: 8 * n * 3 * side * side)
def gradient_penalty(n, side):
    g = variable(1, [n, 3, side, side], -0.03, 0.03)

    def body():
        value = 10 * ((g.flatten(1).norm(2, dim=1) - 1) ** 2).mean()
        return [value, *grad(value, g)]

    return body


@case(
    "matrix product",
    size("256²", 0.95, n=256, k=256, m=256),
    size("512²", 0.95, n=512, k=512, m=512),
    size("1024²", 0.95, share=0.8, n=1024, k=1024, m=1024),
    size("2048²", 0.95, n=2048, k=2048, m=2048),
    size("509×1021·1021×251", 0.95, n=509, k=1021, m=251),
    size("67×1500·1500×33", 0.95, n=67, k=1500, m=33),
    computes=lambda n, k, m: 2 * n * k * m,
)
def matrix_product(n, k, m):
    a, b = uniform(1, [n, k]), uniform(2, [k, m])
    return lambda: [a @ b]


CONVOLUTIONS = [
    size("4×4 stride 2", 1.2, kernel=4, stride=2, padding=1),
    size("3×3", 1.2, kernel=3, stride=1, padding=1),
    size("7×7", 1.2, kernel=7, stride=1, padding=3),
    size("1×1", 1.2, kernel=1, stride=1, padding=0),
]


def convolution(operation, weight, kernel, stride, padding):
    x, w, b = variable(1, [64, 64, 16, 16]), variable(2, [*weight, kernel, kernel], -0.1, 0.1), variable(3, [128])
    upstream = uniform(4, operation(x, w, b, stride, padding).shape)

    def body():
        y = operation(x, w, b, stride, padding)
        return [y, *grad(y, [x, w, b], upstream)]

    return body


@case(
    "conv2d 64×64×16×16→128",
    *CONVOLUTIONS,
    computes=lambda kernel, stride, padding: 3 * 2 * 64 * 64 * 128 * kernel**2 * ((16 + 2 * padding - kernel) // stride + 1) ** 2,
)
def conv2d(kernel, stride, padding):
    return convolution(F.conv2d, [128, 64], kernel, stride, padding)


@case(
    "transposed conv2d 64×64×16×16→128",
    *CONVOLUTIONS,
    computes=lambda kernel, stride, padding: 3 * 2 * 64 * 64 * 128 * kernel**2 * 16**2,
)
def transposed_conv2d(kernel, stride, padding):
    return convolution(F.conv_transpose2d, [64, 128], kernel, stride, padding)


def norm_traffic(n, channels, side):
    """Reads x and writes y; reads x and the gradient and writes one."""
    return 20 * n * channels * side * side


@case(
    "batch norm", size("64×64×32×32", 2, n=64, channels=64, side=32), size("64×256×8×8", 2, n=64, channels=256, side=8),
    moves=norm_traffic)
def batch_norm(n, channels, side):
    layer = torch.nn.BatchNorm2d(channels)
    x, upstream = variable(1, [n, channels, side, side]), uniform(2, [n, channels, side, side])

    def body():
        y = layer(x)
        return [y, *grad(y, [x, layer.weight, layer.bias], upstream)]

    return body


@case(
    "instance norm", size("16×64×64×64", 2, n=16, channels=64, side=64), size("1×256×16×16", 2, n=1, channels=256, side=16),
    moves=norm_traffic)
def instance_norm(n, channels, side):
    layer = torch.nn.InstanceNorm2d(channels)
    x, upstream = variable(1, [n, channels, side, side]), uniform(2, [n, channels, side, side])

    def body():
        y = layer(x)
        return [y, *grad(y, x, upstream)]

    return body


def pooled_traffic(n, channels, side, out):
    """Reads x and writes y; reads the gradient of y and writes that of x."""
    return 8 * n * channels * (side * side + out * out)


def resampling(operation, n, channels, side):
    x = variable(1, [n, channels, side, side])
    upstream = uniform(2, operation(x).shape)

    def body():
        y = operation(x)
        return [y, *grad(y, x, upstream)]

    return body


@case("average pooling by 2", size("64×64×32×32", 1, n=64, channels=64, side=32, out=16), moves=pooled_traffic)
def average_pooling(n, channels, side, out):
    return resampling(lambda x: F.avg_pool2d(x, side // out), n, channels, side)


@case(
    "adaptive average pooling",
    size("64×64×32×32 to 1×1", 1, n=64, channels=64, side=32, out=1),
    size("16×64×32×32 to 7×7", 1, n=16, channels=64, side=32, out=7),
    moves=pooled_traffic,
)
def adaptive_average_pooling(n, channels, side, out):
    return resampling(lambda x: F.adaptive_avg_pool2d(x, out), n, channels, side)


@case(
    "bilinear resizing",
    size("16×3×64×64 to 128×128", 1, n=16, channels=3, side=64, out=128),
    size("16×3×128×128 to 64×64", 1, n=16, channels=3, side=128, out=64),
    moves=pooled_traffic,
)
def bilinear_resizing(n, channels, side, out):
    return resampling(lambda x: F.interpolate(x, size=(out, out), mode="bilinear", align_corners=False), n, channels, side)


@case("adam", size("10 M in 40 tensors", 2, tensors=40, each=250_000), moves=lambda tensors, each: 28 * tensors * each)
def adam(tensors, each):
    parameters = [variable(i, [each]) for i in range(tensors)]
    for i, parameter in enumerate(parameters):
        parameter.grad = uniform(100 + i, [each])
    optimizer = torch.optim.Adam(parameters, lr=1e-3)

    def body():
        optimizer.step()
        return [parameters[0].detach(), parameters[-1].detach()]

    return body


@case("dcgan step", size("width 64, batch 64, 32×32", 1.4, width=64, batch=64), tolerance=1e-2)
def dcgan_step(width, batch):
    generator, discriminator = (fill(network) for network in dcgan(width, latent=64))
    real, latents = uniform(1, [batch, 1, 32, 32]), uniform(2, [batch, 64, 1, 1], -1.7, 1.7)
    of_generator = torch.optim.Adam(generator.parameters(), lr=2e-4, betas=(0.5, 0.999))
    of_discriminator = torch.optim.Adam(discriminator.parameters(), lr=2e-4, betas=(0.5, 0.999))

    def body():
        fake = generator(latents)
        discriminator.requires_grad_(True)
        d = F.softplus(-discriminator(real)).mean() + F.softplus(discriminator(fake.detach())).mean()
        of_discriminator.zero_grad(set_to_none=True)
        d.backward()
        of_discriminator.step()
        discriminator.requires_grad_(False)
        g = F.softplus(-discriminator(fake)).mean()
        of_generator.zero_grad(set_to_none=True)
        g.backward()
        of_generator.step()
        return [d.detach(), g.detach(), next(discriminator.parameters()).grad, next(generator.parameters()).grad]

    return body


@case("wgan-gp critic step", size("width 64, batch 64, 32×32", 1.3, width=64, batch=64), tolerance=1e-2)
def critic_step(width, batch):
    network = fill(critic(width))
    real, fake, place = uniform(1, [batch, 1, 32, 32]), uniform(2, [batch, 1, 32, 32]), uniform(3, [batch, 1, 1, 1], 0, 1)
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-4, betas=(0.0, 0.9))

    def body():
        between = (fake + place * (real - fake)).requires_grad_()
        (slope,) = grad(network(between).sum(), between, create_graph=True)
        penalty = 10 * ((slope.flatten(1).norm(2, dim=1) - 1) ** 2).mean()
        loss = network(fake).mean() - network(real).mean() + penalty
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        return [loss.detach(), penalty.detach(), next(network.parameters()).grad]

    return body


@case("cyclegan step", size("6 blocks of width 64, 3×64×64, batch 1", 1.2, width=64, side=64), tolerance=1e-2)
def cyclegan_step(width, side):
    a_to_b, b_to_a = (fill(resnet_translator(width, blocks=6)) for _ in range(2))
    discriminator_a, discriminator_b = (fill(patch_discriminator(width)) for _ in range(2))
    a, b = uniform(1, [1, 3, side, side]), uniform(2, [1, 3, side, side])
    translators = torch.optim.Adam([*a_to_b.parameters(), *b_to_a.parameters()], lr=2e-4, betas=(0.5, 0.999))
    discriminator_optimizer = torch.optim.Adam([*discriminator_a.parameters(), *discriminator_b.parameters()], lr=2e-4, betas=(0.5, 0.999))

    def body():
        for discriminator in (discriminator_a, discriminator_b):
            discriminator.requires_grad_(False)
        fake_b, fake_a = a_to_b(a), b_to_a(b)
        deceived = ((discriminator_b(fake_b) - 1) ** 2).mean() + ((discriminator_a(fake_a) - 1) ** 2).mean()
        cycle = F.l1_loss(b_to_a(fake_b), a) + F.l1_loss(a_to_b(fake_a), b)
        g = deceived + 10 * cycle
        translators.zero_grad(set_to_none=True)
        g.backward()
        translators.step()
        d = 0
        for discriminator, real, fake in ((discriminator_a, a, fake_a.detach()), (discriminator_b, b, fake_b.detach())):
            discriminator.requires_grad_(True)
            d = d + 0.5 * ((discriminator(real) - 1) ** 2).mean() + 0.5 * (discriminator(fake) ** 2).mean()
        discriminator_optimizer.zero_grad(set_to_none=True)
        d.backward()
        discriminator_optimizer.step()
        return [g.detach(), d.detach(), next(a_to_b.parameters()).grad, next(discriminator_a.parameters()).grad]

    return body
