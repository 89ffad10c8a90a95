"""Losses of images. PyTorch has none of them: here they are written with its operations, from the papers and from what the
libraries of the presets do, and differentiated by its autograd. scikit-image gives its own numbers for its two presets."""
import math

import skimage
import torch
import torch.nn.functional as F
from skimage.metrics import structural_similarity

from golden import EXTREME, File, away, pos, r

EXTENT = {"ZeroOne": 1.0, "MinusOneOne": 2.0, "Byte": 255.0}
BLACK = {"ZeroOne": 0.0, "MinusOneOne": -1.0, "Byte": 0.0}
NAMES = ["prediction", "target"]
REDUCTIONS = ("none", "mean", "sum")
WEIGHTS = torch.tensor([0.0448, 0.2856, 0.3001, 0.2363, 0.1333])


def reduced(each, reduction):
    return each if reduction == "none" else each.mean() if reduction == "mean" else each.sum()


def images(shape, range_="ZeroOne"):
    x = pos(*shape, low=0.05, high=0.95)
    return torch.round(x * EXTENT[range_] + BLACK[range_], decimals=3)


def window(size, sigma):
    if sigma is None:
        return torch.full((size, size), 1.0 / size ** 2)
    at = torch.arange(size).double() - size // 2
    g = torch.exp(-(at[:, None] ** 2 + at[None, :] ** 2) / (2 * sigma ** 2))
    return g / g.sum()


def maps(x, y, extent, size=11, sigma=1.5, border="Valid", stride=1, k1=0.01, k2=0.03, sample=False, epsilon=0.0):
    """Similarity and contrast term of every window."""
    w = window(size, sigma)[None, None].expand(x.shape[1], 1, size, size)
    half = size // 2
    if border == "Reflect":
        x, y = (F.pad(t, (half,) * 4, mode="reflect") for t in (x, y))
    padding = half if border == "Zero" else 0
    blur = lambda t: F.conv2d(t, w, stride=stride, padding=padding, groups=t.shape[1])
    mx, my = blur(x), blur(y)
    factor = size ** 2 / (size ** 2 - 1) if sample else 1.0
    vx, vy, cov = (factor * (blur(a) - b) for a, b in ((x * x, mx * mx), (y * y, my * my), (x * y, mx * my)))
    c1, c2 = (k1 * extent) ** 2, (k2 * extent) ** 2
    above = (2 * mx * my + c1) * (2 * cov + c2)
    below = (mx ** 2 + my ** 2 + c1) * (vx + vy + c2)
    return above / (below + epsilon), (2 * cov + c2) / (vx + vy + c2)


PRESETS = {
    "Wang2004": {}, "PytorchMsssim": {}, "TensorFlow": {}, "Piq": {}, "ScikitImageGaussian": {},
    "ScikitImage": dict(size=7, sigma=None, sample=True), "Torchmetrics": dict(border="Reflect"),
    "Kornia": dict(border="Reflect", epsilon=1e-12), "Box3": dict(size=3, sigma=None),
    "Article": dict(size=3, sigma=None, border="Zero", stride=3),
}


def article(x, y):
    """The article's lines."""
    mu_x, mu_y = F.avg_pool2d(x, 3, padding=1), F.avg_pool2d(y, 3, padding=1)
    sigma_x2 = F.avg_pool2d(x ** 2, 3, padding=1) - mu_x ** 2
    sigma_y2 = F.avg_pool2d(y ** 2, 3, padding=1) - mu_y ** 2
    sigma_xy = F.avg_pool2d(x * y, 3, padding=1) - mu_x * mu_y
    c1, c2 = 0.01 ** 2, 0.03 ** 2
    s = ((2 * mu_x * mu_y + c1) * (2 * sigma_xy + c2)) / ((mu_x ** 2 + mu_y ** 2 + c1) * (sigma_x2 + sigma_y2 + c2))
    return torch.mean(1 - s)


