"""The networks of Criterion.Training.Dcgan for images of 32×32, layer by layer."""
from torch.nn import BatchNorm2d, Conv2d, ConvTranspose2d, Flatten, LeakyReLU, ReLU, Sequential, Tanh


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


def zero_biases(network):
    for layer in network:
        if getattr(layer, "bias", None) is not None:
            layer.bias.data.zero_()
    return network
