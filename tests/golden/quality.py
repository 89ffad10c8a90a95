"""Measures of image quality by their published formulas: luma and border as in BasicSR, GMSD and VIF in the pixel domain as in PIQ 0.8."""
import torch
from torch.nn import functional as F

from golden import File

LUMA = {"Matlab": (16 / 255, (65.481 / 255, 128.553 / 255, 24.966 / 255)), "Bt601": (0, (0.299, 0.587, 0.114)),
        "Yiq": (0, (0.298936021293775, 0.587043074451121, 0.114020904255103))}


def prepared(x, a, default="None"):
    """Images in [0, 1]."""
    b = a.get("border", 0)
    x = x[:, :, b:x.shape[2] - b, b:x.shape[3] - b]
    luma = a.get("luma", default)
    if luma == "None" or x.shape[1] == 1:
        return x
    offset, weights = LUMA[luma]
    return offset + sum(w * x[:, i:i + 1] for i, w in enumerate(weights))


def window(size, sigma):
    place = torch.arange(size, dtype=torch.float64) - (size - 1) / 2
    g = torch.exp(-(place[:, None] ** 2 + place[None, :] ** 2) / (2 * sigma ** 2))
    return (g / g.sum())[None, None]


def psnr(x, y, a):
    x, y = prepared(x, a), prepared(y, a)
    return 10 * torch.log10(1 / ((x - y) ** 2).mean((1, 2, 3)))


def ssim(x, y, a):
    """Wang et al., 2004: Gaussian of 11 and 1.5, only whole windows, weighted variances that divide by their sum."""
    x, y = prepared(x, a), prepared(y, a)
    n, c = x.shape[:2]
    x, y, g = x.reshape(n * c, 1, *x.shape[2:]), y.reshape(n * c, 1, *y.shape[2:]), window(11, 1.5)
    mx, my = F.conv2d(x, g), F.conv2d(y, g)
    vx, vy, cov = F.conv2d(x * x, g) - mx * mx, F.conv2d(y * y, g) - my * my, F.conv2d(x * y, g) - mx * my
    c1, c2 = 0.01 ** 2, 0.03 ** 2
    s = (2 * mx * my + c1) * (2 * cov + c2) / ((mx * mx + my * my + c1) * (vx + vy + c2))
    return s.reshape(n, -1).mean(1)


def gmsd(x, y, a):
    """Xue et al., 2014."""
    def gradients(x):
        x = prepared(x, a, "Bt601")
        x = F.avg_pool2d(F.pad(x, [0, x.shape[3] % 2, 0, x.shape[2] % 2]), 2)
        k = torch.tensor([[1, 0, -1]] * 3, dtype=torch.float64) / 3
        return F.conv2d(x, torch.stack([k, k.T])[:, None], padding=1).square().sum(1, keepdim=True).sqrt()

    x, y, t = gradients(x), gradients(y), 170 / 255 ** 2
    similarity = (2 * x * y + t) / (x * x + y * y + t)
    return similarity.flatten(1).var(1, unbiased=False).sqrt()


def vif(x, y, a):
    """Sheikh and Bovik, 2006, the authors' vifp; x is the image and y the reference."""
    x, y, noise, eps = prepared(x, a, "Bt601") * 255, prepared(y, a, "Bt601") * 255, a.get("noise", 2.0), 1e-8
    above, below = 0, 0
    for scale in range(4):
        size = 2 ** (4 - scale) + 1
        g = window(size, size / 5)
        if scale:
            x, y = F.conv2d(x, g)[:, :, ::2, ::2], F.conv2d(y, g)[:, :, ::2, ::2]
        mx, my = F.conv2d(x, g), F.conv2d(y, g)
        vx, vy, cov = (F.conv2d(x * x, g) - mx * mx).relu(), (F.conv2d(y * y, g) - my * my).relu(), F.conv2d(x * y, g) - mx * my
        gain = cov / (vy + eps)
        rest = vx - gain * cov
        rest, gain = torch.where(vy >= eps, rest, vx), torch.where(vy >= eps, gain, 0.0 * gain)
        power = torch.where(vy >= eps, vy, 0.0 * vy)
        gain, rest = torch.where(vx >= eps, gain, 0.0 * gain), torch.where(vx >= eps, rest, 0.0 * rest)
        rest = torch.where(gain >= 0, rest, vx).clamp_min(eps)
        gain = gain.relu()
        above = above + torch.log10(1 + gain ** 2 * power / (rest + noise)).sum((1, 2, 3))
        below = below + torch.log10(1 + power / noise).sum((1, 2, 3))
    return (above + eps) / (below + eps)


def images(n, c, h, w, kind):
    """Images in [0, 255]: references, and the same with noise, blurred, equal, flat or darker."""
    yy, xx = torch.meshgrid(torch.arange(h) / h, torch.arange(w) / w, indexing="ij")
    y = torch.stack([torch.stack([0.5 + 0.3 * torch.sin((3 + i + j) * 6 * xx) * torch.cos((2 + j) * 5 * yy) for j in range(c)])
                     for i in range(n)]).double()
    y = (y + 0.05 * torch.rand_like(y)).clamp(0, 1)
    x = {"noise": lambda: y + 0.1 * torch.randn_like(y), "equal": lambda: y, "darker": lambda: y * 0.6, "flat": lambda: y * 0 + 0.3,
         "blur": lambda: F.avg_pool2d(y, 3, 1, 1)}[kind]()
    if kind == "flat":
        y = x
    return [(t.clamp(0, 1) * 255).round() for t in (x, y)]


def make():
    f = File("quality")

    def case(op, fn, kind, shape, args):
        def inputs():
            return images(*shape, kind)

        label = "_".join([kind, "x".join(map(str, shape)), *(f"{k}_{v}" for k, v in args.items())])
        f.add(op, label, lambda x, y: fn(x / 255, y / 255, args), inputs, args, kind="value")

    for luma in ("None", "Matlab", "Bt601", "Yiq"):
        for border in (0, 3):
            for kind in ("noise", "darker"):
                case("psnr", psnr, kind, (2, 3, 18, 20), {"luma": luma, "border": border})
                case("ssim", ssim, kind, (2, 3, 18, 20), {"luma": luma, "border": border})
    for kind in ("noise", "blur", "darker", "equal", "flat"):
        case("gmsd", gmsd, kind, (1, 3, 15, 18), {})
        case("gmsd", gmsd, kind, (2, 1, 16, 13), {})
        case("vif", vif, kind, (1, 1, 43, 41), {})
    case("gmsd", gmsd, "noise", (1, 3, 16, 16), {"luma": "Matlab", "border": 2})
    case("vif", vif, "noise", (1, 3, 41, 42), {})
    case("vif", vif, "blur", (1, 1, 41, 44), {"noise": 0.4})
    return f
