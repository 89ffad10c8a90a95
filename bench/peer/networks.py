"""The networks of Criterion.Training (Dcgan for images of 32×32, ResnetTranslator, PatchDiscriminator), layer by layer."""
from torch.nn import (
    BatchNorm2d, Conv2d, ConvTranspose2d, Flatten, InstanceNorm2d, LeakyReLU, Module, ReflectionPad2d, ReLU, Sequential, Tanh)


def dcgan(width, latent):
    generator = Sequential(
        ConvTranspose2d(latent, 4 * width, 4, bias=False), BatchNorm2d(4 * width), ReLU(),
        ConvTranspose2d(4 * width, 2 * width, 4, 2, 1, bias=False), BatchNorm2d(2 * width), ReLU(),
        ConvTranspose2d(2 * width, width, 4, 2, 1, bias=False), BatchNorm2d(width), ReLU(),
        ConvTranspose2d(width, 1, 4, 2, 1), Tanh(),
    )
    return zero_biases(generator), discriminator(width, normalize=True)


def critic(width):
    return discriminator(width, normalize=False)


def discriminator(width, normalize):
    def norm(channels):
        return [BatchNorm2d(channels)] if normalize else []

    return zero_biases(Sequential(
        Conv2d(1, width, 4, 2, 1), LeakyReLU(0.2),
        Conv2d(width, 2 * width, 4, 2, 1, bias=not normalize), *norm(2 * width), LeakyReLU(0.2),
        Conv2d(2 * width, 4 * width, 4, 2, 1, bias=not normalize), *norm(4 * width), LeakyReLU(0.2),
        Conv2d(4 * width, 1, 4), Flatten(0),
    ))


class Residual(Module):
    def __init__(self, width):
        super().__init__()
        self.inner = Sequential(
            ReflectionPad2d(1), Conv2d(width, width, 3), InstanceNorm2d(width), ReLU(),
            ReflectionPad2d(1), Conv2d(width, width, 3), InstanceNorm2d(width))

    def forward(self, x):
        return x + self.inner(x)


def resnet_translator(width, blocks):
    return zero_biases(Sequential(
        ReflectionPad2d(3), Conv2d(3, width, 7), InstanceNorm2d(width), ReLU(),
        Conv2d(width, 2 * width, 3, 2, 1), InstanceNorm2d(2 * width), ReLU(),
        Conv2d(2 * width, 4 * width, 3, 2, 1), InstanceNorm2d(4 * width), ReLU(),
        *(Residual(4 * width) for _ in range(blocks)),
        ConvTranspose2d(4 * width, 2 * width, 3, 2, 1, 1), InstanceNorm2d(2 * width), ReLU(),
        ConvTranspose2d(2 * width, width, 3, 2, 1, 1), InstanceNorm2d(width), ReLU(),
        ReflectionPad2d(3), Conv2d(width, 3, 7), Tanh(),
    ))


def patch_discriminator(width):
    return zero_biases(Sequential(
        Conv2d(3, width, 4, 2, 1), LeakyReLU(0.2),
        Conv2d(width, 2 * width, 4, 2, 1), InstanceNorm2d(2 * width), LeakyReLU(0.2),
        Conv2d(2 * width, 4 * width, 4, 2, 1), InstanceNorm2d(4 * width), LeakyReLU(0.2),
        Conv2d(4 * width, 8 * width, 4, 1, 1), InstanceNorm2d(8 * width), LeakyReLU(0.2),
        Conv2d(8 * width, 1, 4, 1, 1),
    ))


def zero_biases(network):
    for layer in network.modules():
        if getattr(layer, "bias", None) is not None:
            layer.bias.data.zero_()
    return network
