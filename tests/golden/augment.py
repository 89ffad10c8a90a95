"""Differentiable augmentation of images as the authors of DiffAugment define it (Zhao et al., 2020), with given draws."""
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
        add("all", everything, *draws(n, h, w), moves(n, h, w), centres(n, h, w), which)
    return f