def ssim(f):
    op = "SsimLoss"

    def loss(reduction, range_, half=False, **options):
        def call(x, y):
            s, _ = maps(x - BLACK[range_], y - BLACK[range_], EXTENT[range_], **options)
            return reduced((1 - s.flatten(1).mean(1)) * (0.5 if half else 1.0), reduction)
        return call

    for preset, options in PRESETS.items():
        size = options.get("size", 11)
        shape = (1, 1, 7, 6) if options.get("border") == "Reflect" else (1, 1, 12, 11) if size == 11 else (1, 1, 8, 9) if size == 7 else (2, 2, 4, 5)
        f.add(op, f"{preset}", loss("mean", "ZeroOne", **options), lambda: (images(shape), images(shape)),
              {"preset": preset, "range": "ZeroOne", "reduction": "mean"}, names=NAMES, differentiable=[True, size == 3],
              kind=None if options or preset == "Wang2004" else "value")
    f.add(op, "Article_lines", article, lambda: (images((1, 2, 5, 7)), images((1, 2, 5, 7))),
          {"preset": "Article", "range": "ZeroOne", "reduction": "mean"}, names=NAMES)
    for reduction in REDUCTIONS:
        for range_ in EXTENT:
            f.add(op, f"Box3_{range_}_{reduction}", loss(reduction, range_, **PRESETS["Box3"]),
                  lambda: (images((2, 1, 4, 4), range_), images((2, 1, 4, 4), range_)),
                  {"preset": "Box3", "range": range_, "reduction": reduction}, names=NAMES)
    f.add(op, "Box3_half", loss("mean", "ZeroOne", True, **PRESETS["Box3"]), lambda: (images((1, 1, 5, 4)), images((1, 1, 5, 4))),
          {"preset": "Box3", "range": "ZeroOne", "reduction": "mean", "half": True}, names=NAMES)
    for label, options in {
        "gaussian_5_valid": dict(size=5, sigma=1.0), "gaussian_5_reflect": dict(size=5, sigma=0.8, border="Reflect"),
        "gaussian_5_zero": dict(size=5, sigma=2.0, border="Zero"), "box_5_stride_2": dict(size=5, sigma=None, stride=2),
        "gaussian_3_reflect_stride_2": dict(size=3, sigma=0.7, border="Reflect", stride=2), "k_0.1_0.4": dict(size=3, sigma=None, k1=0.1, k2=0.4),
        "sample_gaussian": dict(size=3, sigma=1.1, sample=True), "epsilon": dict(size=3, sigma=None, epsilon=1e-3),
    }.items():
        f.add(op, label, loss("mean", "ZeroOne", **options), lambda: (images((1, 1, 7, 6)), images((1, 1, 7, 6))),
              {"options": options, "range": "ZeroOne", "reduction": "mean"}, names=NAMES)
    flat = lambda a: torch.full((1, 1, 4, 5), a)
    for label, x, y in (("black", flat(0.0), flat(0.0)), ("flat", flat(0.25), flat(0.75)), ("black_and_white", flat(0.0), flat(1.0))):
        f.add(op, label, loss("mean", "ZeroOne", **PRESETS["Box3"]), (x, y),
              {"preset": "Box3", "range": "ZeroOne", "reduction": "mean"}, names=NAMES, kind=EXTREME)


def by_skimage(f):
    """Values from scikit-image itself."""
    options = {"ScikitImage": {}, "ScikitImageGaussian": dict(gaussian_weights=True, sigma=1.5, use_sample_covariance=False)}
    for preset, more in options.items():
        for range_ in EXTENT:
            for shape in ((1, 1, 16, 17), (2, 3, 12, 13)):
                def values(x, y):
                    x, y = x - BLACK[range_], y - BLACK[range_]
                    each = [structural_similarity(a.numpy(), b.numpy(), data_range=EXTENT[range_], channel_axis=0, **more) for a, b in zip(x, y)]
                    mine = maps(x, y, EXTENT[range_], **PRESETS[preset])[0].flatten(1).mean(1)
                    assert torch.allclose(torch.tensor(each), mine, rtol=1e-12, atol=1e-12), (preset, each, mine)
                    return 1 - torch.tensor(each)
                f.add("SsimLoss", f"skimage_{preset}_{range_}_{'x'.join(map(str, shape))}", values,
                      lambda: (images(shape, range_), images(shape, range_)),
                      {"preset": preset, "range": range_, "reduction": "none", "skimage": skimage.__version__}, names=NAMES, kind="value")


def halved(x):
    x = F.pad(x, (0, x.shape[3] % 2, 0, x.shape[2] % 2), mode="replicate")
    return F.avg_pool2d(x, 2)


