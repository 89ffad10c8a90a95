"""
PyTorch's side of every case, by the name that ../table.py gives it. Losses are in files of their own.
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
from registry import case, compiled


def gradient_norm_penalty(g):
    return 10 * ((g.flatten(1).norm(2, dim=1) - 1) ** 2).mean()


@case("gradient penalty, given the gradient")
def gradient_penalty(n, side):
    g = variable(1, [n, 3, side, side], -0.03, 0.03)
    penalty = compiled(gradient_norm_penalty)

    def body():
        value = penalty(g)
        return [value, *grad(value, g)]

    return body


@case("matrix product")
def matrix_product(n, k, m):
    return product([n, k], [k, m])


@case("batched matrix product")
def batched_matrix_product(batch, n, k, m):
    return product([batch, n, k], [batch, k, m])


def product(left, right):
    a, b, multiply = uniform(1, left), uniform(2, right), compiled(lambda a, b: a @ b)
    return lambda: [multiply(a, b)]


def convolution(operation, weight, kernel, stride, padding):
    x, w, b = variable(1, [64, 64, 16, 16]), variable(2, [*weight, kernel, kernel], -0.1, 0.1), variable(3, [128])
    upstream = uniform(4, operation(x, w, b, stride, padding).shape)
    compute = compiled(lambda x, w, b: operation(x, w, b, stride, padding))

    def body():
        y = compute(x, w, b)
        return [y, *grad(y, [x, w, b], upstream)]

    return body


@case("conv2d 64×64×16×16→128")
def conv2d(kernel, stride, padding):
    return convolution(F.conv2d, [128, 64], kernel, stride, padding)


@case("transposed conv2d 64×64×16×16→128")
def transposed_conv2d(kernel, stride, padding):
    return convolution(F.conv_transpose2d, [64, 128], kernel, stride, padding)


@case("batch norm")
def batch_norm(n, channels, side):
    layer = torch.nn.BatchNorm2d(channels)
    x, upstream = variable(1, [n, channels, side, side]), uniform(2, [n, channels, side, side])
    compute = compiled(layer)

    def body():
        y = compute(x)
        return [y, *grad(y, [x, layer.weight, layer.bias], upstream)]

    return body


@case("instance norm")
def instance_norm(n, channels, side):
    layer = torch.nn.InstanceNorm2d(channels)
    x, upstream = variable(1, [n, channels, side, side]), uniform(2, [n, channels, side, side])
    compute = compiled(layer)

    def body():
        y = compute(x)
        return [y, *grad(y, x, upstream)]

    return body


def resampling(operation, n, channels, side):
    x = variable(1, [n, channels, side, side])
    upstream = uniform(2, operation(x).shape)
    compute = compiled(operation)

    def body():
        y = compute(x)
        return [y, *grad(y, x, upstream)]

    return body


@case("average pooling by 2")
def average_pooling(n, channels, side, out):
    return resampling(lambda x: F.avg_pool2d(x, side // out), n, channels, side)


@case("adaptive average pooling")
def adaptive_average_pooling(n, channels, side, out):
    return resampling(lambda x: F.adaptive_avg_pool2d(x, out), n, channels, side)


@case("bilinear resizing")
def bilinear_resizing(n, channels, side, out):
    return resampling(lambda x: F.interpolate(x, size=(out, out), mode="bilinear", align_corners=False), n, channels, side)


@case("adam")
def adam(tensors, each):
    parameters = [variable(i, [each]) for i in range(tensors)]
    for i, parameter in enumerate(parameters):
        parameter.grad = uniform(100 + i, [each])
    step = compiled(torch.optim.Adam(parameters, lr=1e-3).step)

    def body():
        step()
        return [parameters[0].detach(), parameters[-1].detach()]

    return body


@case("dcgan step")
def dcgan_step(width, batch):
    generator, discriminator = (fill(network) for network in dcgan(width, latent=64))
    real, latents = uniform(1, [batch, 1, 32, 32]), uniform(2, [batch, 64, 1, 1], -1.7, 1.7)
    of_generator = torch.optim.Adam(generator.parameters(), lr=2e-4, betas=(0.5, 0.999))
    of_discriminator = torch.optim.Adam(discriminator.parameters(), lr=2e-4, betas=(0.5, 0.999))
    generate, judge = compiled(generator), compiled(discriminator)
    step_of_generator, step_of_discriminator = compiled(of_generator.step), compiled(of_discriminator.step)

    def body():
        fake = generate(latents)
        discriminator.requires_grad_(True)
        d = F.softplus(-judge(real)).mean() + F.softplus(judge(fake.detach())).mean()
        of_discriminator.zero_grad(set_to_none=True)
        d.backward()
        step_of_discriminator()
        discriminator.requires_grad_(False)
        g = F.softplus(-judge(fake)).mean()
        of_generator.zero_grad(set_to_none=True)
        g.backward()
        step_of_generator()
        return [d.detach(), g.detach(), next(discriminator.parameters()).grad, next(generator.parameters()).grad]

    return body


@case("wgan-gp critic step")
def critic_step(width, batch):
    network = fill(critic(width))
    real, fake, place = uniform(1, [batch, 1, 32, 32]), uniform(2, [batch, 1, 32, 32]), uniform(3, [batch, 1, 1, 1], 0, 1)
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-4, betas=(0.0, 0.9))
    judge, step = compiled(network), compiled(optimizer.step)

    def body():
        between = (fake + place * (real - fake)).requires_grad_()
        (slope,) = grad(network(between).sum(), between, create_graph=True)
        penalty = 10 * ((slope.flatten(1).norm(2, dim=1) - 1) ** 2).mean()
        loss = judge(fake).mean() - judge(real).mean() + penalty
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        step()
        return [loss.detach(), penalty.detach(), next(network.parameters()).grad]

    return body


@case("cyclegan step")
def cyclegan_step(width, side):
    a_to_b, b_to_a = (fill(resnet_translator(width, blocks=6)) for _ in range(2))
    discriminator_a, discriminator_b = (fill(patch_discriminator(width)) for _ in range(2))
    a, b = uniform(1, [1, 3, side, side]), uniform(2, [1, 3, side, side])
    translators = torch.optim.Adam([*a_to_b.parameters(), *b_to_a.parameters()], lr=2e-4, betas=(0.5, 0.999))
    discriminators = torch.optim.Adam([*discriminator_a.parameters(), *discriminator_b.parameters()], lr=2e-4, betas=(0.5, 0.999))
    to_a, to_b, judge_a, judge_b = (compiled(network) for network in (b_to_a, a_to_b, discriminator_a, discriminator_b))
    step_of_translators, step_of_discriminators = compiled(translators.step), compiled(discriminators.step)

    def body():
        for discriminator in (discriminator_a, discriminator_b):
            discriminator.requires_grad_(False)
        fake_b, fake_a = to_b(a), to_a(b)
        deceived = ((judge_b(fake_b) - 1) ** 2).mean() + ((judge_a(fake_a) - 1) ** 2).mean()
        cycle = F.l1_loss(to_a(fake_b), a) + F.l1_loss(to_b(fake_a), b)
        g = deceived + 10 * cycle
        translators.zero_grad(set_to_none=True)
        g.backward()
        step_of_translators()
        for discriminator in (discriminator_a, discriminator_b):
            discriminator.requires_grad_(True)
        d = least_squares(judge_a, a, fake_a.detach()) + least_squares(judge_b, b, fake_b.detach())
        discriminators.zero_grad(set_to_none=True)
        d.backward()
        step_of_discriminators()
        return [g.detach(), d.detach(), next(a_to_b.parameters()).grad, next(discriminator_a.parameters()).grad]

    return body


def least_squares(judge, real, fake):
    return 0.5 * ((judge(real) - 1) ** 2).mean() + 0.5 * (judge(fake) ** 2).mean()
