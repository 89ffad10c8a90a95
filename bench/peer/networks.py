"""The networks of Criterion.Training (Dcgan for images of 32×32, ResnetTranslator, PatchDiscriminator), layer by layer."""
from torch.nn import (
    BatchNorm2d, Conv2d, ConvTranspose2d, Flatten, InstanceNorm2d, LayerNorm, LeakyReLU, Linear, Module, ReflectionPad2d, ReLU, Sequential,
    Tanh)
from torch.nn.utils.parametrizations import spectral_norm


def dcgan(width, latent, norm="batch"):
    opponent = reconstruction(width, latent) if norm == "reconstruction" else discriminator(width, norm)
    return initialise(generator(width, latent)), initialise(opponent)


def generator(width, latent):
    return Sequential(
        ConvTranspose2d(latent, 4 * width, 4, bias=False), BatchNorm2d(4 * width), ReLU(),
        ConvTranspose2d(4 * width, 2 * width, 4, 2, 1, bias=False), BatchNorm2d(2 * width), ReLU(),
        ConvTranspose2d(2 * width, width, 4, 2, 1, bias=False), BatchNorm2d(width), ReLU(),
        ConvTranspose2d(width, 1, 4, 2, 1), Tanh(),
    )


def critic(width):
    return initialise(discriminator(width, "none"))


def discriminator(width, norm, outputs=1):
    def convolution(*arguments, bias=True):
        layer = Conv2d(*arguments, bias=bias)
        return spectral_norm(initialise(layer)) if norm == "spectral" else layer

    def normal(channels, side):
        return [BatchNorm2d(channels)] if norm == "batch" else [LayerNorm([channels, side, side])] if norm == "layer" else []

    bias = norm not in ("batch", "layer")

    return Sequential(
        convolution(1, width, 4, 2, 1), LeakyReLU(0.2),
        convolution(width, 2 * width, 4, 2, 1, bias=bias), *normal(2 * width, 8), LeakyReLU(0.2),
        convolution(2 * width, 4 * width, 4, 2, 1, bias=bias), *normal(4 * width, 4), LeakyReLU(0.2),
        convolution(4 * width, outputs, 4), *([Flatten(0)] if outputs == 1 else []),
    )


def reconstruction(width, latent):
    return ReconstructionError(discriminator(width, "batch", latent), generator(width, latent))


class ReconstructionError(Module):
    """The mean squared error with which an auto-encoder gives an image back."""

    def __init__(self, encoder, decoder):
        super().__init__()
        self.encoder, self.decoder = encoder, decoder

    def forward(self, x):
        return ((self.decoder(self.encoder(x)) - x) ** 2).flatten(1).mean(1)


def points(latent, norm="none", width=128):
    """The networks of PointNetworks, with PyTorch's own initial weights."""
    bounded = spectral_norm if norm == "spectral" else lambda layer: layer
    return (
        Sequential(Flatten(), Linear(latent, width), ReLU(), Linear(width, width), ReLU(), Linear(width, 2)),
        Sequential(
            bounded(Linear(2, width)), LeakyReLU(0.2), bounded(Linear(width, width)), LeakyReLU(0.2), bounded(Linear(width, 1)),
            Flatten(0)))


def initialise(network):
    """Weights as DCGAN's authors draw them."""
    for layer in network.modules():
        if isinstance(layer, BatchNorm2d):
            layer.weight.data.normal_(1, 0.02)
        elif isinstance(layer, (Conv2d, ConvTranspose2d)) and not hasattr(layer, "parametrizations"):
            layer.weight.data.normal_(0, 0.02)
    return zero_biases(network)


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