def multi_scale(f):
    def loss(reduction, scales, negative, size, sigma):
        def call(x, y):
            weights = WEIGHTS[:scales] / (1 if scales == 5 else WEIGHTS[:scales].sum())
            product = 1
            for k in range(scales):
                s, c = maps(x, y, 1.0, size=size, sigma=sigma)
                term = (s if k == scales - 1 else c).mean((2, 3))
                power = term.abs() ** weights[k] if negative == "KeepSign" else torch.relu(term) ** weights[k]
                product = product * (torch.sign(term) * power if negative == "KeepSign" else power)
                x, y = halved(x), halved(y)
            return reduced(1 - product.mean(1), reduction)
        return call

    def pair(shape, noise=0.3):
        x = images(shape)
        return x, torch.round((x + noise * (images(shape) - 0.5)).clamp(0, 1), decimals=3)

    for scales, size, sigma, shape in ((1, 3, 0.8, (1, 1, 4, 5)), (2, 3, 0.8, (2, 1, 6, 7)), (3, 3, 0.8, (1, 1, 9, 10)), (3, 3, None, (1, 1, 9, 9))):
        for negative in ("Relu", "KeepSign"):
            for reduction in REDUCTIONS:
                if reduction == "mean" or scales == 2:
                    f.add("MultiScaleSsimLoss", f"scales_{scales}_{'box' if sigma is None else 'gaussian'}_{negative}_{reduction}",
                          loss(reduction, scales, negative, size, sigma), lambda: pair(shape),
                          {"scales": scales, "negative": negative, "options": {"size": size, "sigma": sigma}, "reduction": reduction},
                          names=NAMES, differentiable=[True, False])
    f.add("MultiScaleSsimLoss", "five_scales", loss("none", 5, "Relu", 3, 1.0), lambda: pair((1, 1, 35, 33)),
          {"scales": 5, "negative": "Relu", "options": {"size": 3, "sigma": 1.0}, "reduction": "none"}, names=NAMES, kind="value")


def mixed(f):
    def loss(reduction, alpha, scale):
        def call(x, y):
            similarity = 1
            for sigma in (0.5, 1.0, 2.0, 4.0, 8.0):
                s, c = maps(x, y, 1.0, size=33, sigma=sigma, border="Zero")
                similarity = similarity * (s if sigma == 8.0 else c).prod(1)
            w = window(33, 8.0)[None, None].expand(x.shape[1], 1, 33, 33)
            error = F.conv2d((x - y).abs(), w, padding=16, groups=x.shape[1]).mean(1)
            return reduced((scale * (alpha * (1 - similarity) + (1 - alpha) * error)).flatten(1).mean(1), reduction)
        return call

    for alpha, scale in ((0.84, 1.0), (0.025, 200.0), (1.0, 1.0), (0.0, 2.0)):
        for shape, reduction in (((1, 1, 5, 6), "mean"), ((2, 2, 3, 2), "none")):
            f.add("MsSsimL1Loss", f"alpha_{alpha}_{reduction}", loss(reduction, alpha, scale), lambda: (images(shape), images(shape)),
                  {"alpha": alpha, "scale": scale, "reduction": reduction}, names=NAMES)


def psnr(f):
    for reduction in REDUCTIONS:
        for range_ in EXTENT:
            f.add("PsnrLoss", f"{range_}_{reduction}",
                  lambda x, y: reduced(10 * torch.log10(((x - y) ** 2).flatten(1).mean(1) / EXTENT[range_] ** 2), reduction),
                  lambda: (images((2, 1, 3, 4), range_), images((2, 1, 3, 4), range_)), {"range": range_, "reduction": reduction}, names=NAMES)
    f.add("PsnrLoss", "pooled", lambda x, y: 10 * torch.log10(F.mse_loss(x, y)), lambda: (images((3, 1, 3, 4)), images((3, 1, 3, 4))),
          {"range": "ZeroOne", "reduction": "mean", "pooled": True}, names=NAMES)


