"""Structural similarity: the Gaussian window as two passes of grouped convolutions, as pytorch-msssim does; the box as average pools."""
import torch
import torch.nn.functional as F
from torch.autograd import grad

from inputs import uniform, variable
from registry import case, compiled


def ssim(x, y, blur):
    mean_x, mean_y = blur(x), blur(y)
    squares, product = mean_x**2 + mean_y**2, mean_x * mean_y
    variances, covariance = blur(x * x) + blur(y * y) - squares, blur(x * y) - product
    contrast = (2 * covariance + 0.03**2) / (variances + 0.03**2)
    return 1 - ((2 * product + 0.01**2) / (squares + 0.01**2) * contrast).mean()


def gaussian(channels, window, sigma):
    places = torch.arange(window) - window // 2
    weights = torch.exp(-(places**2) / (2 * sigma**2))
    weights = (weights / weights.sum()).repeat(channels, 1, 1, 1)
    return lambda x: F.conv2d(F.conv2d(x, weights.transpose(2, 3), groups=channels), weights, groups=channels)


def images(blur, n, side):
    x, y = variable(1, [n, 3, side, side], 0, 1), uniform(2, [n, 3, side, side], 0, 1)
    compute = compiled(lambda x, y: ssim(x, y, blur))

    def body():
        value = compute(x, y)
        return [value, *grad(value, x)]

    return body


@case("ssim, 11×11 Gaussian")
def gaussian_ssim(n, side):
    return images(gaussian(3, 11, 1.5), n, side)


@case("ssim, 3×3 box")
def box_ssim(n, side):
    return images(lambda x: F.avg_pool2d(x, 3, 1), n, side)
