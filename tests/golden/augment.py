"""Differentiable augmentation of images as the authors of DiffAugment define it (Zhao et al., 2020), with given draws, and the maps of
adaptive augmentation (Karras et al., 2020, appendix B)."""
import math

import torch
import torch.nn.functional as F

from golden import EXTREME, File, r


def per_image(v):
    return v.reshape(-1, 1, 1, 1)


def colour(x, brightness, saturation, contrast):
    x = x + per_image(brightness)
    mean = x.mean(dim=1, keepdim=True)
    x = (x - mean) * per_image(saturation) + mean
    mean = x.mean(dim=[1, 2, 3], keepdim=True)
    return (x - mean) * per_image(contrast) + mean


def translation(x, by):
    """Reads pixel p - by from the image in a frame of zeros; positions are clamped to the frame."""
    n, _, h, w = x.shape
    rows = (torch.arange(h) - by[:, :1] + 1).clamp(0, h + 1)
    columns = (torch.arange(w) - by[:, 1:] + 1).clamp(0, w + 1)
    framed = F.pad(x, [1, 1, 1, 1]).permute(0, 2, 3, 1)
    return framed[torch.arange(n).reshape(-1, 1, 1), rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)


def cutout(x, centre, share=0.5):
    """Sets the pixels of a box to 0; positions beyond the image are clamped to it."""
    n, _, h, w = x.shape
    size = int(h * share + 0.5), int(w * share + 0.5)
    rows = (torch.arange(size[0]) + centre[:, :1] - size[0] // 2).clamp(0, h - 1)
    columns = (torch.arange(size[1]) + centre[:, 1:] - size[1] // 2).clamp(0, w - 1)
    mask = torch.ones(n, h, w)
    mask[torch.arange(n).reshape(-1, 1, 1), rows[:, :, None], columns[:, None, :]] = 0
    return x * mask.unsqueeze(1)


def flip(x, which):
    return torch.where(which.reshape(-1, 1, 1, 1), x.flip(3), x)


def everything(x, brightness, saturation, contrast, by, centre, which):
    return flip(cutout(translation(colour(x, brightness, saturation, contrast), by), centre), which)


def stack(*rows):
    """A matrix per image from numbers and vectors."""
    n = next(len(v) for row in rows for v in row if torch.is_tensor(v))
    return torch.stack([torch.stack([v if torch.is_tensor(v) else torch.full((n,), float(v)) for v in row], 1) for row in rows], 1)


def scale(x, y):
    return stack([x, 0, 0], [0, y, 0], [0, 0, torch.ones_like(x)])


def shift(x, y):
    return stack([1, 0, x], [0, 1, y], [0, 0, torch.ones_like(x)])


def turn(angle):
    return stack([angle.cos(), (-angle).sin(), 0], [angle.sin(), angle.cos(), 0], [0, 0, torch.ones_like(angle)])


def adaptive(x, numbers):
    """numbers: per image flip, quarter turns, shift, scale, angle, stretch, angle, shift; brightness, contrast, luma flip, hue,
    saturation. Reflection at the edges and bilinear interpolation in place of the authors' wavelet filters."""
    n, c, h, w = x.shape
    flipped, turns, right, down, size, before, stretch, after, right2, down2, bright, contrast, luma, hue, saturation = numbers.unbind(1)
    inverse = torch.eye(3).repeat(n, 1, 1)
    inverse = inverse @ scale(1 / (1 - 2 * flipped), torch.ones(n))
    inverse = inverse @ turn(-turns * math.pi / 2)
    inverse = inverse @ shift(-right, -down)
    inverse = inverse @ scale(1 / size, 1 / size)
    inverse = inverse @ turn(-before)
    inverse = inverse @ scale(1 / stretch, stretch)
    inverse = inverse @ turn(-after)
    inverse = inverse @ shift(-right2, -down2)
    inverse = torch.diag(torch.tensor([2 / w, 2 / h, 1])) @ inverse @ torch.diag(torch.tensor([w / 2, h / 2, 1]))
    x = F.grid_sample(x, F.affine_grid(inverse[:, :2], x.shape, align_corners=False), padding_mode="reflection", align_corners=False)

    eye, axis = torch.eye(4), torch.tensor([1.0, 1, 1, 0]) / math.sqrt(3)
    grey = torch.outer(axis, axis)
    full = lambda v: v.reshape(n, 1, 1)
    colour = eye.repeat(n, 1, 1)
    colour[:, :3, 3] += bright.reshape(n, 1)
    colour = torch.diag_embed(torch.stack([contrast, contrast, contrast, torch.ones(n)], 1)) @ colour
    colour = (eye - 2 * grey * full(luma)) @ colour
    cross = torch.tensor([[0.0, -1, 1, 0], [1, 0, -1, 0], [-1, 1, 0, 0], [0, 0, 0, 0]]) / math.sqrt(3)
    rotation = eye + full(hue.sin()) * cross + full(1 - hue.cos()) * (cross @ cross)
    colour = rotation @ colour
    colour = (grey + (eye - grey) * full(saturation)) @ colour
    flat = x.reshape(n, c, h * w)
    if c == 3:
        flat = colour[:, :3, :3] @ flat + colour[:, :3, 3:]
    else:
        mean = colour[:, :3].mean(dim=1, keepdim=True)
        flat = flat * mean[:, :, :3].sum(dim=2, keepdim=True) + mean[:, :, 3:]
    return flat.reshape(x.shape)


def numbers(n):
    rows = [[1, 1, 2, -1, 0.8, 0.3, 1.2, -0.7, 0.4, 1.3, 0.2, 0.7, 1, 0.9, 1.6],
            [0, 3, 0, 1, 1.3, -1.1, 0.9, 0.2, -0.6, 0.3, -0.3, 1.4, 0, -2.1, 0.4],
            [1, 2, -1, 0, 1, 0, 1, 0, 0, 0, 0, 1, 1, 0, 1]]
    return torch.tensor(rows[:n]).double()


def draws(n, h, w):
    return (torch.linspace(-0.45, 0.4, n), torch.linspace(0.1, 1.8, n), torch.linspace(1.4, 0.6, n))


def moves(n, h, w):
    high, wide = int(h * 0.125 + 0.5), int(w * 0.125 + 0.5)
    return torch.tensor([[high, -wide], [0, wide], [-high, 0], [0, 0]][:n])


def centres(n, h, w):
    return torch.tensor([[0, 0], [h // 2, w // 3], [h - 1, w - 1], [1, w // 2]][:n])


def make():
    f = File("augment")
    for n, c, h, w in ((4, 1, 8, 8), (2, 3, 8, 8), (3, 3, 9, 6)):
        shape = "x".join(map(str, (n, c, h, w)))
        which = torch.arange(n) % 2 == 0

        # All of them are linear in the image, so there are no second derivatives to record.
        def add(op, function, *given):
            f.add(op, shape, function, lambda: (r(n, c, h, w), *given), differentiable=[True] + [False] * len(given), kind=EXTREME)

        add("colour", colour, *draws(n, h, w))
        add("translation", translation, moves(n, h, w))
        add("cutout", cutout, centres(n, h, w))
        add("flip", flip, which)
        if n < 4:
            add("adaptive", adaptive, numbers(n))
        add("all", everything, *draws(n, h, w), moves(n, h, w), centres(n, h, w), which)
    return f