def variation(f):
    def each(x, isotropic, per_pixel):
        down, across = x[:, :, 1:] - x[:, :, :-1], x[..., 1:] - x[..., :-1]
        if isotropic:
            down, across = F.pad(down, (0, 0, 0, 1)), F.pad(across, (0, 1))
            square = down ** 2 + across ** 2
            flat = square == 0
            value = torch.where(flat, 0.0, torch.where(flat, 1.0, square).sqrt()).flatten(1).sum(1)
        else:
            value = down.abs().flatten(1).sum(1) + across.abs().flatten(1).sum(1)
        return value / (x[0].numel() if per_pixel else 1)

    for isotropic in (False, True):
        for per_pixel in (False, True):
            for shape, reduction in (((2, 3, 4, 5), "none"), ((1, 1, 6, 3), "mean"), ((3, 2, 2, 2), "sum")):
                f.add("TotalVariationLoss", f"{'isotropic' if isotropic else 'anisotropic'}{'_per_pixel' if per_pixel else ''}_{reduction}",
                      lambda x: reduced(each(x, isotropic, per_pixel), reduction), lambda: (r(*shape),),
                      {"isotropic": isotropic, "per_pixel": per_pixel, "reduction": reduction}, names=["images"])
        f.add("TotalVariationLoss", f"{'isotropic' if isotropic else 'anisotropic'}_flat", lambda x: each(x, isotropic, False),
              (torch.tensor([[[[1.0, 1.0, 1.0], [1.0, 1.0, 2.0], [1.0, 1.0, 1.0]]]]),),
              {"isotropic": isotropic, "reduction": "none"}, names=["images"], kind=EXTREME)


def sobel(f):
    filters = torch.tensor([[[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]], [[-1, -2, -1], [0, 0, 0], [1, 2, 1]]])

    def each(x, y):
        total = 0
        for k in filters:
            edge = lambda t: F.conv2d(F.pad(t, (1, 1, 1, 1), mode="replicate"), k.expand(t.shape[1], 1, 3, 3), groups=t.shape[1])
            total = total + (edge(x) - edge(y)).abs().flatten(1).mean(1)
        return total

    for shape in ((1, 1, 4, 5), (2, 2, 3, 2), (3, 1, 2, 2)):
        for reduction in REDUCTIONS:
            f.add("GradientLoss", f"{'x'.join(map(str, shape))}_{reduction}", lambda x, y: reduced(each(x, y), reduction),
                  lambda: (r(*shape), r(*shape)), {"reduction": reduction}, names=NAMES)


def features(f):
    shapes = ((2, 2, 2, 2), (2, 3, 1, 2), (2, 2, 1, 1))
    make = lambda: [r(*s) for s in shapes] + [r(*s) for s in shapes]
    names = [f"{side}{i}" for side in NAMES for i in range(3)]
    wanted = [True] * 3 + [False] * 3

    def gram(t, divide):
        t = t.flatten(2)
        return t @ t.transpose(1, 2) / (t.shape[1] * t.shape[2] if divide else 1)

    for weights in (None, [1.0, 0.5, 0.25]):
        w = weights or [1.0] * 3
        for flag in (False, True):
            for reduction in REDUCTIONS:
                label = f"{'weighted_' if weights else ''}{reduction}"
                f.add("PerceptualLoss", f"{'l1_' if flag else 'l2_'}{label}", lambda *t: reduced(sum(
                    w[i] * (F.l1_loss if flag else F.mse_loss)(t[i], t[i + 3], reduction="none").flatten(1).mean(1) for i in range(3)), reduction),
                    make, {"weights": weights, "absolute": flag, "reduction": reduction}, names=names, differentiable=wanted)
                f.add("StyleLoss", f"{'divided_' if flag else 'plain_'}{label}", lambda *t: reduced(sum(
                    w[i] * ((gram(t[i], flag) - gram(t[i + 3], flag)) ** 2).sum((1, 2)) for i in range(3)), reduction),
                    make, {"weights": weights, "divide": flag, "reduction": reduction}, names=names, differentiable=wanted)
    for skip in (0, 1, 2):
        f.add("FeatureMatchingLoss", f"skip_{skip}", lambda *t: torch.stack([F.l1_loss(t[i], t[i + 3]) for i in range(3 - skip)]).mean(),
              make, {"skip": skip}, names=names, differentiable=wanted)

    def sides():
        a, b = images((1, 3, 2, 2)), images((2, 3, 3, 2))
        return torch.round(a + away(*a.shape), decimals=3), a, torch.round(b + away(*b.shape), decimals=3), b

    for op in ("CycleConsistencyLoss", "IdentityLoss"):
        for a, b in ((10.0, 10.0), (1.0, 1.0), (0.5, 2.0)):
            f.add(op, f"{a:g}_{b:g}", lambda *t: a * F.l1_loss(t[0], t[1]) + b * F.l1_loss(t[2], t[3]), sides, {"a": a, "b": b},
                  names=["madeA", "realA", "madeB", "realB"], differentiable=[True, False, True, False])


def make():
    f = File("image")
    ssim(f), by_skimage(f), multi_scale(f), mixed(f), psnr(f), variation(f), sobel(f), features(f)
    return f
