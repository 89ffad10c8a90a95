"""Golden numbers of the networks of StyleGAN2 and R3GAN, with weights that both sides compute from their positions.

    /usr/bin/python3 tests/golden/gan_networks.py          writes tests/golden/data/gan_networks.json

The networks follow stylegan2-ada-pytorch (training/networks.py: SynthesisLayer with one grouped convolution for all samples, conv2d_resample,
upfirdn2d) and R3GAN (R3GAN/Networks.py, Resamplers.py), with the widths and the order of parameters of Criterion.
"""
import json
import math
import os

import torch
import torch.nn.functional as F
from torch import nn

from networks import HERE, fill, noise, summary

GAIN = math.sqrt(2)


def upfirdn2d(x, up=1, down=1, padding=(0, 0)):
    n, c, h, w = x.shape
    k = torch.tensor([1, 3, 3, 1], dtype=x.dtype)
    y = F.pad(x.reshape(n, c, h, 1, w, 1), [0, up - 1, 0, 0, 0, up - 1]).reshape(n, c, h * up, w * up)
    y = F.pad(y, [padding[0], padding[1], padding[0], padding[1]])
    kernel = (torch.outer(k, k) / 64 * up ** 2).repeat(c, 1, 1, 1)
    return F.conv2d(y, kernel, groups=c)[:, :, ::down, ::down]


def lrelu(x):
    return F.leaky_relu(x, 0.2) * GAIN


def second_moment(x):
    return x * (x.square().mean(1, keepdim=True) + 1e-8).rsqrt()


class Equalized(nn.Module):
    def __init__(self, *shape, bias=True, multiplier=1):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(*shape))
        self.bias = nn.Parameter(torch.zeros(shape[0])) if bias else None
        self.multiplier = multiplier

    def forward(self, x, **options):
        weight = self.weight * self.multiplier / math.sqrt(self.weight[0].numel())
        bias = None if self.bias is None else self.bias * self.multiplier
        return F.linear(x, weight, bias) if weight.dim() == 2 else F.conv2d(x, weight, bias, **options)


class Mapping(nn.Module):
    def __init__(self, latent, classes):
        super().__init__()
        self.latent, self.classes = latent, classes
        if classes:
            self.embedding = Equalized(latent, classes)
        self.first = Equalized(latent, 2 * latent if classes else latent, multiplier=0.01)
        self.second = Equalized(latent, latent, multiplier=0.01)

    def forward(self, z):
        x = second_moment(z[:, :self.latent])
        if self.classes:
            x = torch.cat([x, second_moment(self.embedding(z[:, self.latent:]))], 1)
        return lrelu(self.second(lrelu(self.first(x))))


class Convolution(nn.Module):
    def __init__(self, to, from_, kernel):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(to, from_, kernel, kernel))


class Synthesis(nn.Module):
    def __init__(self, from_, to, latent, side, up):
        super().__init__()
        self.noise_strength, self.bias = nn.Parameter(torch.zeros(1)), nn.Parameter(torch.zeros(to))
        self.register_buffer("noise", torch.zeros(side, side))
        self.style, self.convolution, self.up = Equalized(from_, latent), Convolution(to, from_, 3), up

    def forward(self, x, w):
        x = modulated(x, self.convolution.weight, self.style(w), self.up, True)
        return lrelu(x + self.noise * self.noise_strength + self.bias.reshape(-1, 1, 1))


def modulated(x, weight, styles, up, demodulate):
    n, c, h, w = x.shape
    weight = (weight / math.sqrt(weight[0].numel())).unsqueeze(0) * styles.reshape(n, 1, c, 1, 1)
    if demodulate:
        weight = weight * (weight.square().sum([2, 3, 4], keepdim=True) + 1e-8).rsqrt()
    x = x.reshape(1, n * c, h, w)
    if up == 1:
        y = F.conv2d(x, weight.flatten(0, 1), padding=weight.shape[-1] // 2, groups=n)
    else:
        y = upfirdn2d(F.conv_transpose2d(x, weight.transpose(1, 2).flatten(0, 1), stride=2, groups=n) * 4, padding=(1, 1))
    return y.reshape(n, -1, *y.shape[2:])


class ToImage(nn.Module):
    def __init__(self, from_, channels, latent):
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(channels))
        self.style, self.convolution = Equalized(from_, latent), Convolution(channels, from_, 1)

    def forward(self, x, w):
        return modulated(x, self.convolution.weight, self.style(w), 1, False) + self.bias.reshape(-1, 1, 1)


class StyleGenerator(nn.Module):
    def __init__(self, widths, channels, latent, classes):
        super().__init__()
        self.constant = nn.Parameter(torch.zeros(widths[0], 4, 4))
        self.mapping, self.sides = Mapping(latent, classes), [4 << i for i in range(len(widths))]
        for i, (side, width) in enumerate(zip(self.sides, widths)):
            if i:
                setattr(self, f"up{side}", Synthesis(widths[i - 1], width, latent, side, 2))
            setattr(self, f"layer{side}", Synthesis(width, width, latent, side, 1))
            setattr(self, f"image{side}", ToImage(width, channels, latent))

    def forward(self, z):
        w, image = self.mapping(z), None
        x = self.constant.expand(len(z), *self.constant.shape)
        for side in self.sides:
            x = getattr(self, f"up{side}")(x, w) if side > 4 else x
            x = getattr(self, f"layer{side}")(x, w)
            y = getattr(self, f"image{side}")(x, w)
            image = y if image is None else upfirdn2d(image, up=2, padding=(2, 1)) + y
        return image


class StyleBlock(nn.Module):
    def __init__(self, from_, to):
        super().__init__()
        self.skip, self.first, self.second = Equalized(to, from_, 1, 1, bias=False), Equalized(from_, from_, 3, 3), Equalized(to, from_, 3, 3)

    def forward(self, x):
        y = self.skip(upfirdn2d(x, down=2, padding=(1, 1)))
        x = self.second(upfirdn2d(lrelu(self.first(x, padding=1)), padding=(2, 2)), stride=2)
        return (y + lrelu(x)) * math.sqrt(0.5)


class Head(nn.Module):
    """Miyato and Koyama's projection: the score, and one for each class."""

    def __init__(self, score, embedding):
        super().__init__()
        self.score, self.embedding = score, embedding

    def forward(self, x):
        return torch.cat([self.score(x), self.embedding(x)], 1)


class Apply(nn.Module):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


def deviation(x, group=4):
    n, c, h, w = x.shape
    g = min(group, n)
    y = x.reshape(g, -1, c, h, w)
    y = ((y - y.mean(0)).square().mean(0) + 1e-8).sqrt().mean([1, 2, 3])
    return torch.cat([x, y.reshape(-1, 1, 1, 1).repeat(g, 1, h, w)], 1)


class Padded(Equalized):
    def forward(self, x):
        return super().forward(x, padding=1)


def style_discriminator(widths, channels, classes):
    widths = widths[::-1]
    last = widths[-1]
    head = Head(Equalized(1, last), Equalized(classes, last, bias=False)) if classes else Equalized(1, last)
    return nn.Sequential(
        Equalized(widths[0], channels, 1, 1), Apply(lrelu), *(StyleBlock(a, b) for a, b in zip(widths, widths[1:])), Apply(deviation),
        Padded(last, last + 1, 3, 3), Apply(lrelu), nn.Flatten(), Equalized(last, last * 16), Apply(lrelu), head)


class Basis(nn.Module):
    def __init__(self, latent, classes, width):
        super().__init__()
        self.basis, self.latent, self.classes = nn.Parameter(torch.zeros(width, 4, 4)), latent, classes
        if classes:
            self.embedding = nn.Linear(classes, 64, bias=False)
        self.scale = nn.Linear(latent + (64 if classes else 0), width, bias=False)

    def forward(self, z):
        x = torch.cat([z[:, :self.latent], self.embedding(z[:, self.latent:])], 1) if self.classes else z
        return self.basis.view(1, -1, 4, 4) * self.scale(x).view(len(z), -1, 1, 1)


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        wide = 2 * width
        self.body = nn.Sequential(
            nn.Conv2d(width, wide, 1), nn.LeakyReLU(0.2), nn.Conv2d(wide, wide, 3, padding=1, groups=wide // 16), nn.LeakyReLU(0.2),
            nn.Conv2d(wide, width, 1, bias=False))

    def forward(self, x):
        return x + self.body(x)


def transition(a, b):
    return [] if a == b else [nn.Conv2d(a, b, 1, bias=False)]


def lowpass(x, up):
    """InterpolativeUpsamplerReference and InterpolativeDownsamplerReference with the filter 1, 2, 1."""
    kernel = torch.tensor([1, 3, 3, 1], dtype=x.dtype)
    kernel = (torch.outer(kernel, kernel) / 64).view(1, 1, 4, 4)
    planes = x.reshape(-1, 1, *x.shape[2:])
    y = F.conv_transpose2d(planes, 4 * kernel, stride=2, padding=1) if up else F.conv2d(planes, kernel, stride=2, padding=1)
    return y.reshape(*x.shape[:2], *y.shape[2:])


def r3_generator(widths, channels, latent, classes):
    layers = [Basis(latent, classes, widths[0]), Block(widths[0]), Block(widths[0])]
    for a, b in zip(widths, widths[1:]):
        layers += [*transition(a, b), Apply(lambda x: lowpass(x, True)), Block(b), Block(b)]
    return nn.Sequential(*layers, nn.Conv2d(widths[-1], channels, 1, bias=False))


def r3_discriminator(widths, channels, classes):
    layers = [nn.Conv2d(channels, widths[-1], 1, bias=False)]
    for a, b in zip(widths[::-1], widths[-2::-1]):
        layers += [Block(a), Block(a), Apply(lambda x: lowpass(x, False)), *transition(a, b)]
    last = widths[0]
    linear = lambda to: nn.Linear(last, to, bias=False)
    return nn.Sequential(
        *layers, Block(last), Block(last), nn.Conv2d(last, last, 4, groups=last, bias=False), nn.Flatten(),
        Head(linear(1), linear(classes)) if classes else linear(1))


def flat(gradients):
    return torch.cat([g.reshape(-1) for g in gradients])


def case(name, generator, discriminator, channels, size, latent, classes):
    generator, discriminator = generator.double(), discriminator.double()
    fill(generator.parameters())
    fill(discriminator.parameters())
    for i, buffer in enumerate(generator.buffers()):
        buffer.copy_(noise(300 + i, buffer.shape).float())
    z = (noise(100, (4, latent + classes)) * 2).float().double().requires_grad_()
    images = generator(z)
    grads = torch.autograd.grad(images.square().mean(), [z, *generator.parameters()])
    x = (noise(101, (8, channels, size, size)) * 2).float().double().requires_grad_()
    scores = discriminator(x)
    weights = list(discriminator.parameters())
    by_image, *by_weights = torch.autograd.grad(scores.square().mean(), [x, *weights], create_graph=True)
    (slope,) = torch.autograd.grad(scores.sum(), x, create_graph=True)
    r1 = slope.square().sum() / len(x)
    second = torch.autograd.grad(r1, weights, allow_unused=True)
    second = [torch.zeros_like(w) if g is None else g for w, g in zip(weights, second)]
    return {"name": name, "channels": channels, "size": size, "latent": latent, "classes": classes, "images": summary(images),
            "by_latent": summary(grads[0]), "by_generator": summary(flat(grads[1:])), "scores": summary(scores),
            "by_image": summary(by_image), "by_discriminator": summary(flat(by_weights)), "r1": r1.item(), "r1_by_discriminator": summary(flat(second))}


def main():
    cases = []
    for channels, size, classes in ((3, 8, 0), (1, 16, 3)):
        doublings = int(math.log2(size)) - 2
        widths = [2 * min(4, 1 << (doublings - i)) for i in range(doublings + 1)]
        cases.append(case("stylegan2", StyleGenerator(widths, channels, 5, classes), style_discriminator(widths, channels, classes),
                          channels, size, 5, classes))
        widths = [4 * w for w in widths]
        cases.append(case("r3gan", r3_generator(widths, channels, 5, classes), r3_discriminator(widths, channels, classes),
                          channels, size, 5, classes))
    with open(os.path.join(HERE, "data", "gan_networks.json"), "w") as file:
        header = json.dumps({"torch": torch.__version__})
        file.write(header[:-1] + ', "cases": [\n' + ",\n".join(json.dumps(c) for c in cases) + "\n]}\n")


if __name__ == "__main__":
    main()
